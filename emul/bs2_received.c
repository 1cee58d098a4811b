/* What a direct client may ask of its receipts: /recebimentos and /pix. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emul/bs2.h"
#include "lib/ascii.h"
#include "lib/when.h"

enum { PAGE = 100, BRASILIA = -180, DAY_MS = 24 * 3600 * 1000 };

#define STATUS "Efetivado"	/* only what was credited is kept */

static void put_party(struct buf *b, const char *role, const char *ispb, const char *bank, const char *bank_name, const char *account, const char *cnpj,
		      const char *name)
{
	buf_putf(b, "\"%s\":{\"ispb\":\"%s\",\"conta\":{\"banco\":\"%s\",\"bancoNome\":\"%s\",\"agencia\":\"0001\",\"numero\":\"%s\",\"tipo\":"
		"\"ContaCorrente\"},\"pessoa\":{\"documento\":\"%s\",\"tipoDocumento\":\"CNPJ\",\"nome\":\"%s\",\"nomeFantasia\":null,\"conta\":null}}",
		role, ispb, bank, bank_name, account, cnpj, name);
}

void bs2_put_parties(struct buf *b)
{
	put_party(b, "pagador", "90400888", "033", "BANCO DO PAGADOR", "1234567", BS2_PAYER_CNPJ, BS2_PAYER);
	buf_puts(b, ",");
	put_party(b, "recebedor", "71027866", "218", "BCO BS2 S.A.", "7654321", "11444777000161", "LOJA NO EMULADOR");
}

/* The receipt's members, no brackets. */
static bool put_receipt(struct state *st, struct buf *b, const struct emul_pix *p, struct err *e)
{
	bs2_put_str(b, "endToEndId", p->e2eid);
	buf_putf(b, ",\"recebimentoId\":%" PRId64 ",", p->number);
	bs2_put_str(b, "txId", *p->txid ? p->txid : NULL);
	buf_puts(b, ",");
	bs2_put_when(b, "data", p->at_ms);
	buf_puts(b, ",");
	bs2_put_cents(b, "valor", p->cents);
	buf_puts(b, ",\"status\":\"" STATUS "\",");
	bs2_put_parties(b);
	buf_puts(b, ",");
	bs2_put_str(b, "chaveDict", *p->key ? p->key : NULL);
	buf_puts(b, ",\"campoLivre\":null,\"situacao\":\"ACCC\",");
	return bs2_put_refunds(st, b, p->e2eid, false, e);
}

static void put_page(struct buf *b, int64_t total, int64_t page, int64_t size)
{
	buf_putf(b, "\"pagina\":{\"qtd\":%" PRId64 ",\"paginaAtual\":%" PRId64 ",\"itensPorPagina\":%" PRId64 "}", total, page, size);
}

/* A date or a time of the query; of a date the last millisecond where `last` is set. *there: it was given. false: it is answered. */
static bool read_when(struct bs2_call *c, const char *name, bool last, int64_t *ms, bool *there)
{
	char text[64], day[96];

	*there = front_param(c->r, name, text, sizeof text);
	if (!*there)
		return true;
	if (when_parse(text, BRASILIA, ms))
		return true;
	snprintf(day, sizeof day, "%sT00:00:00", text);
	if (strlen(text) == 10 && when_parse(day, BRASILIA, ms)) {
		*ms += last ? DAY_MS - 1 : 0;
		return true;
	}
	bs2_misshapen(c, name);
	return false;
}

static bool read_number(struct bs2_call *c, const char *name, int64_t least, int64_t most, int64_t *n)
{
	char text[12];
	size_t len;

	if (!front_param(c->r, name, text, sizeof text))
		return true;
	len = strspn(text, "0123456789");
	if (len && len < 10 && !text[len] && strtoll(text, NULL, 10) >= least && strtoll(text, NULL, 10) <= most) {
		*n = strtoll(text, NULL, 10);
		return true;
	}
	bs2_misshapen(c, name);
	return false;
}

struct query {
	int64_t from, until, page, size;
	char txid[STATE_TXID];
	bool none;	/* nothing can be of it */
};

static bool read_query(struct bs2_call *c, bool demand_time, struct query *q)
{
	char text[64];
	bool from, until;

	*q = (struct query){ .until = INT64_MAX, .page = 1, .size = PAGE };
	if (!read_when(c, "Inicio", false, &q->from, &from) || !read_when(c, "Fim", true, &q->until, &until))
		return false;
	if (demand_time && (!from || !until)) {
		bs2_refuse(c, 400, from ? "Fim" : "Inicio", "Campo obrigatório.");
		return false;
	}
	if (q->until < q->from) {
		bs2_refuse(c, 400, "Fim", "Deve ser maior ou igual a Inicio.");
		return false;
	}
	if (!read_number(c, "PaginaAtual", 1, 999999, &q->page) || !read_number(c, "ItensPorPagina", 1, PAGE, &q->size))
		return false;
	if (front_param(c->r, "TxId", text, sizeof text) && *text) {
		q->none = strlen(text) >= sizeof q->txid;
		snprintf(q->txid, sizeof q->txid, "%s", text);
	}
	if (front_param(c->r, "Status", text, sizeof text) && *text)
		q->none = q->none || ascii_casecmp(text, STATUS) != 0;
	return true;
}

