/*
 * libFuzzer over what is kept of an answer: lines up to LF, as libcurl hands them over, then a body in pieces. The first byte
 * says whether a long body is cut and how large the pieces are.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/http_sink.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(int holds)
{
	if (!holds)
		abort();
}

static void look_at(const struct http_sink *s)
{
	struct http_answer a = { .headers = s->headers };

	demand(s->headers >= 0 && s->headers <= HTTP_HEADERS && s->retry_after_s >= -1 && s->retry_after_s <= 99999999);
	memcpy(a.header, s->header, sizeof a.header);
	for (int i = 0; i < s->headers; i++) {
		const struct http_header *h = &s->header[i];

		demand(memchr(h->value, '\0', sizeof h->value) && memchr(h->name, '\0', sizeof h->name));
		demand(http_header(&a, h->name) == a.header[i].value);	/* there is no second one */
		for (const unsigned char *c = (const unsigned char *)h->value; *c; c++)
			demand(*c >= 0x20 && *c != 0x7f && !(*c == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf body = BUF(100);
	struct http_sink s = { .body = &body, .retry_after_s = -1 };
	const char *at = (const char *)data + 1, *end = (const char *)data + size;
	size_t piece;

	if (!size)
		return 0;
	s.cut = data[0] & 1;
	piece = 1 + (data[0] >> 1);
	while (at < end && !s.body_begins) {
		const char *lf = memchr(at, '\n', (size_t)(end - at));
		size_t len = lf ? (size_t)(lf + 1 - at) : (size_t)(end - at);

		if (!http_sink_line(&s, at, len)) {
			demand(s.endless);
			break;
		}
		at += len;
	}
	look_at(&s);
	while (at < end && !s.endless) {
		size_t len = (size_t)(end - at) < piece ? (size_t)(end - at) : piece, before = body.len;

		if (!http_sink_body(&s, at, len)) {
			demand(s.full && body.len == (s.cut ? body.max : before));
			break;
		}
		demand(body.len == before + len && !memcmp(body.data + before, at, len));
		at += len;
	}
	demand(body.len <= body.max);
	buf_free(&body);
	return 0;
}
