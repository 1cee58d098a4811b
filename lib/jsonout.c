#include "lib/jsonout.h"

#include <inttypes.h>
#include <string.h>

#include "lib/json.h"
#include "lib/when.h"

static void member(struct buf *b, const char *name)
{
	if (b->len && !strchr("{[\n", b->data[b->len - 1]))
		buf_puts(b, ",");
	if (name)
		buf_putf(b, "\"%s\":", name);
}

void json_open(struct buf *b, const char *name, char bracket)
{
	member(b, name);
	buf_add(b, &bracket, 1);
}

void json_close(struct buf *b, char bracket)
{
	buf_add(b, &bracket, 1);
}

void json_bytes(struct buf *b, const char *name, const char *bytes, size_t len)
{
	member(b, name);
	json_quote(b, bytes, len);
}

void json_str(struct buf *b, const char *name, const char *text)
{
	if (!text) {
		json_none(b, name);
		return;
	}
	json_bytes(b, name, text, strlen(text));
}

void json_int(struct buf *b, const char *name, int64_t n)
{
	member(b, name);
	buf_putf(b, "%" PRId64, n);
}

void json_flag(struct buf *b, const char *name, bool set)
{
	member(b, name);
	buf_puts(b, set ? "true" : "false");
}

void json_none(struct buf *b, const char *name)
{
	member(b, name);
	buf_puts(b, "null");
}

void json_when(struct buf *b, const char *name, int64_t ms)
{
	char text[WHEN_TEXT];

	when_format(ms, text);
	json_str(b, name, *text ? text : NULL);
}

void json_base64(struct buf *b, const char *name, const char *bytes, size_t len)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *in = (const unsigned char *)bytes;

	member(b, name);
	buf_puts(b, "\"");
	for (size_t i = 0; i < len; i += 3) {
		unsigned n = (unsigned)in[i] << 16 | (i + 1 < len ? (unsigned)in[i + 1] << 8 : 0) | (i + 2 < len ? in[i + 2] : 0);
		char four[4] = {
			digits[n >> 18], digits[n >> 12 & 63],
			i + 1 < len ? digits[n >> 6 & 63] : '=', i + 2 < len ? digits[n & 63] : '='
		};

		buf_add(b, four, sizeof four);
	}
	buf_puts(b, "\"");
}