struct list {
	struct state *st;
	struct buf *b;
	const char *before;
	struct err *e;
	bool failed;
};

static void each(void *ctx, const struct emul_pix *p)
{
	struct list *l = ctx;

	buf_puts(l->b, l->before);
	buf_puts(l->b, "{");
	if (!put_receipt(l->st, l->b, p, l->e))
		l->failed = true;
	buf_puts(l->b, "}");
	l->before = ",";
}

void bs2_receipt_list(struct bs2_call *c)
{
	struct err e = { 0 };
	struct list l = { .st = c->bank->state, .before = "", .e = &e };
	struct query q;
	int64_t total = 0;

	if (!read_query(c, true, &q))
		return;
	l.b = bs2_ok(c, 200);
	buf_puts(l.b, "{\"items\":[");
	if (!q.none && (!state_pixes(l.st, "bs2", "", q.txid, q.from, q.until, (q.page - 1) * q.size, q.size, &total, each, &l, &e) || l.failed)) {
		bs2_broken(c, &e);
		return;
	}
	buf_puts(l.b, "],");
	put_page(l.b, total, q.page, q.size);
	buf_puts(l.b, "}");
}

/* One receipt, by e2eid or by number. */
struct wanted {
	struct emul_pix pix;
	int64_t number;		/* 0: any */
	bool found;
};

static void pick(void *ctx, const struct emul_pix *p)
{
	struct wanted *w = ctx;

	if (w->number && w->number != p->number)
		return;
	w->pix = *p;
	w->found = true;
}

static bool find(struct bs2_call *c, const char *e2eid, const struct query *q, struct wanted *w)
{
	struct err e = { 0 };

	if (!q->none && !state_pixes(c->bank->state, "bs2", e2eid, q->txid, q->from, q->until, 0, INT64_MAX, NULL, pick, w, &e)) {
		bs2_broken(c, &e);
		return false;
	}
	if (!w->found)
		bs2_refuse(c, 404, NULL, "Recebimento não encontrado.");
	return w->found;
}

static void answer(struct bs2_call *c, const struct emul_pix *p)
{
	struct buf *b = bs2_ok(c, 200);
	struct err e = { 0 };

	buf_puts(b, "{");
	if (!put_receipt(c->bank->state, b, p, &e)) {
		bs2_broken(c, &e);
		return;
	}
	buf_puts(b, ",");
	put_page(b, 1, 1, 1);
	buf_puts(b, "}");
}

void bs2_receipt_e2eid(struct bs2_call *c)
{
	struct wanted w = { .number = 0 };
	struct query q;

	if (read_query(c, false, &q) && find(c, c->value, &q, &w))
		answer(c, &w.pix);
}

void bs2_receipt_get(struct bs2_call *c)
{
	size_t len = strspn(c->value, "0123456789");
	struct wanted w = { .number = len && len < 16 && !c->value[len] ? strtoll(c->value, NULL, 10) : 0 };
	struct query q = { .until = INT64_MAX };

	if (!w.number)
		bs2_misshapen(c, "RecebimentoId");
	else if (find(c, "", &q, &w))
		answer(c, &w.pix);
}

/* As the BCB's API has it, with an amount that is text. */
void bs2_pix_get(struct bs2_call *c)
{
	struct query q = { .until = INT64_MAX };
	struct wanted w = { .number = 0 };
	struct err e = { 0 };
	struct buf *b;

	if (!find(c, c->value, &q, &w))
		return;
	b = bs2_ok(c, 200);
	buf_puts(b, "{");
	bs2_put_str(b, "endToEndId", w.pix.e2eid);
	buf_puts(b, ",");
	bs2_put_str(b, "txid", *w.pix.txid ? w.pix.txid : NULL);
	buf_putf(b, ",\"valor\":\"%" PRId64 ".%02" PRId64 "\",", w.pix.cents / 100, w.pix.cents % 100);
	bs2_put_when(b, "horario", w.pix.at_ms);
	buf_puts(b, ",\"pagador\":{\"cnpj\":\"" BS2_PAYER_CNPJ "\",\"nome\":\"" BS2_PAYER "\"},\"infoPagador\":null,");
	if (bs2_put_refunds(c->bank->state, b, w.pix.e2eid, true, &e))
		buf_puts(b, "}");
	else
		bs2_broken(c, &e);
}
