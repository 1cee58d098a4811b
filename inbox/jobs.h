/* Handing events over: which sink has which event still to come. A part of inbox.h. */
#ifndef INBOX_JOBS_H
#define INBOX_JOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct inbox_row;

/*
 * Where an event stands (inbox_row.delivery):
 *   pending    waits for a sink, or is being tried
 *   delivered  every sink that wanted it has it
 *   dead       a sink gave up, and no other still tries; `inbox replay` revives it
 *   stale      an older state that came after a newer one; handed over only to sinks that ask for such
 *   unwanted   the hook has sinks, and none wants it
 *   never      foreign, or a test
 * An event of a hook without sinks stays pending: the first sink that is set up gets it.
 */

/* A sink is known by these two; borrowed. One that was never seen gets all that is still pending, and what comes. */
struct inbox_sink {
	const char *hook, *name;
};

/* Does sinks[sink] want this event? stale: it came after a newer state of the same thing. */
typedef bool inbox_want_fn(const struct inbox_row *row, size_t sink, bool stale, void *arg);

struct inbox_planned {
	size_t events, jobs, stale, unwanted;
	bool more;		/* there are others: ask again */
};

/* One event for one sink, leased. Texts are the inbox's until the callback returns. */
struct inbox_job {
	const struct inbox_row *row;
	size_t sink;		/* place in the list that claim was given */
	int tries;		/* before this one */
};

struct inbox_claim {
	const char *who;	/* of this deliverer alone; printable, at most 64 bytes */
	const struct inbox_sink *sinks;
	const size_t *room;	/* of each sink, how many jobs it may get now */
	size_t count, most;	/* of sinks; of jobs in all */
	int64_t now_ms, lease_ms;
};

/* Callbacks return false to end the walk early (that is no error, but a claimed job it was told of stays claimed). */
typedef bool inbox_job_fn(const struct inbox_job *, void *);

enum inbox_outcome {
	JOB_DONE,
	JOB_AGAIN,	/* at due_ms */
	JOB_DEAD,
	JOB_BACK,	/* it was not tried: as if it had never been claimed; due_ms 0: at once */
};

struct inbox_settle {
	int64_t event;
	struct inbox_sink sink;
	const char *who;
	enum inbox_outcome outcome;
	int64_t now_ms, due_ms;
	const char *why;	/* of AGAIN and DEAD: one printable line; never of the body */
};

/* What is known of a sink: for `inbox stats` and for whoever delivers. Texts are the inbox's until the callback returns. */
struct inbox_sink_state {
	const char *hook, *name;
	int64_t waiting, delivered, dead;	/* jobs */
	int64_t oldest_ms;		/* received_ms of the oldest that waits; 0: none */
	int64_t paused_ms;		/* nothing is claimed for it until then; 0: not paused */
	bool stopped;			/* it said 410: nothing is claimed until somebody resumes it */
	const char *why;		/* of the last failure, "" where the last one went well */
};
typedef bool inbox_sink_fn(const struct inbox_sink_state *, void *);

/* One job of one event, for `inbox show`. */
struct inbox_job_state {
	const char *sink, *state;	/* "waiting", "leased", "delivered", "dead" */
	int tries;			/* that ended; a replay begins anew */
	int64_t due_ms;			/* of waiting; 0: at once */
	int64_t settled_ms;		/* when the last one ended; 0: none yet */
	const char *why;		/* of the last failure, else "" */
};
typedef bool inbox_job_state_fn(const struct inbox_job_state *, void *);

/* What still waits for a sink that nobody serves any more (inbox abandon). */
struct inbox_abandon {
	struct inbox_sink sink;
	bool count_only;	/* nothing is changed */
	int64_t now_ms;
	int64_t after_event;	/* begins behind that event; receives the last one that was looked at */
	size_t most;		/* jobs at a time: the gate's writers wait for as long as the transaction lasts */
};

struct inbox_abandoned {
	int64_t waiting, dead;	/* jobs that are no more */
	int64_t nobody;		/* events of these that no other sink has, nor still tries: they are dead */
	int64_t leased;		/* left: a deliverer has them in hand */
	bool more;
};

/* What may be taken away (inbox purge). Events and what makes a repeat a repeat always stay. */
struct inbox_purge {
	int64_t before_ms;	/* bodies received before then */
	const char *hook;	/* NULL: of all */
	bool unread;		/* also bodies that were not wholly understood */
	bool waiting;		/* also those of which an event is pending, as of a hook without sinks all are */
	bool count_only;	/* nothing is changed */
	int64_t after_note;	/* begins behind that note; receives the last one that was looked at */
	size_t most;		/* bodies at a time: the gate's writers wait for as long as the transaction lasts */
};

struct inbox_purged {
	int64_t bodies, bytes;	/* taken away */
	int64_t waiting, unread;/* left: an event of theirs is still pending; not understood */
	bool more;
};

#endif
