#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "gen/line.h"

#include <cmocka.h>

#define NGINX &grammar_nginx
#define APACHE &grammar_apache
#define CADDY &grammar_caddy
#define LIGHTTPD &grammar_lighttpd
#define SYSTEMD &grammar_systemd

/* Follows text, in which @ stands for a value; the places as letters: b are, q uoted, i nner, c omment; or the error. */
static const char *places(const struct grammar *g, const char *text)
{
	static struct err e;
	static char room[64];
	struct line l = line_begin(g);
	size_t n = 0;

	for (; *text; text++) {
		enum place place;

		if (*text != '@') {
			if (!line_char(&l, *text, &e))
				return e.text;
			continue;
		}
		if (!line_tag(&l, &e) || !line_value(&l, &place, &e))
			return e.text;
		room[n++] = "bqic"[place];
	}
	if (!line_end(&l, &e))
		return e.text;
	room[n] = '\0';
	return room;
}

/* The same with "k=" before each line's first word, where the language has that. */
static const char *named(const struct grammar *g, const char *text)
{
	static char room[256];
	size_t n = 0;

	for (const char *p = text; *p; p++) {
		size_t word = strspn(p, " \t");

		if (g->assigns && (p == text || (p[-1] == '\n' && (p < text + 2 || p[-2] != '\\'))) && p[word] && p[word] != '#' && p[word] != '\n') {
			room[n++] = 'k';
			room[n++] = '=';
		}
		room[n++] = *p;
	}
	room[n] = '\0';
	return room;
}

static void all(const char *text, const char *want)
{
	const struct grammar *const g[] = { APACHE, CADDY, LIGHTTPD, NGINX, SYSTEMD };

	for (size_t i = 0; i < sizeof g / sizeof *g; i++)
		if (strcmp(places(g[i], named(g[i], text)), want))
			fail_msg("%s: %s -- %s", g[i]->name, text, places(g[i], text));
}

static void is(const struct grammar *g, const char *text, const char *want)
{
	assert_string_equal(places(g, text), want);
}

#define MID_WORD "a quote in the middle of a word: put the whole word between quotes"
#define NOT_CLOSED "a quote is not closed on its line"
#define BEHIND_SIGN "a value stands directly behind '$' or '%'"

static void a_value_stands_bare_quoted_or_in_a_comment(void **state)
{
	(void)state;
	all("", "");
	all("@", "b");
	all("key @ \"@ x@\" @x y@\n# @ \"@ '@\n@ \"a @\"\n", "bqqbbcccbq");
	all("\t # @\n", "c");
	all("\"\" @ \"a\" @\n", "bb");
	all("\"#\" @ \"#@\"\n", "bq");
}

static void quotes_close_on_their_line(void **state)
{
	(void)state;
	all("a \"b\nc\"", NOT_CLOSED);
	all("a \"b", NOT_CLOSED);
	is(NGINX, "a \"b\\\"", NOT_CLOSED);
	is(NGINX, "a 'b\n'", NOT_CLOSED);
	is(CADDY, "a `b\n`", NOT_CLOSED);
	is(LIGHTTPD, "a 'b\n'", "");
	is(CADDY, "a 'b\n'", "");
}

static void a_backslash_means_what_it_means_to_the_server(void **state)
{
	(void)state;
	is(NGINX, "a \"b\\\" @\" @;", "qb");
	is(NGINX, "a \"b\\\\\" @;", "b");
	is(CADDY, "a \"b\\\\\" @", "b");
	is(LIGHTTPD, "a = \"b\\\\\" @\"", "q");	/* two are two: the second takes the quote */
	is(LIGHTTPD, "a = \"b\\\\\" @", NOT_CLOSED);
	is(APACHE, "a \"b\\\\\" @", "b");
	is(APACHE, "a \"b\\\" @\"", "a backslash before a double quote: not every directive of Apache reads it in the same way");
	is(APACHE, "a \"\\.b\" @", "b");
	is(CADDY, "a `b\\` @", "b");
	is(NGINX, "a 'b\\' @' @", "bb");
	all("a \\\" @", "a backslash before '\"' outside quotes: some servers take it for one, some do not");
	all("a \\# @", "a backslash before '#' outside quotes: some servers take it for one, some do not");
	is(CADDY, "a \\` @", "a backslash before '`' outside quotes: some servers take it for one, some do not");
	is(NGINX, "location ~ \\.php$ @", "b");
}

static void a_value_cannot_stand_where_what_is_before_it_would_change_it(void **state)
{
	(void)state;
	all("a \\@", "a tag stands behind a backslash");
	all("a \"\\@\"", "a tag stands behind a backslash");
	is(NGINX, "a \"\\\\@\"", "q");
	is(LIGHTTPD, "a \"\\\\@\"", "a tag stands behind a backslash");
	all("a $@", BEHIND_SIGN);
	all("a \"%@\"", BEHIND_SIGN);
	all("# $@", BEHIND_SIGN);
	all("a \"x$ @\"", "q");
	all("a \"x\"@", "a value stands directly behind a closing quote");
}

