#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
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
	struct buf out, err;
	struct err e;
	int status;
	bool ok;
};

static void forget(struct said *s)
{
	buf_free(&s->out);
	buf_free(&s->err);
}

static struct said sh_with(struct run r, const char *script, size_t ceiling)
{
	const char *const argv[] = { "/bin/sh", "-c", script, NULL };
	struct said s = { .out = BUF(ceiling), .err = BUF(ceiling), .status = -1 };

	r.argv = argv;
	r.out = &s.out;
	r.err = &s.err;
	if (!r.timeout_ms)
		r.timeout_ms = 20000;
	s.ok = run_program(&r, &s.status, &s.e);
	return s;
}

static struct said sh(const char *script)
{
	return sh_with((struct run){ 0 }, script, 65536);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void both_outputs_and_the_status_come_back(void **state)
{
	struct said s = sh("echo one; echo two >&2; exit 7");

	(void)state;
	assert_true(s.ok);
	assert_int_equal(s.status, 7);
	assert_string_equal(buf_str(&s.out), "one\n");
	assert_string_equal(buf_str(&s.err), "two\n");
	forget(&s);
}

static void both_outputs_may_go_to_one_place(void **state)
{
	const char *const argv[] = { "sh", "-c", "echo one; echo two >&2", NULL };
	struct buf b = BUF(100);
	struct run r = { .argv = argv, .timeout_ms = 20000, .out = &b, .err = &b };
	struct err e;
	int status;

	(void)state;
	assert_true(run_program(&r, &status, &e));
	assert_int_equal(b.len, 8);
	buf_free(&b);
}

static void words_reach_the_program_as_they_are(void **state)
{
	const char *const argv[] = { "printf", "%s|", "a b", "$HOME", "'\"", "", "x;y", NULL };
	struct buf b = BUF(100);
	struct run r = { .argv = argv, .timeout_ms = 20000, .out = &b };
	struct err e;
	int status;

	(void)state;
	assert_true(run_program(&r, &status, &e));
	assert_string_equal(buf_str(&b), "a b|$HOME|'\"||x;y|");
	buf_free(&b);
}

static void its_input_is_what_it_is_given(void **state)
{
	struct said s = sh_with((struct run){ .in = "a\0b\n", .in_len = 4 }, "cat", 100);

	(void)state;
	assert_int_equal(s.out.len, 4);
	assert_memory_equal(s.out.data, "a\0b\n", 4);
	forget(&s);
	s = sh("cat; echo end");
	assert_string_equal(buf_str(&s.out), "end\n");
	forget(&s);
}

static void more_than_a_pipe_holds_goes_in_and_out_at_once(void **state)
{
	enum { MUCH = 1024 * 1024 };
	char *text = malloc(MUCH);
	struct said s;

	(void)state;
	assert_non_null(text);
	memset(text, 'x', MUCH);
	s = sh_with((struct run){ .in = text, .in_len = MUCH }, "cat | tee /dev/stderr", MUCH);
	assert_true(s.ok);
	assert_int_equal(s.out.len, MUCH);
	assert_int_equal(s.err.len, MUCH);
	forget(&s);
	free(text);
}

static void what_passes_the_ceiling_is_dropped_and_the_program_ends(void **state)
{
	struct said s = sh_with((struct run){ 0 }, "head -c 300000 /dev/zero | tr '\\0' y; echo z >&2; exit 3", 1000);

	(void)state;
	assert_true(s.ok);
	assert_int_equal(s.status, 3);
	assert_int_equal(s.out.len, 1000);
	assert_string_equal(buf_str(&s.err), "z\n");
	forget(&s);
}

static void a_program_that_reads_nothing_is_no_broken_pipe(void **state)
{
	static char text[300000];
	struct said s;

	(void)state;
	memset(text, 'x', sizeof text);
	signal(SIGPIPE, SIG_DFL);
	s = sh_with((struct run){ .in = text, .in_len = sizeof text }, "exec <&-; exit 4", 100);
	assert_true(s.ok);
	assert_int_equal(s.status, 4);
	forget(&s);
}

static void a_program_that_hangs_is_stopped_with_all_its_children(void **state)
{
	int64_t since = now_ms();
	char script[200], path[128];
	struct said s;
	struct stat st;

	(void)state;
	snprintf(path, sizeof path, "%s/late", scene_dir);
	snprintf(script, sizeof script, "trap '' TERM; (sleep 1; echo late >%s) & echo begun; sleep 30", path);
	s = sh_with((struct run){ .timeout_ms = 200 }, script, 100);
	assert_false(s.ok);
	assert_int_equal(s.e.code, ERR_STORE);
	assert_non_null(strstr(s.e.text, "/bin/sh: not done after 0.2 seconds"));
	assert_string_equal(buf_str(&s.out), "begun\n");
	assert_int_equal(s.status, -1);
	assert_true(now_ms() - since < 5000);
	nanosleep(&(struct timespec){ 1, 300 * 1000 * 1000 }, NULL);
	assert_int_equal(stat(path, &st), -1);
	forget(&s);
}

static void one_that_closed_its_output_and_hangs_is_stopped_too(void **state)
{
	struct said s = sh_with((struct run){ .timeout_ms = 200 }, "exec >&- 2>&-; sleep 30", 100);

	(void)state;
	assert_false(s.ok);
	assert_int_equal(s.e.code, ERR_STORE);
	forget(&s);
}

static void a_child_of_its_that_keeps_the_pipe_open_is_not_waited_for(void **state)
{
	int64_t since = now_ms();
	struct said s = sh("sleep 20 & echo done; exit 5");

	(void)state;
	assert_true(s.ok);
	assert_int_equal(s.status, 5);
	assert_string_equal(buf_str(&s.out), "done\n");
	assert_true(now_ms() - since < 5000);
	forget(&s);
	/* nor one that has left its group */
	since = now_ms();
	s = sh("setsid sleep 3 & echo done; exit 6");
	assert_true(s.ok);
	assert_int_equal(s.status, 6);
	assert_string_equal(buf_str(&s.out), "done\n");
	assert_true(now_ms() - since < 2500);
	forget(&s);
}

static void death_by_a_signal_is_128_and_its_number(void **state)
{
	struct said s = sh("kill -SEGV $$");

	(void)state;
	assert_true(s.ok);
	assert_int_equal(s.status, 128 + SIGSEGV);
	forget(&s);
}

static void our_own_signals_are_not_the_programs(void **state)
{
	sigset_t term;
	struct said s;

	(void)state;
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	signal(SIGPIPE, SIG_IGN);
	sigprocmask(SIG_BLOCK, &term, NULL);
	s = sh("kill -PIPE $$; exit 0");
	assert_int_equal(s.status, 128 + SIGPIPE);
	forget(&s);
	s = sh("kill -TERM $$; exit 0");
	assert_int_equal(s.status, 128 + SIGTERM);
	forget(&s);
	sigprocmask(SIG_UNBLOCK, &term, NULL);
	signal(SIGPIPE, SIG_DFL);
}

static volatile sig_atomic_t stop;

static void on_alarm(int number)
{
	stop = number;
}

static void a_signal_to_us_stops_it(void **state)
{
	int64_t since = now_ms();
	struct said s;

	(void)state;
	stop = 0;
	signal(SIGALRM, on_alarm);
	alarm(1);
	s = sh_with((struct run){ .stop = &stop }, "sleep 30", 100);
	assert_true(s.ok);
	assert_int_equal(s.status, 128 + SIGALRM);
	assert_true(now_ms() - since < 5000);
	signal(SIGALRM, SIG_DFL);
	forget(&s);
}

static void it_starts_where_it_is_told(void **state)
{
	struct said s = sh_with((struct run){ .dir = scene_dir }, "cat loja.secret", 100);

	(void)state;
	assert_string_equal(buf_str(&s.out), SCENE_SECRET "\n");
	forget(&s);
	s = sh_with((struct run){ .dir = "/nowhere/at/all" }, "exit 0", 100);
	assert_false(s.ok);
	assert_int_equal(s.e.code, ERR_STORE);
	assert_string_equal(s.e.text, "/bin/sh could not be started in /nowhere/at/all: No such file or directory");
	forget(&s);
}

static void what_is_set_stands_in_its_environment_once(void **state)
{
	static const char *const set[] = { "PIXGATE_A=new", "PIXGATE_B=b=c", NULL };
	struct said s;

	(void)state;
	setenv("PIXGATE_A", "old", 1);
	setenv("PIXGATE_AB", "kept", 1);
	s = sh_with((struct run){ .set = set }, "env | grep ^PIXGATE_ | sort | tr '\n' ' '", 200);
	assert_string_equal(buf_str(&s.out), "PIXGATE_A=new PIXGATE_AB=kept PIXGATE_B=b=c ");
	forget(&s);
	s = sh("echo $PIXGATE_A $PIXGATE_B");
	assert_string_equal(buf_str(&s.out), "old\n");
	forget(&s);
	unsetenv("PIXGATE_A");
	unsetenv("PIXGATE_AB");
}

static void no_descriptor_of_ours_is_the_programs(void **state)
{
	int fd = open("/dev/null", O_RDONLY);
	struct said s = sh("ls /proc/self/fd | tr '\\n' ' '");

	(void)state;
	assert_true(fd > 2);
	/* 3 is the folder that ls reads */
	assert_string_equal(buf_str(&s.out), "0 1 2 3 ");
	close(fd);
	forget(&s);
}

static void closed_standard_streams_confuse_nobody(void **state)
{
	int kept[3];
	struct said s;

	(void)state;
	for (int i = 0; i < 3; i++) {
		kept[i] = fcntl(i, F_DUPFD_CLOEXEC, 10);
		close(i);
	}
	s = sh_with((struct run){ .in = "in\n", .in_len = 3 }, "cat; echo out; echo err >&2", 100);
	for (int i = 0; i < 3; i++) {
		dup2(kept[i], i);
		close(kept[i]);
	}
	assert_true(s.ok);
	assert_string_equal(buf_str(&s.out), "in\nout\n");
	assert_string_equal(buf_str(&s.err), "err\n");
	forget(&s);
}

static void nothing_stays_open_behind_a_run(void **state)
{
	int before = dup(0), after;
	struct said s = sh("exit 0");

	(void)state;
	forget(&s);
	s = sh_with((struct run){ .timeout_ms = 50 }, "sleep 9", 9);
	forget(&s);
	s = sh_with((struct run){ .dir = "/nowhere/at/all" }, "exit 0", 9);
	forget(&s);
	after = dup(0);
	assert_int_equal(after, before + 1);
	close(before);
	close(after);
	assert_int_equal(waitpid(-1, NULL, 0), -1);
	assert_int_equal(errno, ECHILD);
}

#define EACH(f) cmocka_unit_test_setup_teardown(f, open_scene, close_scene)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(both_outputs_and_the_status_come_back),
		EACH(both_outputs_may_go_to_one_place),
		EACH(words_reach_the_program_as_they_are),
		EACH(its_input_is_what_it_is_given),
		EACH(more_than_a_pipe_holds_goes_in_and_out_at_once),
		EACH(what_passes_the_ceiling_is_dropped_and_the_program_ends),
		EACH(a_program_that_reads_nothing_is_no_broken_pipe),
		EACH(a_program_that_hangs_is_stopped_with_all_its_children),
		EACH(one_that_closed_its_output_and_hangs_is_stopped_too),
		EACH(a_child_of_its_that_keeps_the_pipe_open_is_not_waited_for),
		EACH(death_by_a_signal_is_128_and_its_number),
		EACH(our_own_signals_are_not_the_programs),
		EACH(a_signal_to_us_stops_it),
		EACH(it_starts_where_it_is_told),
		EACH(what_is_set_stands_in_its_environment_once),
		EACH(no_descriptor_of_ours_is_the_programs),
		EACH(closed_standard_streams_confuse_nobody),
		EACH(nothing_stays_open_behind_a_run),
	};

	return cmocka_run_group_tests_name("run", tests, NULL, NULL);
}
