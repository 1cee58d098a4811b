/* What the reports say alike: the URL without its secrets, the verdict, and texts that are only shown. */
#include <string.h>

#include "check/report.h"
#include "lib/text.h"

enum { TEXT_MOST = 32 * 1024, URL_MOST = 4096 };

size_t report_count(const struct findings *f, enum severity severity)
{
	size_t n = 0;

	for (size_t i = 0; i < f->count; i++)
		n += f->item[i].severity == severity;
	return n;
}

enum severity report_verdict(const struct findings *f)
{
	return report_count(f, SEVERITY_FAIL) ? SEVERITY_FAIL : report_count(f, SEVERITY_WARN) ? SEVERITY_WARN : SEVERITY_OK;
}

/* Unicode's marks, embeddings, overrides and isolates of direction, its separators of lines, and what is no character at all (XML 1.0 §2.2). */
static const struct span {
	unsigned char from[3], to[3];
} unseen[] = {
	{ { 0xe2, 0x80, 0x8b }, { 0xe2, 0x80, 0x8f } },		/* U+200B to U+200F */
	{ { 0xe2, 0x80, 0xa8 }, { 0xe2, 0x80, 0xae } },		/* U+2028 to U+202E */
	{ { 0xe2, 0x81, 0xa0 }, { 0xe2, 0x81, 0xaf } },		/* U+2060 to U+206F */
	{ { 0xef, 0xbb, 0xbf }, { 0xef, 0xbb, 0xbf } },		/* U+FEFF */
	{ { 0xef, 0xbf, 0xb9 }, { 0xef, 0xbf, 0xbf } },		/* U+FFF9 to U+FFFF; U+FFFD is not worth an exception */
};

static bool is_unseen(const char *p)
{
	for (size_t i = 0; i < sizeof unseen / sizeof unseen[0]; i++)
		if (memcmp(p, unseen[i].from, 3) >= 0 && memcmp(p, unseen[i].to, 3) <= 0)
			return true;
	return false;
}

static void add_line(const char *text, size_t len, struct buf *out)
{
	struct buf line = BUF(TEXT_MOST);

	buf_add(&line, text, len);
	if (line.len)
		text_tame(line.data, line.len);
	for (size_t i = 0; i < line.len; i++) {
		if (i + 3 <= line.len && is_unseen(line.data + i)) {
			buf_puts(out, "?");
			i += 2;
		} else {
			buf_add(out, line.data + i, 1);
		}
	}
	buf_free(&line);
}

void report_tame(const char *text, bool lines, struct buf *out)
{
	size_t len = text ? strnlen(text, TEXT_MOST) : 0, n;

	/* not within a character */
	if (len == TEXT_MOST)
		for (int i = 0; i < 4 && len && ((unsigned char)text[len] & 0xc0) == 0x80; i++)
			len--;
	for (; len; text += n, len -= n) {
		for (n = 0; n < len && !(lines && strchr("\n\t", text[n])); n++)
			;
		add_line(text, n, out);
		if (n < len) {
			buf_puts(out, text[n] == '\n' ? "\n" : "    ");
			n++;
		}
	}
}

/* A parameter without a value may be the secret itself, and so may what stands before the padding of base64. */
static bool may_show_name(const char *query, const char *p, size_t name, size_t len)
{
	size_t padding = name + strspn(p + name, "=");

	if (name == len || name > 64)
		return false;
	return padding != len || (padding == name + 1 && strchr(query, '&'));
}

void report_url(const struct target *t, struct buf *out)
{
	bool v6 = t && strchr(t->host, ':');
	struct buf url = BUF(2 * URL_MOST);
	const char *p = t ? t->query : NULL;

	if (!t) {
		buf_puts(out, "this machine");
		return;
	}
	buf_putf(&url, "https://%s%.260s%s", v6 ? "[" : "", t->host, v6 ? "]" : "");
	if (t->port != 443)
		buf_putf(&url, ":%d", t->port);
	buf_putf(&url, "%.*s", URL_MOST / 2, t->path);
	for (size_t len; *p; p += len + (p[len] == '&')) {
		size_t name = strcspn(p, "=&");

		len = strcspn(p, "&");
		buf_puts(&url, p == t->query ? "?" : "&");
		if (!may_show_name(t->query, p, name, len))
			buf_puts(&url, len ? "***" : "");
		else
			buf_putf(&url, "%.*s=%s", (int)name, p, len > name + 1 ? "***" : "");
	}
	report_tame(buf_str(&url), false, out);
	buf_free(&url);
}

void report_head(const struct target *t, const struct findings *f, struct buf *out)
{
	if (t || !f->hook) {
		report_url(t, out);
		return;
	}
	buf_puts(out, "hook ");
	report_tame(f->hook, false, out);
}
