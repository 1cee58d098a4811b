/* How the sinks stand in the inbox: paused, stopped, with how much to come. */
#ifndef DELIVER_STAND_H
#define DELIVER_STAND_H

#include "deliver/outlet.h"

/*
 * At the start: says which are stopped, and lets those that another process found wanting begin with one send. resume: ends pauses and
 * stops instead. ERR_STORE.
 */
bool stand_look(struct outlets *o, struct inbox *box, bool resume, struct err *e);

/* How many jobs of these sinks wait. ERR_STORE. */
bool stand_waiting(const struct outlets *o, struct inbox *box, int64_t *waiting, struct err *e);

#endif
