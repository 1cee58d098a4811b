/* Web servers that do their worst: each request ends in its time, keeps to its ceilings, and what is told of it can be shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/certs_make.h"	/* ahead of cmocka.h, which has a macro named fail() */
#include "lib/http.h"

#include <cmocka.h>

#include "tests/unit/httpscene.h"

static struct peer raw(const char *says, size_t len, int again, int pause_ms)
{
	return started((struct peer_manner){ .without = PEER_RAW, .raw = says, .raw_len = len, .again = again, .pause_ms = pause_ms });
}

static void headers_can_be_shown_whatever_they_hold(void **state)
{
	static const char says[] = "HTTP/1.1 200 OK\r\nServer: \x1b]0;owned\a\x1b[2J nginx\r\nVia: a\xc2\x9b" "b\xff\r\nContent-Type: \x1b[31m\r\nContent-Length: 0\r\n\r\n";
	struct peer p = raw(says, sizeof says - 1, 0, 0);
	struct http_answer answer;

	(void)state;
	good(p, (struct http_request){ 0 }, &answer);
	peer_stop(p);
	assert_string_equal(http_header(&answer, "Server"), "?]0;owned??[2J nginx");
	assert_string_equal(http_header(&answer, "Via"), "a??b?");
	assert_string_equal(answer.content_type, "?[31m");
	assert_null(http_header(&answer, "X-Cache"));
}

static void a_longer_body_is_cut_where_that_is_wanted(void **state)
{
	static char chunk[6 + 65536 + 2];
	struct peer p;
	struct http_answer answer;
	long before = memory_used();
	int64_t began;
	struct err e;

	(void)state;
	memset(chunk, 'A', sizeof chunk);
	memcpy(chunk, "HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\nServer: big\r\n\r\n", 59);
	p = raw(chunk, sizeof chunk, 1600, 0);	/* 100 MB, some of it looks like heads */
	began = clock_ms();
	if (!sent(p, (struct http_request){ .cut_body = true }, &answer, &e))
		fail_msg("%s", e.text);
	assert_int_equal(answer.status, 200);
	assert_int_equal(answer.body.len, 64);
	assert_string_equal(http_header(&answer, "Server"), "big");
	assert_true(answer.ms > 0);
	buf_free(&answer.body);
	assert_false(sent(p, (struct http_request){ 0 }, &answer, &e));
	assert_int_equal(answer.fail, HTTP_TOO_LARGE);
	assert_int_equal(answer.body.len, 0);
	buf_free(&answer.body);
	assert_in_range(clock_ms() - began, 0, 8000);
	assert_in_range(memory_used() - before, 0, MEMORY);
	peer_stop(p);
}

/* Each: an answer without end, or none at all, in some way. All is over in its time. */
static void every_bad_answer_is_bounded(void **state)
{
	static char many[4000], one[4096];
	static const struct { const char *says; size_t len; int again, pause_ms; enum http_fail why; } rows[] = {
		{ many, sizeof many, -1, 0, HTTP_TOO_LARGE },		/* header lines without end */
		{ one, sizeof one, -1, 0, HTTP_TOO_LARGE },		/* a line without end */
		{ "HTTP/1.1 100 Continue\r\n\r\n", 25, -1, 0, HTTP_TOO_LARGE },
		{ "HTTP/1.1 200 OK\r\nServer: a", 26, 0, 0, HTTP_CUT },	/* closed in the head */
		{ "HTTP/1.1 200 OK\r\n", 17, 0, 0, HTTP_CUT },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe", 40, 0, 0, HTTP_CUT },
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n", 52, 0, 0, HTTP_RESET },
		{ "HTTP/1.1 200 OK\r\nServer: a\0b\r\n\r\n", 33, 0, 0, HTTP_OTHER },
		{ "SSH-2.0-hello\r\n", 15, 0, 0, HTTP_OTHER },
		{ "HTTP/1.1 200 OK: a\r\n", 20, -1, 50, HTTP_TIMEOUT },
		{ "HTTP/1.1 200 OK\r\nX: ", 20, 30, 50, HTTP_TIMEOUT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof many; i += 20)
		memcpy(many + i, i ? "X-Long: aaaaaaaaaa\r\n" : "HTTP/1.1 200 OK: a\r\n", 20);	/* a status, and again a header */
	memset(one, 'a', sizeof one);
	memcpy(one, "HTTP/1.1 200 OK\r\nServer: ", 25);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct peer p = raw(rows[i].says, rows[i].len, rows[i].again, rows[i].pause_ms);
		int64_t began = clock_ms();
		struct http_answer answer;
		struct err e;

		if (sent(p, (struct http_request){ .timeout_ms = 700 }, &answer, &e) || answer.fail != rows[i].why || !*answer.reason)
			fail_msg("row %zu: %d (%s) %s", i, answer.fail, answer.reason, e.text);
		assert_in_range(clock_ms() - began, 0, 5000);
		buf_free(&answer.body);
		peer_stop(p);
	}
}

