/* Calls from the first token to the answer, against a PSP of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "api/client.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

#include "tests/unit/api_scene.h"
#include "tests/unit/proxy.h"

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

static struct call_change change(const char *name, const char *method, const char *path, const char *body)
{
	return (struct call_change){ (char *)name, (char *)method, (char *)path, (char *)body, none, none, none };
}

static const struct api_value indirect_values[] = {
	{ .name = "url", .value = "https://loja.example/bs2/DevolucaoFinalizada?hmac=c0ffee" }, { .name = "event", .value = "DevolucaoFinalizada" },
	{ .name = "id", .value = "a/b" }, { .name = "auth_type", .value = "Bearer" }, { .name = "auth", .value = "Senha-Da-Loja", .secret = true },
	{ .name = "cert", .value = "0\0\1\xff", .len = 4 }, { 0 }
};

/* One call of an indirect participant whose hook has these changes. */
static void indirect(const struct peer *p, struct call_change *calls, size_t count, const char *call, const struct api_value *values)
{
	struct api_answer answer;
	struct err e = { 0 };
	struct api *a;

	hook.psp = &psp_bs2_indirect;
	hook.api_cert = none;
	hook.calls = calls;
	hook.call_count = count;
	a = opened(p);
	if (!api_call(a, call, values, NOW * 1000LL, &answer, &e))
		fail_msg("%s", e.text);
	assert_int_equal(answer.fail, HTTP_ANSWERED);
	api_answer_free(&answer);
	api_close(a);
}

static void a_row_is_the_profiles_with_the_hooks_changes(void **state)
{
	struct call_change calls[] = { change("webhook.get", "PATCH", "", ""), change("webhook.set", "", "/p", "{}") };
	struct psp_call row;

	(void)state;
	hook.psp = &psp_bs2_indirect;
	assert_true(api_row(&hook, "webhook.set", &row));
	assert_memory_equal(&row, psp_call_find(&psp_bs2_indirect, "webhook.set"), sizeof row);
	hook.calls = calls;
	hook.call_count = 2;
	assert_true(api_row(&hook, "webhook.set", &row));
	assert_string_equal(row.method, "POST");
	assert_string_equal(row.path, "/p");
	assert_string_equal(row.body, "{}");
	assert_null(row.part);
	assert_string_equal(row.scope, "webhook.write");
	assert_false(api_row(&hook, "webhook.eat", &row));
}

static void what_a_hook_changes_is_what_is_sent(void **state)
{
	struct call_change calls[] = {
		change("webhook.set", "PUT", "/v2/{event}/{id}", "{\"u\":{url}<,\"a\":{auth}>}"),
	};
	struct peer p = peer_start(ca, false, good);

	(void)state;
	indirect(&p, NULL, 0, "webhook.set", indirect_values);
	indirect(&p, calls, 1, "webhook.set", indirect_values);
	indirect(&p, calls, 1, "webhook.delete", indirect_values);
	assert_true(asked(&p, 1, "POST /pix/indireto/forintegration/v1/webhook/bs2 HTTP/1.1\r\n"));
	assert_true(asked(&p, 1, "\"evento\":\"DevolucaoFinalizada\",\"autenticacao\":{\"tipo\":\"Bearer\",\"valor\":\"Senha-Da-Loja\"}}"));
	assert_true(asked(&p, 2, "PUT /v2/DevolucaoFinalizada/a%2Fb HTTP/1.1\r\n"));
	assert_true(asked(&p, 2, "\r\n\r\n{\"u\":\"https://loja.example/bs2/DevolucaoFinalizada?hmac=c0ffee\",\"a\":\"Senha-Da-Loja\"}"));
	assert_true(asked(&p, 3, "DELETE /pix/indireto/forintegration/v1/webhook/bs2/a%2Fb HTTP/1.1\r\n"));
	peer_stop(&p);
}

static void an_empty_answer_says_nothing_whatever_the_method(void **state)
{
	struct call_change calls[] = { change("webhook.get", "POST", "", "{}") };
	struct peer p = peer_start(ca, false, good);

	(void)state;
	hook.calls = calls;
	hook.call_count = 1;
	call_at(&p, "webhook.get", NOW, ERR_REFUSED, "HTTP 204 with an empty answer");
	assert_true(asked(&p, 1, "POST /v2/webhook/"));
	peer_stop(&p);
}

static void bytes_in_a_part_arrive_whole(void **state)
{
	static const char want[] = "\r\n\r\n0\0\1\xff\r\n--";
	struct call_change calls[] = { change("cert.set", "", "", "") };
	struct peer p = peer_start(ca, false, good);

	(void)state;
	calls[0].part = (char *)"arquivo";
	calls[0].part_name = (char *)"a.der";
	indirect(&p, calls, 1, "cert.set", indirect_values);
	assert_true(asked(&p, 1, "name=\"arquivo\"; filename=\"a.der\"\r\nContent-Type: application/x-x509-ca-cert\r\n"));
	assert_non_null(memmem(p.seen->request[1], PEER_BYTES, want, sizeof want - 1));
	peer_stop(&p);
}

