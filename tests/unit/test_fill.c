/* What a shop owner or a stranger wrote goes into a request, and stays one value there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "api/fill.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

static void gives(const char *pattern, const struct api_value *values, enum fill_form form, bool masked, const char *want)
{
	struct buf b = BUF(256);
	struct err e = { 0 };

	if (!fill(&b, pattern, values, form, masked, &e))
		fail_msg("%s: %s", pattern, e.text);
	assert_string_equal(buf_str(&b), want);
	buf_free(&b);
}

static void refuses(const char *pattern, const struct api_value *values, enum fill_form form, const char *says)
{
	struct buf b = BUF(64);
	struct err e = { 0 };

	buf_puts(&b, "before");
	assert_false(fill(&b, pattern, values, form, false, &e));
	assert_int_equal(e.code, ERR_USAGE);
	if (!strstr(e.text, says))
		fail_msg("%s: %s", pattern, e.text);
	assert_string_equal(buf_str(&b), "before");
	buf_free(&b);
}

static void a_key_in_a_path_is_percent_encoded(void **state)
{
	const struct api_value phone[] = { { .name = "key", .value = "+5531999999999" }, { 0 } };
	const struct api_value mail[] = { { .name = "key", .value = "a@b.example/../?x=1&y#z%" }, { 0 } };

	(void)state;
	gives("/v2/webhook/{key}", phone, FILL_PATH, false, "/v2/webhook/%2B5531999999999");
	gives("/v2/webhook/{key}", mail, FILL_PATH, false, "/v2/webhook/a%40b.example%2F..%2F%3Fx%3D1%26y%23z%25");
}

static void a_key_that_would_make_another_path_is_refused(void **state)
{
	static const char *const bad[] = { "", ".", ".." };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		const struct api_value v[] = { { .name = "key", .value = bad[i] }, { 0 } };

		refuses("/v2/webhook/{key}", v, FILL_PATH, "cannot stand in an address");
	}
}

static void a_text_in_a_body_stays_one_text(void **state)
{
	const struct api_value v[] = { { .name = "url", .value = "\",\"x\":1}\n\x01\\{url}<" }, { 0 } };

	(void)state;
	gives("{\"webhookUrl\":{url}}", v, FILL_JSON, false, "{\"webhookUrl\":\"\\\",\\\"x\\\":1}\\n\\u0001\\\\{url}<\"}");
}

static void a_raw_value_must_be_json(void **state)
{
	const struct api_value good[] = { { .name = "ids", .value = "[\"a\",1]", .raw = true }, { 0 } };
	const struct api_value bad[] = { { .name = "ids", .value = "1,\"x\":2", .raw = true }, { 0 } };

	(void)state;
	gives("{\"e2eids\":{ids}}", good, FILL_JSON, false, "{\"e2eids\":[\"a\",1]}");
	refuses("{\"e2eids\":{ids}}", bad, FILL_JSON, "no JSON");
}

static void a_header_takes_no_line_break(void **state)
{
	const struct api_value good[] = { { .name = "skip_mtls", .value = "true" }, { 0 } };
	const struct api_value bad[] = { { .name = "skip_mtls", .value = "true\r\nX: y" }, { 0 } };

	(void)state;
	gives("x-skip-mtls-checking: {skip_mtls}", good, FILL_HEADER, false, "x-skip-mtls-checking: true");
	refuses("x-skip-mtls-checking: {skip_mtls}", bad, FILL_HEADER, "control byte");
}

static void a_value_that_is_not_given_is_named(void **state)
{
	const struct api_value v[] = { { .name = "ke", .value = "x" }, { .name = "key", .value = NULL }, { 0 } };

	(void)state;
	refuses("/{key}", v, FILL_PATH, "\"key\"");
	refuses("/{key}", NULL, FILL_PATH, "\"key\"");
}

static void a_piece_is_left_out_where_its_value_is_not_given(void **state)
{
	static const char pattern[] = "[{\"a\":{a}<,\"b\":{\"c\":{c}<,\"d\":{d}>}>}]";
	const struct api_value none[] = { { .name = "a", .value = "1" }, { 0 } };
	const struct api_value some[] = { { .name = "a", .value = "1" }, { .name = "c", .value = "2" }, { 0 } };
	const struct api_value all[] = { { .name = "a", .value = "1" }, { .name = "c", .value = "2" }, { .name = "d", .value = "3", .raw = true }, { 0 } };
	const struct api_value inner[] = { { .name = "a", .value = "1" }, { .name = "d", .value = "3" }, { 0 } };

	(void)state;
	gives(pattern, none, FILL_JSON, false, "[{\"a\":\"1\"}]");
	gives(pattern, some, FILL_JSON, false, "[{\"a\":\"1\",\"b\":{\"c\":\"2\"}}]");
	gives(pattern, all, FILL_JSON, false, "[{\"a\":\"1\",\"b\":{\"c\":\"2\",\"d\":3}}]");
	gives(pattern, inner, FILL_JSON, false, "[{\"a\":\"1\"}]");
}

static void secrets_are_masked_only_where_shown(void **state)
{
	const struct api_value v[] = { { .name = "url", .value = "https://loja.example/w?hmac=c0ffee&ignorar=" },
		{ .name = "auth", .value = "dXNlcg==", .secret = true }, { .name = "list", .value = "[7]", .raw = true, .secret = true }, { 0 } };

	(void)state;
	gives("{url}", v, FILL_JSON, true, "\"https://loja.example/w?hmac=***&ignorar=\"");
	gives("{auth}{list}", v, FILL_JSON, true, "\"***\"\"***\"");
	gives("{url}{auth}", v, FILL_JSON, false, "\"https://loja.example/w?hmac=c0ffee&ignorar=\"\"dXNlcg==\"");
}

static void every_secret_of_a_value_is_masked(void **state)
{
	const struct api_value v[] = { { .name = "u", .value = "hmac=a&hmac=b" }, { 0 } };

	(void)state;
	gives("{u}", v, FILL_PART, true, "hmac=***&hmac=***");
}

static void what_does_not_fit_is_refused_and_taken_back(void **state)
{
	const struct api_value v[] = { { .name = "k", .value = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" }, { 0 } };

	(void)state;
	refuses("{k}", v, FILL_PATH, "too long");
	refuses("{k}", v, FILL_JSON, "too long");
	refuses("{k}", v, FILL_HEADER, "too long");
	refuses("{k}", v, FILL_PART, "too long");
	refuses("/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", v, FILL_PATH, "longer than 64");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_in_a_path_is_percent_encoded),
		cmocka_unit_test(a_key_that_would_make_another_path_is_refused),
		cmocka_unit_test(a_text_in_a_body_stays_one_text),
		cmocka_unit_test(a_raw_value_must_be_json),
		cmocka_unit_test(a_header_takes_no_line_break),
		cmocka_unit_test(a_value_that_is_not_given_is_named),
		cmocka_unit_test(a_piece_is_left_out_where_its_value_is_not_given),
		cmocka_unit_test(secrets_are_masked_only_where_shown),
		cmocka_unit_test(every_secret_of_a_value_is_masked),
		cmocka_unit_test(what_does_not_fit_is_refused_and_taken_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
