/* The table of checks, the secret in the URL, and the address it comes from. */
#include "tests/unit/test_auth.h"

static void the_table_tells_what_each_failure_answers(void **state)
{
	static const struct auth_check want[] = {
		{ "secret", 403, true, NULL }, { "source", 403, false, NULL }, { "cert", 403, true, NULL }, { "basic", 401, true, NULL }, { "bearer", 401, true, NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof want / sizeof *want; i++) {
		assert_string_equal(auth_checks[i].name, want[i].name);
		assert_int_equal(auth_checks[i].status, want[i].status);
		assert_int_equal(auth_checks[i].proves, want[i].proves);
	}
	assert_null(auth_checks[i].name);
}

static void nothing_asked_for_is_absent(void **state)
{
	struct ask a;

	(void)state;
	begin(&a);
	for (const struct auth_check *c = auth_checks; c->name; c++)
		assert_int_equal(check(&a, c->name), PROOF_ABSENT);
}

/* secret */

static enum proof with_secret(struct ask *a, const char *sent, size_t secret_len)
{
	memcpy(a->route.secret, sent, strlen(sent) + 1);
	a->route.has_secret = true;
	a->route.secret_len = secret_len;
	a->route.glued_len = strlen(sent);
	return check(a, "secret");
}

static void any_live_secret_opens_with_or_without_the_suffix(void **state)
{
	struct ask a;

	(void)state;
	begin(&a);
	secret_set(&a.door.secret[0], "old-4Tz", 7);
	secret_set(&a.door.secret[1], "new/pix", 7);
	a.door.secrets = 2;
	assert_int_equal(with_secret(&a, "old-4Tz", 7), PROOF_GOOD);
	assert_int_equal(with_secret(&a, "old-4Tz/pix", 7), PROOF_GOOD);
	assert_int_equal(with_secret(&a, "new/pix", 3), PROOF_GOOD);	/* an adopted secret that ends like a suffix */
	assert_int_equal(with_secret(&a, "new/pix/pix", 7), PROOF_GOOD);
	assert_string_equal(a.v.detail, "");
	assert_int_equal(with_secret(&a, "old-4T", 6), PROOF_BAD);
	assert_int_equal(with_secret(&a, "", 0), PROOF_BAD);
	assert_int_equal(with_secret(&a, "old-4Tz/pi", 10), PROOF_BAD);
	assert_string_not_equal(a.v.detail, "");
	a.door.secrets = 1;
	assert_int_equal(with_secret(&a, "new/pix", 7), PROOF_BAD);
}

static void no_secret_in_the_url_is_bad(void **state)
{
	struct ask a;

	(void)state;
	begin(&a);
	secret_set(&a.door.secret[0], "", 0);
	a.door.secrets = 1;
	assert_int_equal(check(&a, "secret"), PROOF_BAD);
	assert_non_null(strstr(a.v.detail, "hmac missing"));
}

static void a_secret_that_is_asked_for_and_not_loaded_lets_nobody_in(void **state)
{
	struct ask a;

	(void)state;
	begin(&a);
	a.hook.secrets.count = 1;
	assert_int_equal(with_secret(&a, "", 0), PROOF_BAD);
	a.hook.basic = (char []){ "file:b" };
	a.req.authorization = "Basic Og==";
	assert_int_equal(check(&a, "basic"), PROOF_BAD);
	a.hook.bearer = (char []){ "file:b" };
	a.req.authorization = "Bearer x";
	assert_int_equal(check(&a, "bearer"), PROOF_BAD);
	a.hook.client_cert = CLIENT_CERT_VERIFY;
	assert_int_equal(check(&a, "cert"), PROOF_BAD);
}

/* source */

static struct cidr nets[8];

static struct cidr_list list(size_t at, const char *one, const char *two)
{
	struct cidr_list l = { .item = nets + at };

	if (one)
		assert_true(cidr_parse(one, &nets[at + l.count++]));
	if (two)
		assert_true(cidr_parse(two, &nets[at + l.count++]));
	return l;
}

static void behind_proxies(struct ask *a)
{
	begin(a);
	a->settings.trusted_proxies = list(0, "127.0.0.1", "10.0.0.0/8");
	a->hook.sources = list(2, "203.0.113.7", "2001:db8:5::/48");
}

static void only_listed_addresses_are_let_in(void **state)
{
	struct ask a;

	(void)state;
	behind_proxies(&a);
	a.req.remote_addr = "203.0.113.7";
	assert_int_equal(check(&a, "source"), PROOF_GOOD);
	assert_string_equal(a.v.remote, "203.0.113.7");
	a.req.remote_addr = "::ffff:203.0.113.7";
	assert_int_equal(check(&a, "source"), PROOF_GOOD);
	assert_string_equal(a.v.remote, "203.0.113.7");
	a.req.remote_addr = "2001:db8:5:1::9";
	assert_int_equal(check(&a, "source"), PROOF_GOOD);
	a.req.remote_addr = "203.0.113.8";
	assert_int_equal(check(&a, "source"), PROOF_BAD);
	assert_string_equal(a.v.detail, "not in sources");
	assert_string_equal(a.v.remote, "203.0.113.8");
	a.req.remote_addr = "unix:";
	assert_int_equal(check(&a, "source"), PROOF_BAD);
	assert_string_equal(a.v.remote, "");
	a.req.remote_addr = "";
	assert_int_equal(check(&a, "source"), PROOF_BAD);
}

static void a_stranger_s_header_is_not_believed(void **state)
{
	struct ask a;

	(void)state;
	behind_proxies(&a);
	a.req.remote_addr = "198.51.100.1";
	a.req.forwarded = "203.0.113.7";
	assert_int_equal(check(&a, "source"), PROOF_BAD);
	assert_string_equal(a.v.remote, "198.51.100.1");
	a.req.remote_addr = "203.0.113.7";
	a.req.forwarded = "garbage";
	assert_int_equal(check(&a, "source"), PROOF_GOOD);
}

static void behind_a_proxy_the_right_most_stranger_counts(void **state)
{
	static const struct { const char *forwarded, *remote; enum proof proof; } cases[] = {
		{ "203.0.113.7", "203.0.113.7", PROOF_GOOD },
		{ "198.51.100.1, 203.0.113.7", "203.0.113.7", PROOF_GOOD },
		{ "203.0.113.7, 198.51.100.1", "198.51.100.1", PROOF_BAD },
		{ "198.51.100.1,\t203.0.113.7 , 10.1.2.3", "203.0.113.7", PROOF_GOOD },
		{ "garbage, 203.0.113.7", "203.0.113.7", PROOF_GOOD },
		{ "203.0.113.7:4711", "203.0.113.7", PROOF_GOOD },
		{ "[2001:db8:5::1]:4711", "2001:db8:5::1", PROOF_GOOD },
		{ "10.9.9.9, 10.1.2.3", "10.9.9.9", PROOF_BAD },
		{ "203.0.113.7, garbage", "", PROOF_BAD },
		{ "203.0.113.7, garbage, 10.1.2.3", "", PROOF_BAD },
		{ "203.0.113.7,", "", PROOF_BAD },
		{ "203.0.113.7,,10.1.2.3", "", PROOF_BAD },
		{ " ", "", PROOF_BAD },
		{ "", "10.7.7.7", PROOF_BAD },
	};
	struct ask a;

	(void)state;
	behind_proxies(&a);
	a.req.remote_addr = "10.7.7.7";
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		a.req.forwarded = cases[i].forwarded;
		assert_int_equal(check(&a, "source"), cases[i].proof);
		assert_string_equal(a.v.remote, cases[i].remote);
	}
}

