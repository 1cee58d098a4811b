/* Events become jobs. */
#define INBOX_SQLITE_INSIDE
#include "inbox/sqlite.h"

#include <string.h>

#include "pix/status.h"

enum {
	SPAN = 8192,	/* ids that are looked at in one call: a sink that is new to a large inbox must not hold up the gate */
	LAG = 512,	/* so far a sink's cursor on the disk may be behind where no event of its hook was met */
};

struct planning {
	struct sqlite_box *b;
	inbox_want_fn *want;
	void *arg;
	struct inbox_planned did;
};

/* Is there a newer state of the same thing that came before? */
static bool is_stale(struct sqlite_box *b, const struct inbox_row *row, bool *stale, struct err *e)
{
	sqlite3_stmt *st = sqlite_use(b, SQL_EARLIER, e);
	int rc;

	*stale = false;
	if (!st)
		return false;
	sqlite_text(st, 1, row->event.e2eid);
	sqlite_text(st, 2, row->hook);
	sqlite_text(st, 3, pix_kind_name(row->event.kind));
	sqlite_text(st, 4, row->event.ref);
	sqlite3_bind_int64(st, 5, row->id);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW && !*stale) {
		struct pix_event other = { .kind = row->event.kind };

		strncpy(other.status, (const char *)sqlite3_column_text(st, 0), sizeof other.status - 1);
		other.has_at = sqlite3_column_type(st, 1) != SQLITE_NULL;
		other.at_ms = sqlite3_column_int64(st, 1);
		*stale = pix_status_stale(&row->event, &other);
	}
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		sqlite_fail(b, e);
	sqlite3_reset(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE;
}

/* again: a job that is there begins anew. */
static bool add_job(struct planning *p, const struct inbox_row *row, int64_t sink, bool again, struct err *e)
{
	sqlite3_stmt *st = sqlite_use(p->b, again ? SQL_JOB_ANEW : SQL_JOB_ADD, e);

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, row->id);
	sqlite3_bind_int64(st, 2, sink);
	if (sqlite_one(p->b, st, e) < 0)
		return false;
	p->did.jobs += sqlite3_changes(p->b->db) > 0;
	return true;
}

/* One event for each sink of its hook that was not asked yet. */
static bool plan_event(struct planning *p, const struct inbox_row *row, bool again, struct err *e)
{
	struct sqlite_sinks *all = &p->b->sinks;
	bool pending = !strcmp(row->delivery, "pending"), stale = false, asked = false, none;
	size_t jobs = p->did.jobs;

	for (size_t i = sqlite_sinks_of(p->b, row->hook); i < all->count && !strcmp(all->row[i].hook, row->hook); i++) {
		struct sqlite_sink *s = &all->row[i];
		/* What was over before the sink was known is none of its. */
		int64_t from = pending || s->seen > s->since ? s->seen : s->since;

		if (!s->given || (!again && row->id <= from))
			continue;
		if (!asked && !again && !is_stale(p->b, row, &stale, e))
			return false;
		asked = s->met = true;
		if (p->want(row, s->place, stale, p->arg)) {
			if (!add_job(p, row, s->id, again, e))
				return false;
		} else if (sqlite_turn(row->event.kind) == 1 && !sqlite_lane_wake(p->b, s->id, &row->event, true, false, e)) {
			return false;	/* its refund waits for it */
		}
	}
	if (!asked)
		return true;
	p->did.events++;
	jobs = p->did.jobs - jobs;
	if (!again && (jobs > 0) == pending)	/* it stands where it stood */
		return true;
	if (!sqlite_stand(p->b, row->id, stale ? "stale" : "unwanted", &none, e))
		return false;
	p->did.stale += none && stale;
	p->did.unwanted += none && !stale;
	return true;
}

