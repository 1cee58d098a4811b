/* BS2: who is let in, and where. */
#include "tests/unit/bs2_scene.h"

static void a_token_is_given_as_bs2_gives_it(void **unused)
{
	(void)unused;
	strcpy(auth, "basic aWQ6c2VjcmV0");
	strcpy(type, FORM "; charset=UTF-8");
	assert_int_equal(ask("POST", TOKEN, GRANT), 200);
	assert_int_equal(strlen(told("access_token")), 36);
	SAYS("\"token_type\":\"Bearer\"");
	SAYS("\"expires_in\":420");
	SAYS("\"scope\":\"webhook.read webhook.write pix.read\"");
}

static void credentials_may_stand_in_the_form(void **unused)
{
	(void)unused;
	auth[0] = '\0';
	strcpy(type, FORM);
	assert_int_equal(ask("POST", TOKEN, GRANT "&client_id=id&client_secret=secret"), 200);
	assert_int_equal(ask("POST", TOKEN, GRANT "&client_id=id&client_secret=secret2"), 401);
	assert_int_equal(ask("POST", TOKEN, GRANT "&client_id=id&client_id=id&client_secret=secret"), 401);
	assert_int_equal(ask("POST", TOKEN, GRANT "&client_id=id"), 401);
}

static void credentials_that_are_wrong_get_no_token(void **unused)
{
	static const char *const bad[] = { "", "Basic", "Basic !!!", "Basic aWQ=", "Basic aWQ6c2VjcmV0eA==", "Basic aXg6c2VjcmV0", "Bearer aWQ6c2VjcmV0" };

	(void)unused;
	strcpy(type, FORM);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		strcpy(auth, bad[i]);
		assert_int_equal(ask("POST", TOKEN, GRANT), 401);
		SAYS("\"error\":\"invalid_client\"");
		SAYS("\"error_description\":\"The given client credentials were not valid\"");
	}
}

static void a_token_request_that_lacks_something_is_refused(void **unused)
{
	static const char *const bad[] = { "", "grant_type=client_credentials", "scope=pix.read", GRANT "&grant_type=client_credentials", GRANT "&scope=pix.read",
		"grant_type=client_credentials&scope=%zz", "grant_type=client_credentials&scope=a%00b" };

	(void)unused;
	strcpy(auth, "Basic aWQ6c2VjcmV0");
	strcpy(type, FORM);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_int_equal(ask("POST", TOKEN, bad[i]), 400);
		SAYS("\"error_description\":\"Missing or duplicate parameters\"");
	}
	strcpy(type, "application/json");
	assert_int_equal(ask("POST", TOKEN, GRANT), 400);
}

static void only_client_credentials_and_known_scopes_are_granted(void **unused)
{
	(void)unused;
	strcpy(auth, "Basic aWQ6c2VjcmV0");
	strcpy(type, FORM);
	assert_int_equal(ask("POST", TOKEN, "grant_type=password&scope=pix.read"), 400);
	SAYS("unsupported_grant_type");
	assert_int_equal(ask("POST", TOKEN, "grant_type=client_credentials&scope=forintegration"), 400);
	SAYS("invalid_scope");
	assert_int_equal(ask("POST", TOKEN, "grant_type=client_credentials&scope=pix.rea"), 400);
	assert_int_equal(ask("POST", TOKEN, "grant_type=client_credentials&scope=pix.read+saldo+pix.read"), 200);
	SAYS("\"scope\":\"pix.read\"");
	assert_int_equal(ask("GET", TOKEN, ""), 405);
	assert_string_equal(allowed, "POST");
}

static void a_new_token_ends_the_old_one(void **unused)
{
	char old[sizeof auth];

	(void)unused;
	strcpy(old, auth);
	assert_int_equal(ask("GET", HOOK, ""), 200);
	log_in();
	assert_int_equal(ask("GET", HOOK, ""), 200);
	strcpy(auth, old);
	assert_int_equal(ask("GET", HOOK, ""), 401);
	SAYS("Invalid Apikey");
}

static void a_token_ends_after_seven_minutes_and_in_production_five(void **unused)
{
	(void)unused;
	clock_ms += 419999;
	assert_int_equal(ask("GET", HOOK, ""), 200);
	clock_ms += 1;
	assert_int_equal(ask("GET", HOOK, ""), 401);
	bank.sandbox = false;
	log_in();
	clock_ms += 299999;
	assert_int_equal(ask("GET", HOOK, ""), 200);
	clock_ms += 1;
	assert_int_equal(ask("GET", HOOK, ""), 401);
}

