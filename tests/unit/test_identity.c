/* Who the probe pretends to be: names as the PSP's, keys that nobody vouches for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "check/identity.h"	/* ahead of cmocka.h, which has a macro named fail() */
#include "emul/pki.h"
#include "lib/x509.h"

#include <cmocka.h>

#include "tests/unit/probe_scene.h"

static struct target efi(const char *ca, const char *pin)
{
	return (struct target){ .mode = MODE_EFI_MTLS, .psp = &psp_efi, .env = psp_env_find(&psp_efi, "sandbox"), .host = "h", .path = "/w", .query = "",
		.secret = "", .authorization = "", .ca = ca, .pin = pin, .server = "" };
}

static struct cert_list read_of(const char *pem)
{
	struct cert_list list = { 0 };
	struct err e;

	assert_non_null(pem);
	if (!certs_read(pem, strlen(pem), "made", &list, &e))
		fail_msg("%s", e.text);
	return list;
}

static void the_foreign_ca_has_the_names_of_the_psps_and_other_keys(void **state)
{
	struct target t = efi(at(PKI_CHAIN_PRODUCTION), "");
	struct cert_list foreign, genuine = { 0 };
	struct identities who = { 0 };
	struct x509_trust *trust;
	const char *why;

	(void)state;
	identities_make(&t, NULL, 0, time(NULL), &who);
	foreign = read_of(who.pem[WHO_FOREIGN]);
	assert_true(certs_load(at(PKI_CHAIN_PRODUCTION), &genuine, NULL));
	assert_int_equal(foreign.count, 2);
	assert_string_equal(foreign.item[1].subject, genuine.item[0].subject);
	assert_string_equal(foreign.item[1].issuer, genuine.item[0].issuer);
	assert_string_equal(foreign.item[0].issuer_cn, "webhook.efipay.com.br");
	assert_string_not_equal(foreign.item[1].sha256, genuine.item[0].sha256);
	assert_true(foreign.item[0].client && !foreign.item[0].ca && foreign.item[1].ca);
	trust = x509_trust_load(at(PKI_CHAIN_PRODUCTION), NULL);
	why = x509_judge(trust, who.pem[WHO_FOREIGN], strlen(foreign.item[0].pem), time(NULL), NULL);
	assert_non_null(why);	/* the names are right, the signature is not */
	x509_trust_free(trust);
	certs_free(&foreign);
	certs_free(&genuine);
	identities_free(&who);
	assert_null(who.pem[WHO_FOREIGN]);
	identities_free(&who);
}

static void self_has_the_pins_name(void **state)
{
	struct target t = efi("", "issuer:CN=psp.example");
	struct identities who = { 0 };
	struct cert_list self;

	(void)state;
	identities_make(&t, NULL, 0, time(NULL), &who);
	self = read_of(who.pem[WHO_SELF]);
	assert_string_equal(self.item[0].subject_cn, "psp.example");
	assert_true(self.item[0].self_issued);
	assert_int_equal(self.count, 1);
	certs_free(&self);
	identities_free(&who);
	t.pin = "sha256:00";	/* no name: the environment's */
	identities_make(&t, NULL, 0, time(NULL), &who);
	self = read_of(who.pem[WHO_SELF]);
	assert_string_equal(self.item[0].subject_cn, "webhook-h.efipay.com.br");
	certs_free(&self);
	identities_free(&who);
	t.env = NULL;
	identities_make(&t, NULL, 0, time(NULL), &who);
	assert_non_null(who.pem[WHO_SELF]);
	identities_free(&who);
}

static void expired_was_good_once(void **state)
{
	struct target t = efi(at(PKI_CHAIN_PRODUCTION), "");
	struct identities who = { 0 };
	struct cert_list list;
	int64_t now = time(NULL);

	(void)state;
	identities_make(&t, NULL, 0, now, &who);
	list = read_of(who.pem[WHO_EXPIRED]);
	assert_true(list.item[0].until < now && list.item[0].from < list.item[0].until);
	assert_true(list.item[1].until > now);
	certs_free(&list);
	list = read_of(who.pem[WHO_FOREIGN]);
	assert_true(list.item[0].until > now && list.item[0].from < now);
	certs_free(&list);
	identities_free(&who);
}

static void announced_names_serve_where_there_is_no_file(void **state)
{
	char first[] = "CN=Banco \\, o Outro,O=Lab\\+1,C=AR", bad[] = "\\", *announced[] = { first };
	struct target t = efi("", "");
	struct identities who = { 0 };
	struct cert_list list;

	(void)state;
	identities_make(&t, announced, 1, time(NULL), &who);
	list = read_of(who.pem[WHO_FOREIGN]);
	assert_string_equal(list.item[1].subject_cn, "Banco , o Outro");
	assert_non_null(strstr(list.item[1].subject, "O=Lab\\+1"));
	assert_non_null(strstr(list.item[1].subject, "C=AR"));
	certs_free(&list);
	identities_free(&who);
	announced[0] = bad;	/* what is no name at all */
	identities_make(&t, announced, 1, time(NULL), &who);
	assert_non_null(who.pem[WHO_FOREIGN]);
	identities_free(&who);
}

static void a_ca_file_that_is_none_is_no_hindrance(void **state)
{
	struct target t = efi("/nowhere/at/all.pem", "");
	struct identities who = { 0 };

	(void)state;
	identities_make(&t, NULL, 0, time(NULL), &who);
	assert_true(who.pem[WHO_SELF] && who.pem[WHO_FOREIGN] && who.pem[WHO_EXPIRED]);
	assert_null(who.pem[WHO_NONE]);
	assert_null(who.pem[WHO_RIGHT]);
	identities_free(&who);
}

static void the_users_own_is_a_certificate_with_its_key(void **state)
{
	struct err e = { 0 };
	char *pem = NULL;

	(void)state;
	assert_true(identity_read(at(PKI_CALLER_PRODUCTION), &pem, &e));
	assert_non_null(strstr(pem, "PRIVATE KEY"));
	free(pem);
	pem = NULL;
	assert_false(identity_read(at(PKI_CHAIN_PRODUCTION), &pem, &e));	/* no key in it */
	assert_int_equal(e.code, ERR_CONFIG);
	assert_null(pem);
	assert_false(identity_read(at("missing.pem"), &pem, &e));
	assert_int_equal(e.code, ERR_CONFIG);
	assert_false(identity_read(at(PKI_API_KEY), &pem, &e));		/* no certificate in it */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_foreign_ca_has_the_names_of_the_psps_and_other_keys),
		cmocka_unit_test(self_has_the_pins_name),
		cmocka_unit_test(expired_was_good_once),
		cmocka_unit_test(announced_names_serve_where_there_is_no_file),
		cmocka_unit_test(a_ca_file_that_is_none_is_no_hindrance),
		cmocka_unit_test(the_users_own_is_a_certificate_with_its_key),
	};

	return cmocka_run_group_tests_name("identity", tests, make_folder, drop_folder);
}
