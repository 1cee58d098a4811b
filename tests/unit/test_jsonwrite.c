/* Texts and values that become JSON. */
#include "lib/buf.h"
#include "tests/unit/test_json.h"

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

static void written(const char *text, const char *want)
{
	struct buf b = BUF(100000), again = BUF(100000);
	struct json *doc = good(text), *second;

	assert_true(json_write(&b, doc));
	assert_string_equal(buf_str(&b), want);
	json_free(doc);
	second = good(buf_str(&b));
	assert_true(json_write(&again, second));
	assert_string_equal(buf_str(&again), want);
	json_free(second);
	buf_free(&b);
	buf_free(&again);
}

static void a_value_is_written_as_it_was_without_its_space(void **state)
{
	(void)state;
	written(" { \"b\" : [ null , true,false, { } , [\t] ] ,\r\n \"A\" : \"x\" , \"a\":{\"c\":1} } ",
		"{\"b\":[null,true,false,{},[]],\"A\":\"x\",\"a\":{\"c\":1}}");
	written("\"lone\"", "\"lone\"");
	written("[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]", "[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]");
}

static void numbers_are_written_digit_by_digit(void **state)
{
	(void)state;
	written("[0.10, -0, 1e400, 12345678901234567890123456789.000, 2E+05]", "[0.10,-0,1e400,12345678901234567890123456789.000,2E+05]");
}

static void names_and_texts_are_escaped_where_they_must(void **state)
{
	(void)state;
	written("{\"a\\\"\\u000a\":\"\\b\\u00e9\\/\\\\\", \"\":\"\"}", "{\"a\\\"\\n\":\"\\u0008\xc3\xa9/\\\\\",\"\":\"\"}");
}

static void a_member_is_written_without_its_own_name(void **state)
{
	struct json *doc = good("{\"a\":{\"b\":1}, \"c\":2}");
	struct buf b = BUF(100);

	(void)state;
	assert_true(json_write(&b, json_member(doc, "a", false)));
	assert_true(json_write(&b, NULL));
	assert_string_equal(buf_str(&b), "{\"b\":1}null");
	buf_free(&b);
	json_free(doc);
}

static void a_value_that_does_not_fit_leaves_the_rest_alone(void **state)
{
	static const char text[] = "{\"a\":[1,null,\"x\",{\"b\":true}]}";
	struct json *doc = good(text);

	(void)state;
	for (size_t max = 3; max < 3 + sizeof text - 1; max++) {
		struct buf b = BUF(max);

		assert_true(buf_puts(&b, "abc"));
		assert_false(json_write(&b, doc));
		assert_string_equal(buf_str(&b), "abc");
		assert_int_equal(b.len, 3);
		buf_free(&b);
	}
	json_free(doc);
}

static void only_members_have_names(void **state)
{
	struct json *doc = good("[{\"Nome\":1},2]");

	(void)state;
	assert_string_equal(json_name(json_first(json_first(doc))), "Nome");
	assert_null(json_name(doc));
	assert_null(json_name(json_first(doc)));
	assert_null(json_name(NULL));
	json_free(doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_quoted_so_that_they_are_json),
		cmocka_unit_test(bytes_that_are_no_utf8_are_quoted_as_ufffd),
		cmocka_unit_test(a_quoted_text_that_does_not_fit_leaves_the_rest_alone),
		cmocka_unit_test(a_value_is_written_as_it_was_without_its_space),
		cmocka_unit_test(numbers_are_written_digit_by_digit),
		cmocka_unit_test(names_and_texts_are_escaped_where_they_must),
		cmocka_unit_test(a_member_is_written_without_its_own_name),
		cmocka_unit_test(a_value_that_does_not_fit_leaves_the_rest_alone),
		cmocka_unit_test(only_members_have_names),
	};

	return cmocka_run_group_tests_name("jsonwrite", tests, NULL, NULL);
}
