/* What comes about by itself after a while, kept among the callbacks so that a kill in between loses none of it. */
#ifndef EMUL_DUE_H
#define EMUL_DUE_H

#include <stdbool.h>
#include <stdint.h>

#include "emul/bank.h"
#include "emul/state.h"

#define DUE_MS (30 * 1000)	/* as long as the sandbox took between a payment and its notice; unscaled */
#define DUE_NEVER INT64_MIN

/* Kinds of callbacks that call nobody; the body says which one: a txid, an idEnvio, "e2eid id". */
#define DUE_COB "efi-cob"
#define DUE_SENT "efi-sent"
#define DUE_REFUND "efi-refund"
#define DUE_BS2_REFUND "bs2-refund"

bool due_put(struct state *st, const char *kind, const char *what, int64_t due_ms, struct err *e);

int64_t due_wait(const struct bank *bank);	/* DUE_MS, scaled */

/* When a charge that is made at now is paid by itself: DUE_NEVER in production and with manual. */
int64_t due_charge(const struct bank *bank, int64_t now);

/* The same for who has no bank: the server leaves it in the state when it starts. */
bool due_remember(const struct bank *bank, struct err *e);
bool due_remembered(struct state *st, int64_t now, int64_t *due, struct err *e);

/* Whether the callback is of such a kind. Then *how becomes how it ended ("done", why not), for the log; twice does no harm. */
bool due_is(const char *kind);
bool due_do(const struct bank *bank, const struct emul_callback *cb, char how[128], struct err *e);

#endif
