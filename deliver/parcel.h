/* One event for one sink, leased from the inbox, on its way through a worker and back. */
#ifndef DELIVER_PARCEL_H
#define DELIVER_PARCEL_H

#include "deliver/outlet.h"

/* Everything is owned but the outlet. */
struct parcel {
	struct parcel *next;
	struct outlet *to;
	struct inbox_row row;		/* its texts are in `texts` */
	char *texts;
	struct inbox_body *body;	/* NULL: the sink does not want it, or it was taken away since */
	int tries;			/* before this one */
	int64_t taken_ms;		/* monotonic: when it was leased */
	unsigned round;			/* the brake's, when it was begun */
	/* how it went: the worker's */
	bool tried;			/* false: it goes back as if it had never been claimed */
	bool unsent;			/* the PSP did not confirm it: the result is none of the sink's */
	struct sent_result result;
	int64_t took_ms;
	/* what the inbox is told: the loop's */
	enum inbox_outcome outcome;
	int64_t settled_ms, due_ms;
};

/* A copy of what the inbox told of; the caller frees. */
struct parcel *parcel_new(const struct inbox_job *job, struct outlet *to, int64_t taken_ms);
void parcel_free(struct parcel *p);		/* NULL is allowed */
void parcels_free(struct parcel *list);

/* inbox_body_fn with the parcel as its argument: keeps a copy of the body. */
bool parcel_body(const struct inbox_body *body, void *parcel);

/* Fills outcome, settled_ms and due_ms from how it went. now_ms: wall clock; chance as in schedule_next. */
void parcel_judge(struct parcel *p, int64_t now_ms, unsigned chance);

#endif
