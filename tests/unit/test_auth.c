#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/err.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

#include "fcgi/gate.h"
#include "lib/limits.h"
#include "lib/x509.h"
#include "tests/unit/pki.h"

#define NOW INT64_C(1795262400)
#define DAY INT64_C(86400)

static char nothing[] = "";

/* What one check is asked about. Every text begins as "", every list empty. */
struct ask {
	struct settings settings;
	struct gate gate;
	struct hook hook;
	struct door door;
	struct req req;
	struct route route;
	struct verdict v;
};

static void begin(struct ask *a)
{
	memset(a, 0, sizeof *a);
	a->hook = (struct hook){ .name = nothing, .path = nothing, .ca = nothing, .pin = nothing, .basic = nothing, .bearer = nothing };
	a->req = (struct req){ "", "", "", "", "", "", "", "", "" };
	a->gate.settings = &a->settings;
	a->gate.doors = &a->door;
	a->settings.hooks = &a->hook;
	a->door.hook = &a->hook;
	a->route.suffix = "";
	a->v.check = a->v.detail = "";
}

static enum proof check(struct ask *a, const char *name)
{
	for (const struct auth_check *c = auth_checks; c->name; c++) {
		if (!strcmp(c->name, name)) {
			a->v.detail = "";
			return c->check(&a->gate, &a->door, &a->req, &a->route, NOW, &a->v);
		}
	}
	fail_msg("no check named %s", name);
	return PROOF_BAD;
}

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

/* cert */

enum who { INTER, SIBLING, ROOT, LEAF, OF_SIBLING, EXPIRED, ALL };

static struct pki made[ALL];
static char *pem[ALL];
static struct x509_trust *trust;

static int make_all(void **state)
{
	struct pki_wish ca = { .cn = "Root of a PSP", .ca = true, .usage = "critical,digitalSignature,keyCertSign", .from = NOW - DAY, .to = NOW + DAY };
	struct pki_wish leaf = { .cn = "sender.psp.example", .eku = "clientAuth", .from = NOW - DAY, .to = NOW + DAY };
	char path[] = "/tmp/pixgate-ca-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	made[ROOT] = pki_make(NULL, &ca);
	ca.cn = "hooks.psp.example";
	made[INTER] = pki_make(&made[ROOT], &ca);
	ca.cn = "hooks-sandbox.psp.example";
	made[SIBLING] = pki_make(&made[ROOT], &ca);
	made[LEAF] = pki_make(&made[INTER], &leaf);
	made[OF_SIBLING] = pki_make(&made[SIBLING], &leaf);
	leaf.to = NOW - 1;
	made[EXPIRED] = pki_make(&made[INTER], &leaf);
	for (int i = 0; i < ALL; i++)
		pem[i] = pki_pem(&made[i]);
	for (int i = INTER; i <= ROOT; i++)
		if (i != SIBLING && write(fd, pem[i], strlen(pem[i])) < 0)
			return -1;
	close(fd);
	trust = x509_trust_load(path, NULL);
	unlink(path);
	return trust ? 0 : -1;
}

static int drop_all(void **state)
{
	(void)state;
	for (int i = 0; i < ALL; i++) {
		pki_free(&made[i]);
		free(pem[i]);
	}
	x509_trust_free(trust);
	return 0;
}

static void the_server_s_word_counts_only_when_it_is_exact(void **state)
{
	static const char *const bad[] = { "", "NONE", "GENEROUS", "success", "SUCCESS ", "SUCCESSFUL", "FAILED:certificate has expired" };
	struct ask a;

	(void)state;
	begin(&a);
	a.hook.client_cert = CLIENT_CERT_SERVER;
	a.req.client_verify = "SUCCESS";
	assert_int_equal(check(&a, "cert"), PROOF_GOOD);
	a.req.client_cert = pem[LEAF];
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		a.req.client_verify = bad[i];
		assert_int_equal(check(&a, "cert"), PROOF_BAD);
		assert_string_not_equal(a.v.detail, "");
		assert_string_equal(a.v.cert, "");
	}
}

