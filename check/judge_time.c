/* How long an answer takes, against the PSP's patience. */
#include <string.h>

#include "check/judge_parts.h"

/* Of ten the slowest is the 99th percentile. */
bool judge_time_answer(const struct target *t, const struct seen *s, int64_t now, enum severity *severity, struct buf *seen)
{
	int sorted[SEEN_TRIES], n = 0, failed = 0, patience = t->psp ? t->psp->patience_ms : 0, tries = s->tries < SEEN_TRIES ? s->tries : SEEN_TRIES;
	int half, slowest;

	(void)now;
	if (!gate_answers(t, s) || tries <= 0)
		return false;
	for (int i = 0; i < tries; i++) {
		int at = n;

		if (s->ms[i] < 0) {
			failed++;
			continue;
		}
		for (; at > 0 && sorted[at - 1] > s->ms[i]; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = s->ms[i];
		n++;
	}
	if (failed)
		return say(severity, seen, SEVERITY_FAIL, "%d of %d pings got no 2xx in time", failed, tries);
	half = sorted[(n - 1) / 2];
	slowest = sorted[n - 1];
	if (!patience)
		return say(severity, seen, SEVERITY_OK, "p50 %d ms, p99 %d ms; how long the PSP waits is not published", half, slowest);
	if (slowest > patience)
		return say(severity, seen, SEVERITY_FAIL, "the slowest of %d answers took %d ms (p50 %d ms); the PSP waits for %d ms", tries, slowest, half, patience);
	return say(severity, seen, slowest > patience / 2 ? SEVERITY_WARN : SEVERITY_OK, "p50 %d ms, p99 %d ms; the PSP waits for %d ms", half, slowest, patience);
}
