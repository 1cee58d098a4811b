#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/err.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

#include "lib/limits.h"
#include "lib/x509.h"
#include "tests/unit/pki.h"

#define NOW INT64_C(1795262400)
#define DAY INT64_C(86400)

enum who {
	ROOT, INTER, SIBLING, SAMEDN, STRANGER,		/* CAs */
	LEAF, LEAF_RSA, OF_SIBLING, OF_ROOT, OF_SAMEDN, OF_STRANGER, SELF, EXPIRED, FUTURE, SERVER_ONLY, NO_EKU, BOTH, TWO_CNS, NUL_CN, NO_CN, LONG_CN,
	OLD_INTER, OF_OLD_INTER,
	ALL
};

#define VALID .from = NOW - 30 * DAY, .to = NOW + 30 * DAY
#define CA VALID, .ca = true, .usage = "critical,digitalSignature,keyCertSign,cRLSign"
#define CLIENT VALID, .usage = "critical,digitalSignature", .eku = "clientAuth"

static char long_cn[] = "a-name-of-64-bytes-is-what-rfc-5280-allows-and-then-there-are-none";

static const struct {
	int by;		/* -1: self-signed */
	struct pki_wish wish;
} wishes[ALL] = {
	[ROOT]        = { -1, { .cn = "Root of a PSP", CA } },
	[INTER]       = { ROOT, { .cn = "hooks.psp.example", CA } },
	[SIBLING]     = { ROOT, { .cn = "hooks-sandbox.psp.example", CA } },
	[SAMEDN]      = { -1, { .cn = "hooks.psp.example", CA } },
	[STRANGER]    = { -1, { .cn = "Root of a stranger", CA } },
	[LEAF]        = { INTER, { .cn = "sender.psp.example", CLIENT } },
	[LEAF_RSA]    = { INTER, { .cn = "sender.psp.example", CLIENT, .rsa = true } },
	[OF_SIBLING]  = { SIBLING, { .cn = "sender.psp.example", CLIENT } },
	[OF_ROOT]     = { ROOT, { .cn = "sender.psp.example", CLIENT } },
	[OF_SAMEDN]   = { SAMEDN, { .cn = "sender.psp.example", CLIENT } },
	[OF_STRANGER] = { STRANGER, { .cn = "sender.psp.example", CLIENT } },
	[SELF]        = { -1, { .cn = "sender.psp.example", CLIENT } },
	[EXPIRED]     = { INTER, { .cn = "sender.psp.example", .from = NOW - 2 * DAY, .to = NOW - 1, .eku = "clientAuth" } },
	[FUTURE]      = { INTER, { .cn = "sender.psp.example", .from = NOW + 1, .to = NOW + DAY, .eku = "clientAuth" } },
	[SERVER_ONLY] = { INTER, { .cn = "sender.psp.example", VALID, .eku = "serverAuth" } },
	[NO_EKU]      = { INTER, { .cn = "sender.psp.example", VALID } },
	[BOTH]        = { INTER, { .cn = "sender.psp.example", VALID, .eku = "serverAuth,clientAuth" } },
	[TWO_CNS]     = { INTER, { .cn = "first.example", .cn2 = "last.example", CLIENT } },
	[NUL_CN]      = { INTER, { .cn = "hooks.psp.example\0.evil.example", .cn_len = 31, CLIENT } },
	[NO_CN]       = { INTER, { CLIENT } },
	[LONG_CN]     = { INTER, { .cn = long_cn, .cn_len = 64, CLIENT } },
	[OLD_INTER]   = { ROOT, { .cn = "old.psp.example", .from = NOW - 2 * DAY, .to = NOW - 1, .ca = true } },
	[OF_OLD_INTER]= { OLD_INTER, { .cn = "sender.psp.example", CLIENT } },
};

static struct pki made[ALL];
static char *pem[ALL];

static int make_all(void **state)
{
	(void)state;
	for (int i = 0; i < ALL; i++) {
		int by = wishes[i].by;

		/* an issuer may stand further down in the table */
		if (by > i && !made[by].x)
			made[by] = pki_make(&made[wishes[by].by], &wishes[by].wish);
		if (!made[i].x)
			made[i] = pki_make(by < 0 ? NULL : &made[by], &wishes[i].wish);
		pem[i] = pki_pem(&made[i]);
	}
	return 0;
}

