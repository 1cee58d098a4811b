#include "cli/out.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/text.h"

bool out_line(struct buf *b)
{
	bool ok = out_bytes(buf_str(b), b->len) && putchar('\n') != EOF;

	buf_reset(b);
	return ok;
}

bool out_bytes(const char *bytes, size_t len)
{
	return fwrite(bytes, 1, len, stdout) == len;
}

bool out_foreign(const char *bytes, size_t len, bool clean)
{
	bool utf8 = text_utf8(bytes, len);

	if (!clean && !isatty(STDOUT_FILENO))
		return out_bytes(bytes, len);
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)bytes[i];

		/* ECMA-48: C0 but for line breaks and tabs, DEL, and C1, which is U+0080 to U+009F, or these bytes alone */
		if ((c < ' ' && c != '\n' && c != '\t') || c == 0x7f || (c >= 0x80 && !utf8))
			c = '?';
		if (c == 0xc2 && (unsigned char)bytes[i + 1] < 0xa0) {
			c = '?';
			i++;
		}
		if (putchar(c) == EOF)
			return false;
	}
	return true;
}

void amount_text(int64_t cents, char out[AMOUNT_TEXT])
{
	uint64_t n = cents < 0 ? 0 - (uint64_t)cents : (uint64_t)cents;

	snprintf(out, AMOUNT_TEXT, "%s%" PRIu64 ",%02u", cents < 0 ? "-" : "", n / 100, (unsigned)(n % 100));
}

void complain(const char *text)
{
	char line[sizeof((struct err *)0)->text + 16];
	int n = snprintf(line, sizeof line - 1, "pixgate: %s", text);
	size_t len = n < 0 ? 0 : (size_t)n < sizeof line - 1 ? (size_t)n : sizeof line - 2;

	for (size_t i = 0; i < len; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			line[i] = '?';
	line[len++] = '\n';
	fwrite(line, 1, len, stderr);
}

void note(bool quiet, const char *fmt, ...)
{
	char text[sizeof((struct err *)0)->text];
	va_list ap;

	if (quiet)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	complain(text);
}