static void every_end_of_the_connection_is_told(void **state)
{
	struct peer rows[] = {
		started((struct peer_manner){ .without = PEER_CLOSE }), started((struct peer_manner){ .without = PEER_RESET }),
		started((struct peer_manner){ .without = PEER_SILENT }), started((struct peer_manner){ .mute = true }),
		started((struct peer_manner){ .hangs_up = PEER_HEARS }), started((struct peer_manner){ .hangs_up = PEER_GOES }),
	};
	static const enum http_fail why[] = { HTTP_EMPTY, HTTP_RESET, HTTP_TIMEOUT, HTTP_TIMEOUT, HTTP_TLS, HTTP_TLS };

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		int64_t began = clock_ms();

		bad(rows[i], (struct http_request){ .timeout_ms = 500, .connect_ms = 400 }, why[i], "");
		assert_in_range(clock_ms() - began, 0, 5000);
		peer_stop(rows[i]);
	}
}

/* Anything, as the answer, over HTTP/1.1 and HTTP/2. The seed is told where one is not ended. */
static void random_answers_are_ended(void **state)
{
	static char bytes[3000];
	long before = memory_used();

	(void)state;
	for (unsigned seed = 1; seed <= 80; seed++) {
		bool h2 = seed % 2;
		struct http_answer answer;
		int64_t began = clock_ms();
		struct peer p;
		struct err e;

		srand(seed);
		for (size_t i = 0; i < sizeof bytes; i++)
			bytes[i] = seed % 4 < 2 ? (char)rand() : "\r\n: HTTP/1.20 chunked"[rand() % 21];
		memcpy(bytes, h2 ? "\0\0\0\4\0\0\0\0\0" : "HTTP/1.1 200 \r\n", h2 ? 9 : 15);
		p = started((struct peer_manner){ .without = PEER_RAW, .unheard = h2, .alpn = h2 ? "h2" : NULL, .raw = bytes, .raw_len = sizeof bytes });
		if (!sent(p, (struct http_request){ .http2 = h2, .timeout_ms = 1000 }, &answer, &e) && (e.code != ERR_NET || strchr(e.text, '\n')))
			fail_msg("seed %u: %s", seed, e.text);
		if (clock_ms() - began > 2000)
			fail_msg("seed %u took %d ms", seed, (int)(clock_ms() - began));
		for (const char *c = answer.reason; *c; c++)
			assert_false((unsigned char)*c < 0x20 || *c == 0x7f);
		buf_free(&answer.body);
		peer_stop(p);
	}
	assert_in_range(memory_used() - before, 0, MEMORY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_can_be_shown_whatever_they_hold),
		cmocka_unit_test(a_longer_body_is_cut_where_that_is_wanted),
		cmocka_unit_test(every_bad_answer_is_bounded),
		cmocka_unit_test(every_end_of_the_connection_is_told),
		cmocka_unit_test(random_answers_are_ended),
	};

	return cmocka_run_group_tests(tests, make_all, drop_all);
}
