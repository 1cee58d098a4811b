/* Payments of the merchant's: the sandbox's amounts, keys and ends. */
#include "efi_scene.h"
#include "pix/pix.h"
#include "pix/psp.h"

#define SEND(value, payee) "{\"valor\":\"" value "\",\"pagador\":{\"chave\":\"k\"},\"favorecido\":{\"chave\":\"" payee "\"}}"
#define GOOD(value) SEND(value, "efipay@sejaefi.com.br")
#define ACCOUNT(value) "{\"valor\":\"" value "\",\"pagador\":{\"chave\":\"k\"},\"favorecido\":{\"contaBanco\":{\"nome\":\"X\"}}}"

static int with_a_webhook(void **unused)
{
	struct emul_webhook w = { .kind = "pix", .key = "k", .url = "https://x/" };
	struct err e = { 0 };
	int r = sandbox(unused);

	assert_true(state_webhook_put(bank.state, &w, &e));
	return r;
}

static void up_to_ten_it_is_done(void **unused)
{
	struct pix_batch b = { 0 };

	(void)unused;
	assert_int_equal(ask("PUT", "/v2/gn/pix/e1", GOOD("10.00")), 201);
	SAYS("{\"idEnvio\":\"e1\",\"e2eId\":\"E09089356202611211200API");
	SAYS("\"status\":\"EM_PROCESSAMENTO\"}");
	pass(29999);
	assert_int_equal(tells, 0);
	pass(1);
	assert_int_equal(tells, 1);
	TOLD(0, "\"tipo\":\"SOLICITACAO\",\"status\":\"REALIZADO\",\"valor\":\"10.00\",\"horario\":\"2026-11-21T12:00:00.000Z\",\"gnExtras\":{\"idEnvio\":\"e1\"}");
	pix_parse(&psp_efi, "", told[0], strlen(told[0]), &b);
	assert_false(b.unread);
	assert_int_equal(b.count, 1);
	assert_int_equal(b.events[0].kind, PIX_SENT);
	pix_batch_free(&b);
}

static void up_to_twenty_it_fails(void **unused)
{
	(void)unused;
	assert_int_equal(ask("PUT", "/v2/gn/pix/e1", GOOD("10.01")), 201);
	assert_int_equal(ask("PUT", "/v2/gn/pix/e2", ACCOUNT("20.00")), 201);
	pass(30000);
	assert_int_equal(tells, 2);
	TOLD(0, "\"status\":\"NAO_REALIZADO\",\"valor\":\"10.01\",\"horario\":null");
	TOLD(0, "\"erro\":{\"codigo\":\"AC03\"");
	TOLD(1, "\"status\":\"NAO_REALIZADO\",\"valor\":\"20.00\"");
}

static void above_it_is_refused_at_once(void **unused)
{
	(void)unused;
	assert_int_equal(ask("PUT", "/v2/gn/pix/e1", GOOD("20.01")), 422);
	SAYS("pagamento_negado");
	assert_int_equal(ask("GET", "/v2/gn/pix/enviados/id-envio/e1", ""), 404);
	pass(30000);
	assert_int_equal(tells, 0);
}

static void four_comes_back_in_two_and_five_in_one(void **unused)
{
	struct pix_batch b = { 0 };

	(void)unused;
	assert_int_equal(ask("PUT", "/v2/gn/pix/e4", GOOD("4.00")), 201);
	pass(30000);
	assert_int_equal(tells, 1);
	pass(30000);
	assert_int_equal(tells, 3);
	for (int i = 1; i < 3; i++) {
		pix_parse(&psp_efi, "", told[i], strlen(told[i]), &b);
		assert_false(b.unread);
		assert_int_equal(b.count, 2);
		assert_int_equal(b.events[1].kind, PIX_REFUND);
		assert_int_equal(b.events[1].cents, 200);
		pix_batch_free(&b);
	}
	assert_string_not_equal(strstr(told[1], "rtrId"), strstr(told[2], "rtrId"));
	tells = 0;
	assert_int_equal(ask("PUT", "/v2/gn/pix/e5", GOOD("5.00")), 201);
	pass(30000);
	pass(30000);
	assert_int_equal(tells, 2);
	TOLD(1, "\"devolucoes\":[{\"id\":\"devolucao1\"");
	TOLD(1, "\"valor\":\"5.00\",\"horario\":{\"solicitacao\":\"2026-11-21T12:01:30.000Z\"");
	tells = 0;
	assert_int_equal(ask("PUT", "/v2/gn/pix/e6", GOOD("4.01")), 201);
	pass(60000);
	pass(60000);
	assert_int_equal(tells, 1);
}

static void the_sandbox_pays_one_key_and_any_account(void **unused)
{
	(void)unused;
	assert_int_equal(ask("PUT", "/v2/gn/pix/e1", SEND("1.00", "loja@example.com")), 400);
	SAYS("chave_invalida");
	assert_int_equal(ask("PUT", "/v2/gn/pix/e1", ACCOUNT("1.00")), 201);
}

static void production_pays_anybody_anything(void **unused)
{
	(void)unused;
	bank.sandbox = false;
	assert_int_equal(ask("PUT", "/v2/gn/pix/e1", SEND("4000.00", "loja@example.com")), 201);
	assert_int_equal(ask("PUT", "/v2/gn/pix/e2", SEND("4.00", "loja@example.com")), 201);
	pass(60000);
	pass(60000);
	assert_int_equal(tells, 2);
	TOLD(0, "\"REALIZADO\"");
	TOLD(1, "\"REALIZADO\"");
}

