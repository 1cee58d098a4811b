/* Each way in which a URL to be registered can be wrong, by a real server that is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "emul/caller.h"
#include "emul/pki.h"

#include <cmocka.h>

#include "tests/unit/merchant.h"

#define PING "{\"evento\":\"teste_webhook\"}"

/* Registers the URL of a server in that manner. */
static struct call_result registered(struct peer_manner m, bool skip, int patience_ms)
{
	struct call_result r = { .end = CALL_ENDS };
	struct peer p = begin(m);
	struct call c = call_to(p.port, "/webhook?hmac=SECRET&ignorar=");
	struct err e = { 0 };

	c.patience_ms = patience_ms;
	if (!caller_check(&c, skip, &r, &e))
		fail_msg("%s", e.text);
	peer_stop(p);
	assert_null(strstr(r.reason, "SECRET"));
	return r;
}

static struct call_result check_url(const char *url)
{
	struct call c = { .url = url, .cert = at(PKI_CALLER_PRODUCTION), .cacert = at(PKI_SERVER_CA), .patience_ms = PATIENCE };
	struct call_result r;
	struct err e = { 0 };

	if (!caller_check(&c, false, &r, &e))
		fail_msg("%s: %s", url, e.text);
	return r;
}

static void a_good_server_is_registered_after_two_calls(void **state)
{
	struct peer p = begin(good());
	struct call c = call_to(p.port, "/webhook?hmac=x&ignorar=");
	struct call_result r;
	char told[9000];
	struct err e;

	(void)state;
	c.suffix = "/pix";	/* not for a registration */
	assert_true(caller_check(&c, false, &r, &e));
	ended(r, CALL_OK, NULL, "");
	assert_int_equal(r.status, 200);
	peer_told(p, told, sizeof told);
	assert_memory_equal(told, "\nPOST /webhook?hmac=x&ignorar= HTTP/1.1\r\n", 41);
	peer_told(p, told, sizeof told);
	assert_memory_equal(told, "caller.emul.pixgate.example\nPOST /webhook?hmac=x&ignorar= HTTP/1.1\r\n", 67);
	assert_non_null(strstr(told, "\r\n\r\n" PING));
	peer_stop(p);
}

static void with_skip_there_is_one_call_and_it_shows_the_certificate(void **state)
{
	struct peer p = begin(good());
	struct call c = call_to(p.port, "/webhook");
	struct call_result r;
	char told[9000];
	struct err e;

	(void)state;
	assert_true(caller_check(&c, true, &r, &e));
	ended(r, CALL_OK, NULL, "");
	kill(p.pid, SIGKILL);
	peer_told(p, told, sizeof told);
	assert_memory_equal(told, "caller.emul.pixgate.example\n", 28);
	peer_told(p, told, sizeof told);
	assert_string_equal(told, "");
	peer_stop(p);
}

static void what_is_no_url_is_invalid(void **state)
{
	static const char *const bad[] = {
		"", "shop.example.com/webhook", "https:", "https:/", "https://", "https:///webhook", "https://?x", "https://:443/", "://shop.example.com",
		"https://shop.example.com/a b", "https://shop.example.com/\r\nX-A: b", " https://shop.example.com/", "ht tp://shop.example.com", "http://shop.example.com/a b", "https://localhost:99999/",
		"https://localhost:x/", "1https://localhost/", "mailto:a@example.com"
	};
	char longest[4096];

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (check_url(bad[i]).end != CALL_BAD_URL)
			fail_msg("'%s' ended with %d: %s", bad[i], (int)check_url(bad[i]).end, check_url(bad[i]).reason);
	memset(longest, 'a', sizeof longest);
	memcpy(longest, "https://localhost/", 18);
	longest[sizeof longest - 1] = '\0';
	ended(check_url(longest), CALL_BAD_URL, "valor_invalido", "URL inválida");
}

