#include "lib/jsonwall.h"

#include <stdint.h>
#include <string.h>

#include "lib/limits.h"
#include "lib/mem.h"

struct wall {
	const unsigned char *start, *p, *end;
	uint32_t objects;	/* a bit a level, the lowest is the innermost: 1 where the level is an object */
	int depth;
	struct json_shape *shape;
	struct err *e;
};

_Static_assert(LIMIT_JSON_DEPTH <= 32, "wall.objects has a bit for every level");

/* What a string holds as it is: all of ASCII but control characters, the quote and the backslash. */
static const unsigned char plain[256] = { [0x20 ... 0x21] = 1, [0x23 ... 0x5b] = 1, [0x5d ... 0x7f] = 1 };

/*
 * How many of the 8 bytes at p are plain before one is not; fewer on machines whose first byte is not the lowest. In the
 * sum a byte's top bit is set where it is below 0x20, the quote, the backslash or above 0x7f. A borrow can set it in
 * other bytes too, but only above a true one.
 */
static int plain_of_8(const unsigned char *p)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;
	uint64_t x, quote, backslash, found;

	memcpy(&x, p, sizeof x);
	quote = x ^ ones * '"';
	backslash = x ^ ones * '\\';
	found = ((x - ones * 0x20) | (quote - ones) | (backslash - ones) | x) & tops;
	if (!found)
		return 8;
	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_ctzll(found) / 8 : 0;
}

static bool no(const struct wall *w, const unsigned char *at, const char *what)
{
	return fail(w->e, ERR_INPUT, "offset %zu: %s", (size_t)(at - w->start), at == w->end ? "the text ends too early" : what);
}

static void space(struct wall *w)
{
	while (w->p < w->end && *w->p <= ' ' && (*w->p == ' ' || *w->p == '\n' || *w->p == '\t' || *w->p == '\r'))
		w->p++;
}

size_t json_utf8_step(const unsigned char *p, const unsigned char *end)
{
	unsigned char low = 0x80, high = 0xbf;	/* of the second byte: no overlong forms, surrogates, or above U+10FFFF */
	size_t n;

	if (p[0] < 0x80)
		return 1;
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		n = 2;
	else if (p[0] >= 0xe0 && p[0] <= 0xef)
		n = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		n = 4;
	else
		return 0;
	if ((size_t)(end - p) < n)
		return 0;
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++)
		if (p[i] < 0x80 || p[i] > 0xbf)
			return 0;
	return n;
}

/* The code unit of \uXXXX at p, or -1. */
static int32_t code_unit(const unsigned char *p, const unsigned char *end)
{
	int32_t unit = 0;

	if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
		return -1;
	for (int i = 2; i < 6; i++) {
		unsigned char c = p[i] | 0x20;

		if (p[i] >= '0' && p[i] <= '9')
			unit = unit * 16 + (p[i] - '0');
		else if (c >= 'a' && c <= 'f')
			unit = unit * 16 + (c - 'a' + 10);
		else
			return -1;
	}
	return unit;
}

/* Bytes of the escape at p, 0 with *what set where it is none. U+0000 would end our texts early: refused. */
static size_t escape(const unsigned char *p, const unsigned char *end, const char **what)
{
	int32_t unit, low;

	*what = "no such escape";
	if (end - p < 2)
		return 0;
	if (p[1] != 'u')
		return p[1] && strchr("\"\\/bfnrt", p[1]) ? 2 : 0;
	unit = code_unit(p, end);
	if (unit < 0)
		return 0;
	if (unit == 0) {
		*what = "an escaped NUL";
		return 0;
	}
	if (unit < 0xd800 || unit > 0xdfff)
		return 6;
	*what = "a lone surrogate";
	low = unit < 0xdc00 ? code_unit(p + 6, end) : -1;
	return low >= 0xdc00 && low <= 0xdfff ? 12 : 0;
}

