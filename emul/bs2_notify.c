/*
 * The events. BS2 publishes no bodies: {"pix":[…]} with these names is what receivers in production read of a Recebimento, the others
 * are made of the names of its own API, as few for a closing event as its manual says.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "emul/bs2.h"
#include "emul/bs2_notice.h"
#include "lib/limits.h"
#include "lib/when.h"

#define ISPB "71027866"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

/* What an event is made of, all of it there. number: recebimentoId. */
struct parts {
	const char *event;
	struct emul_pix pix;
	char status[32], returned[STATE_E2EID], guid[40], other[40];
};

static void open_event(struct buf *b, const struct parts *p)
{
	buf_puts(b, "{");
	bs2_put_str(b, "evento", p->event);
	buf_puts(b, ",");
}

static void e2eid(struct buf *b, const struct parts *p)
{
	bs2_put_str(b, "endToEndId", p->pix.e2eid);
	buf_puts(b, ",");
}

static void receipt(struct buf *b, const struct parts *p)
{
	buf_puts(b, "{\"pix\":[{");
	e2eid(b, p);
	bs2_put_str(b, "txId", *p->pix.txid ? p->pix.txid : NULL);
	buf_puts(b, ",");
	if (*p->pix.key) {
		bs2_put_str(b, "chave", p->pix.key);
		buf_puts(b, ",");
	}
	bs2_put_cents(b, "valor", p->pix.cents);
	buf_puts(b, ",");
	bs2_put_when(b, "horario", p->pix.at_ms);
	buf_puts(b, ",");
	bs2_put_str(b, "status", p->status);
	buf_puts(b, ",\"pagador\":{\"cnpj\":\"" BS2_PAYER_CNPJ "\",\"nome\":\"" BS2_PAYER "\"},\"infoPagador\":null,\"devolucoes\":null}]}");
}

static void payment(struct buf *b, const struct parts *p)
{
	buf_puts(b, "{");
	bs2_put_str(b, "pagamentoId", p->guid);
	buf_puts(b, ",");
	bs2_put_str(b, "solicitacaoId", p->other);
	buf_puts(b, ",");
	e2eid(b, p);
	bs2_put_str(b, "status", p->status);
	buf_puts(b, ",");
	bs2_put_cents(b, "valor", p->pix.cents);
	buf_puts(b, ",\"rejeitadoDescricao\":null,\"erroDescricao\":null}");
}

static void finished_receipt(struct buf *b, const struct parts *p)
{
	open_event(b, p);
	buf_putf(b, "\"recebimentoId\":%" PRId64 ",", p->pix.number);
	e2eid(b, p);
	bs2_put_str(b, "situacao", p->status);
	buf_puts(b, "}");
}

static void finished_payment(struct buf *b, const struct parts *p)
{
	open_event(b, p);
	bs2_put_str(b, "pagamentoId", p->guid);
	buf_puts(b, ",");
	e2eid(b, p);
	bs2_put_str(b, "situacao", p->status);
	buf_puts(b, "}");
}

static void finished_return(struct buf *b, const struct parts *p)
{
	open_event(b, p);
	bs2_put_str(b, "returnId", p->returned);
	buf_puts(b, ",");
	e2eid(b, p);
	bs2_put_str(b, "situacao", p->status);
	buf_puts(b, "}");
}

/* All data of a receipt and of a return come with their validation. */
static void validate_receipt(struct buf *b, const struct parts *p)
{
	open_event(b, p);
	buf_putf(b, "\"recebimentoId\":%" PRId64 ",", p->pix.number);
	e2eid(b, p);
	bs2_put_str(b, "txId", *p->pix.txid ? p->pix.txid : NULL);
	buf_puts(b, ",");
	bs2_put_when(b, "data", p->pix.at_ms);
	buf_puts(b, ",");
	bs2_put_cents(b, "valor", p->pix.cents);
	buf_puts(b, ",");
	bs2_put_str(b, "situacao", p->status);
	buf_puts(b, ",");
	bs2_put_parties(b);
	buf_puts(b, ",");
	bs2_put_str(b, "chaveDict", *p->pix.key ? p->pix.key : NULL);
	buf_puts(b, ",\"campoLivre\":null}");
}

