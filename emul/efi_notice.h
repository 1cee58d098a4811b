/* What Efí tells a merchant: the bodies of its callbacks, and what makes it send one. */
#ifndef EMUL_EFI_NOTICE_H
#define EMUL_EFI_NOTICE_H

#include <stdbool.h>
#include <stdint.h>

#include "emul/state.h"
#include "lib/buf.h"
#include "lib/err.h"

/* A switch of PUT /v2/gn/config: "notificar.pixSemTxid" below chaves.KEY.recebimento.webhook. Nothing configured: off. */
bool efi_config_on(struct state *st, const char *key, const char *which, bool *on, struct err *e);

/* The members of a Pix that all of Efí's texts have, txid only where there is one; no brackets. */
void efi_put_pix(struct buf *b, const struct emul_pix *p);

/* {"pix":[…]} of a received Pix, with what the key's configuration adds to it. */
bool efi_received(struct state *st, const struct emul_pix *p, struct buf *b, struct err *e);

/* `first`, Efí's ISPB, yyyyMMddHHmm (UTC) and 11 letters and digits, as ids end that Efí makes itself. */
bool efi_fresh_e2eid(char first, int64_t now, char out[STATE_E2EID], struct err *e);

/*
 * A charge (txid) is paid, or cents are sent to a key (txid NULL), at now, milliseconds since 1970. In the sandbox only what is of
 * R$ 0.01 to 10.00 is confirmed: ERR_REFUSED above. ERR_NOT_FOUND: no such charge; ERR_REFUSED: paid, or expired.
 */
struct efi_paid {
	struct emul_pix pix;
	bool announced;		/* a callback is queued: false without txid, unless notificar.pixSemTxid is set */
	bool registered;	/* there is a URL for it at this moment */
};
bool efi_pay(struct state *st, int64_t now, const char *txid, const char *key, int64_t cents, struct efi_paid *paid, struct err *e);

/* One notice of any kind, queued at once whatever was paid. NULL, and 0 cents: something that fits. */
struct efi_notice {
	const char *kind;	/* a name of efi_notice_kinds */
	const char *key, *txid, *e2eid, *status;	/* e2eid: of rec and cobr the idRec */
	int64_t cents;
};
extern const char *const efi_notice_kinds[];	/* "received", … NULL-ended */
bool efi_notify(struct state *st, int64_t now, const struct efi_notice *n, struct buf *body, bool *registered, struct err *e);

#endif
