/* What a document holds: values, members, twins, paths. */
#include "lib/buf.h"
#include "tests/unit/test_json.h"

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

static void what_is_not_there_is_null(void **state)
{
	struct json *doc = good("{\"a\":[1],\"b\":{}}");
	const struct json *a = json_first(doc);

	(void)state;
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_is_told),
		cmocka_unit_test(a_lone_scalar_is_a_document),
		cmocka_unit_test(numbers_keep_their_digits_in_order),
		cmocka_unit_test(only_strings_and_numbers_have_text),
		cmocka_unit_test(escapes_become_characters),
		cmocka_unit_test(twin_keys_are_refused_however_they_are_written),
		cmocka_unit_test(keys_that_differ_in_case_are_twins_only_where_it_is_folded),
		cmocka_unit_test(twins_are_found_among_few_and_many),
		cmocka_unit_test(documents_live_side_by_side),
		cmocka_unit_test(what_is_not_there_is_null),
		cmocka_unit_test(paths_walk_objects_and_lists),
		cmocka_unit_test(a_path_that_ends_early_leads_nowhere),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
