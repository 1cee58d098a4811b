/* The API without a network: what each request gets. The registration itself is caller.c's, and end to end. */
#include "efi_scene.h"

static void without_a_certificate_of_its_environment_nobody_is_answered(void **unused)
{
	(void)unused;
	assert_int_equal(ask_as(NULL, "POST", "/oauth/token", GRANT), 0);
	assert_int_equal(ask_as("other merchants", "POST", "/oauth/token", GRANT), 0);
	assert_int_equal(ask_as(NULL, "GET", "/v2/cob/x", ""), 0);
}

static void credentials_that_are_wrong_get_no_token(void **unused)
{
	static const char *const bad[] = { "", "Basic", "Basic ", "Basic !!!", "Basic aWQ=", "Basic aWQ6c2VjcmV0eA==", "Basic aXg6c2VjcmV0", "Bearer aWQ6c2VjcmV0" };

	(void)unused;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		strcpy(auth, bad[i]);
		assert_int_equal(ask("POST", "/oauth/token", GRANT), 401);
		SAYS("\"error\":\"invalid_client\"");
	}
}

static void a_grant_comes_as_json_or_as_form(void **unused)
{
	(void)unused;
	strcpy(auth, "basic aWQ6c2VjcmV0");
	assert_int_equal(ask("POST", "/oauth/token", GRANT), 200);
	SAYS("\"token_type\":\"Bearer\",\"expires_in\":3600,");
	assert_int_equal(ask("POST", "/oauth/token", ""), 400);
	assert_int_equal(ask("POST", "/oauth/token", "{\"grant_type\":\"password\"}"), 400);
	assert_int_equal(ask("POST", "/oauth/token", "grant_type=client_credentials"), 400);
	strcpy(type, "application/x-www-form-urlencoded; charset=UTF-8");
	assert_int_equal(ask("POST", "/oauth/token", "a=b&grant_type=client_credentials"), 200);
	assert_int_equal(ask("POST", "/oauth/token", GRANT), 400);
}

static void a_token_lasts_an_hour(void **unused)
{
	(void)unused;
	clock_ms += 3599999;
	assert_int_equal(ask("GET", "/v2/gn/config", ""), 200);
	clock_ms += 1;
	assert_int_equal(ask("GET", "/v2/gn/config", ""), 401);
	auth[0] = '\0';
	assert_int_equal(ask("GET", "/v2/gn/config", ""), 401);
}

static void a_scope_is_a_whole_word(void **unused)
{
	(void)unused;
	bank.scopes = "xcob.read cob.reader cob.write";
	log_in();
	assert_int_equal(ask("GET", "/v2/cob/x", ""), 403);
	SAYS("\"error\":\"insufficient_scope\"");
	bank.scopes = "pix.read cob.read";
	log_in();
	assert_int_equal(ask("GET", "/v2/cob/x", ""), 400);
}

static void a_path_is_matched_wholly(void **unused)
{
	(void)unused;
	assert_int_equal(ask("GET", "/v2/webhook/a/b", ""), 404);
	assert_int_equal(ask("GET", "/v2/webhook/", ""), 404);
	assert_int_equal(ask("GET", "/v2/webhookx", ""), 404);
	assert_int_equal(ask("GET", "/v2/webhook/%zz", ""), 404);
	assert_int_equal(ask("PATCH", "/v2/webhook/a", ""), 405);
	assert_int_equal(ask("GET", "/v2/webhook/%2B5511%40x", ""), 400);
	SAYS("webhook_nao_encontrado");
	assert_int_equal(ask("GET", "/v2/webhook/a%20b", ""), 400);
	SAYS("chave_invalida");
	assert_int_equal(ask("GET", "/v2/webhookrec", ""), 404);
	SAYS("/error/WebhookRecNaoEncontrado\"");
}

static void a_registration_needs_a_url(void **unused)
{
	static const char *const bad[] = { "", "[]", "{", "{}", "{\"webhookUrl\":null}", "{\"webhookUrl\":1}", "{\"url\":\"https://x/\"}" };

	(void)unused;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_int_equal(ask("PUT", "/v2/webhook/k", bad[i]), 400);
		SAYS("json_invalido");
	}
}

static void a_list_wants_dates_and_bounded_pages(void **unused)
{
	static const char dates[] = "/v2/webhook?inicio=2026-01-01T00:00:00Z&fim=2026-01-01T00:00:00Z";
	static const char *const bad[] = { "&paginacao.itensPorPagina=0", "&paginacao.itensPorPagina=1001", "&paginacao.paginaAtual=-1",
		"&paginacao.paginaAtual=", "&paginacao.paginaAtual=99999999999999999999", "&paginacao.paginaAtual=1x" };
	char target[256];

	(void)unused;
	assert_int_equal(ask("GET", dates, ""), 200);
	SAYS("\"paginaAtual\":0,\"itensPorPagina\":100,\"quantidadeDePaginas\":1,\"quantidadeTotalDeItens\":0}},\"webhooks\":[]}");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		snprintf(target, sizeof target, "%s%s", dates, bad[i]);
		assert_int_equal(ask("GET", target, ""), 400);
	}
	assert_int_equal(ask("GET", "/v2/webhook?inicio=2026-01-01T00:00:00Z", ""), 400);
	assert_int_equal(ask("GET", "/v2/webhook?inicio=2026-01-01&fim=2026-01-02T00:00:00Z", ""), 400);
	assert_int_equal(ask("GET", "/v2/webhook?inicio=2026-01-01T00:00:01Z&fim=2026-01-01T00:00:00Z", ""), 400);
	SAYS("\"nome\":\"valor_invalido\"");
}

