/* Latencies, kept one by one: a percentile is a measured value, never an estimate from buckets. */
#ifndef BENCH_LAT_H
#define BENCH_LAT_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* ns is owned; nanoseconds, 4.29 s and more read as 4.29 s. */
struct lat {
	uint32_t *ns;
	size_t count, cap;
};

static inline uint64_t lat_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static inline void lat_add(struct lat *l, uint64_t ns)
{
	if (l->count == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 4096;
		l->ns = realloc(l->ns, l->cap * sizeof(*l->ns));
		if (!l->ns)
			abort();
	}
	l->ns[l->count++] = ns > UINT32_MAX ? UINT32_MAX : (uint32_t)ns;
}

static inline int lat_order(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Nearest rank, in microseconds; the latencies must be sorted. 0 where there are none. */
static inline double lat_rank(const struct lat *l, double part)
{
	size_t at = (size_t)(part * (double)l->count);

	if (!l->count)
		return 0;
	return l->ns[at < l->count ? at : l->count - 1] / 1e3;
}

/* Sorts, and prints "p50=… p99=… max=…" in microseconds, without a line's end. */
static inline void lat_print(struct lat *l)
{
	if (l->count)
		qsort(l->ns, l->count, sizeof(*l->ns), lat_order);
	printf("p50=%.1f p99=%.1f max=%.1f", lat_rank(l, 0.50), lat_rank(l, 0.99), lat_rank(l, 1));
}

#endif
