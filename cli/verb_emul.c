/* `pixgate emul …`: plays the PSP, offline. */
#include <stddef.h>

#include "cli/verb.h"

static const struct verb *const subs[] = { &emul_pki, &emul_shop, &emul_serve, &emul_pay, &emul_notify, NULL };

const struct verb verb_emul = {
	.name = "emul",
	.synopsis = "pki|shop|serve|pay|notify …",
	.summary = "plays the PSP, offline",
	.subs = subs,
};
