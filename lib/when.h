/* Points in time: milliseconds since 1970-01-01T00:00:00Z, and RFC 3339 text. */
#ifndef LIB_WHEN_H
#define LIB_WHEN_H

#include <stdbool.h>
#include <stdint.h>

#define WHEN_NO_ZONE INT32_MIN
#define WHEN_TEXT 25	/* "2026-11-21T12:00:00.123Z" and a NUL */

/*
 * RFC 3339 date-time (also with a space or lower-case t/z). Fractions of 1 to 9 digits are cut to milliseconds; none is
 * .000. Text without an offset is taken to be at assume_minutes from UTC (-180 for Brasília), or refused where that is
 * WHEN_NO_ZONE. false, *ms untouched, on anything else (month 13, 30 February, second 61, hour 24).
 */
bool when_parse(const char *text, int32_t assume_minutes, int64_t *ms);

/* Years 1 to 9999; outside, the text is empty. */
void when_format(int64_t ms, char out[WHEN_TEXT]);

int64_t when_now(void);		/* the wall clock; only a main calls it */

#endif
