/* What BS2 tells a merchant: the bodies of its callbacks, and what makes it send one. */
#ifndef EMUL_BS2_NOTICE_H
#define EMUL_BS2_NOTICE_H

#include <stdbool.h>
#include <stdint.h>

#include "emul/state.h"
#include "lib/buf.h"
#include "lib/err.h"

/* Whether BS2 tells an event of that name to who is of that profile, "bs2" or "bs2-indirect". */
bool bs2_event_is(const char *event, const char *psp);

/* One event, queued at once. NULL, and 0: something that fits, of txid and key none. */
struct bs2_notice {
	const char *event;	/* "Recebimento", "Pagamento", "RecebimentoFinalizado", … */
	const char *key, *txid, *e2eid, *status;
	int64_t cents, account;	/* account: of the event, 0: the merchant's, whichever a registration names */
};

/* Why an event reaches nobody. */
enum bs2_silence {
	BS2_TOLD,
	BS2_NO_URL,
	BS2_NO_TXID,		/* registered with somenteComTxId */
	BS2_OTHER_ACCOUNT	/* registered for another contaNumero */
};

/*
 * Makes the body, and queues it where somebody is to be told. A Recebimento is kept, so that the API lists it; with the e2eid of one
 * that is kept that one is told again, and txid, key and cents may not be given. ERR_USAGE: unknown event (all are named), or a value of
 * no shape; ERR_REFUSED: another PSP's e2eid.
 */
bool bs2_notify(struct state *st, int64_t now, const struct bs2_notice *n, struct buf *body, enum bs2_silence *why, struct err *e);

/*
 * A receipt goes back, wholly or in part, and nobody is told. id NULL: a fresh one. Errors as refund_order()'s; ERR_INPUT too where it is
 * older than 90 days.
 */
bool bs2_refund(struct state *st, int64_t now, int64_t end_ms, const char *e2eid, const char *id, int64_t cents, struct emul_refund *made, struct err *e);
/* It has gone back. ERR_NOT_FOUND: there is none that goes on. */
bool bs2_refund_end(struct state *st, int64_t now, const char *e2eid, const char *id, struct err *e);

#endif
