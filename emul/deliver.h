/* The callbacks that are due, made one by one until each is taken or given up. */
#ifndef EMUL_DELIVER_H
#define EMUL_DELIVER_H

#include <stdbool.h>

#include "emul/bank.h"

struct deliver;

/* Threads that make what is queued in bank->state, which is borrowed. NULL: ERR_STORE. */
struct deliver *deliver_start(const struct bank *bank, struct err *e);

/* Begins no more calls and waits at most wait_ms for those in hand. false: one goes on; nothing is freed then, and what
 * deliver_start was given must stay. NULL is allowed. */
bool deliver_stop(struct deliver *d, int wait_ms);

/* One callback that is due, if any: what each thread does again and again. false, ERR_NOT_FOUND: none is. */
bool deliver_one(const struct bank *bank, struct err *e);

#endif
