#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stddef.h>
#include <cmocka.h>
#undef fail	/* ours is the one in lib/err.h */

#include <string.h>

#include "fcgi/job.h"
#include "tests/unit/scene.h"

static struct hook efi_hook(void)
{
	static char name[] = "loja", path[] = "/webhook", own[] = "5f8c2f5e-0b5e-4c0e-9a55-7d1d0f3a2b10";
	static char *key[] = { own };
	struct hook h = { .name = name, .path = path, .psp = &psp_efi };

	h.keys.item = key;
	h.keys.count = 1;
	return h;
}

static void parameters_are_taken_by_their_exact_names(void **state)
{
	const char *env[] = {
		"REQUEST_METHOD=POST", "REQUEST_URI=/webhook?hmac=a=b", "REMOTE_ADDR=127.0.0.1", "CONTENT_LENGTH=12",
		"HTTP_SSL_CLIENT_VERIFY=SUCCESS", "HTTP_REMOTE_ADDR=9.9.9.9", "HTTP_X_FORWARDED_FOR=8.8.8.8",
		"HTTP_CF_CONNECTING_IP=7.7.7.7", "REQUEST_METHODX=GET", "NOEQUALS", NULL
	};
	struct job j;

	(void)state;
	job_start(&j, 0);
	job_params(&j, (char *const *)env, PROXY_X_FORWARDED_FOR);
	assert_string_equal(j.req.method, "POST");
	assert_string_equal(j.req.uri, "/webhook?hmac=a=b");
	assert_string_equal(j.req.remote_addr, "127.0.0.1");
	assert_string_equal(j.req.client_verify, "");
	assert_string_equal(j.req.forwarded, "8.8.8.8");
	assert_int_equal(j.announced, 12);
	job_params(&j, (char *const *)env, PROXY_CF_CONNECTING_IP);
	assert_string_equal(j.req.forwarded, "7.7.7.7");
}

static void the_first_of_twins_counts(void **state)
{
	const char *env[] = { "REQUEST_METHOD=GET", "REQUEST_METHOD=POST", "SSL_CLIENT_VERIFY=NONE", "SSL_CLIENT_VERIFY=SUCCESS", NULL };
	struct job j;

	(void)state;
	job_start(&j, 0);
	job_params(&j, (char *const *)env, PROXY_X_FORWARDED_FOR);
	assert_string_equal(j.req.method, "GET");
	assert_string_equal(j.req.client_verify, "NONE");
}

static void a_missing_request_uri_is_put_together(void **state)
{
	const char *env[] = { "SCRIPT_NAME=/webhook", "PATH_INFO=/pix", "QUERY_STRING=hmac=x&ignorar=", NULL };
	struct job j;

	(void)state;
	job_start(&j, 0);
	job_params(&j, (char *const *)env, PROXY_X_FORWARDED_FOR);
	assert_string_equal(j.req.uri, "/webhook/pix?hmac=x&ignorar=");
}

static void authorization_is_found_after_a_rewrite_too(void **state)
{
	const char *env[] = { "REDIRECT_HTTP_AUTHORIZATION=Basic eA==", NULL };
	struct job j;

	(void)state;
	job_start(&j, 0);
	job_params(&j, (char *const *)env, PROXY_X_FORWARDED_FOR);
	assert_string_equal(j.req.authorization, "Basic eA==");
}

static int64_t announced(const char *length)
{
	char text[64];
	char *env[] = { text, NULL };
	struct job j;

	snprintf(text, sizeof text, "CONTENT_LENGTH=%s", length);
	job_start(&j, 0);
	job_params(&j, (char *const *)env, PROXY_X_FORWARDED_FOR);
	return j.announced;
}

static void announced_length_may_be_absent_empty_or_minus_one(void **state)
{
	(void)state;
	assert_int_equal(announced(""), -1);
	assert_int_equal(announced("-1"), -1);
	assert_int_equal(announced("0"), 0);
	assert_int_equal(announced("262144"), 262144);
	assert_int_equal(announced("12x"), -2);
	assert_int_equal(announced("-2"), -2);
	assert_int_equal(announced(" 5"), -2);
	assert_int_equal(announced("99999999999999999999999999"), -2);
}

static struct job with_body(const struct hook *h, const char *body, int64_t length, bool too_large)
{
	struct job j;

	job_start(&j, 0);
	j.verdict.hook = h;
	j.verdict.route.event[0] = '\0';
	j.announced = length;
	job_body(&j, body, strlen(body), too_large);
	return j;
}

static void lengths_that_differ_are_refused(void **state)
{
	const struct hook h = efi_hook();
	struct job j;

	(void)state;
	j = with_body(&h, "{}", 3, false);
	assert_int_equal(j.status, 400);
	assert_false(j.store);
	j = with_body(&h, "{}", -2, false);
	assert_int_equal(j.status, 400);
	j = with_body(&h, "{}", 2, true);
	assert_int_equal(j.status, 413);
	assert_false(j.store);
	j = with_body(&h, "{}", -1, false);
	assert_int_equal(j.status, 200);
	job_free(&j);
}

static void a_ping_is_answered_and_not_kept(void **state)
{
	const struct hook h = efi_hook();
	struct job j = with_body(&h, "{\"evento\":\"teste_webhook\"}", -1, false);

	(void)state;
	assert_int_equal(j.status, 200);
	assert_false(j.store);
	job_free(&j);
}

static void a_notification_waits_for_the_store(void **state)
{
	const struct hook h = efi_hook();
	struct job j = with_body(&h, SCENE_PIX("E1111111120261121120000000000001"), -1, false);

	(void)state;
	assert_int_equal(j.status, 0);
	assert_true(j.store);
	assert_int_equal(j.batch.count, 1);
	assert_false(j.batch.events[0].foreign);
	assert_int_equal(j.batch.events[0].cents, 1234);
	job_free(&j);
}

static void an_event_for_another_key_is_foreign(void **state)
{
	struct hook h = efi_hook();
	char another[] = "loja@example.com", *other[] = { another };
	struct job j;

	(void)state;
	h.keys.item = other;
	j = with_body(&h, SCENE_PIX("E1111111120261121120000000000001"), -1, false);
	assert_true(j.batch.events[0].foreign);
	job_free(&j);
}

static void what_is_no_json_is_kept_all_the_same(void **state)
{
	const struct hook h = efi_hook();
	struct job j = with_body(&h, "notification=1a2b", -1, false);

	(void)state;
	assert_true(j.store);
	assert_true(j.batch.unread);
	assert_int_equal(j.batch.count, 0);
	job_free(&j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parameters_are_taken_by_their_exact_names),
		cmocka_unit_test(the_first_of_twins_counts),
		cmocka_unit_test(a_missing_request_uri_is_put_together),
		cmocka_unit_test(authorization_is_found_after_a_rewrite_too),
		cmocka_unit_test(announced_length_may_be_absent_empty_or_minus_one),
		cmocka_unit_test(lengths_that_differ_are_refused),
		cmocka_unit_test(a_ping_is_answered_and_not_kept),
		cmocka_unit_test(a_notification_waits_for_the_store),
		cmocka_unit_test(an_event_for_another_key_is_foreign),
		cmocka_unit_test(what_is_no_json_is_kept_all_the_same),
	};

	return cmocka_run_group_tests_name("job", tests, NULL, NULL);
}