static void other_quotes_hold_bare_words_only(void **state)
{
	(void)state;
	is(NGINX, "a '@ \"@' \"@\"", "bbq");
	is(APACHE, "a '\"@\"' @", "bb");
	is(SYSTEMD, "a='@ \"' \"@\"", "bq");
	is(CADDY, "a `@ \"` \"@\"", "bq");
	is(CADDY, "a ' \"@\" '", "q");
}

static void single_quotes_between_double_ones_are_a_place_of_their_own(void **state)
{
	(void)state;
	all("a \"x == '@' y '@' @\" \"@\"", "iiqq");
	all("a \"it's\" \"@\"", "q");
	all("a \"@\" \"it's\" \"@\"", "qq");
	all("a \"it's @\" @", "a single quote is not closed before the double quote");
	all("a \"@ isn't\" @", "a single quote is not closed before the double quote");
}

static void a_quote_that_servers_take_for_a_letter_is_refused(void **state)
{
	(void)state;
	is(NGINX, "a b\"@\"", MID_WORD);
	is(APACHE, "a X=\"@\"", MID_WORD);
	is(CADDY, "a b\"@\"", MID_WORD);
	is(SYSTEMD, "a=b\"@\"", MID_WORD);
	is(NGINX, "a b'@'", MID_WORD);
	is(NGINX, "a @\"@\"", MID_WORD);
	is(NGINX, "a \\ \"@\"", MID_WORD);
	is(NGINX, "a}\"@\"", MID_WORD);
	is(NGINX, "a ${\"@\"", MID_WORD);
	is(SYSTEMD, "ExecStart=\"@\" @", "qb");
	is(LIGHTTPD, "$HTTP[\"host\"]==\"@\"{", "q");
	is(LIGHTTPD, "a=(\"@\"=>\"@\"+\"@\")", "qqq");
}

static void behind_a_closing_quote_comes_what_the_server_wants_there(void **state)
{
	(void)state;
	is(NGINX, "a \"b\"; if ($x = \"@\") { a \"b\"{", "q");
	is(NGINX, "a \"b\"c", "nginx wants a blank behind a closing quote");
	is(NGINX, "a \"b\"\"@\"", "nginx wants a blank behind a closing quote");
	is(APACHE, "<LocationMatch \"@\">", "q");
	is(APACHE, "a \"b\"\"@\"", "Apache wants a blank behind a closing quote");
	is(CADDY, "a \"b\"{", "Caddy wants a blank behind a closing quote");
	is(SYSTEMD, "A=\"b\"c", "systemd wants a blank behind a closing quote");
}

static void a_comment_begins_where_the_server_sees_one(void **state)
{
	(void)state;
	is(NGINX, "a b; # @ \"\n", "c");
	is(CADDY, "a b # @ \"\n", "c");
	is(LIGHTTPD, "a = 1 # @ \"\n", "c");
	is(LIGHTTPD, "a = 1# @ \"\n", "c");
	is(APACHE, "a b # @\n", "Apache knows comments only on lines of their own");
	is(SYSTEMD, "A=b # @\n", "systemd knows comments only on lines of their own");
	is(NGINX, "a b# @\n", "'#' in the middle of a word is no comment to nginx");
	is(CADDY, "a b#@\n", "'#' in the middle of a word is no comment to Caddy");
}

static void a_comment_does_not_go_on_over_its_lines_end(void **state)
{
	(void)state;
	all("a \\\n b \"@\"\n", "q");
	is(APACHE, "a\\\n\"@\"\n", MID_WORD);
	all("a \\\n# @\n", "a comment behind a line that ends with a backslash");
	is(APACHE, "a \\\\\n# @\n", "two backslashes end a line: some servers would go on with it on the next line");
	is(APACHE, "# a\\\nb \"@\"\n", "a backslash ends a comment: some servers would go on with it on the next line");
	is(NGINX, "# a\\\n", "a backslash ends a comment: some servers would go on with it on the next line");
	is(NGINX, "# a\\", "a backslash ends a comment: some servers would go on with it on the next line");
	is(APACHE, "# a\\b @\n", "c");
	is(CADDY, "a # a\\b\nc \"@\"\n", "Caddy may go on with a comment on the next line when it holds a backslash");
}

/* A section from `before` with `body`; then `after`. */
static const char *join(const struct grammar *g, const char *before, const char *body, const char *after)
{
	static struct err e;
	struct line l = line_begin(g), inside;

	e.text[0] = '\0';
	for (; *before; before++)
		assert_true(line_char(&l, *before, &e));
	inside = l;
	for (; *body; body++)
		assert_true(line_char(&inside, *body, &e));
	if (!line_join(&l, &inside, &e))
		return e.text;
	for (; *after; after++)
		if (!line_char(&l, *after, &e))
			return e.text;
	return "";
}

