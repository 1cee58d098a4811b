/* What makes a CA file whole, which key is whose, and which host a certificate is for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/certs.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

#include "lib/buf.h"
#include "tests/unit/pki.h"

#define NOW INT64_C(1795262400)
#define DAY INT64_C(86400)
#define CA .ca = true, .usage = "critical,keyCertSign", .from = NOW - DAY, .to = NOW + DAY

enum who { ROOT, INTER, UNDER, SIBLING, SAMEDN, STRANGER, NO_SIGNER, BELOW_NO_SIGNER, OLD, FUTURE, LEAF, CROSSED, ALL };

static const struct {
	int by;		/* -1: self-signed */
	struct pki_wish wish;
} wishes[ALL] = {
	[ROOT]            = { -1, { .cn = "Root", CA } },
	[INTER]           = { ROOT, { .cn = "Inter", CA } },
	[UNDER]           = { INTER, { .cn = "Under", CA } },
	[SIBLING]         = { ROOT, { .cn = "Sibling", CA } },
	[SAMEDN]          = { -1, { .cn = "Root", CA } },	/* the root's name, another key */
	[STRANGER]        = { -1, { .cn = "Stranger", CA } },
	[NO_SIGNER]       = { -1, { .cn = "No signer", .ca = true, .usage = "critical,digitalSignature", .from = NOW - DAY, .to = NOW + DAY } },
	[BELOW_NO_SIGNER] = { NO_SIGNER, { .cn = "Below", CA } },
	[OLD]             = { ROOT, { .cn = "Old", .ca = true, .from = NOW - 2 * DAY, .to = NOW - 1 } },
	[FUTURE]          = { ROOT, { .cn = "Future", .ca = true, .from = NOW + 1, .to = NOW + DAY } },
	[LEAF]            = { INTER, { .cn = "leaf", .from = NOW - DAY, .to = NOW + DAY,
		.san = "DNS:pix.example.com,DNS:*.loja.example,DNS:*.top,DNS:b*.part.example,IP:192.0.2.7,IP:2001:db8::7" } },
	[CROSSED]         = { STRANGER, { .cn = "Root", CA } },
};

static struct pki made[ALL];
static char *pem[ALL];

