#include "deliver/deliver.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "deliver/stand.h"
#include "deliver/tell.h"
#include "deliver/ticks.h"
#include "deliver/turn.h"
#include "lib/mem.h"

enum {
	LEASE_MORE_MS = 60 * 1000,	/* beyond twice what a job may take */
	REST_MS = 1000,			/* at most, between two looks for a signal and at the clock */
	LOOK_MS = 20,			/* between two looks into the inbox while workers are busy */
	AGAIN_MS = 1000,		/* until a trouble of the inbox is looked at again */
	REOPEN_MS = 5 * 1000,
	PATIENCE_MS = 5 * 1000,		/* at the end, for a trouble to pass */
	SHUT_MS = 60 * 1000,		/* between two tries to open what is shut */
	JUMP_MS = 2000,			/* from here on the clock was set */
};

/* What the inbox's trouble is, and since when; since_ms 0: none. Times are ticks. */
struct trouble {
	struct err why;
	int64_t since_ms, next_ms, reopen_ms;
	bool told;
};

struct loop {
	struct shift shift;
	struct trouble trouble;
	int64_t stop_ms;		/* ticks: when it was told to end; 0: it was not */
	int64_t shut_ms;		/* ticks: when what is shut is tried again; 0: nothing is */
	int64_t offset_ms;		/* from ticks to the wall clock */
};

static void name(char who[64])
{
	char host[25] = "";
	uint64_t dice = 0;

	gethostname(host, sizeof host - 1);
	for (char *p = host; *p; p++)
		if (*p <= ' ' || *p > '~')
			*p = '?';
	if (getrandom(&dice, sizeof dice, 0) < 0)
		dice = (uint64_t)ticks_ms();
	snprintf(who, 64, "%s:%d:%016" PRIx64, host, (int)getpid(), dice);
}

static void begin_trouble(struct loop *l, const struct err *e)
{
	struct trouble *t = &l->trouble;
	int64_t now = ticks_ms();
	size_t n = 0;

	for (const struct parcel *p = l->shift.unsettled; p; p = p->next)
		n++;
	if (!t->since_ms || strcmp(t->why.text, e->text))
		t->told |= tell_trouble(e, n, now);
	if (!t->since_ms) {
		t->since_ms = now;
		t->reopen_ms = now + REOPEN_MS;
	}
	t->why = *e;
	t->next_ms = now + AGAIN_MS;
}

static void end_trouble(struct loop *l)
{
	if (!l->trouble.since_ms)
		return;
	if (l->trouble.told)
		tell_recovered(ticks_ms() - l->trouble.since_ms);
	l->trouble.told = false;
	l->trouble.since_ms = 0;
}

/* Files that were replaced are met only by opening again. */
static void reopen(struct loop *l)
{
	const struct deliver *d = l->shift.d;
	struct inbox *fresh;
	struct err e = { 0 };

	if (ticks_ms() < l->trouble.reopen_ms)
		return;
	l->trouble.reopen_ms = ticks_ms() + REOPEN_MS;
	if (!inbox_open(&fresh, d->settings->inbox, d->settings->dir, INBOX_DELIVER, &e)) {
		begin_trouble(l, &e);
		return;
	}
	inbox_close(*d->box);
	*d->box = fresh;
}

/*
 * After a trouble what ended is recorded alone, for that needs the least room on a full disk. Only a whole turn shows that it is over: one
 * that has nothing to write succeeds on a full disk, too.
 */
static void turn(struct loop *l)
{
	struct shift *s = &l->shift;
	bool ok = true, alone = l->trouble.since_ms || s->stopping;
	struct err e = { 0 };

	if (l->trouble.since_ms)
		reopen(l);
	if (alone && shift_news(s))
		ok = shift_turn(s, true, &e);
	if (ok && !s->stopping)
		ok = shift_turn(s, false, &e);
	if (ok)
		end_trouble(l);
	else
		begin_trouble(l, &e);
}

static bool wanted(const struct loop *l)
{
	const struct shift *s = &l->shift;

	if (l->trouble.since_ms)
		return ticks_ms() >= l->trouble.next_ms;
	if (shift_news(s))
		return true;
	if (s->stopping || s->in_hand >= s->hand_most)
		return false;
	return s->more || s->changed || (s->due_ms && s->d->now() >= s->due_ms && ticks_ms() >= s->look_ms);
}

/* What the inbox has in store is looked up again where the clock was set. */
static void watch_clock(struct loop *l)
{
	int64_t offset = l->shift.d->now() - ticks_ms(), by = offset - l->offset_ms;

	if (by < -JUMP_MS || by > JUMP_MS) {
		l->offset_ms = offset;
		l->shift.changed = true;
	}
}

static int wait_ms(const struct loop *l)
{
	const struct shift *s = &l->shift;
	int64_t ms = REST_MS, until;

	if (l->trouble.since_ms) {
		until = l->trouble.next_ms - ticks_ms();
	} else if (s->due_ms) {
		int64_t look = s->look_ms - ticks_ms();

		until = s->due_ms - s->d->now();
		if (until < look)
			until = look;
	} else {
		until = ms;
	}
	return (int)(until < 0 ? 0 : until < ms ? until : ms);
}