static int drop_all(void **state)
{
	(void)state;
	for (int i = 0; i < ALL; i++) {
		pki_free(&made[i]);
		free(pem[i]);
	}
	return 0;
}

/* A CA file of these bytes, loaded. */
static struct x509_trust *load(const char *text, struct err *e)
{
	char path[] = "/tmp/pixgate-ca-XXXXXX";
	int fd = mkstemp(path);
	struct x509_trust *t;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	t = x509_trust_load(path, e);
	if (!t)
		assert_non_null(strstr(e->text, path));
	unlink(path);
	return t;
}

static struct x509_trust *load_two(enum who a, enum who b)
{
	char text[16384];
	struct err e;

	snprintf(text, sizeof text, "%s%s", pem[a], pem[b]);
	return load(text, &e);
}

static bool passes(const struct x509_trust *t, enum who who)
{
	struct x509_facts facts;

	return x509_verify(t, pem[who], strlen(pem[who]), NOW, &facts, NULL);
}

static void only_what_the_intermediate_signed_passes(void **state)
{
	static const bool want[ALL] = {
		[INTER] = true,		/* Efí's intermediate may be presented itself: it is fit for client authentication */
		[LEAF] = true, [LEAF_RSA] = true, [NO_EKU] = true, [BOTH] = true,
		[TWO_CNS] = true, [NUL_CN] = true, [NO_CN] = true, [LONG_CN] = true,
	};
	struct x509_trust *one[] = { load_two(INTER, ROOT), load_two(ROOT, INTER), NULL };
	struct err e;

	(void)state;
	one[2] = load(pem[INTER], &e);
	for (int k = 0; k < 3; k++) {
		assert_non_null(one[k]);
		for (int i = 0; i < ALL; i++)
			if (passes(one[k], i) != want[i])
				fail_msg("bundle %d, certificate %d: %s", k, i, want[i] ? "refused" : "taken");
		x509_trust_free(one[k]);
	}
}

static void a_root_is_an_anchor_where_there_is_nothing_else(void **state)
{
	struct err e;
	struct x509_trust *t = load(pem[ROOT], &e);

	(void)state;
	assert_non_null(t);
	assert_true(passes(t, OF_ROOT));
	assert_false(passes(t, LEAF));	/* its intermediate is not there */
	assert_false(passes(t, OF_STRANGER));
	x509_trust_free(t);
}

static void an_anchor_out_of_date_is_none(void **state)
{
	struct x509_trust *t = load_two(OLD_INTER, ROOT);

	(void)state;
	assert_non_null(t);
	assert_false(passes(t, OF_OLD_INTER));
	x509_trust_free(t);
}

static void the_time_is_the_one_that_is_given(void **state)
{
	struct err e;
	struct x509_trust *t = load(pem[INTER], &e);
	struct x509_facts facts;

	(void)state;
	assert_true(x509_verify(t, pem[EXPIRED], strlen(pem[EXPIRED]), NOW - 2, &facts, &e));
	assert_false(x509_verify(t, pem[EXPIRED], strlen(pem[EXPIRED]), NOW, &facts, &e));
	assert_true(x509_verify(t, pem[FUTURE], strlen(pem[FUTURE]), NOW + 2, &facts, &e));
	assert_false(x509_verify(t, pem[LEAF], strlen(pem[LEAF]), NOW + 31 * DAY, &facts, &e));
	x509_trust_free(t);
}

static void a_refusal_says_why_and_leaves_the_facts_alone(void **state)
{
	struct err e;
	struct x509_trust *t = load(pem[INTER], &e);
	struct x509_facts facts = { .subject_cn = "untouched" };

	(void)state;
	assert_false(x509_verify(t, pem[EXPIRED], strlen(pem[EXPIRED]), NOW, &facts, &e));
	assert_int_equal(e.code, ERR_INPUT);
	assert_non_null(strstr(e.text, "expired"));
	assert_string_equal(facts.subject_cn, "untouched");
	assert_string_equal(x509_judge(t, "", 0, NOW, &facts), "no readable PEM certificate");
	assert_null(x509_judge(t, pem[LEAF], strlen(pem[LEAF]), NOW, &facts));
	assert_string_equal(facts.subject_cn, "sender.psp.example");
	assert_string_equal(facts.issuer_cn, "hooks.psp.example");
	x509_trust_free(t);
}