static int make_all(void **state)
{
	(void)state;
	for (int i = 0; i < ALL; i++) {
		made[i] = pki_make(wishes[i].by < 0 ? NULL : &made[wishes[i].by], &wishes[i].wish);
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

/* A file of these; ends at -1. */
static struct cert_list file_of(const int *who)
{
	struct buf b = BUF(1 << 20);
	struct cert_list list = { 0 };
	struct err e;

	for (; *who >= 0; who++)
		buf_puts(&b, pem[*who]);
	if (!certs_read(buf_str(&b), b.len, "ca.pem", &list, &e))
		fail_msg("%s", e.text);
	buf_free(&b);
	return list;
}
#define FILE_OF(...) file_of((const int[]){ __VA_ARGS__, -1 })

static void expect_order(struct cert_list list, const int *want)
{
	struct err e = { 0 };
	size_t n = 0;

	if (!certs_chain(&list, "ca.pem", NOW, &e))
		fail_msg("%s", e.text);
	for (; want[n] >= 0; n++)
		assert_string_equal(list.item[n].pem, pem[want[n]]);
	assert_int_equal(list.count, n);
	certs_free(&list);
}
#define ORDER(list, ...) expect_order(list, (const int[]){ __VA_ARGS__, -1 })

static void expect_refused(struct cert_list list, int64_t now, const char *says)
{
	struct err e = { 0 };

	assert_false(certs_chain(&list, "ca.pem", now, &e));
	assert_int_equal(e.code, ERR_CONFIG);
	assert_int_equal(strncmp(e.text, "ca.pem: ", 8), 0);
	if (!strstr(e.text, says))
		fail_msg("'%s' is not in: %s", says, e.text);
	certs_free(&list);
}

static void intermediates_come_first_and_roots_last(void **state)
{
	(void)state;
	ORDER(FILE_OF(ROOT, INTER), INTER, ROOT);
	ORDER(FILE_OF(INTER, ROOT), INTER, ROOT);
	ORDER(FILE_OF(ROOT, INTER, UNDER), UNDER, INTER, ROOT);
	ORDER(FILE_OF(STRANGER, INTER, ROOT, UNDER, SIBLING), UNDER, INTER, SIBLING, STRANGER, ROOT);
	ORDER(FILE_OF(ROOT), ROOT);
}

static void twins_are_dropped(void **state)
{
	(void)state;
	ORDER(FILE_OF(ROOT, ROOT, INTER, ROOT, INTER, INTER), INTER, ROOT);
}

static void a_missing_root_or_link_is_told(void **state)
{
	(void)state;
	expect_refused(FILE_OF(INTER), NOW, "the root is missing: Inter is signed by Root");
	expect_refused(FILE_OF(ROOT, UNDER), NOW, "the chain is not whole: Under is signed by Inter");
	expect_refused(FILE_OF(STRANGER, INTER), NOW, "Inter is signed by Root, which is not in the file");
}

static void a_name_alone_signs_nothing(void **state)
{
	(void)state;
	expect_refused(FILE_OF(INTER, SAMEDN), NOW, "Inter is signed by Root");
	expect_refused(FILE_OF(ROOT, CROSSED), NOW, "Root is signed by Stranger");
}

/* Signed by the root's key in a stranger's name: who looks the issuer up by name does not find it. */
static void a_signature_alone_is_no_link(void **state)
{
	const struct pki_wish wish = { .cn = "Odd", CA };
	const struct pki by = { .x = made[STRANGER].x, .key = made[ROOT].key };
	struct pki odd = pki_make(&by, &wish);
	char *text = pki_pem(&odd);
	struct cert_list list = { 0 };
	struct buf b = BUF(1 << 20);
	struct err e;

	(void)state;
	buf_putf(&b, "%s%s", text, pem[ROOT]);
	assert_true(certs_read(buf_str(&b), b.len, "ca.pem", &list, &e));
	expect_refused(list, NOW, "Odd is signed by Stranger");
	buf_free(&b);
	free(text);
	pki_free(&odd);
}

static void one_that_may_not_sign_certificates_is_no_ca(void **state)
{
	(void)state;
	expect_refused(FILE_OF(BELOW_NO_SIGNER, NO_SIGNER), NOW, "No signer is no CA certificate");
}

static void a_leaf_is_refused(void **state)
{
	(void)state;
	expect_refused(FILE_OF(INTER, ROOT, LEAF), NOW, "leaf is no CA certificate");
}

static void dates_are_looked_at(void **state)
{
	(void)state;
	expect_refused(FILE_OF(OLD, ROOT), NOW, "Old has expired on 2026-11-21");
	expect_refused(FILE_OF(FUTURE, ROOT), NOW, "Future is not valid before 2026-11-21");
	expect_refused(FILE_OF(INTER, ROOT), NOW + DAY + 1, "has expired");
	expect_refused(FILE_OF(INTER, ROOT), NOW - DAY - 1, "is not valid before");
}

static void an_empty_list_is_refused(void **state)
{
	(void)state;
	expect_refused((struct cert_list){ 0 }, NOW, "no certificate");
}

/* A file of these bytes; its path in out. */
static void put(char out[40], const char *bytes)
{
	int fd;

	strcpy(out, "/tmp/pixgate-certs-XXXXXX");
	fd = mkstemp(out);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, strlen(bytes)), strlen(bytes));
	close(fd);
}

static char *key_pem(const struct pki *p, const char *pass)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *data, *text;
	long len;

	assert_true(PEM_write_bio_PrivateKey(bio, p->key, pass ? EVP_aes_128_cbc() : NULL, (const unsigned char *)pass, pass ? (int)strlen(pass) : 0, NULL, NULL));
	len = BIO_get_mem_data(bio, &data);
	text = strndup(data, (size_t)len);
	BIO_free(bio);
	return text;
}

