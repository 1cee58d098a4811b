/* What `pixgate reconcile` says. */
#include <stdio.h>
#include <string.h>

#include "cli/reconcile.h"
#include "inbox/event_json.h"
#include "lib/when.h"

#define RESEND_WINDOW_MS (30 * 24 * 3600 * INT64_C(1000))	/* Efí: reenviar takes what is no older */

static const struct {
	unsigned bit;
	const char *name, *json;
} fields[] = {
	{ DIFFERS_AMOUNT, "amount", "amount_cents" }, { DIFFERS_KEY, "key", "key" }, { DIFFERS_TXID, "txid", "txid" }, { DIFFERS_STATUS, "status", "status" },
};

enum { FIELDS = sizeof fields / sizeof fields[0] };

static void event_json(struct buf *b, const char *name, const struct pix_event *ev)
{
	if (!ev) {
		json_none(b, name);
		return;
	}
	json_open(b, name, '{');
	json_str(b, "txid", ev->txid);
	json_str(b, "key", ev->key);
	json_str(b, "status", ev->status);
	event_sum(b, ev);
	json_close(b, '}');
}

static const char *action(const struct reconcile *r, enum finding_what what, bool too_old)
{
	if (!finding_open(what))
		return "";
	return r->fix ? "stored" : r->resend && !too_old ? "resend" : "";
}

static void line_json(struct reconcile *r, const struct finding *f, const char *did)
{
	const struct pix_event *ev = f->theirs ? f->theirs : f->ours;
	struct buf *b = &r->lines;

	json_open(b, NULL, '{');
	json_str(b, "hook", r->hook->name);
	json_str(b, "finding", finding_name(f->what));
	json_str(b, "kind", pix_kind_name(ev->kind));
	json_str(b, "e2eid", ev->e2eid);
	json_str(b, "ref", ev->ref);
	event_json(b, "psp", f->theirs);
	event_json(b, "inbox", f->ours);
	json_open(b, "differs", '[');
	for (size_t i = 0; i < FIELDS; i++)
		if (f->differs & fields[i].bit)
			json_str(b, NULL, fields[i].json);
	json_close(b, ']');
	json_str(b, "action", did);
	json_close(b, '}');
	buf_puts(b, "\n");
}

/* "12,34", the key, …: one side of a difference. */
static void put_value(struct buf *b, unsigned field, const struct pix_event *ev)
{
	char amount[AMOUNT_TEXT];

	switch (field) {
	case DIFFERS_AMOUNT:
		amount_text(ev->cents, amount);
		buf_puts(b, amount);
		break;
	case DIFFERS_KEY:
		buf_puts(b, ev->key);
		break;
	case DIFFERS_TXID:
		buf_puts(b, ev->txid);
		break;
	default:
		buf_puts(b, ev->status);
	}
}

static void line_text(struct reconcile *r, const struct finding *f, const char *did)
{
	const struct pix_event *ev = f->theirs ? f->theirs : f->ours;
	char at[WHEN_TEXT] = "-", amount[AMOUNT_TEXT] = "-";
	struct buf *b = &r->lines;

	if (ev->has_at)
		when_format(ev->at_ms, at);
	if (ev->has_cents)
		amount_text(ev->cents, amount);
	buf_putf(b, "%-11s %-9s %-32s %12s  %s", finding_name(f->what), pix_kind_name(ev->kind), ev->e2eid, amount, at);
	if (*ev->txid)
		buf_putf(b, "  txid %s", ev->txid);
	if (*ev->ref)
		buf_putf(b, "  ref %s", ev->ref);
	if (*ev->status)
		buf_putf(b, "  %s", ev->status);
	for (size_t i = 0; i < FIELDS; i++) {
		if (!(f->differs & fields[i].bit))
			continue;
		buf_putf(b, "; %s here ", fields[i].name);
		put_value(b, fields[i].bit, f->ours);
		buf_puts(b, ", at the PSP ");
		put_value(b, fields[i].bit, f->theirs);
	}
	buf_putf(b, "%s%s\n", *did ? "  -> " : "", *did ? did : "");
}

bool reconcile_once(struct reconcile *r, const char *what, const struct pix_event *ev)
{
	struct buf id = BUF(1024);
	bool fresh;

	buf_putf(&id, "%s %d %s %s %s", what, (int)ev->kind, ev->e2eid, ev->ref, ev->kind == PIX_RECEIVED ? "" : ev->status);
	fresh = idset_add(&r->said, buf_str(&id), id.len);
	buf_free(&id);
	return fresh;
}

/* One notice tells of a Pix and all of its refunds: each e2eid is asked for once a kind. */
static void gather(struct reconcile *r, const struct pix_event *ev)
{
	struct resend *again = &r->again[ev->kind == PIX_REFUND ? RESEND_REFUND : RESEND_RECEIVED];
	struct pix_event whole = { .kind = ev->kind };

	strcpy(whole.e2eid, ev->e2eid);
	if (!reconcile_once(r, "resend", &whole))
		return;
	if (!again->count++)
		json_open(&again->list, NULL, '[');
	json_str(&again->list, NULL, ev->e2eid);
}