static void validate_return(struct buf *b, const struct parts *p)
{
	open_event(b, p);
	bs2_put_str(b, "returnId", p->returned);
	buf_puts(b, ",");
	e2eid(b, p);
	bs2_put_cents(b, "valor", p->pix.cents);
	buf_puts(b, ",");
	bs2_put_str(b, "situacao", p->status);
	buf_puts(b, ",\"codigo\":\"MD06\",\"motivo\":\"Solicitado pelo usu\xc3\xa1rio recebedor\",");
	bs2_put_when(b, "data", p->pix.at_ms);
	buf_puts(b, "}");
}

/* own: whether BS2 made the end-to-end id (it ends with P then) and the return's (D). */
static const struct event {
	const char *name, *psp, *status;
	bool own_e2eid, own_return;
	void (*compose)(struct buf *b, const struct parts *p);
} events[] = {
	{ "Recebimento",           "bs2",          "EFETIVADO",  false, false, receipt },
	{ "Pagamento",             "bs2",          "Confirmado", true,  false, payment },
	{ "RecebimentoFinalizado", "bs2-indirect", "ACCC",       false, false, finished_receipt },
	{ "DevolucaoFinalizada",   "bs2-indirect", "ACCC",       false, true,  finished_return },
	{ "PagamentoFinalizado",   "bs2-indirect", "ACCC",       true,  false, finished_payment },
	{ "RestituicaoFinalizada", "bs2-indirect", "ACCC",       true,  false, finished_return },
	{ "ValidacaoRecebimento",  "bs2-indirect", "ACSP",       false, false, validate_receipt },
	{ "ValidacaoRestituicao",  "bs2-indirect", "ACSP",       true,  false, validate_return },
	{ "ValidacaoRecebimentoCanalSecundario", "bs2-indirect", "ACSP", false, false, validate_receipt },
	{ 0 }
};

static const struct event *find(const char *name)
{
	for (const struct event *v = events; v->name; v++)
		if (!strcmp(v->name, name))
			return v;
	return NULL;
}

bool bs2_event_is(const char *event, const char *psp)
{
	const struct event *v = find(event);

	return v && !strcmp(v->psp, psp);
}

static bool unknown(const char *name, struct err *e)
{
	struct buf all = BUF(400);

	for (const struct event *v = events; v->name; v++)
		buf_putf(&all, "%s%s", all.len ? ", " : "", v->name);
	fail(e, ERR_USAGE, "'%.40s': not an event of BS2; known: %s", name, buf_str(&all));
	buf_free(&all);
	return false;
}

bool bs2_fresh_id(char first, bool own, char last, int64_t now, char out[STATE_E2EID], struct err *e)
{
	char random[SECRET_HEX + 1], t[WHEN_TEXT];

	if (!secret_fresh(random, e))
		return false;
	when_format(now, t);
	snprintf(out, STATE_E2EID, "%c%s%.4s%.2s%.2s%.2s%.2s%.11s", first, own ? ISPB : "90400888", t, t + 5, t + 8, t + 11, t + 14, random);
	if (own)
		out[STATE_E2EID - 2] = last;
	return true;
}

