/* What cert push and cert status make of a domain, a certificate, addresses and certbot's names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cert.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

#include "tests/unit/pki.h"

#define NOW INT64_C(1795262400)
#define DAY INT64_C(86400)

static void reads(const char *domain, const char *name, int port)
{
	struct host h;
	struct err e = { 0 };

	if (!host_read(&h, domain, &e))
		fail_msg("%s", e.text);
	assert_string_equal(h.name, name);
	assert_int_equal(h.port, port);
	assert_int_equal(h.count, 0);
}

static void a_domain_may_carry_a_port(void **state)
{
	(void)state;
	reads("pix.example.com", "pix.example.com", 443);
	reads("pix.example.com.", "pix.example.com", 443);
	reads("pix.example.com:8443", "pix.example.com", 8443);
	reads("pix.example.com:65535", "pix.example.com", 65535);
	reads("192.0.2.7:1", "192.0.2.7", 1);
	reads("[2001:db8::7]", "2001:db8::7", 443);
	reads("[2001:db8::7]:8443", "2001:db8::7", 8443);
}

static void what_is_no_domain_is_refused(void **state)
{
	static const char *const bad[] = { "", ":443", "a:", "a:0", "a:65536", "a:123456", "a:4x", "a:-1", "2001:db8::7", "[]:1", "[a", "[::1]x", "[::1]:" };
	struct err e = { 0 };
	struct host h;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (host_read(&h, bad[i], &e))
			fail_msg("'%s' was taken", bad[i]);
		assert_int_equal(e.code, ERR_CONFIG);
	}
}

static struct cert_list made(const struct pki_wish *wish)
{
	struct pki p = pki_make(NULL, wish);
	char *pem = pki_pem(&p);
	struct cert_list list = { 0 };
	struct err e = { 0 };

	if (!certs_read(pem, strlen(pem), "made", &list, &e))
		fail_msg("%s", e.text);
	free(pem);
	pki_free(&p);
	return list;
}

/* The findings of a certificate for pix.example.com, joined by '|'. */
static const char *judged(const struct pki_wish *wish, enum weight *worst)
{
	static char text[2000];
	struct cert_list list = made(wish);
	struct findings f = { 0 };

	*text = '\0';
	judge_cert(list.item, "pix.example.com", NOW, &f);
	for (size_t i = 0; i < f.count; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%s|", f.item[i].text);
	*worst = f.worst;
	certs_free(&list);
	return text;
}

static void a_good_certificate_is_not_found_fault_with(void **state)
{
	const struct pki_wish exact = { .cn = "x", .eku = "serverAuth", .san = "DNS:pix.example.com", .from = NOW, .to = NOW + 14 * DAY };
	const struct pki_wish wild = { .cn = "x", .san = "DNS:*.example.com", .from = NOW - DAY, .to = NOW + 90 * DAY };
	enum weight worst;

	(void)state;
	assert_string_equal(judged(&exact, &worst), "");
	assert_int_equal(worst, SAYS);
	assert_string_equal(judged(&wild, &worst), "");
}

static void each_fault_is_told_with_its_weight(void **state)
{
	static const struct {
		struct pki_wish wish;
		const char *says;
		enum weight worst;
	} rows[] = {
		{ { .cn = "x", .san = "DNS:pix.example.com", .ca = true, .from = NOW, .to = NOW + 90 * DAY }, "a CA's certificate", STOPS },
		{ { .cn = "pix.example.com", .from = NOW, .to = NOW + 90 * DAY }, "but for no host name at all", STOPS },
		{ { .cn = "x", .san = "DNS:example.com,DNS:a.pix.example.com", .from = NOW, .to = NOW + 90 * DAY }, "but for example.com a.pix.example.com", STOPS },
		{ { .cn = "x", .eku = "clientAuth", .san = "DNS:pix.example.com", .from = NOW, .to = NOW + 90 * DAY }, "not meant for servers", STOPS },
		{ { .cn = "x", .san = "DNS:pix.example.com", .from = NOW + 1, .to = NOW + 90 * DAY }, "is not valid before 2026-11-21", STOPS },
		{ { .cn = "x", .san = "DNS:pix.example.com", .from = NOW - DAY, .to = NOW - 1 }, "has expired on 2026-11-21", NEVER },
		{ { .cn = "x", .san = "DNS:pix.example.com", .from = NOW - DAY, .to = NOW + 14 * DAY - 1 }, "in 13 days", SAYS },
		{ { .cn = "x", .san = "DNS:pix.example.com", .from = NOW - DAY, .to = NOW + DAY }, "in 1 day:", SAYS },
	};
	enum weight worst;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *text = judged(&rows[i].wish, &worst);

		if (!strstr(text, rows[i].says) || strchr(text, '|') != text + strlen(text) - 1)
			fail_msg("row %zu: '%s'", i, text);
		assert_int_equal(worst, rows[i].worst);
	}
}

