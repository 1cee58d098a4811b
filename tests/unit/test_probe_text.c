/* What the probe sends: paths as each PSP makes them, and bodies that nobody can take for a payment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "check/probe_run.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

#include "lib/limits.h"
#include "pix/test_event.h"

#define NOW INT64_C(1795262400000)	/* 2026-11-21T12:00:00Z */
#define OTHER "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"

static struct target target(enum mode mode, const struct psp *psp, const char *path, const char *query, const char *secret)
{
	return (struct target){ .mode = mode, .psp = psp, .host = "pix.example.com", .port = 443, .path = path, .query = query, .secret = secret,
		.authorization = "", .ca = "", .pin = "", .server = "" };
}

static void is(struct target t, enum request what, const char *want)
{
	struct buf b = BUF(LIMIT_API_URL);
	bool ok = text_path(&t, what, OTHER, &b);

	assert_true(ok == (want != NULL));
	if (want)
		assert_string_equal(buf_str(&b), want);
	buf_free(&b);
}

static void a_suffix_stands_behind_the_whole_url(void **state)
{
	struct target t = target(MODE_EFI_SKIP, &psp_efi, "/webhook", "hmac=abc0&ignorar=", "abc0");

	(void)state;
	is(t, REQ_PING, "/webhook?hmac=abc0&ignorar=");
	is(t, REQ_PIX, "/webhook?hmac=abc0&ignorar=/pix");
	is(t, REQ_REC, "/webhook?hmac=abc0&ignorar=/rec");
	is(t, REQ_COBR, "/webhook?hmac=abc0&ignorar=/cobr");
	is(t, REQ_GLUED, "/webhook?hmac=abc0/pix");
	is(t, REQ_SLASH, "/webhook//pix?hmac=abc0&ignorar=");
	is(t, REQ_EVENT, NULL);
	is(t, REQ_NO_AUTH, NULL);
	t = target(MODE_EFI_MTLS, &psp_efi, "/webhook", "", "");
	is(t, REQ_PIX, "/webhook/pix");
	is(t, REQ_SLASH, "/webhook//pix");
	is(t, REQ_GLUED, NULL);
	is(t, REQ_NO_SECRET, NULL);
	is(t, REQ_BAD_SECRET, NULL);
	t.path = "/webhook/";
	is(t, REQ_PIX, "/webhook//pix");
	is(t, REQ_SLASH, "/webhook//pix");
}

static void a_secret_goes_and_the_rest_stays(void **state)
{
	struct target t = target(MODE_EFI_SKIP, &psp_efi, "/w", "hmac=abc0&ignorar=", "abc0");

	(void)state;
	is(t, REQ_NO_SECRET, "/w?ignorar=");
	is(t, REQ_BAD_SECRET, "/w?hmac=fedc&ignorar=");
	t.query = "a=1&hmac=abc0";
	is(t, REQ_NO_SECRET, "/w?a=1");
	t.query = "hmac=abc0";
	is(t, REQ_NO_SECRET, "/w");
	t.query = "hmac=abc0&again=abc0&x=";
	is(t, REQ_NO_SECRET, "/w?x=");
	is(t, REQ_BAD_SECRET, "/w?hmac=fedc&again=fedc&x=");
	t.query = "hmac=a%2Fb&x=";	/* as the URL writes it */
	t.secret = "a/b";
	is(t, REQ_NO_SECRET, "/w?x=");
	is(t, REQ_BAD_SECRET, "/w?hmac=fedc0&x=");
	t.query = "hmac=other";		/* it is not in there: nothing can be left out */
	is(t, REQ_NO_SECRET, NULL);
	is(t, REQ_BAD_SECRET, NULL);
	is(t, REQ_GLUED, NULL);
}

static void the_wrong_secret_is_never_the_right_one(void **state)
{
	struct target t = target(MODE_EFI_SKIP, &psp_efi, "/w", "hmac=fedc", "fedc");

	(void)state;
	is(t, REQ_BAD_SECRET, "/w?hmac=fed0");
	t.query = "hmac=f";
	t.secret = "f";
	is(t, REQ_BAD_SECRET, "/w?hmac=0");
}

static void bs2_has_no_suffix_and_an_indirect_participant_a_path_per_event(void **state)
{
	struct target t = target(MODE_BS2, &psp_bs2, "/bs2", "", "");

	(void)state;
	is(t, REQ_PING, "/bs2");
	is(t, REQ_PIX, NULL);
	is(t, REQ_SLASH, NULL);
	is(t, REQ_EVENT, NULL);
	t = target(MODE_BS2_INDIRECT, &psp_bs2_indirect, "/bs2", "hmac=ab", "ab");
	is(t, REQ_EVENT, "/bs2/RecebimentoFinalizado?hmac=ab");
	t.path = "/bs2/";
	is(t, REQ_EVENT, "/bs2/RecebimentoFinalizado?hmac=ab");
	t.path = "/bs2/DevolucaoFinalizada";
	is(t, REQ_EVENT, "/bs2/DevolucaoFinalizada?hmac=ab");
	t.authorization = "Basic eDp5";
	is(t, REQ_NO_AUTH, "/bs2/DevolucaoFinalizada?hmac=ab");
}

