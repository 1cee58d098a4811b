/* A received Pix as it is told of: the order of the members and the values that the sandbox really sends. */
#include <stdio.h>

#include "emul/efi.h"
#include "emul/efi_notice.h"
#include "lib/when.h"

#define ISPB "09089356"

bool efi_fresh_e2eid(char first, int64_t now, char out[STATE_E2EID], struct err *e)
{
	char random[SECRET_HEX + 1], t[WHEN_TEXT];

	if (!secret_fresh(random, e))
		return false;
	when_format(now, t);
	/* 2026-11-21T12:00:00.123Z */
	snprintf(out, STATE_E2EID, "%c" ISPB "%.4s%.2s%.2s%.2s%.2sAPI%.8s", first, t, t + 5, t + 8, t + 11, t + 14, random);
	return true;
}

void efi_put_pix(struct buf *b, const struct emul_pix *p)
{
	efi_put_str(b, "endToEndId", p->e2eid);
	if (*p->txid) {
		buf_puts(b, ",");
		efi_put_str(b, "txid", p->txid);
	}
	buf_puts(b, ",");
	efi_put_str(b, "chave", p->key);
	buf_puts(b, ",");
	efi_put_cents(b, "valor", p->cents);
	buf_puts(b, ",");
	efi_put_when(b, "horario", p->at_ms);
}

bool efi_received(struct state *st, const struct emul_pix *p, struct buf *b, struct err *e)
{
	bool payer, fee;

	if (!efi_config_on(st, p->key, "notificacao.pagador", &payer, e) || !efi_config_on(st, p->key, "notificacao.tarifa", &fee, e))
		return false;
	buf_puts(b, "{\"pix\":[{");
	efi_put_pix(b, p);
	buf_puts(b, ",\"infoPagador\":\"" EFI_INFO "\"");
	if (payer || fee) {
		buf_puts(b, ",\"gnExtras\":{");
		if (payer)
			buf_puts(b, "\"pagador\":{\"nome\":\"CONSULTORIA TÉCNICA EFÍ\",\"cnpj\":\"09089356000118\",\"codigoBanco\":\"" ISPB "\"}");
		if (fee)
			buf_puts(b, payer ? ",\"tarifa\":\"0.01\"" : "\"tarifa\":\"0.01\"");
		buf_puts(b, "}");
	}
	return buf_puts(b, "}]}");
}
