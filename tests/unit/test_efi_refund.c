/* Refunds of a received Pix: what is asked, how it ends, and what the merchant is told. */
#include "efi_scene.h"
#include "pix/pix.h"
#include "pix/psp.h"

#define E2E "E09089356202611211200API0123abcd"
#define URL "/v2/pix/" E2E "/devolucao/"

static int with_a_pix(void **unused)
{
	int r = sandbox(unused);

	receive(E2E, "pedido1", 1000);
	return r;
}

static void a_refund_is_asked_for_and_ends_and_is_told(void **unused)
{
	struct pix_batch b = { 0 };

	(void)unused;
	assert_int_equal(ask("PUT", URL "dev1", "{\"valor\":\"4.00\"}"), 201);
	SAYS("\"id\":\"dev1\",\"rtrId\":\"D09089356202611211200API");
	SAYS("\"valor\":\"4.00\",\"horario\":{\"solicitacao\":\"2026-11-21T12:00:00.000Z\"},\"status\":\"EM_PROCESSAMENTO\"}");
	pass(29999);
	assert_int_equal(tells, 0);
	pass(1);
	assert_int_equal(tells, 1);
	TOLD(0, "\"endToEndId\":\"" E2E "\",\"txid\":\"pedido1\",\"chave\":\"k\",\"valor\":\"10.00\"");
	TOLD(0, "\"status\":\"DEVOLVIDO\"");
	pix_parse(&psp_efi, "", told[0], strlen(told[0]), &b);
	assert_false(b.unread);
	assert_int_equal(b.count, 2);
	assert_int_equal(b.events[1].kind, PIX_REFUND);
	assert_int_equal(b.events[1].cents, 400);
	assert_string_equal(b.events[1].status, "DEVOLVIDO");
	pix_batch_free(&b);
	assert_int_equal(ask("GET", URL "dev1", ""), 200);
	SAYS("\"status\":\"DEVOLVIDO\"");
	assert_int_equal(ask("GET", "/v2/pix/" E2E, ""), 200);
	SAYS("\"devolucoes\":[{\"id\":\"dev1\"");
	/* and a kill between its end and its being settled tells it no second time */
	assert_false(efi_refund_end(bank.state, clock_ms, E2E, "dev1", true, &(struct err){ 0 }));
	pass(1000000);
	assert_int_equal(tells, 1);
}

static void one_centavo_is_refused_in_the_sandbox_alone(void **unused)
{
	struct pix_batch b = { 0 };

	(void)unused;
	assert_int_equal(ask("PUT", URL "dev1", "{\"valor\":\"0.01\"}"), 201);
	pass(30000);
	TOLD(0, "\"status\":\"NAO_REALIZADO\",\"motivo\":\"Saldo insuficiente");
	pix_parse(&psp_efi, "", told[0], strlen(told[0]), &b);
	assert_string_equal(b.events[1].status, "NAO_REALIZADO");
	pix_batch_free(&b);
	assert_int_equal(ask("PUT", URL "dev2", "{\"valor\":\"0.02\"}"), 201);
	pass(30000);
	TOLD(1, "\"status\":\"DEVOLVIDO\"");
	bank.sandbox = false;
	assert_int_equal(ask("PUT", URL "dev3", "{\"valor\":\"0.01\"}"), 201);
	pass(30000);
	TOLD(2, "\"status\":\"DEVOLVIDO\"");
}

static void no_more_than_the_pix_goes_back(void **unused)
{
	(void)unused;
	assert_int_equal(ask("PUT", URL "a", "{\"valor\":\"10.01\"}"), 400);
	SAYS("\"nome\":\"valor_invalido\"");
	assert_int_equal(ask("PUT", URL "a", "{\"valor\":\"6.00\"}"), 201);
	/* what goes on counts too */
	assert_int_equal(ask("PUT", URL "b", "{\"valor\":\"4.01\"}"), 400);
	assert_int_equal(ask("GET", URL "b", ""), 400);
	assert_int_equal(ask("PUT", URL "b", "{\"valor\":\"3.99\"}"), 201);
	assert_int_equal(ask("PUT", URL "c", "{\"valor\":\"0.01\"}"), 201);
	assert_int_equal(ask("PUT", URL "d", "{\"valor\":\"0.01\"}"), 400);
	pass(30000);
	assert_int_equal(tells, 3);
	/* what was refused is there again */
	assert_int_equal(ask("PUT", URL "d", "{\"valor\":\"0.01\"}"), 201);
}

