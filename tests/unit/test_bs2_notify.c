/* BS2's events: the bodies go through the parser that the gate has. */
#include "tests/unit/bs2_scene.h"

#include "emul/bs2_notice.h"
#include "pix/pix.h"
#include "pix/psp.h"

static struct buf body;
static enum bs2_silence why;

static bool tell(const struct bs2_notice *n)
{
	buf_free(&body);
	body = BUF(LIMIT_BODY);
	memset(&e, 0, sizeof e);
	return bs2_notify(bank.state, NOW, n, &body, &why, &e);
}

static void registered(const char *kind, const char *event, bool only_txid, int64_t account)
{
	struct emul_webhook w = { .url = "https://shop.example.com/", .only_txid = only_txid, .account = account };

	snprintf(w.kind, sizeof w.kind, "%s", kind);
	snprintf(w.key, sizeof w.key, "%s", event);
	assert_true(state_webhook_put(bank.state, &w, &e));
}

static int queued(void)
{
	struct emul_callback cb = { 0 };
	struct err none = { 0 };
	int n = 0;

	while (state_callback_take(bank.state, NOW, &cb, &none)) {
		buf_free(&cb.body);
		n++;
	}
	return n;
}

static struct pix_event read_body(const struct psp *psp, const char *event)
{
	struct pix_batch b = { 0 };
	struct pix_event got;

	pix_parse(psp, event, buf_str(&body), body.len, &b);
	assert_false(b.unread);
	assert_int_equal(b.count, 1);
	got = b.events[0];
	pix_batch_free(&b);
	return got;
}

static void every_event_is_what_the_gate_takes_it_for(void **unused)
{
	static const struct {
		const char *event, *psp, *status;
		enum pix_kind kind;
		bool cents;
	} row[] = {
		{ "Recebimento", "bs2", "EFETIVADO", PIX_RECEIVED, true },
		{ "Pagamento", "bs2", "Confirmado", PIX_PAYMENT, true },
		{ "RecebimentoFinalizado", "bs2-indirect", "ACCC", PIX_RECEIVED, false },
		{ "DevolucaoFinalizada", "bs2-indirect", "ACCC", PIX_REFUND, false },
		{ "PagamentoFinalizado", "bs2-indirect", "ACCC", PIX_PAYMENT, false },
		{ "RestituicaoFinalizada", "bs2-indirect", "ACCC", PIX_RETURN, false },
		{ "ValidacaoRecebimento", "bs2-indirect", "ACSP", PIX_VALIDATION, true },
		{ "ValidacaoRestituicao", "bs2-indirect", "ACSP", PIX_VALIDATION, true },
		{ "ValidacaoRecebimentoCanalSecundario", "bs2-indirect", "ACSP", PIX_VALIDATION, true },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct pix_event v;

		registered(row[i].psp, row[i].event, false, 0);
		assert_true(tell(&(struct bs2_notice){ .event = row[i].event, .e2eid = "E1", .cents = 1230 + (int64_t)i }));
		assert_int_equal(why, BS2_TOLD);
		assert_int_equal(queued(), 1);
		v = read_body(*row[i].psp == 'b' && row[i].psp[3] ? &psp_bs2_indirect : &psp_bs2, row[i].psp[3] ? row[i].event : "");
		assert_int_equal(v.kind, row[i].kind);
		assert_string_equal(v.e2eid, "E1");
		assert_string_equal(v.status, row[i].status);
		assert_int_equal(v.cents, row[i].cents ? 1230 + (int64_t)i : 0);
	}
}

static void ids_end_as_bs2_makes_them(void **unused)
{
	(void)unused;
	assert_true(tell(&(struct bs2_notice){ .event = "Recebimento" }));
	assert_non_null(strstr(buf_str(&body), "\"E90400888202611211200"));
	assert_int_equal(strlen(read_body(&psp_bs2, "").e2eid), 32);
	assert_true(tell(&(struct bs2_notice){ .event = "PagamentoFinalizado" }));
	assert_memory_equal(read_body(&psp_bs2_indirect, "PagamentoFinalizado").e2eid, "E71027866202611211200", 21);
	assert_int_equal(read_body(&psp_bs2_indirect, "PagamentoFinalizado").e2eid[31], 'P');
	assert_true(tell(&(struct bs2_notice){ .event = "DevolucaoFinalizada" }));
	assert_int_equal(read_body(&psp_bs2_indirect, "DevolucaoFinalizada").ref[31], 'D');
}

static void a_receipt_says_what_it_was_given(void **unused)
{
	struct pix_event v;

	(void)unused;
	assert_true(tell(&(struct bs2_notice){ .event = "Recebimento", .txid = "t1", .key = "a@b.c", .cents = 1250, .status = "X" }));
	v = read_body(&psp_bs2, "");
	assert_string_equal(v.txid, "t1");
	assert_string_equal(v.key, "a@b.c");
	assert_string_equal(v.status, "X");
	assert_int_equal(v.cents, 1250);
	assert_int_equal(v.at_ms, NOW);
}

