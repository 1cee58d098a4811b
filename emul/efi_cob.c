/* /v2/cob and /v2/pix, as far as paying a charge and looking at it needs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emul/due.h"
#include "emul/efi.h"
#include "emul/efi_notice.h"
#include "emul/refund.h"
#include "lib/money.h"

#define EXPIRES_S 86400		/* where the request names none */

struct list {
	struct buf *b;
	const char *before;
	struct state *st;
	struct err *e;
	bool failed;
};

static void each_refund(void *ctx, const struct emul_refund *r)
{
	struct list *l = ctx;

	buf_puts(l->b, l->before);
	efi_put_refund(l->b, r);
	l->before = ",";
}

static void each(void *ctx, const struct emul_pix *p)
{
	struct list *l = ctx, refunds = { .b = l->b, .before = ",\"devolucoes\":[" };

	buf_puts(l->b, l->before);
	buf_puts(l->b, "{");
	efi_put_pix(l->b, p);
	buf_puts(l->b, ",\"infoPagador\":\"" EFI_INFO "\"");
	if (!state_refunds(l->st, p->e2eid, "", each_refund, &refunds, l->e))
		l->failed = true;
	buf_puts(l->b, *refunds.before == ',' && refunds.before[1] ? "}" : "]}");
	l->before = ",";
}

static void put_cob(struct efi_call *c, unsigned status, const struct emul_cob *cob)
{
	struct buf items = BUF(c->a->body.max), *b = efi_ok(c, status);
	struct err e = { 0 };
	struct list l = { .b = &items, .before = "", .st = c->bank->state, .e = &e };

	if (cob->paid && (!state_pixes(c->bank->state, "efi", "", cob->txid, 0, INT64_MAX, 0, 100, NULL, each, &l, &e) || l.failed)) {
		buf_free(&items);
		efi_broken(c, &e);
		return;
	}
	buf_puts(b, "{\"calendario\":{");
	efi_put_when(b, "criacao", cob->at_ms);
	buf_putf(b, ",\"expiracao\":%lld},", (long long)cob->expires_s);
	efi_put_str(b, "txid", cob->txid);
	buf_putf(b, ",\"revisao\":0,\"location\":\"%s/v2/%s\",\"status\":\"%s\",\"valor\":{", c->bank->host, cob->txid,
		 cob->paid ? "CONCLUIDA" : "ATIVA");
	efi_put_cents(b, "original", cob->cents);
	buf_puts(b, "},");
	efi_put_str(b, "chave", cob->key);
	if (*cob->request) {
		buf_puts(b, ",");
		efi_put_str(b, "solicitacaoPagador", cob->request);
	}
	if (cob->paid)
		buf_putf(b, ",\"pix\":[%s]", buf_str(&items));
	buf_puts(b, "}");
	buf_free(&items);
}

/* What is there is taken over; the amount and the key must be where it is a new one. */
static bool read_cob(struct efi_call *c, bool fresh, struct emul_cob *cob)
{
	const char *value = json_text(json_path(c->doc, "valor.original", false)), *key = json_text(json_member(c->doc, "chave", false));
	const struct json *expires = json_path(c->doc, "calendario.expiracao", false), *request = json_member(c->doc, "solicitacaoPagador", false);
	const char *text = json_text(request);

	if ((value || fresh) && (!value || !money_cents(value, MONEY_BCB, &cob->cents) || !cob->cents)) {
		efi_invalid(c, ".body.valor.original", "deve corresponder ao padrão \\d{1,10}\\.\\d{2} e ser maior que zero");
		return false;
	}
	if ((key || fresh) && (!key || !efi_key_ok(key))) {
		efi_invalid(c, ".body.chave", "campo obrigatório, deve ser uma chave Pix");
		return false;
	}
	if (expires) {
		const char *digits = json_type(expires) == JSON_NUMBER ? json_text(expires) : "";

		if (!*digits || strlen(digits) > 9 || digits[strspn(digits, "0123456789")] || !(cob->expires_s = atoll(digits))) {
			efi_invalid(c, ".body.calendario.expiracao", "deve ser um número inteiro de segundos");
			return false;
		}
	}
	if (request && (json_type(request) != JSON_STRING || strlen(text) >= sizeof cob->request)) {
		efi_invalid(c, ".body.solicitacaoPagador", "deve ter no máximo 140 caracteres");
		return false;
	}
	if (fresh)
		snprintf(cob->key, sizeof cob->key, "%s", key);
	if (text)
		snprintf(cob->request, sizeof cob->request, "%s", text);
	return true;
}