static void behind_a_server_the_pin_is_judged_on_its_pem(void **state)
{
	struct x509_facts facts;
	struct ask a;

	(void)state;
	begin(&a);
	a.hook.client_cert = CLIENT_CERT_SERVER;
	a.hook.pin = (char []){ "CN=hooks.psp.example" };
	a.req.client_verify = "SUCCESS";
	a.req.client_cert = pem[LEAF];
	assert_true(x509_read(pem[LEAF], strlen(pem[LEAF]), &facts, NULL));
	assert_int_equal(check(&a, "cert"), PROOF_GOOD);
	assert_int_equal(strlen(a.v.cert), 16);
	assert_memory_equal(a.v.cert, facts.sha256, 16);
	a.req.client_cert = pem[OF_SIBLING];
	a.req.issuer_cn = "hooks.psp.example";	/* the PEM says otherwise */
	assert_int_equal(check(&a, "cert"), PROOF_BAD);
	assert_non_null(strstr(a.v.detail, "pinned"));
	a.req.client_cert = "garbage";
	assert_int_equal(check(&a, "cert"), PROOF_BAD);
}

static void behind_a_server_without_a_pem_its_names_are_judged(void **state)
{
	char longest[200];
	struct ask a;

	(void)state;
	begin(&a);
	a.hook.client_cert = CLIENT_CERT_SERVER;
	a.hook.pin = (char []){ "CN=hooks.psp.example" };
	a.req.client_verify = "SUCCESS";
	assert_int_equal(check(&a, "cert"), PROOF_BAD);
	assert_string_equal(a.v.detail, "the web server passes no SSL_CLIENT_CERT");
	a.req.issuer_cn = "hooks.psp.example";
	assert_int_equal(check(&a, "cert"), PROOF_GOOD);
	assert_string_equal(a.v.cert, "");
	a.req.issuer_cn = "hooks-sandbox.psp.example";
	assert_int_equal(check(&a, "cert"), PROOF_BAD);
	a.req.subject_cn = "hooks.psp.example";
	assert_int_equal(check(&a, "cert"), PROOF_GOOD);
	a.hook.pin = (char []){ "issuer:CN=hooks.psp.example" };
	assert_int_equal(check(&a, "cert"), PROOF_BAD);
	a.hook.pin = (char []){ "sha256:9f1c2ad07be34458a6b1c2d3e4f5061728394a5b6c7d8e9faabbccddeeff0011" };
	assert_int_equal(check(&a, "cert"), PROOF_BAD);
	assert_string_equal(a.v.detail, "the web server passes no SSL_CLIENT_CERT");
	memset(longest, 'a', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	a.hook.pin = (char []){ "CN=a" };
	a.req.subject_cn = a.req.issuer_cn = longest;
	assert_int_equal(check(&a, "cert"), PROOF_BAD);
}

static void we_verify_whatever_the_server_says(void **state)
{
	struct ask a;

	(void)state;
	begin(&a);
	a.hook.client_cert = CLIENT_CERT_VERIFY;
	a.door.trust = trust;
	a.req.client_verify = "NONE";
	a.req.client_cert = pem[LEAF];
	assert_int_equal(check(&a, "cert"), PROOF_GOOD);
	assert_int_equal(strlen(a.v.cert), 16);
	a.req.client_verify = "SUCCESS";
	a.req.client_cert = pem[OF_SIBLING];
	assert_int_equal(check(&a, "cert"), PROOF_BAD);
	assert_string_equal(a.v.cert, "");
	a.req.client_cert = pem[EXPIRED];
	assert_int_equal(check(&a, "cert"), PROOF_BAD);
	assert_non_null(strstr(a.v.detail, "expired"));
	a.req.client_cert = "";
	assert_int_equal(check(&a, "cert"), PROOF_BAD);
	assert_string_equal(a.v.detail, "the web server passes no SSL_CLIENT_CERT");
	a.req.client_verify = "";
	assert_int_equal(check(&a, "cert"), PROOF_BAD);
	assert_non_null(strstr(a.v.detail, "no client certificate"));
}

static void after_our_verification_comes_the_pin(void **state)
{
	struct ask a;

	(void)state;
	begin(&a);
	a.hook.client_cert = CLIENT_CERT_VERIFY;
	a.door.trust = trust;
	a.req.client_cert = pem[LEAF];
	a.hook.pin = (char []){ "CN=hooks.psp.example" };
	assert_int_equal(check(&a, "cert"), PROOF_GOOD);
	a.req.client_cert = pem[INTER];
	assert_int_equal(check(&a, "cert"), PROOF_GOOD);
	a.hook.pin = (char []){ "CN=hooks-sandbox.psp.example" };
	assert_int_equal(check(&a, "cert"), PROOF_BAD);
	a.req.issuer_cn = a.req.subject_cn = "hooks-sandbox.psp.example";
	assert_int_equal(check(&a, "cert"), PROOF_BAD);
}

/* basic and bearer */

static enum proof with_header(struct ask *a, const char *name, const char *header)
{
	a->req.authorization = header;
	return check(a, name);
}

static void basic_is_user_and_password_as_a_whole(void **state)
{
	/* "caixa:P4-xy" */
	static const char *const bad[] = {
		"Basic Y2FpeGE6UDQteHo=", "Basic Y2FpeGE6UDQteHkK", "Basic Y2FpeGE6", "Basic", "Basic ", "BasicY2FpeGE6UDQteHk=", "Basic Y2FpeGE6UDQteHk",
		"Basic caixa:P4-xy", "Bearer Y2FpeGE6UDQteHk=", "Basic Y2FpeGE6UDQteHk= x", "Digest Y2FpeGE6UDQteHk=", "Basic ====",
	};
	struct ask a;

	(void)state;
	begin(&a);
	secret_set(&a.door.basic, "caixa:P4-xy", 11);
	a.door.has_basic = true;
	assert_int_equal(with_header(&a, "basic", "Basic Y2FpeGE6UDQteHk="), PROOF_GOOD);
	assert_int_equal(with_header(&a, "basic", "bASIC   Y2FpeGE6UDQteHk="), PROOF_GOOD);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		if (with_header(&a, "basic", bad[i]) != PROOF_BAD)
			fail_msg("taken: '%s'", bad[i]);
		assert_string_not_equal(a.v.detail, "");
	}
	assert_int_equal(with_header(&a, "basic", ""), PROOF_BAD);
	assert_string_equal(a.v.detail, "no Authorization header: is it forwarded?");
	assert_int_equal(check(&a, "bearer"), PROOF_ABSENT);
}

