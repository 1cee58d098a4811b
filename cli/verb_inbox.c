#include "cli/verb.h"

#include <stddef.h>

static const struct verb *const subs[] = {
	&inbox_list, &inbox_show, &inbox_stats, &inbox_replay, &inbox_unread, &inbox_export, &inbox_purge, &inbox_anonymise, &inbox_abandon, NULL
};

const struct verb verb_inbox = {
	.name = "inbox",
	.synopsis = "list|show|stats|replay|unread|export|purge|anonymise …",
	.summary = "what has arrived",
	.help = "Each notification is kept twice: the body as it came, and the events that it tells of.",
	.subs = subs,
};