static void days_are_whole_and_go_below_nought(void **state)
{
	struct cert c = { .until = NOW };

	(void)state;
	assert_int_equal(days_left(&c, NOW), 0);
	assert_int_equal(days_left(&c, NOW - DAY + 1), 0);
	assert_int_equal(days_left(&c, NOW - DAY), 1);
	assert_int_equal(days_left(&c, NOW + 1), -1);
	assert_int_equal(days_left(&c, NOW + DAY), -2);
}

static struct served shows(const char *address, const struct pki_wish *wish, enum tls_version version, enum tls_fail why)
{
	struct served s = { .seen = { .version = version, .fail = why } };

	snprintf(s.address, sizeof s.address, "%s", address);
	snprintf(s.why, sizeof s.why, "because");
	if (wish)
		s.list = made(wish);
	return s;
}

static void addresses_are_compared(void **state)
{
	const struct pki_wish wish = { .cn = "x", .from = NOW, .to = NOW + 90 * DAY };
	struct findings f = { 0 };
	struct host h = { .name = "pix.example.com", .port = 8443, .count = 3 };

	(void)state;
	h.item[0] = shows("192.0.2.1", NULL, TLS_OTHER, TLS_NO_ROUTE);
	h.item[1] = shows("192.0.2.2", &wish, TLS_1_2, TLS_AGREED);
	h.item[2] = shows("192.0.2.3", NULL, TLS_OTHER, TLS_TIMEOUT);
	assert_ptr_equal(host_leaf(&h), h.item[1].list.item);
	assert_true(host_agrees(&h));
	judge_host(&h, &f);
	assert_int_equal(f.count, 2);
	assert_int_equal(f.worst, SAYS);
	assert_string_equal(f.item[1].text, "192.0.2.3, port 8443: not reachable from here: because");
	h.item[2].seen.fail = TLS_NO_TLS;
	memset(&f, 0, sizeof f);
	judge_host(&h, &f);
	assert_int_equal(f.worst, STOPS);
	h.item[2] = shows("192.0.2.3", &wish, TLS_1_3, TLS_AGREED);	/* another key */
	assert_false(host_agrees(&h));
	memset(&f, 0, sizeof f);
	judge_host(&h, &f);
	assert_int_equal(f.count, 5);
	assert_int_equal(f.worst, NEVER);
	assert_non_null(strstr(f.item[4].text, "TLS 1.3 alone"));
	host_free(&h);
	host_free(&h);
	assert_null(host_leaf(&h));
}

static void findings_have_an_end(void **state)
{
	struct findings f = { 0 };

	(void)state;
	for (int i = 0; i < 2 * FINDINGS; i++)
		find(&f, SAYS, "%d", i);
	assert_int_equal(f.count, FINDINGS);
}

static void certbots_names_cover_a_host_as_certificates_do(void **state)
{
	static const struct {
		const char *domains, *host;
		bool covers;
	} rows[] = {
		{ "pix.example.com", "pix.example.com", true }, { "a.example PIX.example.com b.example", "pix.Example.com", true },
		{ "*.example.com", "pix.example.com", true }, { "  *.example.com\n", "PIX.EXAMPLE.COM", true },
		{ "*.example.com", "example.com", false }, { "*.example.com", "a.pix.example.com", false }, { "*.example.com", ".example.com", false },
		{ "*.example.com", "localhost", false }, { "*.example.com", "pix.example.com.br", false }, { "pix.example.com.br", "pix.example.com", false }, { "ix.example.com", "pix.example.com", false },
		{ "", "pix.example.com", false }, { " ", "", false }, { "* *.", "pix.example.com", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (renewed_covers(rows[i].domains, rows[i].host) != rows[i].covers)
			fail_msg("'%s' and %s", rows[i].domains, rows[i].host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_domain_may_carry_a_port),
		cmocka_unit_test(what_is_no_domain_is_refused),
		cmocka_unit_test(a_good_certificate_is_not_found_fault_with),
		cmocka_unit_test(each_fault_is_told_with_its_weight),
		cmocka_unit_test(days_are_whole_and_go_below_nought),
		cmocka_unit_test(addresses_are_compared),
		cmocka_unit_test(findings_have_an_end),
		cmocka_unit_test(certbots_names_cover_a_host_as_certificates_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
