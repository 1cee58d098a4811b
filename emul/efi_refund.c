/* Refunds of a received Pix: /v2/pix/:e2eid/devolucao/:id, what MED takes back, and how both end. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "emul/due.h"
#include "emul/efi.h"
#include "emul/efi_notice.h"
#include "lib/limits.h"
#include "lib/money.h"

#define SANDBOX_REFUSES 1	/* centavos */

const char *const efi_natures[] = { "ORIGINAL", "RETIRADA", "MED_OPERACIONAL", "MED_FRAUDE", "MED_PIX_AUTOMATICO", NULL };

static void keep_pix(void *ctx, const struct emul_pix *p)
{
	*(struct emul_pix *)ctx = *p;
}

static void keep(void *ctx, const struct emul_refund *r)
{
	*(struct emul_refund *)ctx = *r;
}

static void add(void *ctx, const struct emul_refund *r)
{
	if (strcmp(r->status, "NAO_REALIZADO") != 0)
		*(int64_t *)ctx += r->cents;
}

static bool find(struct state *st, const char *e2eid, struct emul_pix *p, struct err *e)
{
	p->e2eid[0] = '\0';
	if (!*e2eid)
		return fail(e, ERR_NOT_FOUND, "no Pix has an empty e2eid");
	return state_pixes(st, "efi", e2eid, "", 0, INT64_MAX, 0, 1, NULL, keep_pix, p, e) &&
		(*p->e2eid || fail(e, ERR_NOT_FOUND, "%.40s: nobody has sent a Pix of that e2eid", e2eid));
}

static bool letters(const char *id)
{
	size_t n = strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

	return n && n < STATE_TXID && !id[n];
}

static bool nature_ok(const char *nature, struct err *e)
{
	for (const char *const *n = efi_natures; *n; n++)
		if (!strcmp(*n, nature))
			return true;
	return !*nature || fail(e, ERR_USAGE, "'%.40s': not a nature of a refund; known: ORIGINAL, RETIRADA, MED_OPERACIONAL, MED_FRAUDE, MED_PIX_AUTOMATICO",
				nature);
}

bool efi_refund(struct state *st, int64_t now, int64_t end_ms, const char *e2eid, const char *id, const char *nature, int64_t cents,
		struct emul_refund *made, struct err *e)
{
	struct emul_refund r = { .cents = cents, .asked_ms = now, .status = "EM_PROCESSAMENTO" };
	char random[SECRET_HEX + 1], what[STATE_E2EID + STATE_TXID];
	struct emul_pix p;
	int64_t gone = 0;
	bool ok = false;

	if (!nature_ok(nature, e) || (!id && !secret_fresh(random, e)))
		return false;
	if (id && !letters(id))
		return fail(e, ERR_USAGE, "the refund's id: letters and digits were expected, 1 to 35");
	if (!state_begin(st, e))
		return false;
	if (!find(st, e2eid, &p, e) || !state_refunds(st, e2eid, "", add, &gone, e) || !efi_fresh_e2eid('D', now, r.rtrid, e))
		goto out;
	snprintf(r.e2eid, sizeof r.e2eid, "%s", e2eid);
	snprintf(r.id, sizeof r.id, id ? "%s" : "%.20s", id ? id : random);
	snprintf(r.nature, sizeof r.nature, "%s", strcmp(nature, "ORIGINAL") ? nature : "");
	/* first, so that a repeated request is told that it is one */
	if (!state_refund_put(st, &r, e))
		goto out;
	if (gone + cents > p.cents) {
		fail(e, ERR_INPUT, "%s: of R$ %" PRId64 ".%02" PRId64 " there is R$ %" PRId64 ".%02" PRId64 " left to refund", e2eid, p.cents / 100, p.cents % 100,
		     (p.cents - gone) / 100, (p.cents - gone) % 100);
		goto out;
	}
	snprintf(what, sizeof what, "%s %s", r.e2eid, r.id);
	ok = due_put(st, DUE_REFUND, what, end_ms, e);
out:
	ok = state_end(st, ok, ok ? e : NULL) && ok;
	if (ok)
		*made = r;
	return ok;
}

