/* How a request ended: of libcurl's words and of bytes; nothing secret, nothing that a terminal obeys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/probe_run.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

#define SECRET "3f9a41c07be2d586"
#define BASIC "YmFuY286c2VuaGE="

static const struct target t = { .secret = SECRET, .authorization = "Basic " BASIC };

static struct reply heard(const char *bytes, size_t len)
{
	const struct tls_seen seen = { .connect_ms = 1, .handshake_ms = 2, .version = TLS_1_3, .closed = true };
	struct reply r = { .status = 7 };

	told_tls(&t, true, &seen, &(struct err){ 0 }, bytes, len, &r);
	return r;
}
#define HEARD(text) heard(text, sizeof text - 1)

static void an_answer_is_read(void **state)
{
	struct reply r = HEARD("HTTP/1.1 405 Not Allowed\r\nserver: nginx\r\nALLOW:POST\r\nServer: second\r\nVia: 1.1 x\r\nWWW-Authenticate: Basic realm=\"a\"\r\n"
		"CF-RAY: 8f-GRU\r\n\r\nno");

	(void)state;
	assert_int_equal(r.end, END_STATUS);
	assert_int_equal(r.stage, STAGE_ANSWER);
	assert_int_equal(r.status, 405);
	assert_string_equal(r.server, "nginx");
	assert_string_equal(r.allow, "POST");
	assert_string_equal(r.authenticate, "Basic realm=\"a\"");
	assert_string_equal(r.via, "Via: 1.1 x");
	assert_string_equal(r.body, "no");
	assert_int_equal(r.body_len, 2);
	assert_string_equal(r.text, "");
	assert_int_equal(r.tls_ms, 2);
}

static void what_comes_ahead_of_an_answer_is_passed_over(void **state)
{
	(void)state;
	assert_int_equal(HEARD("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nServer: no\r\n\r\nHTTP/1.0 200 OK\r\n\r\n").status, 200);
	assert_string_equal(HEARD("HTTP/1.1 103 Early\r\nServer: no\r\n\r\nHTTP/1.0 200 OK\r\n\r\n").server, "");
	assert_int_equal(HEARD("HTTP/1.1 100 Continue\r\n\r\n").end, END_NO_HTTP);
}

static void what_is_no_http_is_told_so(void **state)
{
	static const char *const bad[] = {
		"SSH-2.0-hello\r\n\r\n", "HTTP/1.1 200 OK\r\nServer: x\r\n", "HTTP/1.1 2x0 OK\r\n\r\n", "HTTP/2 200\r\n\r\n", "H", "<html>", "HTTP/1.1 20"
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (heard(bad[i], strlen(bad[i])).end != END_NO_HTTP)
			fail_msg("'%s' is taken for HTTP", bad[i]);
}

static void nothing_is_a_closed_connection_or_one_that_hangs(void **state)
{
	struct tls_seen seen = { .connect_ms = 1, .version = TLS_1_2 };
	struct reply r;

	(void)state;
	assert_int_equal(HEARD("").end, END_CLOSED);
	told_tls(&t, true, &seen, &(struct err){ 0 }, "", 0, &r);
	assert_int_equal(r.end, END_TIMEOUT);
	assert_int_equal(r.stage, STAGE_ANSWER);
}

static void a_handshake_that_fails_is_told_with_its_stage(void **state)
{
	static const struct {
		enum tls_fail fail;
		int connect_ms;
		enum tls_version version;
		enum ending end;
		enum stage stage;
	} rows[] = {
		{ TLS_NO_CONNECTION, -1, TLS_OTHER, END_NO_CONNECTION, STAGE_CONNECT },
		{ TLS_NO_ROUTE, -1, TLS_OTHER, END_NO_CONNECTION, STAGE_CONNECT },
		{ TLS_TIMEOUT, -1, TLS_OTHER, END_TIMEOUT, STAGE_CONNECT },
		{ TLS_TIMEOUT, 3, TLS_OTHER, END_TIMEOUT, STAGE_TLS },
		{ TLS_NO_TLS, 3, TLS_OTHER, END_NO_TLS, STAGE_TLS },
		{ TLS_BROKEN, 3, TLS_OTHER, END_NO_TLS, STAGE_TLS },
		{ TLS_CLOSED, 3, TLS_OTHER, END_CLOSED, STAGE_TLS },
		{ TLS_ALERT, 3, TLS_OTHER, END_ALERT, STAGE_TLS },
		{ TLS_ALERT, 3, TLS_1_3, END_ALERT, STAGE_ANSWER },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct tls_seen seen = { .fail = rows[i].fail, .connect_ms = rows[i].connect_ms, .version = rows[i].version, .alert = "unknown CA" };
		struct err e = { .text = "the reason" };
		struct reply r;

		told_tls(&t, false, &seen, &e, "", 0, &r);
		assert_int_equal(r.end, rows[i].end);
		assert_int_equal(r.stage, rows[i].stage);
		assert_string_equal(r.text, r.end == END_ALERT ? "unknown CA" : "the reason");
	}
}

static struct reply curled(enum http_fail how, int connect_ms, int tls_ms, const char *reason)
{
	struct http_answer a = { .fail = how, .connect_ms = connect_ms, .tls_ms = tls_ms };
	struct reply r;

	snprintf(a.reason, sizeof a.reason, "%s", reason);
	told_http(&t, false, &a, &r);
	return r;
}

static void libcurls_failures_are_ends(void **state)
{
	struct reply r = curled(HTTP_OUR_CERT, 1, 1, "OpenSSL SSL_read: OpenSSL/3.0.22: error:0A00045C:SSL routines::tlsv13 alert certificate required, errno 0");

	(void)state;
	assert_int_equal(r.end, END_ALERT);
	assert_string_equal(r.text, "certificate required");
	assert_int_equal(r.stage, STAGE_ANSWER);
	assert_int_equal(curled(HTTP_TLS, 1, 0, "error:0A00010B:SSL routines::wrong version number").end, END_NO_TLS);
	assert_int_equal(curled(HTTP_NO_CONNECTION, 0, 0, "refused").end, END_NO_CONNECTION);
	assert_int_equal(curled(HTTP_TIMEOUT, 0, 0, "").stage, STAGE_CONNECT);
	assert_int_equal(curled(HTTP_TIMEOUT, 2, 0, "").stage, STAGE_TLS);
	assert_int_equal(curled(HTTP_TIMEOUT, 2, 2, "").stage, STAGE_ANSWER);
	assert_int_equal(curled(HTTP_TIMEOUT, 2, 2, "").end, END_TIMEOUT);
	assert_int_equal(curled(HTTP_EMPTY, 2, 2, "").end, END_CLOSED);
	assert_int_equal(curled(HTTP_RESET, 2, 2, "").end, END_CLOSED);
	assert_int_equal(curled(HTTP_CUT, 2, 2, "").end, END_CLOSED);
	assert_int_equal(curled(HTTP_TOO_LARGE, 2, 2, "").end, END_NO_HTTP);
	assert_int_equal(curled(HTTP_OTHER, 2, 2, "").end, END_NO_HTTP);
}

static void libcurls_answer_is_a_reply(void **state)
{
	struct http_answer a = { .status = 302, .http2 = true, .connect_ms = 1, .tls_ms = 2, .ms = 3, .body = BUF(100), .headers = 3, .header = {
		{ "Location", "/x?hmac=" SECRET "&b=" }, { "Server", "cloudflare" }, { "CF-Ray", "1" } } };
	struct reply r;

	(void)state;
	buf_puts(&a.body, "<html>");
	told_http(&t, true, &a, &r);
	assert_int_equal(r.end, END_STATUS);
	assert_int_equal(r.status, 302);
	assert_true(r.http2);
	assert_int_equal(r.ms, 3);
	assert_string_equal(r.location, "/x?hmac=***&b=");
	assert_string_equal(r.server, "cloudflare");
	assert_string_equal(r.via, "CF-Ray: 1");
	assert_string_equal(r.body, "<html>");
	buf_free(&a.body);
}

static void led(const char *from, const char *want)
{
	char out[SEEN_TEXT];

	told_location(&t, from, strlen(from), out, sizeof out);
	assert_string_equal(out, want);
}

static void every_value_of_a_locations_query_is_hidden(void **state)
{
	(void)state;
	led("https://a/b", "https://a/b");
	led("/b?hmac=x&ignorar=/pix&c", "/b?hmac=***&ignorar=***&***");
	led("/b?x", "/b?***");
	led("/b?", "/b?");
	led("/b?a=1#f=2?c=3", "/b?a=***#f=***?c=***");
	led("/" SECRET "/pix", "/***/pix");
}

