/* What Efí tells a merchant: the bodies of its callbacks, and what makes it send one. */
#ifndef EMUL_EFI_NOTICE_H
#define EMUL_EFI_NOTICE_H

#include <stdbool.h>
#include <stdint.h>

#include "emul/state.h"
#include "lib/buf.h"
#include "lib/err.h"

#define EFI_INFO "Teste de pagamento em ambiente sandbox"	/* infoPagador, as seen */

/* A switch of PUT /v2/gn/config: "notificar.pixSemTxid" below chaves.KEY.recebimento.webhook. Nothing configured: off. */
bool efi_config_on(struct state *st, const char *key, const char *which, bool *on, struct err *e);

/* The members of a Pix that all of Efí's texts have, txid only where there is one; no brackets. */
void efi_put_pix(struct buf *b, const struct emul_pix *p);

/* {"pix":[…]} of a received Pix, with what the key's configuration adds to it. */
bool efi_received(struct state *st, const struct emul_pix *p, struct buf *b, struct err *e);

void efi_put_refund(struct buf *b, const struct emul_refund *r);	/* an item of devolucoes */
void efi_put_sent(struct buf *b, const struct emul_sent *s);	/* the members of a sent Pix in a notice; no brackets */

/* {"pix":[…]} of a refund of a received Pix, or of one that was sent: id "" has all that are final in it. *n: how many that is. */
bool efi_refunded(struct state *st, const struct emul_pix *p, const char *id, struct buf *b, int *n, struct err *e);
bool efi_returned(struct state *st, const struct emul_sent *s, const char *id, struct buf *b, int *n, struct err *e);

/* A callback of the key, due then. */
bool efi_tell(struct state *st, const char *key, int64_t due_ms, bool once, const struct buf *body, struct err *e);

/*
 * A refund of a received Pix is asked for, and ends at end_ms. id NULL: a fresh one. nature "" is ORIGINAL, else of efi_natures. ERR_NOT_FOUND:
 * no such Pix; ERR_REFUSED: it has a refund of that id; ERR_INPUT: more than is left of it; ERR_USAGE: an id or a nature that is none.
 */
bool efi_refund(struct state *st, int64_t now, int64_t end_ms, const char *e2eid, const char *id, const char *nature, int64_t cents,
		struct emul_refund *made, struct err *e);
extern const char *const efi_natures[];
/* It ends and is told of: the sandbox refuses 0.01. ERR_NOT_FOUND: there is none that goes on. */
bool efi_refund_end(struct state *st, int64_t now, const char *e2eid, const char *id, bool sandbox, struct err *e);

/* A payment of the merchant's ends and is told of; what the sandbox sends back is told wait_ms later. ERR_NOT_FOUND: there is none that goes on. */
bool efi_sent_end(struct state *st, int64_t now, const char *id, bool sandbox, int64_t wait_ms, struct err *e);

/* A new charge, paid by itself at due_ms where it is of R$ 0.01 to 10.00; DUE_NEVER: not. ERR_REFUSED: the txid is taken. */
bool efi_charge(struct state *st, const struct emul_cob *cob, int64_t due_ms, struct err *e);
/* Another amount, or another time to live. ERR_NOT_FOUND: none that is open. */
bool efi_charge_change(struct state *st, const struct emul_cob *cob, int64_t due_ms, struct err *e);

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