static void both_ways_round_a_section_lead_to_the_same_place(void **state)
{
	static const char elsewhere[] = "the section begins and ends at different places: both must be outside quotes, between the same ones, or in a comment";

	(void)state;
	assert_string_equal(join(NGINX, "a", " b", ";"), "");
	assert_string_equal(join(NGINX, "a ", "\"b\" ", "\"c\";"), "");
	assert_string_equal(join(NGINX, "a \"", "b", "\";"), "");
	assert_string_equal(join(NGINX, "# ", "b", "\";"), "");
	assert_string_equal(join(NGINX, "", "a b;\n", "c \"d\";"), "");
	assert_string_equal(join(NGINX, "a ", "\"b", "c"), elsewhere);
	assert_string_equal(join(NGINX, "a \"", "b\"", "c"), elsewhere);
	assert_string_equal(join(NGINX, "a \"", "'b", "c"), elsewhere);
	assert_string_equal(join(NGINX, "a ", "'b", "c"), elsewhere);
	assert_string_equal(join(NGINX, "", "# b", "c"), elsewhere);
	assert_string_equal(join(NGINX, "# ", "b\n", "c"), elsewhere);
}

static void what_a_section_leaves_open_is_no_longer_sure(void **state)
{
	(void)state;
	assert_string_equal(join(NGINX, "a ", "b", "\"c\""), MID_WORD);
	assert_string_equal(join(NGINX, "a", " ", "\"c\""), MID_WORD);
	assert_string_equal(join(NGINX, "a ", "\"b\"", "c"), "nginx wants a blank behind a closing quote");
	assert_string_equal(join(APACHE, "", "a ", "# c"), "whether '#' begins a comment here depends on the section before it");
	assert_string_equal(join(NGINX, "", "a ", "# c"), "whether '#' begins a comment here depends on the section before it");
	assert_string_equal(join(APACHE, "", "a ", "b\n# c\n"), "");
	assert_string_equal(join(APACHE, "", "a \\\n", "# c"), "a comment behind a line that ends with a backslash");
}

static void a_sign_before_a_section_counts_for_the_value_behind_it(void **state)
{
	struct line l = line_begin(NGINX), inside;
	enum place place;
	struct err e;

	(void)state;
	assert_true(line_char(&l, '$', &e));
	inside = l;
	assert_true(line_char(&inside, 'a', &e));
	assert_true(line_join(&l, &inside, &e));
	assert_false(line_value(&l, &place, &e));
	assert_string_equal(e.text, BEHIND_SIGN);
}

static void before_the_equals_sign_stands_a_name(void **state)
{
	static const char value[] = "a value stands before the '=', where systemd reads the name", quote[] = "a quote before the '=': systemd takes it for a part of the name";

	(void)state;
	is(SYSTEMD, "Do=@\n# @\nDo = \"@\"\n", "bcq");
	is(SYSTEMD, "@=x", value);
	is(SYSTEMD, "[Unit]\n@", value);
	is(SYSTEMD, "Do=x\n@", value);
	is(SYSTEMD, "Do=x \\\n @\n", "b");
	is(SYSTEMD, "Do \\\n @", value);
	is(SYSTEMD, "a \"@\" = x", quote);
	is(SYSTEMD, "a '@' = x", quote);
	is(NGINX, "@ \"@\"", "bq");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(before_the_equals_sign_stands_a_name),
		cmocka_unit_test(a_value_stands_bare_quoted_or_in_a_comment),
		cmocka_unit_test(quotes_close_on_their_line),
		cmocka_unit_test(a_backslash_means_what_it_means_to_the_server),
		cmocka_unit_test(a_value_cannot_stand_where_what_is_before_it_would_change_it),
		cmocka_unit_test(other_quotes_hold_bare_words_only),
		cmocka_unit_test(single_quotes_between_double_ones_are_a_place_of_their_own),
		cmocka_unit_test(a_quote_that_servers_take_for_a_letter_is_refused),
		cmocka_unit_test(behind_a_closing_quote_comes_what_the_server_wants_there),
		cmocka_unit_test(a_comment_begins_where_the_server_sees_one),
		cmocka_unit_test(a_comment_does_not_go_on_over_its_lines_end),
		cmocka_unit_test(both_ways_round_a_section_lead_to_the_same_place),
		cmocka_unit_test(what_a_section_leaves_open_is_no_longer_sure),
		cmocka_unit_test(a_sign_before_a_section_counts_for_the_value_behind_it),
	};

	return cmocka_run_group_tests_name("line", tests, NULL, NULL);
}