static void make(struct efi_call *c, const char *txid)
{
	struct emul_cob cob = { .at_ms = c->now, .expires_s = EXPIRES_S };
	struct err e = { 0 };

	if (!read_cob(c, true, &cob))
		return;
	snprintf(cob.txid, sizeof cob.txid, "%s", txid);
	if (efi_charge(c->bank->state, &cob, due_charge(c->bank, c->now), &e))
		put_cob(c, 201, &cob);
	else if (e.code == ERR_REFUSED)
		efi_error(c, 409, "txid_duplicado", "O txid informado já foi utilizado em outra cobrança");
	else
		efi_broken(c, &e);
}

void efi_cob_put(struct efi_call *c)
{
	size_t n = strspn(c->value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

	if (n < 26 || n > 35 || c->value[n])
		efi_invalid(c, ".params.txid", "deve corresponder ao padrão ^[a-zA-Z0-9]{26,35}$");
	else
		make(c, c->value);
}

void efi_cob_post(struct efi_call *c)
{
	char txid[SECRET_HEX + 1];
	struct err e = { 0 };

	if (!secret_fresh(txid, &e)) {
		efi_broken(c, &e);
		return;
	}
	txid[32] = '\0';
	make(c, txid);
}

static void none(struct efi_call *c)
{
	efi_error(c, 400, "cobranca_nao_encontrada", "Nenhuma cobrança encontrada para o txid informado");
}

void efi_cob_patch(struct efi_call *c)
{
	struct emul_cob cob;
	struct err e = { 0 };

	if (!state_cob_get(c->bank->state, c->value, &cob, &e)) {
		if (e.code == ERR_NOT_FOUND)
			none(c);
		else
			efi_broken(c, &e);
		return;
	}
	if (json_member(c->doc, "status", false) || json_member(c->doc, "chave", false)) {
		efi_invalid(c, ".body", "o emulador muda valor, calendario.expiracao e solicitacaoPagador");
		return;
	}
	if (!read_cob(c, false, &cob))
		return;
	if (efi_charge_change(c->bank->state, &cob, due_charge(c->bank, c->now), &e))
		put_cob(c, 200, &cob);
	else if (e.code == ERR_NOT_FOUND)
		efi_error(c, 400, "status_cobranca_invalido", "A cobrança não está mais com o status ATIVA");
	else
		efi_broken(c, &e);
}

void efi_cob_get(struct efi_call *c)
{
	struct emul_cob cob;
	struct err e = { 0 };

	if (state_cob_get(c->bank->state, c->value, &cob, &e))
		put_cob(c, 200, &cob);
	else if (e.code == ERR_NOT_FOUND)
		none(c);
	else
		efi_broken(c, &e);
}

void efi_pix_get(struct efi_call *c)
{
	struct err e = { 0 };
	struct list l = { .b = efi_ok(c, 200), .before = "", .st = c->bank->state, .e = &e };

	if (!state_pixes(c->bank->state, "efi", c->value, "", 0, INT64_MAX, 0, 1, NULL, each, &l, &e) || l.failed)
		efi_broken(c, &e);
	else if (!l.b->len)
		efi_error(c, 400, "pix_nao_encontrado", "Nenhum pix encontrado para o identificador informado");
}

void efi_pix_list(struct efi_call *c)
{
	struct buf items = BUF(c->a->body.max);
	struct err e = { 0 };
	struct list l = { .b = &items, .before = "", .st = c->bank->state, .e = &e };
	char txid[STATE_TXID] = "";
	struct efi_page p;
	struct buf *b;
	int64_t total;

	if (!efi_page(c, &p))
		return;
	if (strstr(c->r->query, "txid=") && (!front_param(c->r, "txid", txid, sizeof txid) || !refund_id_ok(txid))) {
		efi_invalid(c, ".query.txid", "deve corresponder ao padrão ^[a-zA-Z0-9]{1,35}$");
		return;
	}
	if (state_pixes(c->bank->state, "efi", "", txid, p.from, p.until, p.page * p.size, p.size, &total, each, &l, &e) && !l.failed) {
		b = efi_ok(c, 200);
		buf_puts(b, "{");
		efi_put_page(b, &p, total);
		buf_putf(b, ",\"pix\":[%s]}", buf_str(&items));
	} else {
		efi_broken(c, &e);
	}
	buf_free(&items);
}