static void anything_but_https_is_told_so(void **state)
{
	(void)state;
	ended(check_url("http://localhost/webhook"), CALL_NOT_HTTPS, "valor_invalido", "A URL do webhook deve usar o protocolo HTTPS");
	assert_int_equal(check_url("HTTP://localhost/").end, CALL_NOT_HTTPS);
	assert_int_equal(check_url("ftp://localhost/").end, CALL_NOT_HTTPS);
	assert_int_equal(check_url("httpsx://localhost/").end, CALL_NOT_HTTPS);
}

static void a_server_that_lets_everybody_in_has_no_mutual_tls(void **state)
{
	struct peer_manner m = good();

	(void)state;
	m.clients = NULL;
	m.without = 200;
	ended(registered(m, false, PATIENCE), CALL_NO_MTLS, "webhook_invalido", "A autenticação de TLS mútuo não está configurada na URL informada");
	m.without = 204;
	assert_int_equal(registered(m, false, PATIENCE).end, CALL_NO_MTLS);
	m.without = 302;	/* no refusal */
	assert_int_equal(registered(m, false, PATIENCE).end, CALL_NO_MTLS);
	m.without = 200;	/* which skipping takes */
	ended(registered(m, true, PATIENCE), CALL_OK, NULL, "");
}

static void a_refusal_is_any_status_from_400_or_the_end_of_tls(void **state)
{
	struct peer_manner m = good();

	(void)state;
	m.without = 400;
	assert_int_equal(registered(m, false, PATIENCE).end, CALL_OK);
	m.without = 401;
	assert_int_equal(registered(m, false, PATIENCE).end, CALL_OK);
	m.without = 500;
	assert_int_equal(registered(m, false, PATIENCE).end, CALL_OK);
	m.without = PEER_CLOSE;
	assert_int_equal(registered(m, false, PATIENCE).end, CALL_OK);
	m.without = 200;	/* never reached */
	m.demands = true;
	m.tls = 12;
	assert_int_equal(registered(m, false, PATIENCE).end, CALL_OK);
	m.tls = 13;
	assert_int_equal(registered(m, false, PATIENCE).end, CALL_OK);
}

static void nobody_there_is_inaccessible(void **state)
{
	static const char words[] = "A URL informada está inacessível";
	struct peer p = begin(good());
	int port = p.port;
	char url[64];

	(void)state;
	peer_stop(p);
	snprintf(url, sizeof url, "https://127.0.0.1:%d/webhook", port);
	ended(check_url(url), CALL_UNREACHABLE, "webhook_invalido", words);
	ended(check_url("https://no-such-host.invalid/webhook"), CALL_UNREACHABLE, "webhook_invalido", words);
}

static void a_server_that_does_not_answer_in_time_is_told_so(void **state)
{
	static const char words[] = "A URL informada atingiu o tempo limite de resposta";
	struct peer_manner m = good();
	struct timespec from, to;

	(void)state;
	m.mute = true;
	ended(registered(m, false, 600), CALL_TIMEOUT, "webhook_invalido", words);
	m.mute = false;
	m.without = PEER_SILENT;
	ended(registered(m, false, 600), CALL_TIMEOUT, "webhook_invalido", words);
	m.without = 403;
	m.with = PEER_SILENT;
	clock_gettime(CLOCK_MONOTONIC, &from);
	ended(registered(m, false, 600), CALL_TIMEOUT, "webhook_invalido", words);
	clock_gettime(CLOCK_MONOTONIC, &to);
	assert_in_range((to.tv_sec - from.tv_sec) * 1000 + (to.tv_nsec - from.tv_nsec) / 1000000, 600, 5000);
	m.with = 200;
	m.slow_ms = 1500;
	ended(registered(m, true, 1000), CALL_TIMEOUT, "webhook_invalido", words);
	m.slow_ms = 300;
	ended(registered(m, true, PATIENCE), CALL_OK, NULL, "");
	m.hello_ms = 1500;	/* all of the patience may go into TLS */
	ended(registered(m, true, 4000), CALL_OK, NULL, "");
}

