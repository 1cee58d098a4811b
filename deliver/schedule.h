/* When a delivery that failed is tried again. */
#ifndef DELIVER_SCHEDULE_H
#define DELIVER_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Milliseconds from a failed try to the next. tries: how many there were, this one included, 1 or more. chance: 0 to 65535, the caller's
 * dice; the time is longer by up to a fifth, so that what failed together does not come back together (never shorter: receivers count on it).
 * false: that was the last. Standard Webhooks 1.0.0, "Deliverability and reliability": at once, 5 s, 5 min, 30 min, 2, 5, 10, 14, 20, 24 h.
 */
bool schedule_next(int tries, unsigned chance, int64_t *wait_ms);

#endif
