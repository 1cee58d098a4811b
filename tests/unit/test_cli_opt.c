#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "cli/opt.h"

#include <cmocka.h>

enum { HOOK, FOLLOW, OUTPUT };

static const struct opt own[] = {
	[HOOK]   = { "--hook", "NAME", "", 0 },
	[FOLLOW] = { "--follow", NULL, "", 0 },
	[OUTPUT] = { "--output", "FILE", "", 'o' },
	{ 0 }
};

enum { CONF, QUIET, VERBOSE };

static const struct opt common[] = {
	[CONF]    = { "--conf", "FILE", "", 0 },
	[QUIET]   = { "--quiet", NULL, "", 'q' },
	[VERBOSE] = { "--verbose", NULL, "", 'v' },
	{ 0 }
};

struct line {
	struct args own, common;
	struct err e;
	int at;
	bool ok;
};

static struct line read_line(bool stop, const char *const *words)
{
	struct line l = { .at = 0 };
	char *argv[16];
	int argc = 0;

	while (words[argc]) {
		argv[argc] = (char *)(uintptr_t)words[argc];
		argc++;
	}
	l.ok = args_read(own, &l.own, common, &l.common, stop, argc, argv, &l.at, &l.e);
	return l;
}

#define READ(...) read_line(false, (const char *const[]){ __VA_ARGS__, NULL })

static void a_value_is_the_next_word_or_behind_an_equals_sign(void **state)
{
	struct line a = READ("--hook", "loja"), b = READ("--hook=loja"), c = READ("--hook=");

	(void)state;
	assert_string_equal(a.own.value[HOOK], "loja");
	assert_string_equal(b.own.value[HOOK], "loja");
	assert_string_equal(c.own.value[HOOK], "");
	args_free(&a.own);
	args_free(&b.own);
	args_free(&c.own);
}

static void a_value_may_look_like_an_option(void **state)
{
	struct line l = READ("--hook", "--follow", "--hook=-");

	(void)state;
	assert_true(l.ok);
	assert_null(l.own.value[FOLLOW]);
	assert_string_equal(l.own.value[HOOK], "-");
	args_free(&l.own);
}

static void what_was_not_given_is_null(void **state)
{
	struct line l = READ("word");

	(void)state;
	assert_null(l.own.value[HOOK]);
	assert_null(l.common.value[CONF]);
	assert_int_equal(l.own.operands, 1);
	args_free(&l.own);
}

static void common_options_stand_among_the_own_ones(void **state)
{
	struct line l = READ("7", "--conf", "f", "--follow", "8");

	(void)state;
	assert_string_equal(l.common.value[CONF], "f");
	assert_non_null(l.own.value[FOLLOW]);
	assert_int_equal(l.own.operands, 2);
	assert_string_equal(l.own.operand[1], "8");
	args_free(&l.own);
}

static void the_last_of_several_counts(void **state)
{
	struct line l = READ("--hook", "a", "--hook", "b");

	(void)state;
	assert_string_equal(l.own.value[HOOK], "b");
	args_free(&l.own);
}

static void two_dashes_end_the_options(void **state)
{
	struct line l = READ("--", "--hook", "--");

	(void)state;
	assert_true(l.ok);
	assert_int_equal(l.own.operands, 2);
	assert_string_equal(l.own.operand[0], "--hook");
	assert_null(l.own.value[HOOK]);
	args_free(&l.own);
}

static void one_dash_is_an_operand(void **state)
{
	struct line l = READ("-");

	(void)state;
	assert_int_equal(l.own.operands, 1);
	args_free(&l.own);
}

static void brief_flags_may_be_bunched(void **state)
{
	struct line l = READ("-vqv");

	(void)state;
	assert_int_equal(l.common.times[VERBOSE], 2);
	assert_int_equal(l.common.times[QUIET], 1);
	args_free(&l.own);
}