/* Until something is to be done. A signal ends it early. */
static void rest(struct loop *l)
{
	struct shift *s = &l->shift;
	bool look = !l->trouble.since_ms && !s->stopping && s->in_hand < s->hand_most, changed = false;
	struct inbox *box = *s->d->box;
	struct err e = { 0 };
	int ms = look || l->trouble.since_ms ? wait_ms(l) : REST_MS;

	if (s->in_hand || !look) {
		struct pollfd bell = { .fd = s->workers ? workers_fd(s->workers) : -1, .events = POLLIN };

		poll(&bell, 1, look && ms > LOOK_MS ? LOOK_MS : ms);
		ms = 0;
	} else {
		box->ops->tidy(box, true);
	}
	if (look && !box->ops->wait(box, ms, &changed, &e))
		begin_trouble(l, &e);
	s->changed |= changed;
}

static void open_shut(struct loop *l)
{
	if (!l->shut_ms || ticks_ms() < l->shut_ms)
		return;
	l->shut_ms = outlets_retry(&l->shift.outlets) ? ticks_ms() + SHUT_MS : 0;
	l->shift.changed = true;
}

static bool ended(const struct loop *l)
{
	const struct shift *s = &l->shift;

	if (s->in_hand)
		return false;
	if (s->stopping && !shift_news(s))
		return true;
	if (l->trouble.since_ms && (s->stopping || s->d->once)) {
		int64_t since = l->trouble.since_ms > l->stop_ms ? l->trouble.since_ms : l->stop_ms;

		return ticks_ms() - since >= PATIENCE_MS;
	}
	return !l->trouble.since_ms && !shift_news(s) && s->d->once && s->dry;
}

static void go_on(struct loop *l)
{
	struct shift *s = &l->shift;

	for (;;) {
		if (__atomic_load_n(s->d->stop, __ATOMIC_RELAXED) && !s->stopping) {
			s->stopping = true;
			l->stop_ms = ticks_ms();
			if (s->workers)
				workers_stop(s->workers);
		}
		shift_take(s);
		if (ended(l))
			return;
		watch_clock(l);
		if (!s->d->once)
			open_shut(l);
		if (wanted(l)) {
			turn(l);
			(*s->d->box)->ops->tidy(*s->d->box, false);
		} else {
			rest(l);
		}
	}
}

static void make_room(struct shift *s)
{
	size_t n = s->outlets.count;

	s->hand_most = (size_t)s->d->workers * OUTLET_READY;
	s->hand = xcalloc(s->hand_most, sizeof *s->hand);
	s->open = xcalloc(n, sizeof *s->open);
	s->open_keys = xcalloc(n, sizeof *s->open_keys);
	s->room = xcalloc(n, sizeof *s->room);
	s->lease_ms = 2 * s->outlets.longest_ms + LEASE_MORE_MS;
	s->changed = true;
}

static void free_room(struct shift *s)
{
	workers_end(s->workers);
	parcels_free(s->unsettled);
	outlets_close(&s->outlets);
	free(s->hand);
	free(s->open);
	free(s->open_keys);
	free(s->room);
}

/* To count what waits, the inbox looks at all jobs that ever were: 0.2 s for a million. */
static bool may_wait(const struct shift *s)
{
	for (size_t i = 0; i < s->outlets.count; i++)
		if (s->outlets.item[i].shut || s->outlets.item[i].stopped)
			return true;
	return s->stopping || s->due_ms;
}

bool deliver_run(const struct deliver *d, struct delivered *did, struct err *e)
{
	struct loop l = { .shift = { .d = d, .did = did }, .offset_ms = d->now() - ticks_ms() };
	struct shift *s = &l.shift;
	struct err shut = { 0 };
	size_t lost = 0;
	bool ok = false, changed;

	*did = (struct delivered){ 0 };
	tell_quiet(d->quiet);
	name(s->who);
	if (!outlets_open(&s->outlets, d, &shut)) {
		*e = shut;
		goto out;
	}
	make_room(s);
	if (shut.code)
		l.shut_ms = ticks_ms() + SHUT_MS;
	tell_start(&s->outlets, d->workers);
	/* What is committed from here on counts as a change, so that none falls between the first turn and the wait. */
	if (!(*d->box)->ops->wait(*d->box, 0, &changed, e) || !stand_look(&s->outlets, *d->box, d->resume, e))
		goto out;
	go_on(&l);
	for (const struct parcel *p = s->unsettled; p; p = p->next)
		lost++;
	if (lost)
		tell_lost(lost);
	if (l.trouble.since_ms && (!s->stopping || shift_news(s)))
		*e = l.trouble.why;
	else if (d->once && may_wait(s) && !stand_waiting(&s->outlets, *d->box, &did->waiting, e))
		goto out;
	else if (d->once && shut.code)
		*e = shut;
	else
		ok = true;
	tell_end(did);
out:
	free_room(s);
	return ok;
}
