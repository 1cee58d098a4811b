/* Findings for a program: one JSON object (RFC 8259), in a line. */
#include <string.h>

#include "check/report.h"
#include "lib/json.h"

enum { MOST = 256 * 1024 };

/* ,"name":"text"; text NULL: null. */
static void put(struct buf *out, const char *name, const char *text, bool lines)
{
	struct buf tame = BUF(MOST);

	buf_putf(out, "%s\"%s\":", out->len && out->data[out->len - 1] == '{' ? "" : ",", name);
	if (text) {
		report_tame(text, lines, &tame);
		json_quote(out, buf_str(&tame), tame.len);
	} else {
		buf_puts(out, "null");
	}
	buf_free(&tame);
}

void report_json(const struct target *t, const struct findings *f, struct buf *out)
{
	const struct finding *first = findings_first(f);
	struct buf url = BUF(MOST);

	report_url(t, &url);
	buf_puts(out, "{");
	put(out, "url", t ? buf_str(&url) : NULL, false);
	put(out, "psp", t ? t->psp->name : NULL, false);
	put(out, "mode", t ? mode_names[t->mode] : f->about ? f->about : "local", false);
	if (f->hook)
		put(out, "hook", f->hook, false);
	put(out, "verdict", severity_names[report_verdict(f)], false);
	put(out, "first", first && first->severity >= SEVERITY_WARN ? first->check->id : NULL, false);
	buf_puts(out, ",\"findings\":[");
	for (size_t i = 0; i < f->count; i++) {
		const struct finding *x = &f->item[i];

		buf_puts(out, i ? ",{" : "{");
		put(out, "id", x->check->id, false);
		put(out, "severity", severity_names[x->severity], false);
		put(out, "what", x->check->what, false);
		put(out, "seen", x->seen ? x->seen : "", false);
		put(out, "why", x->check->why ? x->check->why : "", true);
		put(out, "fix", x->severity == SEVERITY_OK ? "" : x->fix ? x->fix : "", true);
		for (size_t j = 0; j < x->e2eids; j++) {
			buf_puts(out, j ? "," : ",\"e2eids\":[");
			json_quote(out, x->e2eid[j], strlen(x->e2eid[j]));
		}
		if (x->e2eids)
			buf_puts(out, "]");
		buf_puts(out, "}");
	}
	buf_puts(out, "]}");
	buf_free(&url);
}