static void a_brief_options_value_is_the_next_word_or_the_rest_of_its_own(void **state)
{
	struct line a = READ("-o", "f", "w"), b = READ("-of", "w"), c = READ("-qo", "-v", "w"), d = READ("-o=f"), f = READ("-ovq");

	(void)state;
	assert_true(a.ok && b.ok && c.ok && d.ok && f.ok);
	assert_string_equal(a.own.value[OUTPUT], "f");
	assert_string_equal(b.own.value[OUTPUT], "f");
	assert_string_equal(c.own.value[OUTPUT], "-v");
	assert_string_equal(d.own.value[OUTPUT], "=f");
	assert_string_equal(f.own.value[OUTPUT], "vq");
	assert_int_equal(c.common.times[QUIET], 1);
	assert_int_equal(c.common.times[VERBOSE], 0);
	assert_int_equal(f.common.times[VERBOSE], 0);
	assert_int_equal(a.own.operands, 1);
	assert_int_equal(b.own.operands, 1);
	assert_int_equal(c.own.operands, 1);
	args_free(&a.own);
	args_free(&b.own);
	args_free(&c.own);
	args_free(&d.own);
	args_free(&f.own);
}

static void a_brief_option_without_its_value_is_an_error(void **state)
{
	struct line l = READ("-qo");

	(void)state;
	assert_false(l.ok);
	assert_int_equal(l.e.code, ERR_USAGE);
	assert_string_equal(l.e.text, "-o needs a value: -o FILE");
	args_free(&l.own);
}

static void an_unknown_option_names_the_nearest(void **state)
{
	struct line l = READ("--hok=x");

	(void)state;
	assert_false(l.ok);
	assert_int_equal(l.e.code, ERR_USAGE);
	assert_string_equal(l.e.text, "unknown option --hok; nearest: --hook");
	args_free(&l.own);
}

static void an_option_is_not_abbreviated(void **state)
{
	struct line l = READ("--hoo", "x");

	(void)state;
	assert_false(l.ok);
	args_free(&l.own);
}

static void a_missing_value_is_an_error(void **state)
{
	struct line l = READ("--hook");

	(void)state;
	assert_false(l.ok);
	assert_string_equal(l.e.text, "--hook needs a value: --hook NAME");
	args_free(&l.own);
}

static void a_flag_takes_no_value(void **state)
{
	struct line l = READ("--follow=1");

	(void)state;
	assert_false(l.ok);
	assert_string_equal(l.e.text, "--follow takes no value");
	args_free(&l.own);
}

static void an_unknown_brief_flag_is_an_error(void **state)
{
	struct line l = READ("-qx");

	(void)state;
	assert_false(l.ok);
	assert_string_equal(l.e.text, "unknown option -x");
	args_free(&l.own);
}

static void stopping_leaves_the_first_word(void **state)
{
	struct line l = read_line(true, (const char *const[]){ "-q", "inbox", "-v", NULL });

	(void)state;
	assert_int_equal(l.at, 1);
	assert_int_equal(l.common.times[QUIET], 1);
	assert_int_equal(l.common.times[VERBOSE], 0);
}

static void numbers_are_decimal_and_bounded(void **state)
{
	static const char *const wrong[] = { "", "x", "1x", "-1", "+1", " 1", "0", "0x10", "1.0", "9223372036854775808" };
	long long n = 5;
	struct err e;

	(void)state;
	assert_true(args_number("N", "9223372036854775807", 1, &n, &e));
	assert_true(n == INT64_MAX);
	assert_true(args_number("N", "1", 1, &n, &e));
	assert_true(n == 1);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		n = 5;
		assert_false(args_number("N", wrong[i], 1, &n, &e));
		assert_true(n == 5);
		assert_int_equal(e.code, ERR_USAGE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_is_the_next_word_or_behind_an_equals_sign),
		cmocka_unit_test(a_value_may_look_like_an_option),
		cmocka_unit_test(what_was_not_given_is_null),
		cmocka_unit_test(common_options_stand_among_the_own_ones),
		cmocka_unit_test(the_last_of_several_counts),
		cmocka_unit_test(two_dashes_end_the_options),
		cmocka_unit_test(one_dash_is_an_operand),
		cmocka_unit_test(brief_flags_may_be_bunched),
		cmocka_unit_test(a_brief_options_value_is_the_next_word_or_the_rest_of_its_own),
		cmocka_unit_test(a_brief_option_without_its_value_is_an_error),
		cmocka_unit_test(an_unknown_option_names_the_nearest),
		cmocka_unit_test(an_option_is_not_abbreviated),
		cmocka_unit_test(a_missing_value_is_an_error),
		cmocka_unit_test(a_flag_takes_no_value),
		cmocka_unit_test(an_unknown_brief_flag_is_an_error),
		cmocka_unit_test(stopping_leaves_the_first_word),
		cmocka_unit_test(numbers_are_decimal_and_bounded),
	};

	return cmocka_run_group_tests_name("cli_opt", tests, NULL, NULL);
}
