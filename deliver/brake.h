/* How a sink that fails is slowed: fewer sends at a time, and pauses. Times are monotonic milliseconds. */
#ifndef DELIVER_BRAKE_H
#define DELIVER_BRAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "deliver/sink.h"

/* Zero is a sink of which nothing is known: one send alone, until that went well. */
struct brake {
	int at_once;		/* what went well in a row allows so many at a time; 0: as 1 */
	int slow, stuck;	/* pauses in a row, by their cause */
	int failed;		/* AGAIN in a row */
	unsigned round;		/* grows with each pause */
	bool held;		/* paused, as far as we know */
	int64_t until_ms;	/* of held; INT64_MAX: until somebody resumes it */
};

enum brake_step {
	BRAKE_ON,	/* nothing changes for the inbox */
	BRAKE_PAUSE,	/* to be paused for *pause_ms from now on */
	BRAKE_STOP,	/* until somebody resumes it */
	BRAKE_WELL,	/* the first that went well after a pause */
};

/* How many sends may go on at a time, of at most `most`. Whether it is paused is the inbox's to know: others may end a pause. */
int brake_room(const struct brake *b, int most);
bool brake_proven(const struct brake *b);	/* the last send went well: more may be kept ready for it */

/*
 * One send has ended. round: the brake's when that send began: what began before a pause neither counts towards the next nor
 * proves that the sink is well. SLOW: 30 s, 1, 2, 4 … min up to 1 h, STUCK: 1, 2, 4 … s up to 1 min, both at least retry_after_s, that
 * at most BRAKE_ASKED_S. From BRAKE_FAILED AGAIN in a row on, it is the sink and no event of its own: 30 s, 1, 2, 4, 5 min.
 */
enum brake_step brake_result(struct brake *b, unsigned round, const struct sent_result *result, int64_t now_ms, int64_t *pause_ms);

bool brake_over(const struct brake *b, int64_t now_ms);		/* it is held, and its time has come */

/* Another process has paused it before ours began: the next failure pauses it again. */
void brake_paused(struct brake *b);

/* The pause has ended, whoever ended it: one send alone shows now whether the sink is well. */
void brake_let(struct brake *b);

enum {
	BRAKE_ASKED_S = 24 * 3600,	/* a Retry-After beyond that is not believed */
	BRAKE_FAILED = 5,
};

#endif
