#include "deliver/turn.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "deliver/tell.h"
#include "deliver/ticks.h"

enum {
	PLAN_MOST = 256,	/* events at a time: the gate's writers wait for as long as a transaction lasts */
	STEP_MS = 250, STEP_MOST_MS = 5000,
};

static unsigned chance(void)
{
	uint16_t n = 0;

	if (getrandom(&n, sizeof n, GRND_NONBLOCK) < 0)
		return 0;
	return n;
}

/* ---- what has ended */

static void drop_hand(struct shift *s, const struct parcel *p)
{
	for (size_t i = 0; i < s->in_hand; i++)
		if (s->hand[i] == p) {
			s->hand[i] = s->hand[--s->in_hand];
			return;
		}
}

static void count(struct delivered *did, enum inbox_outcome outcome)
{
	did->done += outcome == JOB_DONE;
	did->again += outcome == JOB_AGAIN;
	did->dead += outcome == JOB_DEAD;
}

void shift_take(struct shift *s)
{
	struct parcel *list = s->workers ? workers_take(s->workers) : NULL, *next, **end = &s->unsettled;
	int64_t now = s->d->now();

	while (*end)
		end = &(*end)->next;
	for (; list; list = next) {
		next = list->next;
		list->next = NULL;
		drop_hand(s, list);
		parcel_judge(list, now, chance());
		count(s->did, list->outcome);
		tell_try(list, ticks_ms());
		*end = list;
		end = &list->next;
	}
	for (size_t i = 0; i < s->outlets.count; i++) {
		struct outlet *o = &s->outlets.item[i];

		/* A pause of ours ends when its time has passed, also where the clock was set back meanwhile. */
		if (o->news == NEWS_NONE && brake_over(&o->brake, ticks_ms()) && now < o->until_ms) {
			o->news = NEWS_ON;
			o->until_ms = now;
			o->told = true;
		}
		if (o->news != NEWS_NONE && !o->told)
			tell_news(o);
		o->told = true;
	}
}

bool shift_news(const struct shift *s)
{
	if (s->unsettled)
		return true;
	for (size_t i = 0; i < s->outlets.count; i++)
		if (s->outlets.item[i].news != NEWS_NONE)
			return true;
	return false;
}

static bool settle(struct shift *s, struct inbox *box, struct err *e)
{
	bool held;

	for (const struct parcel *p = s->unsettled; p; p = p->next) {
		struct inbox_settle set = { .event = p->row.id, .sink = p->to->key, .who = s->who, .outcome = p->outcome,
			.now_ms = p->settled_ms, .due_ms = p->due_ms, .why = p->result.why };

		if (!box->ops->settle(box, &set, &held, e))
			return false;
	}
	for (size_t i = 0; i < s->outlets.count; i++) {
		const struct outlet *o = &s->outlets.item[i];

		if (o->news != NEWS_NONE &&
		    !box->ops->pause(box, &o->key, o->news == NEWS_PAUSE ? o->until_ms : 0, o->news == NEWS_STOP, o->why, e))
			return false;
	}
	return true;
}

static void settled(struct shift *s)
{
	parcels_free(s->unsettled);
	s->unsettled = NULL;
	for (size_t i = 0; i < s->outlets.count; i++)
		s->outlets.item[i].news = NEWS_NONE;
}

/* ---- what is to be done */

static bool want(const struct inbox_row *row, size_t sink, bool stale, void *arg)
{
	const struct shift *s = arg;

	return sink_wants(s->outlets.item[sink].conf, &row->event, stale);
}

/* A lease of ours that ran out while the job is being done: it is not done twice at a time. */
static bool in_hand(const struct shift *s, int64_t event, const struct outlet *to)
{
	for (size_t i = 0; i < s->in_hand; i++)
		if (s->hand[i]->row.id == event && s->hand[i]->to == to)
			return true;
	return false;
}

static bool on_job(const struct inbox_job *job, void *arg)
{
	struct shift *s = arg;
	struct parcel *p;

	if (in_hand(s, job->row->id, s->open[job->sink]))
		return true;
	p = parcel_new(job, s->open[job->sink], ticks_ms());
	p->next = s->claimed;
	s->claimed = p;
	s->claims++;
	return true;
}

