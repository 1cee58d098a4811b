/* BS2: the uploaded certificate, in every form that its manual may mean, and what is none. */
#include "tests/unit/bs2_scene.h"

#include <sys/stat.h>

#include "emul/pki.h"
#include "lib/certs.h"
#include "lib/text.h"

#define UPLOAD HOOK "/certificado"

static struct pki_files files;
static struct cert_list server;	/* the leaf and what it chains by */

static const struct buf *file(const char *name)
{
	for (size_t i = 0; i < files.count; i++)
		if (!strcmp(files.item[i].name, name))
			return &files.item[i].bytes;
	fail_msg("%s", name);
	return NULL;
}

static int build(void **unused)
{
	const struct buf *pem;

	(void)unused;
	if (!pki_build(NOW / 1000, &files, &e))
		return -1;
	pem = file(PKI_SERVER_CERT);
	return certs_read(pem->data, pem->len, "server.crt", &server, &e) ? 0 : -1;
}

static int wreck(void **unused)
{
	(void)unused;
	certs_free(&server);
	pki_files_free(&files);
	return 0;
}

static unsigned upload(const char *path, const char *name, const void *bytes, size_t len)
{
	struct buf b = BUF(LIMIT_BODY);
	unsigned status;

	strcpy(type, "multipart/form-data; boundary=----x");
	buf_putf(&b, "------x\r\nContent-Disposition: form-data; name=\"certificado\"; filename=\"%s\"\r\n\r\n", name);
	buf_add(&b, bytes, len);
	buf_puts(&b, "\r\n------x--\r\n");
	status = ask_bytes("PUT", path, b.data, b.len);
	buf_free(&b);
	return status;
}

static unsigned upload_json(const char *text)
{
	struct buf b = BUF(LIMIT_BODY);
	unsigned status;

	strcpy(type, "application/json");
	buf_puts(&b, "{\"certificado\":");
	json_quote(&b, text, strlen(text));
	buf_puts(&b, "}");
	status = ask("PUT", UPLOAD, b.data);
	buf_free(&b);
	return status;
}

/* What is kept: its digest, or "". */
static const char *kept(const char *name)
{
	static char sha256[65];
	struct cert_list list = { 0 };
	struct err none = { 0 };
	char path[256];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	snprintf(sha256, sizeof sha256, "%s", certs_load(path, &list, &none) ? list.item[0].sha256 : "");
	certs_free(&list);
	return sha256;
}

static struct buf der(void)
{
	struct buf b = BUF(LIMIT_PEM);
	unsigned char bytes[8192];
	size_t len;

	assert_true(text_unbase64(server.item[0].base64, strlen(server.item[0].base64), bytes, sizeof bytes, &len));
	buf_add(&b, bytes, len);
	return b;
}

static void a_pem_file_in_a_form_is_kept_for_its_owner_alone(void **unused)
{
	struct stat s;
	char path[256];

	(void)unused;
	assert_int_equal(upload(UPLOAD, "loja.cer", server.item[0].pem, strlen(server.item[0].pem)), 204);
	assert_string_equal(kept("bs2.cer"), server.item[0].sha256);
	assert_string_equal(kept("bs2-indirect.crt"), "");
	snprintf(path, sizeof path, "%s/bs2.cer", dir);
	assert_int_equal(stat(path, &s), 0);
	assert_int_equal(s.st_mode & 0777, 0600);
}

static void der_in_a_form_and_every_form_in_json_are_taken(void **unused)
{
	struct buf b = der();
	char wrapped[16384], *out = wrapped;

	(void)unused;
	assert_int_equal(upload(UPLOAD, "LOJA.CER", b.data, b.len), 204);
	buf_free(&b);
	assert_int_equal(upload_json(server.item[0].base64), 204);
	assert_int_equal(upload_json(server.item[0].pem), 204);
	assert_true(text_base64(server.item[0].pem, strlen(server.item[0].pem), wrapped, sizeof wrapped));
	assert_int_equal(upload_json(wrapped), 204);
	for (const char *p = server.item[0].base64; *p; p++) {
		*out++ = *p;
		if ((p - server.item[0].base64) % 76 == 75)
			out = stpcpy(out, "\r\n");
	}
	*out = '\0';
	assert_int_equal(upload_json(wrapped), 204);
	assert_string_equal(kept("bs2.cer"), server.item[0].sha256);
}

static void an_indirect_participants_file_is_a_crt(void **unused)
{
	const char *pem = server.item[0].pem;

	(void)unused;
	assert_int_equal(upload(INDIRECT "/certificado", "loja.cer", pem, strlen(pem)), 500);
	assert_int_equal(upload(INDIRECT "/certificado", "loja.crt", pem, strlen(pem)), 204);
	assert_string_equal(kept("bs2-indirect.crt"), server.item[0].sha256);
	assert_int_equal(upload(UPLOAD, "loja.crt", pem, strlen(pem)), 500);
	assert_string_equal(kept("bs2.cer"), "");
}