void reconcile_say(struct reconcile *r, const struct finding *f)
{
	const struct pix_event *ev = f->theirs ? f->theirs : f->ours;
	bool too_old = r->resend && finding_open(f->what) && ev->has_at && ev->at_ms < r->now_ms - RESEND_WINDOW_MS;

	if (!reconcile_once(r, finding_name(f->what), ev))
		return;
	r->tally.found[f->what]++;
	if (f->what == FOUND_MISSING) {
		r->tally.missing_cents += ev->kind == PIX_RECEIVED && ev->has_cents ? ev->cents : 0;
		r->tally.without_txid += ev->kind == PIX_RECEIVED && !*ev->txid;
	}
	r->tally.too_old += too_old;
	if (r->resend && finding_open(f->what) && !too_old)
		gather(r, ev);
	(r->common->json ? line_json : line_text)(r, f, action(r, f->what, too_old));
}

/* Nothing of the item is said: it was not understood, and may hold anything. */
void reconcile_say_unreadable(struct reconcile *r, const struct odd_item *item)
{
	const char *did = r->fix ? "stored" : "";
	struct buf *b = &r->lines;

	if (!idset_add(&r->said, item->body, item->len))
		return;
	r->tally.found[FOUND_UNREADABLE]++;
	if (r->common->json) {
		json_open(b, NULL, '{');
		json_str(b, "hook", r->hook->name);
		json_str(b, "finding", finding_name(FOUND_UNREADABLE));
		json_str(b, "why", item->batch.why);
		json_str(b, "action", did);
		json_close(b, '}');
		buf_puts(b, "\n");
	} else {
		buf_putf(b, "%-11s %s%s%s\n", finding_name(FOUND_UNREADABLE), item->batch.why, *did ? "  -> " : "", did);
	}
}

static void sum_json(const struct reconcile *r, const char *since, const char *until)
{
	const struct tally *t = &r->tally;
	struct buf b = BUF(OUT_MAX);

	json_open(&b, NULL, '{');
	json_str(&b, "hook", r->hook->name);
	json_open(&b, "summary", '{');
	json_str(&b, "since", since);
	json_str(&b, "until", until);
	json_int(&b, "listed", t->listed);
	for (int i = 0; i < FOUND_KINDS; i++)
		json_int(&b, i == FOUND_NOT_LISTED ? "not_listed" : finding_name((enum finding_what)i), t->found[i]);
	json_int(&b, "missing_cents", t->missing_cents);
	json_int(&b, "on_their_way", t->young);
	json_int(&b, "other_keys", t->other_keys);
	json_int(&b, "stored", t->stored);
	json_int(&b, "resent", t->resent);
	json_int(&b, "too_old", t->too_old);
	json_flag(&b, "whole", !t->unwhole);
	if (r->mark_ms)
		json_when(&b, "reconciled", r->mark_ms);
	else
		json_none(&b, "reconciled");
	json_close(&b, '}');
	json_close(&b, '}');
	out_line(&b);
	buf_free(&b);
}

static void sum_text(const struct reconcile *r, const char *since, const char *until)
{
	const struct tally *t = &r->tally;
	char amount[AMOUNT_TEXT];

	amount_text(t->missing_cents, amount);
	printf("%s: %lld Pix at %s from %s to %s", r->hook->name, (long long)t->listed, r->hook->psp->title, since, until);
	if (t->other_keys)
		printf(", and %lld of other keys", (long long)t->other_keys);
	printf("\nmissing here: %lld (received: %s); older state here: %lld; different: %lld; not known to the PSP: %lld; not understood: %lld\n",
		(long long)t->found[FOUND_MISSING], amount, (long long)t->found[FOUND_STATE], (long long)t->found[FOUND_DIFFERENT],
		(long long)t->found[FOUND_NOT_LISTED], (long long)t->found[FOUND_UNREADABLE]);
	if (t->young || t->found[FOUND_UNSETTLED])
		printf("no gap: %lld whose notice may be on its way; %lld with a status of which no notice tells\n", (long long)t->young,
			(long long)t->found[FOUND_UNSETTLED]);
	if (r->fix)
		printf("stored: %lld events\n", (long long)t->stored);
	if (r->resend)
		printf("asked to be sent again: %lld\n", (long long)t->resent);
}

void reconcile_sum(const struct reconcile *r)
{
	const struct tally *t = &r->tally;
	char since[WHEN_TEXT], until[WHEN_TEXT];
	bool quiet = r->common->quiet;

	when_format(r->plan.since_ms, since);
	when_format(r->plan.at_ms, until);	/* as far as it came */
	(r->common->json ? sum_json : sum_text)(r, since, until);
	if (r->open && !r->resend)
		note(quiet, "`pixgate reconcile %s --fix` stores what is missing, so that it is handed over as if its notice had come%s", r->hook->name,
			r->list->resend ? "; --resend has the PSP send the notices again" : "");
	if (t->too_old)
		note(quiet, "%lld are older than 30 days, which the PSP does not send again: --fix stores them", (long long)t->too_old);
	if (t->without_txid)
		note(quiet, "%lld of the missing have no txid: a PSP tells of such only where that is set (`pixgate psp %s`)", (long long)t->without_txid,
			r->hook->psp->name);
	if (t->found[FOUND_DIFFERENT])
		note(quiet, "different: the PSP's API was asked with your own credentials, a notice is as good as its proof: believe the API, and mend the order by "
			"hand. Nothing was overwritten; `pixgate inbox list --e2eid E2EID` shows when the notice came");
	if (t->found[FOUND_NOT_LISTED])
		note(quiet, "not-listed: the PSP does not know these payments with these credentials: they are of another account, or nobody paid. Look at the "
			"PSP's statement before anything is delivered for them");
	if (t->unwhole)
		note(quiet, "the PSP did not give all of its list %lld time%s: what it left out is not known; try again later (-v says more)", (long long)t->unwhole,
			t->unwhole == 1 ? "" : "s");
}
