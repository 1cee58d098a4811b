#include "inbox/queue.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#ifndef sigev_notify_thread_id	/* glibc before 2.38 has the member but not its name */
#define sigev_notify_thread_id _sigev_un._tid
#endif

bool queue_open(struct queue *q, const char *path, const char *like, struct err *e)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0 && errno == ENOENT && stat(like, &st) == 0) {
		fd = open(path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (fd < 0 && errno == EEXIST)
			fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
		/* Whoever may write the store may queue for it; root must not lock the gate out. */
		else if (fd >= 0 && (fchmod(fd, st.st_mode & 0777) || (!geteuid() && fchown(fd, st.st_uid, st.st_gid))))
			goto bad;
	}
	if (fd < 0)
		goto bad;
	q->fd = fd + 1;
	return true;
bad:
	fail(e, ERR_STORE, "inbox: lock file %s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return false;
}

void queue_close(struct queue *q)
{
	if (q->fd)
		close(q->fd - 1);
	q->fd = 0;
	q->held = false;
}

static void woken(int sig)
{
	(void)sig;
}

static bool passed(const struct timespec *since, int seconds)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec - since->tv_sec > seconds ||
	       (now.tv_sec - since->tv_sec == seconds && now.tv_nsec >= since->tv_nsec);
}

/* flock(2) has no time limit, so a timer aimed at this thread ends it with EINTR. It repeats in case that it fires just
 * before the call. Polling with LOCK_NB instead would let newcomers overtake. 0 or an errno. */
static int wait_turn(int fd, int seconds)
{
	struct sigaction act = { .sa_handler = woken }, was;
	struct sigevent to = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGALRM };
	struct itimerspec when = { .it_value.tv_sec = seconds, .it_interval.tv_nsec = 100000000 };
	struct timespec since;
	sigset_t alarm_only, mask;
	timer_t timer;
	int err = 0;

	clock_gettime(CLOCK_MONOTONIC, &since);
	to.sigev_notify_thread_id = gettid();
	if (timer_create(CLOCK_MONOTONIC, &to, &timer))
		return errno;
	sigemptyset(&alarm_only);
	sigaddset(&alarm_only, SIGALRM);
	sigaction(SIGALRM, &act, &was);
	pthread_sigmask(SIG_UNBLOCK, &alarm_only, &mask);
	timer_settime(timer, 0, &when, NULL);
	while (flock(fd, LOCK_EX)) {
		err = errno;
		if (err != EINTR || passed(&since, seconds))
			break;
		err = 0;
	}
	timer_delete(timer);
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	sigaction(SIGALRM, &was, NULL);
	return err;
}

bool queue_enter(struct queue *q, int seconds, struct err *e)
{
	int err = 0;

	if (q->held)
		return true;
	if (flock(q->fd - 1, LOCK_EX | LOCK_NB))
		err = errno == EWOULDBLOCK || errno == EINTR ? wait_turn(q->fd - 1, seconds) : errno;
	if (err == EINTR)
		return fail(e, ERR_STORE, "inbox: locked for %d s by another pixgate process; end it if it hangs", seconds);
	if (err)
		return fail(e, ERR_STORE, "inbox: cannot queue for the store: %s", strerror(err));
	q->held = true;
	return true;
}

void queue_leave(struct queue *q)
{
	if (q->held)
		flock(q->fd - 1, LOCK_UN);
	q->held = false;
}
