#include "deliver/schedule.h"

/* Seconds from try number i + 1, which failed, to the next; the first try of all is at once. */
static const int32_t wait_s[] = {
	5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600,
};

enum { WAITS = sizeof wait_s / sizeof *wait_s };

bool schedule_next(int tries, unsigned chance, int64_t *wait_ms)
{
	int64_t ms;

	if (tries > WAITS)
		return false;
	ms = wait_s[tries < 1 ? 0 : tries - 1] * (int64_t)1000;
	*wait_ms = ms + ms / 5 * (int64_t)(chance & 0xffff) / 0xffff;
	return true;
}
