/* What tells of a person is taken out of a kept body. */
#ifndef PIX_REDACT_H
#define PIX_REDACT_H

#include <stddef.h>

#include "lib/buf.h"
#include "pix/psp.h"

enum redact {
	REDACT_NOTHING,	/* the body does not tell of it, or only what stays anyway */
	REDACT_SOME,	/* out has what is left */
	REDACT_ALL,	/* nobody can tell what in it is whose: the whole body has to go */
};

/*
 * Takes out of one body what its items of that e2eid (of a recurrence or charge the idRec) tell beyond their event. What stays is
 * an allow-list: of such an item the values that the profile's fields read, and of its refunds theirs, so that the body is read as
 * before and an unknown member never stays. A value stays digit by digit and letter by letter. An item that is not wholly
 * understood becomes null: what in it is of a person is not known, and it must not be understood otherwise than before. Other items
 * stay; members that are no list of items go, for they may be about any.
 * event as for pix_parse; psp NULL: unknown. REDACT_SOME alone adds to out; what passes its ceiling has to go (REDACT_ALL).
 */
enum redact pix_redact(const struct psp *psp, const char *event, const char *body, size_t len, const char *e2eid, struct buf *out);

#endif
