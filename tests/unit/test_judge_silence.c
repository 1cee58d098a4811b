/* Opinions on a PSP that says nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "check/report.h"
#include "check/silence.h"

#include <cmocka.h>

#define FROM 1795176000000LL	/* 2026-11-20T12:00:00Z */
#define TO 1795262400000LL

static struct silence_seen asked(const struct psp *psp, int64_t paid, int64_t heard)
{
	struct silence_seen s = { .hook = "loja", .psp = psp, .since_ms = FROM, .until_ms = TO, .asked = true, .whole = true, .paid = paid, .cents = paid * 1050,
		.heard = heard };

	for (int64_t i = heard; i < paid && s.listed < SILENCE_LISTED; i++)
		snprintf(s.e2eid[s.listed++], sizeof s.e2eid[0], "E%lld", (long long)i);
	return s;
}

static const struct finding *named(const struct findings *f, const char *id)
{
	for (size_t i = 0; i < f->count; i++)
		if (!strcmp(f->item[i].check->id, id))
			return &f->item[i];
	return NULL;
}

/* The finding of that id; severity -1: there is none. says: what it saw. */
static void finds(const struct silence_seen *s, const char *id, int severity, const char *says)
{
	const struct finding *x;
	struct findings f;

	silence_judge(s, &f);
	x = named(&f, id);
	if ((x ? (int)x->severity : -1) != severity || (says && !strstr(x->seen, says)))
		fail_msg("%s: %d '%s'", id, x ? (int)x->severity : -1, x ? x->seen : "");
	findings_free(&f);
	findings_free(&f);
}

static enum severity verdict(const struct silence_seen *s)
{
	struct findings f;
	enum severity worst;

	silence_judge(s, &f);
	worst = report_verdict(&f);
	findings_free(&f);
	return worst;
}

static void money_that_nobody_told_of_fails(void **state)
{
	struct silence_seen s = asked(&psp_efi, 12, 0);

	(void)state;
	finds(&s, "silence.asked", SEVERITY_OK, "12 Pix from 2026-11-20T12:00:00.000Z to 2026-11-21T12:00:00.000Z");
	finds(&s, "silence.heard", SEVERITY_FAIL, "12 Pix, R$ 126,00 in all, were received, and its own call told of none; it has never told of anything: E0, E1, E2 and 9 more");
	finds(&s, "silence.some", -1, NULL);
	finds(&s, "silence.txid", -1, NULL);
	assert_int_equal(verdict(&s), SEVERITY_FAIL);
	s.last_ms = FROM - 1000;
	finds(&s, "silence.heard", SEVERITY_FAIL, "the last that it told of anything was at 2026-11-20T11:59:59.000Z");
	s = asked(&psp_efi, 1, 0);
	finds(&s, "silence.heard", SEVERITY_FAIL, "1 Pix, R$ 10,50, was received, and its own call did not tell of it");
}

/* Else who reconciles every few minutes would never hear that the webhook is dead. */
static void what_reconcile_found_was_not_told(void **state)
{
	struct silence_seen s = asked(&psp_efi, 2, 0);

	(void)state;
	s.filled = 2;
	finds(&s, "silence.heard", SEVERITY_FAIL, "pixgate reconcile found 2 of them");
}

static void no_money_and_all_told_are_well(void **state)
{
	struct silence_seen s = asked(&psp_efi, 0, 0);

	(void)state;
	finds(&s, "silence.heard", SEVERITY_OK, "nothing was received");
	assert_int_equal(verdict(&s), SEVERITY_OK);
	s = asked(&psp_efi, 12, 12);
	s.bare = s.bare_heard = 3;
	finds(&s, "silence.heard", SEVERITY_OK, "12 Pix of 12");
	finds(&s, "silence.some", -1, NULL);
	finds(&s, "silence.txid", SEVERITY_OK, "3 of 3");
	assert_int_equal(verdict(&s), SEVERITY_OK);
}

static void some_that_are_missing_warn(void **state)
{
	struct silence_seen s = asked(&psp_efi, 12, 10);

	(void)state;
	finds(&s, "silence.heard", SEVERITY_OK, "10 Pix of 12");
	finds(&s, "silence.some", SEVERITY_WARN, "2 Pix of 12 its own call did not tell of: E10, E11");
	s.bare = 2;
	s.bare_heard = 1;
	finds(&s, "silence.some", SEVERITY_WARN, NULL);
	finds(&s, "silence.txid", SEVERITY_OK, "1 of 2");
}

