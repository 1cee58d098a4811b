/* One notice of any kind, whatever was paid. */
#include <stdio.h>
#include <string.h>

#include "emul/efi.h"
#include "emul/efi_notice.h"
#include "lib/limits.h"
#include "lib/when.h"

/* What a notice is made of, all of it there. */
struct parts {
	struct emul_pix pix;
	char id[40], status[32];
};

static void refund(struct buf *b, const struct parts *p)
{
	struct emul_refund r = { .cents = p->pix.cents, .asked_ms = p->pix.at_ms };

	snprintf(r.id, sizeof r.id, "%.*s", (int)sizeof r.id - 1, p->id);
	snprintf(r.rtrid, sizeof r.rtrid, "D%s", p->pix.e2eid + 1);
	snprintf(r.status, sizeof r.status, "%.*s", (int)sizeof r.status - 1, p->status);
	buf_puts(b, "{\"pix\":[{");
	efi_put_pix(b, &p->pix);
	buf_puts(b, ",\"devolucoes\":[");
	efi_put_refund(b, &r);
	buf_puts(b, "]}]}");
}

static void sent(struct buf *b, const struct parts *p)
{
	struct emul_sent s = { .cents = p->pix.cents, .at_ms = p->pix.at_ms };

	snprintf(s.id, sizeof s.id, "%.*s", (int)sizeof s.id - 1, p->id);
	snprintf(s.e2eid, sizeof s.e2eid, "%s", p->pix.e2eid);
	snprintf(s.key, sizeof s.key, "%s", p->pix.key);
	snprintf(s.status, sizeof s.status, "%.*s", (int)sizeof s.status - 1, p->status);
	buf_puts(b, "{\"pix\":[{");
	efi_put_sent(b, &s);
	buf_puts(b, "}]}");
}

static void update(struct buf *b, const struct parts *p)
{
	buf_puts(b, ",\"atualizacao\":[{");
	efi_put_str(b, "status", p->status);
	buf_puts(b, ",");
	efi_put_when(b, "data", p->pix.at_ms);
	buf_puts(b, "}]}]}");
}

static void rec(struct buf *b, const struct parts *p)
{
	buf_puts(b, "{\"recs\":[{");
	efi_put_str(b, "idRec", p->id);
	buf_puts(b, ",");
	efi_put_str(b, "status", p->status);
	update(b, p);
}

static void cobr(struct buf *b, const struct parts *p)
{
	buf_puts(b, "{\"cobsr\":[{");
	efi_put_str(b, "idRec", p->id);
	buf_puts(b, ",");
	efi_put_str(b, "txid", p->pix.txid);
	buf_puts(b, ",");
	efi_put_str(b, "status", p->status);
	if (!strcmp(p->status, "CONCLUIDA")) {
		buf_puts(b, ",\"pix\":[{");
		efi_put_str(b, "endToEndId", p->pix.e2eid);
		buf_puts(b, ",");
		efi_put_str(b, "txid", p->pix.txid);
		buf_puts(b, ",");
		efi_put_cents(b, "valor", p->pix.cents);
		buf_puts(b, ",");
		efi_put_when(b, "horario", p->pix.at_ms);
		buf_puts(b, "}]");
	}
	update(b, p);
}

static const struct kind {
	const char *name, *kind, *status;
	bool key;			/* it is of a key, else of the account */
	bool rec;			/* its id is an idRec */
	void (*compose)(struct buf *b, const struct parts *p);	/* NULL: efi_received */
} kinds[] = {
	{ "received", "pix",  "",          true,  false, NULL },
	{ "refund",   "pix",  "DEVOLVIDO", true,  false, refund },
	{ "sent",     "pix",  "REALIZADO", true,  false, sent },
	{ "rec",      "rec",  "APROVADA",  false, true,  rec },
	{ "cobr",     "cobr", "ATIVA",     false, true,  cobr },
};

const char *const efi_notice_kinds[] = { "received", "refund", "sent", "rec", "cobr", NULL };

/* What was not given becomes something of the right shape. */
static bool complete(const struct efi_notice *n, const struct kind *k, int64_t now, struct parts *p, struct err *e)
{
	char random[SECRET_HEX + 1], t[WHEN_TEXT];

	if (!secret_fresh(random, e) || !efi_fresh_e2eid('E', now, p->pix.e2eid, e))
		return false;
	when_format(now, t);
	p->pix.at_ms = now;
	p->pix.cents = n->cents ? n->cents : 100;
	snprintf(p->pix.key, sizeof p->pix.key, "%s", k->key ? n->key : "");
	snprintf(p->pix.txid, sizeof p->pix.txid, "%s", n->txid ? n->txid : "");
	snprintf(p->status, sizeof p->status, "%s", n->status ? n->status : k->status);
	if (!k->rec) {
		snprintf(p->id, sizeof p->id, "%.20s", random + 8);
		if (n->e2eid)
			snprintf(p->pix.e2eid, sizeof p->pix.e2eid, "%s", n->e2eid);
		return true;
	}
	if (!n->txid)
		snprintf(p->pix.txid, sizeof p->pix.txid, "%.32s", random);
	if (n->e2eid)
		snprintf(p->id, sizeof p->id, "%s", n->e2eid);
	else	/* idRec, BCB 2.7.0: R, N for no retries, ISPB, day, 11 */
		snprintf(p->id, sizeof p->id, "RN09089356%.4s%.2s%.2s%.11s", t, t + 5, t + 8, random + 32);
	return true;
}

static bool letters(const char *what, const char *text, size_t most, struct err *e)
{
	size_t n = text ? strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") : 0;

	return !text || (n && n <= most && !text[n]) || fail(e, ERR_USAGE, "%s: letters and digits were expected, at most %zu", what, most);
}

bool efi_notify(struct state *st, int64_t now, const struct efi_notice *n, struct buf *body, bool *registered, struct err *e)
{
	struct emul_callback cb = { .due_ms = now };
	const struct kind *k = NULL;
	struct parts p = { 0 };
	struct emul_webhook w;
	struct err none = { 0 };

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (!strcmp(kinds[i].name, n->kind))
			k = &kinds[i];
	if (!k)
		return fail(e, ERR_USAGE, "'%.40s': not a kind of notice; known: received, refund, sent, rec, cobr", n->kind);
	if (k->key && (!n->key || !efi_key_ok(n->key)))
		return fail(e, ERR_USAGE, "%s: the Pix key is missing or is none: it says to whose URL the notice goes", k->name);
	if (!letters("the txid", n->txid, 35, e) || !letters("the e2eid", n->e2eid, 32, e) || !letters("the status", n->status, 23, e) ||
	    !complete(n, k, now, &p, e))
		return false;
	if (!k->compose) {
		if (!efi_received(st, &p.pix, body, e))
			return false;
	} else {
		k->compose(body, &p);
	}
	snprintf(cb.kind, sizeof cb.kind, "%s", k->kind);
	snprintf(cb.key, sizeof cb.key, "%s", p.pix.key);
	*registered = state_webhook_get(st, cb.kind, cb.key, &w, &none);
	cb.body = *body;	/* borrowed */
	return state_callback_put(st, &cb, e);
}