static void only_the_first_certificate_is_judged(void **state)
{
	char text[16384];
	struct err e;
	struct x509_trust *t = load(pem[INTER], &e);
	struct x509_facts facts;

	(void)state;
	snprintf(text, sizeof text, "%s%s", pem[OF_STRANGER], pem[LEAF]);
	assert_false(x509_verify(t, text, strlen(text), NOW, &facts, &e));
	snprintf(text, sizeof text, "%s%s", pem[LEAF], pem[OF_STRANGER]);
	assert_true(x509_verify(t, text, strlen(text), NOW, &facts, &e));
	/* a chain that the peer sends along builds no bridge to the root */
	x509_trust_free(t);
	t = load(pem[ROOT], &e);
	snprintf(text, sizeof text, "%s%s", pem[LEAF], pem[INTER]);
	assert_false(x509_verify(t, text, strlen(text), NOW, &facts, &e));
	x509_trust_free(t);
}

static void bundles_may_have_crlf_comments_and_a_bom(void **state)
{
	char text[16384] = "\xef\xbb\xbf", *to = text + 3;
	struct err e;
	struct x509_trust *t;

	(void)state;
	strcpy(to, pem[INTER]);
	t = load(text, &e);
	assert_non_null(t);
	assert_true(passes(t, LEAF));
	x509_trust_free(t);
	strcpy(text, "Bag Attributes\r\n# the chain\r\n");
	to = text + strlen(text);
	for (const char *p = pem[INTER]; *p; p++) {
		if (*p == '\n')
			*to++ = '\r';
		*to++ = *p;
	}
	strcpy(to, "trailing words\n");
	t = load(text, &e);
	assert_non_null(t);
	assert_true(passes(t, LEAF));
	x509_trust_free(t);
}

static void broken_bundles_are_refused(void **state)
{
	char text[16384];
	struct err e;

	(void)state;
	assert_null(load("", &e));
	assert_int_equal(e.code, ERR_CONFIG);
	assert_null(load("<html>Not Found</html>\n", &e));
	snprintf(text, sizeof text, "%s%s", pem[ROOT], pem[INTER]);
	text[strlen(pem[ROOT]) - 1] = ' ';	/* cat of a file without its last line break */
	memmove(text + strlen(pem[ROOT]) - 1, text + strlen(pem[ROOT]), strlen(text + strlen(pem[ROOT])) + 1);
	assert_null(load(text, &e));
	snprintf(text, sizeof text, "%s%.200s", pem[INTER], pem[ROOT]);
	assert_null(load(text, &e));
	snprintf(text, sizeof text, "%s", pem[INTER]);
	text[100] = '!';
	assert_null(load(text, &e));
	assert_null(x509_trust_load("/nonexistent/ca.pem", &e));
	assert_non_null(strstr(e.text, "/nonexistent/ca.pem"));
	assert_null(x509_trust_load("/tmp", &e));
	x509_trust_free(NULL);
}

static void a_bundle_has_a_ceiling(void **state)
{
	char *text = malloc(LIMIT_CA_FILE + 2);
	struct x509_trust *t;
	struct err e;

	(void)state;
	assert_non_null(text);
	memset(text, '\n', LIMIT_CA_FILE + 1);
	text[LIMIT_CA_FILE + 1] = '\0';
	memcpy(text, pem[INTER], strlen(pem[INTER]));
	assert_null(load(text, &e));
	text[LIMIT_CA_FILE] = '\0';
	t = load(text, &e);
	assert_non_null(t);
	x509_trust_free(t);
	free(text);
}

/* Every '\n' of in becomes `with`. */
static void lines(const char *in, const char *with, char *out)
{
	for (; *in; in++) {
		if (*in == '\n')
			out += sprintf(out, "%s", with);
		else
			*out++ = *in;
	}
	*out = '\0';
}

static void every_form_that_servers_pass_is_read(void **state)
{
	static const char *const ends[] = { "\n", "\r\n", "\n\t", " ", "", "\t" };
	char text[16384], *to = text;
	struct x509_facts want, got;

	(void)state;
	assert_true(x509_read(pem[LEAF_RSA], strlen(pem[LEAF_RSA]), &want, NULL));
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		lines(pem[LEAF_RSA], ends[i], text);
		memset(&got, 0, sizeof got);
		assert_true(x509_read(text, strlen(text), &got, NULL));
		assert_string_equal(got.sha256, want.sha256);
	}
	for (const char *p = pem[LEAF_RSA]; *p; p++)	/* nginx: $ssl_client_escaped_cert */
		to += sprintf(to, strchr("\n +/=", *p) ? "%%%02X" : "%c", *p);
	memset(&got, 0, sizeof got);
	assert_true(x509_read(text, strlen(text), &got, NULL));
	assert_string_equal(got.sha256, want.sha256);
}

