/* Requests through a proxy: what it learns, what it may break, and that only the one that was given is used. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "lib/http.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

#include "tests/unit/proxy.h"

static const char *const variables[] = {
	"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "HTTP_PROXY", "no_proxy", "NO_PROXY", NULL
};

static char dir[64] = "/tmp/pixgate-proxy-XXXXXX", ca[128], pem[128];

static int make_folder(void **state)
{
	(void)state;
	peer_folder(dir);
	snprintf(ca, sizeof ca, "%s/peer.pem", dir);
	snprintf(pem, sizeof pem, "%s/ours.pem", dir);
	return 0;
}

static int drop_folder(void **state)
{
	(void)state;
	return peer_drop_folder(dir);
}

static int clean_environment(void **state)
{
	(void)state;
	for (const char *const *v = variables; *v; v++)
		unsetenv(*v);
	return 0;
}

static const char *fine(const char *request, int n)
{
	(void)request;
	(void)n;
	return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
}

static const char *mute(const char *request, int n)
{
	(void)request;
	(void)n;
	return NULL;
}

static bool send_to(const struct peer *p, const char *proxy, struct http_answer *answer, struct err *e)
{
	static const char *const headers[] = { "Authorization: Bearer bilhete", "Content-Type: application/json", NULL };
	char url[128];
	struct http_request r = { .method = "PUT", .url = url, .headers = headers, .body = "{\"senha\":1}", .body_len = 11, .user_agent = "CodigoSecreto",
		.cacert = ca, .cert = pem, .proxy = proxy, .timeout_ms = 30000 };

	snprintf(url, sizeof url, "%s/caminho?hmac=segredo", p->base);
	*answer = (struct http_answer){ .body = BUF(64) };
	*e = (struct err){ 0 };
	return http_send(&r, answer, e);
}

static void good(const struct peer *p, const char *proxy)
{
	struct http_answer answer;
	struct err e;

	if (!send_to(p, proxy, &answer, &e))
		fail_msg("%s", e.text);
	assert_int_equal(answer.status, 200);
	assert_int_equal(answer.fail, HTTP_ANSWERED);
	assert_int_equal(answer.retry_after_s, -1);	/* the proxy's does not count */
	assert_string_equal(buf_str(&answer.body), "{}");
	buf_free(&answer.body);
}

static void bad(const struct peer *p, const char *proxy, enum http_fail why, const char *says)
{
	struct http_answer answer;
	struct err e;

	assert_false(send_to(p, proxy, &answer, &e));
	if (e.code != ERR_NET || answer.fail != why || !strstr(e.text, says) || strchr(e.text, '\n') || strstr(e.text, "segredo"))
		fail_msg("%d %d: %s", e.code, answer.fail, e.text);
	assert_int_equal(answer.body.len, 0);
	buf_free(&answer.body);
}

static void the_proxy_that_was_given_leads_there(void **state)
{
	struct peer p = peer_start(ca, true, fine);
	struct proxy proxy = proxy_start(NULL);

	(void)state;
	good(&p, proxy.url);
	assert_int_equal(proxy.seen->clients, 1);
	assert_int_equal(p.seen->count, 1);
	assert_string_equal(p.seen->subject[0], "ours");	/* the TLS is the peer's, end to end */
	assert_non_null(strstr(p.seen->request[0], "User-Agent: CodigoSecreto\r\n"));
	assert_null(strstr(p.seen->request[0], "Proxy-"));
	proxy_stop(&proxy);
	peer_stop(&p);
}

static void the_proxy_learns_host_and_port_alone(void **state)
{
	static const char *const secrets[] = { "bilhete", "Authorization", "CodigoSecreto", "segredo", "caminho", "senha", "PUT" };
	struct peer p = peer_start(ca, false, fine);
	struct proxy proxy = proxy_start(NULL);
	char want[80];

	(void)state;
	good(&p, proxy.url);
	snprintf(want, sizeof want, "CONNECT 127.0.0.1:%d HTTP/1.1\r\n", p.port);
	assert_memory_equal(proxy.seen->bytes, want, strlen(want));
	assert_true(proxy_saw(&proxy, "\r\nUser-Agent: pixgate/" VERSION "\r\n"));
	for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++)
		if (proxy_saw(&proxy, secrets[i]))
			fail_msg("the proxy could read \"%s\"", secrets[i]);
	proxy_stop(&proxy);
	peer_stop(&p);
}

