/* What waits for a sink that is gone waits no more. */
#define INBOX_SQLITE_INSIDE
#include "inbox/sqlite.h"

static bool drop_job(struct sqlite_box *b, int64_t event, int64_t sink, struct err *e)
{
	sqlite3_stmt *st = sqlite_use(b, SQL_JOB_DROP, e);
	bool none;

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, event);
	sqlite3_bind_int64(st, 2, sink);
	return sqlite_one(b, st, e) == 0 && sqlite_stand(b, event, "dead", &none, e);
}

/* st stands on a row of SQL_OTHERS. */
static bool abandon_job(struct sqlite_box *b, const struct inbox_abandon *what, sqlite3_stmt *st, int64_t sink, struct inbox_abandoned *did,
			struct err *e)
{
	int64_t event = sqlite3_column_int64(st, 0), due_ms = sqlite3_column_int64(st, 2);
	int state = sqlite3_column_int(st, 1);

	/* as in claim: a lease that ends further ahead than any may is none */
	if (state == JOB_LEASED && due_ms > what->now_ms && due_ms <= what->now_ms + INBOX_AHEAD_MS) {
		did->leased++;
		return true;
	}
	did->waiting += state != JOB_GAVE_UP;
	did->dead += state == JOB_GAVE_UP;
	did->nobody += sqlite3_column_type(st, 3) == SQLITE_NULL || sqlite3_column_int(st, 3) == JOB_GAVE_UP;
	return what->count_only || drop_job(b, event, sink, e);
}

static bool abandon(struct sqlite_box *b, struct inbox_abandon *what, struct inbox_abandoned *did, struct err *e)
{
	const struct sqlite_sink *s;
	sqlite3_stmt *st;
	size_t n = 0;
	int rc;

	if (!sqlite_sinks_read(b, e))
		return false;
	s = sqlite_sink(b, what->sink.hook, what->sink.name);
	if (!s)
		return fail(e, ERR_NOT_FOUND, "inbox %s: hook %s has had no sink %s", b->path, what->sink.hook, what->sink.name);
	st = sqlite_use(b, SQL_OTHERS, e);
	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, s->id);
	sqlite3_bind_int64(st, 2, what->after_event);
	sqlite3_bind_int64(st, 3, (int64_t)what->most);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		what->after_event = sqlite3_column_int64(st, 0);
		n++;
		if (!abandon_job(b, what, st, s->id, did, e))
			break;
	}
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		sqlite_fail(b, e);
	sqlite3_reset(st);
	did->more = n == what->most;
	return rc == SQLITE_DONE;
}

bool sqlite_abandon(struct inbox *box, struct inbox_abandon *what, struct inbox_abandoned *did, struct err *e)
{
	struct sqlite_box *b = (struct sqlite_box *)box;
	struct inbox_abandon next = *what;
	struct inbox_abandoned done = { 0 };

	if (what->count_only ? !sqlite_alive(b, e) : !sqlite_writing(b, e))
		return false;
	if (!abandon(b, &next, &done, e) || (!next.count_only && !sqlite_pause(box, &next.sink, 0, false, "", e))) {
		if (!what->count_only)
			box->ops->rollback(box);
		return false;
	}
	*what = next;
	*did = done;
	return true;
}
