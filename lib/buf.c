#include "lib/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"

static bool room(struct buf *b, size_t more)
{
	if (more > b->max || b->len > b->max - more)
		return false;
	b->data = xgrow(b->data, &b->cap, b->len + more + 1, 1);
	return true;
}

bool buf_add(struct buf *b, const void *data, size_t len)
{
	if (!room(b, len))
		return false;
	if (len)
		memcpy(b->data + b->len, data, len);
	b->len += len;
	b->data[b->len] = '\0';
	return true;
}

bool buf_puts(struct buf *b, const char *s)
{
	return buf_add(b, s, strlen(s));
}

bool buf_putf(struct buf *b, const char *fmt, ...)
{
	va_list ap, again;
	int n;
	bool ok = false;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	if (n >= 0 && room(b, (size_t)n)) {
		vsnprintf(b->data + b->len, (size_t)n + 1, fmt, again);
		b->len += (size_t)n;
		ok = true;
	}
	va_end(again);
	va_end(ap);
	return ok;
}

const char *buf_str(const struct buf *b)
{
	return b->data ? b->data : "";
}

void buf_reset(struct buf *b)
{
	b->len = 0;
	if (b->data)
		b->data[0] = '\0';
}

void buf_free(struct buf *b)
{
	free(b->data);
	b->data = NULL;
	b->len = b->cap = 0;
}
