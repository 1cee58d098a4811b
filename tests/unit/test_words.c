/* A PSP says no, in one of many shapes, or something in front of it does: one line each, with the PSP's own words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "api/words.h"	/* ahead of cmocka.h, which has a macro named fail() */
#include "lib/text.h"

#include <cmocka.h>

static struct api_answer answer(long status, const char *body, size_t len)
{
	struct api_answer a = { .status = status, .retry_after_s = -1, .body = BUF(70000) };

	assert_true(buf_add(&a.body, body, len));
	a.doc = json_parse(body, len, false, NULL);
	return a;
}

static void done(struct api_answer *a)
{
	json_free(a->doc);
	buf_free(&a->body);
}

static void line_is(long status, const char *type, const char *body, const char *want)
{
	struct api_answer a = answer(status, body, strlen(body));
	struct err e = { 0 };

	assert_false(words_refusal(&a, type, "webhook.write", &e));
	assert_int_equal(e.code, ERR_REFUSED);
	assert_string_equal(e.text, want);
	done(&a);
}

static void every_shape_of_an_error_is_read(void **state)
{
	static const char json[] = "application/json";
	static const struct { long status; const char *body, *want; } rows[] = {
		{ 400, "{\"nome\":\"valor_invalido\",\"mensagem\":\"URL inválida\"}", "HTTP 400 valor_invalido: URL inválida" },
		{ 400, "{\"nome\":\"json_invalido\",\"mensagem\":\"Ruim\",\"erros\":[{\"chave\":\"type\",\"caminho\":\".body.url\",\"mensagem\":\"deve ser texto\"}]}",
			"HTTP 400 json_invalido: Ruim (.body.url: deve ser texto)" },
		{ 401, "{\"error\":\"invalid_client\",\"error_description\":\"No such client\"}", "HTTP 401 invalid_client: No such client" },
		{ 400, "{\"error\":\"invalid_grant\"}", "HTTP 400: invalid_grant" },
		{ 404, "{\"type\":\"https://pix.bcb.gov.br/api/v2/error/WebhookNaoEncontrado\",\"title\":\"Não Encontrado\",\"status\":404,\"detail\":\"Não há.\"}",
			"HTTP 404 WebhookNaoEncontrado: Não há." },
		{ 400, "{\"type\":\"about:blank\",\"title\":\"Ruim\",\"detail\":\"Pior\",\"violacoes\":[{\"razao\":\"curta\",\"propriedade\":\"chave\"}]}",
			"HTTP 400 Ruim: Pior (chave: curta)" },
		{ 400, "{\"title\":\"Ruim\"}", "HTTP 400: Ruim" },
		{ 400, "[{\"descricao\":\"O formato não presta.\",\"tag\":\"Webhook.Url\"}]", "HTTP 400 Webhook.Url: O formato não presta." },
		{ 500, "[{\"tag\":null,\"descricao\":\"Internal error\"}]", "HTTP 500: Internal error" },
		{ 400, "{\"descricao\":\"Sem conta\"}", "HTTP 400: Sem conta" },
		{ 400, "{\"Message\":\"Client not located\"}", "HTTP 400: Client not located" },
		{ 400, "{\"0\":{\"description\":\"Ruim\"}}", "HTTP 400: Ruim" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		line_is(rows[i].status, json, rows[i].body, rows[i].want);
}

static void what_is_no_error_shape_still_gives_a_line(void **state)
{
	(void)state;
	line_is(502, "", "", "HTTP 502 with an empty answer");
	line_is(502, "text/html", "<html>Bad gateway</html>", "HTTP 502 with an answer that is not JSON (text/html, 24 bytes)");
	line_is(502, "", "<", "HTTP 502 with an answer that is not JSON (no content type, 1 byte)");
	line_is(401, "text/plain", "Invalid Apikey", "HTTP 401: Invalid Apikey");
	line_is(200, "text/plain", "fine", "HTTP 200 with an answer that is not JSON (text/plain, 4 bytes)");
	line_is(301, "text/html", "<a href>", "HTTP 301, a redirect, which is not followed: the address of the API is wrong");
	line_is(400, "application/json", "{\"mensagem\":7}", "HTTP 400 with JSON that holds no message (14 bytes)");
	line_is(400, "application/json", "{\"nome\":\"x\",\"mensagem\":\"y\"", "HTTP 400 with an answer that is not JSON (application/json, 26 bytes)");
}

static void words_cannot_play_with_the_terminal(void **state)
{
	(void)state;
	line_is(400, "application/json", "{\"nome\":\"a\\u001b[2Jb\",\"mensagem\":\"c\\nd\\u009be\"}", "HTTP 400 a?[2Jb: c?d??e");
	line_is(500, "text/plain", "a\x1b]0;x\x07\nb", "HTTP 500: a?]0;x??b");
}

static void long_words_are_cut_between_characters(void **state)
{
	char body[4096] = "{\"nome\":\"n\",\"mensagem\":\"x";
	struct api_answer a;
	struct err e = { 0 };

	(void)state;
	for (int i = 0; i < 1000; i++)
		strcat(body, "é");
	strcat(body, "\"}");
	a = answer(400, body, strlen(body));
	words_refusal(&a, "", NULL, &e);
	assert_true(strlen(e.text) > 250 && strlen(e.text) < 340);
	assert_true(text_utf8(e.text, strlen(e.text)));
	assert_string_equal(e.text + strlen(e.text) - strlen("é…"), "é…");
	done(&a);
}

static void a_missing_scope_is_named(void **state)
{
	(void)state;
	line_is(403, "application/json", "{\"error\":\"insufficient_scope\",\"error_description\":\"Too little\"}",
		"HTTP 403 insufficient_scope: Too little (this call needs the scope webhook.write)");
	line_is(403, "application/json", "{\"error\":\"access_denied\",\"error_description\":\"No\"}", "HTTP 403 access_denied: No");
}

static void a_limit_says_when_to_try_again(void **state)
{
	struct api_answer a = answer(429, "", 0);
	struct err e = { 0 };

	(void)state;
	words_refusal(&a, "", NULL, &e);
	assert_string_equal(e.text, "HTTP 429 with an empty answer (too many requests; it does not say when to try again)");
	a.retry_after_s = 17;
	words_refusal(&a, "", NULL, &e);
	assert_string_equal(e.text, "HTTP 429 with an empty answer (try again in 17 s)");
	done(&a);
}

static void a_stale_token_is_told_in_any_spelling(void **state)
{
	static const struct { long status; const char *body; bool stale; } rows[] = {
		{ 401, "", true }, { 400, "Invalid Apikey", true }, { 500, "{\"x\":[{\"y\":\"INVALID_API_KEY!\"}]}", true },
		{ 200, "{\"error\":\"invalid_request\",\"error_description\":\"Invalid ApiKey\"}", true }, { 200, "invalid  apikey", true },
		{ 403, "{\"error\":\"insufficient_scope\",\"error_description\":\"x\"}", false }, { 400, "Invalid key", false }, { 200, "", false },
		{ 200, "{\"webhookUrl\":\"https://loja.example/invalidapikey\"}", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct api_answer a = answer(rows[i].status, rows[i].body, strlen(rows[i].body));

		if (words_stale_token(&a) != rows[i].stale)
			fail_msg("%ld %s", rows[i].status, rows[i].body);
		done(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_shape_of_an_error_is_read),
		cmocka_unit_test(what_is_no_error_shape_still_gives_a_line),
		cmocka_unit_test(words_cannot_play_with_the_terminal),
		cmocka_unit_test(long_words_are_cut_between_characters),
		cmocka_unit_test(a_missing_scope_is_named),
		cmocka_unit_test(a_limit_says_when_to_try_again),
		cmocka_unit_test(a_stale_token_is_told_in_any_spelling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
