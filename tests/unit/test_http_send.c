/* Requests with a method, a body, headers and a certificate, as the peer gets them; and why one did not get there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "lib/http.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

#include "tests/unit/peer.h"

static char dir[64] = "/tmp/pixgate-send-XXXXXX", ca[128], pem[128], p12[128];

static int make_folder(void **state)
{
	(void)state;
	peer_folder(dir);
	snprintf(ca, sizeof ca, "%s/peer.pem", dir);
	snprintf(pem, sizeof pem, "%s/ours.pem", dir);
	snprintf(p12, sizeof p12, "%s/ours.p12", dir);
	return 0;
}

static int drop_folder(void **state)
{
	(void)state;
	return peer_drop_folder(dir);
}

static const char *fine(const char *request, int n)
{
	(void)request;
	(void)n;
	return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: Application/JSON; charset=UTF-8\r\nConnection: close\r\n\r\n{}";
}

/* Sends r to p's /path. The caller frees answer->body. */
static bool sent(const struct peer *p, struct http_request r, struct http_answer *answer, struct err *e)
{
	char url[128];

	snprintf(url, sizeof url, "%s/path?a=%%2F", p->base);
	r.url = url;
	r.cacert = ca;
	r.timeout_ms = 9000;
	*answer = (struct http_answer){ .body = BUF(64) };
	return http_send(&r, answer, e);
}

static void good(const struct peer *p, struct http_request r)
{
	struct http_answer answer;
	struct err e = { 0 };

	if (!sent(p, r, &answer, &e))
		fail_msg("%s", e.text);
	assert_int_equal(answer.fail, HTTP_ANSWERED);
	buf_free(&answer.body);
}

static void bad(const struct peer *p, struct http_request r, enum err_code code, enum http_fail why, const char *says)
{
	struct http_answer answer;
	struct err e = { 0 };

	assert_false(sent(p, r, &answer, &e));
	if (e.code != code || answer.fail != why || !strstr(e.text, says) || strstr(e.text, "abre") || strchr(e.text, '\n'))
		fail_msg("%d %d: %s", e.code, answer.fail, e.text);
	assert_int_equal(answer.body.len, 0);
	buf_free(&answer.body);
}

static bool asked(const struct peer *p, int n, const char *what)
{
	return n < p->seen->count && strcasestr(p->seen->request[n], what);
}

static void method_headers_and_body_arrive(void **state)
{
	const char *const headers[] = { "Content-Type: application/json", "x-skip-mtls-checking: true", NULL };
	struct peer p = peer_start(ca, false, fine);

	(void)state;
	good(&p, (struct http_request){ .method = "PUT", .headers = headers, .body = "{\"a\":1}", .body_len = 7, .user_agent = "A0B1" });
	assert_true(asked(&p, 0, "PUT /path?a=%2F HTTP/1.1\r\n"));
	assert_true(asked(&p, 0, "\r\nUser-Agent: A0B1\r\n"));
	assert_true(asked(&p, 0, "\r\nx-skip-mtls-checking: true\r\n"));
	assert_true(asked(&p, 0, "\r\nContent-Type: application/json\r\n"));
	assert_true(asked(&p, 0, "\r\nAccept-Encoding: identity\r\n"));
	assert_true(asked(&p, 0, "\r\n\r\n{\"a\":1}"));
	good(&p, (struct http_request){ .method = "PUT", .body = "{}", .body_len = 2 });
	assert_true(asked(&p, 1, "\r\n\r\n{}") && !asked(&p, 1, "Content-Type"));	/* nobody said that it is a form */
	peer_stop(&p);
}

static void a_request_without_a_body_says_so(void **state)
{
	struct peer p = peer_start(ca, false, fine);

	(void)state;
	good(&p, (struct http_request){ .method = "POST" });
	good(&p, (struct http_request){ .method = "DELETE" });
	good(&p, (struct http_request){ 0 });
	assert_true(asked(&p, 0, "POST /path") && asked(&p, 0, "\r\nContent-Length: 0\r\n"));
	assert_true(asked(&p, 1, "DELETE /path") && !asked(&p, 1, "\r\nContent-Length"));
	assert_true(asked(&p, 2, "GET /path") && asked(&p, 2, "User-Agent: pixgate/"));
	peer_stop(&p);
}

