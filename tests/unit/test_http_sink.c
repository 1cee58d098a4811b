/* Header lines and bodies as they come in, from a server that may send anything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "lib/http_sink.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

static struct http_sink sink_of(struct buf *body)
{
	return (struct http_sink){ .body = body, .retry_after_s = -1 };
}

static bool line(struct http_sink *s, const char *text)
{
	return http_sink_line(s, text, strlen(text));
}

/* What the answer would say of that header. */
static const char *kept(const struct http_sink *s, const char *name)
{
	static struct http_answer a;

	memcpy(a.header, s->header, sizeof a.header);
	a.headers = s->headers;
	return http_header(&a, name);
}

static void the_headers_of_the_list_are_kept_in_any_case(void **state)
{
	struct http_sink s = sink_of(NULL);

	(void)state;
	line(&s, "HTTP/1.1 200 OK\r\n");
	line(&s, "sErVeR:nginx/1.24 \t\r\n");
	line(&s, "Serverx: no\r\n");
	line(&s, "X-Other: no\r\n");
	line(&s, "CF-RAY: \t8a\tb\r\n");
	line(&s, "Location:\r\n");
	assert_string_equal(kept(&s, "server"), "nginx/1.24");
	assert_string_equal(kept(&s, "Cf-Ray"), "8a?b");
	assert_string_equal(kept(&s, "location"), "");
	assert_null(kept(&s, "serverx"));
	assert_null(kept(&s, "x-other"));
	assert_null(kept(&s, "via"));
	assert_int_equal(s.headers, 3);
}

static void the_first_of_a_name_stays(void **state)
{
	struct http_sink s = sink_of(NULL);

	(void)state;
	for (int i = 0; i < 40; i++)
		for (const char *const *name = http_kept; *name; name++) {
			char text[80];

			snprintf(text, sizeof text, "%s: %d\r\n", *name, i);
			assert_true(line(&s, text));
		}
	assert_in_range(s.headers, 1, HTTP_HEADERS);
	for (const char *const *name = http_kept; *name; name++)
		assert_string_equal(kept(&s, *name), "0");
}

static void another_answer_begins_anew_and_trailers_are_none(void **state)
{
	struct http_sink s = sink_of(NULL);

	(void)state;
	line(&s, "HTTP/1.1 100 Continue\r\n");
	line(&s, "Server: proxy\r\n");
	line(&s, "Retry-After: 5\r\n");
	line(&s, "\r\n");
	line(&s, "HTTP/1.1 200 OK\r\n");
	assert_null(kept(&s, "Server"));
	assert_int_equal(s.retry_after_s, -1);
	line(&s, "Via: b\r\n");
	line(&s, "\r\n");
	line(&s, "Server: trailer\r\n");
	line(&s, "Retry-After: 7\r\n");
	assert_null(kept(&s, "Server"));
	assert_string_equal(kept(&s, "Via"), "b");
	assert_int_equal(s.retry_after_s, -1);
}

static void what_is_kept_can_be_shown(void **state)
{
	static const char odd[] = "Server: a\0b\x1b[31m\x7f\xc2\x9b" "c\xff\r\n";
	struct http_sink s = sink_of(NULL);
	static char text[400];

	(void)state;
	http_sink_line(&s, odd, sizeof odd - 1);
	assert_string_equal(kept(&s, "Server"), "a?b?[31m???c?");
	snprintf(text, sizeof text, "Via: %0200d\r\n", 0);
	line(&s, text);
	assert_int_equal(strlen(kept(&s, "Via")), sizeof s.header[0].value - 1);
	/* a letter of two bytes across the end */
	snprintf(text, sizeof text, "Allow: %0158d\xc3\xa7\xc3\xa7\r\n", 0);
	line(&s, text);
	assert_int_equal(strlen(kept(&s, "Allow")), 158);
}

static void retry_after_is_a_small_number_or_nothing(void **state)
{
	static const struct { const char *line; int s; } rows[] = {
		{ "Retry-After: 17 \r\n", 17 }, { "retry-after:0\r\n", 0 }, { "Retry-After: 99999999\r\n", 99999999 }, { "Retry-After: 999999999\r\n", -1 },
		{ "Retry-After: 1x\r\n", -1 }, { "Retry-After:\r\n", -1 }, { "Retry-After: -1\r\n", -1 }, { "Retry-After: Wed, 21 Oct 2026 07:28:00 GMT\r\n", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct http_sink s = sink_of(NULL);

		line(&s, rows[i].line);
		if (s.retry_after_s != rows[i].s)
			fail_msg("%s: %d", rows[i].line, s.retry_after_s);
	}
}

/* 64 KiB, over all answers on the way: a server may say 100 Continue for ever. */
static void a_head_without_end_is_ended(void **state)
{
	struct http_sink s = sink_of(NULL);
	size_t n = 0;

	(void)state;
	while (line(&s, "HTTP/1.1 100 Continue\r\n") && line(&s, "\r\n") && n < 100000)
		n++;
	assert_in_range(n, 1, HTTP_HEAD_MOST / 24);
	assert_true(s.endless);
	assert_false(line(&s, "x"));
}

static void a_body_is_whole_or_cut_at_its_ceiling(void **state)
{
	struct buf body = BUF(10);
	struct http_sink s = sink_of(&body);

	(void)state;
	assert_true(http_sink_body(&s, "12345", 5) && http_sink_body(&s, "67890", 5) && http_sink_body(&s, "", 0));
	assert_false(s.full);
	assert_false(http_sink_body(&s, "x", 1));
	assert_true(s.full);
	assert_string_equal(buf_str(&body), "1234567890");
	buf_reset(&body);
	s = sink_of(&body);
	s.cut = true;
	assert_true(http_sink_body(&s, "1234567", 7));
	assert_false(http_sink_body(&s, "890abc", 6));
	assert_string_equal(buf_str(&body), "1234567890");
	assert_true(s.full);
	buf_free(&body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_headers_of_the_list_are_kept_in_any_case),
		cmocka_unit_test(the_first_of_a_name_stays),
		cmocka_unit_test(another_answer_begins_anew_and_trailers_are_none),
		cmocka_unit_test(what_is_kept_can_be_shown),
		cmocka_unit_test(retry_after_is_a_small_number_or_nothing),
		cmocka_unit_test(a_head_without_end_is_ended),
		cmocka_unit_test(a_body_is_whole_or_cut_at_its_ceiling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
