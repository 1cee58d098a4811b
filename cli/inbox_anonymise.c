/* `pixgate inbox anonymise E2EID`: what kept bodies tell of the person behind one Pix goes; its events stay. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/out.h"
#include "cli/start.h"
#include "cli/stop.h"
#include "lib/mem.h"
#include "lib/table.h"
#include "lib/when.h"
#include "pix/redact.h"

enum { YES };

static const struct opt options[] = {
	[YES] = { "--yes", NULL, "does it; without it only says what would change", 0 },
	{ 0 }
};

/* A body that is to change. */
struct change {
	int64_t note, received_ms;
	char *hook;
	size_t size, left;	/* left 0: it goes as a whole */
};

struct anonymising {
	const struct common *common;
	const char *e2eid;
	struct started st;
	struct change *change;
	size_t count, cap;
	int64_t events;
	bool yes;
};

/* As inbox replay would read it; of a hook that the configuration lost the PSP that it was received from. */
static enum redact redacted(const struct anonymising *n, const struct inbox_body *body, struct buf *left)
{
	const struct hook *h = settings_hook(n->st.settings, body->hook);

	return pix_redact(h ? h->psp : psp_find(body->psp), body->event, body->body, body->body_len, n->e2eid, left);
}

/* Only what may tell of it is taken apart: its letters stand in the text, unless they are escaped. */
static bool may_tell(const struct inbox_body *body, const char *e2eid)
{
	return memmem(body->body, body->body_len, e2eid, strlen(e2eid)) || memmem(body->body, body->body_len, "\\u", 2);
}

static bool look(const struct inbox_body *body, void *arg)
{
	struct anonymising *n = arg;
	struct buf left = BUF(OUT_MAX);
	enum redact how = may_tell(body, n->e2eid) ? redacted(n, body, &left) : REDACT_NOTHING;

	if (how != REDACT_NOTHING) {
		n->change = xgrow(n->change, &n->cap, n->count + 1, sizeof *n->change);
		n->change[n->count++] = (struct change){ body->id, body->received_ms, xstrdup(body->hook), body->body_len, left.len };
	}
	buf_free(&left);
	return !stopped;
}

static bool count_event(const struct inbox_row *row, void *arg)
{
	(void)row;
	++*(int64_t *)arg;
	return true;
}

/* The body as it is now: since it was looked at it may have changed. */
struct now {
	const struct anonymising *n;
	enum redact how;
	struct buf left;
};

static bool look_again(const struct inbox_body *body, void *arg)
{
	struct now *now = arg;

	now->how = redacted(now->n, body, &now->left);
	return false;
}

static bool change(const struct anonymising *n, struct change *c, struct err *e)
{
	struct inbox *box = n->st.box;
	struct now now = { .n = n, .left = BUF(OUT_MAX) };
	bool ok = box->ops->body(box, c->note, look_again, &now, e) &&
		  (now.how == REDACT_NOTHING || box->ops->replace(box, c->note, buf_str(&now.left), now.left.len, e));

	c->left = now.left.len;
	buf_free(&now.left);
	return ok;
}

/* Bodies of one transaction: the gate's writers wait for as long as it lasts. */
#define CHUNK 32

static bool act(struct anonymising *n, struct err *e)
{
	struct inbox *box = n->st.box;

	for (size_t i = 0; i < n->count; i++) {
		if (i % CHUNK == 0 && !box->ops->begin(box, e))
			return false;
		if (!change(n, &n->change[i], e) || ((i % CHUNK == CHUNK - 1 || i + 1 == n->count) && !box->ops->commit(box, e))) {
			box->ops->rollback(box);
			return false;
		}
	}
	return box->ops->scrub(box, e);
}

static void report_json(const struct anonymising *n, size_t emptied)
{
	struct buf b = BUF(OUT_MAX);

	json_open(&b, NULL, '{');
	json_str(&b, "e2eid", n->e2eid);
	json_int(&b, "events", n->events);
	json_int(&b, "bodies", (int64_t)n->count);
	json_int(&b, "emptied", (int64_t)emptied);
	json_flag(&b, "dry_run", !n->yes);
	json_open(&b, "notes", '[');
	for (size_t i = 0; i < n->count; i++) {
		json_open(&b, NULL, '{');
		json_int(&b, "note", n->change[i].note);
		json_str(&b, "hook", n->change[i].hook);
		json_when(&b, "received_at", n->change[i].received_ms);
		json_int(&b, "size", (int64_t)n->change[i].size);
		json_int(&b, "left", (int64_t)n->change[i].left);
		json_close(&b, '}');
	}
	json_close(&b, ']');
	json_close(&b, '}');
	out_line(&b);
	buf_free(&b);
}

