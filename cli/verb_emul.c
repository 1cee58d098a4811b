/* `pixgate emul …`: plays the PSP, offline. */
#include <stddef.h>

#include "cli/verb.h"

static const struct verb *const subs[] = { &emul_pki, NULL };

const struct verb verb_emul = {
	.name = "emul",
	.synopsis = "pki …",
	.summary = "plays the PSP, offline",
	.subs = subs,
};
