/* How programs end that do not want to: TERM and then KILL, with us, in threads, and while they write without end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include <cmocka.h>
#undef fail	/* ours is the one in lib/err.h */

#include "lib/run.h"
#include "tests/unit/scene.h"

static int open_scene(void **state)
{
	(void)state;
	scene_open("");
	return 0;
}

static int close_scene(void **state)
{
	(void)state;
	scene_close();
	return 0;
}

struct said {
	struct buf out;
	struct run_end end;
	struct err e;
	int status;
	bool ok;
};

static struct said sh(struct run r, const char *script)
{
	const char *const argv[] = { "/bin/sh", "-c", script, NULL };
	struct said s = { .out = BUF(100), .status = -1 };

	r.argv = argv;
	r.out = &s.out;
	r.dir = scene_dir;
	r.end = &s.end;
	if (!r.timeout_ms)
		r.timeout_ms = 20000;
	s.ok = run_program(&r, &s.status, &s.e);
	return s;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool there(const char *name)
{
	char path[160];

	snprintf(path, sizeof path, "%s/%s", scene_dir, name);
	return !access(path, F_OK);
}

/* The process whose id stands in that file; 0: none yet. */
static pid_t noted(const char *name)
{
	char path[160];
	int pid = 0;
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", scene_dir, name);
	f = fopen(path, "r");
	if (f && fscanf(f, "%d\n", &pid) != 1)
		pid = 0;
	if (f)
		fclose(f);
	return pid;
}

/* Within ten seconds. What is dead and not yet waited for by whoever inherited it is gone too. */
static bool soon_gone(pid_t pid)
{
	char path[64], state = 0;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	for (int i = 0; i < 1000; i++) {
		FILE *f = fopen(path, "r");

		if (!f)
			return true;
		if (fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
			state = 0;
		fclose(f);
		if (state == 'Z')
			return true;
		nanosleep(&(struct timespec){ 0, 10000000 }, NULL);
	}
	return false;
}

static void an_end_of_its_own_is_told_apart(void **state)
{
	struct said s = sh((struct run){ 0 }, "exit 137");

	(void)state;
	assert_true(s.ok && s.end.began && !s.end.late);
	assert_int_equal(s.status, 137);
	assert_int_equal(s.end.signal, 0);
	s = sh((struct run){ 0 }, "kill -KILL $$");
	assert_true(s.ok && s.end.began && !s.end.late);
	assert_int_equal(s.status, 137);
	assert_int_equal(s.end.signal, SIGKILL);
	s = sh((struct run){ .timeout_ms = 100 }, "sleep 30");
	assert_false(s.ok);
	assert_true(s.end.began && s.end.late);
	assert_int_equal(s.end.signal, SIGKILL);
	assert_false(run_program(&(struct run){ .argv = (const char *const[]){ "/nowhere/at/all", NULL }, .end = &s.end }, &s.status, &s.e));
	assert_false(s.end.began || s.end.late);
	assert_int_equal(s.e.code, ERR_NOT_FOUND);
}

static void with_a_grace_it_may_put_its_things_in_order(void **state)
{
	struct said s = sh((struct run){ .timeout_ms = 300, .grace_ms = 15000 }, "trap 'echo bye; exit 9' TERM; echo begun; while :; do sleep 0.05; done");

	(void)state;
	assert_false(s.ok);
	assert_true(s.end.late);
	assert_int_equal(s.end.signal, 0);
	assert_string_equal(buf_str(&s.out), "begun\nbye\n");
	assert_non_null(strstr(s.e.text, "not done after 0.3 seconds"));
	buf_free(&s.out);
}

static void the_grace_is_of_the_whole_group(void **state)
{
	struct said s = sh((struct run){ .timeout_ms = 500, .grace_ms = 15000 },
			   "(trap ': >child; exit' TERM; : >ready; while :; do sleep 0.05; done) & trap 'wait; exit' TERM; while :; do sleep 0.05; done");

	(void)state;
	assert_true(s.end.late && s.end.signal == 0);
	assert_true(there("ready") && there("child"));
	buf_free(&s.out);
}

static void who_ignores_the_term_is_killed_with_all_its_children(void **state)
{
	int64_t since = now_ms();
	struct said s = sh((struct run){ .timeout_ms = 300, .grace_ms = 400 }, "trap '' TERM; sleep 30 & echo $! >child; while :; do sleep 30; done");

	(void)state;
	assert_false(s.ok);
	assert_int_equal(s.end.signal, SIGKILL);
	assert_in_range(now_ms() - since, 700, 6000);
	assert_true(noted("child") > 1 && soon_gone(noted("child")));
	buf_free(&s.out);
}

static void who_leaves_a_child_behind_has_it_killed_whatever_it_ignores(void **state)
{
	struct said s = sh((struct run){ .grace_ms = 15000 }, "(trap '' TERM HUP; echo begun >ready; exec sleep 30) & echo $! >child; until [ -e ready ]; do :; done; exit 4");

	(void)state;
	assert_true(s.ok);
	assert_int_equal(s.status, 4);
	assert_true(soon_gone(noted("child")));
	buf_free(&s.out);
}

/* One that is faster than we read: the clock is looked at all the same. */
static void who_writes_without_end_is_stopped_in_time(void **state)
{
	int64_t since = now_ms();
	struct said s = sh((struct run){ .timeout_ms = 400, .grace_ms = 200 }, "trap '' TERM; for i in 1 2 3 4; do cat /dev/zero & cat /dev/zero >&2 & done; exec cat /dev/zero");

	(void)state;
	assert_true(s.end.late);
	assert_int_equal(s.out.len, 100);
	assert_in_range(now_ms() - since, 400, 6000);
	buf_free(&s.out);
}

static void nor_is_one_waited_for_that_left_the_group_and_writes_without_end(void **state)
{
	int64_t since = now_ms();
	struct said s = sh((struct run){ 0 }, "setsid sh -c 'echo $$ >child; exec yes' & until [ -s child ]; do :; done; exit 6");

	(void)state;
	assert_true(s.ok);
	assert_int_equal(s.status, 6);
	assert_in_range(now_ms() - since, 0, 6000);
	assert_true(soon_gone(noted("child")));	/* its pipe broke */
	buf_free(&s.out);
}

/* A process that runs `script` and is killed before it ends. Returns the program's id. */
static pid_t orphan(bool dies, const char *script)
{
	pid_t us = fork();

	if (!us) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		sh((struct run){ .dies_with_us = dies }, script);
		_exit(0);
	}
	for (int i = 0; i < 2000 && !noted("program"); i++)
		nanosleep(&(struct timespec){ 0, 5000000 }, NULL);
	kill(us, SIGKILL);
	waitpid(us, NULL, 0);
	return noted("program");
}

static void it_dies_with_us_where_that_is_wanted(void **state)
{
	pid_t pid;

	(void)state;
	pid = orphan(true, "trap '' TERM HUP INT; echo $$ >program; while :; do sleep 0.1; done");
	assert_true(pid > 1 && soon_gone(pid));
	scene_close();
	scene_open("");
	pid = orphan(false, "echo $$ >program; sleep 30");
	assert_true(pid > 1 && !kill(pid, 0));
	kill(-pid, SIGKILL);
}

static int open_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

enum { THREADS = 6, TURNS = 12 };

/* Each thread's programs see its own input, and no other descriptor; a line of the list that ls makes is its own folder. */
static void *run_many(void *arg)
{
	int n = *(int *)arg, wrong = 0;

	for (int i = 0; i < TURNS; i++) {
		static const char *const argv[] = { "/bin/sh", "-c", "cat; ls /proc/self/fd | tr '\\n' ' '; exit $N", NULL };
		char set[8], in[32], want[64];
		struct buf out = BUF(200);
		struct err e;
		struct run r = { .argv = argv, .bare = true, .set = (const char *const[]){ set, "PATH=/usr/bin:/bin", NULL }, .in = in, .timeout_ms = 30000,
				 .dies_with_us = true, .out = &out };
		int status = -1;

		snprintf(set, sizeof set, "N=%d", n);
		r.in_len = (size_t)snprintf(in, sizeof in, "%d %d\n", n, i);
		snprintf(want, sizeof want, "%d %d\n0 1 2 3 ", n, i);
		wrong += !run_program(&r, &status, &e) || status != n || strcmp(buf_str(&out), want) != 0;
		buf_free(&out);
	}
	*(int *)arg = wrong;
	return NULL;
}

static void threads_run_programs_side_by_side(void **state)
{
	pthread_t thread[THREADS];
	int number[THREADS], before = open_fds();

	(void)state;
	for (int i = 0; i < THREADS; i++) {
		number[i] = i;
		assert_int_equal(pthread_create(&thread[i], NULL, run_many, &number[i]), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(thread[i], NULL);
		assert_int_equal(number[i], 0);
	}
	assert_int_equal(open_fds(), before);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

#define EACH(f) cmocka_unit_test_setup_teardown(f, open_scene, close_scene)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(an_end_of_its_own_is_told_apart),
		EACH(with_a_grace_it_may_put_its_things_in_order),
		EACH(the_grace_is_of_the_whole_group),
		EACH(who_ignores_the_term_is_killed_with_all_its_children),
		EACH(who_leaves_a_child_behind_has_it_killed_whatever_it_ignores),
		EACH(who_writes_without_end_is_stopped_in_time),
		EACH(nor_is_one_waited_for_that_left_the_group_and_writes_without_end),
		EACH(it_dies_with_us_where_that_is_wanted),
		EACH(threads_run_programs_side_by_side),
	};

	return cmocka_run_group_tests_name("run_end", tests, NULL, NULL);
}
