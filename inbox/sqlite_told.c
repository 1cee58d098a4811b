/* What is told of handing over: sinks, the jobs of an event, points in time. */
#define INBOX_SQLITE_INSIDE
#include "inbox/sqlite.h"

#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"

/* Of the jobs of one sink. */
struct sums {
	int64_t sink, waiting, delivered, dead;
	int64_t oldest;		/* event; 0: none waits */
};

static struct sums *sums_of(struct sums *list, size_t count, int64_t sink)
{
	for (size_t low = 0, high = count; low < high;) {
		size_t mid = low + (high - low) / 2;

		if (list[mid].sink == sink)
			return &list[mid];
		if (list[mid].sink < sink)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static int by_id(const void *a, const void *b)
{
	const struct sums *x = a, *y = b;

	return (x->sink > y->sink) - (x->sink < y->sink);
}

/* All jobs, each looked at once. *list is owned by the caller, in the order of the sinks' ids. */
static bool sum_up(struct sqlite_box *b, struct sums **list, size_t *count, struct err *e)
{
	sqlite3_stmt *st;
	int rc;

	*list = xcalloc(b->sinks.count + 1, sizeof **list);
	*count = b->sinks.count;
	for (size_t i = 0; i < *count; i++)
		(*list)[i].sink = b->sinks.row[i].id;
	qsort(*list, *count, sizeof **list, by_id);
	st = sqlite_use(b, SQL_ALL_JOBS, e);
	if (!st)
		return false;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		struct sums *s = sums_of(*list, *count, sqlite3_column_int64(st, 1));
		int state = sqlite3_column_int(st, 2);

		if (!s)
			continue;
		s->delivered += state == JOB_DELIVERED;
		s->dead += state == JOB_GAVE_UP;
		s->waiting += state < JOB_DELIVERED;
		if (state < JOB_DELIVERED && !s->oldest)
			s->oldest = sqlite3_column_int64(st, 0);
	}
	if (rc != SQLITE_DONE)
		sqlite_fail(b, e);
	sqlite3_reset(st);
	return rc == SQLITE_DONE;
}

static bool received(struct sqlite_box *b, int64_t event, int64_t *ms, struct err *e)
{
	sqlite3_stmt *st;
	int got;

	*ms = 0;
	if (!event)
		return true;
	st = sqlite_use(b, SQL_RECEIVED, e);
	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, event);
	got = sqlite_one(b, st, e);
	if (got == 1)
		*ms = sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	return got >= 0;
}

bool sqlite_sinks_told(struct inbox *box, const char *hook, inbox_sink_fn *fn, void *arg, struct err *e)
{
	struct sqlite_box *b = (struct sqlite_box *)box;
	struct sums *list = NULL, *s;
	sqlite3_stmt *st;
	size_t count;
	bool ok = false;
	int rc;

	if (!sqlite_alive(b, e) || !sqlite_sinks_read(b, e) || !sum_up(b, &list, &count, e))
		goto out;
	st = sqlite_use(b, SQL_ALL_SINKS, e);
	if (!st)
		goto out;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		struct inbox_sink_state is = { .hook = (const char *)sqlite3_column_text(st, 1),
			.name = (const char *)sqlite3_column_text(st, 2), .paused_ms = sqlite3_column_int64(st, 3),
			.stopped = sqlite3_column_int(st, 4), .why = (const char *)sqlite3_column_text(st, 5) };

		s = sums_of(list, count, sqlite3_column_int64(st, 0));
		if (!s || (hook && strcmp(hook, is.hook) != 0))
			continue;
		is.waiting = s->waiting;
		is.delivered = s->delivered;
		is.dead = s->dead;
		if (!received(b, s->oldest, &is.oldest_ms, e))
			break;
		if (!fn(&is, arg)) {
			ok = true;
			break;
		}
	}
	ok |= rc == SQLITE_DONE || (rc != SQLITE_ROW && sqlite_fail(b, e));
	sqlite3_reset(st);
out:
	free(list);
	return ok;
}

bool sqlite_jobs_told(struct inbox *box, int64_t event, inbox_job_state_fn *fn, void *arg, struct err *e)
{
	static const char *const states[] = { [JOB_WAITS] = "waiting", [JOB_LEASED] = "leased", [JOB_DELIVERED] = "delivered",
					      [JOB_GAVE_UP] = "dead" };
	struct sqlite_box *b = (struct sqlite_box *)box;
	sqlite3_stmt *st;
	bool ok;
	int rc;

	if (!sqlite_alive(b, e))
		return false;
	st = sqlite_use(b, SQL_JOBS, e);
	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, event);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		int state = sqlite3_column_int(st, 1);
		struct inbox_job_state js = { .sink = (const char *)sqlite3_column_text(st, 0),
			.state = state >= 0 && state <= JOB_GAVE_UP ? states[state] : "unknown",
			.tries = sqlite3_column_int(st, 2), .due_ms = state == JOB_WAITS ? sqlite3_column_int64(st, 3) : 0,
			.settled_ms = sqlite3_column_int64(st, 4), .why = (const char *)sqlite3_column_text(st, 5) };

		if (!fn(&js, arg))
			break;
	}
	ok = rc == SQLITE_ROW || rc == SQLITE_DONE || sqlite_fail(b, e);
	sqlite3_reset(st);
	return ok;
}

bool sqlite_marked(struct inbox *box, const char *hook, const char *name, int64_t *ms, struct err *e)
{
	struct sqlite_box *b = (struct sqlite_box *)box;
	sqlite3_stmt *st;
	int64_t at = 0;
	int got;

	if (!sqlite_alive(b, e))
		return false;
	st = sqlite_use(b, SQL_MARKED, e);
	if (!st)
		return false;
	sqlite_text(st, 1, hook);
	sqlite_text(st, 2, name);
	got = sqlite_one(b, st, e);
	if (got == 1)
		at = sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	if (got >= 0)
		*ms = at;
	return got >= 0;
}

bool sqlite_mark(struct inbox *box, const char *hook, const char *name, int64_t ms, struct err *e)
{
	struct sqlite_box *b = (struct sqlite_box *)box;
	sqlite3_stmt *st;

	if (!sqlite_writing(b, e))
		return false;
	st = sqlite_use(b, SQL_MARK, e);
	if (st) {
		sqlite_text(st, 1, hook);
		sqlite_text(st, 2, name);
		sqlite3_bind_int64(st, 3, ms);
	}
	if (st && sqlite_one(b, st, e) == 0)
		return true;
	box->ops->rollback(box);
	return false;
}
