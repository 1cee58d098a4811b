#include "cli/csv.h"

#include <string.h>

static bool formula(const char *text)
{
	if (*text == '+' && text[1] && !text[1 + strspn(text + 1, "0123456789")])
		return false;
	return *text && strchr("=+-@\t\r\n", *text);
}

void csv_cell(struct buf *b, const char *text)
{
	size_t len = strlen(text);
	/* the rest of RFC 4180's TEXTDATA needs none; a semicolon separates cells where the comma separates decimals */
	bool quote = strpbrk(text, "\",;\t\r\n") || *text == ' ' || (len && text[len - 1] == ' ');

	if (b->len && b->data[b->len - 1] != '\n')
		buf_puts(b, ",");
	buf_puts(b, quote ? "\"" : "");
	buf_puts(b, formula(text) ? "'" : "");
	for (const char *p = text; *p; p++) {
		size_t n = strcspn(p, "\"");

		buf_add(b, p, n + (p[n] == '"'));
		if (!p[n])
			break;
		buf_puts(b, "\"");
		p += n;
	}
	buf_puts(b, quote ? "\"" : "");
}

void csv_end(struct buf *b)
{
	buf_puts(b, "\r\n");
}
