/* Could events be handed over? What `conf check` asks of every hook; nothing is connected to. */
#ifndef DELIVER_READY_H
#define DELIVER_READY_H

#include "conf/settings.h"
#include "lib/err.h"

/* What only the disk can tell of sinks, and what the PSP's API needs where confirm = true. ERR_CONFIG with "FILE:LINE: …". */
bool deliver_ready(const struct settings *s, struct err *e);

#endif
