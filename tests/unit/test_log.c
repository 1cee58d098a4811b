#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/limits.h"
#include "lib/log.h"

/* Standard error as a pipe for the time of one line: what one write(2) put there. */
static size_t logged(char *out, size_t size, const char *text)
{
	int pipes[2], saved = dup(STDERR_FILENO);
	ssize_t n;

	assert_int_equal(pipe(pipes), 0);
	dup2(pipes[1], STDERR_FILENO);
	log_line("%s", text);
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(pipes[1]);
	n = read(pipes[0], out, size - 1);
	close(pipes[0]);
	assert_true(n >= 0);
	out[n] = '\0';
	return (size_t)n;
}

static void a_line_is_written_with_its_end(void **state)
{
	char out[64];

	(void)state;
	logged(out, sizeof out, "gate: accepted hook=loja ms=3");
	assert_string_equal(out, "gate: accepted hook=loja ms=3\n");
	logged(out, sizeof out, "");
	assert_string_equal(out, "\n");
}

static void line_breaks_cannot_forge_a_line(void **state)
{
	char out[64];

	(void)state;
	logged(out, sizeof out, "a\ngate: accepted\r\x1b[2J\x7f");
	assert_string_equal(out, "a?gate: accepted??[2J?\n");
	logged(out, sizeof out, "caf\xc3\xa9 \xc2\x9b");
	assert_string_equal(out, "caf\xc3\xa9 ??\n");
}

static void a_line_has_a_ceiling(void **state)
{
	char text[3 * LIMIT_LOG_LINE], out[2 * LIMIT_LOG_LINE];

	(void)state;
	memset(text, 'a', sizeof text);
	text[sizeof text - 1] = '\0';
	assert_int_equal(logged(out, sizeof out, text), LIMIT_LOG_LINE);
	assert_int_equal(out[LIMIT_LOG_LINE - 1], '\n');
	text[LIMIT_LOG_LINE - 1] = '\0';
	assert_int_equal(logged(out, sizeof out, text), LIMIT_LOG_LINE);
	text[LIMIT_LOG_LINE - 2] = '\0';
	assert_int_equal(logged(out, sizeof out, text), LIMIT_LOG_LINE - 1);
}

static void a_line_is_not_cut_through_a_character(void **state)
{
	char text[2 * LIMIT_LOG_LINE], out[2 * LIMIT_LOG_LINE];
	size_t n;

	(void)state;
	memset(text, 'a', sizeof text);
	memcpy(text + LIMIT_LOG_LINE - 3, "\xf0\x9f\x92\xb8", 5);
	n = logged(out, sizeof out, text);
	assert_int_equal(n, LIMIT_LOG_LINE - 2);
	assert_null(strchr(out, '?'));
}

static void the_brake_lets_a_burst_through_and_then_one_each_interval(void **state)
{
	struct log_brake b = { .burst = 3, .every_ms = 1000 };
	unsigned left;

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_true(log_allow(&b, 50000, &left));
	assert_int_equal(left, 0);
	assert_false(log_allow(&b, 50000, &left));
	assert_false(log_allow(&b, 50999, &left));
	assert_int_equal(left, 2);
	assert_true(log_allow(&b, 51000, &left));
	assert_int_equal(left, 2);
	assert_false(log_allow(&b, 51000, &left));
	assert_false(log_allow(&b, 51999, &left));
	assert_true(log_allow(&b, 52000, &left));
	assert_int_equal(left, 2);
}

static void a_quiet_time_gives_the_whole_burst_back_and_no_more(void **state)
{
	struct log_brake b = { .burst = 2, .every_ms = 1000 };
	unsigned left;

	(void)state;
	assert_true(log_allow(&b, 0, &left));
	assert_true(log_allow(&b, 0, &left));
	assert_false(log_allow(&b, 0, &left));
	assert_true(log_allow(&b, 900000, &left));
	assert_int_equal(left, 1);
	assert_true(log_allow(&b, 900000, &left));
	assert_int_equal(left, 0);
	assert_false(log_allow(&b, 900000, &left));
}

static void a_clock_that_is_set_back_does_not_silence_the_log(void **state)
{
	struct log_brake b = { .burst = 1, .every_ms = 1000 };
	unsigned left;

	(void)state;
	assert_true(log_allow(&b, 10000000, &left));
	assert_false(log_allow(&b, 5000, &left));
	assert_true(log_allow(&b, 6000, &left));
	assert_int_equal(left, 1);
}

enum { THREADS = 8, LINES = 2000, LINE_LEN = 40 };

static void *talk(void *letter)
{
	char line[LINE_LEN];

	memset(line, *(char *)letter, LINE_LEN - 1);
	line[LINE_LEN - 1] = '\0';
	for (int i = 0; i < LINES; i++)
		log_line("%s", line);
	return NULL;
}

/* Each line is of one letter, and none is lost. */
static void lines_of_several_threads_are_whole(void **state)
{
	static char out[THREADS * LINES * LINE_LEN + 1];
	FILE *file = tmpfile();
	int saved = dup(STDERR_FILENO);
	pthread_t thread[THREADS];
	char letters[] = "abcdefgh";

	(void)state;
	assert_non_null(file);
	dup2(fileno(file), STDERR_FILENO);
	for (int i = 0; i < THREADS; i++)
		pthread_create(&thread[i], NULL, talk, &letters[i]);
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	dup2(saved, STDERR_FILENO);
	close(saved);
	rewind(file);
	assert_int_equal(fread(out, 1, sizeof out, file), sizeof out - 1);
	fclose(file);
	for (size_t i = 0; i < sizeof out - 1; i++)
		assert_int_equal(out[i], i % LINE_LEN == LINE_LEN - 1 ? '\n' : out[i - i % LINE_LEN]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_written_with_its_end),
		cmocka_unit_test(line_breaks_cannot_forge_a_line),
		cmocka_unit_test(a_line_has_a_ceiling),
		cmocka_unit_test(a_line_is_not_cut_through_a_character),
		cmocka_unit_test(lines_of_several_threads_are_whole),
		cmocka_unit_test(the_brake_lets_a_burst_through_and_then_one_each_interval),
		cmocka_unit_test(a_quiet_time_gives_the_whole_burst_back_and_no_more),
		cmocka_unit_test(a_clock_that_is_set_back_does_not_silence_the_log),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
