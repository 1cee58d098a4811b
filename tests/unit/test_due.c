/* What comes about by itself: charges that the sandbox pays. */
#include "efi_scene.h"

#define TXID "abcdefghijklmnopqrstuvwxyz"
#define CHARGE(cents) "{\"chave\":\"k\",\"valor\":{\"original\":\"" cents "\"}}"

static int64_t payments(void)
{
	struct err e = { 0 };
	int64_t n = -1;

	assert_true(state_text_put(bank.state, "environment", "sandbox", &e));
	assert_int_equal(ask("GET", "/v2/pix?inicio=2020-01-01T00:00:00Z&fim=2030-01-01T00:00:00Z", ""), 200);
	assert_int_equal(sscanf(strstr(answer, "quantidadeTotalDeItens"), "quantidadeTotalDeItens\":%" PRId64, &n), 1);
	return n;
}

static void a_small_charge_is_paid_half_a_minute_later(void **unused)
{
	(void)unused;
	assert_int_equal(ask("PUT", "/v2/cob/" TXID, CHARGE("10.00")), 201);
	SAYS("ATIVA");
	pass(29999);
	assert_int_equal(payments(), 0);
	pass(1);
	assert_int_equal(payments(), 1);
	assert_int_equal(tells, 1);
	TOLD(0, "\"txid\":\"" TXID "\",\"chave\":\"k\",\"valor\":\"10.00\"");
	assert_int_equal(ask("GET", "/v2/cob/" TXID, ""), 200);
	SAYS("CONCLUIDA");
	pass(1000000);
	assert_int_equal(tells, 1);
}

static void a_large_charge_stays_active(void **unused)
{
	struct emul_callback cb;
	struct err e = { 0 };

	(void)unused;
	assert_int_equal(ask("PUT", "/v2/cob/" TXID, CHARGE("10.01")), 201);
	assert_false(state_callback_take(bank.state, INT64_MAX, &cb, &e));
	pass(1000000);
	assert_int_equal(payments(), 0);
	assert_int_equal(ask("GET", "/v2/cob/" TXID, ""), 200);
	SAYS("ATIVA");
}

static void with_manual_and_in_production_nothing_is_paid_by_itself(void **unused)
{
	(void)unused;
	bank.manual = true;
	assert_int_equal(ask("PUT", "/v2/cob/" TXID, CHARGE("1.00")), 201);
	bank.manual = false;
	pass(1000000);
	assert_int_equal(payments(), 0);
	bank.sandbox = false;
	assert_int_equal(ask("PUT", "/v2/cob/" TXID "1", CHARGE("1.00")), 201);
	bank.sandbox = true;
	pass(1000000);
	assert_int_equal(payments(), 0);
	/* and what was queued when another rule held is not done under this one */
	assert_int_equal(ask("PUT", "/v2/cob/" TXID "2", CHARGE("1.00")), 201);
	bank.manual = true;
	pass(1000000);
	assert_int_equal(payments(), 0);
}

static void whoever_pays_sooner_it_is_paid_once(void **unused)
{
	struct efi_paid paid;
	struct err e = { 0 };

	(void)unused;
	assert_int_equal(ask("PUT", "/v2/cob/" TXID, CHARGE("1.00")), 201);
	clock_ms += 1000;
	assert_true(efi_pay(bank.state, clock_ms, TXID, NULL, 0, &paid, &e));
	pass(1000000);
	assert_int_equal(payments(), 1);
	assert_int_equal(tells, 1);
}

static void what_is_queued_outlives_the_program(void **unused)
{
	struct emul_callback cb = { 0 };
	struct err e = { 0 };

	(void)unused;
	assert_int_equal(ask("PUT", "/v2/cob/" TXID, CHARGE("1.00")), 201);
	clock_ms += 30000;
	/* killed in the middle of it */
	assert_true(state_callback_take(bank.state, clock_ms, &cb, &e));
	buf_free(&cb.body);
	state_close(bank.state);
	bank.state = state_open(dir, &e);
	assert_true(state_callback_free_all(bank.state, &e));
	pass(0);
	assert_int_equal(payments(), 1);
	assert_int_equal(tells, 1);
}

