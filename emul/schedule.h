/* When a PSP sends again what was not taken, as it publishes it. Pure: times go in, times come out. */
#ifndef EMUL_SCHEDULE_H
#define EMUL_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One schedule. wait_s[i]: seconds from the end of failed attempt i + 1 to the beginning of attempt i + 2. */
struct schedule {
	const char *name;	/* "efi-2024" */
	const char *source;	/* one sentence: who says so */
	const int32_t *wait_s;
	int waits;		/* attempts in all: waits + 1 */
	bool published;		/* false: the PSP publishes none, this is the emulator's own */
};

extern const struct schedule schedules[];	/* ends with a row whose name is NULL */
const struct schedule *schedule_find(const char *name);	/* NULL: unknown */
const struct schedule *schedule_of(const char *psp);	/* the newest of that PSP (its profile's name); NULL: none */

enum schedule_step {
	SCHEDULE_DONE,		/* it was taken: nothing is sent again */
	SCHEDULE_AGAIN,
	SCHEDULE_GIVEN_UP	/* that was the last attempt; nothing is sent by itself any more */
};

/*
 * What follows attempt number `made` (from 1) of one notice, which ended at ended_ms (milliseconds since 1970). status: the
 * HTTP status, 0: no answer; any 2xx ends it, all else is a failure, 429 too. scale multiplies the waits: 1 is the PSP's
 * pace, 0.001 a thousand times faster; it is > 0. s NULL: one attempt alone, as a resend that was asked for. *at_ms is
 * set with SCHEDULE_AGAIN alone, and is never before ended_ms.
 */
enum schedule_step schedule_after(const struct schedule *s, int made, long status, int64_t ended_ms, double scale, int64_t *at_ms);

/* A time scale from text: a decimal number above 0, at most 1000. */
bool schedule_scale(const char *text, double *scale);

#endif
