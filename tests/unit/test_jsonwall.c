/* The wall before the library, through json_parse: what is JSON, and what is refused where. */
#include "tests/unit/test_json.h"

struct sample {
	const char *text;
	size_t len;
};

#define SAMPLE(s) { s, sizeof s - 1 }

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

int main(void)
{
	const struct CMUnitTest tests[] = {
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
		cmocka_unit_test(the_largest_body_of_zeros_is_read),
		cmocka_unit_test(more_values_than_that_are_refused),
	};

	return cmocka_run_group_tests_name("jsonwall", tests, NULL, NULL);
}
