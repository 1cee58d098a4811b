/* Refunds of a received Pix, as every PSP that is played here has them. */
#ifndef EMUL_REFUND_H
#define EMUL_REFUND_H

#include <stdbool.h>
#include <stdint.h>

#include "emul/state.h"
#include "lib/err.h"

/* The Pix of that PSP's account (emul_pix.psp). ERR_NOT_FOUND: nobody has sent it. */
bool refund_pix(struct state *st, const char *psp, const char *e2eid, struct emul_pix *p, struct err *e);

/* One refund of it. ERR_NOT_FOUND: it has none of that id. */
bool refund_find(struct state *st, const char *e2eid, const char *id, struct emul_refund *r, struct err *e);

bool refund_id_ok(const char *id);	/* the merchant's own: BCB Pix API 2.9.0, [a-zA-Z0-9]{1,35} */

struct refund_order {
	const char *psp, *due;		/* emul_pix.psp; the DUE_… that ends it */
	const char *e2eid, *id;		/* id NULL: a fresh one */
	const char *rtrid, *nature;	/* nature "": the merchant's own */
	int64_t cents, now, end_ms;	/* it ends at end_ms */
	int64_t most_ms;		/* no Pix is refunded that is older; 0: of any age */
};

/*
 * It is asked for, and begins in EM_PROCESSAMENTO. ERR_USAGE: an id of no shape; ERR_NOT_FOUND: no such Pix; ERR_REFUSED: it has a refund of
 * that id; ERR_INPUT: more than is left of it, or it is too old.
 */
bool refund_order(struct state *st, const struct refund_order *o, struct emul_refund *made, struct err *e);

#endif