/* says NULL: it matches. */
static void expect_key(const char *cert, const char *key, const char *says)
{
	char cert_path[40], key_path[40];
	struct err e = { 0 };
	bool ok;

	put(cert_path, cert);
	put(key_path, key);
	ok = certs_key_matches(cert_path, key_path, &e);
	unlink(cert_path);
	unlink(key_path);
	assert_int_equal(ok, !says);
	if (ok)
		return;
	assert_int_equal(e.code, ERR_CONFIG);
	if (!strstr(e.text, says) || !(strstr(e.text, key_path) || strstr(e.text, cert_path)))
		fail_msg("'%s' and the file are not in: %s", says, e.text);
}

static void a_key_matches_its_certificate_alone(void **state)
{
	char *own = key_pem(&made[LEAF], NULL), *other = key_pem(&made[INTER], NULL), *secret = key_pem(&made[LEAF], "senha");
	struct buf both = BUF(1 << 20);

	(void)state;
	buf_putf(&both, "%s%s%s", pem[LEAF], pem[INTER], own);
	expect_key(pem[LEAF], own, NULL);
	expect_key(buf_str(&both), buf_str(&both), NULL);
	expect_key(pem[LEAF], other, "is not the one of the first certificate");
	expect_key(pem[LEAF], secret, "the private key is encrypted");
	expect_key(pem[LEAF], pem[LEAF], "no readable private key");
	expect_key(pem[LEAF], "", "no readable private key");
	expect_key(own, own, "no certificate in it, but a block PRIVATE KEY");
	buf_free(&both);
	free(own);
	free(other);
	free(secret);
}

static void a_key_that_is_not_there_is_named(void **state)
{
	char path[40];
	struct err e;

	(void)state;
	put(path, pem[LEAF]);
	assert_false(certs_key_matches(path, "/nonexistent/key.pem", &e));
	assert_non_null(strstr(e.text, "/nonexistent/key.pem"));
	assert_false(certs_key_matches("/nonexistent/cert.pem", path, &e));
	assert_non_null(strstr(e.text, "/nonexistent/cert.pem"));
	unlink(path);
}

static void a_host_is_matched_as_rfc_6125_has_it(void **state)
{
	static const struct { const char *host; bool is; } rows[] = {
		{ "pix.example.com", true }, { "PIX.Example.COM", true }, { "pix.example.com.", true },
		{ "a.loja.example", true }, { "192.0.2.7", true }, { "2001:db8::7", true },
		{ "example.com", false }, { "b.pix.example.com", false }, { "loja.example", false }, { "a.b.loja.example", false },
		{ "x.top", false }, { "best.part.example", false },
		{ ".example.com", false }, { ".loja.example", false }, { "", false }, { ".", false }, { "192.0.2.8", false }, { "leaf", false },
		{ "*.loja.example", true },
	};
	struct cert_list list = FILE_OF(LEAF);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (cert_is_for(list.item, rows[i].host) != rows[i].is)
			fail_msg("%s: %s", rows[i].host, rows[i].is ? "refused" : "taken");
	certs_free(&list);
	list = FILE_OF(INTER);
	assert_false(cert_is_for(list.item, "Inter"));	/* its common name, and it has no other */
	certs_free(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(intermediates_come_first_and_roots_last),
		cmocka_unit_test(twins_are_dropped),
		cmocka_unit_test(a_missing_root_or_link_is_told),
		cmocka_unit_test(a_name_alone_signs_nothing),
		cmocka_unit_test(a_signature_alone_is_no_link),
		cmocka_unit_test(one_that_may_not_sign_certificates_is_no_ca),
		cmocka_unit_test(a_leaf_is_refused),
		cmocka_unit_test(dates_are_looked_at),
		cmocka_unit_test(an_empty_list_is_refused),
		cmocka_unit_test(a_key_matches_its_certificate_alone),
		cmocka_unit_test(a_key_that_is_not_there_is_named),
		cmocka_unit_test(a_host_is_matched_as_rfc_6125_has_it),
	};

	return cmocka_run_group_tests_name("certs_chain", tests, make_all, drop_all);
}
