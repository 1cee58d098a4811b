/* Certificates made in memory are what was wished for, and what is shown is what a server can judge. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/certs.h"	/* ahead of cmocka.h, which has a macro named fail() */
#include "lib/certs_make.h"

#include <cmocka.h>

#include "tests/unit/pki.h"

#define NOW INT64_C(1795867200)
#define DAY INT64_C(86400)

static struct certs_made made(struct certs_wish w)
{
	struct certs_made m = { 0 };
	struct err e = { 0 };

	if (!w.until) {
		w.from = NOW - DAY;
		w.until = NOW + DAY;
	}
	if (!certs_make(&w, &m, &e))
		fail_msg("%s", e.text);
	return m;
}

static struct cert_list read_certs(const char *pem)
{
	struct cert_list list = { 0 };
	struct err e = { 0 };

	if (!certs_read(pem, strlen(pem), "made", &list, &e))
		fail_msg("%s", e.text);
	return list;
}

static X509 *x509(const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	X509 *x = PEM_read_bio_X509(bio, NULL, NULL, NULL);

	BIO_free(bio);
	assert_non_null(x);
	return x;
}

/* Whether by's key signed what is the first of pem. */
static bool signed_by(const char *pem, const char *by)
{
	X509 *x = x509(pem), *above = x509(by);
	bool ok = X509_verify(x, X509_get0_pubkey(above)) == 1;

	X509_free(x);
	X509_free(above);
	return ok;
}

static bool has_key(const char *pem, const char *key)
{
	BIO *bio = BIO_new_mem_buf(key, -1);
	EVP_PKEY *k = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	X509 *x = x509(pem);
	bool ok = k && X509_check_private_key(x, k) == 1;

	BIO_free(bio);
	EVP_PKEY_free(k);
	X509_free(x);
	return ok;
}

static void one_that_signs_itself_has_the_name_given(void **state)
{
	struct certs_made m = made((struct certs_wish){ .kind = CERTS_CLIENT, .country = "BR", .organization = "Institui\xc3\xa7\xc3\xa3o", .cn = "webhook.example.com" });
	struct cert_list list = read_certs(m.chain);

	(void)state;
	assert_int_equal(list.count, 1);
	assert_string_equal(list.item[0].subject, "CN=webhook.example.com,O=Institui\xc3\xa7\xc3\xa3o,C=BR");
	assert_string_equal(list.item[0].issuer, list.item[0].subject);
	assert_string_equal(list.item[0].key, "EC P-256");
	assert_true(m.self_signed && signed_by(m.cert, m.cert) && has_key(m.cert, m.key));
	assert_string_equal(m.chain, m.cert);
	assert_int_equal(strlen(m.identity), strlen(m.chain) + strlen(m.key));
	assert_true(has_key(m.identity, m.identity));
	certs_free(&list);
	certs_made_free(&m);
}

static void each_kind_is_fit_for_its_use_alone(void **state)
{
	static const struct { enum certs_kind kind; bool ca, client, server; } rows[] = {
		{ CERTS_ROOT, true, true, true }, { CERTS_INTERMEDIATE, true, true, true }, { CERTS_CLIENT, false, true, false }, { CERTS_SERVER, false, false, true },
	};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct certs_made m = made((struct certs_wish){ .kind = rows[i].kind, .cn = "x", .names = i == 3 ? "DNS:a.example.com,IP:::1" : NULL });
		struct cert_list list = read_certs(m.cert);

		assert_int_equal(list.item[0].ca, rows[i].ca);
		assert_int_equal(list.item[0].client, rows[i].client);
		assert_int_equal(list.item[0].server, rows[i].server);
		assert_string_equal(list.item[0].names, i == 3 ? "a.example.com ::1" : "");
		certs_free(&list);
		certs_made_free(&m);
	}
}

static void the_chain_goes_up_to_the_root_without_it(void **state)
{
	struct certs_made root = made((struct certs_wish){ .kind = CERTS_ROOT, .cn = "root" });
	struct certs_made inter = made((struct certs_wish){ .kind = CERTS_INTERMEDIATE, .cn = "inter", .by = &root });
	struct certs_made leaf = made((struct certs_wish){ .kind = CERTS_CLIENT, .cn = "leaf", .by = &inter, .from = NOW - 9 * DAY, .until = NOW - 8 * DAY });
	struct cert_list list = read_certs(leaf.identity);

	(void)state;
	assert_int_equal(list.count, 2);
	assert_string_equal(list.item[0].subject, "CN=leaf");
	assert_string_equal(list.item[0].issuer, "CN=inter");
	assert_int_equal(list.item[0].from, NOW - 9 * DAY);
	assert_int_equal(list.item[0].until, NOW - 8 * DAY);
	assert_string_equal(list.item[1].subject, "CN=inter");
	assert_true(signed_by(leaf.cert, inter.cert) && signed_by(inter.cert, root.cert) && has_key(leaf.identity, leaf.identity));
	assert_string_equal(inter.chain, inter.cert);
	assert_false(leaf.self_signed || inter.self_signed);
	certs_free(&list);
	certs_made_free(&leaf);
	certs_made_free(&inter);
	certs_made_free(&root);
}

