#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/reported.h"

#include <cmocka.h>

/* The URL of the site with another query. */
static char *shown(const char *query)
{
	struct target t = site;
	struct buf b = BUF(8192);
	char *text;

	t.query = query;
	report_url(&t, &b);
	text = strdup(buf_str(&b));
	buf_free(&b);
	return text;
}

static void shows(const char *query, const char *want)
{
	char *got = shown(query);

	assert_string_equal(got, want);
	free(got);
}

static void a_url_is_shown_without_any_value_of_its_query(void **state)
{
	(void)state;
	shows("hmac=s3cr3t&ignorar=", "https://pix.example.com/webhook?hmac=***&ignorar=");
	shows("ignorar=s3cr3t&token=s3cr3t", "https://pix.example.com/webhook?ignorar=***&token=***");
	shows("", "https://pix.example.com/webhook");
}

static void a_parameter_that_may_be_the_secret_itself_is_not_shown(void **state)
{
	(void)state;
	shows("s3cr3t", "https://pix.example.com/webhook?***");
	shows("s3cr3t&a=b", "https://pix.example.com/webhook?***&a=***");
	shows("c2VjcmV0=", "https://pix.example.com/webhook?***");
	shows("c2VjcmV0==&a=b", "https://pix.example.com/webhook?***&a=***");
	shows("0123456789012345678901234567890123456789012345678901234567890123456789=x", "https://pix.example.com/webhook?***");
	shows("&&a=b", "https://pix.example.com/webhook?&&a=***");
}

static void port_and_brackets_are_shown_where_there_are_any(void **state)
{
	struct target t = site;
	struct buf b = BUF(8192);

	(void)state;
	t.host = "2001:db8::1";
	t.port = 8443;
	t.query = "";
	report_url(&t, &b);
	assert_string_equal(buf_str(&b), "https://[2001:db8::1]:8443/webhook");
	buf_free(&b);
}

static void tamed(const char *text, bool lines, const char *want)
{
	struct buf b = BUF(256 * 1024);

	report_tame(text, lines, &b);
	assert_string_equal(buf_str(&b), want);
	buf_free(&b);
}

static void nothing_that_does_more_than_show_is_left(void **state)
{
	(void)state;
	tamed(HOSTILE, false, "a?[2Jb??c?d]]>?e?<&\"'");
	tamed(BROKEN, false, "x?y?z");
	tamed("ação", false, "ação");
	tamed("a\tb\r\nc", false, "a?b??c");
	tamed(NULL, false, "");
}

static void lines_stay_where_they_are_wanted(void **state)
{
	(void)state;
	tamed("a\n\tb\n\nc\r", true, "a\n    b\n\nc?");
	/* what is not UTF-8 in one line spoils no other */
	tamed("ação\n\377", true, "ação\n?");
}

static void a_text_without_end_is_cut_and_not_within_a_character(void **state)
{
	char *text = malloc(100001);
	struct buf b = BUF(256 * 1024);

	(void)state;
	text[0] = 'x';
	for (int i = 1; i < 99999; i += 2)
		memcpy(text + i, "\303\247", 2);
	text[99999] = '\0';
	report_tame(text, false, &b);
	assert_true(b.len > 30000 && b.len <= 32768);
	assert_null(strchr(buf_str(&b), '?'));
	buf_free(&b);
	free(text);
}

static void the_verdict_is_the_worst_and_a_note_is_none(void **state)
{
	const struct findings noted = { .item = items, .count = 2 }, none = { 0 };

	(void)state;
	assert_int_equal(report_verdict(&all), SEVERITY_FAIL);
	assert_int_equal(report_verdict(&warned), SEVERITY_WARN);
	assert_int_equal(report_verdict(&noted), SEVERITY_OK);
	assert_int_equal(report_verdict(&none), SEVERITY_OK);
	assert_int_equal(report_count(&all, SEVERITY_NOTE), 1);
	assert_true(all.count > well.count && !tame("\033") && hostile(&(struct finding){ 0 }, "").count == 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_url_is_shown_without_any_value_of_its_query),
		cmocka_unit_test(a_parameter_that_may_be_the_secret_itself_is_not_shown),
		cmocka_unit_test(port_and_brackets_are_shown_where_there_are_any),
		cmocka_unit_test(nothing_that_does_more_than_show_is_left),
		cmocka_unit_test(lines_stay_where_they_are_wanted),
		cmocka_unit_test(a_text_without_end_is_cut_and_not_within_a_character),
		cmocka_unit_test(the_verdict_is_the_worst_and_a_note_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
