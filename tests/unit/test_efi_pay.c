/* What is told of a payment: the bodies go through the parser that the gate has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "emul/efi_notice.h"
#include "emul/state_inside.h"
#include "lib/limits.h"
#include "pix/pix.h"
#include "pix/psp.h"

#include <cmocka.h>

#define NOW 1795262400000	/* 2026-11-21T12:00:00Z */
#define TXID "abcdefghijklmnopqrstuvwxyz"

static char dir[64];
static struct state *st;
static struct err e;
static struct efi_paid paid;

static int make(void **unused)
{
	struct emul_cob c = { .txid = TXID, .key = "loja@example.com", .cents = 1000, .at_ms = NOW, .expires_s = 60 };

	(void)unused;
	snprintf(dir, sizeof dir, "/tmp/test_efi_pay.XXXXXX");
	assert_non_null(mkdtemp(dir));
	memset(&e, 0, sizeof e);
	memset(&paid, 0, sizeof paid);
	st = state_open(dir, &e);
	assert_non_null(st);
	assert_true(state_cob_put(st, &c, &e));
	return 0;
}

static int drop(void **unused)
{
	char command[128];

	(void)unused;
	state_close(st);
	snprintf(command, sizeof command, "rm -rf %s", dir);
	return system(command);
}

static int64_t queued(void)
{
	int64_t n = -1;

	assert_true(state_number(st, "SELECT count(*) FROM callback WHERE due_ms IS NOT NULL", &n, &e));
	return n;
}

static void a_paid_charge_is_told_once(void **unused)
{
	struct emul_callback cb = { 0 };
	struct pix_batch b = { 0 };

	(void)unused;
	assert_true(efi_pay(st, NOW, TXID, NULL, 0, &paid, &e));
	assert_true(paid.announced);
	assert_false(paid.registered);
	assert_int_equal(strlen(paid.pix.e2eid), 32);
	assert_memory_equal(paid.pix.e2eid, "E09089356202611211200API", 24);
	assert_false(efi_pay(st, NOW, TXID, NULL, 0, &paid, &e));
	assert_int_equal(e.code, ERR_REFUSED);
	assert_int_equal(queued(), 1);
	assert_true(state_callback_take(st, NOW, &cb, &e));
	assert_string_equal(cb.key, "loja@example.com");
	pix_parse(&psp_efi, "", buf_str(&cb.body), cb.body.len, &b);
	assert_int_equal(b.count, 1);
	assert_false(b.unread);
	assert_int_equal(b.events[0].kind, PIX_RECEIVED);
	assert_string_equal(b.events[0].txid, TXID);
	assert_int_equal(b.events[0].cents, 1000);
	pix_batch_free(&b);
	buf_free(&cb.body);
}

static void what_cannot_be_paid_changes_nothing(void **unused)
{
	struct emul_cob c = { .txid = "large", .key = "k", .cents = 1001, .at_ms = NOW, .expires_s = 60 };

	(void)unused;
	assert_true(state_cob_put(st, &c, &e));
	assert_false(efi_pay(st, NOW, "large", NULL, 0, &paid, &e));
	assert_int_equal(e.code, ERR_REFUSED);
	assert_false(efi_pay(st, NOW + 60001, TXID, NULL, 0, &paid, &e));
	assert_int_equal(e.code, ERR_REFUSED);
	assert_false(efi_pay(st, NOW, "none", NULL, 0, &paid, &e));
	assert_int_equal(e.code, ERR_NOT_FOUND);
	assert_false(efi_pay(st, NOW, NULL, "not a key", 100, &paid, &e));
	assert_int_equal(e.code, ERR_USAGE);
	assert_int_equal(queued(), 0);
	assert_string_equal(paid.pix.e2eid, "");
	assert_true(efi_pay(st, NOW + 60000, TXID, NULL, 0, &paid, &e));
}

static void production_confirms_any_amount(void **unused)
{
	(void)unused;
	assert_false(efi_pay(st, NOW, NULL, "k", 1001, &paid, &e));
	assert_true(state_text_put(st, "environment", "production", &e));
	assert_true(efi_pay(st, NOW, NULL, "k", 1001, &paid, &e));
}

