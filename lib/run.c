#include "lib/run.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/mem.h"

extern char **environ;

enum {
	STEP_MS = 10,	/* how soon an end without the end of its output, and *stop, are seen */
	TAKE = 64,	/* pieces of output at a time: who writes without end must not keep us from looking at the clock */
};

static const char sbin[] = "/usr/local/sbin:/usr/sbin:/sbin";

/* One end of a child's output, and where it goes. fd -1: at its end. */
struct stream {
	int fd;
	struct buf *to;
};

static int64_t clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool can_run(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode) && !access(path, X_OK);
}

/* folders: joined by ':'. A folder that is not absolute would let the place where we stand choose the program. */
static char *find_in(const char *folders, const char *name)
{
	while (folders && *folders) {
		size_t len = strcspn(folders, ":");
		struct buf path = BUF(PATH_MAX);
		bool found = *folders == '/' && buf_add(&path, folders, len) && buf_putf(&path, "/%s", name) && can_run(buf_str(&path));

		if (found)
			return path.data;
		buf_free(&path);
		folders += len + (folders[len] == ':');
	}
	return NULL;
}

char *program_find(const char *name)
{
	char *path;

	if (!*name)
		return NULL;
	if (strchr(name, '/'))
		return can_run(name) ? xstrdup(name) : NULL;
	path = find_in(getenv("PATH"), name);
	return path ? path : find_in(sbin, name);
}

/* The child reads a file that is there as a whole: nothing is fed, so nothing waits, and no pipe breaks. */
static int input(const struct run *r, struct err *e)
{
	int fd = r->in ? memfd_create("input", MFD_CLOEXEC) : open("/dev/null", O_RDONLY | O_CLOEXEC);
	size_t done = 0;

	while (fd >= 0 && r->in && done < r->in_len) {
		ssize_t n = write(fd, r->in + done, r->in_len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			fail(e, ERR_STORE, "%s: its input: %s", r->argv[0], strerror(errno));
			close(fd);
			return -1;
		}
		done += (size_t)n;
	}
	if (fd < 0 || lseek(fd, 0, SEEK_SET) < 0)
		fail(e, ERR_STORE, "%s: its input: %s", r->argv[0], strerror(errno));
	return fd;
}

/* Our environment (bare: an empty one) with those of `set` in place of what it had by their names. drop() frees it. */
static char **environment(const char *const *set, bool bare)
{
	size_t n = 0, more = 0;
	char **env;

	while (!bare && environ && environ[n])
		n++;
	while (set && set[more])
		more++;
	env = xcalloc(n + more + 1, sizeof *env);
	n = 0;
	for (char **e = bare ? NULL : environ; e && *e; e++) {
		size_t i = 0;

		while (i < more && strncmp(*e, set[i], strcspn(set[i], "=") + 1) != 0)
			i++;
		if (i == more)
			env[n++] = xstrdup(*e);
	}
	for (size_t i = 0; i < more; i++)
		env[n++] = xstrdup(set[i]);
	return env;
}

static char **copy(const char *const *words)
{
	size_t n = 0;
	char **all;

	while (words[n])
		n++;
	all = xcalloc(n + 1, sizeof *all);
	while (n--)
		all[n] = xstrdup(words[n]);
	return all;
}

static void drop(char **words)
{
	for (char **w = words; *w; w++)
		free(*w);
	free(words);
}

static void shut(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* The child, with no call that a fork forbids. It tells errno to `told` where it cannot be that program. */
__attribute__((noreturn)) static void become(const struct run *r, const char *path, const int fds[3], char **argv, char **env, int told, pid_t us)
{
	sigset_t none;
	int error;

	setpgid(0, 0);
	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);	/* ours ignores SIGPIPE */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* in this order, even where ours were closed: what was opened first has the lower number, so none is lost */
	for (int i = 0; i < 3; i++)
		if (fds[i] == i ? fcntl(i, F_SETFD, 0) < 0 : dup2(fds[i], i) < 0)
			goto out;
#ifdef SYS_close_range
	/* what others gave us without it; an old kernel leaves that open */
	syscall(SYS_close_range, 3u, ~0u, 4u);	/* CLOSE_RANGE_CLOEXEC */
#endif
	if (r->uid && (setgroups(0, NULL) || setgid(r->gid) || setuid(r->uid)))
		goto out;
	if (r->dies_with_us && prctl(PR_SET_PDEATHSIG, SIGKILL))	/* behind setuid, which undoes it */
		goto out;
	if (r->dies_with_us && getppid() != us)
		_exit(127);	/* we are gone already */
	if (!r->dir || !chdir(r->dir))
		execve(path, argv, env);
out:
	error = errno;
	while (write(told, &error, sizeof error) < 0 && errno == EINTR)
		;
	_exit(127);
}