/* The sinks that are not shut, with what each may get. */
static size_t open_outlets(struct shift *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->outlets.count; i++) {
		struct outlet *o = &s->outlets.item[i];

		if (o->shut)
			continue;
		s->open[n] = o;
		s->open_keys[n] = o->key;
		s->room[n++] = outlet_room(o);
	}
	return n;
}

static bool plan_and_claim(struct shift *s, struct inbox *box, struct inbox_planned *planned, struct err *e)
{
	struct inbox_claim claim = { .who = s->who, .sinks = s->open_keys, .room = s->room, .lease_ms = s->lease_ms };

	if (!box->ops->plan(box, s->outlets.keys, s->outlets.count, PLAN_MOST, want, s, planned, e))
		return false;
	claim.count = open_outlets(s);
	claim.most = s->hand_most - s->in_hand;
	claim.now_ms = s->d->now();
	return !claim.count || !claim.most || box->ops->claim(box, &claim, on_job, s, e);
}

/* Claimed, and not tried. */
static void give_back(struct shift *s, struct parcel *p)
{
	parcel_judge(p, s->d->now(), 0);
	p->next = s->unsettled;
	s->unsettled = p;
	s->claims--;
}

/* The bodies, for who wants them; after the commit, so that the gate need not wait. What could not be read goes back. */
static bool bodies(struct shift *s, struct inbox *box, struct err *e)
{
	bool ok = true;

	for (struct parcel **at = &s->claimed; *at;) {
		struct parcel *p = *at;
		struct err why = { 0 };

		if (!p->to->conf->body || box->ops->body(box, p->row.note, parcel_body, p, &why) || why.code == ERR_NOT_FOUND) {
			at = &p->next;
			continue;
		}
		ok = false;
		*e = why;
		*at = p->next;
		give_back(s, p);
	}
	return ok;
}

/* Oldest first, as they were claimed. */
static struct parcel *turned(struct parcel *list)
{
	struct parcel *other = NULL, *next;

	for (; list; list = next) {
		next = list->next;
		list->next = other;
		other = list;
	}
	return other;
}

static bool hand_out(struct shift *s, struct err *e)
{
	struct parcel *list = turned(s->claimed), *next;

	s->claimed = NULL;
	if (list && !s->workers)
		s->workers = workers_start(s->d, s->lease_ms, e);
	if (list && !s->workers) {
		for (; list; list = next) {
			next = list->next;
			give_back(s, list);
		}
		return false;
	}
	if (!list)
		return true;
	for (struct parcel *p = list; p; p = p->next) {
		s->hand[s->in_hand++] = p;
		p->to->in_hand++;
	}
	workers_give(s->workers, list);
	return true;
}

/* When to look again. */
static bool ahead(struct shift *s, struct inbox *box, struct err *e)
{
	int64_t now = s->d->now();
	size_t n = open_outlets(s);

	s->due_ms = 0;
	if (n && !box->ops->due(box, s->open_keys, n, now, &s->due_ms, e))
		return false;
	/* Due, and not to be had yet: its turn has not come, or others have it. */
	if (s->claims || !s->due_ms || s->due_ms > now)
		s->step_ms = 0;
	else
		s->step_ms = !s->step_ms ? STEP_MS : s->step_ms < STEP_MOST_MS / 2 ? s->step_ms * 2 : STEP_MOST_MS;
	s->look_ms = ticks_ms() + s->step_ms;
	return true;
}

bool shift_turn(struct shift *s, bool settle_alone, struct err *e)
{
	struct inbox *box = *s->d->box;
	struct inbox_planned planned = { 0 };
	bool ok;

	s->claims = 0;
	s->dry = false;
	if (!box->ops->begin(box, e))
		return false;
	ok = settle(s, box, e) && (settle_alone || plan_and_claim(s, box, &planned, e)) && box->ops->commit(box, e);
	if (!ok) {
		box->ops->rollback(box);
		parcels_free(s->claimed);
		s->claimed = NULL;
		return false;
	}
	settled(s);
	if (settle_alone)
		return true;
	s->changed = false;
	s->more = planned.more;
	s->dry = !s->claims && !s->more && !s->in_hand;
	ok = bodies(s, box, e);
	return hand_out(s, ok ? e : NULL) && ok && ahead(s, box, e);
}
