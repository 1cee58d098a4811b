/* `pixgate reconcile HOOK`: asks the PSP what was received, and fills what the webhook missed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/reconcile.h"
#include "cli/stop.h"
#include "lib/when.h"

enum { SINCE, UNTIL, GRACE, FIX, RESEND };

static const struct opt options[] = {
	[SINCE]  = { "--since", "TIME", "paid since then: 2026-11-21, 2026-11-21T12:00:00Z (both UTC), or 90m, 2h, 7d ago", 0 },
	[UNTIL]  = { "--until", "TIME", "paid before then; a minute ago where not given", 0 },
	[GRACE]  = { "--grace", "SPAN", "what is younger is on its way and no gap; 10m where not given", 0 },
	[FIX]    = { "--fix", NULL, "stores what is missing here", 0 },
	[RESEND] = { "--resend", NULL, "has the PSP send again what is missing here (Efí)", 0 },
	{ 0 }
};

#define GRACE_MS (10 * 60 * INT64_C(1000))	/* Efí tells after some 30 s, and tries once more after 5 minutes */

static const char mark_name[] = "reconciled";

static bool read_time(const char *option, const char *text, int64_t now, int64_t *ms, struct err *e)
{
	if (read_since(text, now, ms, e))
		return true;
	if (strcmp(option, "--since") == 0)
		return false;
	return fail(e, ERR_USAGE, "%s: '%s' is no time; use 2026-11-21, 2026-11-21T12:00:00Z, or a span such as 90m, 2h, 7d", option, text);
}

static bool start(struct reconcile *r, const char *name, struct err *e)
{
	if (!start_inbox(&r->st, r->common, INBOX_WRITE, e))
		return false;
	r->hook = start_hook(r->st.settings, name, e);
	if (!r->hook)
		return false;
	r->list = r->hook->psp->list;
	if (!r->list)
		return fail(e, ERR_CONFIG, "hook \"%s\": how %s is asked what was received is not published, so pixgate cannot reconcile it", name, r->hook->psp->title);
	if (r->resend && !r->list->resend)
		return fail(e, ERR_USAGE, "--resend: %s sends nothing again; --fix stores what is missing", r->hook->psp->title);
	r->api = api_open(r->st.settings, r->hook, e);
	return r->api && r->st.box->ops->marked(r->st.box, name, mark_name, &r->mark_ms, e);
}

static bool plan(struct reconcile *r, const struct args *a, struct err *e)
{
	int64_t since, until;

	r->grace_ms = GRACE_MS;
	if (a->value[GRACE] && !read_span(a->value[GRACE], &r->grace_ms))
		return fail(e, ERR_USAGE, "--grace: '%s' is no span; use 0s, 90s, 10m, 2h", a->value[GRACE]);
	return read_time("--since", a->value[SINCE], r->now_ms, &since, e) && read_time("--until", a->value[UNTIL], r->now_ms, &until, e) &&
	       windows_plan(&r->plan, a->value[SINCE] ? &since : NULL, a->value[UNTIL] ? &until : NULL, r->mark_ms, r->now_ms, r->list->window_ms,
			r->list->first_page < 0, e);
}

/* A mark says that everything before it is here; of what a PSP left out nobody knows. */
static bool move_mark(struct reconcile *r, struct err *e)
{
	int64_t mark = windows_mark(r->mark_ms, &r->window, r->now_ms - r->grace_ms);
	struct inbox *box = r->st.box;

	if (mark == r->mark_ms || r->open || r->tally.unwhole)
		return true;
	if (!box->ops->begin(box, e))
		return false;
	if (!box->ops->mark(box, r->hook->name, mark_name, mark, e) || !box->ops->commit(box, e)) {
		box->ops->rollback(box);
		return false;
	}
	r->mark_ms = mark;
	return true;
}

static void progress(struct reconcile *r)
{
	char at[WHEN_TEXT], step[128];

	when_format(r->window.from_ms, at);
	snprintf(step, sizeof step, "%s: %s of %s", r->hook->name, r->hook->psp->title, at);
	check_progress_step(&r->progress, step);
}

static bool all_pieces(struct reconcile *r, struct err *e)
{
	bool again = false;

	while (!stopped && windows_next(&r->plan, &r->window)) {
		bool whole;

		progress(r);
		if (!reconcile_piece(r, &whole, e))
			return false;
		if (!whole && windows_halve(&r->plan))
			continue;
		again = !whole && !again;	/* a list that changed while it was read is whole the next time */
		if (again)
			continue;
		r->tally.listed += r->piece_listed;
		r->tally.other_keys += r->piece_other;
		r->tally.unwhole += !whole;
		if (!reconcile_resend(r, 1, e) || !move_mark(r, e))
			return false;
		windows_done(&r->plan);
	}
	return true;
}

static bool gap(const struct tally *t)
{
	return t->found[FOUND_MISSING] || t->found[FOUND_STATE] || t->found[FOUND_DIFFERENT] || t->found[FOUND_NOT_LISTED] ||
	       t->found[FOUND_UNREADABLE] || t->unwhole;
}

static void end(struct reconcile *r)
{
	api_close(r->api);
	end_inbox(&r->st);
	idset_free(&r->said);
	idset_free(&r->listed);
	for (int i = 0; i < RESENDS; i++)
		buf_free(&r->again[i].list);
	free(r->odd);
	buf_free(&r->lines);
}

static int run(const struct common *c, const struct args *a, struct err *e)
{
	struct reconcile r = { .common = c, .now_ms = c->now_ms, .fix = a->value[FIX], .resend = a->value[RESEND], .lines = BUF(OUT_MAX) };
	int status = 2;

	for (int i = 0; i < RESENDS; i++)
		r.again[i].list = BUF(LIMIT_API_BODY);
	if (r.fix && r.resend) {
		fail(e, ERR_USAGE, "either --fix or --resend: what is stored need not be sent again");
		goto out;
	}
	if (!start(&r, a->operand[0], e) || !plan(&r, a, e))
		goto out;
	stop_catch();
	check_progress_begin(&r.progress, !c->quiet);
	all_pieces(&r, e);
	check_progress_end(&r.progress);
	stop_release();
	if (stopped)
		*e = (struct err){ 0 };
	if (e->code)
		fail_in(e, "hook \"%s\"", r.hook->name);
	/* cron mails whatever is said; and of nothing that was looked at there is no sum */
	if (c->json || ((!c->quiet || gap(&r.tally) || stopped) && (!e->code || r.plan.at_ms > r.plan.since_ms)))
		reconcile_sum(&r);
	status = stopped ? 128 + stopped : gap(&r.tally);
out:
	end(&r);
	return status;
}

const struct verb verb_reconcile = {
	.name = "reconcile",
	.synopsis = "HOOK [OPTION …]",
	.summary = "asks the PSP what was paid and fills what the webhook missed",
	.help = "Compares what the PSP's API says was received with the inbox, a day at a time, from an hour before where the last run found\n"
		"everything here (the first: 7 days ago) until a minute ago. Without --fix and --resend it only tells. What differs is told and\n"
		"never overwritten. Exit status 1: there was a gap, though --fix may have closed it; 4: no answer; 5: the PSP refused.",
	.options = options,
	.least = 1,
	.most = 1,
	.run = run,
};
