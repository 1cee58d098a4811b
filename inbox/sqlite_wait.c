/* Waiting for other processes' commits: inotify(7) tells of their writes, else the database is looked at again and again. */
#define INBOX_SQLITE_INSIDE
#include "inbox/sqlite.h"

#include <errno.h>
#include <poll.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

enum {
	POLL_MIN_MS = 10, POLL_MAX_MS = 200,	/* without inotify */
	WATCH_MS = 500,		/* with it: in case that it missed one */
	ALERT_MS = 1000,	/* so long after a write its commit is expected */
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void unwatch(struct sqlite_box *b)
{
	if (b->watch)
		close(b->watch - 1);
	b->watch = 0;
}

void sqlite_wait_end(struct sqlite_box *b)
{
	unwatch(b);
}

/* Each commit writes to the WAL. What makes it visible is written to shared memory, of which nothing tells. */
static void watch(struct sqlite_box *b)
{
	int fd;

	if (b->watch)
		return;
	fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (fd < 0)
		return;
	b->watch = fd + 1;
	if (inotify_add_watch(fd, b->name[1], IN_MODIFY) < 0)
		unwatch(b);
	b->written_ms = now_ms();	/* perhaps just before */
}

/* Reads all that is there. */
static void drain(struct sqlite_box *b)
{
	char room[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	bool lost = false;
	ssize_t n;

	while (b->watch && (n = read(b->watch - 1, room, sizeof room)) > 0) {
		b->written_ms = now_ms();
		for (ssize_t at = 0; at < n;) {
			const struct inotify_event *ev = (const void *)(room + at);

			lost |= ev->mask & IN_IGNORED;
			at += (ssize_t)(sizeof *ev + ev->len);
		}
	}
	if (lost)
		unwatch(b);
}

/* The WAL is written first, then synced, then the commit is visible: the longer it took so far, the longer it may take. */
static int64_t step(const struct sqlite_box *b, int64_t now, int64_t waited)
{
	int64_t since = now - b->written_ms, next = POLL_MIN_MS + waited;

	if (!b->watch)
		return next < POLL_MAX_MS ? next : POLL_MAX_MS;
	return since < ALERT_MS ? 1 + since / 4 : WATCH_MS;
}

bool sqlite_wait(struct inbox *box, int timeout_ms, bool *changed, struct err *e)
{
	struct sqlite_box *b = (struct sqlite_box *)box;
	int64_t began = now_ms(), now, nap, seen;

	if (timeout_ms > 0)
		watch(b);
	for (;;) {
		struct pollfd written = { .events = POLLIN };

		if (!sqlite_alive(b, e))
			return false;
		drain(b);	/* before the look: what is written after it wakes us */
		if (!sqlite_count(b, SQL_CHANGES, &seen, e))
			return false;
		now = now_ms();
		if (seen != b->changes || now - began >= timeout_ms)
			break;
		nap = step(b, now, now - began);
		if (nap > timeout_ms - (now - began))
			nap = timeout_ms - (now - began);
		written.fd = b->watch - 1;
		if (poll(&written, 1, (int)nap) < 0 && errno == EINTR)	/* a signal: the caller may want to end */
			break;
	}
	*changed = seen != b->changes;
	b->changes = seen;
	return true;
}