static void what_is_no_certificate_is_refused(void **state)
{
	static const char *const bad[] = {
		"", "x", "%", "%2", "-----BEGIN CERTIFICATE-----", "-----BEGIN CERTIFICATE----------END CERTIFICATE-----", "-----END CERTIFICATE----------BEGIN CERTIFICATE-----",
		"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
		"-----BEGIN CERTIFICATE-----\nA!AA\n-----END CERTIFICATE-----\n", "-----BEGIN%20CERTIFICATE-----%00-----END%20CERTIFICATE-----",
		"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
	};
	struct x509_facts facts;
	struct err e;
	char text[16384];

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		e.code = ERR_NONE;
		if (x509_read(bad[i], strlen(bad[i]), &facts, &e))
			fail_msg("taken: '%s'", bad[i]);
		assert_int_equal(e.code, ERR_INPUT);
	}
	for (size_t cut = 1; cut < strlen(pem[LEAF]) - 1; cut += 7)
		assert_false(x509_read(pem[LEAF], strlen(pem[LEAF]) - 1 - cut, &facts, NULL));
	strcpy(text, pem[LEAF]);
	memcpy(text + strlen(text) - 26, "AAAA\n-----END CERTIFICATE-----\n", 32);	/* bytes behind the certificate */
	assert_false(x509_read(text, strlen(text), &facts, NULL));
}

static void a_certificate_has_a_ceiling(void **state)
{
	char *text = malloc(LIMIT_PEM + 2);
	struct x509_facts facts;

	(void)state;
	assert_non_null(text);
	memset(text, ' ', LIMIT_PEM + 1);
	text[LIMIT_PEM + 1] = '\0';
	memcpy(text, pem[LEAF], strlen(pem[LEAF]));
	assert_true(x509_read(text, LIMIT_PEM, &facts, NULL));
	assert_false(x509_read(text, LIMIT_PEM + 1, &facts, NULL));
	free(text);
}

static struct x509_facts facts_of(enum who who)
{
	struct x509_facts facts;

	assert_true(x509_read(pem[who], strlen(pem[who]), &facts, NULL));
	return facts;
}

static void names_are_the_most_specific_ones(void **state)
{
	(void)state;
	assert_string_equal(facts_of(LEAF).subject_cn, "sender.psp.example");
	assert_string_equal(facts_of(LEAF).issuer_cn, "hooks.psp.example");
	assert_string_equal(facts_of(TWO_CNS).subject_cn, "last.example");
	assert_string_equal(facts_of(NO_CN).subject_cn, "");
	assert_int_equal(strlen(facts_of(LONG_CN).subject_cn), 64);
}

static void a_name_with_a_nul_counts_as_none(void **state)
{
	struct x509_facts facts = facts_of(NUL_CN);

	(void)state;
	assert_string_equal(facts.subject_cn, "");
	assert_false(x509_pin_matches("subject:CN=hooks.psp.example", &facts));
}

static void the_fingerprint_is_that_of_the_der_form(void **state)
{
	unsigned char digest[32];
	char want[65];
	unsigned n;

	(void)state;
	assert_true(X509_digest(made[LEAF].x, EVP_sha256(), digest, &n));
	for (int i = 0; i < 32; i++)
		sprintf(want + 2 * i, "%02x", digest[i]);
	assert_string_equal(facts_of(LEAF).sha256, want);
}

