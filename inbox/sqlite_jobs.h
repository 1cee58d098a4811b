/* Inside the SQLite store: what its files that hand over share. A part of sqlite.h. */
#ifndef INBOX_SQLITE_JOBS_H
#define INBOX_SQLITE_JOBS_H

#include "inbox/inbox.h"

struct sqlite_box;

enum { JOB_WAITS, JOB_LEASED, JOB_DELIVERED, JOB_GAVE_UP };	/* job.state */

/* A row of the table sink. */
struct sqlite_sink {
	char *hook, *name;	/* owned */
	int64_t id;
	int64_t planned;	/* events up to that id have their jobs: as it is on the disk, */
	int64_t seen;		/* and as we know it, which is no less */
	int64_t since;		/* the last event that was there when the sink was first seen */
	int64_t paused_ms;
	bool stopped, failed;	/* failed: it has a why */
	bool given;		/* among those of this call, */
	size_t place;		/* and where */
	bool met;		/* plan met events of its hook */
};

/* All of them, in the order of hook and name. */
struct sqlite_sinks {
	struct sqlite_sink *row;	/* owned */
	size_t count, cap;
	bool fresh;		/* read in this transaction */
};

/* sqlite_sinks.c */
void sqlite_sinks_forget(struct sqlite_sinks *s);	/* after a rollback, and at the end: what we thought to know may be untrue */
bool sqlite_sinks_read(struct sqlite_box *b, struct err *e);	/* once a transaction */
/* Those given, among them such as were never seen, which are made where `make` is set. */
bool sqlite_sinks_give(struct sqlite_box *b, const struct inbox_sink *given, size_t count, bool make, struct err *e);
struct sqlite_sink *sqlite_sink(struct sqlite_box *b, const char *hook, const char *name);	/* NULL: unknown */
size_t sqlite_sinks_of(const struct sqlite_box *b, const char *hook);	/* place of the hook's first, if it has any */
bool sqlite_pause(struct inbox *, const struct inbox_sink *, int64_t until_ms, bool stopped, const char *why, struct err *);
bool sqlite_sink_why(struct sqlite_box *b, struct sqlite_sink *s, const char *why, struct err *e);

/* sqlite_plan.c */
bool sqlite_plan(struct inbox *, const struct inbox_sink *, size_t count, size_t most, inbox_want_fn *, void *,
		 struct inbox_planned *, struct err *);

/* sqlite_claim.c */
bool sqlite_claim(struct inbox *, const struct inbox_claim *, inbox_job_fn *, void *, struct err *);
bool sqlite_due(struct inbox *, const struct inbox_sink *, size_t count, int64_t now_ms, int64_t *due_ms, struct err *);

/* sqlite_settle.c */
bool sqlite_settle(struct inbox *, const struct inbox_settle *, bool *held, struct err *);
/* Sets where the event stands by its jobs; `without`: where there are none, which *none tells. */
bool sqlite_stand(struct sqlite_box *b, int64_t event, const char *without, bool *none, struct err *e);

/*
 * sqlite_lane.c. One after the other: of one sink, what has one e2eid in the order of the kinds, then of the ids; and what has one
 * txid in any. A job that was met before it was its turn is put aside in a lane (job.lane), and whoever clears the way wakes the
 * first of the lane. It is due by itself too, later, should nobody do so.
 */
int sqlite_turn(enum pix_kind kind);	/* of one e2eid: 0 before 1 before 2 */
/* *until_ms 0: nothing stands before it; else it was put aside until then. */
bool sqlite_lane_free(struct sqlite_box *b, const struct sqlite_sink *s, const struct inbox_row *row, int64_t now_ms, bool *is_free,
		      struct err *e);
bool sqlite_lane_wake(struct sqlite_box *b, int64_t sink, const struct pix_event *ev, bool e2eid, bool txid, struct err *e);

/* sqlite_abandon.c */
bool sqlite_abandon(struct inbox *, struct inbox_abandon *, struct inbox_abandoned *, struct err *);

/* sqlite_told.c */
bool sqlite_sinks_told(struct inbox *, const char *hook, inbox_sink_fn *, void *, struct err *);
bool sqlite_jobs_told(struct inbox *, int64_t event, inbox_job_state_fn *, void *, struct err *);
bool sqlite_marked(struct inbox *, const char *hook, const char *name, int64_t *ms, struct err *);
bool sqlite_mark(struct inbox *, const char *hook, const char *name, int64_t ms, struct err *);

#endif