#define TXID "abcdefghijklmnopqrstuvwxyz"

static void a_charge_is_checked(void **unused)
{
	static const char *const bad[] = {
		"{}", "{\"valor\":{\"original\":\"1.00\"}}", "{\"chave\":\"k\",\"valor\":{\"original\":1.00}}x",
		"{\"chave\":\"k\",\"valor\":{\"original\":\"0.00\"}}", "{\"chave\":\"k\",\"valor\":{\"original\":\"1,00\"}}",
		"{\"chave\":\"a b\",\"valor\":{\"original\":\"1.00\"}}", "{\"chave\":\"k\",\"valor\":{\"original\":\"1.00\"},\"calendario\":{\"expiracao\":0}}",
		"{\"chave\":\"k\",\"valor\":{\"original\":\"1.00\"},\"calendario\":{\"expiracao\":\"60\"}}",
		"{\"chave\":\"k\",\"valor\":{\"original\":\"1.00\"},\"solicitacaoPagador\":5}",
	};

	(void)unused;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(ask("PUT", "/v2/cob/" TXID, bad[i]), 400);
	assert_int_equal(ask("PUT", "/v2/cob/abc", "{\"chave\":\"k\",\"valor\":{\"original\":\"1.00\"}}"), 400);
	assert_int_equal(ask("GET", "/v2/cob/" TXID, ""), 400);
	SAYS("cobranca_nao_encontrada");
	assert_int_equal(ask("PUT", "/v2/cob/" TXID, "{\"chave\":\"k\",\"valor\":{\"original\":\"1.07\"},\"solicitacaoPagador\":\"um \\\"café\\\"\"}"), 201);
	assert_int_equal(ask("GET", "/v2/cob/" TXID, ""), 200);
	SAYS("\"calendario\":{\"criacao\":\"2026-11-21T12:00:00.000Z\",\"expiracao\":86400},\"txid\":\"" TXID "\"");
	SAYS("\"status\":\"ATIVA\",\"valor\":{\"original\":\"1.07\"},\"chave\":\"k\",\"solicitacaoPagador\":\"um \\\"café\\\"\"");
}

static void the_configuration_is_kept_as_it_was_sent(void **unused)
{
	(void)unused;
	assert_int_equal(ask("PUT", "/v2/gn/config", "{}"), 400);
	assert_int_equal(ask("PUT", "/v2/gn/config", "{\"pix\":{\"chaves\":[]}}"), 400);
	assert_int_equal(ask("PUT", "/v2/gn/config", "{\"pix\":{\"chaves\":{\"k\":{}}}}"), 204);
	assert_int_equal(ask("GET", "/v2/gn/config", ""), 200);
	assert_string_equal(answer, "{\"pix\":{\"chaves\":{\"k\":{}}}}");
}

static void a_resend_is_checked(void **unused)
{
	(void)unused;
	assert_int_equal(ask("POST", "/v2/gn/webhook/reenviar", "{\"tipo\":\"PIX_RECEBIDO\"}"), 400);
	assert_int_equal(ask("POST", "/v2/gn/webhook/reenviar", "{\"tipo\":\"PIX_RECEBIDO\",\"e2eids\":[]}"), 400);
	assert_int_equal(ask("POST", "/v2/gn/webhook/reenviar", "{\"tipo\":\"PIX_RECEBIDO\",\"e2eids\":[1]}"), 400);
	assert_int_equal(ask("POST", "/v2/gn/webhook/reenviar", "{\"tipo\":\"OUTRO\",\"e2eids\":[\"E1\"]}"), 400);
	SAYS("/error/WebhookOperacaoInvalida\"");
	assert_int_equal(ask("POST", "/v2/gn/webhook/reenviar", "{\"tipo\":\"PIX_RECEBIDO\",\"e2eids\":[\"E1\"]}"), 202);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, make, drop)
	const struct CMUnitTest tests[] = {
		T(without_a_certificate_of_its_environment_nobody_is_answered), T(credentials_that_are_wrong_get_no_token),
		T(a_grant_comes_as_json_or_as_form), T(a_token_lasts_an_hour), T(a_scope_is_a_whole_word), T(a_path_is_matched_wholly),
		T(a_registration_needs_a_url), T(a_list_wants_dates_and_bounded_pages), T(a_charge_is_checked),
		T(the_configuration_is_kept_as_it_was_sent), T(a_resend_is_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
