/* Calls from the first token to the answer, against a PSP of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "api/client.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

#include "tests/unit/api_scene.h"

static void efi_is_asked_as_it_documents(void **state)
{
	struct peer p = peer_start(ca, true, good);

	(void)state;
	call_at(&p, "webhook.set", NOW, ERR_NONE, NULL);
	assert_int_equal(p.seen->count, 2);
	assert_true(asked(&p, 0, "POST /oauth/token HTTP/1.1\r\n"));
	assert_true(asked(&p, 0, "\r\nAuthorization: Basic Q2xpZW50X0lkXzc6U2VuaGEtTXVpdG8tQm9h\r\n"));
	assert_true(asked(&p, 0, "\r\nContent-Type: application/json\r\n"));
	assert_true(asked(&p, 0, "\r\n\r\n{\"grant_type\":\"client_credentials\"}"));
	assert_true(asked(&p, 1, "PUT /v2/webhook/%2B5531999999999 HTTP/1.1\r\n"));
	assert_true(asked(&p, 1, "\r\nAuthorization: Bearer bilhete0\r\n"));
	assert_true(asked(&p, 1, "\r\nx-skip-mtls-checking: false\r\n"));
	assert_true(asked(&p, 1, "\r\n\r\n{\"webhookUrl\":\"https://loja.example/w?hmac=c0ffee&ignorar=\"}"));
	assert_string_equal(p.seen->subject[0], "ours");
	assert_string_equal(p.seen->subject[1], "ours");
	peer_stop(&p);
}

static void bs2_is_asked_as_it_documents(void **state)
{
	static const struct api_value values[] = {
		{ .name = "url", .value = "https://loja.example/bs2" }, { .name = "events", .value = "[\"Recebimento\"]", .raw = true },
		{ .name = "only_txid", .value = "false", .raw = true }, { .name = "account", .value = "7654321", .raw = true },
		{ .name = "auth_type", .value = "basic" }, { .name = "auth", .value = "YWJjOmRlZg==", .secret = true },
		{ .name = "cert", .value = "-----BEGIN CERTIFICATE-----\n" }, { 0 }
	};
	struct peer p = peer_start(ca, false, good);
	struct api_answer answer;
	struct err e = { 0 };
	struct api *a;

	(void)state;
	hook.psp = &psp_bs2;
	hook.api_cert = none;
	hook.user_agent = (char *)"file:secret";
	a = opened(&p);
	assert_true(api_call(a, "webhook.set", values, NOW * 1000LL, &answer, &e));
	api_answer_free(&answer);
	assert_true(api_call(a, "cert.set", values, NOW * 1000LL, &answer, &e));
	api_answer_free(&answer);
	api_close(a);
	assert_int_equal(p.seen->count, 3);
	assert_true(asked(&p, 0, "POST /auth/oauth/v2/token HTTP/1.1\r\n"));
	assert_true(asked(&p, 0, "\r\nContent-Type: application/x-www-form-urlencoded\r\n"));
	assert_true(asked(&p, 0, "\r\n\r\ngrant_type=client_credentials&scope=cob.write%20cob.read%20"));
	for (int i = 0; i < 3; i++)
		assert_true(asked(&p, i, "\r\nUser-Agent: Senha-Muito-Boa\r\n"));
	assert_true(asked(&p, 1, "PUT /pix/direto/forintegration/v1/webhook/bs2 HTTP/1.1\r\n"));
	assert_true(asked(&p, 1, "\r\n\r\n[{\"url\":\"https://loja.example/bs2\",\"eventos\":[\"Recebimento\"],\"somenteComTxId\":false,\"contaNumero\":7654321,"
		"\"autorizacao\":{\"tipo\":\"basic\",\"valor\":\"YWJjOmRlZg==\"}}]"));
	assert_true(asked(&p, 2, "PUT /pix/direto/forintegration/v1/webhook/bs2/certificado HTTP/1.1\r\n"));
	assert_true(asked(&p, 2, "name=\"certificado\"; filename=\"certificado.cer\"\r\nContent-Type: application/x-x509-ca-cert\r\n\r\n-----BEGIN"));
	peer_stop(&p);
}

static const char *sorry(const char *request, int n)
{
	if (for_token(request))
		return good(request, n);
	return strncmp(request, "PUT", 3) ? "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html>" :
		"HTTP/1.1 400 Bad\r\n" JSON "{\"nome\":\"webhook_invalido\",\"mensagem\":\"A URL informada está inacessível\"}";
}

static void the_psps_words_come_with_the_answer(void **state)
{
	struct peer p = peer_start(ca, false, sorry);
	struct api *a = opened(&p);
	struct api_answer answer;
	struct err e = { 0 };
	const char *name, *text;

	(void)state;
	assert_false(api_call(a, "webhook.set", set_values, NOW * 1000LL, &answer, &e));
	assert_int_equal(e.code, ERR_REFUSED);
	assert_string_equal(e.text, "HTTP 400 webhook_invalido: A URL informada está inacessível");
	assert_int_equal(answer.status, 400);
	assert_true(api_words(answer.doc, &name, &text));
	assert_non_null(psp_error_find(&psp_efi, name, text));
	api_answer_free(&answer);
	api_close(a);
	call_at(&p, "webhook.get", NOW, ERR_REFUSED, "HTTP 200 with an answer that is not JSON");
	peer_stop(&p);
	call_at(&p, "webhook.get", NOW, ERR_NET, "127.0.0.1:");
}

static void what_is_missing_is_named_before_anybody_is_asked(void **state)
{
	const struct peer p = { .base = "https://127.0.0.1:1" };
	static const struct { char **setting; const char *value, *want; } rows[] = {
		{ &hook.client_id, "", "hook \"loja\": client_id is not set" },
		{ &hook.client_secret, NULL, "hook \"loja\": client_secret is not set" },
		{ &hook.api_cert, "", "hook \"loja\": api_cert is not set" },
		{ &hook.client_id, "a:b", "client_id holds a byte" },
		{ &hook.client_secret, "file:gone", "hook \"loja\": client_secret: " },
		{ &hook.api, "http://127.0.0.1", "api must begin with https://" },
		{ &hook.api_password, "file:gone", "hook \"loja\": api_password: " },
	};

	(void)state;
	hook.api = (char *)p.base;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char *was = *rows[i].setting;
		struct err e = { 0 };

		*rows[i].setting = (char *)rows[i].value;
		assert_null(api_open(&settings, &hook, &e));
		if (e.code != ERR_CONFIG || !strstr(e.text, rows[i].want))
			fail_msg("%s", e.text);
		*rows[i].setting = was;
	}
	hook.psp = &psp_bacen;
	hook.api = none;
	hook.env = psp_bacen.envs;
	assert_null(api_open(&settings, &hook, NULL));
}

static void a_request_is_shown_without_its_secrets(void **state)
{
	const struct peer p = { .base = "https://api.example//" };
	struct api *a = opened(&p);
	struct buf b = BUF(4096);
	struct err e = { 0 };

	(void)state;
	assert_true(api_show(a, "webhook.set", set_values, &b, &e));
	assert_string_equal(buf_str(&b), "PUT https://api.example/v2/webhook/%2B5531999999999\nAuthorization: Bearer ***\nAccept: application/json\n"
		"User-Agent: pixgate/" VERSION "\nx-skip-mtls-checking: false\nContent-Type: application/json\n\n"
		"{\"webhookUrl\":\"https://loja.example/w?hmac=***&ignorar=\"}\n");
	assert_false(api_show(a, "webhook.eat", set_values, &b, &e));
	assert_int_equal(e.code, ERR_USAGE);
	buf_free(&b);
	api_close(a);
}

#define ONE(f) cmocka_unit_test_setup_teardown(f, make_folder, drop_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ONE(efi_is_asked_as_it_documents),
		ONE(bs2_is_asked_as_it_documents),
		ONE(the_psps_words_come_with_the_answer),
		ONE(what_is_missing_is_named_before_anybody_is_asked),
		ONE(a_request_is_shown_without_its_secrets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