/* Starts path as the head of a new process group. */
static bool start(const struct run *r, const char *path, const int fds[3], pid_t *pid, struct err *e)
{
	char **argv = copy(r->argv), **env = environment(r->set, r->bare);
	int told[2] = { -1, -1 }, error = 0;
	pid_t us = getpid();

	if (pipe2(told, O_CLOEXEC) || (*pid = fork()) < 0) {
		error = errno;
	} else if (!*pid) {
		become(r, path, fds, argv, env, told[1], us);
	} else {
		ssize_t n;

		setpgid(*pid, *pid);	/* whoever of the two is first */
		shut(&told[1]);
		while ((n = read(told[0], &error, sizeof error)) < 0 && errno == EINTR)
			;
		if (n != (ssize_t)sizeof error)
			error = 0;
		else
			waitpid(*pid, NULL, 0);
	}
	if (error)
		fail(e, ERR_STORE, "%s could not be started%s%s: %s", path, r->dir ? " in " : "", r->dir ? r->dir : "", strerror(error));
	shut(&told[0]);
	shut(&told[1]);
	drop(argv);
	drop(env);
	return !error;
}

/* What is there now. Past the ceiling it is read all the same: a child must not wait for ever to say it. */
static void take(struct stream *s)
{
	char part[16384];
	ssize_t n;

	for (int i = 0; i < TAKE && s->fd >= 0; i++) {
		n = read(s->fd, part, sizeof part);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0) {
			shut(&s->fd);
			return;
		}
		if (s->to) {
			size_t room = s->to->max - s->to->len;

			buf_add(s->to, part, (size_t)n < room ? (size_t)n : room);
		}
	}
}

static bool has_ended(pid_t pid)
{
	siginfo_t info = { 0 };

	/* WNOWAIT: as long as it is not reaped, no other process group can have its number */
	return !waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) && info.si_pid == pid;
}

/* Readable when the process has ended; -1 where the kernel has no such thing, and STEP_MS must do. */
static int watch(pid_t pid)
{
#ifdef SYS_pidfd_open
	return (int)syscall(SYS_pidfd_open, pid, 0u);	/* close-on-exec by itself */
#else
	(void)pid;
	return -1;
#endif
}

/* Reads until the child has ended, the time is up, or *stop says so. true: it has ended. */
static bool attend(pid_t pid, int end, struct stream s[2], int64_t until, const volatile sig_atomic_t *stop)
{
	while (!has_ended(pid)) {
		struct pollfd fds[3] = { { .fd = s[0].fd, .events = POLLIN }, { .fd = s[1].fd, .events = POLLIN }, { .fd = end, .events = POLLIN } };

		if (clock_ms() >= until || (stop && *stop))
			return false;
		poll(fds, 3, STEP_MS);
		for (int i = 0; i < 2; i++)
			if (fds[i].revents)
				take(&s[i]);
	}
	return true;
}

/* Until it has ended, by itself or not. true: not by itself. */
static bool see_out(const struct run *r, pid_t pid, struct stream s[2])
{
	int end = watch(pid);
	bool cut = !attend(pid, end, s, clock_ms() + r->timeout_ms, r->stop);

	if (cut && r->grace_ms && !kill(-pid, SIGTERM))
		attend(pid, end, s, clock_ms() + r->grace_ms, NULL);
	kill(-pid, SIGKILL);
	shut(&end);
	/* What a process outside its group (a daemon) may still say is not waited for. */
	for (int i = 0; i < 2; i++)
		take(&s[i]);
	return cut;
}

/* *died: of that signal, else 0. */
static int reap(pid_t pid, int *died)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	*died = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	return *died ? 128 + *died : WEXITSTATUS(status);
}

bool run_program(const struct run *r, int *status, struct err *e)
{
	int out[2] = { -1, -1 }, err[2] = { -1, -1 }, in = -1;
	char *path = program_find(r->argv[0]);
	bool ok = false, cut;
	struct run_end end = { 0 };
	struct stream s[2];
	int ended, stop;
	pid_t pid = -1;

	if (r->end)
		*r->end = end;
	if (!path)
		return fail(e, ERR_NOT_FOUND, "%s: no such program", r->argv[0]);
	in = input(r, e);
	if (in < 0)
		goto out;
	if (pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC) || fcntl(out[0], F_SETFL, O_NONBLOCK) || fcntl(err[0], F_SETFL, O_NONBLOCK)) {
		fail(e, ERR_STORE, "%s: a pipe to it: %s", path, strerror(errno));
		goto out;
	}
	if (!start(r, path, (const int[]){ in, out[1], err[1] }, &pid, e))
		goto out;
	shut(&out[1]);
	shut(&err[1]);
	s[0] = (struct stream){ out[0], r->out };
	s[1] = (struct stream){ err[0], r->err };
	cut = see_out(r, pid, s);
	out[0] = s[0].fd;
	err[0] = s[1].fd;
	ended = reap(pid, &end.signal);
	stop = r->stop ? *r->stop : 0;
	end.began = true;
	end.late = cut && !stop;
	if (r->end)
		*r->end = end;
	if (end.late) {
		fail(e, ERR_STORE, "%s: not done after %d.%d seconds, stopped", path, r->timeout_ms / 1000, r->timeout_ms % 1000 / 100);
		goto out;
	}
	*status = stop ? 128 + stop : ended;
	ok = true;
out:
	shut(&out[0]);
	shut(&out[1]);
	shut(&err[0]);
	shut(&err[1]);
	shut(&in);
	free(path);
	return ok;
}