static void a_secret_is_in_no_text(void **state)
{
	char out[SEEN_TEXT], small[12];
	struct reply r = HEARD("HTTP/1.1 200 OK\r\nServer: a" SECRET "b\r\nAllow: " BASIC "\r\nLocation: /" SECRET "\r\nVia: " SECRET "\r\n\r\n" SECRET " and " SECRET);

	(void)state;
	assert_string_equal(r.server, "a***b");
	assert_string_equal(r.allow, "***");
	assert_string_equal(r.location, "/***");
	assert_string_equal(r.via, "Via: ***");
	assert_string_equal(r.body, "*** and ***");
	told_text(&t, "x 3f9a41c07be2d58", 17, out, sizeof out);	/* the end was cut off */
	assert_string_equal(out, "x ***");
	told_text(&t, "x 3f9a41", 8, out, sizeof out);
	assert_string_equal(out, "x ***");
	told_text(&t, "12345678" SECRET, 24, small, sizeof small);	/* hidden first, cut then */
	assert_string_equal(small, "12345678***");
	assert_int_equal(curled(HTTP_RESET, 1, 1, "got " SECRET).text[4], '*');
}

static void an_escape_does_not_get_through(void **state)
{
	struct reply r = HEARD("HTTP/1.1 200 OK\r\nServer: a\x1b[2Jb\x07\xc2\x9b\r\n\r\nnul\0\n\xff\xfe");
	char out[8];

	(void)state;
	assert_null(strpbrk(r.server, "\x1b\x07\x9b"));
	assert_int_equal(strlen(r.body), 7);
	for (const char *p = r.body; *p; p++)
		assert_true(*p >= ' ' && *p < 0x7f);
	told_text(&t, "abcdef\xc3\xa9", 8, out, sizeof out);	/* a letter that has no room is not halved */
	assert_string_equal(out, "abcdef");
}