static void elsewhere_is_beside_the_path_and_tells_no_secret(void **state)
{
	struct target t = target(MODE_EFI_SKIP, &psp_efi, "/a/webhook", "hmac=abc0", "abc0");

	(void)state;
	is(t, REQ_ELSEWHERE, "/a/pixgate-check-fedcba9876543210");
	t.path = "/webhook";
	is(t, REQ_ELSEWHERE, "/pixgate-check-fedcba9876543210");
}

static void what_is_no_part_of_a_url_is_not_sent(void **state)
{
	struct target t = target(MODE_EFI_SKIP, &psp_efi, "/w\r\nX: y", "", "");
	struct buf b = BUF(100);

	(void)state;
	is(t, REQ_PING, NULL);
	t.path = "/w";
	t.query = "a b";
	is(t, REQ_PING, NULL);
	t.path = "w";
	t.query = "";
	is(t, REQ_PING, NULL);
	t.host = "a\r\nb";
	assert_false(text_host(&t, &b));
	buf_free(&b);
}

static void a_host_has_its_port_and_brackets(void **state)
{
	struct target t = target(MODE_EFI_SKIP, &psp_efi, "/w", "", "");
	struct buf b = BUF(100);

	(void)state;
	assert_true(text_host(&t, &b));
	assert_string_equal(buf_str(&b), "pix.example.com");
	buf_reset(&b);
	t.host = "2001:db8::7";
	t.port = 8443;
	assert_true(text_host(&t, &b));
	assert_string_equal(buf_str(&b), "[2001:db8::7]:8443");
	buf_free(&b);
}

static void parsed(const struct psp *psp, enum request what, const char *event, enum pix_kind kind, const char *id)
{
	struct target t = target(MODE_EFI_SKIP, psp, "/w", "", "");
	struct buf b = BUF(4096);
	struct pix_batch batch = { 0 };

	assert_true(text_event(&t, what, NOW, &b));
	pix_parse(psp, event, b.data, b.len, &batch);
	assert_int_equal(batch.count, 1);
	assert_int_equal(batch.events[0].kind, kind);
	assert_string_equal(batch.events[0].e2eid, id);
	assert_true(pix_is_test(batch.events[0].e2eid));
	assert_non_null(strstr(b.data, "a test, no payment"));
	pix_batch_free(&batch);
	buf_free(&b);
}

static void every_event_is_understood_and_is_a_test(void **state)
{
	static const char e2eid[] = "E99999999202611211200PIXGATETEST", rec[] = "RN9999999920261121PIXGATETEST";

	(void)state;
	parsed(&psp_efi, REQ_PIX, "", PIX_RECEIVED, e2eid);
	parsed(&psp_efi, REQ_GLUED, "", PIX_RECEIVED, e2eid);
	parsed(&psp_bacen, REQ_SLASH, "", PIX_RECEIVED, e2eid);
	parsed(&psp_efi, REQ_REC, "", PIX_RECURRENCE, rec);
	parsed(&psp_efi, REQ_COBR, "", PIX_CHARGE, rec);
	parsed(&psp_bs2_indirect, REQ_EVENT, "RecebimentoFinalizado", PIX_RECEIVED, e2eid);
	for (const struct psp_event *e = psp_bs2_indirect.events; e->fields; e++)
		parsed(&psp_bs2_indirect, REQ_EVENT, e->name, e->kind, e2eid);
}

static void a_ping_and_a_large_body_are_no_events(void **state)
{
	struct buf b = BUF(LIMIT_BODY + 1);
	struct pix_batch batch = { 0 };

	(void)state;
	assert_true(text_large(LIMIT_BODY + 1, &b));
	assert_int_equal(b.len, LIMIT_BODY + 1);
	pix_parse(&psp_efi, "", b.data, b.len, &batch);
	assert_int_equal(batch.count, 0);
	pix_batch_free(&batch);
	pix_parse(&psp_efi, "", probe_ping, strlen(probe_ping), &batch);
	assert_int_equal(batch.count, 0);
	pix_batch_free(&batch);
	buf_reset(&b);
	assert_false(text_large(LIMIT_BODY + 2, &b));
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_suffix_stands_behind_the_whole_url),
		cmocka_unit_test(a_secret_goes_and_the_rest_stays),
		cmocka_unit_test(the_wrong_secret_is_never_the_right_one),
		cmocka_unit_test(bs2_has_no_suffix_and_an_indirect_participant_a_path_per_event),
		cmocka_unit_test(elsewhere_is_beside_the_path_and_tells_no_secret),
		cmocka_unit_test(what_is_no_part_of_a_url_is_not_sent),
		cmocka_unit_test(a_host_has_its_port_and_brackets),
		cmocka_unit_test(every_event_is_understood_and_is_a_test),
		cmocka_unit_test(a_ping_and_a_large_body_are_no_events),
	};

	return cmocka_run_group_tests_name("probe_text", tests, NULL, NULL);
}
