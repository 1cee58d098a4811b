/*
 * Refunds of a direct client's receipts: /pix/:e2eid/devolucao/:idExterno (devs.bs2.com/docs/return-pix). Nobody is told of one: the
 * event DevolucaoEfetuada is "in development, do not use" at BS2, so that the API alone knows.
 */
#include <stdio.h>
#include <string.h>

#include "emul/bs2.h"
#include "emul/bs2_notice.h"
#include "emul/due.h"
#include "emul/refund.h"
#include "lib/money.h"

#define DAYS_90 (90LL * 24 * 3600 * 1000)

bool bs2_refund(struct state *st, int64_t now, int64_t end_ms, const char *e2eid, const char *id, int64_t cents, struct emul_refund *made, struct err *e)
{
	char rtrid[STATE_E2EID];
	const struct refund_order o = { .psp = "bs2", .due = DUE_BS2_REFUND, .e2eid = e2eid, .id = id, .rtrid = rtrid, .nature = "", .cents = cents, .now = now,
		.end_ms = end_ms, .most_ms = DAYS_90 };

	return bs2_fresh_id('D', true, 'D', now, rtrid, e) && refund_order(st, &o, made, e);
}

bool bs2_refund_end(struct state *st, int64_t now, const char *e2eid, const char *id, struct err *e)
{
	return state_refund_settle(st, e2eid, id, now, "DEVOLVIDO", "", e);
}

/* text: the amount is a text, as the BCB's API has it. */
static void put(struct buf *b, const struct emul_refund *r, bool text)
{
	buf_puts(b, "{");
	bs2_put_str(b, "id", r->id);
	buf_puts(b, ",");
	bs2_put_str(b, "rtrId", r->rtrid);
	buf_puts(b, ",");
	if (text)
		buf_putf(b, "\"valor\":\"%lld.%02lld\"", (long long)r->cents / 100, (long long)r->cents % 100);
	else
		bs2_put_cents(b, "valor", r->cents);
	buf_puts(b, ",\"horario\":{");
	bs2_put_when(b, "solicitacao", r->asked_ms);
	if (r->settled_ms) {
		buf_puts(b, ",");
		bs2_put_when(b, "liquidacao", r->settled_ms);
	}
	buf_puts(b, "},");
	bs2_put_str(b, "status", r->status);
	buf_puts(b, "}");
}

struct list {
	struct buf *b;
	bool text;
	int n;
};

static void each(void *ctx, const struct emul_refund *r)
{
	struct list *l = ctx;

	if (l->n++)
		buf_puts(l->b, ",");
	put(l->b, r, l->text);
}

bool bs2_put_refunds(struct state *st, struct buf *b, const char *e2eid, bool text, struct err *e)
{
	struct list l = { .b = b, .text = text };

	buf_puts(b, "\"devolucoes\":[");
	return state_refunds(st, e2eid, "", each, &l, e) && (buf_puts(b, "]") || fail(e, ERR_STORE, "%s: too many refunds for one answer", e2eid));
}

/* How it refuses is not published: statuses and words are the emulator's. */
static void refuse(struct bs2_call *c, const struct err *e)
{
	if (e->code == ERR_NOT_FOUND)
		bs2_refuse(c, 404, NULL, "Recebimento ou devolução não encontrado.");
	else if (e->code == ERR_REFUSED)
		bs2_refuse(c, 409, "IdExterno", "Já existe uma devolução com este identificador.");
	else if (e->code == ERR_INPUT)
		bs2_refuse(c, 400, "Valor", "O valor excede o saldo do recebimento, ou o prazo de 90 dias terminou.");
	else
		bs2_broken(c, e);
}

void bs2_refund_put(struct bs2_call *c)
{
	const struct json *value = json_member(c->doc, "valor", false);
	struct emul_refund r;
	struct err e = { 0 };
	int64_t cents;

	if (!refund_id_ok(c->second))
		bs2_misshapen(c, "IdExterno");
	else if (json_type(value) != JSON_NUMBER || !money_cents(json_text(value), MONEY_DECIMAL, &cents) || !cents)
		bs2_misshapen(c, "Valor");
	else if (bs2_refund(c->bank->state, c->now, c->now + due_wait(c->bank), c->value, c->second, cents, &r, &e))
		put(bs2_ok(c, 201), &r, false);
	else
		refuse(c, &e);
}

void bs2_refund_get(struct bs2_call *c)
{
	struct emul_refund r;
	struct emul_pix p;
	struct err e = { 0 };

	if (refund_pix(c->bank->state, "bs2", c->value, &p, &e) && refund_find(c->bank->state, c->value, c->second, &r, &e))
		put(bs2_ok(c, 200), &r, false);
	else
		refuse(c, &e);
}
