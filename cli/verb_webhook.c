#include "cli/verb.h"

#include <stddef.h>

static const struct verb *const subs[] = { &webhook_set, &webhook_get, &webhook_list, &webhook_delete, &webhook_resend, NULL };

const struct verb verb_webhook = {
	.name = "webhook",
	.synopsis = "set|get|list|delete|resend …",
	.summary = "the registration at the PSP",
	.help = "Needs client_id and client_secret of the hook, and at Efí api_cert; see pixgate.conf(5).",
	.subs = subs,
};
