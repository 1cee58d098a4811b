/* Payments of the merchant's: PUT /v2/gn/pix/:idEnvio, how they end, and what the sandbox sends back. */
#include <stdio.h>
#include <string.h>

#include "emul/due.h"
#include "emul/efi.h"
#include "emul/efi_notice.h"
#include "lib/limits.h"
#include "lib/money.h"

#define SANDBOX_DOES 1000	/* centavos, up to which it is REALIZADO */
#define SANDBOX_REFUSES 2000	/* above which the request is refused; what is between becomes NAO_REALIZADO */
#define SANDBOX_PAYEE "efipay@sejaefi.com.br"

/* What comes back of exactly these amounts in the sandbox. */
static const struct {
	int64_t cents, each;
	int times;
} returns[] = { { 400, 200, 2 }, { 500, 500, 1 } };

static bool send_back(struct state *st, int64_t now, const struct emul_sent *s, int64_t due_ms, struct err *e)
{
	for (size_t i = 0; i < sizeof returns / sizeof *returns; i++)
		for (int n = 0; returns[i].cents == s->cents && n < returns[i].times; n++) {
			struct emul_refund r = { .cents = returns[i].each, .asked_ms = now, .settled_ms = now, .status = "DEVOLVIDO" };
			struct buf body = BUF(LIMIT_BODY);
			int told;
			bool ok;

			snprintf(r.e2eid, sizeof r.e2eid, "%s", s->e2eid);
			snprintf(r.id, sizeof r.id, "devolucao%d", n + 1);
			ok = efi_fresh_e2eid('D', now, r.rtrid, e) && state_refund_put(st, &r, e) && efi_returned(st, s, r.id, &body, &told, e) &&
				efi_tell(st, s->key, due_ms, false, &body, e);
			buf_free(&body);
			if (!ok)
				return false;
		}
	return true;
}

bool efi_sent_end(struct state *st, int64_t now, const char *id, bool sandbox, int64_t wait_ms, struct err *e)
{
	struct buf body = BUF(LIMIT_BODY);
	struct emul_sent s;
	bool done, ok = false;

	if (!state_begin(st, e))
		return false;
	if (!state_sent_get(st, id, "", &s, e))
		goto out;
	done = !sandbox || s.cents <= SANDBOX_DOES;
	snprintf(s.status, sizeof s.status, "%s", done ? "REALIZADO" : "NAO_REALIZADO");
	if (!state_sent_settle(st, id, s.status, e))
		goto out;
	buf_puts(&body, "{\"pix\":[{");
	efi_put_sent(&body, &s);
	buf_puts(&body, "}]}");
	ok = efi_tell(st, s.key, now, false, &body, e) && (!sandbox || send_back(st, now, &s, now + wait_ms, e));
out:
	ok = state_end(st, ok, ok ? e : NULL) && ok;
	buf_free(&body);
	return ok;
}

