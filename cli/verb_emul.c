/* `pixgate emul …`: plays the PSP, offline. */
#include <stddef.h>

#include "cli/verb.h"

static const struct verb *const subs[] = { &emul_pki, &emul_shop, &emul_serve, &emul_charge, &emul_pay, &emul_refund, &emul_notify, &emul_fault, &emul_event, NULL };

const struct verb verb_emul = {
	.name = "emul",
	.synopsis = "pki|shop|serve|charge|pay|refund|notify|fault|event …",
	.summary = "plays the PSP, offline",
	.subs = subs,
};