static void the_payers_key_needs_a_webhook(void **unused)
{
	(void)unused;
	assert_int_equal(ask("PUT", "/v2/gn/pix/e1", "{\"valor\":\"1.00\",\"pagador\":{\"chave\":\"other\"},\"favorecido\":{\"chave\":\"efipay@sejaefi.com.br\"}}"), 400);
	SAYS("webhook");
}

static void an_id_is_taken_once(void **unused)
{
	(void)unused;
	assert_int_equal(ask("PUT", "/v2/gn/pix/e1", GOOD("1.00")), 201);
	assert_int_equal(ask("PUT", "/v2/gn/pix/e1", GOOD("1.00")), 409);
	SAYS("id_envio_duplicado");
	pass(30000);
	assert_int_equal(tells, 1);
	/* and a kill between its end and its being settled tells it no second time */
	assert_false(efi_sent_end(bank.state, clock_ms, "e1", true, 0, &(struct err){ 0 }));
	pass(30000);
	assert_int_equal(tells, 1);
}

static void it_is_found_by_both_ids(void **unused)
{
	char target[128], e2eid[33] = "";

	(void)unused;
	assert_int_equal(ask("PUT", "/v2/gn/pix/e1", GOOD("1.00")), 201);
	memcpy(e2eid, strstr(answer, "\"e2eId\":\"") + 9, 32);
	snprintf(target, sizeof target, "/v2/gn/pix/enviados/%s", e2eid);
	assert_int_equal(ask("GET", target, ""), 200);
	SAYS("\"idEnvio\":\"e1\",\"valor\":\"1.00\",\"chave\":\"k\",\"status\":\"EM_PROCESSAMENTO\"");
	pass(30000);
	assert_int_equal(ask("GET", "/v2/gn/pix/enviados/id-envio/e1", ""), 200);
	SAYS("\"status\":\"REALIZADO\"");
	assert_int_equal(ask("GET", "/v2/gn/pix/enviados/e1", ""), 404);
	SAYS("/error/PixEnviadoNaoEncontrado\"");
	/* a payment is no received Pix */
	snprintf(target, sizeof target, "/v2/pix/%s", e2eid);
	assert_int_equal(ask("GET", target, ""), 400);
}

static void what_is_no_request_to_send_is_refused(void **unused)
{
	static const char *const bad[] = { "{}", SEND("1", "efipay@sejaefi.com.br"), GOOD("0.00"), SEND("1.00", "a b"),
		"{\"valor\":\"1.00\",\"favorecido\":{\"chave\":\"x\"}}", "{\"valor\":\"1.00\",\"pagador\":{\"chave\":\"k\"},\"favorecido\":{}}",
		"{\"valor\":\"1.00\",\"pagador\":{\"chave\":\"k\"},\"favorecido\":{\"chave\":\"x\",\"contaBanco\":{}}}" };

	(void)unused;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_int_equal(ask("PUT", "/v2/gn/pix/e1", bad[i]), 400);
		SAYS("json_invalido");
	}
	assert_int_equal(ask("PUT", "/v2/gn/pix/e-1", GOOD("1.00")), 400);
	bank.scopes = "pix.write cob.write";
	log_in();
	assert_int_equal(ask("PUT", "/v2/gn/pix/e1", GOOD("1.00")), 403);
	assert_int_equal(ask("GET", "/v2/gn/pix/enviados/id-envio/e1", ""), 403);
}

static void a_resend_tells_the_end_and_what_came_back(void **unused)
{
	char body[160], e2eid[33] = "";

	(void)unused;
	assert_int_equal(ask("PUT", "/v2/gn/pix/e1", GOOD("4.00")), 201);
	memcpy(e2eid, strstr(answer, "\"e2eId\":\"") + 9, 32);
	snprintf(body, sizeof body, "{\"tipo\":\"PIX_ENVIADO\",\"e2eids\":[\"%s\"]}", e2eid);
	assert_int_equal(ask("POST", "/v2/gn/webhook/reenviar", body), 202);
	pass(0);
	assert_int_equal(tells, 0);
	pass(30000);
	pass(30000);
	tells = 0;
	assert_int_equal(ask("POST", "/v2/gn/webhook/reenviar", body), 202);
	pass(0);
	assert_int_equal(tells, 1);
	NOT_TOLD(0, "devolucoes");
	snprintf(body, sizeof body, "{\"tipo\":\"DEVOLUCAO_RECEBIDA\",\"e2eids\":[\"%s\"]}", e2eid);
	assert_int_equal(ask("POST", "/v2/gn/webhook/reenviar", body), 202);
	pass(0);
	assert_int_equal(tells, 2);
	TOLD(1, "\"id\":\"devolucao1\"");
	TOLD(1, "\"id\":\"devolucao2\"");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, with_a_webhook, drop)
	const struct CMUnitTest tests[] = {
		T(up_to_ten_it_is_done), T(up_to_twenty_it_fails), T(above_it_is_refused_at_once), T(four_comes_back_in_two_and_five_in_one),
		T(the_sandbox_pays_one_key_and_any_account), T(production_pays_anybody_anything), T(the_payers_key_needs_a_webhook), T(an_id_is_taken_once),
		T(it_is_found_by_both_ids), T(what_is_no_request_to_send_is_refused), T(a_resend_tells_the_end_and_what_came_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