static void cloudflare_s_header_holds_one_address(void **state)
{
	struct ask a;

	(void)state;
	behind_proxies(&a);
	a.settings.proxy_header = PROXY_CF_CONNECTING_IP;
	a.req.remote_addr = "10.7.7.7";
	a.req.forwarded = " 203.0.113.7 ";
	assert_int_equal(check(&a, "source"), PROOF_GOOD);
	a.req.forwarded = "198.51.100.1, 203.0.113.7";
	assert_int_equal(check(&a, "source"), PROOF_BAD);
	a.req.forwarded = "10.1.2.3";
	assert_int_equal(check(&a, "source"), PROOF_BAD);
	assert_string_equal(a.v.remote, "10.1.2.3");
	a.req.forwarded = "";
	assert_int_equal(check(&a, "source"), PROOF_BAD);
}

static void the_address_is_told_even_where_any_is_let_in(void **state)
{
	struct ask a;

	(void)state;
	behind_proxies(&a);
	a.hook.sources.count = 0;
	a.req.remote_addr = "10.7.7.7";
	a.req.forwarded = "198.51.100.1";
	assert_int_equal(check(&a, "source"), PROOF_ABSENT);
	assert_string_equal(a.v.remote, "198.51.100.1");
	a.req.forwarded = "garbage";
	assert_int_equal(check(&a, "source"), PROOF_ABSENT);
	assert_string_equal(a.v.remote, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_tells_what_each_failure_answers),
		cmocka_unit_test(nothing_asked_for_is_absent),
		cmocka_unit_test(any_live_secret_opens_with_or_without_the_suffix),
		cmocka_unit_test(no_secret_in_the_url_is_bad),
		cmocka_unit_test(a_secret_that_is_asked_for_and_not_loaded_lets_nobody_in),
		cmocka_unit_test(only_listed_addresses_are_let_in),
		cmocka_unit_test(a_stranger_s_header_is_not_believed),
		cmocka_unit_test(behind_a_proxy_the_right_most_stranger_counts),
		cmocka_unit_test(cloudflare_s_header_holds_one_address),
		cmocka_unit_test(the_address_is_told_even_where_any_is_let_in),
	};

	return cmocka_run_group_tests_name("auth", tests, NULL, NULL);
}
