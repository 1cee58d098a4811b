#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/reported.h"

#include <cmocka.h>

static struct buf out;

static const char *report(const struct findings *f, struct report_style style)
{
	buf_free(&out);
	out = BUF(1024 * 1024);
	report_text(&site, f, &style, &out);
	return buf_str(&out);
}

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no '%s' in:\n%s", part, text);
}

static void hasnt(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("'%s' in:\n%s", part, text);
}

static void each_severity_has_a_word_and_a_mark_of_its_own(void **state)
{
	const char *text = report(&all, (struct report_style){ 0 });

	(void)state;
	has(text, "  + ok    dns.name: the name resolves\n");
	has(text, "  - note  tls.version: TLS 1.2 works\n");
	has(text, "  ! warn  tls.old: TLS 1.0 is refused\n");
	has(text, "  X FAIL  http.ping: the ping is answered\n");
}

static void what_is_not_ok_says_what_was_seen_why_it_matters_and_what_to_do(void **state)
{
	const char *text = report(&all, (struct report_style){ 0 });

	(void)state;
	has(text, "        seen: HTTP 404\n        why:  the PSP sends one\n        fix:  route the path to the gate\n");
	hasnt(text, "1 address");
	hasnt(text, "a PSP looks it up");
	hasnt(text, "set a name");
}

static void facts_are_what_was_seen_of_all_and_no_more(void **state)
{
	const char *text = report(&all, (struct report_style){ .facts = true });

	(void)state;
	has(text, "1 address");
	hasnt(text, "a PSP looks it up");
}

static void the_lines_of_a_server_stand_below_each_other(void **state)
{
	(void)state;
	has(report(&all, (struct report_style){ .width = 40 }), "fix:  turn it off:\n                  ssl_protocols TLSv1.2 TLSv1.3;\n");
}

static void ids_are_grouped_by_what_stands_before_the_dot(void **state)
{
	const char *text = report(&all, (struct report_style){ 0 });

	(void)state;
	has(text, "\ndns\n");
	has(text, "\nhttp\n");
	has(text, "\ntls\n");
	hasnt(strstr(text, "\ntls\n") + 1, "\ntls\n");
}

static void the_last_lines_are_the_verdict_and_what_to_fix_first(void **state)
{
	(void)state;
	has(report(&all, (struct report_style){ 0 }),
	    "\nnotices will not arrive, or not safely: 1 failure, 1 warning, 1 note, 1 ok\nfix first: http.ping: route the path to the gate\n");
	assert_string_equal(strstr(buf_str(&out), "fix first"), "fix first: http.ping: route the path to the gate\n");
}

static void a_fix_of_many_lines_is_its_first_in_the_last_line(void **state)
{
	(void)state;
	has(report(&warned, (struct report_style){ 0 }), "\nworks, with something to mend: 1 warning, 1 note, 1 ok\nfix first: tls.old: turn it off:\n");
	assert_null(strchr(strstr(buf_str(&out), "fix first: ") , ';'));
}

static void where_all_is_well_nothing_is_to_be_fixed(void **state)
{
	const struct findings none = { 0 };

	(void)state;
	has(report(&well, (struct report_style){ 0 }), "\nall is well: 1 ok\n");
	hasnt(buf_str(&out), "fix");
	has(report(&none, (struct report_style){ 0 }), "\nnothing could be judged\n");
}

static void quiet_leaves_out_what_is_ok_and_verbose_explains_it(void **state)
{
	(void)state;
	hasnt(report(&all, (struct report_style){ .quiet = true }), "dns");
	has(buf_str(&out), "X FAIL");
	has(report(&all, (struct report_style){ .all = true }), "        seen: 1 address\n        why:  a PSP looks it up\n");
	hasnt(buf_str(&out), "set a name");
}

static void colour_is_used_only_where_it_is_wanted(void **state)
{
	(void)state;
	hasnt(report(&all, (struct report_style){ 0 }), "\033");
	has(report(&all, (struct report_style){ .color = true }), "\033[1;31mX FAIL\033[0m");
}

static void prose_is_broken_between_words_at_the_width(void **state)
{
	static const char prose[] = "a text of many words that does not fit into one line of forty columns, as ação";
	struct finding one = items[3];
	const struct findings f = { .item = &one, .count = 1 };

	(void)state;
	one.seen = (char *)prose;
	has(report(&f, (struct report_style){ .width = 40 }), "        seen: a text of many words that\n              does not fit into one line\n");
	has(report(&f, (struct report_style){ .width = 0 }), prose);
	has(report(&f, (struct report_style){ .width = 5 }), prose);
}

static void nothing_hostile_reaches_a_terminal(void **state)
{
	struct finding one;
	struct findings f = hostile(&one, HOSTILE);

	(void)state;
	assert_true(tame(report(&f, (struct report_style){ 0 })));
	hasnt(buf_str(&out), "\342\200\256");
	/* a line break in what was seen must not look like a line of ours */
	has(buf_str(&out), "        seen: a?[2Jb??c?d]]>");
	f = hostile(&one, BROKEN);
	assert_true(tame(report(&f, (struct report_style){ 0 })));
}

static void the_secret_is_not_in_it(void **state)
{
	(void)state;
	hasnt(report(&all, (struct report_style){ .all = true }), "s3cr3t");
}

static int end(void **state)
{
	(void)state;
	buf_free(&out);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_severity_has_a_word_and_a_mark_of_its_own),
		cmocka_unit_test(what_is_not_ok_says_what_was_seen_why_it_matters_and_what_to_do),
		cmocka_unit_test(the_lines_of_a_server_stand_below_each_other),
		cmocka_unit_test(ids_are_grouped_by_what_stands_before_the_dot),
		cmocka_unit_test(the_last_lines_are_the_verdict_and_what_to_fix_first),
		cmocka_unit_test(a_fix_of_many_lines_is_its_first_in_the_last_line),
		cmocka_unit_test(where_all_is_well_nothing_is_to_be_fixed),
		cmocka_unit_test(quiet_leaves_out_what_is_ok_and_verbose_explains_it),
		cmocka_unit_test(colour_is_used_only_where_it_is_wanted),
		cmocka_unit_test(facts_are_what_was_seen_of_all_and_no_more),
		cmocka_unit_test(prose_is_broken_between_words_at_the_width),
		cmocka_unit_test(nothing_hostile_reaches_a_terminal),
		cmocka_unit_test(the_secret_is_not_in_it),
	};

	return cmocka_run_group_tests(tests, NULL, end);
}
