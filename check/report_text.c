/* Findings for a person. Which is which is said in words and marks, so colours are only a help. */
#include <string.h>

#include "check/report.h"

enum { MOST = 256 * 1024, NARROW = 40 };

static const struct look {
	const char *word, *color;	/* of one width, so that the lines stand below each other */
} looks[] = {
	[SEVERITY_OK]   = { "+ ok  ", "\033[32m" },
	[SEVERITY_NOTE] = { "- note", "\033[36m" },
	[SEVERITY_WARN] = { "! warn", "\033[33m" },
	[SEVERITY_FAIL] = { "X FAIL", "\033[1;31m" },
};
#define PLAIN "\033[0m"
#define BOLD "\033[1m"

/* Characters, not bytes. */
static size_t width_of(const char *text, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += ((unsigned char)text[i] & 0xc0) != 0x80;
	return n;
}

/* A line of prose that begins at column `at`, broken between words where it passes the width. */
static void put_prose(const char *text, size_t len, int width, size_t indent, struct buf *out)
{
	size_t at = indent;

	while (len) {
		size_t word = 0, wide;

		while (word < len && text[word] != ' ')
			word++;
		wide = width_of(text, word);
		if (width && at > indent && at + 1 + wide > (size_t)width) {
			buf_putf(out, "\n%*s", (int)indent, "");
			at = indent;
		} else if (at > indent) {
			buf_puts(out, " ");
			at++;
		}
		buf_add(out, text, word);
		at += wide;
		text += word + (word < len);
		len -= word + (word < len);
	}
}

/* "  fix: …". Lines that begin with a blank are of a server's configuration, and stay as they are; what was seen is one line. */
static void put_part(const char *name, const char *text, bool lines, const struct report_style *style, struct buf *out)
{
	struct buf tame = BUF(MOST);
	size_t indent = 14, len;
	const char *p;

	report_tame(text, lines, &tame);
	while (tame.len && strchr(" \n", tame.data[tame.len - 1]))
		tame.data[--tame.len] = '\0';
	p = buf_str(&tame);
	if (!*p)
		goto out;
	buf_putf(out, "        %-5s ", name);
	for (bool first = true; *p; first = false, p += len + (p[len] == '\n')) {
		len = strcspn(p, "\n");
		if (!first && len)
			buf_putf(out, "%*s", (int)indent, "");
		if (*p == ' ')
			buf_add(out, p, len);
		else
			put_prose(p, len, style->width >= NARROW ? style->width : 0, indent, out);
		buf_puts(out, "\n");
	}
out:
	buf_free(&tame);
}

static void put_finding(const struct finding *x, const struct report_style *style, struct buf *out)
{
	const struct look *look = &looks[x->severity];
	struct buf what = BUF(MOST);

	report_tame(x->check->what, false, &what);
	buf_putf(out, "  %s%s%s  %s: %s\n", style->color ? look->color : "", look->word, style->color ? PLAIN : "", x->check->id, buf_str(&what));
	buf_free(&what);
	if (x->severity != SEVERITY_OK || style->all || style->facts)
		put_part("seen:", x->seen, false, style, out);
	if (x->severity != SEVERITY_OK || style->all)
		put_part("why:", x->check->why, true, style, out);
	if (x->severity != SEVERITY_OK)
		put_part("fix:", x->fix, true, style, out);
}

static void put_verdict(const struct findings *f, const struct report_style *style, struct buf *out)
{
	static const struct {
		enum severity severity;
		const char *one, *many;
	} counts[] = {
		{ SEVERITY_FAIL, "failure", "failures" }, { SEVERITY_WARN, "warning", "warnings" }, { SEVERITY_NOTE, "note", "notes" }, { SEVERITY_OK, "ok", "ok" },
	};
	static const char *const words[] = {
		[SEVERITY_OK] = "all is well", [SEVERITY_WARN] = "works, with something to mend", [SEVERITY_FAIL] = "notices will not arrive, or not safely",
	};
	enum severity worst = report_verdict(f);
	const struct finding *first = findings_first(f);
	const char *between = ": ";

	buf_putf(out, "%s%s%s", style->color ? looks[worst].color : "", f->count ? words[worst] : "nothing could be judged", style->color ? PLAIN : "");
	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
		size_t n = report_count(f, counts[i].severity);

		if (!n)
			continue;
		buf_putf(out, "%s%zu %s", between, n, n == 1 ? counts[i].one : counts[i].many);
		between = ", ";
	}
	buf_puts(out, "\n");
	if (first && first->severity >= SEVERITY_WARN) {
		struct buf fix = BUF(MOST);

		report_tame(first->fix, true, &fix);
		if (fix.len)
			fix.data[fix.len = strcspn(fix.data, "\n")] = '\0';
		buf_putf(out, "%sfix first%s: %s", style->color ? BOLD : "", style->color ? PLAIN : "", first->check->id);
		if (fix.len) {
			buf_puts(out, ": ");
			buf_puts(out, buf_str(&fix));
		}
		buf_puts(out, "\n");
		buf_free(&fix);
	}
}

/* The part of an id before its dot. */
static size_t group_of(const char *id)
{
	return strcspn(id, ".");
}

void report_text(const struct target *t, const struct findings *f, const struct report_style *style, struct buf *out)
{
	const char *group = "";

	report_head(t, f, out);
	if (t)
		buf_putf(out, "\nas %s calls it, mode %s\n", t->psp->title, mode_names[t->mode]);
	else
		buf_puts(out, "\n");
	for (size_t i = 0; i < f->count; i++) {
		const struct finding *x = &f->item[i];
		size_t n = group_of(x->check->id);

		if (style->quiet && x->severity == SEVERITY_OK)
			continue;
		if (n != group_of(group) || strncmp(group, x->check->id, n) != 0)
			buf_putf(out, "\n%s%.*s%s\n", style->color ? BOLD : "", (int)n, x->check->id, style->color ? PLAIN : "");
		group = x->check->id;
		put_finding(x, style, out);
	}
	buf_puts(out, "\n");
	put_verdict(f, style, out);
}
