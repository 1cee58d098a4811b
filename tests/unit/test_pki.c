#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "emul/pki.h"
#include "lib/certs.h"
#include "lib/x509.h"
#include "pix/psp.h"

#include <cmocka.h>

#define NOW 1795867200	/* 2026-11-28T12:00:00Z */
#define YEAR (365LL * 24 * 3600)

static struct pki_files files;

static int build(void **state)
{
	struct err e;

	(void)state;
	return pki_build(NOW, &files, &e) ? 0 : -1;
}

static int drop(void **state)
{
	(void)state;
	pki_files_free(&files);
	return files.count || files.item[0].bytes.data ? -1 : 0;
}

static const struct buf *bytes(const char *name)
{
	for (size_t i = 0; i < files.count; i++)
		if (!strcmp(files.item[i].name, name))
			return &files.item[i].bytes;
	fail_msg("there is no %s", name);
	return NULL;
}

static struct cert_list read_certs(const char *name)
{
	const struct buf *b = bytes(name);
	struct cert_list list;
	struct err e;

	if (!certs_read(b->data, b->len, name, &list, &e))
		fail_msg("%s", e.text);
	return list;
}

/* What the gate's verifier says of a caller with that chain as the hook's ca: NULL where it lets it in. */
static const char *judged(const char *chain, const char *caller, int64_t now, struct x509_facts *facts)
{
	char path[] = "/tmp/pixgate-pki-XXXXXX";
	const struct buf *ca = bytes(chain), *b = bytes(caller);
	struct x509_trust *trust;
	const char *why, *end;
	int fd = mkstemp(path);
	struct err e;

	assert_true(fd >= 0 && write(fd, ca->data, ca->len) == (ssize_t)ca->len);
	close(fd);
	trust = x509_trust_load(path, &e);
	unlink(path);
	if (!trust)
		fail_msg("%s", e.text);
	/* the leaf alone, as servers pass it */
	end = strstr(b->data, "-----END CERTIFICATE-----");
	assert_non_null(end);
	why = x509_judge(trust, b->data, (size_t)(end - b->data) + 26, now, facts);
	x509_trust_free(trust);
	return why;
}

static void a_gate_set_up_for_the_profile_takes_each_environments_caller(void **state)
{
	static const char *const rows[][3] = {
		{ "production", PKI_CHAIN_PRODUCTION, PKI_CALLER_PRODUCTION }, { "sandbox", PKI_CHAIN_SANDBOX, PKI_CALLER_SANDBOX }
	};
	struct x509_facts facts;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const char *why = judged(rows[i][1], rows[i][2], NOW, &facts);

		if (why)
			fail_msg("%s: %s", rows[i][2], why);
		assert_true(x509_pin_matches(psp_env_find(&psp_efi, rows[i][0])->pin, &facts));
		/* by its issuer: what the callers' own names are is not published */
		assert_false(x509_pin_matches("subject:CN=webhook.efipay.com.br", &facts));
	}
}

static void a_gate_refuses_every_other_caller(void **state)
{
	static const char *const others[] = { PKI_CALLER_SANDBOX, PKI_CALLER_SIBLING, PKI_CALLER_SELF, PKI_CALLER_EXPIRED, PKI_CLIENT_PRODUCTION };
	struct x509_facts facts;

	(void)state;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (!judged(PKI_CHAIN_PRODUCTION, others[i], NOW, &facts))
			fail_msg("%s was let in", others[i]);
}

static void the_expired_caller_was_good_a_year_and_a_half_ago(void **state)
{
	struct cert_list list = read_certs(PKI_CALLER_EXPIRED);

	(void)state;
	assert_true(list.item[0].from < NOW - YEAR - YEAR / 2 && list.item[0].until == NOW - YEAR);
	certs_free(&list);
}

static void the_chains_are_an_intermediate_and_the_root_of_both(void **state)
{
	struct cert_list p = read_certs(PKI_CHAIN_PRODUCTION), s = read_certs(PKI_CHAIN_SANDBOX);
	struct err e;

	(void)state;
	assert_int_equal(p.count, 2);
	assert_int_equal(s.count, 2);
	assert_string_equal(p.item[0].subject_cn, "webhook.efipay.com.br");
	assert_string_equal(s.item[0].subject_cn, "webhook-h.efipay.com.br");
	assert_string_not_equal(p.item[0].sha256, s.item[0].sha256);
	assert_string_equal(p.item[1].sha256, s.item[1].sha256);
	assert_true(certs_chain(&p, "p", NOW, &e));
	assert_true(certs_chain(&s, "s", NOW, &e));
	assert_true(p.item[0].ca && p.item[1].ca && p.item[1].self_issued);
	certs_free(&p);
	certs_free(&s);
}

static void every_name_says_that_nobody_trusts_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < files.count; i++) {
		struct cert_list list;

		if (!strstr(files.item[i].name, ".pem") && !strstr(files.item[i].name, ".crt"))
			continue;
		list = read_certs(files.item[i].name);
		for (size_t k = 0; k < list.count; k++)
			if (!strstr(list.item[k].subject, "pixgate emulator (trusted by nobody)"))
				fail_msg("%s: %s", files.item[i].name, list.item[k].subject);
		certs_free(&list);
	}
}

