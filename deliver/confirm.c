#include "deliver/confirm.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "lib/ascii.h"
#include "lib/mem.h"
#include "pix/status.h"
#include "recon/received.h"

struct client {
	const struct hook *h;
	struct api *api;
};

struct confirmer {
	const struct settings *s;	/* borrowed */
	struct client *client;
	size_t count;
};

struct confirmer *confirmer_new(const struct settings *s)
{
	struct confirmer *c = xcalloc(1, sizeof *c);

	c->s = s;
	return c;
}

void confirmer_free(struct confirmer *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->count; i++)
		api_close(c->client[i].api);
	free(c->client);
	free(c);
}

/* The hook's client: the first time its credentials are read. A hook without them is tried again at the next event. */
static struct api *client(struct confirmer *c, const struct hook *h, struct err *e)
{
	struct api *api;

	for (size_t i = 0; i < c->count; i++)
		if (c->client[i].h == h)
			return c->client[i].api;
	api = api_open(c->s, h, e);
	if (!api)
		return NULL;
	c->client = xrealloc(c->client, (c->count + 1) * sizeof *c->client);
	c->client[c->count++] = (struct client){ h, api };
	return api;
}

/* What differs between the notification and what the PSP says is told; a key and a txid are not: they may be a person's. */
static bool no(struct sent_result *result, const char *what)
{
	sent_as(result, SENT_AGAIN, "not confirmed: %s", what);
	return false;
}

static bool same_amount(const struct pix_event *ours, const struct pix_event *psp, struct sent_result *result)
{
	if (!ours->has_cents || (psp->has_cents && ours->cents == psp->cents))
		return true;
	if (!psp->has_cents)
		return no(result, "the PSP tells no amount");
	sent_as(result, SENT_AGAIN, "not confirmed: the PSP says R$ %" PRId64 ",%02" PRId64 ", the notification %" PRId64 ",%02" PRId64, psp->cents / 100,
		psp->cents % 100, ours->cents / 100, ours->cents % 100);
	return false;
}

/* Where the PSP has a word for it, a receipt of any other is no money that came. */
static bool credited(const struct psp *psp, const struct pix_event *theirs)
{
	return theirs->kind != PIX_RECEIVED || !psp->list->credited || !*theirs->status || !ascii_casecmp(theirs->status, psp->list->credited);
}

/* A state of a refund that came before what the PSP says now was true then. */
static bool same_status(const struct pix_event *ours, const struct pix_event *psp, struct sent_result *result)
{
	int was = ours->kind == PIX_REFUND ? pix_status_rank(ours->kind, ours->status) : -1;

	if (!*ours->status || !*psp->status || !ascii_casecmp(ours->status, psp->status) || (was >= 0 && was < pix_status_rank(psp->kind, psp->status)))
		return true;
	sent_as(result, SENT_AGAIN, "not confirmed: the PSP says %s, the notification %s", psp->status, ours->status);
	return false;
}

/*
 * Who paid knows the e2eid of what he paid: with the hook's secret he could tell of it with another one's order in it. So the txid counts
 * too, and one that the PSP does not know of at all is another.
 */
static bool same(const struct pix_event *ours, const struct pix_event *psp, struct sent_result *result)
{
	if (*psp->key && *ours->key && ascii_casecmp(psp->key, ours->key) != 0)
		return no(result, "the PSP says another key");
	if (*ours->txid && strcmp(ours->txid, psp->txid) != 0)
		return no(result, *psp->txid ? "the PSP says another txid" : "the PSP says no txid");
	return same_amount(ours, psp, result) && same_status(ours, psp, result);
}

/* The one of the PSP's events that ours should be. */
static const struct pix_event *find(const struct pix_batch *batch, const struct pix_event *ours)
{
	for (size_t i = 0; i < batch->count; i++) {
		const struct pix_event *psp = &batch->events[i];

		if (psp->kind == ours->kind && !strcmp(psp->e2eid, ours->e2eid) && (ours->kind != PIX_REFUND || !strcmp(psp->ref, ours->ref)))
			return psp;
	}
	return NULL;
}

static bool compare(const struct hook *h, const struct pix_batch *batch, const struct pix_event *ours, struct sent_result *result)
{
	const struct pix_event *psp = find(batch, ours);

	if (psp && credited(h->psp, psp))
		return same(ours, psp, result);
	if (psp) {
		sent_as(result, SENT_AGAIN, "not confirmed: the PSP says %s", psp->status);
		return false;
	}
	return no(result, ours->kind == PIX_REFUND ? "the PSP does not know such a refund of this Pix (yet)" : "what the PSP says of it was not understood");
}

/*
 * Nothing was learned. Where that is the PSP's or the way's, all of the hook's events wait; where it is this one event's (an e2eid that the
 * PSP takes for none), this one alone: else one forged notification would hold up the others.
 */
static bool not_asked(const struct received_said *said, const struct err *e, struct sent_result *result)
{
	bool of_event = e->code == ERR_REFUSED && said->status && !said->token && said->status < 500 && said->status != 401 && said->status != 403 && said->status != 408 &&
		said->status != 429;
	enum sent how = said->status == 429 ? SENT_SLOW : of_event ? SENT_AGAIN : SENT_STUCK;

	sent_as(result, how, "the PSP could not be asked: %.120s", e->text);
	result->retry_after_s = said->retry_after_s;
	return false;
}

/* BCB Pix API 2.9.0: [a-zA-Z0-9]{32}; published examples are shorter and longer. The PSP is asked for nothing else. */
static bool is_e2eid(const char *text)
{
	return *text && !text[strspn(text, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")];
}

bool confirm(struct confirmer *c, const struct hook *h, const struct inbox_row *row, int64_t now_ms, struct sent_result *result)
{
	struct received_said said = { .retry_after_s = -1 };
	struct pix_batch batch = { 0 };
	struct err e = { 0 };
	struct api *api;
	bool found, ok = false;

	if (row->event.kind != PIX_RECEIVED && row->event.kind != PIX_REFUND)
		return true;
	if (!is_e2eid(row->event.e2eid))
		return no(result, "its e2eid is none");
	api = client(c, h, &e);
	if (!api || !received_one_said(api, h, row->event.e2eid, now_ms, &batch, &found, &said, &e))
		return not_asked(&said, &e, result);
	if (found)
		ok = compare(h, &batch, &row->event, result);
	else
		no(result, "the PSP does not know it (yet)");
	pix_batch_free(&batch);
	return ok;
}