static void errors_are_efis_own(void **unused)
{
	(void)unused;
	assert_int_equal(ask("PUT", "/v2/pix/E1/devolucao/a", "{\"valor\":\"1.00\"}"), 400);
	SAYS("pix_nao_encontrado");
	assert_int_equal(ask("GET", "/v2/pix/E1/devolucao/a", ""), 400);
	SAYS("pix_nao_encontrado");
	assert_int_equal(ask("GET", URL "a", ""), 400);
	SAYS("devolucao_nao_encontrada");
	assert_int_equal(ask("PUT", URL "a", "{\"valor\":\"10.00\"}"), 201);
	assert_int_equal(ask("PUT", URL "a", "{\"valor\":\"10.00\"}"), 409);
	SAYS("devolucao_id_duplicado");
	pass(30000);
	assert_int_equal(tells, 1);
}

static void what_is_no_request_for_a_refund_is_refused(void **unused)
{
	static const char *const bad[] = { "{}", "{\"valor\":1}", "{\"valor\":\"1\"}", "{\"valor\":\"0.00\"}", "{\"valor\":\"-1.00\"}",
		"{\"valor\":\"1.00\",\"natureza\":\"MED_FRAUDE\"}" };

	(void)unused;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_int_equal(ask("PUT", URL "a", bad[i]), 400);
		SAYS("json_invalido");
	}
	assert_int_equal(ask("PUT", URL "a-b", "{\"valor\":\"1.00\"}"), 400);
	assert_int_equal(ask("PUT", URL "abcdefghijklmnopqrstuvwxyz0123456789", "{\"valor\":\"1.00\"}"), 400);
	assert_int_equal(ask("PUT", URL, "{\"valor\":\"1.00\"}"), 404);
	pass(30000);
	assert_int_equal(tells, 0);
}

static void med_takes_back_what_it_says(void **unused)
{
	struct emul_refund r;
	struct err e = { 0 };

	(void)unused;
	assert_false(efi_refund(bank.state, clock_ms, clock_ms, E2E, NULL, "MED", 1, &r, &e));
	assert_int_equal(e.code, ERR_USAGE);
	assert_false(efi_refund(bank.state, clock_ms, clock_ms, "", NULL, "", 1, &r, &e));
	assert_int_equal(e.code, ERR_NOT_FOUND);
	assert_true(efi_refund(bank.state, clock_ms, clock_ms, E2E, NULL, "MED_FRAUDE", 1, &r, &e));
	assert_int_equal(strlen(r.id), 20);
	pass(0);
	/* the rule of 0.01 is of what a merchant asks for */
	TOLD(0, "\"status\":\"DEVOLVIDO\",\"natureza\":\"MED_FRAUDE\"");
}

static void a_resend_is_one_notice_with_all_of_them(void **unused)
{
	(void)unused;
	assert_int_equal(ask("POST", "/v2/gn/webhook/reenviar", "{\"tipo\":\"DEVOLUCAO_ENVIADA\",\"e2eids\":[\"" E2E "\"]}"), 202);
	pass(0);
	assert_int_equal(tells, 0);
	ask("PUT", URL "a", "{\"valor\":\"1.00\"}");
	ask("PUT", URL "b", "{\"valor\":\"2.00\"}");
	pass(30000);
	assert_int_equal(tells, 2);
	NOT_TOLD(0, "\"id\":\"b\"");
	NOT_TOLD(1, "\"id\":\"a\"");
	ask("PUT", URL "c", "{\"valor\":\"3.00\"}");
	assert_int_equal(ask("POST", "/v2/gn/webhook/reenviar", "{\"tipo\":\"DEVOLUCAO_ENVIADA\",\"e2eids\":[\"" E2E "\"]}"), 202);
	pass(0);
	assert_int_equal(tells, 3);
	TOLD(2, "\"id\":\"a\"");
	TOLD(2, "\"id\":\"b\"");
	/* which goes on still */
	NOT_TOLD(2, "\"id\":\"c\"");
	clock_ms += 31 * 24 * 3600 * INT64_C(1000);
	log_in();
	pass(0);
	tells = 0;
	assert_int_equal(ask("POST", "/v2/gn/webhook/reenviar", "{\"tipo\":\"DEVOLUCAO_ENVIADA\",\"e2eids\":[\"" E2E "\"]}"), 202);
	pass(0);
	assert_int_equal(tells, 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, with_a_pix, drop)
	const struct CMUnitTest tests[] = {
		T(a_refund_is_asked_for_and_ends_and_is_told), T(one_centavo_is_refused_in_the_sandbox_alone), T(no_more_than_the_pix_goes_back),
		T(errors_are_efis_own), T(what_is_no_request_for_a_refund_is_refused), T(med_takes_back_what_it_says),
		T(a_resend_is_one_notice_with_all_of_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
