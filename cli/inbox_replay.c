/* `pixgate inbox replay`: kept bodies are read again, and events handed over again. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/out.h"
#include "cli/start.h"
#include "lib/mem.h"

enum { UNREAD, DEAD, HOOK, KIND, TXID, E2EID, DELIVERY, SINCE, LIMIT, DRY_RUN };

static const struct opt options[] = {
	[UNREAD]  = { "--unread", NULL, "the bodies that were not wholly understood", 0 },
	[DEAD]    = { "--dead", NULL, "the events that a sink gave up: --delivery dead", 0 },
	[HOOK]    = { "--hook", "NAME", "of that hook alone", 0 },
	[KIND]    = { "--kind", "KIND", "as for inbox list", 0 },
	[TXID]    = { "--txid", "TXID", "with exactly that txid", 0 },
	[E2EID]   = { "--e2eid", "E2EID", "with exactly that endToEndId", 0 },
	[DELIVERY] = { "--delivery", "STATE", "as for inbox list", 0 },
	[SINCE]   = { "--since", "TIME", "received since then, as for inbox list", 0 },
	[LIMIT]   = { "--limit", "N", "the newest N alone", 0 },
	[DRY_RUN] = { "--dry-run", NULL, "says what would change, and changes nothing", 0 },
	{ 0 }
};

/* Bodies in one transaction: the gate's writers wait for as long as it lasts. */
#define CHUNK 32

struct ids {
	int64_t *item;
	size_t count, cap;
};

struct replay {
	struct started st;
	struct ids events, notes;
	bool dry;
	int64_t wanted;		/* an event's id that was named, while it is looked for */
	/* what was done */
	size_t bodies, understood, unread, fresh, differ, again, never, skipped, purged;
};

static void ids_add(struct ids *ids, int64_t id)
{
	ids->item = xgrow(ids->item, &ids->cap, ids->count + 1, sizeof *ids->item);
	ids->item[ids->count++] = id;
}