static void a_long_basic_is_refused(void **state)
{
	char header[2 * LIMIT_SECRET] = "Basic ";
	struct ask a;

	(void)state;
	begin(&a);
	secret_set(&a.door.basic, "a:b", 3);
	a.door.has_basic = true;
	memset(header + 6, 'A', 700);
	assert_int_equal(with_header(&a, "basic", header), PROOF_BAD);
	assert_non_null(strstr(a.v.detail, "too long"));
}

static void bearer_is_the_token_exactly(void **state)
{
	static const char *const bad[] = { "Bearer tk-8", "Bearer tk-88a", "Bearer TK-88", "Bearer", "Bearer ", "Bearertk-88", "Basic tk-88", "tk-88", "Bearer tk-88 " };
	struct ask a;

	(void)state;
	begin(&a);
	secret_set(&a.door.bearer, "tk-88", 5);
	a.door.has_bearer = true;
	assert_int_equal(with_header(&a, "bearer", "Bearer tk-88"), PROOF_GOOD);
	assert_int_equal(with_header(&a, "bearer", "bearer tk-88"), PROOF_GOOD);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (with_header(&a, "bearer", bad[i]) != PROOF_BAD)
			fail_msg("taken: '%s'", bad[i]);
	assert_int_equal(with_header(&a, "bearer", ""), PROOF_BAD);
	assert_string_equal(a.v.detail, "no Authorization header: is it forwarded?");
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
		cmocka_unit_test(the_server_s_word_counts_only_when_it_is_exact),
		cmocka_unit_test(behind_a_server_the_pin_is_judged_on_its_pem),
		cmocka_unit_test(behind_a_server_without_a_pem_its_names_are_judged),
		cmocka_unit_test(we_verify_whatever_the_server_says),
		cmocka_unit_test(after_our_verification_comes_the_pin),
		cmocka_unit_test(basic_is_user_and_password_as_a_whole),
		cmocka_unit_test(a_long_basic_is_refused),
		cmocka_unit_test(bearer_is_the_token_exactly),
	};

	return cmocka_run_group_tests_name("auth", tests, make_all, drop_all);
}
