/* Asks the PSP before an event is handed over: confirm = true. */
#ifndef DELIVER_CONFIRM_H
#define DELIVER_CONFIRM_H

#include "conf/settings.h"
#include "deliver/sink.h"
#include "lib/err.h"

struct confirmer;	/* of one worker; keeps a client per hook */

struct confirmer *confirmer_new(const struct settings *s);
void confirmer_free(struct confirmer *c);	/* NULL is allowed */

/*
 * Reads the event back by its e2eid. true: the PSP says the same (key, amount, and for a refund its ref and status), or it is of a
 * kind that the PSP's API cannot be asked about this way (recurrence, charge, sent, payment, return, validation). false: *result says
 * what to do: AGAIN where it says otherwise or knows nothing of it yet ("the PSP says 1,00, the notification 10,00"), STUCK where it could not be asked.
 */
bool confirm(struct confirmer *c, const struct hook *h, const struct inbox_row *row, int64_t now_ms, struct sent_result *result);

#endif