static void a_file_goes_as_multipart(void **state)
{
	struct peer p = peer_start(ca, false, fine);

	(void)state;
	good(&p, (struct http_request){ .method = "PUT", .body = "---X---", .body_len = 7, .part = "certificado", .part_name = "loja.cer", .part_type = "application/x-x509-ca-cert" });
	assert_true(asked(&p, 0, "PUT /path") && asked(&p, 0, "\r\nContent-Type: multipart/form-data; boundary="));
	assert_true(asked(&p, 0, "Content-Disposition: form-data; name=\"certificado\"; filename=\"loja.cer\"\r\n"));
	assert_true(asked(&p, 0, "\r\nContent-Type: application/x-x509-ca-cert\r\n\r\n---X---\r\n--"));
	peer_stop(&p);
}

static const char *busy(const char *request, int n)
{
	static const char *const says[] = {
		"HTTP/1.1 429 Too Many\r\nretry-AFTER:  17 \r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
		"HTTP/1.1 429 Too Many\r\nRetry-After: Wed, 21 Oct 2026 07:28:00 GMT\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
		"HTTP/1.1 429 Too Many\r\nRetry-After: 12x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
		"HTTP/1.1 100 Continue\r\nRetry-After: 5\r\n\r\nHTTP/1.1 429 Too Many\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
		"HTTP/1.1 302 Found\r\nLocation: /else\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
	};

	(void)request;
	return says[n];
}

static void status_type_and_retry_after_are_told(void **state)
{
	static const struct { long status; int after; } rows[] = { { 429, 17 }, { 429, -1 }, { 429, -1 }, { 429, -1 }, { 302, -1 } };
	struct peer p = peer_start(ca, false, busy), q = peer_start(ca, false, fine);
	struct http_answer answer;
	struct err e;

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		assert_true(sent(&p, (struct http_request){ 0 }, &answer, &e));
		assert_int_equal(answer.status, rows[i].status);
		assert_int_equal(answer.retry_after_s, rows[i].after);
		assert_string_equal(answer.content_type, "");
		buf_free(&answer.body);
	}
	assert_int_equal(p.seen->count, 5);	/* the redirect was not followed */
	assert_true(sent(&q, (struct http_request){ 0 }, &answer, &e));
	assert_string_equal(answer.content_type, "application/json; charset=utf-8");
	assert_string_equal(buf_str(&answer.body), "{}");
	buf_free(&answer.body);
	peer_stop(&p);
	peer_stop(&q);
}

static void our_certificate_is_shown_from_pem_and_p12(void **state)
{
	struct peer p = peer_start(ca, true, fine);

	(void)state;
	good(&p, (struct http_request){ .cert = pem });
	good(&p, (struct http_request){ .cert = p12, .password = "abre-te" });
	assert_string_equal(p.seen->subject[0], "ours");
	assert_string_equal(p.seen->subject[1], "ours");
	peer_stop(&p);
}

static void an_old_p12_is_told_with_what_to_do(void **state)
{
	struct peer p = peer_start(ca, true, fine);
	char old[128], command[512];

	(void)state;
	snprintf(old, sizeof old, "%s/old.p12", dir);
	snprintf(command, sizeof command, "cd %s && openssl pkcs12 -export -legacy -in ours.pem -out old.p12 -passout pass:", dir);
	assert_int_equal(system(command), 0);
	bad(&p, (struct http_request){ .cert = old }, ERR_CONFIG, HTTP_OUR_CERT, "old.p12: its encryption is too old for this OpenSSL");
	peer_stop(&p);
}

