#include "lib/text.h"

#include <string.h>

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool text_unpercent(const char *in, size_t len, char *out, size_t size, size_t *out_len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		char c = in[i];

		if (c == '%') {
			int high = i + 2 < len ? hex(in[i + 1]) : -1;
			int low = i + 2 < len ? hex(in[i + 2]) : -1;

			if (high < 0 || low < 0 || !(high | low))
				return false;
			c = (char)(high << 4 | low);
			i += 2;
		}
		if (n + 1 >= size)
			return false;
		out[n++] = c;
	}
	if (n >= size)
		return false;
	out[n] = '\0';
	*out_len = n;
	return true;
}

static bool unreserved(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c && strchr("-._~", c));
}

bool text_percent(const char *in, char *out, size_t size)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t n = 0;

	for (; *in; in++) {
		unsigned char c = (unsigned char)*in;

		if (n + (unreserved(*in) ? 1 : 3) >= size)
			return false;
		if (unreserved(*in)) {
			out[n++] = *in;
			continue;
		}
		out[n++] = '%';
		out[n++] = digits[c >> 4];
		out[n++] = digits[c & 15];
	}
	if (n >= size)
		return false;
	out[n] = '\0';
	return true;
}

static int sextet(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool text_base64(const void *in, size_t len, char *out, size_t size)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *p = in;

	if (size == 0 || len > (size - 1) / 4 * 3)
		return false;
	for (; len; p += 3) {
		unsigned bits = (unsigned)p[0] << 16 | (len > 1 ? (unsigned)p[1] << 8 : 0) | (len > 2 ? p[2] : 0);

		*out++ = letters[bits >> 18];
		*out++ = letters[bits >> 12 & 63];
		*out++ = len > 1 ? letters[bits >> 6 & 63] : '=';
		*out++ = len > 2 ? letters[bits & 63] : '=';
		len -= len > 3 ? 3 : len;
	}
	*out = '\0';
	return true;
}

bool text_unbase64(const char *in, size_t len, unsigned char *out, size_t size, size_t *out_len)
{
	size_t pad = 0, n;
	unsigned bits = 0;

	if (len % 4)
		return false;
	while (pad < 2 && pad < len && in[len - 1 - pad] == '=')
		pad++;
	n = len / 4 * 3 - pad;
	if (n > size)
		return false;
	n = 0;
	for (size_t i = 0; i < len - pad; i++) {
		int six = sextet(in[i]);

		if (six < 0)
			return false;
		bits = bits << 6 | (unsigned)six;
		if (i % 4)
			out[n++] = (unsigned char)(bits >> (6 - 2 * (i % 4)));
	}
	/* bits that no byte takes must be 0 (RFC 4648 §3.5): one value has one form */
	if (pad && bits & (pad == 1 ? 3u : 15u))
		return false;
	*out_len = n;
	return true;
}

enum { WORD = 64 };	/* longer words are no mistyped keywords */

/* Optimal string alignment: insert, drop, replace, or swap two neighbours. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t row[3][WORD + 1] = { 0 };
	size_t *before = row[0], *above = row[1], *here = row[2];

	for (size_t j = 0; j <= b_len; j++)
		above[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t *next = before;

		here[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t best = above[j - 1] + (a[i - 1] != b[j - 1]);

			if (above[j] + 1 < best)
				best = above[j] + 1;
			if (here[j - 1] + 1 < best)
				best = here[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			here[j] = best;
		}
		before = above;
		above = here;
		here = next;
	}
	return above[b_len];
}

const char *text_nearest(const char *word, const char *const *names)
{
	size_t len = strlen(word), near = len / 3 ? len / 3 : 1;
	const char *best = NULL;

	if (!len || len > WORD)
		return NULL;
	for (; *names; names++) {
		size_t name_len = strlen(*names), d;

		if (name_len > WORD)
			continue;
		d = distance(word, len, *names, name_len);
		/* a name that shares nothing with a word of one letter is not near it */
		if (d > near || (d >= len && d >= name_len) || (best && d == near))
			continue;
		best = *names;
		near = d;
	}
	return best;
}

/* RFC 3629 §4: what may follow a first byte; the ranges keep out overlong forms, surrogates and values past U+10FFFF. */
static const struct {
	unsigned char first, last, more, low, high;
} forms[] = {
	{ 0x00, 0x7f, 0, 0, 0 },
	{ 0xc2, 0xdf, 1, 0x80, 0xbf },
	{ 0xe0, 0xe0, 2, 0xa0, 0xbf },
	{ 0xe1, 0xec, 2, 0x80, 0xbf },
	{ 0xed, 0xed, 2, 0x80, 0x9f },
	{ 0xee, 0xef, 2, 0x80, 0xbf },
	{ 0xf0, 0xf0, 3, 0x90, 0xbf },
	{ 0xf1, 0xf3, 3, 0x80, 0xbf },
	{ 0xf4, 0xf4, 3, 0x80, 0x8f },
};

bool text_utf8(const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s;

	for (size_t i = 0; i < len;) {
		size_t f = 0;

		while (f < sizeof forms / sizeof *forms && (p[i] < forms[f].first || p[i] > forms[f].last))
			f++;
		if (f == sizeof forms / sizeof *forms || len - i <= forms[f].more)
			return false;
		i++;
		for (unsigned k = 0; k < forms[f].more; k++, i++)
			if (p[i] < (k ? 0x80 : forms[f].low) || p[i] > (k ? 0xbf : forms[f].high))
				return false;
	}
	return true;
}

void text_tame(char *s, size_t len)
{
	bool utf8 = text_utf8(s, len);

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c < 0x20 || c == 0x7f || (c > 0x7f && !utf8))
			s[i] = '?';
		else if (c == 0xc2 && (unsigned char)s[i + 1] < 0xa0)
			s[i] = s[i + 1] = '?';
	}
}