/* The events of one hook that a person wants to be handed over again, n at most. *left: there are others. */
static bool replay_hook(struct planning *p, const char *hook, size_t n, bool *left, struct err *e)
{
	for (size_t done = 0;; done++) {
		sqlite3_stmt *next = sqlite_use(p->b, SQL_AGAIN_NEXT, e), *drop, *one;
		struct inbox_row row;
		int64_t event;
		bool ok = false;
		int got;

		if (!next)
			return false;
		sqlite_text(next, 1, hook);
		got = sqlite_one(p->b, next, e);
		if (got != 1)
			return got == 0;
		event = sqlite3_column_int64(next, 0);
		sqlite3_reset(next);
		if (done == n) {
			*left = true;
			return true;
		}
		one = sqlite_use(p->b, SQL_ROW, e);
		if (!one)
			return false;
		sqlite3_bind_int64(one, 1, event);
		got = sqlite_one(p->b, one, e);
		if (got == 1) {
			ok = sqlite_row(p->b, one, &row, e) && plan_event(p, &row, true, e);
			sqlite3_reset(one);
		}
		if (got < 0 || (got == 1 && !ok))
			return false;
		drop = sqlite_use(p->b, SQL_AGAIN_DROP, e);
		if (!drop)
			return false;
		sqlite_text(drop, 1, hook);
		sqlite3_bind_int64(drop, 2, event);
		if (sqlite_one(p->b, drop, e) < 0)
			return false;
	}
}

/* Those of hooks whose sinks we do not know stay. */
static bool replays(struct planning *p, size_t most, struct err *e)
{
	struct sqlite_sinks *all = &p->b->sinks;
	int64_t any;

	if (!sqlite_count(p->b, SQL_AGAIN_ANY, &any, e))
		return false;
	for (size_t i = 0; any && i < all->count; i++) {
		if (!all->row[i].given || (i && all->row[i - 1].given && !strcmp(all->row[i - 1].hook, all->row[i].hook)))
			continue;
		if (!replay_hook(p, all->row[i].hook, p->did.events < most ? most - p->did.events : 0, &p->did.more, e))
			return false;
	}
	return true;
}

/* Everything behind `from` up to *to, `most` at most; *to then is the last that was looked at. */
static bool scan(struct planning *p, int64_t from, int64_t *to, int64_t floor, size_t most, struct err *e)
{
	sqlite3_stmt *st = sqlite_use(p->b, SQL_NEW, e);
	struct inbox_row row;
	bool ok = false;
	size_t n = 0;
	int rc;

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, from);
	sqlite3_bind_int64(st, 2, *to);
	sqlite3_bind_int64(st, 3, floor);
	sqlite3_bind_int64(st, 4, (int64_t)most);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		if (!sqlite_row(p->b, st, &row, e) || !plan_event(p, &row, false, e))
			goto out;
		if (++n == most)
			*to = row.id;
	}
	ok = rc == SQLITE_DONE || sqlite_fail(p->b, e);
out:
	sqlite3_reset(st);
	return ok;
}

static bool move_cursor(struct sqlite_box *b, struct sqlite_sink *s, int64_t to, struct err *e)
{
	sqlite3_stmt *st = sqlite_use(b, SQL_PLANNED, e);

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, s->id);
	sqlite3_bind_int64(st, 2, to);
	s->planned = to;
	return sqlite_one(b, st, e) == 0;
}

static bool plan(struct planning *p, size_t most, struct err *e)
{
	struct sqlite_sinks *all = &p->b->sinks;
	int64_t from = INT64_MAX, floor = INT64_MAX, last, to;

	if (!replays(p, most, e))
		return false;
	for (size_t i = 0; i < all->count; i++) {
		struct sqlite_sink *s = &all->row[i];
		int64_t over = s->seen > s->since ? s->seen : s->since;

		if (s->given && s->seen < from)
			from = s->seen;
		if (s->given && over < floor)
			floor = over;
	}
	if (!sqlite_count(p->b, SQL_LAST, &last, e))
		return false;
	if (from >= last || p->did.events >= most) {
		p->did.more |= from < last;
		return true;
	}
	to = last - from > SPAN ? from + SPAN : last;
	if (!scan(p, from, &to, floor, most - p->did.events, e))
		return false;
	for (size_t i = 0; i < all->count; i++) {
		struct sqlite_sink *s = &all->row[i];

		if (!s->given || s->seen >= to)
			continue;
		s->seen = to;
		if ((s->met || to - s->planned >= LAG) && !move_cursor(p->b, s, to, e))
			return false;
	}
	p->did.more |= to < last;
	return true;
}

bool sqlite_plan(struct inbox *box, const struct inbox_sink *sinks, size_t count, size_t most, inbox_want_fn *want, void *arg,
		 struct inbox_planned *planned, struct err *e)
{
	struct planning p = { .b = (struct sqlite_box *)box, .want = want, .arg = arg };

	if (!sqlite_writing(p.b, e))
		return false;
	if (!sqlite_sinks_give(p.b, sinks, count, true, e) || (count && !plan(&p, most, e))) {
		box->ops->rollback(box);
		return false;
	}
	*planned = p.did;
	return true;
}
