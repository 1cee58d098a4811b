#include "fcgi/cgi.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fcgi/job.h"
#include "lib/buf.h"
#include "lib/when.h"

extern char **environ;

static int64_t monotonic_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* At most n bytes of standard input before the deadline; 0: it ended, was too slow, or broke. */
static size_t some(char *to, size_t n, int64_t deadline_us)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };

	for (;;) {
		int64_t left = (deadline_us - monotonic_us()) / 1000;
		ssize_t got;

		if (left <= 0 || (poll(&p, 1, (int)left) <= 0 && errno != EINTR))
			return 0;
		got = read(STDIN_FILENO, to, n);
		if (got >= 0)
			return (size_t)got;
		if (errno != EINTR && errno != EAGAIN)
			return 0;
	}
}

/*
 * Reads the body: as many bytes as were announced, for the server need not close its end (RFC 3875 §4.2), or to its end
 * where it announced none. What does not fit, or is not wanted, is drained within LIMIT_DRAIN. true: it fitted.
 */
static bool read_body(struct buf *body, bool wanted, int64_t announced, int64_t deadline_us)
{
	char part[16384];
	uint64_t total = 0, most = (uint64_t)body->max + LIMIT_DRAIN;
	bool fits = true;

	while (total < most && (announced < 0 || total < (uint64_t)announced)) {
		size_t n = sizeof part;

		if (announced >= 0 && (uint64_t)announced - total < n)
			n = (size_t)((uint64_t)announced - total);
		n = some(part, n, deadline_us);
		if (!n)
			break;
		total += n;
		fits = fits && (!wanted || buf_add(body, part, n));
	}
	return fits;
}

static void answer(const struct job *j)
{
	size_t len;
	const char *text = answer_text(j->status, j->verdict.check, &len);

	while (len) {
		ssize_t n = write(STDOUT_FILENO, text, len);

		if (n < 0 && errno != EINTR)
			return;
		if (n > 0) {
			text += n;
			len -= (size_t)n;
		}
	}
}

int cgi_serve(const char *conf)
{
	struct err e = { .code = ERR_NONE };
	struct gate g = { 0 };
	struct keeper k = { .mode = INBOX_ONCE };
	struct buf body = BUF(LIMIT_BODY);
	struct job j;
	char *file = settings_find(conf, &e);
	int64_t now_ms = when_now(), deadline;
	bool open = file && gate_open(&g, file, true, &e), fits;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);	/* a file at the limit that the host sets is a full disk: 503, not death */
	job_start(&j, monotonic_us());
	deadline = j.began_us + (int64_t)LIMIT_STALL_MS * 1000;
	job_params(&j, environ, open ? g.settings->proxy_header : PROXY_X_FORWARDED_FOR);
	if (open) {
		body.max = (size_t)g.settings->max_body;
		k.url = g.settings->inbox;
		k.dir = g.settings->dir;
		job_admit(&j, &g, now_ms / 1000);
		if (g.trouble.code)
			report_trouble("configuration", &g.trouble, j.began_us);
	} else {
		j.status = 503;
		j.verdict.check = "configuration";
		report_trouble("configuration", &e, j.began_us);
	}
	fits = read_body(&body, j.status == 0, j.announced, deadline);
	if (j.status == 0)
		job_body(&j, buf_str(&body), body.len, !fits);
	if (j.status == 0) {
		keeper_store(&k, &j, now_ms, &e);
		if (e.code)
			report_trouble("storage", &e, monotonic_us());
	}
	/* The answer last: lighttpd ends a CGI program with SIGTERM as soon as it has the whole answer, and one that was
	 * always killed before its WAL was copied would leave the next one an ever longer WAL to read. */
	keeper_close(&k);
	report_job(&j, monotonic_us());
	answer(&j);
	job_free(&j);
	buf_free(&body);
	gate_close(&g);
	free(file);
	return 0;
}