static void a_certificate_that_cannot_be_used_is_named(void **state)
{
	struct peer p = peer_start(ca, true, fine);
	char gone[128], text[128], text12[128], other[128], command[512];

	(void)state;
	snprintf(gone, sizeof gone, "%s/gone.p12", dir);
	snprintf(text, sizeof text, "%s/text.pem", dir);
	snprintf(text12, sizeof text12, "%s/text.pfx", dir);
	snprintf(other, sizeof other, "%s/other.pem", dir);
	snprintf(command, sizeof command, "cd %s && echo hello >text.pem && echo hello >text.pfx && openssl pkey -in ours.pem -aes128 -passout pass:abre-te -out locked.key", dir);
	assert_int_equal(system(command), 0);
	bad(&p, (struct http_request){ .cert = gone }, ERR_CONFIG, HTTP_OUR_CERT, "gone.p12: No such file");
	bad(&p, (struct http_request){ .cert = p12, .password = "abre-te-nao" }, ERR_CONFIG, HTTP_OUR_CERT, "ours.p12: wrong password");
	bad(&p, (struct http_request){ .cert = p12 }, ERR_CONFIG, HTTP_OUR_CERT, "ours.p12: wrong password");
	bad(&p, (struct http_request){ .cert = text }, ERR_CONFIG, HTTP_OUR_CERT, "text.pem: no readable certificate");
	bad(&p, (struct http_request){ .cert = text12 }, ERR_CONFIG, HTTP_OUR_CERT, "text.pfx: no PKCS #12 file");
	bad(&p, (struct http_request){ .cert = pem, .key = ca }, ERR_CONFIG, HTTP_OUR_CERT, "not the key of");
	snprintf(other, sizeof other, "%s/locked.key", dir);
	bad(&p, (struct http_request){ .cert = pem, .key = other, .password = "abre-te-nao" }, ERR_CONFIG, HTTP_OUR_CERT, "locked.key: no readable key");
	good(&p, (struct http_request){ .cert = pem, .key = other, .password = "abre-te" });
	assert_int_equal(p.seen->count, 1);
	peer_stop(&p);
}

static void a_peer_that_wants_a_certificate_is_told_apart(void **state)
{
	struct peer p = peer_start(ca, true, fine);

	(void)state;
	bad(&p, (struct http_request){ 0 }, ERR_NET, HTTP_OUR_CERT, "asks for a client certificate");
	peer_stop(&p);
}

static void a_header_with_a_line_break_is_not_sent(void **state)
{
	const char *const headers[] = { "X: a\r\nY: b", NULL };
	struct peer p = peer_start(ca, false, fine);

	(void)state;
	bad(&p, (struct http_request){ .headers = headers }, ERR_USAGE, HTTP_OTHER, "control byte");
	assert_int_equal(p.seen->count, 0);
	peer_stop(&p);
}

static const char *odd(const char *request, int n)
{
	static const char *const says[] = {
		NULL,
		"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\ncut",
		"HTTP/1.1 200 OK\r\nContent-Length: 65\r\n\r\n12345678901234567890123456789012345678901234567890123456789012345",
	};

	(void)request;
	return says[n];
}

static void reasons_are_told_apart(void **state)
{
	struct peer p = peer_start(ca, false, odd), none = p;
	struct http_answer answer = { .body = BUF(64) };
	struct http_request r = { .url = "https://nobody.invalid/", .timeout_ms = 9000 };
	struct err e;

	(void)state;
	bad(&p, (struct http_request){ 0 }, ERR_NET, HTTP_EMPTY, "127.0.0.1:");
	bad(&p, (struct http_request){ 0 }, ERR_NET, HTTP_CUT, "127.0.0.1:");
	bad(&p, (struct http_request){ 0 }, ERR_NET, HTTP_TOO_LARGE, "longer than 64 bytes");
	peer_stop(&p);
	bad(&none, (struct http_request){ 0 }, ERR_NET, HTTP_NO_CONNECTION, "127.0.0.1:");
	assert_false(http_send(&r, &answer, &e));
	assert_int_equal(answer.fail, HTTP_NO_HOST);
}

static void no_proxy_unless_one_is_given(void **state)
{
	struct peer p = peer_start(ca, false, fine);

	(void)state;
	setenv("https_proxy", "http://127.0.0.1:1", 1);
	setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
	good(&p, (struct http_request){ 0 });
	unsetenv("ALL_PROXY");
	setenv("no_proxy", "*", 1);
	bad(&p, (struct http_request){ .proxy = "http://127.0.0.1:1" }, ERR_NET, HTTP_NO_CONNECTION, "127.0.0.1");
	peer_stop(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(method_headers_and_body_arrive),
		cmocka_unit_test(a_request_without_a_body_says_so),
		cmocka_unit_test(a_file_goes_as_multipart),
		cmocka_unit_test(status_type_and_retry_after_are_told),
		cmocka_unit_test(our_certificate_is_shown_from_pem_and_p12),
		cmocka_unit_test(an_old_p12_is_told_with_what_to_do),
		cmocka_unit_test(a_certificate_that_cannot_be_used_is_named),
		cmocka_unit_test(a_peer_that_wants_a_certificate_is_told_apart),
		cmocka_unit_test(a_header_with_a_line_break_is_not_sent),
		cmocka_unit_test(reasons_are_told_apart),
		cmocka_unit_test(no_proxy_unless_one_is_given),
	};

	return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