static int by_id(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void ids_unique(struct ids *ids)
{
	size_t n = 0;

	if (ids->count)
		qsort(ids->item, ids->count, sizeof *ids->item, by_id);
	for (size_t i = 0; i < ids->count; i++)
		if (!n || ids->item[n - 1] != ids->item[i])
			ids->item[n++] = ids->item[i];
	ids->count = n;
}

static bool on_row(const struct inbox_row *row, void *arg)
{
	struct replay *r = arg;

	if (r->wanted && row->id != r->wanted)
		return false;
	ids_add(&r->events, row->id);
	ids_add(&r->notes, row->note);
	return !r->wanted;
}

static bool on_unread(const struct inbox_body *body, void *arg)
{
	ids_add(&((struct replay *)arg)->notes, body->id);
	return true;
}

static bool collect_named(struct replay *r, const struct args *a, struct err *e)
{
	struct inbox *box = r->st.box;

	for (int i = 0; i < a->operands; i++) {
		struct inbox_filter f = { .kind = -1 };
		size_t had = r->events.count;
		long long id;

		if (!args_number("ID", a->operand[i], 1, &id, e))
			return false;
		r->wanted = id;
		f.after_id = id - 1;
		if (!box->ops->list(box, &f, on_row, r, e))
			return false;
		if (r->events.count == had)
			return fail(e, ERR_NOT_FOUND, "no event %lld; nothing was changed", id);
	}
	return true;
}

/* A copy of a body, as the store's own ends with the callback. */
struct again {
	struct buf body;
	char *hook, *psp, *event;
	int64_t received_ms;
	bool purged;
};

static bool on_body(const struct inbox_body *body, void *arg)
{
	struct again *g = arg;

	g->hook = xstrdup(body->hook);
	g->psp = xstrdup(body->psp);
	g->event = xstrdup(body->event);
	g->received_ms = body->received_ms;
	g->purged = body->purged;
	buf_add(&g->body, body->body, body->body_len);
	return false;
}

/* Reads one body with what is known today; a hook that the configuration lost keeps the PSP it was received from. */
static bool reread(struct replay *r, int64_t id, bool quiet, struct err *e)
{
	struct inbox *box = r->st.box;
	struct again g = { .body = BUF(OUT_MAX) };
	struct pix_batch batch = { 0 };
	struct inbox_put put = { 0 };
	const struct hook *h;
	const struct psp *psp;
	bool ok = false;

	if (!box->ops->body(box, id, on_body, &g, e))
		goto out;
	if (g.purged) {		/* an empty body would be understood: as a test of the PSP's */
		r->purged++;
		ok = true;
		goto out;
	}
	h = settings_hook(r->st.settings, g.hook);
	psp = h ? h->psp : psp_find(g.psp);
	if (!psp) {
		note(quiet, "body %" PRId64 ": unknown PSP '%s', left as it is", id, g.psp);
		r->skipped++;
		ok = true;
		goto out;
	}
	pix_parse(psp, g.event, buf_str(&g.body), g.body.len, &batch);
	if (h)
		pix_mark_foreign(&batch, (const char *const *)h->keys.item, h->keys.count);
	struct inbox_note again = {
		.hook = g.hook, .psp = psp->name, .event = g.event, .received_ms = g.received_ms,
		.body = buf_str(&g.body), .body_len = g.body.len, .unread = batch.unread, .why = batch.why,
		.events = batch.events, .count = batch.count
	};
	if (!box->ops->reread(box, id, &again, &put, e))
		goto out;
	r->bodies++;
	r->understood += !batch.unread;
	r->unread += batch.unread;
	r->fresh += put.fresh;
	r->differ += put.differ;
	ok = true;
out:
	pix_batch_free(&batch);
	free(g.hook);
	free(g.psp);
	free(g.event);
	buf_free(&g.body);
	return ok;
}

static bool hand_over(struct replay *r, int64_t id, struct err *e)
{
	bool changed;

	if (!r->st.box->ops->again(r->st.box, id, &changed, e))
		return false;
	if (changed)
		r->again++;
	else
		r->never++;
	return true;
}

static bool end_chunk(struct replay *r, struct err *e)
{
	struct inbox *box = r->st.box;

	if (!r->dry)
		return box->ops->commit(box, e);
	box->ops->rollback(box);
	return true;
}

/* Each chunk is durable alone. One that fails leaves the ones before it done; doing them again changes nothing more. */
static bool act(struct replay *r, bool quiet, struct err *e)
{
	struct inbox *box = r->st.box;
	size_t total = r->notes.count + r->events.count;

	for (size_t i = 0; i < total; i++) {
		if (i % CHUNK == 0 && !box->ops->begin(box, e))
			return false;
		if (i < r->notes.count ? !reread(r, r->notes.item[i], quiet, e) : !hand_over(r, r->events.item[i - r->notes.count], e))
			goto undo;
		if ((i % CHUNK == CHUNK - 1 || i + 1 == total) && !end_chunk(r, e))
			goto undo;
	}
	return true;
undo:
	box->ops->rollback(box);
	return false;
}

static void report(const struct replay *r, bool json)
{
	if (json) {
		struct buf b = BUF(OUT_MAX);

		json_open(&b, NULL, '{');
		json_int(&b, "bodies", (int64_t)r->bodies);
		json_int(&b, "understood", (int64_t)r->understood);
		json_int(&b, "unread", (int64_t)r->unread);
		json_int(&b, "skipped", (int64_t)r->skipped);
		json_int(&b, "fresh", (int64_t)r->fresh);
		json_int(&b, "differ", (int64_t)r->differ);
		json_int(&b, "again", (int64_t)r->again);
		json_int(&b, "unchanged", (int64_t)r->never);
		json_flag(&b, "dry_run", r->dry);
		json_int(&b, "purged", (int64_t)r->purged);
		json_close(&b, '}');
		out_line(&b);
		buf_free(&b);
		return;
	}
	printf("bodies read again: %zu; understood: %zu; not wholly understood: %zu\n", r->bodies, r->understood, r->unread);
	printf("new events: %zu; to be handed over again: %zu; left as they are (foreign, or waiting already): %zu\n", r->fresh, r->again, r->never);
	if (r->differ)
		printf("events that differ from what was stored: %zu; nothing was overwritten\n", r->differ);
	if (r->purged)
		printf("bodies that were taken away, and cannot be read again: %zu\n", r->purged);
	if (r->dry)
		puts("dry run: nothing was changed");
}

static int run(const struct common *c, const struct args *a, struct err *e)
{
	struct inbox_filter f = { .hook = a->value[HOOK], .txid = a->value[TXID], .e2eid = a->value[E2EID] };
	bool events = a->value[KIND] || a->value[TXID] || a->value[E2EID] || a->value[DELIVERY] || a->value[DEAD], any = events || a->value[HOOK] || a->value[SINCE] || a->value[LIMIT];
	struct replay r = { .dry = a->value[DRY_RUN] };

	if (!a->operands && !a->value[UNREAD] && !any)
		return fail(e, ERR_USAGE, "replay what? IDs, --unread, or a filter such as --since 2h; see pixgate help inbox replay");
	if (a->operands && (a->value[UNREAD] || any))
		return fail(e, ERR_USAGE, "replay: either IDs, or --unread and filters");
	if (a->value[UNREAD] && events)
		return fail(e, ERR_USAGE, "replay: --unread goes with --hook, --since and --limit alone");
	if (a->value[DEAD] && a->value[DELIVERY])
		return fail(e, ERR_USAGE, "replay: --dead is --delivery dead; give one of them");
	if (!read_kind(a->value[KIND], &f.kind, e) || !read_delivery(a->value[DEAD] ? "dead" : a->value[DELIVERY], &f.delivery, e) ||
	    !read_since(a->value[SINCE], c->now_ms, &f.since_ms, e) ||
	    !read_limit(a->value[LIMIT], &f.limit, e) || !start_inbox(&r.st, c, INBOX_WRITE, e))
		goto out;
	if (a->operands) {
		if (!collect_named(&r, a, e))
			goto out;
	} else if (a->value[UNREAD]) {
		if (!r.st.box->ops->bodies(r.st.box, &f, true, on_unread, &r, e))
			goto out;
	} else if (!r.st.box->ops->list(r.st.box, &f, on_row, &r, e)) {
		goto out;
	}
	ids_unique(&r.events);
	ids_unique(&r.notes);
	if (!r.notes.count) {
		nothing_matched(r.st.settings, f.hook, e);
		goto out;
	}
	if (act(&r, c->quiet, e))
		report(&r, c->json);
out:
	free(r.events.item);
	free(r.notes.item);
	end_inbox(&r.st);
	return 0;
}

const struct verb inbox_replay = {
	.name = "replay",
	.synopsis = "ID … | --unread | FILTER … [--dry-run]",
	.summary = "reads kept bodies again and hands events over again",
	.help = "The bodies of the chosen events are read again as this version reads them: what was not understood and is now\n"
		"becomes events. The chosen events are marked to be handed over again to every sink that wants them, dead and stale ones\n"
		"too, their tries counted from none; foreign ones never are. --dead is for the day on which a sink works again.",
	.options = options,
	.most = -1,
	.run = run,
};
