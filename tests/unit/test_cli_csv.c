#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "cli/csv.h"

#include <cmocka.h>

static void cell(const char *text, const char *want)
{
	struct buf b = BUF(1000);

	csv_cell(&b, text);
	assert_string_equal(buf_str(&b), want);
	buf_free(&b);
}

static void cells_are_separated_and_lines_end_in_cr_lf(void **state)
{
	struct buf b = BUF(1000);

	(void)state;
	csv_cell(&b, "a");
	csv_cell(&b, "");
	csv_cell(&b, "c");
	csv_end(&b);
	csv_cell(&b, "d");
	csv_end(&b);
	assert_string_equal(buf_str(&b), "a,,c\r\nd\r\n");
	buf_free(&b);
}

static void a_cell_is_quoted_where_it_must_be(void **state)
{
	(void)state;
	cell("plain text", "plain text");
	cell("a,b", "\"a,b\"");
	cell("a;b", "\"a;b\"");
	cell("a\"b\"\"", "\"a\"\"b\"\"\"\"\"");
	cell("\"", "\"\"\"\"");
	cell("a\r\nb", "\"a\r\nb\"");
	cell(" a", "\" a\"");
	cell("a ", "\"a \"");
	cell("a\tb", "\"a\tb\"");
}

static void no_cell_is_a_formula(void **state)
{
	(void)state;
	cell("=1+1", "'=1+1");
	cell("=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"");
	cell("@SUM(A1)", "'@SUM(A1)");
	cell("-1", "'-1");
	cell("-", "'-");
	cell("+A1", "'+A1");
	cell("+1+cmd|'x'!A0", "'+1+cmd|'x'!A0");
	cell("+", "'+");
	cell("\t=1", "\"'\t=1\"");
	cell("\r=1", "\"'\r=1\"");
	cell("\n=1", "\"'\n=1\"");
	cell("a=1", "a=1");
}

static void a_telephone_stays_a_key(void **state)
{
	(void)state;
	cell("+5511900000000", "+5511900000000");
	cell("+55 11", "'+55 11");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells_are_separated_and_lines_end_in_cr_lf),
		cmocka_unit_test(a_cell_is_quoted_where_it_must_be),
		cmocka_unit_test(no_cell_is_a_formula),
		cmocka_unit_test(a_telephone_stays_a_key),
	};

	return cmocka_run_group_tests_name("cli_csv", tests, NULL, NULL);
}
