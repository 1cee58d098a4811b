#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/json.h"	/* before cmocka, whose fail() is a macro */
#include "lib/limits.h"

#include <cmocka.h>

struct sample {
	const char *text;
	size_t len;
};

#define SAMPLE(s) { s, sizeof s - 1 }

/* Parses bytes that end at the end of their memory, so that a read behind them is seen. */
static struct json *parse(const char *text, size_t len, bool fold_case, struct err *e)
{
	char *exact = malloc(len ? len : 1);
	struct json *doc;

	memcpy(exact, text, len);
	doc = json_parse(exact, len, fold_case, e);
	free(exact);
	return doc;
}

static struct json *good(const char *text)
{
	struct err e = { 0 };
	struct json *doc = parse(text, strlen(text), false, &e);

	if (!doc)
		fail_msg("%s: %s", text, e.text);
	return doc;
}

static void refused(const char *text, size_t len, const char *why)
{
	struct err e = { 0 };

	if (parse(text, len, false, &e))
		fail_msg("taken: %s", text);
	assert_int_equal(e.code, ERR_INPUT);
	if (why)
		assert_string_equal(e.text, why);
}

static void every_type_is_told(void **state)
{
	static const enum json_type types[] = {
		JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT,
	};
	struct json *doc = good(" [ null , false,\ttrue,\r\n1, \"\", [], {} ] ");
	const struct json *v = json_first(doc);

	(void)state;
	for (size_t i = 0; i < sizeof types / sizeof *types; i++, v = json_next(v))
		assert_int_equal(json_type(v), types[i]);
	assert_null(v);
	assert_int_equal(json_type(NULL), JSON_NULL);
	json_free(doc);
	json_free(NULL);
}

static void a_lone_scalar_is_a_document(void **state)
{
	struct json *doc = good("\"x\"");

	(void)state;
	assert_string_equal(json_text(doc), "x");
	json_free(doc);
	doc = good(" -0.5e-7 ");
	assert_string_equal(json_text(doc), "-0.5e-7");
	json_free(doc);
}

static void numbers_keep_their_digits_in_order(void **state)
{
	static const char *const digits[] = { "0.10", "-0", "10", "1e400", "12345678901234567890123456789.000", "2E+05" };
	struct json *doc = good("[0.10,{\"1\":[-0,\"7\"],\"b\":10},1e400,[[12345678901234567890123456789.000]],2E+05]");
	const struct json *found[] = {
		json_path(doc, "[0]", false), NULL, NULL, NULL, NULL, NULL,
	};
	const struct json *item = json_next(json_first(doc));

	(void)state;
	found[1] = json_path(item, "1[0]", false);
	found[2] = json_path(item, "b", false);
	found[3] = item = json_next(item);
	found[4] = json_path(item = json_next(item), "[0][0]", false);
	found[5] = json_next(item);
	for (size_t i = 0; i < 6; i++)
		assert_string_equal(json_text(found[i]), digits[i]);
	json_free(doc);
}

static void only_strings_and_numbers_have_text(void **state)
{
	struct json *doc = good("[null,true,false,[],{}]");

	(void)state;
	for (const struct json *v = json_first(doc); v; v = json_next(v))
		assert_null(json_text(v));
	assert_null(json_text(NULL));
	json_free(doc);
}

