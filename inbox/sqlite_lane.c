/* One after the other: which jobs stand before another, and who lets the next one go. */
#define INBOX_SQLITE_INSIDE
#include "inbox/sqlite.h"

#include <stdio.h>

enum { ASIDE_MS = 1000 };	/* the least time for which a job is put aside, where nobody wakes it */

/* "e", the e2eid, "/", the turn; or "t", the txid: in the order in which the index gives them, the next one is the first. */
#define LANE (PIX_E2EID_MAX + PIX_TXID_MAX)

int sqlite_turn(enum pix_kind kind)
{
	switch (kind) {
	case PIX_VALIDATION:
		return 0;
	case PIX_REFUND:
	case PIX_RETURN:
		return 2;
	default:
		return 1;
	}
}

static bool put_aside(struct sqlite_box *b, int64_t sink, const struct inbox_row *row, bool e2eid, int64_t now_ms, int64_t until_ms,
		      struct err *e)
{
	sqlite3_stmt *st = sqlite_use(b, SQL_ASIDE, e);
	char lane[LANE];

	if (!st)
		return false;
	if (until_ms < now_ms + ASIDE_MS || until_ms > now_ms + INBOX_AHEAD_MS)
		until_ms = now_ms + ASIDE_MS;
	if (e2eid)
		snprintf(lane, sizeof lane, "e%s/%d", row->event.e2eid, sqlite_turn(row->event.kind));
	else
		snprintf(lane, sizeof lane, "t%s", row->event.txid);
	sqlite3_bind_int64(st, 1, row->id);
	sqlite3_bind_int64(st, 2, sink);
	sqlite3_bind_int64(st, 3, until_ms);
	sqlite_text(st, 4, lane);
	return sqlite_one(b, st, e) == 0;
}

bool sqlite_lane_wake(struct sqlite_box *b, int64_t sink, const struct pix_event *ev, bool e2eid, bool txid, struct err *e)
{
	char from[LANE], to[LANE];
	sqlite3_stmt *st;

	for (int i = 0; i < 2; i++) {
		if (i ? !txid || !*ev->txid : !e2eid)
			continue;
		st = sqlite_use(b, SQL_WAKE, e);
		if (!st)
			return false;
		snprintf(from, sizeof from, i ? "t%s" : "e%s/0", i ? ev->txid : ev->e2eid);
		snprintf(to, sizeof to, i ? "t%s" : "e%s/9", i ? ev->txid : ev->e2eid);
		sqlite3_bind_int64(st, 1, sink);
		sqlite_text(st, 2, from);
		sqlite_text(st, 3, to);
		if (sqlite_one(b, st, e) < 0)
			return false;
	}
	return true;
}

/* *due_ms of a job of this sink that stands before and is not done; -1: none. */
static bool before(struct sqlite_box *b, int64_t sink, const struct inbox_row *row, int64_t *due_ms, struct err *e)
{
	sqlite3_stmt *st = sqlite_use(b, SQL_BEFORE, e);
	int turn = sqlite_turn(row->event.kind), rc = SQLITE_ROW;

	*due_ms = -1;
	if (!st)
		return false;
	sqlite_text(st, 1, row->event.e2eid);
	sqlite_text(st, 2, row->hook);
	sqlite3_bind_int64(st, 3, sink);
	while (*due_ms < 0 && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		int64_t id = sqlite3_column_int64(st, 0);
		enum pix_kind kind;
		int other;

		if (id == row->id || !pix_kind_parse((const char *)sqlite3_column_text(st, 1), &kind))
			continue;
		other = sqlite_turn(kind);
		if (other < turn || (other == turn && id < row->id))
			*due_ms = sqlite3_column_int64(st, 2);
	}
	if (*due_ms < 0 && rc != SQLITE_DONE)
		sqlite_fail(b, e);
	sqlite3_reset(st);
	return *due_ms >= 0 || rc == SQLITE_DONE;
}

/*
 * What comes last of its e2eid waits for what plan has not met yet, and a refund for a receipt that nobody told of: it may be
 * late, or not be told at all. *until_ms 0: for neither.
 */
static bool missing(struct sqlite_box *b, const struct sqlite_sink *s, const struct inbox_row *row, int64_t now_ms, int64_t *until_ms,
		    struct err *e)
{
	int64_t wait_ms = row->received_ms + INBOX_REFUND_WAIT_MS;
	sqlite3_stmt *st;
	int got;

	*until_ms = 0;
	if (sqlite_turn(row->event.kind) < 2)
		return true;
	st = sqlite_use(b, SQL_UNPLANNED, e);
	if (!st)
		return false;
	sqlite_text(st, 1, row->event.e2eid);
	sqlite_text(st, 2, row->hook);
	sqlite3_bind_int64(st, 3, s->planned);
	got = sqlite_one(b, st, e);
	if (got == 1)
		*until_ms = now_ms + ASIDE_MS;
	if (got)
		goto out;
	/* A receipt from long ahead: the clock was set back since. */
	if (row->event.kind != PIX_REFUND || wait_ms <= now_ms || wait_ms > now_ms + 2 * INBOX_REFUND_WAIT_MS)
		return true;
	st = sqlite_use(b, SQL_RECEIPT, e);
	if (!st)
		return false;
	sqlite_text(st, 1, row->event.e2eid);
	sqlite_text(st, 2, row->hook);
	got = sqlite_one(b, st, e);
	if (got == 0)
		*until_ms = wait_ms;
out:
	sqlite3_reset(st);
	return got >= 0;
}

/* *due_ms: the end of the lease of another with the same txid; -1: none is leased. */
static bool same_txid(struct sqlite_box *b, int64_t sink, const struct inbox_row *row, int64_t *due_ms, struct err *e)
{
	sqlite3_stmt *st;
	int got;

	*due_ms = -1;
	if (!*row->event.txid)
		return true;
	st = sqlite_use(b, SQL_SAME_TXID, e);
	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, sink);
	sqlite_text(st, 2, row->event.txid);
	got = sqlite_one(b, st, e);
	if (got == 1)
		*due_ms = sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	return got >= 0;
}

bool sqlite_lane_free(struct sqlite_box *b, const struct sqlite_sink *s, const struct inbox_row *row, int64_t now_ms, bool *is_free,
		      struct err *e)
{
	int64_t due_ms, until_ms;

	*is_free = false;
	if (!before(b, s->id, row, &due_ms, e))
		return false;
	if (due_ms >= 0)
		return put_aside(b, s->id, row, true, now_ms, due_ms, e);
	if (!missing(b, s, row, now_ms, &until_ms, e))
		return false;
	if (until_ms)
		return put_aside(b, s->id, row, true, now_ms, until_ms, e);
	if (!same_txid(b, s->id, row, &due_ms, e))
		return false;
	if (due_ms >= 0)
		return put_aside(b, s->id, row, false, now_ms, due_ms, e);
	*is_free = true;
	return true;
}