static bool complete(const struct bs2_notice *n, const struct event *v, int64_t now, struct parts *p, struct err *e)
{
	if (!bs2_fresh_id('E', v->own_e2eid, 'P', now, p->pix.e2eid, e) || !bs2_fresh_id('D', v->own_return, 'D', now, p->returned, e) ||
	    !bs2_guid(p->guid, e) || !bs2_guid(p->other, e))
		return false;
	p->event = v->name;
	p->pix.at_ms = now;
	p->pix.number = now % 1000000000;
	p->pix.cents = n->cents ? n->cents : 100;
	snprintf(p->pix.psp, sizeof p->pix.psp, "%s", v->psp);
	snprintf(p->pix.key, sizeof p->pix.key, "%s", n->key ? n->key : "");
	snprintf(p->pix.txid, sizeof p->pix.txid, "%s", n->txid ? n->txid : "");
	snprintf(p->status, sizeof p->status, "%s", n->status ? n->status : v->status);
	if (n->e2eid)
		snprintf(p->pix.e2eid, sizeof p->pix.e2eid, "%s", n->e2eid);
	return true;
}

static bool only(const char *what, const char *text, const char *letters, size_t most, struct err *e)
{
	size_t n = text ? strspn(text, letters) : 0;

	return !text || (n && n <= most && !text[n]) ||
		fail(e, ERR_USAGE, "%s: letters and digits were expected, at most %zu", what, most);
}

static void keep(void *ctx, const struct emul_pix *p)
{
	*(struct emul_pix *)ctx = *p;
}

/* A receipt is kept once: with an e2eid that is known, what is kept is told again. */
static bool keep_receipt(struct state *st, const struct bs2_notice *n, struct parts *p, struct err *e)
{
	int64_t total = 0;

	if (n->e2eid) {
		if (!state_pixes(st, "efi", n->e2eid, "", 0, INT64_MAX, 0, 1, &total, keep, &(struct emul_pix){ 0 }, e))
			return false;
		if (total)
			return fail(e, ERR_REFUSED, "--e2eid %s: that Pix was received at Ef\xc3\xad", n->e2eid);
		if (!state_pixes(st, "bs2", n->e2eid, "", 0, INT64_MAX, 0, 1, &total, keep, &p->pix, e))
			return false;
		if (total && (n->txid || n->key || n->cents))
			return fail(e, ERR_USAGE, "--e2eid %s: that receipt was told before; it is told again as it was, without --txid, --key and --amount",
				n->e2eid);
	}
	return total || state_pix_put(st, &p->pix, e);
}

static bool silence(struct state *st, const struct bs2_notice *n, const struct event *v, const struct parts *p, enum bs2_silence *why, struct err *e)
{
	struct emul_webhook w;

	*why = BS2_TOLD;
	if (!state_webhook_get(st, v->psp, v->name, &w, e)) {
		*why = BS2_NO_URL;
		return e->code == ERR_NOT_FOUND;
	}
	if (w.only_txid && v->compose == receipt && !*p->pix.txid)
		*why = BS2_NO_TXID;
	else if (w.account && n->account && w.account != n->account)
		*why = BS2_OTHER_ACCOUNT;
	return true;
}

bool bs2_notify(struct state *st, int64_t now, const struct bs2_notice *n, struct buf *body, enum bs2_silence *why, struct err *e)
{
	const struct event *v = find(n->event);
	struct emul_callback cb = { .due_ms = now };
	struct parts p = { 0 };
	bool ok = false;

	if (!v)
		return unknown(n->event, e);
	if (!only("--txid", n->txid, LETTERS, 35, e) || !only("--e2eid", n->e2eid, LETTERS, 32, e) || !only("--status", n->status, LETTERS "_", 31, e) ||
	    !only("--key", n->key, LETTERS "-.@_+", STATE_KEY - 1, e) || !complete(n, v, now, &p, e) || !state_begin(st, e))
		return false;
	if ((v->compose == receipt && !keep_receipt(st, n, &p, e)) || !silence(st, n, v, &p, why, e))
		goto out;
	v->compose(body, &p);
	snprintf(cb.kind, sizeof cb.kind, "%s", v->psp);
	snprintf(cb.key, sizeof cb.key, "%s", v->name);
	cb.body = *body;	/* borrowed */
	e->code = ERR_NONE;
	ok = *why != BS2_TOLD || state_callback_put(st, &cb, e);
out:
	return state_end(st, ok, ok ? e : NULL) && ok;
}
