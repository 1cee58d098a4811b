/* In which pieces of time a PSP is asked, and how far everything is known to be here. */
#ifndef RECON_WINDOWS_H
#define RECON_WINDOWS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/err.h"

#define WINDOWS_FIRST_MS (7 * 24 * 3600 * INT64_C(1000))	/* so far back the first run looks */
#define WINDOWS_AGAIN_MS (3600 * INT64_C(1000))			/* so far behind the mark the next one begins: a Pix may come late into the list */
#define WINDOWS_OVERLAP_MS (10 * 60 * INT64_C(1000))		/* of two neighbours: nobody publishes on which side of a bound a Pix is listed */
#define WINDOWS_SETTLE_MS (60 * INT64_C(1000))			/* so old is the youngest that is asked for */

/* One piece: [from_ms, to_ms) is its own, [since_ms, to_ms] is asked for. */
struct window {
	int64_t since_ms, from_ms, to_ms;
};

struct windows {
	int64_t since_ms, until_ms;	/* of the run */
	int64_t step_ms, least_ms;	/* how long a piece is, and how short it may become */
	int64_t at_ms, len_ms;		/* the piece that is next */
};

/*
 * mark_ms: everything before is here; 0: nothing is known. since and until NULL: from an hour before the mark, or 7 days ago, until a minute
 * ago. single: of each piece only one page is given, so that it may have to be as short as 5 minutes; else a quarter of a step.
 * ERR_USAGE where that is no time.
 */
bool windows_plan(struct windows *w, const int64_t *since_ms, const int64_t *until_ms, int64_t mark_ms, int64_t now_ms, int64_t step_ms, bool single,
		  struct err *e);

bool windows_next(const struct windows *w, struct window *out);	/* false: it was the last one */

/* That piece is done; the next one may be twice as long, up to a step. */
void windows_done(struct windows *w);

/* The piece is asked for again, in two. false: it is as short as it may be. */
bool windows_halve(struct windows *w);

/*
 * Where the mark stands after a piece that is wholly here: at its end, or at settled_ms where that is less (what is younger may be on its
 * way), never further back; where time between mark and piece was not looked at, it stays.
 */
int64_t windows_mark(int64_t mark_ms, const struct window *done, int64_t settled_ms);

#endif
