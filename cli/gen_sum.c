/* The line that tells what `pixgate gen` wrote from what a person has edited since. */
#include <stdlib.h>
#include <string.h>

#include "cli/gen.h"
#include "lib/mem.h"
#include "lib/secret.h"

enum { MARK = sizeof GEN_SUM - 1, HEX = 64, LINE = MARK + HEX + 1 };

/* Where the first sum line begins, or len. */
static size_t find_line(const char *text, size_t len)
{
	for (size_t at = 0; at + MARK <= len; at++)
		if ((!at || text[at - 1] == '\n') && !memcmp(text + at, GEN_SUM, MARK))
			return at;
	return len;
}

static void sum_hex(const char *text, size_t len, char out[HEX + 1])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char sum[32];

	sha256(text, len, sum);
	for (size_t i = 0; i < sizeof sum; i++) {
		out[2 * i] = digits[sum[i] >> 4];
		out[2 * i + 1] = digits[sum[i] & 15];
	}
	out[HEX] = '\0';
}

bool gen_sum_add(struct buf *out, size_t at, struct err *e)
{
	struct buf whole = BUF(out->max);
	char hex[HEX + 1];
	bool ok;

	if (find_line(buf_str(out), out->len) != out->len)
		return fail(e, ERR_CONFIG, "the template makes a line '%s…', which only pixgate itself adds", GEN_SUM);
	sum_hex(buf_str(out), out->len, hex);
	ok = buf_add(&whole, buf_str(out), at) && buf_putf(&whole, GEN_SUM "%s\n", hex) && buf_puts(&whole, buf_str(out) + at);
	if (!ok) {
		buf_free(&whole);
		return fail(e, ERR_CONFIG, "the text is longer than %zu bytes", out->max);
	}
	buf_free(out);
	*out = whole;
	return true;
}

enum gen_sum gen_sum_look(const char *text, size_t len)
{
	size_t at = find_line(text, len), rest;
	char hex[HEX + 1], *other;
	bool right;

	if (at == len)
		return GEN_SUM_NONE;
	if (len - at < LINE || text[at + LINE - 1] != '\n')
		return GEN_SUM_WRONG;
	rest = len - at - LINE;
	other = xmalloc(len - LINE);
	memcpy(other, text, at);
	memcpy(other + at, text + at + LINE, rest);
	sum_hex(other, len - LINE, hex);
	right = !memcmp(text + at + MARK, hex, HEX);
	free(other);
	return right ? GEN_SUM_RIGHT : GEN_SUM_WRONG;
}