static void those_without_a_txid_alone_have_a_cause_of_their_own(void **state)
{
	struct silence_seen s = asked(&psp_efi, 12, 10);

	(void)state;
	s.bare = 2;
	finds(&s, "silence.some", -1, NULL);
	finds(&s, "silence.txid", SEVERITY_WARN, "none of 2 Pix without a txid, and each of the others: E10, E11");
	assert_int_equal(verdict(&s), SEVERITY_WARN);
}

static void an_api_that_cannot_be_asked_is_no_alarm(void **state)
{
	struct silence_seen s = { .hook = "loja", .psp = &psp_efi, .why = "hook \"loja\": client_id is not set" };

	(void)state;
	finds(&s, "silence.asked", SEVERITY_WARN, "client_id is not set");
	finds(&s, "silence.heard", -1, NULL);
	assert_int_equal(verdict(&s), SEVERITY_WARN);
	s = asked(&psp_bs2, 3, 3);
	s.whole = false;
	strcpy(s.unwhole, "the PSP gave one page, and it is full");
	finds(&s, "silence.asked", SEVERITY_NOTE, "and perhaps more: the PSP gave one page");
	finds(&s, "silence.heard", SEVERITY_OK, NULL);
}

static void the_causes_are_the_psps_and_name_the_hook(void **state)
{
	static const struct {
		const struct psp *psp;
		const char *first, *also;
	} rows[] = {
		{ &psp_efi, "pixgate webhook get loja", "34.193.116.226" }, { &psp_efi, "pixgate webhook get loja", "pixSemTxid" },
		{ &psp_bs2, "pixgate cert push loja", "somenteComTxId" }, { &psp_bs2, "pixgate cert push loja", "contaNumero" },
		{ &psp_bacen, "pixgate webhook get loja", "pixgate check loja" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct silence_seen s = asked(rows[i].psp, 1, 0);
		const struct finding *x;
		struct findings f;

		silence_judge(&s, &f);
		x = named(&f, "silence.heard");
		assert_memory_equal(x->fix, rows[i].first, strlen(rows[i].first));
		assert_non_null(strstr(x->fix, rows[i].also));
		assert_non_null(strstr(x->fix, "pixgate reconcile loja --fix"));
		assert_null(strstr(x->fix, "HOOK"));
		findings_free(&f);
	}
}

static void where_nothing_has_a_txid_that_is_looked_at_first(void **state)
{
	struct silence_seen s = asked(&psp_efi, 2, 0);
	struct findings f;

	(void)state;
	s.bare = 2;
	silence_judge(&s, &f);
	assert_memory_equal(named(&f, "silence.heard")->fix, "None of them has a txid", 23);
	findings_free(&f);
}

static void the_missing_are_listed_and_bounded(void **state)
{
	struct silence_seen s = asked(&psp_efi, 1000, 0);
	struct buf out = BUF(256 * 1024);
	struct findings f;

	(void)state;
	silence_judge(&s, &f);
	assert_int_equal(named(&f, "silence.heard")->e2eids, SILENCE_LISTED);
	assert_string_equal(named(&f, "silence.heard")->e2eid[49], "E49");
	assert_int_equal(named(&f, "silence.asked")->e2eids, 0);
	report_json(NULL, &f, &out);
	assert_non_null(strstr(buf_str(&out), "\"mode\":\"silence\",\"hook\":\"loja\","));
	assert_non_null(strstr(buf_str(&out), "\"e2eids\":[\"E0\",\"E1\","));
	assert_non_null(strstr(buf_str(&out), ",\"E49\"]}"));
	buf_reset(&out);
	report_junit(NULL, &f, false, &out);
	assert_non_null(strstr(buf_str(&out), "<testsuite name=\"pixgate check hook loja\" tests=\"2\" failures=\"1\""));
	assert_non_null(strstr(buf_str(&out), "classname=\"pixgate.check.silence\" name=\"silence.heard\""));
	buf_reset(&out);
	report_text(NULL, &f, &(struct report_style){ .width = 0 }, &out);
	assert_memory_equal(buf_str(&out), "hook loja\n", 10);
	assert_non_null(strstr(buf_str(&out), "fix first: silence.heard: pixgate webhook get loja"));
	buf_free(&out);
	findings_free(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(money_that_nobody_told_of_fails),
		cmocka_unit_test(what_reconcile_found_was_not_told),
		cmocka_unit_test(no_money_and_all_told_are_well),
		cmocka_unit_test(some_that_are_missing_warn),
		cmocka_unit_test(those_without_a_txid_alone_have_a_cause_of_their_own),
		cmocka_unit_test(an_api_that_cannot_be_asked_is_no_alarm),
		cmocka_unit_test(the_causes_are_the_psps_and_name_the_hook),
		cmocka_unit_test(where_nothing_has_a_txid_that_is_looked_at_first),
		cmocka_unit_test(the_missing_are_listed_and_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