static void a_long_text_is_cut(void **state)
{
	char out[SEEN_TEXT];
	char *text = malloc(1 << 20);

	(void)state;
	memset(text, 'a', 1 << 20);
	told_text(&t, text, 1 << 20, out, sizeof out);
	assert_int_equal(strlen(out), SEEN_TEXT - 1);
	told_location(&t, text, 1 << 20, out, sizeof out);
	assert_int_equal(strlen(out), SEEN_TEXT - 1);
	memset(text, '?', 1 << 20);
	told_location(&t, text, 1 << 20, out, sizeof out);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_is_read),
		cmocka_unit_test(what_comes_ahead_of_an_answer_is_passed_over),
		cmocka_unit_test(what_is_no_http_is_told_so),
		cmocka_unit_test(nothing_is_a_closed_connection_or_one_that_hangs),
		cmocka_unit_test(a_handshake_that_fails_is_told_with_its_stage),
		cmocka_unit_test(libcurls_failures_are_ends),
		cmocka_unit_test(libcurls_answer_is_a_reply),
		cmocka_unit_test(every_value_of_a_locations_query_is_hidden),
		cmocka_unit_test(a_secret_is_in_no_text),
		cmocka_unit_test(an_escape_does_not_get_through),
		cmocka_unit_test(a_long_text_is_cut),
	};

	return cmocka_run_group_tests_name("probe_answer", tests, NULL, NULL);
}
