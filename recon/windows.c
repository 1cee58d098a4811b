#include "recon/windows.h"

#define SINGLE_LEAST_MS (5 * 60 * INT64_C(1000))

bool windows_plan(struct windows *w, const int64_t *since_ms, const int64_t *until_ms, int64_t mark_ms, int64_t now_ms, int64_t step_ms, bool single,
		  struct err *e)
{
	int64_t until = until_ms ? *until_ms : now_ms - WINDOWS_SETTLE_MS, since = until - WINDOWS_FIRST_MS;

	if (until > now_ms)
		until = now_ms;
	if (since_ms)
		since = *since_ms;
	else if (mark_ms)	/* a clock that was set back leaves a mark in times to come */
		since = (mark_ms < until ? mark_ms : until) - WINDOWS_AGAIN_MS;
	if (since >= until)
		return fail(e, ERR_USAGE, "--since is not before --until, or not a minute ago");
	*w = (struct windows){
		.since_ms = since, .until_ms = until, .step_ms = step_ms, .least_ms = single ? SINGLE_LEAST_MS : step_ms / 4, .at_ms = since, .len_ms = step_ms
	};
	if (w->least_ms > step_ms)
		w->least_ms = step_ms;
	return true;
}

bool windows_next(const struct windows *w, struct window *out)
{
	int64_t overlap = w->at_ms > w->since_ms ? WINDOWS_OVERLAP_MS : 0;

	if (w->at_ms >= w->until_ms)
		return false;
	*out = (struct window){ w->at_ms - overlap, w->at_ms, w->until_ms - w->at_ms < w->len_ms ? w->until_ms : w->at_ms + w->len_ms };
	return true;
}

void windows_done(struct windows *w)
{
	w->at_ms = w->until_ms - w->at_ms < w->len_ms ? w->until_ms : w->at_ms + w->len_ms;
	w->len_ms = w->len_ms * 2 < w->step_ms ? w->len_ms * 2 : w->step_ms;
}

bool windows_halve(struct windows *w)
{
	int64_t rest = w->until_ms - w->at_ms, len = w->len_ms < rest ? w->len_ms : rest;

	if (len / 2 < w->least_ms)
		return false;
	w->len_ms = len / 2;
	return true;
}

int64_t windows_mark(int64_t mark_ms, const struct window *done, int64_t settled_ms)
{
	int64_t to = done->to_ms < settled_ms ? done->to_ms : settled_ms;

	if (mark_ms && done->from_ms > mark_ms)
		return mark_ms;
	return to > mark_ms ? to : mark_ms;
}