static void done_twice_is_done_once(void **unused)
{
	struct emul_callback cb = { .kind = DUE_COB, .body = BUF(100) };
	struct err e = { 0 };
	char how[128];

	(void)unused;
	assert_int_equal(ask("PUT", "/v2/cob/" TXID, CHARGE("1.00")), 201);
	buf_puts(&cb.body, TXID);
	assert_true(due_do(&bank, &cb, how, &e));
	assert_string_equal(how, "done");
	assert_true(due_do(&bank, &cb, how, &e));
	assert_non_null(strstr(how, "paid already"));
	buf_free(&cb.body);
	assert_int_equal(payments(), 1);
}

static void the_wait_is_scaled(void **unused)
{
	struct err e = { 0 };
	int64_t due;

	(void)unused;
	bank.scale = 0.001;
	assert_int_equal(ask("PUT", "/v2/cob/" TXID, CHARGE("1.00")), 201);
	pass(30);
	assert_int_equal(tells, 1);
	/* and `emul charge`, which has no bank, knows */
	assert_true(due_remembered(bank.state, 1000, &due, &e));
	assert_int_equal(due, 31000);
	assert_true(due_remember(&bank, &e));
	assert_true(due_remembered(bank.state, 1000, &due, &e));
	assert_int_equal(due, 1030);
	bank.manual = true;
	assert_true(due_remember(&bank, &e));
	assert_true(due_remembered(bank.state, 1000, &due, &e));
	assert_true(due == DUE_NEVER);
}

static void a_charge_that_expires_sooner_is_not_paid(void **unused)
{
	(void)unused;
	assert_int_equal(ask("PUT", "/v2/cob/" TXID, "{\"calendario\":{\"expiracao\":10},\"chave\":\"k\",\"valor\":{\"original\":\"1.00\"}}"), 201);
	pass(30000);
	assert_int_equal(payments(), 0);
}

static void a_charge_is_changed_until_it_is_paid(void **unused)
{
	(void)unused;
	assert_int_equal(ask("PATCH", "/v2/cob/" TXID, "{\"valor\":{\"original\":\"2.00\"}}"), 400);
	SAYS("cobranca_nao_encontrada");
	assert_int_equal(ask("PUT", "/v2/cob/" TXID, "{\"chave\":\"k\",\"valor\":{\"original\":\"11.00\"},\"solicitacaoPagador\":\"a\"}"), 201);
	assert_int_equal(ask("PATCH", "/v2/cob/" TXID, "{\"valor\":{\"original\":\"0.00\"}}"), 400);
	assert_int_equal(ask("PATCH", "/v2/cob/" TXID, "{\"status\":\"REMOVIDA_PELO_USUARIO_RECEBEDOR\"}"), 400);
	assert_int_equal(ask("PATCH", "/v2/cob/" TXID, "{\"valor\":{\"original\":\"2.00\"}}"), 200);
	SAYS("\"original\":\"2.00\"");
	SAYS("\"solicitacaoPagador\":\"a\"");
	pass(30000);
	TOLD(0, "\"valor\":\"2.00\"");
	assert_int_equal(ask("PATCH", "/v2/cob/" TXID, "{\"valor\":{\"original\":\"3.00\"}}"), 400);
	SAYS("status_cobranca_invalido");
	assert_int_equal(ask("GET", "/v2/cob/" TXID, ""), 200);
	SAYS("\"original\":\"2.00\"");
}

static void cobv_is_not_served_and_says_so(void **unused)
{
	(void)unused;
	assert_int_equal(ask("PUT", "/v2/cobv/" TXID, CHARGE("1.00")), 404);
	SAYS("cobv");
	assert_int_equal(ask("GET", "/v2/cobv", ""), 404);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, sandbox, drop)
	const struct CMUnitTest tests[] = {
		T(a_small_charge_is_paid_half_a_minute_later), T(a_large_charge_stays_active), T(with_manual_and_in_production_nothing_is_paid_by_itself),
		T(whoever_pays_sooner_it_is_paid_once), T(what_is_queued_outlives_the_program), T(done_twice_is_done_once), T(the_wait_is_scaled),
		T(a_charge_that_expires_sooner_is_not_paid), T(a_charge_is_changed_until_it_is_paid), T(cobv_is_not_served_and_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
