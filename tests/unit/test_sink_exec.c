/* Programs that events are given to: what they are told, what their end means, and those that do not want to end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>

#include "deliver/sink.h"	/* ahead of cmocka.h, which has a macro named fail() */
#include "lib/file.h"

#include <cmocka.h>

#include "tests/unit/sinkscene.h"

static char command[3][200];
static char *words[3] = { command[0], command[1], command[2] };

/* conf runs this file of the scene. */
static void runs(const char *script)
{
	char text[600];

	snprintf(text, sizeof text, "#!/bin/sh\n%s\n", script);
	scene_write("paid", text, 0700);
	strcpy(command[0], "paid");
	conf.command = (struct text_list){ words, 1 };
}

static struct sent_result ran(const char *script)
{
	runs(script);
	return sent_once(&sink_exec);
}

/* What stands in a file that the program wrote; the caller frees nothing. */
static const char *wrote(const char *name)
{
	static struct buf b[4];
	static int n;
	char path[160];
	struct err e;

	n = (n + 1) % 4;
	buf_free(&b[n]);
	b[n] = BUF(1024 * 1024);
	snprintf(path, sizeof path, "%s/%s", scene_dir, name);
	return file_read(path, 0, &b[n], &e) ? buf_str(&b[n]) : "";
}

static bool there(const char *name)
{
	char path[160];

	snprintf(path, sizeof path, "%s/%s", scene_dir, name);
	return !access(path, F_OK);
}

