#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stddef.h>
#include <cmocka.h>
#undef fail	/* ours is the one in lib/err.h */

#include "fcgi/wire.h"
#include "tests/unit/frames.h"

#define BODY "{\"evento\":\"teste_webhook\"}"

static void whole_request_is_seen_at_its_last_byte_only(void **state)
{
	struct buf b = BUF(100000);
	size_t used = 0, body = 0;

	(void)state;
	frame_post(&b, 1, "/webhook", BODY, NULL, NULL);
	for (size_t n = 0; n < b.len; n++)
		assert_int_equal(wire_whole((uint8_t *)b.data, n, &used, &body), WIRE_MORE);
	assert_int_equal(wire_whole((uint8_t *)b.data, b.len, &used, &body), WIRE_DONE);
	assert_int_equal(used, b.len);
	assert_int_equal(body, strlen(BODY));
	buf_free(&b);
}

static void bytes_behind_the_request_are_not_part_of_it(void **state)
{
	struct buf b = BUF(100000);
	size_t used = 0, body = 0, first;

	(void)state;
	frame_post(&b, 1, "/webhook", BODY, NULL, NULL);
	first = b.len;
	frame_post(&b, 1, "/webhook", BODY, NULL, NULL);
	assert_int_equal(wire_whole((uint8_t *)b.data, b.len, &used, &body), WIRE_DONE);
	assert_int_equal(used, first);
	buf_free(&b);
}

/* Feeds b in pieces of `piece` bytes and gathers head and body as a collector would. */
static enum wire_step gather(const struct buf *b, size_t piece, struct buf *head, struct buf *body, int *params)
{
	struct wire w = { 0 };
	enum wire_step step = WIRE_MORE;

	for (size_t at = 0; at < b->len && step != WIRE_DONE && step != WIRE_BAD; at += piece) {
		const uint8_t *p = (uint8_t *)b->data + at;
		const uint8_t *end = p + (b->len - at < piece ? b->len - at : piece);

		while (p < end && step != WIRE_DONE && step != WIRE_BAD) {
			struct wire_run run;

			step = wire_next(&w, &p, end, &run);
			if (run.len)
				buf_add(run.is_stdin ? body : head, run.at, run.len);
			*params += step == WIRE_PARAMS;
		}
	}
	return step;
}

static void any_cut_gives_the_same_head_and_body(void **state)
{
	struct buf b = BUF(100000), want = BUF(100000);

	(void)state;
	frame_post(&b, 0, "/webhook/pix?hmac=abc", BODY BODY BODY, "HTTP_HOST", "loja");
	for (size_t piece = 1; piece <= b.len; piece++) {
		struct buf head = BUF(100000), body = BUF(100000);
		int params = 0;

		assert_int_equal(gather(&b, piece, &head, &body, &params), WIRE_DONE);
		assert_int_equal(params, 1);
		assert_string_equal(buf_str(&body), BODY BODY BODY);
		if (!want.len)
			buf_add(&want, head.data, head.len);
		assert_int_equal(head.len, want.len);
		assert_memory_equal(head.data, want.data, want.len);
		assert_memory_equal(head.data, b.data, head.len);
		buf_free(&head);
		buf_free(&body);
	}
	buf_free(&b);
	buf_free(&want);
}

static enum wire_step judge(const struct buf *b)
{
	size_t used, body;
	struct buf head = BUF(100000), content = BUF(100000);
	int params = 0;
	enum wire_step whole = wire_whole((uint8_t *)b->data, b->len, &used, &body), piecewise = gather(b, 3, &head, &content, &params);

	buf_free(&head);
	buf_free(&content);
	assert_int_equal(whole == WIRE_BAD, piecewise == WIRE_BAD);
	return whole;
}

static void foreign_bytes_are_bad(void **state)
{
	struct buf b = BUF(1000);

	(void)state;
	buf_puts(&b, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_int_equal(judge(&b), WIRE_BAD);
	buf_free(&b);
}

static void abort_and_another_request_inside_are_bad(void **state)
{
	struct buf b = BUF(1000);

	(void)state;
	frame_begin(&b, 1);
	frame(&b, 2, 1, "", 0);
	assert_int_equal(judge(&b), WIRE_BAD);
	buf_reset(&b);
	frame_begin(&b, 1);
	frame(&b, 4, 2, "", 0);
	assert_int_equal(judge(&b), WIRE_BAD);
	buf_free(&b);
}

static void body_before_the_end_of_the_parameters_is_bad(void **state)
{
	struct buf b = BUF(1000);

	(void)state;
	frame_begin(&b, 1);
	frame(&b, 5, 1, "x", 1);
	assert_int_equal(judge(&b), WIRE_BAD);
	buf_free(&b);
}

static void parameters_after_their_end_are_bad(void **state)
{
	struct buf b = BUF(1000);

	(void)state;
	frame_begin(&b, 1);
	frame(&b, 4, 1, "", 0);
	frame(&b, 4, 1, "xx", 2);
	assert_int_equal(judge(&b), WIRE_BAD);
	buf_free(&b);
}

static void management_records_are_passed_over(void **state)
{
	struct buf b = BUF(1000);

	(void)state;
	frame(&b, 9, 0, "", 0);
	frame_post(&b, 1, "/webhook", BODY, NULL, NULL);
	assert_int_equal(judge(&b), WIRE_DONE);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_request_is_seen_at_its_last_byte_only),
		cmocka_unit_test(bytes_behind_the_request_are_not_part_of_it),
		cmocka_unit_test(any_cut_gives_the_same_head_and_body),
		cmocka_unit_test(foreign_bytes_are_bad),
		cmocka_unit_test(abort_and_another_request_inside_are_bad),
		cmocka_unit_test(body_before_the_end_of_the_parameters_is_bad),
		cmocka_unit_test(parameters_after_their_end_are_bad),
		cmocka_unit_test(management_records_are_passed_over),
	};

	return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