static void a_connection_that_is_reset_has_its_errno(void **state)
{
	static const char words[] = "A requisição na URL informada falhou com o erro: ECONNRESET";
	struct peer_manner m = good();

	(void)state;
	m.with = PEER_RESET;
	ended(registered(m, false, PATIENCE), CALL_ERRNO, "webhook_invalido", words);
	m.tls = 12;
	ended(registered(m, true, PATIENCE), CALL_ERRNO, "webhook_invalido", words);
	m.with = PEER_CUT;
	ended(registered(m, true, PATIENCE), CALL_ERRNO, "webhook_invalido", words);
}

static void a_connection_that_ends_before_tls_has_no_error_of_tls(void **state)
{
	static const char words[] = "A requisição na URL informada falhou com o erro: ECONNRESET";
	struct peer_manner m = good();

	(void)state;
	m.hangs_up = PEER_HEARS;
	ended(registered(m, false, PATIENCE), CALL_ERRNO, "webhook_invalido", words);
	m.hangs_up = PEER_GOES;
	ended(registered(m, true, PATIENCE), CALL_ERRNO, "webhook_invalido", words);
}

static void a_server_that_always_fails_in_tls_is_not_one_that_refuses(void **state)
{
	static const char words[] = "A requisição na URL informada falhou com o erro: EPROTO";
	struct peer_manner m = good();

	(void)state;
	m.clients = at(PKI_CLIENT_CA);	/* the wrong file */
	m.demands = true;
	for (m.tls = 12; m.tls <= 13; m.tls++)
		ended(registered(m, false, PATIENCE), CALL_ERRNO, "webhook_invalido", words);
	/* a server whose own certificate nobody vouches for */
	m = good();
	m.cert = at(PKI_API_CERT);
	m.key = at(PKI_API_KEY);
	ended(registered(m, false, PATIENCE), CALL_ERRNO, "webhook_invalido", words);
}

static void a_connection_closed_without_an_answer_is_told_so(void **state)
{
	static const char words[] = "Não foi possível receber uma resposta da URL informada";
	struct peer_manner m = good();

	(void)state;
	m.with = PEER_CLOSE;
	ended(registered(m, false, PATIENCE), CALL_NO_ANSWER, "webhook_invalido", words);
	m.with = PEER_GARBAGE;
	ended(registered(m, false, PATIENCE), CALL_NO_ANSWER, "webhook_invalido", words);
	m.with = PEER_LARGE;
	ended(registered(m, false, PATIENCE), CALL_NO_ANSWER, "webhook_invalido", words);
}

static void another_status_is_told_with_its_number(void **state)
{
	struct peer_manner m = good();

	(void)state;
	m.with = 403;
	ended(registered(m, false, PATIENCE), CALL_STATUS, "webhook_invalido", "A URL informada respondeu com o código HTTP 403");
	m.with = 404;
	ended(registered(m, true, PATIENCE), CALL_STATUS, "webhook_invalido", "A URL informada respondeu com o código HTTP 404");
	m.with = 301;	/* not followed */
	ended(registered(m, false, PATIENCE), CALL_STATUS, "webhook_invalido", "A URL informada respondeu com o código HTTP 301");
	m.with = 204;
	ended(registered(m, false, PATIENCE), CALL_OK, NULL, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_server_is_registered_after_two_calls),
		cmocka_unit_test(with_skip_there_is_one_call_and_it_shows_the_certificate),
		cmocka_unit_test(what_is_no_url_is_invalid),
		cmocka_unit_test(anything_but_https_is_told_so),
		cmocka_unit_test(a_server_that_lets_everybody_in_has_no_mutual_tls),
		cmocka_unit_test(a_refusal_is_any_status_from_400_or_the_end_of_tls),
		cmocka_unit_test(nobody_there_is_inaccessible),
		cmocka_unit_test(a_server_that_does_not_answer_in_time_is_told_so),
		cmocka_unit_test(a_connection_that_is_reset_has_its_errno),
		cmocka_unit_test(a_connection_that_ends_before_tls_has_no_error_of_tls),
		cmocka_unit_test(a_server_that_always_fails_in_tls_is_not_one_that_refuses),
		cmocka_unit_test(a_connection_closed_without_an_answer_is_told_so),
		cmocka_unit_test(another_status_is_told_with_its_number),
	};

	return cmocka_run_group_tests_name("caller_check", tests, make_folder, drop_folder);
}