static void a_receipt_is_kept_once_and_told_again(void **unused)
{
	char first[4096];

	(void)unused;
	registered("bs2", "Recebimento", false, 0);
	assert_true(tell(&(struct bs2_notice){ .event = "Recebimento", .e2eid = "E1", .txid = "t", .cents = 700 }));
	snprintf(first, sizeof first, "%s", buf_str(&body));
	assert_int_equal(ask("GET", BASE "/pix/E1", ""), 200);
	SAYS("\"valor\":\"7.00\"");
	assert_true(tell(&(struct bs2_notice){ .event = "Recebimento", .e2eid = "E1" }));
	assert_string_equal(buf_str(&body), first);
	assert_int_equal(queued(), 2);
	assert_false(tell(&(struct bs2_notice){ .event = "Recebimento", .e2eid = "E1", .cents = 1 }));
	assert_int_equal(e.code, ERR_USAGE);
	assert_int_equal(queued(), 0);
}

static void another_psps_pix_is_refused(void **unused)
{
	struct emul_pix other = { .psp = "efi", .e2eid = "E1", .cents = 1, .at_ms = NOW };

	(void)unused;
	assert_true(state_pix_put(bank.state, &other, &e));
	assert_false(tell(&(struct bs2_notice){ .event = "Recebimento", .e2eid = "E1" }));
	assert_int_equal(e.code, ERR_REFUSED);
}

static void a_payment_is_not_among_the_receipts(void **unused)
{
	(void)unused;
	assert_true(tell(&(struct bs2_notice){ .event = "Pagamento", .e2eid = "E1" }));
	assert_int_equal(ask("GET", BASE "/pix/E1", ""), 404);
}

static void who_is_not_registered_is_not_told(void **unused)
{
	(void)unused;
	registered("bs2", "Pagamento", false, 0);
	registered("bs2-indirect", "Recebimento", false, 0);
	assert_true(tell(&(struct bs2_notice){ .event = "Recebimento" }));
	assert_int_equal(why, BS2_NO_URL);
	assert_int_equal(queued(), 0);
}

static void a_receipt_without_txid_is_not_told_where_only_those_with_one_are_wanted(void **unused)
{
	(void)unused;
	registered("bs2", "Recebimento", true, 0);
	registered("bs2", "Pagamento", true, 0);
	assert_true(tell(&(struct bs2_notice){ .event = "Recebimento" }));
	assert_int_equal(why, BS2_NO_TXID);
	assert_int_equal(queued(), 0);
	assert_true(tell(&(struct bs2_notice){ .event = "Recebimento", .txid = "t" }));
	assert_true(tell(&(struct bs2_notice){ .event = "Pagamento" }));
	assert_int_equal(queued(), 2);
}

static void another_accounts_event_is_not_told(void **unused)
{
	(void)unused;
	registered("bs2", "Recebimento", false, 7);
	assert_true(tell(&(struct bs2_notice){ .event = "Recebimento", .account = 8 }));
	assert_int_equal(why, BS2_OTHER_ACCOUNT);
	assert_int_equal(queued(), 0);
	assert_true(tell(&(struct bs2_notice){ .event = "Recebimento", .account = 7 }));
	assert_true(tell(&(struct bs2_notice){ .event = "Recebimento" }));
	assert_int_equal(queued(), 2);
}

static void an_unknown_event_is_told_the_known_ones(void **unused)
{
	(void)unused;
	assert_false(tell(&(struct bs2_notice){ .event = "recebimento" }));
	assert_int_equal(e.code, ERR_USAGE);
	assert_non_null(strstr(e.text, "Recebimento, Pagamento, RecebimentoFinalizado, DevolucaoFinalizada, PagamentoFinalizado, RestituicaoFinalizada, "
		"ValidacaoRecebimento, ValidacaoRestituicao, ValidacaoRecebimentoCanalSecundario"));
}

static void values_of_no_shape_are_refused(void **unused)
{
	static const struct bs2_notice bad[] = {
		{ .event = "Pagamento", .e2eid = "" }, { .event = "Pagamento", .e2eid = "E 1" }, { .event = "Pagamento", .e2eid = "E12345678901234567890123456789012" },
		{ .event = "Pagamento", .txid = "a-b" }, { .event = "Pagamento", .txid = "123456789012345678901234567890123456" }, { .event = "Pagamento", .key = "a b" },
		{ .event = "Pagamento", .status = "\"" },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_false(tell(&bad[i]));
		assert_int_equal(e.code, ERR_USAGE);
		assert_int_equal(body.len, 0);
	}
}

static int end(void **unused)
{
	buf_free(&body);
	return drop(unused);
}

#undef TEST
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_event_is_what_the_gate_takes_it_for),
		TEST(ids_end_as_bs2_makes_them),
		TEST(a_receipt_says_what_it_was_given),
		TEST(a_receipt_is_kept_once_and_told_again),
		TEST(another_psps_pix_is_refused),
		TEST(a_payment_is_not_among_the_receipts),
		TEST(who_is_not_registered_is_not_told),
		TEST(a_receipt_without_txid_is_not_told_where_only_those_with_one_are_wanted),
		TEST(another_accounts_event_is_not_told),
		TEST(an_unknown_event_is_told_the_known_ones),
		TEST(values_of_no_shape_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
