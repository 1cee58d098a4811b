/* One call, as the PSP makes it, to real servers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "emul/caller.h"
#include "emul/pki.h"

#include <cmocka.h>

#include "tests/unit/merchant.h"

static void a_callback_is_a_post_of_json_with_the_suffix_at_the_very_end(void **state)
{
	struct peer p = begin(good());
	struct call c = call_to(p.port, "/webhook?hmac=xyz");
	struct call_result r;
	char told[9000];
	struct err e;

	(void)state;
	c.suffix = "/pix";
	assert_true(caller_call(&c, &r, &e));
	ended(r, CALL_OK, NULL, "");
	peer_told(p, told, sizeof told);
	assert_non_null(strstr(told, "\nPOST /webhook?hmac=xyz/pix HTTP/1.1\r\n"));
	assert_non_null(strcasestr(told, "\r\nContent-Type: application/json;charset=utf-8\r\n"));
	assert_non_null(strcasestr(told, "\r\nContent-Length: 10\r\n"));
	assert_non_null(strcasestr(told, "\r\nUser-Agent: API Pix Efi (homologacao)\r\n"));
	assert_null(strcasestr(told, "\r\nExpect"));
	assert_null(strcasestr(told, "\r\nAuthorization"));
	assert_non_null(strstr(told, "\r\n\r\n{\"pix\":[]}"));
	peer_stop(p);
}

static void an_authorization_is_sent_and_one_with_a_line_break_is_not(void **state)
{
	struct peer p = begin(good());
	struct call c = call_to(p.port, "/bs2");
	struct call_result r;
	char told[9000];
	struct err e = { 0 };

	(void)state;
	c.authorization = "Bearer a\r\nX-Other: b";
	assert_false(caller_call(&c, &r, &e));
	assert_int_equal(e.code, ERR_CONFIG);
	c.authorization = "Basic YmFuY286c2VuaGE=";
	c.cert = NULL;
	assert_true(caller_call(&c, &r, &e));
	peer_told(p, told, sizeof told);
	assert_memory_equal(told, "\nPOST /bs2 HTTP", 15);
	assert_non_null(strcasestr(told, "\r\nAuthorization: Basic YmFuY286c2VuaGE=\r\n"));
	peer_stop(p);
}

/* BS2 takes exactly the certificate that was uploaded. */
/* As it is uploaded: of a whole chain the first alone, in a file "leaf.crt". */
static const char *leaf_of(const char *name)
{
	static const char last[] = "-----END CERTIFICATE-----\n";
	char text[16 * 1024] = "", *end;
	FILE *from = fopen(at(name), "re"), *to = fopen(at("leaf.crt"), "we");

	assert_true(from && to && fread(text, 1, sizeof text - 1, from) > 0);
	end = strstr(text, last);
	assert_non_null(end);
	end[sizeof last - 1] = '\0';
	assert_true(fputs(text, to) >= 0 && !fclose(to) && !fclose(from));
	return at("leaf.crt");
}

static void an_uploaded_certificate_is_the_only_one_that_is_taken(void **state)
{
	struct peer_manner m = good();
	struct call_result r;
	struct peer p;
	struct call c;
	struct err e;

	(void)state;
	m.clients = NULL;
	m.without = 200;
	p = begin(m);
	c = call_to(p.port, "/bs2");
	c.cert = NULL;
	c.cacert = leaf_of(PKI_SERVER_CERT);
	assert_true(caller_call(&c, &r, &e));
	ended(r, CALL_OK, NULL, "");
	c.cacert = leaf_of(PKI_RENEWED_CERT);
	assert_true(caller_call(&c, &r, &e));
	assert_int_equal(r.end, CALL_ERRNO);
	assert_string_equal(r.errno_name, "EPROTO");
	peer_stop(p);
	/* after the renewal, with the old one uploaded, then the new one */
	m.cert = at(PKI_RENEWED_CERT);
	m.key = at(PKI_RENEWED_KEY);
	p = begin(m);
	c = call_to(p.port, "/bs2");
	c.cert = NULL;
	c.cacert = leaf_of(PKI_SERVER_CERT);
	assert_true(caller_call(&c, &r, &e));
	assert_int_equal(r.end, CALL_ERRNO);
	c.cacert = leaf_of(PKI_RENEWED_CERT);
	assert_true(caller_call(&c, &r, &e));
	assert_int_equal(r.end, CALL_OK);
	peer_stop(p);
	unlink(at("leaf.crt"));
}

static void an_uploaded_certificate_that_has_expired_is_not_taken(void **state)
{
	struct peer_manner m = good();
	struct pki_files old;
	struct call_result r;
	struct peer p;
	struct call c;
	struct err e;

	(void)state;
	assert_true(pki_build(time(NULL) - 2LL * 365 * 24 * 3600, &old, &e));
	for (size_t i = 0; i < old.count; i++) {
		const char *name = !strcmp(old.item[i].name, PKI_SERVER_CERT) ? "old.crt" : !strcmp(old.item[i].name, PKI_SERVER_KEY) ? "old.key" : NULL;
		FILE *f = name ? fopen(at(name), "we") : NULL;

		if (f) {
			assert_int_equal(fwrite(old.item[i].bytes.data, 1, old.item[i].bytes.len, f), old.item[i].bytes.len);
			assert_int_equal(fclose(f), 0);
		}
	}
	pki_files_free(&old);
	m = (struct peer_manner){ .cert = at("old.crt"), .key = at("old.key"), .without = 200 };
	p = begin(m);
	c = call_to(p.port, "/bs2");
	c.cert = NULL;
	c.cacert = at("old.crt");
	assert_true(caller_call(&c, &r, &e));
	unlink(at("old.crt"));
	unlink(at("old.key"));
	peer_stop(p);
	ended(r, CALL_ERRNO, "webhook_invalido", "A requisição na URL informada falhou com o erro: EPROTO");
	assert_non_null(strstr(r.reason, "expired"));
}

static void a_file_of_ours_that_cannot_be_used_is_no_end_of_a_call(void **state)
{
	struct peer p = begin(good());
	struct call c = call_to(p.port, "/webhook");
	struct call_result r = { .end = CALL_ENDS };
	struct err e = { 0 };

	(void)state;
	c.cacert = at("no-such.pem");
	assert_false(caller_check(&c, false, &r, &e));
	assert_int_equal(e.code, ERR_CONFIG);
	c = call_to(p.port, "/webhook");
	c.cert = at("no-such.pem");
	assert_false(caller_call(&c, &r, &e));
	assert_int_equal(e.code, ERR_CONFIG);
	c.cert = NULL;
	assert_false(caller_check(&c, false, &r, &e));
	assert_int_equal(e.code, ERR_CONFIG);
	assert_int_equal(r.end, CALL_ENDS);
	peer_stop(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_callback_is_a_post_of_json_with_the_suffix_at_the_very_end),
		cmocka_unit_test(an_authorization_is_sent_and_one_with_a_line_break_is_not),
		cmocka_unit_test(an_uploaded_certificate_is_the_only_one_that_is_taken),
		cmocka_unit_test(an_uploaded_certificate_that_has_expired_is_not_taken),
		cmocka_unit_test(a_file_of_ours_that_cannot_be_used_is_no_end_of_a_call),
	};

	return cmocka_run_group_tests_name("caller", tests, make_folder, drop_folder);
}