static bool read_sent(struct efi_call *c, struct emul_sent *s)
{
	const char *value = json_text(json_member(c->doc, "valor", false)), *payer = json_text(json_path(c->doc, "pagador.chave", false));
	const char *payee = json_text(json_path(c->doc, "favorecido.chave", false));
	bool account = json_type(json_path(c->doc, "favorecido.contaBanco", false)) == JSON_OBJECT;
	size_t n = strspn(c->value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

	if (!n || n >= STATE_TXID || c->value[n])
		efi_invalid(c, ".params.idEnvio", "deve corresponder ao padrão ^[a-zA-Z0-9]{1,35}$");
	else if (!value || !money_cents(value, MONEY_BCB, &s->cents) || !s->cents)
		efi_invalid(c, ".body.valor", "deve corresponder ao padrão \\d{1,10}\\.\\d{2} e ser maior que zero");
	else if (!payer || !efi_key_ok(payer))
		efi_invalid(c, ".body.pagador.chave", "campo obrigatório, deve ser uma chave Pix");
	else if (!payee == !account || (payee && !efi_key_ok(payee)))
		efi_invalid(c, ".body.favorecido", "deve ter chave ou contaBanco");
	else {
		snprintf(s->id, sizeof s->id, "%s", c->value);
		snprintf(s->key, sizeof s->key, "%s", payer);
		snprintf(s->payee, sizeof s->payee, "%s", payee ? payee : "");
		return true;
	}
	return false;
}

/* What speaks against it. false: it is answered. */
static bool allowed(struct efi_call *c, const struct emul_sent *s)
{
	struct emul_webhook w;
	struct emul_sent old;
	struct err e = { 0 };

	if (!state_webhook_get(c->bank->state, "pix", s->key, &w, &e)) {
		if (e.code != ERR_NOT_FOUND)
			efi_broken(c, &e);
		else	/* that it is demanded is published, what is said then is not */
			efi_error(c, 400, "webhook_nao_encontrado", "A chave do pagador não possui um webhook associado");
		return false;
	}
	if (c->bank->sandbox && *s->payee && strcmp(s->payee, SANDBOX_PAYEE)) {
		efi_error(c, 400, "chave_invalida", "A chave do favorecido não é a chave de homologação " SANDBOX_PAYEE);
		return false;
	}
	if (state_sent_get(c->bank->state, s->id, "", &old, &e)) {
		efi_error(c, 409, "id_envio_duplicado", "O id de envio informado já foi utilizado em outro pagamento");
		return false;
	}
	if (c->bank->sandbox && s->cents > SANDBOX_REFUSES) {
		efi_error(c, 422, "pagamento_negado", "Pagamento negado por análises");
		return false;
	}
	return true;
}

void efi_sent_put(struct efi_call *c)
{
	struct emul_sent s = { .at_ms = c->now, .status = "EM_PROCESSAMENTO" };
	struct err e = { 0 };
	struct buf *b;
	bool ok;

	if (!read_sent(c, &s) || !allowed(c, &s))
		return;
	if (!efi_fresh_e2eid('E', c->now, s.e2eid, &e) || !state_begin(c->bank->state, &e)) {
		efi_broken(c, &e);
		return;
	}
	ok = state_sent_put(c->bank->state, &s, &e) && due_put(c->bank->state, DUE_SENT, s.id, c->now + due_wait(c->bank), &e);
	ok = state_end(c->bank->state, ok, ok ? &e : NULL) && ok;
	if (!ok) {
		if (e.code == ERR_REFUSED)
			efi_error(c, 409, "id_envio_duplicado", "O id de envio informado já foi utilizado em outro pagamento");
		else
			efi_broken(c, &e);
		return;
	}
	b = efi_ok(c, 201);
	buf_puts(b, "{");
	efi_put_str(b, "idEnvio", s.id);
	buf_puts(b, ",");
	efi_put_str(b, "e2eId", s.e2eid);
	buf_puts(b, ",");
	efi_put_cents(b, "valor", s.cents);
	buf_puts(b, ",\"horario\":{");
	efi_put_when(b, "solicitacao", s.at_ms);
	buf_puts(b, "},");
	efi_put_str(b, "status", s.status);
	buf_puts(b, "}");
}

static void get(struct efi_call *c, const char *id, const char *e2eid, const char *missing)
{
	struct emul_sent s;
	struct err e = { 0 };
	struct buf *b;

	if (!state_sent_get(c->bank->state, id, e2eid, &s, &e)) {
		if (e.code == ERR_NOT_FOUND)
			efi_problem(c, 404, "PixEnviadoNaoEncontrado", "Não Encontrado", missing);
		else
			efi_broken(c, &e);
		return;
	}
	b = efi_ok(c, 200);
	buf_puts(b, "{");
	efi_put_str(b, "endToEndId", s.e2eid);
	buf_puts(b, ",");
	efi_put_str(b, "idEnvio", s.id);
	buf_puts(b, ",");
	efi_put_cents(b, "valor", s.cents);
	buf_puts(b, ",");
	efi_put_str(b, "chave", s.key);
	buf_puts(b, ",");
	efi_put_str(b, "status", s.status);
	buf_puts(b, ",\"horario\":{");
	efi_put_when(b, "solicitacao", s.at_ms);
	buf_puts(b, "}");
	if (*s.payee) {
		buf_puts(b, ",\"favorecido\":{");
		efi_put_str(b, "chave", s.payee);
		buf_puts(b, "}");
	}
	buf_puts(b, "}");
}

void efi_sent_get(struct efi_call *c)
{
	get(c, "", c->value, "Pix enviado não encontrado para o e2eId informado.");
}

void efi_sent_get_id(struct efi_call *c)
{
	get(c, c->value, "", "Pix enviado não encontrado para o idEnvio informado.");
}
