/* Durations: a clock that nobody sets. */
#ifndef DELIVER_TICKS_H
#define DELIVER_TICKS_H

#include <stdint.h>
#include <time.h>

static inline int64_t ticks_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

#endif
