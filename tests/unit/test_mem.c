#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/mem.h"

static void no_bytes_are_memory_too(void **state)
{
	void *a = xmalloc(0), *b = xcalloc(0, 8), *c = xrealloc(NULL, 0);

	(void)state;
	assert_non_null(a);
	assert_non_null(b);
	assert_non_null(c);
	free(a);
	free(b);
	free(c);
}

static void calloc_gives_zeroes(void **state)
{
	static const char zero[64];
	char *p = xcalloc(8, 8);

	(void)state;
	assert_memory_equal(p, zero, sizeof zero);
	free(p);
}

static void copies_are_whole_or_as_long_as_asked(void **state)
{
	char *a = xstrdup("webhook"), *b = xstrndup("webhook", 3), *c = xstrndup("web", 30);

	(void)state;
	assert_string_equal(a, "webhook");
	assert_string_equal(b, "web");
	assert_string_equal(c, "web");
	free(a);
	free(b);
	free(c);
}

static void an_array_grows_and_keeps_its_items(void **state)
{
	int *p = NULL;
	size_t cap = 0;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		p = xgrow(p, &cap, (size_t)i + 1, sizeof *p);
		assert_true(cap > (size_t)i);
		p[i] = i;
	}
	for (int i = 0; i < 1000; i++)
		assert_int_equal(p[i], i);
	free(p);
}

static void an_array_that_is_large_enough_stays(void **state)
{
	size_t cap = 0;
	char *p = xgrow(NULL, &cap, 10, 1), *again;
	size_t was = cap;

	(void)state;
	again = xgrow(p, &cap, was, 1);
	assert_ptr_equal(again, p);
	assert_int_equal(cap, was);
	free(again);
}

/* Runs out of memory in a child: the exit status and one line on standard error. */
static void ends(void (*greedy)(void))
{
	char line[64] = "";
	int pipes[2], status;
	pid_t child;

	assert_int_equal(pipe(pipes), 0);
	child = fork();
	if (!child) {
		dup2(pipes[1], STDERR_FILENO);
		greedy();
		_exit(0);
	}
	close(pipes[1]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(read(pipes[0], line, sizeof line - 1) >= 0);
	close(pipes[0]);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 3);
	assert_non_null(strstr(line, "out of memory\n"));
}

static void overflowing_array(void)
{
	size_t cap = 0;

	free(xgrow(NULL, &cap, SIZE_MAX / 4, 16));
}

static void an_array_whose_size_overflows_ends_the_process(void **state)
{
	(void)state;
	ends(overflowing_array);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_bytes_are_memory_too),
		cmocka_unit_test(calloc_gives_zeroes),
		cmocka_unit_test(copies_are_whole_or_as_long_as_asked),
		cmocka_unit_test(an_array_grows_and_keeps_its_items),
		cmocka_unit_test(an_array_that_is_large_enough_stays),
		cmocka_unit_test(an_array_whose_size_overflows_ends_the_process),
	};

	return cmocka_run_group_tests_name("mem", tests, NULL, NULL);
}
