/* Hands events over: plan, claim, send by several workers, settle; until told to end, or until nothing is due. */
#ifndef DELIVER_DELIVER_H
#define DELIVER_DELIVER_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "conf/settings.h"
#include "inbox/inbox.h"
#include "lib/err.h"

enum { DELIVER_WORKERS = 4, DELIVER_WORKERS_MAX = 64 };

struct deliver {
	const struct settings *settings;
	struct inbox *box;			/* INBOX_DELIVER; used by the calling thread alone */
	const char *hook;			/* of that hook alone; NULL: of all */
	int workers;				/* 1 to DELIVER_WORKERS_MAX */
	bool once;				/* ends when nothing is due now */
	bool resume;				/* sinks that said 410 are tried again */
	int64_t (*now)(void);			/* wall clock, ms since 1970 */
	const volatile sig_atomic_t *stop;	/* not 0: nothing more is begun; what was begun ends within its time limit */
};

struct delivered {
	int64_t done, again, dead;	/* tries, by how they ended */
	int64_t waiting;		/* jobs that are left, at the end of once */
};

/*
 * Logs one line a try. ERR_STORE where the inbox cannot be used any more (with once: at once; else after it was tried for a
 * while), ERR_CONFIG where a sink cannot be opened (its secret, its program); what other sinks are due is done first.
 */
bool deliver_run(const struct deliver *d, struct delivered *did, struct err *e);

#endif
