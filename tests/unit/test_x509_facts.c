/* What one certificate says, in every form that servers pass it; and the pins on it. */
#include "tests/unit/test_x509.h"

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

	return cmocka_run_group_tests_name("x509_facts", tests, make_all, drop_all);
}
