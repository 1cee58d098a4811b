/* Findings for a CI: one test suite of JUnit's XML, a test case a finding. */
#include <string.h>

#include "check/report.h"

enum { MOST = 256 * 1024 };

/* XML 1.0 §2.4; a line break in an attribute would be read as a blank (§3.3.3). What is tame has none of what §2.2 forbids. */
static void put(struct buf *out, const char *text, bool lines)
{
	struct buf tame = BUF(MOST);

	report_tame(text, lines, &tame);
	for (const char *p = buf_str(&tame); *p; p++) {
		switch (*p) {
		case '&': buf_puts(out, "&amp;"); break;
		case '<': buf_puts(out, "&lt;"); break;
		case '>': buf_puts(out, "&gt;"); break;
		case '"': buf_puts(out, "&quot;"); break;
		default: buf_add(out, p, 1);
		}
	}
	buf_free(&tame);
}

static void put_part(struct buf *out, const char *name, const char *text, bool lines)
{
	if (!text || !*text)
		return;
	buf_putf(out, "%s: ", name);
	put(out, text, lines);
	buf_puts(out, "\n");
}

static bool is_failure(const struct finding *x, bool strict)
{
	return x->severity == SEVERITY_FAIL || (strict && x->severity == SEVERITY_WARN);
}

void report_junit(const struct target *t, const struct findings *f, bool strict, struct buf *out)
{
	struct buf url = BUF(MOST);
	size_t failures = 0;

	for (size_t i = 0; i < f->count; i++)
		failures += is_failure(&f->item[i], strict);
	report_head(t, f, &url);
	buf_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"pixgate check ");
	put(out, buf_str(&url), false);
	buf_putf(out, "\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"0\">\n", f->count, failures);
	for (size_t i = 0; i < f->count; i++) {
		const struct finding *x = &f->item[i];

		buf_putf(out, "<testcase classname=\"pixgate.check.%s\" name=\"", t ? mode_names[t->mode] : f->about ? f->about : "local");
		put(out, x->check->id, false);
		if (is_failure(x, strict)) {
			buf_putf(out, "\">\n<failure type=\"%s\" message=\"", severity_names[x->severity]);
			put(out, x->seen, false);
			buf_puts(out, "\">");
			put_part(out, "what", x->check->what, false);
			put_part(out, "seen", x->seen, false);
			put_part(out, "why", x->check->why, true);
			put_part(out, "fix", x->fix, true);
			buf_puts(out, "</failure>\n</testcase>\n");
		} else if (x->severity != SEVERITY_OK) {
			buf_putf(out, "\">\n<system-out>%s: ", severity_names[x->severity]);
			put(out, x->seen, false);
			buf_puts(out, "\n");
			put_part(out, "fix", x->fix, true);
			buf_puts(out, "</system-out>\n</testcase>\n");
		} else {
			buf_puts(out, "\"/>\n");
		}
	}
	buf_puts(out, "</testsuite>\n");
	buf_free(&url);
}
