/* One piece of time: what the PSP lists against the inbox, and the inbox against the list. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/reconcile.h"
#include "cli/stop.h"
#include "lib/mem.h"
#include "lib/when.h"

enum {
	SKEW_MS = 24 * 3600 * 1000,	/* a notice is not received that much earlier than its Pix was paid */
	LATE_MS = 48 * 3600 * 1000,	/* nor, as a rule, that much later */
	SUSPECTS = 1000,		/* of one piece that are looked into */
	LOOKS = 100,			/* of one run: calls for one Pix */
	PATIENCE_MS = 15 * 60 * 1000,	/* for rate limits and trouble, a piece */
	TOLD_MS = 5000,			/* a wait that is longer is told of */
};

struct walk {
	struct reconcile *r;
	struct err *e;
};

bool reconcile_young(const struct reconcile *r, const struct pix_event *ev)
{
	return ev->has_at && ev->at_ms > r->now_ms - r->grace_ms;
}

static bool on_row(const struct inbox_row *row, void *arg)
{
	struct pix_batch *b = arg;

	b->events = xgrow(b->events, &b->cap, b->count + 1, sizeof *b->events);
	b->events[b->count++] = row->event;
	return true;
}

bool reconcile_ours(struct reconcile *r, const char *e2eid, struct pix_batch *ours, struct err *e)
{
	const struct inbox_filter f = { .hook = r->hook->name, .e2eid = e2eid, .kind = -1 };

	return r->st.box->ops->list(r->st.box, &f, on_row, ours, e);
}

static void odd(const struct finding *f, void *arg)
{
	(void)f;
	*(bool *)arg = true;
}

/* A Pix of another key of the account is not this hook's: its notice goes elsewhere. */
static bool take(struct reconcile *r, const struct received *item, struct err *e)
{
	struct pix_batch batch = { .unread = *item->why }, ours = { 0 };
	const struct pix_event *first = item->count ? item->events : NULL;
	bool is_odd = batch.unread, ok = false;

	snprintf(batch.why, sizeof batch.why, "%s", item->why);
	batch.events = xcalloc(item->count + 1, sizeof *batch.events);
	batch.count = batch.cap = item->count;
	if (first)
		memcpy(batch.events, first, item->count * sizeof *first);
	pix_mark_foreign(&batch, (const char *const *)r->hook->keys.item, r->hook->keys.count);
	if (first) {
		bool mine = !batch.events->foreign, of_piece = !first->has_at || (first->at_ms >= r->window.from_ms && first->at_ms < r->window.to_ms);

		if (!idset_add(&r->listed, first->e2eid, strlen(first->e2eid)))
			of_piece = false;
		r->piece_listed += of_piece && mine;
		r->piece_other += of_piece && !mine;
		if (!mine) {
			ok = true;
			goto out;
		}
		if (!reconcile_ours(r, first->e2eid, &ours, e))
			goto out;
		compare_item(r->list, batch.events, batch.count, ours.events, ours.count, odd, &is_odd);
	}
	ok = !is_odd || reconcile_odd(r, item, &batch, e);
out:
	pix_batch_free(&ours);
	pix_batch_free(&batch);
	return ok;
}

static bool on_item(const struct received *item, void *arg)
{
	struct walk *w = arg;

	if (stopped)
		return fail(w->e, ERR_NET, "interrupted");
	return take(w->r, item, w->e);
}

static int64_t wait_ms(int64_t ms, void *arg)
{
	struct walk *w = arg;
	struct timespec rest = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	if (ms >= TOLD_MS) {
		check_progress_end(&w->r->progress);
		note(w->r->common->quiet, "%s wants to be asked later: waiting %lld s", w->r->hook->psp->title, (long long)(ms + 999) / 1000);
		check_progress_begin(&w->r->progress, !w->r->common->quiet);
	}
	if (!stopped)
		nanosleep(&rest, &rest);
	return stopped ? 1 : 0;
}

/* Those of the inbox that the list should have held. */
struct sweep {
	struct reconcile *r;
	struct pix_event *suspect;
	size_t count, cap;
};

static bool on_swept(const struct inbox_row *row, void *arg)
{
	struct sweep *s = arg;
	struct reconcile *r = s->r;

	if (row->received_ms > r->window.to_ms + LATE_MS)
		return false;
	if (!compare_listed(&row->event, r->window.from_ms, r->window.to_ms) || reconcile_young(r, &row->event) ||
	    idset_has(&r->listed, row->event.e2eid, strlen(row->event.e2eid)))
		return true;
	s->suspect = xgrow(s->suspect, &s->cap, s->count + 1, sizeof *s->suspect);
	s->suspect[s->count++] = row->event;
	return s->count < SUSPECTS;
}

static void on_finding(const struct finding *f, void *arg)
{
	reconcile_say(arg, f);
}

/* A list may be late or its bounds odd: the PSP is asked for the one Pix before it is said that it does not know it. */
static bool look(struct reconcile *r, const struct pix_event *ours, struct err *e)
{
	const struct finding unknown = { FOUND_NOT_LISTED, NULL, ours, 0 };
	struct pix_batch theirs = { 0 };
	bool found = false, ok = true;

	if (r->looked < LOOKS) {
		r->looked++;
		ok = received_one(r->api, r->hook, ours->e2eid, when_now(), &theirs, &found, e);
	}
	if (ok && found)
		compare_item(r->list, theirs.events, 1, ours, 1, on_finding, r);
	else if (ok)
		reconcile_say(r, &unknown);
	pix_batch_free(&theirs);
	return ok;
}

static bool sweep(struct reconcile *r, struct err *e)
{
	const struct inbox_filter f = { .hook = r->hook->name, .kind = PIX_RECEIVED, .since_ms = r->window.from_ms - SKEW_MS };
	struct sweep s = { .r = r };
	bool ok = r->st.box->ops->list(r->st.box, &f, on_swept, &s, e);

	for (size_t i = 0; i < s.count && ok && !stopped; i++)
		ok = look(r, &s.suspect[i], e);
	free(s.suspect);
	return ok;
}

bool reconcile_piece(struct reconcile *r, bool *whole, struct err *e)
{
	struct walk w = { r, e };
	const struct received_ask ask = {
		.since_ms = r->window.since_ms, .until_ms = r->window.to_ms, .now = when_now, .wait = wait_ms, .arg = &w, .patience_ms = PATIENCE_MS
	};
	struct received_walk walk;
	struct err late = { 0 };
	bool ok;

	idset_free(&r->listed);
	r->piece_listed = r->piece_other = 0;
	ok = received_list(r->api, r->hook, &ask, on_item, &w, &walk, e);
	if (!reconcile_flush(r, ok ? e : &late))	/* what was read before a failure is not lost with it */
		ok = false;
	*whole = ok && walk.whole;
	if (!ok)
		return false;
	if (*whole)
		return sweep(r, e) && reconcile_flush(r, e);
	if (r->common->verbose)
		note(false, "%s", walk.why);
	return true;
}
