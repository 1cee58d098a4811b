#include "emul/refund.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "emul/due.h"
#include "lib/secret.h"

static void keep_pix(void *ctx, const struct emul_pix *p)
{
	*(struct emul_pix *)ctx = *p;
}

bool refund_pix(struct state *st, const char *psp, const char *e2eid, struct emul_pix *p, struct err *e)
{
	p->e2eid[0] = '\0';
	if (!*e2eid)
		return fail(e, ERR_NOT_FOUND, "no Pix has an empty e2eid");
	return state_pixes(st, psp, e2eid, "", 0, INT64_MAX, 0, 1, NULL, keep_pix, p, e) &&
		(*p->e2eid || fail(e, ERR_NOT_FOUND, "%.40s: nobody has sent a Pix of that e2eid", e2eid));
}

static void keep(void *ctx, const struct emul_refund *r)
{
	*(struct emul_refund *)ctx = *r;
}

bool refund_find(struct state *st, const char *e2eid, const char *id, struct emul_refund *r, struct err *e)
{
	r->id[0] = '\0';
	return (!*id || state_refunds(st, e2eid, id, keep, r, e)) && (*r->id || fail(e, ERR_NOT_FOUND, "%.40s: the Pix has no refund of that id", id));
}

bool refund_id_ok(const char *id)
{
	size_t n = strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

	return n && n < STATE_TXID && !id[n];
}

static void add(void *ctx, const struct emul_refund *r)
{
	if (strcmp(r->status, "NAO_REALIZADO") != 0)
		*(int64_t *)ctx += r->cents;
}

bool refund_order(struct state *st, const struct refund_order *o, struct emul_refund *made, struct err *e)
{
	struct emul_refund r = { .cents = o->cents, .asked_ms = o->now, .status = "EM_PROCESSAMENTO" };
	char random[SECRET_HEX + 1], what[STATE_E2EID + STATE_TXID];
	struct emul_pix p;
	int64_t gone = 0;
	bool ok = false;

	if (o->id && !refund_id_ok(o->id))
		return fail(e, ERR_USAGE, "the refund's id: letters and digits were expected, 1 to 35");
	if ((!o->id && !secret_fresh(random, e)) || !state_begin(st, e))
		return false;
	if (!refund_pix(st, o->psp, o->e2eid, &p, e) || !state_refunds(st, o->e2eid, "", add, &gone, e))
		goto out;
	snprintf(r.e2eid, sizeof r.e2eid, "%s", o->e2eid);
	snprintf(r.rtrid, sizeof r.rtrid, "%s", o->rtrid);
	snprintf(r.id, sizeof r.id, o->id ? "%s" : "%.20s", o->id ? o->id : random);
	snprintf(r.nature, sizeof r.nature, "%s", o->nature);
	/* first, so that a repeated request is told that it is one */
	if (!state_refund_put(st, &r, e))
		goto out;
	if (gone + o->cents > p.cents) {
		fail(e, ERR_INPUT, "%s: of R$ %" PRId64 ".%02" PRId64 " there is R$ %" PRId64 ".%02" PRId64 " left to refund", o->e2eid, p.cents / 100,
		     p.cents % 100, (p.cents - gone) / 100, (p.cents - gone) % 100);
		goto out;
	}
	if (o->most_ms && o->now - p.at_ms > o->most_ms) {
		fail(e, ERR_INPUT, "%s: it is older than the %" PRId64 " days within which it can be refunded", o->e2eid, o->most_ms / 86400000);
		goto out;
	}
	snprintf(what, sizeof what, "%s %s", r.e2eid, r.id);
	ok = due_put(st, o->due, what, o->end_ms, e);
out:
	ok = state_end(st, ok, ok ? e : NULL) && ok;
	if (ok)
		*made = r;
	return ok;
}
