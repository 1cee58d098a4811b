/* The client certificate: the web server's word, our own verification, the pin. */
#include "tests/unit/test_auth.h"

#include <stdlib.h>
#include <unistd.h>

#include "lib/x509.h"
#include "tests/unit/pki.h"

#define DAY INT64_C(86400)

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_server_s_word_counts_only_when_it_is_exact),
		cmocka_unit_test(behind_a_server_the_pin_is_judged_on_its_pem),
		cmocka_unit_test(behind_a_server_without_a_pem_its_names_are_judged),
		cmocka_unit_test(we_verify_whatever_the_server_says),
		cmocka_unit_test(after_our_verification_comes_the_pin),
	};

	return cmocka_run_group_tests_name("auth_cert", tests, make_all, drop_all);
}