static void no_profile_knows_them_as_the_real_ones(void **state)
{
	struct cert_list list = read_certs(PKI_CHAIN_PRODUCTION);

	(void)state;
	for (size_t k = 0; k < list.count; k++)
		assert_false(psp_env_knows(psp_env_find(&psp_efi, "production"), list.item[k].sha256));
	certs_free(&list);
}

static void no_key_of_a_ca_is_kept(void **state)
{
	static const char *const ca[] = { PKI_CHAIN_PRODUCTION, PKI_CHAIN_SANDBOX, PKI_API_CA, PKI_CLIENT_CA, PKI_SERVER_CA };

	(void)state;
	for (size_t i = 0; i < sizeof ca / sizeof *ca; i++)
		assert_null(strstr(bytes(ca[i])->data, "PRIVATE KEY"));
	assert_non_null(strstr(bytes(PKI_CALLER_PRODUCTION)->data, "BEGIN PRIVATE KEY"));
}

static void servers_are_for_this_machine_alone_and_in_date(void **state)
{
	/* a web server shows its whole chain */
	static const struct { const char *name; size_t certs; } servers[] = { { PKI_API_CERT, 1 }, { PKI_SERVER_CERT, 2 }, { PKI_RENEWED_CERT, 2 } };

	(void)state;
	for (size_t i = 0; i < sizeof servers / sizeof *servers; i++) {
		struct cert_list list = read_certs(servers[i].name);

		assert_int_equal(list.count, servers[i].certs);
		assert_string_equal(list.item[0].names, "localhost 127.0.0.1 ::1");
		assert_true(list.item[0].server && !list.item[0].client && !list.item[0].ca);
		assert_true(list.item[0].from < NOW && list.item[0].until > NOW + YEAR / 2 && list.item[0].until <= NOW + YEAR);
		certs_free(&list);
	}
}

static void a_renewed_certificate_is_another_with_another_key(void **state)
{
	struct cert_list old = read_certs(PKI_SERVER_CERT), new = read_certs(PKI_RENEWED_CERT);

	(void)state;
	assert_string_not_equal(old.item[0].sha256, new.item[0].sha256);
	assert_string_equal(old.item[0].issuer, new.item[0].issuer);
	assert_string_not_equal(bytes(PKI_SERVER_KEY)->data, bytes(PKI_RENEWED_KEY)->data);
	certs_free(&old);
	certs_free(&new);
}

static void an_api_client_tells_its_environment_by_its_issuer(void **state)
{
	struct cert_list p = read_certs(PKI_CLIENT_PRODUCTION), s = read_certs(PKI_CLIENT_SANDBOX), ca = read_certs(PKI_CLIENT_CA);

	(void)state;
	assert_string_equal(p.item[0].issuer_cn, PKI_CLIENT_CN_PRODUCTION);
	assert_string_equal(s.item[0].issuer_cn, PKI_CLIENT_CN_SANDBOX);
	assert_string_equal(ca.item[0].subject_cn, PKI_CLIENT_CN_PRODUCTION);
	assert_string_equal(ca.item[1].subject_cn, PKI_CLIENT_CN_SANDBOX);
	certs_free(&p);
	certs_free(&s);
	certs_free(&ca);
}

static void two_of_them_have_nothing_in_common(void **state)
{
	struct pki_files other;
	struct err e;

	(void)state;
	assert_true(pki_build(NOW, &other, &e));
	assert_int_equal(other.count, files.count);
	for (size_t i = 0; i < files.count; i++) {
		assert_string_equal(other.item[i].name, files.item[i].name);
		if (other.item[i].bytes.len == files.item[i].bytes.len)
			assert_memory_not_equal(other.item[i].bytes.data, files.item[i].bytes.data, files.item[i].bytes.len);
	}
	pki_files_free(&other);
	pki_files_free(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_gate_set_up_for_the_profile_takes_each_environments_caller),
		cmocka_unit_test(a_gate_refuses_every_other_caller),
		cmocka_unit_test(the_expired_caller_was_good_a_year_and_a_half_ago),
		cmocka_unit_test(the_chains_are_an_intermediate_and_the_root_of_both),
		cmocka_unit_test(every_name_says_that_nobody_trusts_it),
		cmocka_unit_test(no_profile_knows_them_as_the_real_ones),
		cmocka_unit_test(no_key_of_a_ca_is_kept),
		cmocka_unit_test(servers_are_for_this_machine_alone_and_in_date),
		cmocka_unit_test(a_renewed_certificate_is_another_with_another_key),
		cmocka_unit_test(an_api_client_tells_its_environment_by_its_issuer),
		cmocka_unit_test(two_of_them_have_nothing_in_common),
	};

	return cmocka_run_group_tests_name("pki", tests, build, drop);
}