bool efi_refund_end(struct state *st, int64_t now, const char *e2eid, const char *id, bool sandbox, struct err *e)
{
	struct buf body = BUF(LIMIT_BODY);
	struct emul_refund r = { .id = "" };
	struct emul_pix p;
	bool ok = false, refused;
	int n;

	if (!state_begin(st, e))
		return false;
	if (!find(st, e2eid, &p, e) || !state_refunds(st, e2eid, id, keep, &r, e))
		goto out;
	refused = sandbox && r.cents == SANDBOX_REFUSES && strncmp(r.nature, "MED", 3) != 0;
	ok = state_refund_settle(st, e2eid, id, now, refused ? "NAO_REALIZADO" : "DEVOLVIDO", refused ? "Saldo insuficiente para realizar a devolução." : "", e) &&
		efi_refunded(st, &p, id, &body, &n, e) && efi_tell(st, p.key, now, false, &body, e);
out:
	ok = state_end(st, ok, ok ? e : NULL) && ok;
	buf_free(&body);
	return ok;
}

static void pix_missing(struct efi_call *c)
{
	efi_error(c, 400, "pix_nao_encontrado", "Nenhum pix encontrado para o identificador informado");
}

void efi_refund_put(struct efi_call *c)
{
	const char *value = json_text(json_member(c->doc, "valor", false)), *nature = json_text(json_member(c->doc, "natureza", false));
	struct emul_refund r;
	struct err e = { 0 };
	int64_t cents;

	if (!letters(c->second)) {
		efi_invalid(c, ".params.id", "deve corresponder ao padrão ^[a-zA-Z0-9]{1,35}$");
	} else if (!value || json_type(json_member(c->doc, "valor", false)) != JSON_STRING || !money_cents(value, MONEY_BCB, &cents) || !cents) {
		efi_invalid(c, ".body.valor", "deve corresponder ao padrão \\d{1,10}\\.\\d{2} e ser maior que zero");
	} else if (nature && strcmp(nature, "ORIGINAL") && strcmp(nature, "RETIRADA")) {
		/* the others are MED's, not the merchant's */
		efi_invalid(c, ".body.natureza", "deve ser igual a um dos valores predefinidos");
	} else if (efi_refund(c->bank->state, c->now, c->now + due_wait(c->bank), c->value, c->second, nature ? nature : "", cents, &r, &e)) {
		efi_put_refund(efi_ok(c, 201), &r);
	} else if (e.code == ERR_NOT_FOUND) {
		pix_missing(c);
	} else if (e.code == ERR_REFUSED) {
		efi_error(c, 409, "devolucao_id_duplicado", "O id informado já foi utilizado em outra devolução");
	} else if (e.code == ERR_INPUT) {
		/* Efí's own text for it is not published */
		efi_error(c, 400, "valor_invalido", "O valor das devoluções não pode exceder o valor do Pix");
	} else {
		efi_broken(c, &e);
	}
}

void efi_refund_get(struct efi_call *c)
{
	struct emul_refund r = { .id = "" };
	struct emul_pix p;
	struct err e = { 0 };

	if (!find(c->bank->state, c->value, &p, &e)) {
		if (e.code == ERR_NOT_FOUND)
			pix_missing(c);
		else
			efi_broken(c, &e);
	} else if (!state_refunds(c->bank->state, c->value, c->second, keep, &r, &e)) {
		efi_broken(c, &e);
	} else if (!*r.id) {
		efi_error(c, 400, "devolucao_nao_encontrada", "Nenhuma devolução encontrada para o identificador informado");
	} else {
		efi_put_refund(efi_ok(c, 200), &r);
	}
}