static void pins_match_names_exactly(void **state)
{
	struct x509_facts facts = { .subject_cn = "sender.psp.example", .issuer_cn = "hooks.psp.example" }, none = { 0 };

	(void)state;
	assert_true(x509_pin_matches("CN=sender.psp.example", &facts));
	assert_true(x509_pin_matches("CN=hooks.psp.example", &facts));
	assert_true(x509_pin_matches("issuer:CN=hooks.psp.example", &facts));
	assert_true(x509_pin_matches("subject:CN=sender.psp.example", &facts));
	assert_false(x509_pin_matches("issuer:CN=sender.psp.example", &facts));
	assert_false(x509_pin_matches("subject:CN=hooks.psp.example", &facts));
	assert_false(x509_pin_matches("CN=hooks.psp.exampl", &facts));
	assert_false(x509_pin_matches("CN=hooks.psp.example ", &facts));
	assert_false(x509_pin_matches("CN=Hooks.psp.example", &facts));
	assert_false(x509_pin_matches("CN=", &none));
	assert_false(x509_pin_matches("", &none));
	assert_false(x509_pin_matches("nonsense", &facts));
}

#define HEX "9f1c2ad07be34458a6b1c2d3e4f5061728394a5b6c7d8e9faabbccddeeff0011"

static void pins_match_fingerprints_whatever_their_case(void **state)
{
	struct x509_facts facts = { .sha256 = HEX }, none = { 0 };

	(void)state;
	assert_true(x509_pin_matches("sha256:" HEX, &facts));
	assert_true(x509_pin_matches("sha256:9F:1C:2A:D0:7B:E3:44:58:A6:B1:C2:D3:E4:F5:06:17:28:39:4A:5B:6C:7D:8E:9F:AA:BB:CC:DD:EE:FF:00:11", &facts));
	assert_false(x509_pin_matches("sha256:8f1c2ad07be34458a6b1c2d3e4f5061728394a5b6c7d8e9faabbccddeeff0011", &facts));
	assert_false(x509_pin_matches("sha256:" HEX, &none));
}

static void the_syntax_of_pins_is_checked(void **state)
{
	static const char *const bad[] = {
		"", "CN=", "cn=a", "issuer:CN=", "issuer:a", "subject:CN=", "O=a", " CN=a", "sha256:", "sha256:" HEX "0", "sha1:" HEX, HEX,
		"sha256:9:f1c2ad07be34458a6b1c2d3e4f5061728394a5b6c7d8e9faabbccddeeff0011", "sha256::" HEX, "sha256:" HEX ":",
		"sha256:zf1c2ad07be34458a6b1c2d3e4f5061728394a5b6c7d8e9faabbccddeeff0011",
		"sha256:9f::1c2ad07be34458a6b1c2d3e4f5061728394a5b6c7d8e9faabbccddeeff0011",
	};
	char longest[140] = "CN=";
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		if (x509_pin_ok(bad[i], &e))
			fail_msg("taken: '%s'", bad[i]);
		assert_int_equal(e.code, ERR_CONFIG);
	}
	assert_true(x509_pin_ok("CN=a", NULL));
	assert_true(x509_pin_ok("issuer:CN=a b", NULL));
	assert_true(x509_pin_ok("subject:CN=a", NULL));
	assert_true(x509_pin_ok("sha256:" HEX, NULL));
	memset(longest + 3, 'a', 128);
	assert_false(x509_pin_ok(longest, NULL));
	longest[3 + 127] = '\0';
	assert_true(x509_pin_ok(longest, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_the_intermediate_signed_passes),
		cmocka_unit_test(a_root_is_an_anchor_where_there_is_nothing_else),
		cmocka_unit_test(an_anchor_out_of_date_is_none),
		cmocka_unit_test(the_time_is_the_one_that_is_given),
		cmocka_unit_test(a_refusal_says_why_and_leaves_the_facts_alone),
		cmocka_unit_test(only_the_first_certificate_is_judged),
		cmocka_unit_test(bundles_may_have_crlf_comments_and_a_bom),
		cmocka_unit_test(broken_bundles_are_refused),
		cmocka_unit_test(a_bundle_has_a_ceiling),
		cmocka_unit_test(every_form_that_servers_pass_is_read),
		cmocka_unit_test(what_is_no_certificate_is_refused),
		cmocka_unit_test(a_certificate_has_a_ceiling),
		cmocka_unit_test(names_are_the_most_specific_ones),
		cmocka_unit_test(a_name_with_a_nul_counts_as_none),
		cmocka_unit_test(the_fingerprint_is_that_of_the_der_form),
		cmocka_unit_test(pins_match_names_exactly),
		cmocka_unit_test(pins_match_fingerprints_whatever_their_case),
		cmocka_unit_test(the_syntax_of_pins_is_checked),
	};

	return cmocka_run_group_tests_name("x509", tests, make_all, drop_all);
}
