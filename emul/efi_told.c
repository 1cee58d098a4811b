/* Refunds and payments as they are told of. */
#include <stdio.h>
#include <string.h>

#include "emul/efi.h"
#include "emul/efi_notice.h"

struct list {
	struct buf *b;
	int n;
};

void efi_put_refund(struct buf *b, const struct emul_refund *r)
{
	buf_puts(b, "{");
	efi_put_str(b, "id", r->id);
	buf_puts(b, ",");
	efi_put_str(b, "rtrId", r->rtrid);
	buf_puts(b, ",");
	efi_put_cents(b, "valor", r->cents);
	buf_puts(b, ",\"horario\":{");
	efi_put_when(b, "solicitacao", r->asked_ms);
	if (r->settled_ms && !strcmp(r->status, "DEVOLVIDO")) {
		buf_puts(b, ",");
		efi_put_when(b, "liquidacao", r->settled_ms);
	}
	buf_puts(b, "},");
	efi_put_str(b, "status", r->status);
	if (*r->nature) {
		buf_puts(b, ",");
		efi_put_str(b, "natureza", r->nature);
	}
	if (*r->reason) {
		buf_puts(b, ",");
		efi_put_str(b, "motivo", r->reason);
	}
	buf_puts(b, "}");
}

void efi_put_sent(struct buf *b, const struct emul_sent *s)
{
	bool failed = !strcmp(s->status, "NAO_REALIZADO");

	efi_put_str(b, "endToEndId", s->e2eid);
	buf_puts(b, ",");
	efi_put_str(b, "chave", s->key);
	buf_puts(b, ",\"tipo\":\"SOLICITACAO\",");
	efi_put_str(b, "status", s->status);
	buf_puts(b, ",");
	efi_put_cents(b, "valor", s->cents);
	buf_puts(b, ",");
	if (failed)
		buf_puts(b, "\"horario\":null");
	else
		efi_put_when(b, "horario", s->at_ms);
	buf_puts(b, ",\"gnExtras\":{");
	efi_put_str(b, "idEnvio", s->id);
	if (failed)
		buf_puts(b, ",\"erro\":{\"codigo\":\"AC03\",\"origem\":\"PSP do recebedor\",\"motivo\":\"Conta inexistente ou inválida\"}");
	buf_puts(b, "}");
}

/* The merchant is told of what has ended alone (bacen/pix-api issue 354). */
static void each(void *ctx, const struct emul_refund *r)
{
	struct list *l = ctx;

	if (!strcmp(r->status, "EM_PROCESSAMENTO"))
		return;
	if (l->n++)
		buf_puts(l->b, ",");
	efi_put_refund(l->b, r);
}

static bool put_list(struct state *st, const char *e2eid, const char *id, struct buf *b, int *n, struct err *e)
{
	struct list l = { .b = b };

	buf_puts(b, ",\"devolucoes\":[");
	if (!state_refunds(st, e2eid, id, each, &l, e))
		return false;
	*n = l.n;
	return buf_puts(b, "]}]}") || fail(e, ERR_STORE, "%s: too many refunds for one notice", e2eid);
}

bool efi_refunded(struct state *st, const struct emul_pix *p, const char *id, struct buf *b, int *n, struct err *e)
{
	buf_puts(b, "{\"pix\":[{");
	efi_put_pix(b, p);
	buf_puts(b, ",\"infoPagador\":\"" EFI_INFO "\"");
	return put_list(st, p->e2eid, id, b, n, e);
}

bool efi_returned(struct state *st, const struct emul_sent *s, const char *id, struct buf *b, int *n, struct err *e)
{
	buf_puts(b, "{\"pix\":[{");
	efi_put_sent(b, s);
	return put_list(st, s->e2eid, id, b, n, e);
}

bool efi_tell(struct state *st, const char *key, int64_t due_ms, bool once, const struct buf *body, struct err *e)
{
	struct emul_callback cb = { .kind = "pix", .due_ms = due_ms, .once = once };

	snprintf(cb.key, sizeof cb.key, "%s", key);
	cb.body = *body;	/* borrowed */
	return state_callback_put(st, &cb, e);
}