static void escapes_become_characters(void **state)
{
	struct json *doc = good("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20AC\\ud83d\\uDE00\"");

	(void)state;
	assert_string_equal(json_text(doc), "\"\\/\b\f\n\r\tA\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
	json_free(doc);
}

static void well_formed_utf8_is_taken_as_it_is(void **state)
{
	static const char text[] = "\"\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"";
	struct json *doc = good(text);

	(void)state;
	assert_int_equal(strlen(json_text(doc)), sizeof text - 3);
	json_free(doc);
}

static void malformed_utf8_is_refused(void **state)
{
	static const struct sample wrong[] = {
		SAMPLE("\"\x80\""), SAMPLE("\"\xbf\""), SAMPLE("\"\xc0\x80\""), SAMPLE("\"\xc1\xbf\""), SAMPLE("\"\xc2\""), SAMPLE("\"\xc2\x41\""),
		SAMPLE("\"\xe0\x9f\xbf\""), SAMPLE("\"\xed\xa0\x80\""), SAMPLE("\"\xed\xbf\xbf\""), SAMPLE("\"\xe2\x82\""), SAMPLE("\"\xe2\x82"),
		SAMPLE("\"\xf0\x8f\xbf\xbf\""), SAMPLE("\"\xf4\x90\x80\x80\""), SAMPLE("\"\xf5\x80\x80\x80\""), SAMPLE("\"\xff\""), SAMPLE("\"\xf0\x9f\x98\""),
	};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		refused(wrong[i].text, wrong[i].len, "offset 1: not UTF-8");
}

static void control_bytes_in_strings_are_refused_wherever_they_stand(void **state)
{
	char text[40];

	(void)state;
	for (int at = 0; at < 20; at++) {
		for (int c = 0; c < 0x20; c++) {
			char why[60];

			memset(text, 'a', sizeof text);
			text[0] = text[30] = '"';
			text[1 + at] = (char)c;
			snprintf(why, sizeof why, "offset %d: a control byte in a string", 1 + at);
			refused(text, 31, why);
		}
	}
}

static void a_string_ends_at_its_quote_wherever_it_stands(void **state)
{
	char text[40];

	(void)state;
	for (int n = 0; n < 30; n++) {
		struct json *doc;

		memset(text, '!', sizeof text);	/* 0x21 is next to the quote, where a sloppy search would go wrong */
		text[0] = text[1 + n] = '"';
		text[2 + n] = '\0';
		doc = good(text);
		assert_int_equal(strlen(json_text(doc)), n);
		json_free(doc);
	}
}

static void wrong_escapes_are_refused(void **state)
{
	static const struct sample wrong[] = {
		SAMPLE("\"\\x\""), SAMPLE("\"\\u12\""), SAMPLE("\"\\u12g4\""), SAMPLE("\"\\"), SAMPLE("\"\\\""), SAMPLE("\"\\u\""), SAMPLE("\"\\\0\""),
		SAMPLE("\"\\U0041\""), SAMPLE("\"\\u004"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		refused(wrong[i].text, wrong[i].len, NULL);
	refused("\"\\u0000\"", 8, "offset 1: an escaped NUL");
	refused("{\"a\\u0000b\":1}", 14, "offset 3: an escaped NUL");
}

static void lone_surrogates_are_refused(void **state)
{
	static const char *const wrong[] = {
		"\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\ud800\"", "\"\\ud800x\"", "\"\\ud83d\\n\"", "\"\\udfff\\ud800\"", "\"\\ud800\\u0041\"", "\"\\uD83D\\uDE0\"",
	};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		refused(wrong[i], strlen(wrong[i]), "offset 1: a lone surrogate");
}

static void numbers_outside_the_grammar_are_refused(void **state)
{
	static const char *const wrong[] = {
		"01", "+1", ".5", "1.", "-", "-.5", "1e", "1e+", "00", "-01", "0x10", "NaN", "Infinity", "-Infinity", "1_000", "1,5", "1.5.5", "--1", "1e5.5",
	};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		refused(wrong[i], strlen(wrong[i]), NULL);
}

static void a_number_of_63_characters_is_the_longest(void **state)
{
	char text[70];
	struct json *doc;

	(void)state;
	memset(text, '7', sizeof text);
	text[63] = '\0';
	doc = good(text);
	assert_string_equal(json_text(doc), text);
	json_free(doc);
	refused("7777777777777777777777777777777777777777777777777777777777777777", 64, "offset 0: a number of too many digits");
}

static void what_is_no_json_is_refused(void **state)
{
	static const char *const wrong[] = {
		"", " ", "{", "}", "[", "]", "[1,]", "[,1]", "[1 2]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}", "{a:1}", "{'a':1}", "{\"a\" 1}", "{1:1}", "{\"a\":1 \"b\":2}",
		"[1}", "{\"a\":1]", "nul", "nulll", "True", "tru", "falsy", "\"", "\"abc", "[\"a\"", "// x\n1", "[1]//", "/**/1", "\v1", "1\f", "\xc2\xa0", "undefined",
		"notification=252948279264ee47", "<x/>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		refused(wrong[i], strlen(wrong[i]), NULL);
	refused("[1", 2, "offset 2: the text ends too early");
	refused("[1,]", 4, "offset 3: a value is expected");
	refused("{\"a\":1,}", 8, "offset 7: a key is expected");
	refused("\xef\xbb\xbf{}", 5, "offset 0: a byte order mark, or no JSON");
}

static void bytes_behind_the_value_are_refused(void **state)
{
	static const struct sample wrong[] = { SAMPLE("{}x"), SAMPLE("{} {}"), SAMPLE("1 2"), SAMPLE("\"a\"\"b\""), SAMPLE("[]\0"), SAMPLE("[]]"), SAMPLE("\0[]") };

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		refused(wrong[i].text, wrong[i].len, NULL);
	refused("{}x", 3, "offset 2: bytes after the value");
}

static void levels_have_a_ceiling(void **state)
{
	char text[2 * LIMIT_JSON_DEPTH + 3];
	struct json *doc;

	(void)state;
	memset(text, '[', LIMIT_JSON_DEPTH);
	memset(text + LIMIT_JSON_DEPTH, ']', LIMIT_JSON_DEPTH);
	text[2 * LIMIT_JSON_DEPTH] = '\0';
	doc = good(text);
	json_free(doc);
	memset(text, '[', LIMIT_JSON_DEPTH + 1);
	memset(text + LIMIT_JSON_DEPTH + 1, ']', LIMIT_JSON_DEPTH + 1);
	refused(text, 2 * LIMIT_JSON_DEPTH + 2, "offset 16: too many levels");
}

static void brackets_must_match_in_every_level(void **state)
{
	struct json *doc = good("[{\"a\":[{}]},[[],{\"b\":{}}],[]]");

	(void)state;
	assert_int_equal(json_type(json_path(doc, "[0].a[0]", false)), JSON_OBJECT);
	json_free(doc);
	refused("[{\"a\":[}]}]", 11, NULL);
	refused("[{]}", 4, NULL);
	refused("{\"a\":[{\"b\":1]}}", 15, "offset 12: a comma or a closing bracket is expected");
}

static void twin_keys_are_refused_however_they_are_written(void **state)
{
	(void)state;
	refused("{\"valor\":\"1.00\",\"b\":2,\"valor\":\"9.00\"}", 37, "offset 0: an object has a key twice");
	refused("{\"valor\":1,\"v\\u0061lor\":2}", 26, "offset 0: an object has a key twice");
	refused("[{},\"{\\\"{\",{\"x\":{\"a\":1,\"a\":1}}]", 31, "offset 16: an object has a key twice");
	refused("{\"\":1,\"\":2}", 11, NULL);
}

static void keys_that_differ_in_case_are_twins_only_where_it_is_folded(void **state)
{
	static const char text[] = "{\"Valor\":1,\"valor\":2}";
	struct json *doc = good(text);
	struct err e;

	(void)state;
	assert_string_equal(json_text(json_member(doc, "Valor", false)), "1");
	assert_string_equal(json_text(json_member(doc, "valor", false)), "2");
	assert_null(json_member(doc, "VALOR", false));
	json_free(doc);
	assert_null(parse(text, sizeof text - 1, true, &e));
	assert_string_equal(e.text, "offset 0: an object has a key twice");
}

/* An object of n members; the last one's name is that of the twin-th (n: of none), in capitals where folded. */
static char *members(size_t n, size_t twin, bool folded)
{
	struct buf b = BUF(LIMIT_BODY_MAX);

	buf_puts(&b, "{");
	for (size_t i = 0; i < n; i++)
		buf_putf(&b, "%s\"%s%zu\":0", i ? "," : "", folded && i == n - 1 ? "KEY" : "key", i == n - 1 && twin < n ? twin : i);
	buf_puts(&b, "}");
	return b.data;
}

static void twins_are_found_among_few_and_many(void **state)
{
	static const size_t counts[] = { 2, 3, 15, 16, 17, 18, 40, 20000 };
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		char *none = members(counts[i], counts[i], false), *first = members(counts[i], 0, false);
		char *near = members(counts[i], counts[i] - 2, true);
		struct json *doc = good(none);

		json_free(doc);
		refused(first, strlen(first), "offset 0: an object has a key twice");
		doc = good(near);
		json_free(doc);
		assert_null(parse(near, strlen(near), true, &e));
		free(none);
		free(first);
		free(near);
	}
}

static void the_largest_body_of_zeros_is_read(void **state)
{
	char *text = malloc(LIMIT_BODY + 1);
	struct json *doc;

	(void)state;
	text[0] = '[';
	for (size_t i = 1; i < LIMIT_BODY; i += 2)
		memcpy(text + i, "0,", 2);
	memcpy(text + LIMIT_BODY - 2, "] ", 2);
	text[LIMIT_BODY] = '\0';
	doc = good(text);
	assert_string_equal(json_text(json_path(doc, "[-1]", false)), "0");
	json_free(doc);
	free(text);
}

static void more_values_than_that_are_refused(void **state)
{
	size_t len = LIMIT_BODY + 4;
	char *text = malloc(len + 1);
	struct json *doc;

	(void)state;
	text[0] = '[';
	for (size_t i = 1; i < len - 2; i += 2)
		memcpy(text + i, "0,", 2);
	memcpy(text + LIMIT_BODY - 2, "]", 2);
	doc = good(text);	/* 131,072 with the list itself */
	json_free(doc);
	memcpy(text + LIMIT_BODY - 2, ",0]", 4);
	refused(text, LIMIT_BODY + 1, "offset 262143: too many values");
	free(text);
}

static void documents_live_side_by_side(void **state)
{
	struct json *a = good("{\"a\":[1,\"x\"]}"), *b = good("{\"a\":[2,\"y\"]}");

	(void)state;
	refused("{\"a\":[3,\"z\"],\"a\":0}", 19, NULL);
	assert_string_equal(json_text(json_path(a, "a[0]", false)), "1");
	assert_string_equal(json_text(json_path(a, "a[-1]", false)), "x");
	json_free(a);
	assert_string_equal(json_text(json_path(b, "a[-1]", false)), "y");
	json_free(b);
}

static void members_have_names_and_items_have_none(void **state)
{
	struct json *doc = good("{\"a\":[1],\"b\":{}}");
	const struct json *a = json_first(doc);

	(void)state;
	assert_string_equal(json_name(a), "a");
	assert_string_equal(json_name(json_next(a)), "b");
	assert_null(json_name(json_first(a)));
	assert_null(json_name(doc));
	assert_null(json_member(a, "a", false));
	assert_null(json_member(NULL, "a", false));
	assert_null(json_first(NULL));
	assert_null(json_next(NULL));
	json_free(doc);
}

static void paths_walk_objects_and_lists(void **state)
{
	struct json *doc = good("{\"a\":{\"b\":{\"c\":\"x\"}},\"l\":[{\"d\":\"1\"},{\"d\":\"2\"},{\"d\":\"3\"}],\"e\":[]}");

	(void)state;
	assert_string_equal(json_text(json_path(doc, "a.b.c", false)), "x");
	assert_string_equal(json_text(json_path(doc, "l[0].d", false)), "1");
	assert_string_equal(json_text(json_path(doc, "l[-1].d", false)), "3");
	assert_string_equal(json_text(json_path(doc, "L[-1].D", true)), "3");
	assert_int_equal(json_type(json_path(doc, "l", false)), JSON_ARRAY);
	json_free(doc);
}

static void a_path_that_ends_early_leads_nowhere(void **state)
{
	static const char *const nowhere[] = { "x", "a.x", "a.b.c.d", "l.d", "l[1].d", "e[0]", "e[-1].d", "a[0]", "l[0].d[0]", "x.y[0].z", "A.b", "[0]" };
	struct json *doc = good("{\"a\":{\"b\":{\"c\":\"x\"}},\"l\":[{\"d\":\"1\"}],\"e\":[],\"n\":null}");

	(void)state;
	for (size_t i = 0; i < sizeof nowhere / sizeof *nowhere; i++)
		if (json_path(doc, nowhere[i], false))
			fail_msg("%s leads somewhere", nowhere[i]);
	assert_null(json_path(NULL, "a.b", false));
	json_free(doc);
}

static void quoted(const char *s, size_t len, const char *want)
{
	struct buf b = BUF(1000);
	struct json *doc;

	assert_true(buf_puts(&b, "<"));
	assert_true(json_quote(&b, s, len));
	assert_string_equal(buf_str(&b) + 1, want);
	doc = good(buf_str(&b) + 1);
	json_free(doc);
	buf_free(&b);
}

static void texts_are_quoted_so_that_they_are_json(void **state)
{
	(void)state;
	quoted("", 0, "\"\"");
	quoted("abc", 3, "\"abc\"");
	quoted("a\"b\\c/d", 7, "\"a\\\"b\\\\c/d\"");
	quoted("\n\r\t\x01\x1f\x7f", 6, "\"\\n\\r\\t\\u0001\\u001f\x7f\"");
	quoted("constru\xc3\xa7\xc3\xa3o \xf0\x9f\x98\x80", 17, "\"constru\xc3\xa7\xc3\xa3o \xf0\x9f\x98\x80\"");
}

static void bytes_that_are_no_utf8_are_quoted_as_ufffd(void **state)
{
	(void)state;
	quoted("\xff" "a\xc3", 3, "\"\xef\xbf\xbd" "a\xef\xbf\xbd\"");
	quoted("\xed\xa0\x80", 3, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
}

static void a_quoted_text_that_does_not_fit_leaves_the_rest_alone(void **state)
{
	struct buf b = BUF(8);

	(void)state;
	assert_true(buf_puts(&b, "abc"));
	assert_false(json_quote(&b, "x\ny\nz", 5));
	assert_string_equal(buf_str(&b), "abc");
	assert_int_equal(b.len, 3);
	assert_true(json_quote(&b, "\nz", 2));
	assert_string_equal(buf_str(&b), "abc\"\\nz\"");
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_is_told),
		cmocka_unit_test(a_lone_scalar_is_a_document),
		cmocka_unit_test(numbers_keep_their_digits_in_order),
		cmocka_unit_test(only_strings_and_numbers_have_text),
		cmocka_unit_test(escapes_become_characters),
		cmocka_unit_test(well_formed_utf8_is_taken_as_it_is),
		cmocka_unit_test(malformed_utf8_is_refused),
		cmocka_unit_test(control_bytes_in_strings_are_refused_wherever_they_stand),
		cmocka_unit_test(a_string_ends_at_its_quote_wherever_it_stands),
		cmocka_unit_test(wrong_escapes_are_refused),
		cmocka_unit_test(lone_surrogates_are_refused),
		cmocka_unit_test(numbers_outside_the_grammar_are_refused),
		cmocka_unit_test(a_number_of_63_characters_is_the_longest),
		cmocka_unit_test(what_is_no_json_is_refused),
		cmocka_unit_test(bytes_behind_the_value_are_refused),
		cmocka_unit_test(levels_have_a_ceiling),
		cmocka_unit_test(brackets_must_match_in_every_level),
		cmocka_unit_test(twin_keys_are_refused_however_they_are_written),
		cmocka_unit_test(keys_that_differ_in_case_are_twins_only_where_it_is_folded),
		cmocka_unit_test(twins_are_found_among_few_and_many),
		cmocka_unit_test(the_largest_body_of_zeros_is_read),
		cmocka_unit_test(more_values_than_that_are_refused),
		cmocka_unit_test(documents_live_side_by_side),
		cmocka_unit_test(members_have_names_and_items_have_none),
		cmocka_unit_test(paths_walk_objects_and_lists),
		cmocka_unit_test(a_path_that_ends_early_leads_nowhere),
		cmocka_unit_test(texts_are_quoted_so_that_they_are_json),
		cmocka_unit_test(bytes_that_are_no_utf8_are_quoted_as_ufffd),
		cmocka_unit_test(a_quoted_text_that_does_not_fit_leaves_the_rest_alone),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
