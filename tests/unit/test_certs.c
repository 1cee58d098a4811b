/* Certificates read from whatever a file may hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/certs.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

#include "lib/buf.h"
#include "lib/limits.h"
#include "tests/unit/pki.h"

#define NOW INT64_C(1795262400)
#define DAY INT64_C(86400)

enum who { ROOT, INTER, LEAF, RSA_LEAF, ODD, ALL };

static struct pki made[ALL];
static char *pem[ALL];

static int make_all(void **state)
{
	static const struct pki_wish wishes[ALL] = {
		[ROOT] = { .cn = "Root", .ca = true, .usage = "critical,keyCertSign", .from = NOW - DAY, .to = NOW + 400 * DAY },
		[INTER] = { .cn = "Inter", .ca = true, .usage = "critical,keyCertSign", .from = NOW - DAY, .to = NOW + 30 * DAY },
		[LEAF] = { .cn = "leaf", .eku = "clientAuth", .from = NOW, .to = NOW + DAY,
			.san = "DNS:pix.example.com,DNS:*.loja.example,IP:192.0.2.7,IP:2001:db8::7,email:nobody@example.com" },
		[RSA_LEAF] = { .cn = "leaf", .eku = "serverAuth", .rsa = true, .from = NOW, .to = NOW + DAY },
		[ODD] = { .cn = "line\nbreak \xc2\x9b,\"\xc3\xa9", .cn2 = "e", .from = NOW, .to = NOW + DAY },
	};

	(void)state;
	for (int i = 0; i < ALL; i++) {
		made[i] = pki_make(i == ROOT ? NULL : &made[i == INTER ? ROOT : INTER], &wishes[i]);
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

static struct cert_list read_ok(const char *bytes, size_t len)
{
	struct cert_list list = { 0 };
	struct err e;

	if (!certs_read(bytes, len, "a.pem", &list, &e))
		fail_msg("%s", e.text);
	return list;
}

static void expect_bad(const char *bytes, size_t len, const char *says)
{
	struct cert_list list = { .count = 77 };
	struct err e = { 0 };

	assert_false(certs_read(bytes, len, "a.pem", &list, &e));
	assert_int_equal(e.code, ERR_CONFIG);
	assert_int_equal(strncmp(e.text, "a.pem: ", 7), 0);
	if (!strstr(e.text, says))
		fail_msg("'%s' is not in: %s", says, e.text);
	assert_int_equal(list.count, 77);	/* untouched */
}

/* The text with every `what` replaced. The caller frees. */
static char *replaced(const char *text, const char *what, const char *with)
{
	struct buf b = BUF(1 << 20);

	for (const char *at; (at = strstr(text, what)); text = at + strlen(what)) {
		buf_add(&b, text, (size_t)(at - text));
		buf_puts(&b, with);
	}
	buf_puts(&b, text);
	return b.data;
}

static void a_certificate_says_what_it_is(void **state)
{
	struct cert_list list = read_ok(pem[LEAF], strlen(pem[LEAF]));
	const struct cert *c = list.item;

	(void)state;
	assert_int_equal(list.count, 1);
	assert_string_equal(c->subject, "CN=leaf,O=Lab de Institui\xc3\xa7\xc3\xa3o,C=BR");
	assert_string_equal(c->issuer, "CN=Inter,O=Lab de Institui\xc3\xa7\xc3\xa3o,C=BR");
	assert_string_equal(c->subject_cn, "leaf");
	assert_string_equal(c->issuer_cn, "Inter");
	assert_string_equal(c->key, "EC P-256");
	assert_string_equal(c->names, "pix.example.com *.loja.example 192.0.2.7 2001:db8::7");
	assert_string_equal(c->pem, pem[LEAF]);
	assert_int_equal(strlen(c->sha256), 64);
	assert_int_equal(c->from, NOW);
	assert_int_equal(c->until, NOW + DAY);
	assert_false(c->ca);
	assert_false(c->self_issued);
	assert_true(c->client);
	assert_false(c->server);
	certs_free(&list);
	certs_free(&list);
}

static void the_one_line_form_is_the_same_bytes(void **state)
{
	struct cert_list list = read_ok(pem[ROOT], strlen(pem[ROOT]));
	char *letters = replaced(pem[ROOT], "\n", "");
	size_t len = strlen(letters) - strlen("-----END CERTIFICATE-----");

	(void)state;
	assert_int_equal(strlen(list.item->base64), len - strlen("-----BEGIN CERTIFICATE-----"));
	assert_int_equal(strncmp(letters + strlen("-----BEGIN CERTIFICATE-----"), list.item->base64, strlen(list.item->base64)), 0);
	free(letters);
	certs_free(&list);
}