/* The process whose id it wrote there is gone within ten seconds. */
static bool soon_gone(const char *name)
{
	pid_t pid = atoi(wrote(name));
	char path[64], state = 0;

	if (pid < 2)
		return false;
	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	for (int i = 0; i < 1000; i++) {
		FILE *f = fopen(path, "r");

		if (!f || fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
			state = 'Z';
		if (f)
			fclose(f);
		if (state == 'Z')	/* dead, whoever has yet to hear of it */
			return true;
		nanosleep(&(struct timespec){ 0, 10000000 }, NULL);
	}
	return false;
}

static void every_exit_status_means_something(void **state)
{
	static const struct { int from, to; enum sent how; const char *why; } rows[] = {
		{ 0, 0, SENT_DONE, "" },
		{ 1, 1, SENT_AGAIN, "exit status 1" }, { 74, 74, SENT_AGAIN, "exit status 74" }, { 75, 75, SENT_AGAIN, "exit status 75: later" },
		{ 76, 76, SENT_AGAIN, "exit status 76" }, { 99, 99, SENT_AGAIN, "exit status 99" },
		{ 100, 100, SENT_GIVE_UP, "exit status 100: it will never take it" }, { 109, 109, SENT_GIVE_UP, "exit status 109: it will never take it" },
		{ 110, 110, SENT_AGAIN, "exit status 110" }, { 111, 111, SENT_AGAIN, "exit status 111" }, { 125, 125, SENT_AGAIN, "exit status 125" },
		{ 126, 126, SENT_STUCK, "exit status 126: a program that cannot be executed" },
		{ 127, 127, SENT_STUCK, "exit status 127: a program that was not found" },
		{ 128, 128, SENT_AGAIN, "exit status 128" }, { 137, 137, SENT_AGAIN, "exit status 137" }, { 255, 255, SENT_AGAIN, "exit status 255" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char script[40];
		struct sent_result result;

		snprintf(script, sizeof script, "exit %d", rows[i].from);
		result = ran(script);
		if (result.how != rows[i].how || strcmp(result.why, rows[i].why) != 0 || result.retry_after_s != -1)
			fail_msg("%d: %d %s", rows[i].from, (int)result.how, result.why);
	}
	assert_string_equal(ran("kill -SEGV $$").why, "killed by signal 11");
	assert_int_equal(ran("kill -KILL $$").how, SENT_AGAIN);
	assert_int_equal(ran("nobody-has-such-a-program").how, SENT_STUCK);
}

static void it_gets_the_whole_event(void **state)
{
	struct buf json = BUF(MESSAGE_BASE);
	char id[MESSAGE_ID], want[600];

	(void)state;
	strcpy(row.event.ref, "D1");
	strcpy(row.event.status, "DEVOLVIDO $(id) 'x'");
	assert_int_equal(ran("cat >event; env | grep ^PIXGATE_ | sort >env; pwd >where; [ \"$(pwd)\" = \"$(dirname \"$0\")\" ] && echo $# >words").how, SENT_DONE);
	message_id(&row, id);
	message_json(&json, id, &row, NULL);
	assert_string_equal(wrote("event"), buf_str(&json));
	snprintf(want, sizeof want, "PIXGATE_AMOUNT_CENTS=1234\nPIXGATE_AT=2026-11-21T12:00:00.000Z\nPIXGATE_E2EID=E00000000202611211200aaaaaaaaaaa\nPIXGATE_HOOK=loja\n"
		"PIXGATE_ID=%s\nPIXGATE_KEY=chave@example.com\nPIXGATE_KIND=received\nPIXGATE_REF=D1\nPIXGATE_STATUS=DEVOLVIDO $(id) 'x'\nPIXGATE_TXID=pedido0007\n", id);
	assert_string_equal(wrote("env"), want);
	snprintf(want, sizeof want, "%s\n", scene_dir);
	assert_string_equal(wrote("where"), want);
	assert_string_equal(wrote("words"), "0\n");
	buf_free(&json);
}

static void what_an_event_does_not_have_is_empty(void **state)
{
	(void)state;
	row.event = (struct pix_event){ .kind = PIX_RECURRENCE };
	assert_int_equal(ran("echo \"$PIXGATE_KIND[${PIXGATE_AMOUNT_CENTS-unset}][${PIXGATE_AT-unset}][${PIXGATE_TXID-unset}]\" >env").how, SENT_DONE);
	assert_string_equal(wrote("env"), "recurrence[][][]\n");
}

static void words_are_given_as_they_are(void **state)
{
	(void)state;
	runs("printf '%s|' \"$@\" >words");
	strcpy(command[1], "a b; touch x $(touch y) `touch z`");
	strcpy(command[2], "");
	conf.command.count = 3;
	assert_int_equal(sent_once(&sink_exec).how, SENT_DONE);
	assert_string_equal(wrote("words"), "a b; touch x $(touch y) `touch z`||");
	assert_false(there("x") || there("y") || there("z"));
}

static void nothing_of_ours_leaks_into_it(void **state)
{
	int fd = open("/dev/null", O_RDONLY);

	(void)state;
	assert_true(fd > 2);
	setenv("PIXGATE_SECRET", "segredo", 1);
	setenv("LD_PRELOAD_NOT", "segredo", 1);
	setenv("TZ", "America/Sao_Paulo", 1);
	assert_int_equal(ran("env | sed 's/=.*//' | sort | tr '\\n' ' ' >env; echo $TZ >tz; ls /proc/self/fd | tr '\\n' ' ' >fds; grep -c segredo /proc/$$/environ >found").how, SENT_AGAIN);
	unsetenv("PIXGATE_SECRET");
	unsetenv("LD_PRELOAD_NOT");
	unsetenv("TZ");
	close(fd);
	assert_string_equal(wrote("found"), "0\n");
	assert_string_equal(wrote("tz"), "America/Sao_Paulo\n");
	assert_null(strstr(wrote("env"), "SECRET"));
	assert_non_null(strstr(wrote("env"), "PATH "));
	assert_string_equal(wrote("fds"), "0 1 2 3 ");	/* 3 is the folder that ls reads */
}

static void without_a_path_there_is_a_plain_one(void **state)
{
	char *path = strdup(getenv("PATH"));
	struct sent_result result;

	(void)state;
	assert_non_null(path);
	unsetenv("PATH");
	result = ran("/bin/echo $PATH >path");
	setenv("PATH", path, 1);
	free(path);
	assert_int_equal(result.how, SENT_DONE);
	assert_string_equal(wrote("path"), "/usr/local/bin:/usr/bin:/bin\n");
}

static void a_large_payload_may_be_read_or_not(void **state)
{
	enum { LARGE = 200 * 1024 };
	char *json = calloc(1, LARGE + 1);
	struct open_sink *sink;

	(void)state;
	assert_non_null(json);
	memset(json, 'x', LARGE);
	runs("exec <&-; exit 0");
	sink = opened(&sink_exec);
	assert_int_equal(sent(sink, json).how, SENT_DONE);
	sink_exec.close(sink);
	runs("wc -c >size");
	sink = opened(&sink_exec);
	assert_int_equal(sent(sink, json).how, SENT_DONE);
	sink_exec.close(sink);
	assert_int_equal(atoi(wrote("size")), LARGE);
	free(json);
}

static void what_it_says_is_told_to_nobody(void **state)
{
	struct sent_result result = ran("echo 'Fulano de Tal pagou' >&2; echo Fulano; exit 3");

	(void)state;
	assert_string_equal(result.why, "exit status 3");
	result = ran("head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2; exit 0");
	assert_int_equal(result.how, SENT_DONE);
}

static void one_that_does_not_end_is_told_to_and_then_killed(void **state)
{
	int64_t began = clock_ms();

	(void)state;
	conf.timeout_s = 1;
	assert_string_equal(ran("trap 'echo bye >bye; exit 0' TERM; while :; do sleep 0.05; done").why, "no end after 1 s");
	assert_string_equal(wrote("bye"), "bye\n");
	began = clock_ms();
	assert_string_equal(ran("trap '' TERM; echo $$ >it; (trap '' TERM; exec sleep 60) & echo $! >child; while :; do sleep 60; done").why, "no end after 1 s");
	assert_in_range(clock_ms() - began, 3000, 1000 + 1000 * SINK_GRACE_S + 3000);
	assert_true(soon_gone("it") && soon_gone("child"));
}

static void one_that_writes_without_end_is_no_exception(void **state)
{
	struct sent_result result;
	int64_t began = clock_ms();

	(void)state;
	conf.timeout_s = 1;
	result = ran("yes Fulano >&2 & exec yes Fulano");
	assert_int_equal(result.how, SENT_AGAIN);
	assert_string_equal(result.why, "no end after 1 s");
	assert_in_range(clock_ms() - began, 1000, 1000 + 1000 * SINK_GRACE_S + 3000);
}

static void what_it_leaves_in_its_group_ends_with_it(void **state)
{
	(void)state;
	assert_int_equal(ran("(trap '' HUP TERM; exec sleep 60) & echo $! >child; exit 0").how, SENT_DONE);
	assert_true(soon_gone("child"));
}

static void a_daemon_is_neither_waited_for_nor_ended(void **state)
{
	int64_t began = clock_ms();
	pid_t pid;

	(void)state;
	assert_int_equal(ran("setsid sh -c 'echo $$ >daemon; exec sleep 60' & until [ -s daemon ]; do :; done; exit 0").how, SENT_DONE);
	assert_in_range(clock_ms() - began, 0, 15000);
	pid = atoi(wrote("daemon"));
	assert_true(pid > 1 && kill(pid, 0) == 0);
	kill(pid, SIGKILL);
}

static void where_there_is_no_program_it_is_told_at_once(void **state)
{
	(void)state;
	strcpy(command[0], "nobody");
	conf.command = (struct text_list){ words, 1 };
	not_opened(&sink_exec, "/nobody: there is no program that can be executed");
	snprintf(command[0], sizeof command[0], "%s", scene_dir);
	not_opened(&sink_exec, ": there is no program that can be executed");
	strcpy(command[0], "loja.secret");
	not_opened(&sink_exec, "/loja.secret: there is no program");
	strcpy(command[0], "sh");	/* PATH is not searched */
	not_opened(&sink_exec, "/sh: there is no program");
	strcpy(command[0], "");
	not_opened(&sink_exec, "command: a program and its arguments are expected");
	conf.command.count = 0;
	not_opened(&sink_exec, "command: a program and its arguments are expected");
	strcpy(command[0], "/bin/true");
	conf.command.count = 1;
	assert_int_equal(sent_once(&sink_exec).how, SENT_DONE);
}

static void one_that_goes_away_later_is_stuck(void **state)
{
	struct open_sink *sink;
	struct sent_result result;
	char path[160];

	(void)state;
	runs("exit 0");
	sink = opened(&sink_exec);
	scene_write("paid", "#!/nobody/has/this\n", 0700);
	result = sent(sink, NULL);
	assert_int_equal(result.how, SENT_STUCK);
	assert_non_null(strstr(result.why, "/paid could not be started in "));
	scene_write("paid", "no program\n", 0600);
	assert_int_equal(sent(sink, NULL).how, SENT_STUCK);
	snprintf(path, sizeof path, "%s/paid", scene_dir);
	unlink(path);
	result = sent(sink, NULL);
	assert_int_equal(result.how, SENT_STUCK);
	assert_non_null(strstr(result.why, "/paid: no such program"));
	mkdir(path, 0700);
	assert_int_equal(sent(sink, NULL).how, SENT_STUCK);
	rmdir(path);
	runs("exit 0");
	assert_int_equal(sent(sink, NULL).how, SENT_DONE);
	sink_exec.close(sink);
}

/* Each worker has its own; ThreadSanitizer looks at them side by side. */
static void *send_some(void *arg)
{
	struct open_sink *sink = opened(&sink_exec);

	for (int i = 0; i < 10; i++)
		*(int *)arg += sent(sink, NULL).how == SENT_DONE;
	sink_exec.close(sink);
	return NULL;
}

static void workers_run_side_by_side(void **state)
{
	enum { WORKERS = 4 };
	pthread_t thread[WORKERS];
	int done[WORKERS] = { 0 };

	(void)state;
	runs("grep -q '\"txid\":\"pedido0007\"'");
	for (int i = 0; i < WORKERS; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, send_some, &done[i]), 0);
	for (int i = 0; i < WORKERS; i++) {
		pthread_join(thread[i], NULL);
		assert_int_equal(done[i], 10);
	}
}

#define EACH(f) cmocka_unit_test_setup_teardown(f, open_sink_scene, close_sink_scene)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(every_exit_status_means_something),
		EACH(it_gets_the_whole_event),
		EACH(what_an_event_does_not_have_is_empty),
		EACH(words_are_given_as_they_are),
		EACH(nothing_of_ours_leaks_into_it),
		EACH(without_a_path_there_is_a_plain_one),
		EACH(a_large_payload_may_be_read_or_not),
		EACH(what_it_says_is_told_to_nobody),
		EACH(one_that_does_not_end_is_told_to_and_then_killed),
		EACH(one_that_writes_without_end_is_no_exception),
		EACH(what_it_leaves_in_its_group_ends_with_it),
		EACH(a_daemon_is_neither_waited_for_nor_ended),
		EACH(where_there_is_no_program_it_is_told_at_once),
		EACH(one_that_goes_away_later_is_stuck),
		EACH(workers_run_side_by_side),
	};

	return cmocka_run_group_tests_name("sink_exec", tests, NULL, NULL);
}
