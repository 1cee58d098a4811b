/* A turn of the loop: one transaction that records what has ended, plans what is new, and claims as much as the workers can take. */
#ifndef DELIVER_TURN_H
#define DELIVER_TURN_H

#include "deliver/workers.h"

/* What the loop has in its hands. */
struct shift {
	const struct deliver *d;
	struct delivered *did;
	struct outlets outlets;
	struct workers *workers;	/* NULL until there is something to do */
	char who[64];			/* this deliverer's name in leases */
	int64_t lease_ms;
	bool stopping;
	struct parcel **hand;		/* what the workers have; theirs, not to be freed here */
	size_t in_hand, hand_most;
	struct parcel *unsettled;	/* what ended, and the inbox has not heard of */
	/* of the last turn */
	struct parcel *claimed;
	size_t claims;
	bool more;			/* there is more to plan */
	bool dry;			/* it claimed nothing, and nothing is in hand */
	bool changed;			/* since then somebody has changed the inbox */
	int64_t due_ms;			/* wall clock: the next job, 0: none waits */
	int64_t look_ms, step_ms;	/* ticks: not before, for what is due and cannot be had yet */
	/* of each outlet that is not shut, for claim */
	struct inbox_sink *open_keys;
	struct outlet **open;
	size_t *room;
};

/* What has ended since the last time goes to unsettled, judged and logged. */
void shift_take(struct shift *s);

/* Something is to be told to the inbox. */
bool shift_news(const struct shift *s);

/* settle_alone: nothing new is planned or claimed. ERR_STORE: nothing was changed, and what ended stays unsettled. */
bool shift_turn(struct shift *s, bool settle_alone, struct err *e);

#endif