static void what_is_not_one_leaf_is_an_internal_error(void **unused)
{
	static const char *const names[] = { PKI_SERVER_CERT, PKI_SERVER_CA, PKI_SERVER_KEY, PKI_CHAIN_PRODUCTION, PKI_CLIENT_SANDBOX, "client-sandbox.p12" };
	static const char *const texts[] = { "", "x", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", "-----BEGIN CERTIFICATE-----\nMIIC\n" };
	const char *pem = server.item[0].pem;

	(void)unused;
	assert_int_equal(upload(UPLOAD, "a.cer", pem, strlen(pem)), 204);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (upload(UPLOAD, "a.cer", file(names[i])->data, file(names[i])->len) != 500)
			fail_msg("%s", names[i]);
		assert_string_equal(answer, "[{\"descricao\":\"Internal error\",\"tag\":null}]");
	}
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		assert_int_equal(upload(UPLOAD, "a.cer", texts[i], strlen(texts[i])), 500);
		assert_int_equal(upload_json(texts[i]), 500);
	}
	assert_int_equal(upload_json(buf_str(file(PKI_SERVER_CERT))), 500);
	assert_string_equal(kept("bs2.cer"), server.item[0].sha256);
}

static void what_is_not_as_in_the_manual_is_an_internal_error(void **unused)
{
	static const char *const names[] = { "", "a", ".cer", "a.cer.txt", "a.pem", "cer" };
	static const char *const bodies[] = { "", "{", "[]", "{}", "{\"certificado\":null}", "{\"certificado\":1}", "{\"Certificado\":\"x\"}" };
	const char *pem = server.item[0].pem;

	(void)unused;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (upload(UPLOAD, names[i], pem, strlen(pem)) != 500)
			fail_msg("%s", names[i]);
	strcpy(type, "application/json");
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
		assert_int_equal(ask("PUT", UPLOAD, bodies[i]), 500);
	strcpy(type, "application/x-x509-ca-cert");
	assert_int_equal(ask("PUT", UPLOAD, pem), 500);
	type[0] = '\0';
	assert_int_equal(ask("PUT", UPLOAD, pem), 500);
	assert_string_equal(kept("bs2.cer"), "");
}

static void nothing_is_left_behind_where_it_cannot_be_kept(void **unused)
{
	(void)unused;
	bank.dir = "/nonexistent/folder";
	assert_int_equal(upload(UPLOAD, "a.cer", server.item[0].pem, strlen(server.item[0].pem)), 500);
	assert_string_equal(answer, "[{\"descricao\":\"Internal error\",\"tag\":null}]");
}

static void a_delivery_that_failed_in_tls_says_what_that_means(void **unused)
{
	struct call_result r = { .end = CALL_ERRNO, .errno_name = "EPROTO", .reason = "some words" };
	char path[256];

	(void)unused;
	assert_int_equal(upload(UPLOAD, "a.cer", server.item[0].pem, strlen(server.item[0].pem)), 204);
	snprintf(path, sizeof path, "%s/bs2.cer", dir);
	bs2_leaf_reason(path, NOW, &r);
	assert_string_equal(r.reason, "the server does not show the certificate that was uploaded (some words)");
	strcpy(r.reason, "some words");
	bs2_leaf_reason(path, server.item[0].until * 1000 + 1000, &r);
	assert_string_equal(r.reason, "the uploaded certificate expired on 2027-11-21 (some words)");
	r = (struct call_result){ .end = CALL_TIMEOUT, .reason = "late" };
	bs2_leaf_reason(path, NOW, &r);
	assert_string_equal(r.reason, "late");
	r = (struct call_result){ .end = CALL_ERRNO, .errno_name = "ECONNRESET", .reason = "reset" };
	bs2_leaf_reason(path, NOW, &r);
	assert_string_equal(r.reason, "reset");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_pem_file_in_a_form_is_kept_for_its_owner_alone),
		TEST(der_in_a_form_and_every_form_in_json_are_taken),
		TEST(an_indirect_participants_file_is_a_crt),
		TEST(what_is_not_one_leaf_is_an_internal_error),
		TEST(what_is_not_as_in_the_manual_is_an_internal_error),
		TEST(nothing_is_left_behind_where_it_cannot_be_kept),
		TEST(a_delivery_that_failed_in_tls_says_what_that_means),
	};

	return cmocka_run_group_tests(tests, build, wreck);
}
