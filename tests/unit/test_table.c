#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/table.h"

static void prints(struct table *t, bool color, const char *want)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	assert_non_null(to);
	table_print(t, to, color);
	fclose(to);
	assert_string_equal(text, want);
	free(text);
	table_free(t);
}

static const char *const heads[] = { "HOOK", ">AMOUNT", "KEY", NULL };

static void columns_are_aligned_and_lines_end_without_spaces(void **state)
{
	struct table *t = table_new(heads);

	(void)state;
	table_cell(t, "loja");
	table_cellf(t, "%d.%02d", 1234567, 5);
	table_cell(t, "");
	table_cell(t, "padaria");
	table_cell(t, "0.10");
	table_cell(t, "k");
	assert_int_equal(table_rows(t), 2);
	prints(t, false,
		"HOOK         AMOUNT  KEY\n"
		"loja     1234567.05\n"
		"padaria        0.10  k\n");
}

static void width_is_counted_in_characters(void **state)
{
	struct table *t = table_new(heads);

	(void)state;
	table_cell(t, "caf\xc3\xa9s");
	table_cell(t, "1");
	table_cell(t, "a");
	table_cell(t, "cafes");
	table_cell(t, "2");
	table_cell(t, "b");
	prints(t, false,
		"HOOK   AMOUNT  KEY\n"
		"caf\xc3\xa9s       1  a\n"
		"cafes       2  b\n");
}

static void absent_is_a_dash_and_control_bytes_are_tamed(void **state)
{
	struct table *t = table_new(heads);

	(void)state;
	table_cell(t, NULL);
	table_cell(t, "\x1b[2J");
	table_cell(t, "a\nb\x80");
	prints(t, false,
		"HOOK  AMOUNT  KEY\n"
		"-       ?[2J  a?b?\n");
}

static void an_unfinished_row_counts_and_is_printed(void **state)
{
	struct table *t = table_new(heads);

	(void)state;
	assert_int_equal(table_rows(t), 0);
	table_cell(t, "a");
	assert_int_equal(table_rows(t), 1);
	prints(t, false, "HOOK  AMOUNT  KEY\na\n");
}

static void heads_are_bold_where_color_is_set(void **state)
{
	(void)state;
	prints(table_new(heads), true, "\033[1mHOOK  AMOUNT  KEY\033[0m\n");
}

static void what_is_no_terminal_gets_no_color(void **state)
{
	FILE *to = tmpfile();

	(void)state;
	assert_non_null(to);
	setenv("TERM", "xterm", 1);
	unsetenv("NO_COLOR");
	assert_false(table_color(to));
	fclose(to);
}

static void a_terminal_gets_color_unless_the_environment_objects(void **state)
{
	int master = posix_openpt(2 /* O_RDWR */);
	FILE *to;

	(void)state;
	if (master < 0)
		skip();
	to = fdopen(master, "w");
	assert_non_null(to);
	setenv("TERM", "xterm", 1);
	unsetenv("NO_COLOR");
	if (grantpt(master) || unlockpt(master)) {
		fclose(to);
		skip();
	}
	assert_true(table_color(to));
	setenv("NO_COLOR", "", 1);	/* no-color.org: an empty value says nothing */
	assert_true(table_color(to));
	setenv("NO_COLOR", "1", 1);
	assert_false(table_color(to));
	unsetenv("NO_COLOR");
	setenv("TERM", "dumb", 1);
	assert_false(table_color(to));
	fclose(to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_are_aligned_and_lines_end_without_spaces),
		cmocka_unit_test(width_is_counted_in_characters),
		cmocka_unit_test(absent_is_a_dash_and_control_bytes_are_tamed),
		cmocka_unit_test(an_unfinished_row_counts_and_is_printed),
		cmocka_unit_test(heads_are_bold_where_color_is_set),
		cmocka_unit_test(what_is_no_terminal_gets_no_color),
		cmocka_unit_test(a_terminal_gets_color_unless_the_environment_objects),
	};

	return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