static void a_root_and_a_server_certificate_are_told_apart(void **state)
{
	struct cert_list root = read_ok(pem[ROOT], strlen(pem[ROOT])), rsa = read_ok(pem[RSA_LEAF], strlen(pem[RSA_LEAF]));

	(void)state;
	assert_true(root.item->ca);
	assert_true(root.item->self_issued);
	assert_true(root.item->client && root.item->server);	/* it names no use */
	assert_string_equal(root.item->names, "");
	assert_string_equal(rsa.item->key, "RSA 2048");
	assert_true(rsa.item->server);
	assert_false(rsa.item->client);
	certs_free(&root);
	certs_free(&rsa);
}

static void control_characters_of_a_name_are_escaped(void **state)
{
	struct cert_list list = read_ok(pem[ODD], strlen(pem[ODD]));

	(void)state;
	assert_string_equal(list.item->subject, "CN=e,CN=line\\0Abreak \\C2\\9B\\,\\\"\xc3\xa9,O=Lab de Institui\xc3\xa7\xc3\xa3o,C=BR");
	certs_free(&list);
}

static void order_comments_and_line_ends_do_not_matter(void **state)
{
	char *crlf = replaced(pem[INTER], "\n", "\r\n");
	struct buf b = BUF(1 << 20);
	struct cert_list list;

	(void)state;
	buf_putf(&b, "\xef\xbb\xbf# a comment\r\n%ssubject=/CN=x\n\n", pem[ROOT]);
	buf_puts(&b, "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n");
	buf_putf(&b, "%s  \t%s", crlf, pem[LEAF]);
	list = read_ok(buf_str(&b), b.len);
	assert_int_equal(list.count, 3);
	assert_string_equal(list.item[0].subject_cn, "Root");
	assert_string_equal(list.item[1].subject_cn, "Inter");
	assert_string_equal(list.item[1].pem, pem[INTER]);
	assert_string_equal(list.item[2].subject_cn, "leaf");
	certs_free(&list);
	buf_free(&b);
	free(crlf);
}

static void a_byte_order_mark_hides_no_block(void **state)
{
	struct buf b = BUF(1 << 20);
	struct cert_list list;

	(void)state;
	buf_putf(&b, "\xef\xbb\xbf%s%s", pem[INTER], pem[ROOT]);
	list = read_ok(buf_str(&b), b.len);
	assert_int_equal(list.count, 2);
	certs_free(&list);
	buf_free(&b);
}

static void a_line_that_tells_of_a_block_is_none(void **state)
{
	struct buf b = BUF(1 << 20);
	struct cert_list list;

	(void)state;
	buf_putf(&b, "# CN=-----BEGIN CERTIFICATE-----\n%s", pem[ROOT]);
	list = read_ok(buf_str(&b), b.len);
	assert_int_equal(list.count, 1);
	certs_free(&list);
	buf_free(&b);
}

/* As `cat a b` makes it where a has no line break at its end. */
static void two_blocks_on_one_line_are_two(void **state)
{
	struct buf b = BUF(1 << 20);
	struct cert_list list;

	(void)state;
	buf_add(&b, pem[INTER], strlen(pem[INTER]) - 1);
	buf_add(&b, pem[ROOT], strlen(pem[ROOT]) - 1);
	assert_non_null(strstr(buf_str(&b), "-----END CERTIFICATE----------BEGIN CERTIFICATE-----"));
	list = read_ok(buf_str(&b), b.len);
	assert_int_equal(list.count, 2);
	assert_string_equal(list.item[0].pem, pem[INTER]);
	assert_string_equal(list.item[1].pem, pem[ROOT]);
	certs_free(&list);
	buf_free(&b);
}

static void one_long_line_of_base64_is_normalised(void **state)
{
	struct cert_list first = read_ok(pem[ROOT], strlen(pem[ROOT])), list;
	struct buf b = BUF(1 << 20);

	(void)state;
	buf_putf(&b, "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----", first.item->base64);
	list = read_ok(buf_str(&b), b.len);
	assert_string_equal(list.item->pem, pem[ROOT]);
	certs_free(&first);
	certs_free(&list);
	buf_free(&b);
}

static void der_is_read_too(void **state)
{
	unsigned char *der = NULL;
	int len = i2d_X509(made[INTER].x, &der);
	struct cert_list list = read_ok((const char *)der, (size_t)len);

	(void)state;
	assert_int_equal(list.count, 1);
	assert_string_equal(list.item->pem, pem[INTER]);
	expect_bad((const char *)der, (size_t)len - 1, "binary, but not one whole DER certificate");
	OPENSSL_free(der);
	certs_free(&list);
}

static void der_with_more_behind_is_refused(void **state)
{
	unsigned char *der = NULL;
	int len = i2d_X509(made[INTER].x, &der);
	struct buf b = BUF(1 << 20);

	(void)state;
	buf_add(&b, der, (size_t)len);
	buf_add(&b, der, (size_t)len);
	expect_bad(buf_str(&b), b.len, "binary, but not one whole DER certificate");
	OPENSSL_free(der);
	buf_free(&b);
}

