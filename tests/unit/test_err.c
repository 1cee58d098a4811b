#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#undef fail	/* ours is the one in lib/err.h */

#include "lib/err.h"

static void fail_sets_code_and_text(void **state)
{
	struct err e = { 0 };

	(void)state;
	assert_false(fail(&e, ERR_INPUT, "line %d: %s", 3, "a number is expected"));
	assert_int_equal(e.code, ERR_INPUT);
	assert_string_equal(e.text, "line 3: a number is expected");
}

static void nobody_has_to_want_the_error(void **state)
{
	(void)state;
	assert_false(fail(NULL, ERR_INPUT, "x"));
	assert_false(fail_in(NULL, "x"));
}

static void context_goes_in_front_and_the_code_stays(void **state)
{
	struct err e = { 0 };

	(void)state;
	fail(&e, ERR_STORE, "disk full");
	assert_false(fail_in(&e, "inbox %s", "a.db"));
	assert_string_equal(e.text, "inbox a.db: disk full");
	assert_int_equal(e.code, ERR_STORE);
}

static void a_text_may_quote_the_text_before(void **state)
{
	struct err e = { 0 };

	(void)state;
	fail(&e, ERR_NET, "%%n is no format");
	fail_in(&e, "call");
	assert_string_equal(e.text, "call: %n is no format");
}

static void long_texts_are_cut(void **state)
{
	struct err e;
	char text[2000];

	(void)state;
	memset(text, 'a', sizeof text);
	text[sizeof text - 1] = '\0';
	memset(&e, 'z', sizeof e);
	fail(&e, ERR_INPUT, "%s", text);
	assert_int_equal(strlen(e.text), sizeof e.text - 1);
	fail_in(&e, "b");
	assert_int_equal(strlen(e.text), sizeof e.text - 1);
	assert_memory_equal(e.text, "b: aaa", 6);
	fail_in(&e, "%s", text);
	assert_int_equal(strlen(e.text), sizeof e.text - 1);
	assert_int_equal(e.code, ERR_INPUT);
}

/* A promise to scripts. */
static void codes_mean_what_the_contract_says(void **state)
{
	static const struct { enum err_code code; int status; } want[] = {
		{ ERR_NONE, 0 }, { ERR_USAGE, 2 }, { ERR_CONFIG, 2 }, { ERR_INPUT, 2 }, { ERR_STORE, 3 }, { ERR_NOT_FOUND, 1 },
		{ ERR_NET, 4 }, { ERR_REFUSED, 5 },
	};

	(void)state;
	assert_int_equal(sizeof want / sizeof *want, ERR_CODES);
	for (size_t i = 0; i < sizeof want / sizeof *want; i++)
		assert_int_equal(err_exit(want[i].code), want[i].status);
}

static void an_unknown_code_means_try_again_later(void **state)
{
	(void)state;
	assert_int_equal(err_exit(ERR_CODES), 3);
	assert_int_equal(err_exit((enum err_code)4711), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fail_sets_code_and_text),
		cmocka_unit_test(nobody_has_to_want_the_error),
		cmocka_unit_test(context_goes_in_front_and_the_code_stays),
		cmocka_unit_test(a_text_may_quote_the_text_before),
		cmocka_unit_test(long_texts_are_cut),
		cmocka_unit_test(codes_mean_what_the_contract_says),
		cmocka_unit_test(an_unknown_code_means_try_again_later),
	};

	return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
