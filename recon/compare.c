#include "recon/compare.h"

#include <string.h>

#include "lib/ascii.h"
#include "pix/test_event.h"

static const struct {
	const char *name;
	bool open;
} findings[FOUND_KINDS] = {
	[FOUND_MISSING]    = { "missing", true },
	[FOUND_STATE]      = { "state", true },
	[FOUND_DIFFERENT]  = { "different", false },
	[FOUND_NOT_LISTED] = { "not-listed", false },
	[FOUND_UNREADABLE] = { "unreadable", true },
	[FOUND_UNSETTLED]  = { "unsettled", false },
};

const char *finding_name(enum finding_what what)
{
	return what < FOUND_KINDS ? findings[what].name : NULL;
}

bool finding_open(enum finding_what what)
{
	return what < FOUND_KINDS && findings[what].open;
}

/* Both say something, and not the same. */
static bool clash(const char *a, const char *b, bool fold)
{
	return *a && *b && (fold ? ascii_casecmp(a, b) : strcmp(a, b)) != 0;
}

static unsigned differs(const struct pix_event *theirs, const struct pix_event *ours)
{
	unsigned d = 0;

	if (theirs->has_cents && ours->has_cents && theirs->cents != ours->cents)
		d |= DIFFERS_AMOUNT;
	if (clash(theirs->key, ours->key, true))
		d |= DIFFERS_KEY;
	if (clash(theirs->txid, ours->txid, false))
		d |= DIFFERS_TXID;
	if (clash(theirs->status, ours->status, true))
		d |= DIFFERS_STATUS;
	return d;
}

static bool same_thing(const struct pix_event *a, const struct pix_event *b)
{
	return a->kind == b->kind && strcmp(a->e2eid, b->e2eid) == 0 && (a->kind == PIX_RECEIVED || strcmp(a->ref, b->ref) == 0);
}

static bool passing(const struct psp_list *list, const struct pix_event *ev)
{
	return ev->kind == PIX_REFUND && list->passing && ascii_casecmp(ev->status, list->passing) == 0;
}

bool compare_told(const struct psp_list *list, const struct pix_event *ev)
{
	if (ev->kind == PIX_RECEIVED && list->credited)
		return !*ev->status || ascii_casecmp(ev->status, list->credited) == 0;
	return !passing(list, ev);
}

/* Of several states that the inbox has of one thing, the one that is nearest to theirs. */
static const struct pix_event *nearest(const struct psp_list *list, const struct pix_event *theirs, const struct pix_event *ours, size_t own)
{
	const struct pix_event *near = NULL;
	unsigned least = ~0U;

	for (size_t i = 0; i < own; i++) {
		unsigned d;

		if (!same_thing(theirs, &ours[i]))
			continue;
		/* an older state differs in more than one that merely says something else */
		d = differs(theirs, &ours[i]) | (passing(list, &ours[i]) && !passing(list, theirs) ? 16U : 0);
		if (d < least) {
			least = d;
			near = &ours[i];
		}
	}
	return near;
}

static struct finding judge(const struct psp_list *list, const struct pix_event *theirs, const struct pix_event *ours, bool *found)
{
	struct finding f = { FOUND_MISSING, theirs, ours, 0 };

	*found = true;
	if (!ours) {
		*found = compare_told(list, theirs) || theirs->kind == PIX_RECEIVED;
		f.what = compare_told(list, theirs) ? FOUND_MISSING : FOUND_UNSETTLED;
		return f;
	}
	f.differs = differs(theirs, ours);
	f.what = FOUND_DIFFERENT;
	if (passing(list, theirs))	/* here it is further on already, or just as far */
		f.differs &= ~(unsigned)DIFFERS_STATUS;
	else if (passing(list, ours) && *theirs->status)
		f.what = FOUND_STATE;
	*found = f.differs || f.what == FOUND_STATE;
	return f;
}

void compare_item(const struct psp_list *list, const struct pix_event *theirs, size_t count, const struct pix_event *ours, size_t own, finding_fn *fn,
		  void *arg)
{
	for (size_t i = 0; i < count; i++) {
		bool found;
		struct finding f = judge(list, &theirs[i], nearest(list, &theirs[i], ours, own), &found);

		if (found)
			fn(&f, arg);
	}
	for (size_t i = 0; i < own; i++) {
		struct finding f = { FOUND_NOT_LISTED, NULL, &ours[i], 0 };
		bool there = ours[i].kind != PIX_REFUND || !count;

		for (size_t k = 0; k < i && !there; k++)
			there = same_thing(&ours[i], &ours[k]);		/* said once, whatever its states */
		for (size_t k = 0; k < count && !there; k++)
			there = same_thing(&ours[i], &theirs[k]);
		if (!there)
			fn(&f, arg);
	}
}

bool compare_listed(const struct pix_event *ours, int64_t from_ms, int64_t to_ms)
{
	return ours->kind == PIX_RECEIVED && !ours->foreign && !pix_is_test(ours->e2eid) && ours->has_at && ours->at_ms >= from_ms && ours->at_ms < to_ms;
}