static void bytes_are_counted_where_shown_and_refused_in_json(void **state)
{
	const struct peer p = { .base = "https://api.example" };
	struct buf b = BUF(4096);
	struct err e = { 0 };
	struct api *a;

	(void)state;
	hook.psp = &psp_bs2_indirect;
	a = opened(&p);
	assert_true(api_show(a, "cert.set", indirect_values, &b, &e));
	assert_non_null(strstr(buf_str(&b), "file name \"certificado.crt\", type application/x-x509-ca-cert\n\n(4 bytes)\n"));
	assert_int_equal(strlen(buf_str(&b)), b.len);
	assert_false(api_show(a, "cert.set.json", indirect_values, &b, &e));
	assert_non_null(strstr(e.text, "cert: bytes"));
	buf_free(&b);
	api_close(a);
}

static void tokens_are_got_where_and_for_what_the_hook_says(void **state)
{
	struct peer p = peer_start(ca, false, good), q = peer_start(ca, false, good);

	(void)state;
	hook.token_path = (char *)"/aqui/oauth/token";
	hook.token_scope = (char *)"webhook.read a:b";
	indirect(&p, NULL, 0, "webhook.get", indirect_values);
	assert_true(asked(&p, 0, "POST /aqui/oauth/token HTTP/1.1\r\n"));
	assert_true(asked(&p, 0, "\r\n\r\ngrant_type=client_credentials&scope=webhook.read%20a%3Ab"));
	hook.psp = &psp_efi;
	hook.api_cert = pem;
	call_at(&q, "webhook.get", NOW, ERR_NONE, NULL);
	assert_true(asked(&q, 0, "\r\n\r\n{\"grant_type\":\"client_credentials\",\"scope\":\"webhook.read a:b\"}"));
	peer_stop(&p);
	peer_stop(&q);
}

static void all_requests_go_through_the_hooks_proxy_and_it_reads_none(void **state)
{
	static const char *const secrets[] = { "bilhete", "Senha", "Authorization", "c0ffee", "/webhook/", "Q2xpZW50" };
	struct peer p = peer_start(ca, true, good);
	struct proxy proxy = proxy_start(NULL), other = proxy_start(NULL);

	(void)state;
	hook.user_agent = (char *)"file:secret";
	setenv("HTTPS_PROXY", other.url, 1);
	setenv("ALL_PROXY", other.url, 1);
	call_at(&p, "webhook.set", NOW, ERR_NONE, NULL);
	assert_int_equal(other.seen->clients, 0);
	setenv("NO_PROXY", "*", 1);
	hook.api_proxy = proxy.url;
	call_at(&p, "webhook.set", NOW + 400, ERR_NONE, NULL);	/* with a new token */
	unsetenv("HTTPS_PROXY");
	unsetenv("ALL_PROXY");
	unsetenv("NO_PROXY");
	assert_int_equal(other.seen->clients, 0);
	assert_int_equal(proxy.seen->clients, 2);
	assert_int_equal(p.seen->count, 4);
	for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++)
		if (proxy_saw(&proxy, secrets[i]))
			fail_msg("the proxy could read \"%s\"", secrets[i]);
	proxy_stop(&proxy);
	proxy_stop(&other);
	peer_stop(&p);
}

static const char *mute_but_for_tokens(const char *request, int n)
{
	return for_token(request) ? good(request, n) : NULL;
}

static void why_there_was_no_answer_is_told(void **state)
{
	struct peer p = peer_start(ca, false, mute_but_for_tokens);
	struct api_answer answer;
	struct err e = { 0 };
	struct api *a = opened(&p);

	(void)state;
	assert_false(api_call(a, "webhook.get", set_values, NOW * 1000LL, &answer, &e));
	assert_int_equal(answer.fail, HTTP_EMPTY);
	assert_false(api_call(a, "webhook.eat", set_values, NOW * 1000LL, &answer, &e));
	assert_int_equal(answer.fail, HTTP_OTHER);	/* nobody was asked */
	peer_stop(&p);
	assert_false(api_call(a, "webhook.get", set_values, NOW * 1000LL, &answer, &e));
	assert_int_equal(answer.fail, HTTP_NO_CONNECTION);
	api_close(a);
	a = opened(&p);
	assert_false(api_call(a, "webhook.get", set_values, (NOW + 400) * 1000LL, &answer, &e));	/* of the token */
	assert_int_equal(answer.fail, HTTP_NO_CONNECTION);
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
		ONE(a_row_is_the_profiles_with_the_hooks_changes),
		ONE(what_a_hook_changes_is_what_is_sent),
		ONE(an_empty_answer_says_nothing_whatever_the_method),
		ONE(bytes_in_a_part_arrive_whole),
		ONE(bytes_are_counted_where_shown_and_refused_in_json),
		ONE(tokens_are_got_where_and_for_what_the_hook_says),
		ONE(all_requests_go_through_the_hooks_proxy_and_it_reads_none),
		ONE(why_there_was_no_answer_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
