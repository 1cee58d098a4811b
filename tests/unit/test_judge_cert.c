#include "judge_scene.h"

#define EACH(mode) for (int mode = 0; mode < MODES; mode++)

static bool uploads(int mode)
{
	return mode == MODE_BS2 || mode == MODE_BS2_INDIRECT;
}

static void a_certificate_of_another_host_is_a_failure(void **state)
{
	(void)state;
	EACH(mode) {
		struct scene x;

		healthy(&x, (enum mode)mode);
		expect(&x, "");
		x.s.for_host = false;
		expect(&x, "cert.host:fail");
		seen_says(&x, "cert.host", "not for pix.example.com but for pix.example.com shop.example.com");
	}
}

static void dates_fail_when_over_or_not_begun_and_warn_two_weeks_before(void **state)
{
	struct scene x;

	(void)state;
	healthy(&x, MODE_EFI_MTLS);
	x.leaf[0].until = NOW - 1;
	x.s.trusted = false;
	snprintf(x.s.distrust, sizeof x.s.distrust, "certificate has expired");
	expect(&x, "cert.dates:fail");
	seen_says(&x, "cert.dates", "has expired on 2026-11-2");
	x.leaf[0].until = NOW + 60 * DAYS;
	x.leaf[0].from = NOW + 10;
	expect(&x, "cert.dates:fail");
	healthy(&x, MODE_BS2);
	x.leaf[0].until = NOW + 14 * DAYS - 1;
	expect(&x, "cert.dates:warn");
	seen_says(&x, "cert.dates", "in 13 days");
	x.leaf[0].until = NOW + 14 * DAYS;
	expect(&x, "");
	x.leaf[0].until = NOW;
	expect(&x, "cert.dates:warn");
}

static void a_chain_that_leads_nowhere_fails_and_at_bs2_is_a_note(void **state)
{
	(void)state;
	EACH(mode) {
		const char *want = uploads(mode) ? "cert.chain:note" : "cert.chain:fail";
		struct scene x;

		healthy(&x, (enum mode)mode);
		x.s.trusted = false;
		snprintf(x.s.distrust, sizeof x.s.distrust, "unable to get issuer certificate");
		expect(&x, want);
		seen_says(&x, "cert.chain", "unable to get issuer certificate");
		x.s.chain.count = 1;
		expect(&x, want);
		seen_says(&x, "cert.chain", "only the leaf was sent, without the intermediate of R11");
		x.leaf[0].self_issued = true;
		expect(&x, want);
		seen_says(&x, "cert.chain", "self-signed");
	}
}

/* Of the certificate, the rest was not asked for: it is neither well nor a fault of its own. */
static void what_was_withheld_is_told_with_the_certificate_alone(void **state)
{
	(void)state;
	EACH(mode) {
		struct scene x;

		healthy(&x, (enum mode)mode);
		x.s.trusted = x.s.asked = false;
		x.s.withheld = true;
		memset(x.s.client, 0, sizeof x.s.client);
		memset(x.s.request, 0, sizeof x.s.request);
		memset(&x.s.resumed, 0, sizeof x.s.resumed);
		memset(&x.s.crossed, 0, sizeof x.s.crossed);
		x.s.tries = 0;
		expect(&x, uploads(mode) ? "cert.chain:note" : "cert.chain:fail");
		seen_says(&x, "cert.chain", "what holds the secret was not sent");
		x.s.for_host = false;
		x.s.trusted = true;
		expect(&x, "cert.host:fail");
		seen_says(&x, "cert.host", "what holds the secret was not sent");
		assert_false(is_ok(&x, "client.asked"));
		x.s.asked = true;
		expect(&x, "cert.host:fail");
	}
}

static void addresses_that_serve_different_leaves_fail_at_bs2_and_warn_elsewhere(void **state)
{
	(void)state;
	EACH(mode) {
		struct scene x;

		healthy(&x, (enum mode)mode);
		x.s.addresses = 3;
		x.s.address[1] = x.s.address[2] = x.s.address[0];
		*x.s.address[1].leaf = '\0';	/* it does not answer: no news of certificates */
		expect(&x, "");
		x.s.address[2].leaf[0] = 'b';
		expect(&x, uploads(mode) ? "cert.same:fail" : "cert.same:warn");
		*x.s.address[0].leaf = *x.s.address[2].leaf = '\0';
		assert_false(is_ok(&x, "cert.same"));
	}
}

static void short_and_rare_keys_are_a_warning(void **state)
{
	static const struct {
		const char *key;
		bool good;
	} keys[] = { { "RSA 1024", false }, { "RSA 2047", false }, { "RSA 2048", true }, { "RSA 4096", true }, { "EC P-256", true }, { "EC P-384", true },
		{ "EC P-521", true }, { "EC secp256k1", false }, { "EC brainpoolP256r1", false }, { "Ed25519", false }, { "DSA 2048", false }, { "unknown", false },
		{ "RSA", false } };
	struct scene x;

	(void)state;
	healthy(&x, MODE_EFI_SKIP);
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		x.leaf[0].key = (char *)keys[i].key;
		expect(&x, keys[i].good ? "" : "cert.key:warn");
	}
}

MAIN("judge_cert",
	cmocka_unit_test(a_certificate_of_another_host_is_a_failure),
	cmocka_unit_test(dates_fail_when_over_or_not_begun_and_warn_two_weeks_before),
	cmocka_unit_test(a_chain_that_leads_nowhere_fails_and_at_bs2_is_a_note),
	cmocka_unit_test(what_was_withheld_is_told_with_the_certificate_alone),
		cmocka_unit_test(addresses_that_serve_different_leaves_fail_at_bs2_and_warn_elsewhere),
	cmocka_unit_test(short_and_rare_keys_are_a_warning))