static void report(const struct anonymising *n)
{
	static const char *const heads[] = { ">body", "received", "hook", ">bytes", ">left", "", NULL };
	struct table *t;
	size_t emptied = 0;

	for (size_t i = 0; i < n->count; i++)
		emptied += !n->change[i].left;
	if (n->common->json) {
		report_json(n, emptied);
		return;
	}
	t = table_new(heads);
	for (size_t i = 0; i < n->count; i++) {
		const struct change *c = &n->change[i];
		char received[WHEN_TEXT];

		when_format(c->received_ms, received);
		table_cellf(t, "%" PRId64, c->note);
		table_cell(t, received);
		table_cell(t, c->hook);
		table_cellf(t, "%zu", c->size);
		table_cellf(t, "%zu", c->left);
		table_cell(t, c->left ? "" : "cannot be told apart: all of it");
	}
	if (n->count) {
		table_print(t, stdout, table_color(stdout));
		putchar('\n');
	}
	table_free(t);
	if (n->count)
		printf("bodies %s: %zu, of them emptied as a whole: %zu\n", n->yes ? "changed" : "that would change", n->count, emptied);
	else
		puts("no body tells more of it than its events: nothing to take out");
	printf("events that stay, amount, time and endToEndId with them: %" PRId64 "\n", n->events);
	if (!n->yes)
		puts("dry run: nothing was changed; --yes does it");
}

static bool read_e2eid(const char *text, struct err *e)
{
	size_t n = strspn(text, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

	/* what is shorter stands in bodies by chance */
	if (text[n] || n < 8 || n > PIX_E2EID_MAX)
		return fail(e, ERR_USAGE, "E2EID: expected 8 to %d letters and digits, as inbox list shows them", PIX_E2EID_MAX);
	return true;
}

static int run(const struct common *c, const struct args *a, struct err *e)
{
	struct anonymising n = { .common = c, .e2eid = a->operand[0], .yes = a->value[YES] };
	struct inbox_filter all = { .kind = -1 }, its = { .kind = -1, .e2eid = n.e2eid };
	int status = 0;

	/* Reading first: an inbox that is not there is not made. */
	if (!read_e2eid(n.e2eid, e) || !start_inbox(&n.st, c, INBOX_READ, e))
		goto out;
	stop_catch();
	if (!n.st.box->ops->list(n.st.box, &its, count_event, &n.events, e) || !n.st.box->ops->bodies(n.st.box, &all, false, look, &n, e))
		goto out;
	if (stopped) {
		status = 128 + stopped;
		goto out;
	}
	stop_release();
	if (!n.events && !n.count) {
		fail(e, ERR_NOT_FOUND, "nothing in the inbox tells of %s", n.e2eid);
		goto out;
	}
	if (n.yes) {
		end_inbox(&n.st);
		/* also where nothing is left to take out: the last time something may have kept it from scrubbing */
		if (!start_inbox(&n.st, c, INBOX_WRITE, e) || !act(&n, e))
			goto out;
	}
	report(&n);
out:
	for (size_t i = 0; i < n.count; i++)
		free(n.change[i].hook);
	free(n.change);
	end_inbox(&n.st);
	return status;
}

const struct verb inbox_anonymise = {
	.name = "anonymise",
	.synopsis = "E2EID [--yes]",
	.summary = "takes what tells of a payer out of the bodies of one Pix",
	.help = "For the request of a person whose data is to go: in every kept body that tells of this endToEndId only what its events are\n"
		"made of stays; names, documents and texts go, overwritten on disk. The events stay: amounts and times are the merchant's\n"
		"books. A repeat of such a body does not bring them back. Without --yes nothing changes.",
	.options = options,
	.least = 1,
	.most = 1,
	.run = run,
};