static bool string(struct wall *w)
{
	const unsigned char *p = w->p + 1, *end = w->end;
	const char *what;
	size_t n;

	for (;;) {
		for (int eight = 8; eight == 8 && end - p >= 8; p += eight)
			eight = plain_of_8(p);
		while (p < end && plain[*p])
			p++;
		if (p == end)
			return no(w, p, "");
		if (*p == '"')
			break;
		if (*p == '\\') {
			n = escape(p, end, &what);
		} else if (*p < 0x20) {
			n = 0;
			what = "a control byte in a string";
		} else {
			n = json_utf8_step(p, end);
			what = "not UTF-8";
		}
		if (!n)
			return no(w, p, what);
		p += n;
	}
	w->p = p + 1;
	w->shape->strings++;
	return true;
}

static const unsigned char *digits(const unsigned char *p, const unsigned char *end)
{
	while (p < end && *p >= '0' && *p <= '9')
		p++;
	return p;
}

/* RFC 8259 §6, and noted. */
static bool number(struct wall *w)
{
	const unsigned char *p = w->p, *end = w->end, *from;
	struct json_shape *shape = w->shape;

	p += *p == '-';
	from = p;
	p = p < end && *p == '0' ? p + 1 : digits(p, end);
	if (p == from)
		return no(w, p, "a value is expected");
	if (p < end && *p == '.') {
		from = p + 1;
		p = digits(from, end);
		if (p == from)
			return no(w, p, "a digit is expected");
	}
	if (p < end && (*p == 'e' || *p == 'E')) {
		from = p + 1;
		from += from < end && (*from == '+' || *from == '-');
		p = digits(from, end);
		if (p == from)
			return no(w, p, "a digit is expected");
	}
	if (p - w->p > JSON_NUMBER_MAX)
		return no(w, w->p, "a number of too many digits");
	shape->number = xgrow(shape->number, &shape->cap, shape->numbers + 1, sizeof *shape->number);
	shape->number[shape->numbers++] = (struct json_number){ (size_t)(w->p - w->start), (size_t)(p - w->p) };
	w->p = p;
	return true;
}

static bool word(struct wall *w, const char *text)
{
	size_t n = strlen(text);

	if ((size_t)(w->end - w->p) < n || memcmp(w->p, text, n) != 0)
		return no(w, w->p, "a value is expected");
	w->p += n;
	return true;
}

/* Whatever is no list and no object. */
static bool scalar(struct wall *w)
{
	switch (*w->p) {
	case '"':
		return string(w);
	case 't':
		return word(w, "true");
	case 'f':
		return word(w, "false");
	case 'n':
		return word(w, "null");
	case 0xef:
		return no(w, w->p, "a byte order mark, or no JSON");
	default:
		return number(w);
	}
}

static bool key(struct wall *w)
{
	space(w);
	if (w->p == w->end || *w->p != '"')
		return no(w, w->p, "a key is expected");
	if (!string(w))
		return false;
	space(w);
	if (w->p == w->end || *w->p != ':')
		return no(w, w->p, "a colon is expected");
	w->p++;
	return true;
}

/* Whether the innermost level ends here. */
static bool closes(struct wall *w)
{
	space(w);
	return w->depth && w->p < w->end && *w->p == (w->objects & 1 ? '}' : ']');
}

bool json_wall(const char *bytes, size_t len, struct json_shape *shape, struct err *e)
{
	const unsigned char *start = (const unsigned char *)bytes;
	struct wall w = { .start = start, .p = start, .end = start + len, .shape = shape, .e = e };

	for (;;) {
		if (w.depth && (w.objects & 1) && !key(&w))
			return false;
		space(&w);
		if (w.p == w.end)
			return no(&w, w.p, "");
		if (shape->values++ == JSON_VALUES_MAX)
			return no(&w, w.p, "too many values");
		if (*w.p == '{' || *w.p == '[') {
			if (w.depth == LIMIT_JSON_DEPTH)
				return no(&w, w.p, "too many levels");
			w.objects = w.objects << 1 | (*w.p == '{');
			w.depth++;
			w.p++;
			if (!closes(&w))
				continue;
		} else if (!scalar(&w)) {
			return false;
		}
		while (closes(&w)) {
			w.p++;
			w.depth--;
			w.objects >>= 1;
		}
		if (!w.depth)
			return w.p == w.end || no(&w, w.p, "bytes after the value");
		if (w.p == w.end || *w.p != ',')
			return no(&w, w.p, "a comma or a closing bracket is expected");
		w.p++;
	}
}
