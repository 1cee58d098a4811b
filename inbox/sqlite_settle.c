/* How a try ended: what becomes of the job, of the event, and of what stood behind it. */
#define INBOX_SQLITE_INSIDE
#include "inbox/sqlite.h"

#include <string.h>

bool sqlite_stand(struct sqlite_box *b, int64_t event, const char *without, bool *none, struct err *e)
{
	sqlite3_stmt *st = sqlite_use(b, SQL_STATES, e);
	const char *delivery = "pending";
	int got, least, most;

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, event);
	got = sqlite_one(b, st, e);
	if (got != 1)
		return false;
	least = sqlite3_column_int(st, 0);
	most = sqlite3_column_int(st, 1);
	*none = sqlite3_column_type(st, 0) == SQLITE_NULL;
	if (*none)
		delivery = without;
	else if (least >= JOB_DELIVERED)
		delivery = most == JOB_GAVE_UP ? "dead" : "delivered";
	sqlite3_reset(st);

	st = sqlite_use(b, SQL_STAND, e);
	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, event);
	sqlite_text(st, 2, delivery);
	return sqlite_one(b, st, e) == 0;
}

/* What an outcome makes of a job. */
static const struct {
	int state;
	bool tried;	/* it counts as a try, and is remembered as the last one */
	bool ended;	/* the next of its e2eid may go */
} outcomes[] = {
	[JOB_DONE]  = { JOB_DELIVERED, true, true },
	[JOB_AGAIN] = { JOB_WAITS, true, false },
	[JOB_DEAD]  = { JOB_GAVE_UP, true, true },
	[JOB_BACK]  = { JOB_WAITS, false, false },
};

static bool set_job(struct sqlite_box *b, const struct inbox_settle *how, int64_t sink, struct err *e)
{
	sqlite3_stmt *st = sqlite_use(b, SQL_SETTLE, e);
	bool tried = outcomes[how->outcome].tried, failed = tried && how->outcome != JOB_DONE;

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, how->event);
	sqlite3_bind_int64(st, 2, sink);
	sqlite3_bind_int(st, 3, outcomes[how->outcome].state);
	sqlite3_bind_int(st, 4, tried);
	sqlite3_bind_int64(st, 5, outcomes[how->outcome].ended ? 0 : how->due_ms);
	if (tried)
		sqlite3_bind_int64(st, 6, how->now_ms);
	else
		sqlite3_bind_null(st, 6);
	if (failed)
		sqlite_text(st, 7, how->why ? how->why : "");
	else
		sqlite3_bind_null(st, 7);
	return sqlite_one(b, st, e) == 0;
}

/* The next of the same e2eid, and the next of the same txid. */
static bool wake(struct sqlite_box *b, const struct inbox_settle *how, int64_t sink, struct err *e)
{
	sqlite3_stmt *st = sqlite_use(b, SQL_NAMES, e);
	struct pix_event ev = { 0 };
	int got;

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, how->event);
	got = sqlite_one(b, st, e);
	if (got == 1) {
		strncpy(ev.e2eid, (const char *)sqlite3_column_text(st, 0), sizeof ev.e2eid - 1);
		strncpy(ev.txid, (const char *)sqlite3_column_text(st, 1), sizeof ev.txid - 1);
		sqlite3_reset(st);
	}
	return got >= 0 && sqlite_lane_wake(b, sink, &ev, outcomes[how->outcome].ended, true, e);
}

static bool settle(struct sqlite_box *b, const struct inbox_settle *how, bool *held, struct err *e)
{
	struct sqlite_sink *s;
	sqlite3_stmt *st;
	int got, state;
	bool none;

	*held = false;
	if (!sqlite_sinks_read(b, e))
		return false;
	s = sqlite_sink(b, how->sink.hook, how->sink.name);
	if (!s)
		return true;
	st = sqlite_use(b, SQL_JOB, e);
	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, how->event);
	sqlite3_bind_int64(st, 2, s->id);
	got = sqlite_one(b, st, e);
	if (got != 1)
		return got == 0;
	state = sqlite3_column_int(st, 0);
	*held = state == JOB_LEASED && !strcmp((const char *)sqlite3_column_text(st, 1), how->who);
	sqlite3_reset(st);
	if (!*held && (how->outcome != JOB_DONE || state == JOB_DELIVERED))
		return true;
	if (!set_job(b, how, s->id, e) || !wake(b, how, s->id, e))
		return false;
	if (outcomes[how->outcome].tried && !sqlite_sink_why(b, s, how->outcome == JOB_DONE || !how->why ? "" : how->why, e))
		return false;
	return !outcomes[how->outcome].ended || sqlite_stand(b, how->event, "unwanted", &none, e);
}

bool sqlite_settle(struct inbox *box, const struct inbox_settle *how, bool *held, struct err *e)
{
	struct sqlite_box *b = (struct sqlite_box *)box;
	bool did;

	if (!sqlite_writing(b, e))
		return false;
	if (!settle(b, how, &did, e)) {
		box->ops->rollback(box);
		return false;
	}
	*held = did;
	return true;
}
