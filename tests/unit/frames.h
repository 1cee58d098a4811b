/* FastCGI records for tests: writes requests as a web server would. */
#ifndef TESTS_UNIT_FRAMES_H
#define TESTS_UNIT_FRAMES_H

#include <stdint.h>
#include <string.h>

#include "lib/buf.h"

static inline void frame(struct buf *b, int type, int id, const void *data, size_t len)
{
	const uint8_t head[8] = { 1, (uint8_t)type, (uint8_t)(id >> 8), (uint8_t)id, (uint8_t)(len >> 8), (uint8_t)len, (uint8_t)(-len & 7), 0 };
	const uint8_t padding[8] = { 0 };

	buf_add(b, head, sizeof head);
	buf_add(b, data, len);
	buf_add(b, padding, -len & 7);
}

static inline void frame_begin(struct buf *b, int keep)
{
	const uint8_t body[8] = { 0, 1, (uint8_t)keep };

	frame(b, 1, 1, body, sizeof body);
}

/* Adds one name-value pair with four-byte lengths. */
static inline void frame_pair(struct buf *to, const char *name, const char *value)
{
	for (int i = 0; i < 2; i++) {
		size_t n = strlen(i ? value : name);
		const uint8_t len[4] = { (uint8_t)(0x80 | n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n };

		buf_add(to, len, 4);
	}
	buf_puts(to, name);
	buf_puts(to, value);
}

/* A whole POST: uri, body, and up to one more parameter. */
static inline void frame_post(struct buf *b, int keep, const char *uri, const char *body, const char *name, const char *value)
{
	struct buf p = BUF(60000), num = BUF(32);

	buf_putf(&num, "%zu", strlen(body));
	frame_begin(b, keep);
	frame_pair(&p, "REQUEST_METHOD", "POST");
	frame_pair(&p, "REQUEST_URI", uri);
	frame_pair(&p, "REMOTE_ADDR", "127.0.0.1");
	frame_pair(&p, "CONTENT_LENGTH", buf_str(&num));
	if (name)
		frame_pair(&p, name, value);
	frame(b, 4, 1, p.data, p.len);
	frame(b, 4, 1, "", 0);
	for (size_t at = 0, n; at < strlen(body); at += n) {
		n = strlen(body) - at < 60000 ? strlen(body) - at : 60000;
		frame(b, 5, 1, body + at, n);
	}
	frame(b, 5, 1, "", 0);
	buf_free(&p);
	buf_free(&num);
}

#endif
