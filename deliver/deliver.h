/* Hands events over: plan, claim, send by several workers, settle; until told to end, or until nothing is due. */
#ifndef DELIVER_DELIVER_H
#define DELIVER_DELIVER_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "conf/settings.h"
#include "deliver/sink.h"
#include "inbox/inbox.h"
#include "lib/err.h"

struct confirmer;

enum { DELIVER_WORKERS = 4, DELIVER_WORKERS_MAX = 64 };

struct deliver {
	const struct settings *settings;
	struct inbox **box;			/* INBOX_DELIVER; used by the calling thread alone, and opened again where that helps */
	const char *hook;			/* of that hook alone; NULL: of all */
	int workers;				/* 1 to DELIVER_WORKERS_MAX */
	bool once;				/* ends when nothing is due now */
	bool resume;				/* sinks that said 410, or were paused, are tried again */
	bool quiet;				/* what goes well is not logged */
	int64_t (*now)(void);			/* wall clock, ms since 1970; the workers call it too */
	const volatile sig_atomic_t *stop;	/* not 0: nothing more is begun; what was begun ends within its time limit */
	/* for tests; NULL: the real ones */
	const struct sink_type *(*find)(const char *name);
	bool (*confirm)(struct confirmer *, const struct hook *, const struct inbox_row *, int64_t now_ms, struct sent_result *);
};

struct delivered {
	int64_t done, again, dead;	/* tries, by how they ended */
	int64_t waiting;		/* jobs that are left, at the end of once */
};

/*
 * Logs one line a try. ERR_CONFIG where a sink cannot be opened (its secret, its program): with once, and where it is all there is; what
 * other sinks are due is done first. ERR_STORE where the inbox cannot be used at the start, and when it ends (once, stop) where
 * outcomes could not be recorded for some seconds. Else a trouble of the inbox is waited for, however long it lasts.
 */
bool deliver_run(const struct deliver *d, struct delivered *did, struct err *e);

#endif
