/* Connections that are kept, and those that stay on this machine. How a kept one breaks is in test_sink_https_hostile.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/http.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

#include "tests/unit/receiver.h"

static bool sent(const char *host, int port, struct http_request r, struct http_answer *answer)
{
	char url[100];
	struct err e = { 0 };

	snprintf(url, sizeof url, "http://%s:%d/", host, port);
	r.url = url;
	r.plain = true;
	r.timeout_ms = r.timeout_ms ? r.timeout_ms : 9000;
	*answer = (struct http_answer){ .status = 7, .retry_after_s = 7, .body = BUF(64) };
	if (http_send(&r, answer, &e)) {
		buf_free(&answer->body);
		return true;
	}
	buf_free(&answer->body);
	assert_int_equal(e.code, ERR_NET);
	return false;
}

static void nothing_of_a_request_is_left_for_the_next(void **state)
{
	static const char *const headers[] = { "X-Segredo: segredo", "Content-Type: text/plain", NULL };
	struct receiver r = receiver_start(receiver_says, RECEIVER_OK), elsewhere = receiver_start(receiver_says, RECEIVER_OK);
	struct http_line *line = http_line_new();
	struct http_answer answer;
	char to[40];

	(void)state;
	assert_non_null(line);
	snprintf(to, sizeof to, "127.0.0.1:%d", elsewhere.port);
	assert_true(sent("127.0.0.1", r.port, (struct http_request){ .line = line, .connect_to = to, .loopback = true }, &answer));
	assert_int_equal(r.seen->connections, 0);
	assert_true(sent("127.0.0.1", r.port, (struct http_request){ .line = line, .method = "POST", .headers = headers, .body = "segredo", .body_len = 7,
									  .user_agent = "segredo" }, &answer));
	assert_true(sent("127.0.0.1", r.port, (struct http_request){ .line = line }, &answer));
	assert_int_equal(r.seen->connections, 1);
	assert_memory_equal(r.seen->request[0], "POST / HTTP/1.1\r\n", 17);
	assert_memory_equal(r.seen->request[1], "GET / HTTP/1.1\r\n", 16);
	assert_null(strstr(r.seen->request[1], "egredo"));
	assert_null(strcasestr(r.seen->request[1], "\r\nContent-"));
	assert_non_null(strstr(r.seen->request[1], "\r\nUser-Agent: pixgate/" VERSION "\r\n"));
	assert_true(sent("0.0.0.0", r.port, (struct http_request){ .line = line }, &answer));
	assert_int_equal(elsewhere.seen->requests, 1);
	http_line_free(line);
	http_line_free(NULL);
	receiver_stop(&r);
	receiver_stop(&elsewhere);
}

static void without_a_line_each_request_has_a_connection(void **state)
{
	struct receiver r = receiver_start(receiver_says, RECEIVER_OK);
	struct http_answer answer;

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_true(sent("127.0.0.1", r.port, (struct http_request){ 0 }, &answer));
	assert_int_equal(r.seen->connections, 3);
	receiver_stop(&r);
}

static void one_line_may_lead_to_several_servers(void **state)
{
	struct receiver r[2] = { receiver_start(receiver_says, RECEIVER_OK), receiver_start(receiver_says, RECEIVER_OK) };
	struct http_line *line = http_line_new();
	struct http_answer answer;

	(void)state;
	for (int i = 0; i < 6; i++)
		assert_true(sent("127.0.0.1", r[i % 2].port, (struct http_request){ .line = line }, &answer));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(r[i].seen->requests, 3);
		assert_int_equal(r[i].seen->connections, 1);
		receiver_stop(&r[i]);
	}
	http_line_free(line);
}

/* 0.0.0.0 leads to this machine as well, but is none of its loopback addresses: so is where a resolver may send us. */
static void who_shall_stay_here_connects_nowhere_else(void **state)
{
	struct receiver r = receiver_start(receiver_says, RECEIVER_OK);
	struct http_answer answer;
	char to[40];

	(void)state;
	assert_true(sent("0.0.0.0", r.port, (struct http_request){ 0 }, &answer));
	assert_false(sent("0.0.0.0", r.port, (struct http_request){ .loopback = true }, &answer));
	assert_int_equal(answer.fail, HTTP_NO_CONNECTION);
	snprintf(to, sizeof to, "0.0.0.0:%d", r.port);
	assert_false(sent("localhost", r.port, (struct http_request){ .loopback = true, .connect_to = to }, &answer));
	assert_false(sent("[::]", r.port, (struct http_request){ .loopback = true }, &answer));
	assert_false(sent("[::ffff:0.0.0.0]", r.port, (struct http_request){ .loopback = true }, &answer));
	assert_int_equal(r.seen->connections, 1);
	assert_true(sent("127.0.0.1", r.port, (struct http_request){ .loopback = true }, &answer));
	assert_true(sent("localhost", r.port, (struct http_request){ .loopback = true }, &answer));
	assert_int_equal(r.seen->connections, 3);
	receiver_stop(&r);
}

static void an_answer_without_its_end_tells_its_status(void **state)
{
	static const struct { const char *says; long status; int retry_after_s; } rows[] = {
		{ "HTTP/1.1 503 a\r\nRetry-After: 9\r\nContent-Length: 9\r\nConnection: close\r\n\r\nhe", 503, 9 },
		{ "HTTP/1.1 100 a\r\n\r\nHTTP/1.1 200 a\r\nContent-Length: 9\r\nConnection: close\r\n\r\nhe", 200, -1 },
		{ "HTTP/1.1 200 a\r\nConnection: close\r\n", 0, -1 },
		{ "HTTP/1.1 100 a\r\nConnection: close\r\n\r\n", 0, -1 },
		{ "HTTP/1.1 100 a\r\n\r\nHTTP/1.1 200 a\r\nConnection: close\r\n", 0, -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct receiver r = receiver_start(receiver_says, rows[i].says);
		struct http_answer answer;

		if (sent("127.0.0.1", r.port, (struct http_request){ 0 }, &answer) || answer.status != rows[i].status || answer.retry_after_s != rows[i].retry_after_s)
			fail_msg("%zu: %ld, %d", i, answer.status, answer.retry_after_s);
		receiver_stop(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_of_a_request_is_left_for_the_next),
		cmocka_unit_test(without_a_line_each_request_has_a_connection),
		cmocka_unit_test(one_line_may_lead_to_several_servers),
		cmocka_unit_test(who_shall_stay_here_connects_nowhere_else),
		cmocka_unit_test(an_answer_without_its_end_tells_its_status),
	};

	return cmocka_run_group_tests_name("http_line", tests, NULL, NULL);
}