static void no_variable_of_the_environment_brings_one(void **state)
{
	struct peer p = peer_start(ca, false, fine);
	struct proxy proxy = proxy_start(NULL);

	(void)state;
	for (const char *const *v = variables; *v; v++) {
		setenv(*v, proxy.url, 1);
		good(&p, NULL);
		unsetenv(*v);
	}
	assert_int_equal(proxy.seen->clients, 0);
	proxy_stop(&proxy);
	peer_stop(&p);
}

static void no_variable_of_the_environment_goes_past_one(void **state)
{
	struct peer p = peer_start(ca, false, fine);
	struct proxy proxy = proxy_start(NULL), other = proxy_start(NULL);
	static const char *const rows[][2] = { { "no_proxy", "*" }, { "NO_PROXY", "127.0.0.1" }, { "https_proxy", "" }, { "ALL_PROXY", "" } };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		setenv(rows[i][0], rows[i][1][0] ? rows[i][1] : other.url, 1);
		good(&p, proxy.url);
		unsetenv(rows[i][0]);
	}
	assert_int_equal(proxy.seen->clients, 4);
	assert_int_equal(other.seen->clients, 0);
	proxy_stop(&proxy);
	proxy_stop(&other);
	peer_stop(&p);
}

/* None of it is the peer's doing, so none of it looks like a certificate that the peer does not know. */
static void a_proxy_that_does_not_lead_there_is_told_as_such(void **state)
{
	static const struct { const char *says; enum http_fail why; const char *words; } rows[] = {
		{ "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n", HTTP_NO_CONNECTION, "407" },
		{ "HTTP/1.1 403 Forbidden\r\nContent-Length: 5\r\n\r\nhello", HTTP_NO_CONNECTION, "403" },
		{ "HTTP/1.1 502 Bad Gateway\r\n\r\n", HTTP_NO_CONNECTION, "502" },
		{ "", HTTP_NO_CONNECTION, "" },
		{ "SSH-2.0-hello\r\n\r\n", HTTP_NO_CONNECTION, "" },
	};
	struct peer p = peer_start(ca, true, fine);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct proxy proxy = proxy_start(rows[i].says);

		bad(&p, proxy.url, rows[i].why, "the proxy does not lead there: ");
		bad(&p, proxy.url, rows[i].why, rows[i].words);
		proxy_stop(&proxy);
	}
	bad(&p, "http://127.0.0.1:1", HTTP_NO_CONNECTION, "the proxy does not lead there: ");
	bad(&p, "http://nobody.invalid:3128", HTTP_NO_HOST, "the proxy does not lead there: ");
	assert_int_equal(p.seen->count, 0);
	peer_stop(&p);
}

static void what_the_peer_does_behind_a_proxy_is_its_own(void **state)
{
	struct peer p = peer_start(ca, false, mute), foreign = peer_start(pem, false, fine);
	struct proxy proxy = proxy_start(NULL);

	(void)state;
	bad(&p, proxy.url, HTTP_EMPTY, "127.0.0.1:");
	bad(&foreign, proxy.url, HTTP_THEIR_CERT, "127.0.0.1:");
	bad(&foreign, NULL, HTTP_THEIR_CERT, "127.0.0.1:");
	proxy_stop(&proxy);
	peer_stop(&p);
	peer_stop(&foreign);
}

static void a_proxy_over_tls_must_prove_itself(void **state)
{
	struct peer p = peer_start(ca, false, fine), proxy = peer_start(ca, false, fine);

	(void)state;
	bad(&p, proxy.base, HTTP_NO_CONNECTION, "the proxy does not lead there: ");
	assert_int_equal(proxy.seen->count, 0);
	peer_stop(&p);
	peer_stop(&proxy);
}

#define ONE(f) cmocka_unit_test_setup(f, clean_environment)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ONE(the_proxy_that_was_given_leads_there),
		ONE(the_proxy_learns_host_and_port_alone),
		ONE(no_variable_of_the_environment_brings_one),
		ONE(no_variable_of_the_environment_goes_past_one),
		ONE(a_proxy_that_does_not_lead_there_is_told_as_such),
		ONE(what_the_peer_does_behind_a_proxy_is_its_own),
		ONE(a_proxy_over_tls_must_prove_itself),
	};

	return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
