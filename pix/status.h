/* How far a PSP's status word says that something has come. */
#ifndef PIX_STATUS_H
#define PIX_STATUS_H

#include <stdbool.h>

#include "pix/pix.h"

/* Higher is later; what ends a thing has one rank, whichever way it ends. ASCII case does not count. -1: an unknown word. */
int pix_status_rank(enum pix_kind kind, const char *status);

/*
 * late and before are of one thing (the same hook, kind, e2eid and ref), and late came after before. Does it tell an older state?
 * By the rank of their words; where these do not tell, by the PSP's times, where both have one. No word after a word is old.
 */
bool pix_status_stale(const struct pix_event *late, const struct pix_event *before);

#endif
