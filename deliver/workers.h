/* The threads that hand over, and the parcels that wait for one. */
#ifndef DELIVER_WORKERS_H
#define DELIVER_WORKERS_H

#include "deliver/parcel.h"

struct workers;

/*
 * Starts up to d->workers threads (fewer where the system gives no more); they take no signals of SIGINT, SIGTERM and SIGHUP. lease_ms: what
 * has waited so long that its lease might run out while it is sent is not begun. ERR_STORE where there is not one.
 */
struct workers *workers_start(const struct deliver *d, int64_t lease_ms, struct err *e);

/* Waits until all have ended what they were doing, and frees what is left. NULL is allowed. */
void workers_end(struct workers *w);

/*
 * A list of parcels just claimed, which are the workers' from now on. Begun in this order, but for those whose sink may have no more at
 * a time. A pause of theirs that we know of is over (outlet_let).
 */
void workers_give(struct workers *w, struct parcel *list);

/*
 * What has ended since the last time, each told to its outlet (outlet_ended), and what may not begin any more because its sink
 * was paused. NULL: nothing. The caller frees it.
 */
struct parcel *workers_take(struct workers *w);

/* What was not begun comes back with the next workers_take, and nothing is begun any more. */
void workers_stop(struct workers *w);

int workers_fd(const struct workers *w);	/* readable when there is something to take */

#endif