/* A name as old software wrote it: OpenSSL itself would choose other types for the same letters. */
static char *odd_ca(void)
{
	const struct pki_wish wish = { .cn = "x", .ca = true, .from = NOW - DAY, .to = NOW + DAY };
	struct pki p = pki_make(NULL, &wish);
	X509_NAME *name = X509_NAME_new();
	char *pem;

	X509_NAME_add_entry_by_NID(name, NID_commonName, V_ASN1_T61STRING, (const unsigned char *)"CA do PSP", -1, -1, 0);
	X509_NAME_add_entry_by_NID(name, NID_organizationName, V_ASN1_BMPSTRING, (const unsigned char *)"\0P\0S\0P", 6, -1, 0);
	X509_NAME_add_entry_by_NID(name, NID_countryName, V_ASN1_UTF8STRING, (const unsigned char *)"BR", 2, -1, 0);
	X509_set_subject_name(p.x, name);
	X509_sign(p.x, p.key, EVP_sha256());
	pem = pki_pem(&p);
	X509_NAME_free(name);
	pki_free(&p);
	return pem;
}

static void a_strangers_ca_has_the_very_name_and_another_key(void **state)
{
	char *theirs = odd_ca();
	struct certs_made ca = made((struct certs_wish){ .kind = CERTS_INTERMEDIATE, .cn = "not this", .subject_of = theirs });
	struct certs_made leaf = made((struct certs_wish){ .kind = CERTS_CLIENT, .cn = "leaf", .by = &ca });
	X509 *a = x509(theirs), *b = x509(ca.cert), *c = x509(leaf.cert);
	unsigned char *der[3] = { NULL };
	int len[3] = { i2d_X509_NAME(X509_get_subject_name(a), &der[0]), i2d_X509_NAME(X509_get_subject_name(b), &der[1]), i2d_X509_NAME(X509_get_issuer_name(c), &der[2]) };

	(void)state;
	assert_int_equal(len[0], len[1]);
	assert_int_equal(len[0], len[2]);
	assert_memory_equal(der[0], der[1], (size_t)len[0]);
	assert_memory_equal(der[0], der[2], (size_t)len[0]);
	assert_true(signed_by(leaf.cert, ca.cert));
	assert_false(signed_by(leaf.cert, theirs));
	for (int i = 0; i < 3; i++)
		OPENSSL_free(der[i]);
	X509_free(a);
	X509_free(b);
	X509_free(c);
	certs_made_free(&leaf);
	certs_made_free(&ca);
	free(theirs);
}

static void two_of_the_same_wish_are_two(void **state)
{
	struct certs_made a = made((struct certs_wish){ .kind = CERTS_SERVER, .cn = "x" }), b = made((struct certs_wish){ .kind = CERTS_SERVER, .cn = "x" });
	X509 *x = x509(a.cert), *y = x509(b.cert);

	(void)state;
	assert_int_not_equal(ASN1_INTEGER_cmp(X509_get0_serialNumber(x), X509_get0_serialNumber(y)), 0);
	assert_false(has_key(a.cert, b.key));
	X509_free(x);
	X509_free(y);
	certs_made_free(&a);
	certs_made_free(&b);
}

static void what_does_not_fit_is_told_and_nothing_made(void **state)
{
	static char long_name[70];
	const struct certs_wish rows[] = {
		{ .cn = "x", .subject_of = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" },
		{ .cn = "x", .subject_of = "" },
		{ .cn = long_name },			/* 64 is the most (RFC 5280, ub-common-name) */
		{ .cn = "\xff\xfe" },
		{ .country = "Brasil", .cn = "x" },
		{ .cn = "x", .names = "nonsense" },
	};

	(void)state;
	memset(long_name, 'a', 65);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct certs_made m = { .key = (char *)"as it was" };
		struct err e = { 0 };

		if (certs_make(&rows[i], &m, &e) || e.code != ERR_INPUT || !*e.text)
			fail_msg("row %zu: %d %s", i, e.code, e.text);
		assert_string_equal(m.key, "as it was");
	}
}

static void what_was_made_can_be_freed_twice(void **state)
{
	struct certs_made m = made((struct certs_wish){ .kind = CERTS_ROOT, .cn = "x" }), none = { 0 };

	(void)state;
	certs_made_free(&m);
	certs_made_free(&m);
	certs_made_free(&none);
	assert_null(m.key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_that_signs_itself_has_the_name_given),
		cmocka_unit_test(each_kind_is_fit_for_its_use_alone),
		cmocka_unit_test(the_chain_goes_up_to_the_root_without_it),
		cmocka_unit_test(a_strangers_ca_has_the_very_name_and_another_key),
		cmocka_unit_test(two_of_the_same_wish_are_two),
		cmocka_unit_test(what_does_not_fit_is_told_and_nothing_made),
		cmocka_unit_test(what_was_made_can_be_freed_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