static void without_txid_it_is_told_where_the_key_asks_for_it(void **unused)
{
	(void)unused;
	assert_true(state_text_put(st, "config", "{\"pix\":{\"chaves\":{\"a.b@c.d\":{\"recebimento\":{\"webhook\":{\"notificar\":{\"pixSemTxid\":true}}}}}}}", &e));
	assert_true(efi_pay(st, NOW, NULL, "k", 100, &paid, &e));
	assert_false(paid.announced);
	assert_int_equal(queued(), 0);
	assert_true(efi_pay(st, NOW, NULL, "a.b@c.d", 100, &paid, &e));
	assert_true(paid.announced);
	assert_int_equal(queued(), 1);
}

static void the_body_is_compact_and_in_the_order_that_was_seen(void **unused)
{
	struct emul_pix p = { .e2eid = "E1", .txid = "t", .key = "k", .cents = 5, .at_ms = NOW };
	struct buf b = BUF(LIMIT_BODY);

	(void)unused;
	assert_true(state_text_put(st, "config", "{\"pix\":{\"chaves\":{\"k\":{\"recebimento\":{\"webhook\":{\"notificacao\":{\"tarifa\":true}}}}}}}", &e));
	assert_true(efi_received(st, &p, &b, &e));
	assert_string_equal(buf_str(&b), "{\"pix\":[{\"endToEndId\":\"E1\",\"txid\":\"t\",\"chave\":\"k\",\"valor\":\"0.05\",\"horario\":\"2026-11-21T12:00:00.000Z\","
		"\"infoPagador\":\"Teste de pagamento em ambiente sandbox\",\"gnExtras\":{\"tarifa\":\"0.01\"}}]}");
	buf_free(&b);
}

static void each_kind_is_what_the_gate_takes_it_for(void **unused)
{
	static const struct {
		const char *kind, *status;
		int first;
		size_t least;
	} rows[] = {
		{ "received", NULL, PIX_RECEIVED, 1 }, { "refund", NULL, PIX_RECEIVED, 2 }, { "sent", NULL, PIX_SENT, 1 },
		{ "sent", "NAO_REALIZADO", PIX_SENT, 1 }, { "rec", NULL, PIX_RECURRENCE, 1 }, { "cobr", NULL, PIX_CHARGE, 1 },
		{ "cobr", "CONCLUIDA", PIX_CHARGE, 1 },
	};
	bool registered;

	(void)unused;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct efi_notice n = { .kind = rows[i].kind, .key = "k", .status = rows[i].status };
		struct buf body = BUF(LIMIT_BODY);
		struct pix_batch b = { 0 };

		assert_true(efi_notify(st, NOW, &n, &body, &registered, &e));
		pix_parse(&psp_efi, "", buf_str(&body), body.len, &b);
		if (b.unread)
			fail_msg("%s: %s", rows[i].kind, b.why);
		assert_true(b.count >= rows[i].least);
		assert_int_equal(b.events[0].kind, rows[i].first);
		if (rows[i].status)
			assert_string_equal(b.events[0].status, rows[i].status);
		assert_int_equal(queued(), i + 1);
		pix_batch_free(&b);
		buf_free(&body);
	}
}

static void a_notice_that_makes_no_sense_is_refused(void **unused)
{
	static const struct efi_notice bad[] = {
		{ .kind = "gift", .key = "k" }, { .kind = "received" }, { .kind = "received", .key = "a b" },
		{ .kind = "received", .key = "k", .txid = "a-b" }, { .kind = "rec", .e2eid = "R23456789012345678901234567890123" },
		{ .kind = "refund", .key = "k", .status = "" },
	};
	struct buf body = BUF(LIMIT_BODY);
	bool registered;

	(void)unused;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_false(efi_notify(st, NOW, &bad[i], &body, &registered, &e));
		assert_int_equal(e.code, ERR_USAGE);
	}
	assert_int_equal(queued(), 0);
	buf_free(&body);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, make, drop)
	const struct CMUnitTest tests[] = {
		T(a_paid_charge_is_told_once), T(what_cannot_be_paid_changes_nothing), T(production_confirms_any_amount),
		T(without_txid_it_is_told_where_the_key_asks_for_it), T(the_body_is_compact_and_in_the_order_that_was_seen),
		T(each_kind_is_what_the_gate_takes_it_for), T(a_notice_that_makes_no_sense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
