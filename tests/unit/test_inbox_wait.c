/* What inbox.h promises of waiting for other processes' commits. */
#include "tests/unit/test_inbox.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

enum { ROUNDS = 100, LONG_MS = 20000 };

static int64_t ms_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool waited(struct inbox *box, int timeout_ms)
{
	bool changed = false;
	struct err e = { 0 };

	if (!box->ops->wait(box, timeout_ms, &changed, &e))
		fail_msg("wait: %s", e.text);
	return changed;
}

/* How many inotify instances this process has. */
static int watches(void)
{
	DIR *d = opendir("/proc/self/fd");
	struct dirent *entry;
	int n = 0;

	assert_non_null(d);
	while ((entry = readdir(d))) {
		char to[64];
		ssize_t len = readlinkat(dirfd(d), entry->d_name, to, sizeof to - 1);

		to[len > 0 ? len : 0] = '\0';
		n += !strcmp(to, "anon_inode:inotify");
	}
	closedir(d);
	return n;
}

/* Commits a note for each byte that comes, until none comes. */
static void commit_when_told(int from)
{
	struct inbox *box = NULL;
	struct inbox_put did;
	char go;

	if (!inbox_open(&box, store->url, dir, INBOX_SERVE, NULL))
		_exit(1);
	for (int n = 1; read(from, &go, 1) == 1; n++) {
		struct pix_event ev = event_no(n);
		struct inbox_note note = note_of("x", &ev, 1);

		if (!put_one(box, &note, &did, NULL))
			_exit(1);
	}
	inbox_close(box);
	_exit(0);
}

/* Told just before the wait, so that the commit falls anywhere in its beginning. All rounds take less than a second; were no
 * wake-ups to come, or were they lost, each would take some of the half second after which the inbox is looked at anyhow. */
static void each_commit_of_another_process_ends_the_wait(void **state)
{
	int pipes[2], status;
	int64_t began = ms_now();
	struct inbox *box;
	pid_t child;

	(void)state;
	assert_int_equal(pipe(pipes), 0);
	child = fork();
	if (!child) {
		close(pipes[1]);
		commit_when_told(pipes[0]);
	}
	close(pipes[0]);
	box = opened(INBOX_WRITE);
	for (int i = 1; i <= ROUNDS; i++) {
		assert_int_equal(write(pipes[1], "", 1), 1);
		while (stats_of(box, NULL).events < i) {
			waited(box, LONG_MS);
			assert_true(ms_now() - began < LONG_MS);
		}
		usleep((useconds_t)(i % 7) * 300);
	}
	close(pipes[1]);
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
	inbox_close(box);
}

static void nothing_is_told_of_ones_own_commits(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);

	(void)state;
	waited(box, 1);
	for (int i = 0; i < 5; i++) {
		put_number(box, i);
		assert_false(waited(box, 5));
	}
	inbox_close(box);
}

static void a_service_and_a_one_shot_pay_nothing_for_what_they_do_not_wait_for(void **state)
{
	struct inbox *box = opened(INBOX_ONCE);
	bool was = watches();

	(void)state;
	put_number(box, 1);
	assert_int_equal(watches(), was);
	inbox_close(box);
	box = opened(INBOX_READ);
	waited(box, 0);		/* only a look */
	assert_int_equal(watches(), was);
	waited(box, 1);
	waited(box, 1);
	assert_int_equal(watches(), was + 1);
	inbox_close(box);
	assert_int_equal(watches(), was);
}

static void *commit_soon(void *arg)
{
	usleep(30000);
	put_number(arg, 1);
	return NULL;
}

static void where_no_watch_is_to_be_had_the_wait_works_all_the_same(void **state)
{
	struct inbox *writer = opened(INBOX_SERVE), *box = opened(INBOX_READ);
	struct rlimit was, none;
	pthread_t thread;
	int64_t began = ms_now();

	(void)state;
	put_number(writer, 100);	/* all that it needs is open */
	waited(box, 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
	none = was;
	none.rlim_cur = 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(pthread_create(&thread, NULL, commit_soon, writer), 0);
	while (!waited(box, LONG_MS) && ms_now() - began < LONG_MS)
		;
	pthread_join(thread, NULL);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
	assert_int_equal(watches(), 0);
	assert_int_equal(stats_of(box, NULL).events, 2);
	assert_true(ms_now() - began < LONG_MS);
	inbox_close(box);
	inbox_close(writer);
}

static void caught(int sig)
{
	(void)sig;
}

static void a_signal_ends_the_wait(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	struct sigaction act = { .sa_handler = caught }, was;
	struct itimerspec soon = { .it_value.tv_nsec = 50000000, .it_interval.tv_nsec = 50000000 };
	int64_t began = ms_now();
	timer_t timer;

	(void)state;
	sigaction(SIGALRM, &act, &was);
	assert_int_equal(timer_create(CLOCK_MONOTONIC, NULL, &timer), 0);
	timer_settime(timer, 0, &soon, NULL);
	assert_false(waited(box, LONG_MS));
	assert_true(ms_now() - began < LONG_MS);
	timer_delete(timer);
	sigaction(SIGALRM, &was, NULL);
	inbox_close(box);
}

static void the_time_limit_is_kept(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	int64_t began = ms_now();

	(void)state;
	waited(box, 0);
	assert_false(waited(box, 700));
	assert_true(ms_now() - began >= 700);
	inbox_close(box);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		PROMISE(each_commit_of_another_process_ends_the_wait),
		PROMISE(nothing_is_told_of_ones_own_commits),
		PROMISE(a_service_and_a_one_shot_pay_nothing_for_what_they_do_not_wait_for),
		PROMISE(where_no_watch_is_to_be_had_the_wait_works_all_the_same),
		PROMISE(a_signal_ends_the_wait),
		PROMISE(the_time_limit_is_kept),
	};
	int failed = 0;

	for (size_t i = 0; i < sizeof tested / sizeof *tested; i++) {
		store = &tested[i];
		failed += cmocka_run_group_tests_name("inbox_wait", tests, NULL, NULL);
	}
	return failed;
}
