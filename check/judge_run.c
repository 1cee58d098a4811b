/* From what was seen to findings: every check of the mode, in the table's order. */
#include <stdlib.h>
#include <string.h>

#include "check/judge_parts.h"
#include "lib/mem.h"
#include "lib/text.h"

enum { TEXT = 4096 };

/* An id, or its beginning up to a '.'. */
static bool named(const char *id, const char *const *names)
{
	for (; *names; names++) {
		size_t len = strlen(*names);

		if (!strcmp(id, *names) || (len && !strncmp(id, *names, len) && id[len] == '.'))
			return true;
	}
	return false;
}

static void add(struct findings *f, size_t *cap, const struct check *c, enum severity severity, struct buf *seen, const char *server, int status)
{
	struct buf fix = BUF(TEXT);

	/* what the other side sent is in it */
	if (seen->len)
		text_tame(seen->data, seen->len);
	buf_puts(&fix, c->fix);
	if (severity != SEVERITY_OK)
		remedy(c->id, server, status, &fix);
	f->item = xgrow(f->item, cap, f->count + 1, sizeof *f->item);
	f->item[f->count++] = (struct finding){ .check = c, .severity = severity, .seen = xstrdup(buf_str(seen)), .fix = xstrdup(buf_str(&fix)) };
	buf_free(&fix);
}

void judge(const struct target *t, const struct seen *s, int64_t now, const char *const *only, const char *const *skip, struct findings *f)
{
	const char *server = *t->server ? t->server : judge_server(s);
	size_t cap = 0;

	*f = (struct findings){ 0 };
	for (const struct check *c = checks; c->id; c++) {
		enum severity severity = SEVERITY_OK;
		struct buf seen = BUF(TEXT);

		if (c->modes & 1U << t->mode && (!only || named(c->id, only)) && (!skip || !named(c->id, skip)) && c->judge(t, s, now, &severity, &seen))
			add(f, &cap, c, severity, &seen, server, judged_status(c->id, s));
		buf_free(&seen);
	}
}

void findings_free(struct findings *f)
{
	for (size_t i = 0; i < f->count; i++) {
		free(f->item[i].seen);
		free(f->item[i].fix);
		for (size_t j = 0; j < f->item[i].e2eids; j++)
			free(f->item[i].e2eid[j]);
		free(f->item[i].e2eid);
	}
	free(f->item);
	*f = (struct findings){ 0 };
}

const struct finding *findings_first(const struct findings *f)
{
	for (enum severity wanted = SEVERITY_FAIL; wanted >= SEVERITY_WARN; wanted--)
		for (size_t i = 0; i < f->count; i++)
			if (f->item[i].severity == wanted)
				return &f->item[i];
	return NULL;
}