static void openssls_trusted_form_is_read_without_its_trust(void **state)
{
	BIO *bio = BIO_new(BIO_s_mem());
	X509 *x = X509_dup(made[ROOT].x);
	struct cert_list list;
	char *data;
	long len;

	(void)state;
	assert_true(X509_alias_set1(x, (const unsigned char *)"alias", -1));
	assert_true(PEM_write_bio_X509_AUX(bio, x));
	len = BIO_get_mem_data(bio, &data);
	list = read_ok(data, (size_t)len);
	assert_string_equal(list.item->pem, pem[ROOT]);
	certs_free(&list);
	X509_free(x);
	BIO_free(bio);
}

static void what_is_no_certificate_is_said_in_one_line(void **state)
{
	static const struct { const char *bytes, *says; } rows[] = {
		{ "", "it is empty" },
		{ " \r\n\t\n", "it is empty" },
		{ "\xef\xbb\xbf", "it is empty" },
		{ "\r\n<!DOCTYPE html><html><body>Not found", "a web page" },
		{ "\xff\xfe-", "UTF-16" },
		{ "hello", "no certificate in it (PEM or DER is expected)" },
		{ "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "but a block PRIVATE KEY" },
		{ "-----BEGIN PKCS7-----\nAAAA\n-----END PKCS7-----\n", "but a block PKCS" },
		{ "-----BEGIN ", "no certificate in it, but a block" },
		{ "0\x82", "binary" },
		{ "-----BEGIN CERTIFICATE-----\nAAAA", "cut off" },
		{ "-----BEGIN CERTIFICATE-----", "cut off" },
		{ "-----BEGIN CERTIFICATE-----\nAAAA\n-----BEGIN CERTIFICATE-----\n", "cut off" },
		{ "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", "no base64" },
		{ "-----BEGIN CERTIFICATE-----\nAA=A\n-----END CERTIFICATE-----\n", "no base64" },
		{ "-----BEGIN CERTIFICATE-----\n&&&&\n-----END CERTIFICATE-----\n", "no base64" },
		{ "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "certificate 1 of the file is broken: it is no X.509" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		expect_bad(rows[i].bytes, strlen(rows[i].bytes), rows[i].says);
}

static void a_nul_in_base64_is_not_skipped(void **state)
{
	char *copy = replaced(pem[ROOT], "never", "");

	(void)state;
	strchr(copy, '\n')[0] = '\0';
	expect_bad(copy, strlen(pem[ROOT]), "no base64");
	free(copy);
}

static void the_second_broken_one_is_named(void **state)
{
	struct buf b = BUF(1 << 20);

	(void)state;
	buf_add(&b, pem[ROOT], strlen(pem[ROOT]));
	buf_add(&b, pem[INTER], strlen(pem[INTER]) / 2);
	expect_bad(buf_str(&b), b.len, "certificate 2 of the file is broken");
	buf_free(&b);
}

/* Counted before any is looked at. */
static void more_than_the_ceiling_is_refused(void **state)
{
	static const char block[] = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
	struct buf b = BUF(1 << 20);

	(void)state;
	for (int i = 0; i < LIMIT_CERTS; i++)
		buf_puts(&b, block);
	expect_bad(buf_str(&b), b.len, "certificate 1 of the file is broken");
	buf_puts(&b, block);
	expect_bad(buf_str(&b), b.len, "more than 256 certificates");
	buf_free(&b);
}

static void a_file_that_is_not_there_is_named(void **state)
{
	struct cert_list list = { 0 };
	struct err e;

	(void)state;
	assert_false(certs_load("/nonexistent/a.pem", &list, &e));
	assert_int_equal(e.code, ERR_CONFIG);
	assert_non_null(strstr(e.text, "/nonexistent/a.pem"));
	assert_false(certs_load("/dev/null", &list, &e));
	assert_non_null(strstr(e.text, "not a regular file"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_certificate_says_what_it_is),
		cmocka_unit_test(the_one_line_form_is_the_same_bytes),
		cmocka_unit_test(a_root_and_a_server_certificate_are_told_apart),
		cmocka_unit_test(control_characters_of_a_name_are_escaped),
		cmocka_unit_test(order_comments_and_line_ends_do_not_matter),
		cmocka_unit_test(a_byte_order_mark_hides_no_block),
		cmocka_unit_test(a_line_that_tells_of_a_block_is_none),
		cmocka_unit_test(two_blocks_on_one_line_are_two),
		cmocka_unit_test(one_long_line_of_base64_is_normalised),
		cmocka_unit_test(der_is_read_too),
		cmocka_unit_test(der_with_more_behind_is_refused),
		cmocka_unit_test(openssls_trusted_form_is_read_without_its_trust),
		cmocka_unit_test(what_is_no_certificate_is_said_in_one_line),
		cmocka_unit_test(a_nul_in_base64_is_not_skipped),
		cmocka_unit_test(the_second_broken_one_is_named),
		cmocka_unit_test(more_than_the_ceiling_is_refused),
		cmocka_unit_test(a_file_that_is_not_there_is_named),
	};

	return cmocka_run_group_tests_name("certs", tests, make_all, drop_all);
}
