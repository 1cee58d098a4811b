/* Refunds of a received Pix: /v2/pix/:e2eid/devolucao/:id, what MED takes back, and how both end. */
#include <string.h>

#include "emul/due.h"
#include "emul/efi.h"
#include "emul/efi_notice.h"
#include "emul/refund.h"
#include "lib/limits.h"
#include "lib/money.h"

#define SANDBOX_REFUSES 1	/* centavos */

const char *const efi_natures[] = { "ORIGINAL", "RETIRADA", "MED_OPERACIONAL", "MED_FRAUDE", "MED_PIX_AUTOMATICO", NULL };

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
	char rtrid[STATE_E2EID];
	const struct refund_order o = { .psp = "efi", .due = DUE_REFUND, .e2eid = e2eid, .id = id, .rtrid = rtrid, .cents = cents, .now = now, .end_ms = end_ms,
		.nature = strcmp(nature, "ORIGINAL") ? nature : "" };

	return nature_ok(nature, e) && efi_fresh_e2eid('D', now, rtrid, e) && refund_order(st, &o, made, e);
}

bool efi_refund_end(struct state *st, int64_t now, const char *e2eid, const char *id, bool sandbox, struct err *e)
{
	struct buf body = BUF(LIMIT_BODY);
	struct emul_refund r;
	struct emul_pix p;
	bool ok = false, refused;
	int n;

	if (!state_begin(st, e))
		return false;
	if (!refund_pix(st, "efi", e2eid, &p, e) || !refund_find(st, e2eid, id, &r, e))
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

	if (!refund_id_ok(c->second)) {
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
	struct emul_refund r;
	struct emul_pix p;
	struct err e = { 0 };

	if (!refund_pix(c->bank->state, "efi", c->value, &p, &e)) {
		if (e.code == ERR_NOT_FOUND)
			pix_missing(c);
		else
			efi_broken(c, &e);
	} else if (refund_find(c->bank->state, c->value, c->second, &r, &e)) {
		efi_put_refund(efi_ok(c, 200), &r);
	} else if (e.code == ERR_NOT_FOUND) {
		efi_error(c, 400, "devolucao_nao_encontrada", "Nenhuma devolução encontrada para o identificador informado");
	} else {
		efi_broken(c, &e);
	}
}
