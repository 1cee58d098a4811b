/* `pixgate cert …`: the server's certificate at a PSP that trusts only what was uploaded (BS2). */
#include <stddef.h>

#include "cli/verb.h"

static const struct verb *const subs[] = { &cert_push, &cert_status, NULL };

const struct verb verb_cert = {
	.name = "cert",
	.synopsis = "push|status …",
	.summary = "your server's certificate at the PSP",
	.subs = subs,
};
