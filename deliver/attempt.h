/* One try to hand an event over: the PSP is asked where the hook wants that, the message is made, and sent. */
#ifndef DELIVER_ATTEMPT_H
#define DELIVER_ATTEMPT_H

#include "deliver/confirm.h"
#include "deliver/parcel.h"
#include "lib/buf.h"

/* What one worker keeps between tries. attempt_end is safe on a zeroed struct. */
struct attempt {
	const struct deliver *deliver;
	struct confirmer *confirmer;
	struct buf json;
};

/* Fills the parcel's result and tried. *open is used, and made where it is NULL; it is the caller's afterwards, NULL where it could not be. */
void attempt_make(struct attempt *a, struct parcel *p, struct open_sink **open);
void attempt_end(struct attempt *a);

#endif