static void the_eleventh_token_of_a_minute_is_one_too_many(void **unused)
{
	(void)unused;
	for (int i = 1; i < 10; i++)
		log_in();
	strcpy(auth, "Basic aWQ6c2VjcmV0");
	strcpy(type, FORM);
	state_close(bank.state);
	bank.state = state_open(dir, &e);
	assert_int_equal(ask("POST", TOKEN, GRANT), 429);
	clock_ms += 59999;
	assert_int_equal(ask("POST", TOKEN, GRANT), 429);
	clock_ms += 1;
	assert_int_equal(ask("POST", TOKEN, GRANT), 200);
}

static void what_is_no_token_is_no_apikey(void **unused)
{
	static const char *const bad[] = { "", "Bearer", "Bearer ", "Bearer id", "Basic aWQ6c2VjcmV0", "Bearer 00000000-0000-4000-8000-000000000001" };

	(void)unused;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		strcpy(auth, bad[i]);
		assert_int_equal(ask("PUT", HOOK, "[]"), 401);
		SAYS("\"error_description\":\"Invalid Apikey\"");
	}
}

static void each_route_wants_its_scope(void **unused)
{
	(void)unused;
	bank.scopes = "webhook.reader webhook.write";
	log_in();
	assert_int_equal(ask("GET", HOOK, ""), 403);
	assert_int_equal(ask("GET", INDIRECT, ""), 403);
	assert_int_equal(ask("GET", BASE "/recebimentos/1", ""), 403);
	assert_int_equal(ask("PUT", HOOK, "[]"), 400);
}

static void in_production_a_code_must_stand_in_user_agent(void **unused)
{
	(void)unused;
	program = NULL;
	assert_int_equal(ask("GET", HOOK, ""), 200);
	bank.sandbox = false;
	assert_int_equal(ask("GET", HOOK, ""), 403);
	assert_string_equal(answer, "");
	assert_int_equal(ask("POST", TOKEN, GRANT), 403);
	program = "pixgate/0.2.0";
	assert_int_equal(ask("GET", HOOK, ""), 403);
	program = "A0B1C2D3E4F5";
	assert_int_equal(ask("GET", HOOK, ""), 200);
}

static void another_path_or_method_is_none(void **unused)
{
	static const struct {
		const char *method, *path;
		unsigned status;
	} row[] = {
		{ "GET", "/auth/oauth/v2/", 404 }, { "POST", "/auth/oauth/v2/token/", 404 }, { "GET", BASE, 404 }, { "GET", HOOK "/", 404 },
		{ "DELETE", HOOK "/a/b", 404 }, { "GET", HOOK "/certificado", 405 }, { "DELETE", HOOK "/certificado", 405 }, { "POST", HOOK, 405 },
		{ "GET", HOOK "/x", 405 }, { "DELETE", INDIRECT, 405 }, { "PATCH", INDIRECT, 405 }, { "GET", BASE "/recebimentos/", 404 },
		{ "GET", BASE "/recebimentos/x/y", 404 }, { "GET", BASE "/pix/%zz", 404 }, { "GET", BASE "/pix/%00", 404 }, { "POST", BASE "/pix/x", 405 },
		{ "GET", "/pix/indireto/forintegration/v1/recebimentos", 404 },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		if (ask(row[i].method, row[i].path, "") != row[i].status)
			fail_msg("%s %s", row[i].method, row[i].path);
		assert_int_equal(row[i].status == 405, allowed != NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_token_is_given_as_bs2_gives_it),
		TEST(credentials_may_stand_in_the_form),
		TEST(credentials_that_are_wrong_get_no_token),
		TEST(a_token_request_that_lacks_something_is_refused),
		TEST(only_client_credentials_and_known_scopes_are_granted),
		TEST(a_new_token_ends_the_old_one),
		TEST(a_token_ends_after_seven_minutes_and_in_production_five),
		TEST(the_eleventh_token_of_a_minute_is_one_too_many),
		TEST(what_is_no_token_is_no_apikey),
		TEST(each_route_wants_its_scope),
		TEST(in_production_a_code_must_stand_in_user_agent),
		TEST(another_path_or_method_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
