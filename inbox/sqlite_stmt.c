#define INBOX_SQLITE_INSIDE
#include "inbox/sqlite.h"

#include <string.h>

#define EVENT_AND_NOTE "event e CROSS JOIN note n ON n.id = e.note"

static const char *const text[SQLS] = {
	[SQL_BEGIN]    = "BEGIN IMMEDIATE",
	[SQL_COMMIT]   = "COMMIT",
	[SQL_ROLLBACK] = "ROLLBACK",
	[SQL_STATE]    = "SELECT ifnull((SELECT max(id) FROM note), 0), EXISTS (SELECT 1 FROM digest)",
	[SQL_EVENT]    = "INSERT INTO event (note, hook, kind, e2eid, ref, status, txid, key, cents, at_ms, is_foreign, delivery)"
			 " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
	[SQL_NOTE]     = "INSERT INTO note (id, hook, psp, event, received_ms, unread, why, body, source)"
			 " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[SQL_TWIN]     = "SELECT note, txid, key, cents FROM event"
			 " WHERE e2eid = ? AND hook = ? AND kind = ? AND ref = ? AND status = ? COLLATE NOCASE",
	[SQL_OWNER]    = "SELECT body, purged FROM note WHERE id = ?1 AND (length(body) = ?2 OR purged)",
	[SQL_SIZED]    = "SELECT 1 FROM digest WHERE hook = ? AND digest BETWEEN ? AND ? LIMIT 1",
	[SQL_DIGEST]   = "SELECT note FROM digest WHERE hook = ? AND digest = ? AND event = ?",
	[SQL_REMEMBER] = "INSERT INTO digest (hook, digest, event, note) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
	[SQL_UNREAD]   = "UPDATE note SET unread = ?, why = ? WHERE id = ?",
	[SQL_ADOPT]    = "UPDATE event SET note = ? WHERE id >= ? AND note = ?",
	[SQL_HAS_NOTE] = "SELECT 1 FROM note WHERE id = ?",
	[SQL_AGAIN]    = "UPDATE event SET delivery = 'pending' WHERE id = ? AND NOT is_foreign",
	[SQL_CHANGES]  = "PRAGMA data_version",
	[SQL_LOOK]     = "SELECT id, hook, received_ms, unread, length(body), purged FROM note WHERE id > ? ORDER BY id LIMIT ?",
	[SQL_WAITS]    = "SELECT 1 FROM temp.theirs t CROSS JOIN event e ON e.id = t.event WHERE t.note = ? AND e.delivery = 'pending'",
	[SQL_WHOLE]    = "SELECT hook, event, body, purged, unread FROM note WHERE id = ?",
	[SQL_TAKE]     = "UPDATE note SET body = ?, purged = ? WHERE id = ?",

	[SQL_ROW]      = "SELECT " SQLITE_ROW_COLUMNS " FROM " EVENT_AND_NOTE " WHERE e.id = ?",
	[SQL_SINKS]    = "SELECT id, hook, name, planned, since, paused_ms, stopped, why <> '' FROM sink ORDER BY hook, name",
	[SQL_SINK_ADD] = "INSERT INTO sink (hook, name, planned, since, paused_ms, stopped, why)"
			 " SELECT ?, ?, 0, ifnull(max(id), 0), 0, 0, '' FROM event WHERE 1 ON CONFLICT DO NOTHING",
	[SQL_SINK_WHY] = "UPDATE sink SET why = ?2 WHERE id = ?1",
	[SQL_SINK_PAUSE] = "UPDATE sink SET paused_ms = ?2, stopped = ?3, why = ?4 WHERE id = ?1",

	[SQL_LAST]     = "SELECT ifnull(max(id), 0) FROM event",
	[SQL_NEW]      = "SELECT " SQLITE_ROW_COLUMNS " FROM " EVENT_AND_NOTE " WHERE e.id > ?1 AND e.id <= ?2"
			 " AND (e.delivery = 'pending' OR (e.id > ?3 AND e.delivery <> 'never')) ORDER BY e.id LIMIT ?4",
	[SQL_EARLIER]  = "SELECT status, at_ms FROM event WHERE e2eid = ? AND hook = ? AND kind = ? AND ref = ? AND id < ?"
			 " AND NOT is_foreign",
	[SQL_PLANNED]  = "UPDATE sink SET planned = ?2 WHERE id = ?1 AND planned < ?2",
	[SQL_JOB_ADD]  = "INSERT INTO job (event, sink, state, tries, due_ms, who, settled_ms, why) VALUES (?, ?, 0, 0, 0, '', 0, '')"
			 " ON CONFLICT DO NOTHING",
	[SQL_JOB_ANEW] = "INSERT INTO job (event, sink, state, tries, due_ms, who, settled_ms, why) VALUES (?, ?, 0, 0, 0, '', 0, '')"
			 " ON CONFLICT DO UPDATE SET state = 0, tries = 0, due_ms = 0, who = '', settled_ms = 0, why = '', lane = NULL",
	[SQL_AGAIN_ADD] = "INSERT INTO again (hook, event) SELECT hook, id FROM event WHERE id = ? AND NOT is_foreign"
			  " ON CONFLICT DO NOTHING",
	[SQL_AGAIN_ANY] = "SELECT EXISTS (SELECT 1 FROM again)",
	[SQL_AGAIN_NEXT] = "SELECT event FROM again WHERE hook = ? ORDER BY event LIMIT 1",
	[SQL_AGAIN_DROP] = "DELETE FROM again WHERE hook = ? AND event = ?",

	/* A job that waits has no lease, and one that does not wait is in no lane. */
	[SQL_EXPIRE]   = "UPDATE job SET state = 0, due_ms = 0, who = '' WHERE state = 1 AND (due_ms <= ?1 OR due_ms > ?2)",
	[SQL_UNFREEZE] = "UPDATE job SET due_ms = 0 WHERE sink = ? AND state = 0 AND due_ms > ?",
	[SQL_DUE]      = "SELECT event, tries FROM job WHERE sink = ? AND state = 0 AND due_ms <= ? ORDER BY due_ms, event LIMIT ?",
	[SQL_LEASE]    = "UPDATE job SET state = 1, due_ms = ?3, who = ?4, lane = NULL WHERE event = ?1 AND sink = ?2",
	[SQL_LEAST_DUE] = "SELECT min(due_ms) FROM job WHERE sink = ? AND state = 0",
	[SQL_LEAST_LEASE] = "SELECT min(due_ms) FROM job WHERE sink = ? AND state = 1",
	[SQL_BEFORE]   = "SELECT o.id, o.kind, j.due_ms FROM event o CROSS JOIN job j ON j.event = o.id AND j.sink = ?3"
			 " WHERE o.e2eid = ?1 AND o.hook = ?2 AND j.state < 2",
	[SQL_UNPLANNED] = "SELECT 1 FROM event WHERE e2eid = ?1 AND hook = ?2 AND id > ?3 AND delivery = 'pending'"
			  " AND kind NOT IN ('refund', 'return') LIMIT 1",
	[SQL_RECEIPT]  = "SELECT 1 FROM event WHERE e2eid = ? AND hook = ? AND kind IN ('received', 'sent', 'payment') LIMIT 1",
	[SQL_SAME_TXID] = "SELECT j.due_ms FROM job j CROSS JOIN event e ON e.id = j.event"
			  " WHERE j.sink = ? AND j.state = 1 AND e.txid = ? LIMIT 1",
	[SQL_ASIDE]    = "UPDATE job SET due_ms = ?3, lane = ?4 WHERE event = ?1 AND sink = ?2",
	[SQL_WAKE]     = "UPDATE job SET due_ms = 0, lane = NULL WHERE sink = ?1 AND event ="
			 " (SELECT event FROM job WHERE sink = ?1 AND lane BETWEEN ?2 AND ?3 ORDER BY lane, event LIMIT 1)",

	[SQL_JOB]      = "SELECT state, who FROM job WHERE event = ? AND sink = ?",
	[SQL_SETTLE]   = "UPDATE job SET state = ?3, tries = tries + ?4, due_ms = ?5, who = '', settled_ms = ifnull(?6, settled_ms),"
			 " why = ifnull(?7, why), lane = NULL WHERE event = ?1 AND sink = ?2",
	[SQL_NAMES]    = "SELECT e2eid, txid FROM event WHERE id = ?",
	[SQL_STATES]   = "SELECT min(state), max(state) FROM job WHERE event = ?",
	[SQL_STAND]    = "UPDATE event SET delivery = ?2 WHERE id = ?1 AND delivery <> ?2",

	[SQL_OTHERS]   = "SELECT j.event, j.state, j.due_ms, (SELECT min(o.state) FROM job o WHERE o.event = j.event AND o.sink <> j.sink)"
			 " FROM job j WHERE j.sink = ? AND j.event > ? AND j.state <> 2 ORDER BY j.event LIMIT ?",
	[SQL_JOB_DROP] = "DELETE FROM job WHERE event = ? AND sink = ?",

	[SQL_ALL_SINKS] = "SELECT id, hook, name, paused_ms, stopped, why FROM sink ORDER BY hook, name",
	[SQL_ALL_JOBS] = "SELECT event, sink, state FROM job ORDER BY event, sink",
	[SQL_RECEIVED] = "SELECT n.received_ms FROM " EVENT_AND_NOTE " WHERE e.id = ?",
	[SQL_JOBS]     = "SELECT s.name, j.state, j.tries, j.due_ms, j.settled_ms, j.why FROM job j CROSS JOIN sink s ON s.id = j.sink"
			 " WHERE j.event = ? ORDER BY s.name",
	[SQL_MARKED]   = "SELECT ms FROM mark WHERE hook = ? AND name = ?",
	[SQL_MARK]     = "INSERT INTO mark (hook, name, ms) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET ms = excluded.ms",
};

/* What a primary result code (sqlite.org/rescode.html) means to the person who reads the log. */
static const struct {
	int code;
	const char *what;
} means[] = {
	{ SQLITE_FULL,     "no room left on the disk; free some or raise the quota" },
	{ SQLITE_READONLY, "cannot be written; check the owner and mode of the file and its folder, and the mount" },
	{ SQLITE_CANTOPEN, "cannot be opened; check that its folder exists and that this user may write there (readers too: -shm)" },
	{ SQLITE_PERM,     "may not be opened by this user; check the owner and mode of the file and its folder" },
	{ SQLITE_BUSY,     "locked by another program; close the one that holds it" },
	{ SQLITE_CORRUPT,  "damaged; stop the gate, keep a copy, then restore a backup or use the sqlite3 program's .recover" },
	{ SQLITE_NOTADB,   "not an SQLite database; check the path" },
	{ SQLITE_IOERR,    "the disk failed to read or write; check the system's log and limits" },
};

bool sqlite_fail(struct sqlite_box *b, struct err *e)
{
	int code = sqlite3_errcode(b->db) & 0xff, err = sqlite3_system_errno(b->db);
	const char *what = "SQLite failed";

	for (size_t i = 0; i < sizeof means / sizeof *means; i++)
		if (means[i].code == code)
			what = means[i].what;
	fail(e, ERR_STORE, "inbox %s: %s (%s%s%s)", b->path, what, sqlite3_errmsg(b->db), err ? "; " : "",
	     err ? strerror(err) : "");
	return false;
}

sqlite3_stmt *sqlite_use(struct sqlite_box *b, enum sql which, struct err *e)
{
	/* PERSISTENT keeps a long-lived statement out of the lookaside memory; a one-shot has no use for that. */
	unsigned flags = b->mode == INBOX_ONCE ? 0 : SQLITE_PREPARE_PERSISTENT;

	if (!b->stmt[which] && sqlite3_prepare_v3(b->db, text[which], -1, flags, &b->stmt[which], NULL) != SQLITE_OK)
		sqlite_fail(b, e);
	return b->stmt[which];
}

int sqlite_one(struct sqlite_box *b, sqlite3_stmt *s, struct err *e)
{
	int rc = sqlite3_step(s);

	if (rc == SQLITE_ROW)
		return 1;
	if (rc != SQLITE_DONE)
		sqlite_fail(b, e);
	sqlite3_reset(s);
	return rc == SQLITE_DONE ? 0 : -1;
}

bool sqlite_do(struct sqlite_box *b, enum sql which, struct err *e)
{
	sqlite3_stmt *s = sqlite_use(b, which, e);
	bool ok;

	if (!s)
		return false;
	ok = sqlite3_step(s) == SQLITE_DONE || sqlite_fail(b, e);
	sqlite3_reset(s);
	return ok;
}

bool sqlite_count(struct sqlite_box *b, enum sql which, int64_t *n, struct err *e)
{
	sqlite3_stmt *s = sqlite_use(b, which, e);

	if (!s || sqlite_one(b, s, e) != 1)
		return false;
	*n = sqlite3_column_int64(s, 0);
	sqlite3_reset(s);
	return true;
}

bool sqlite_exec(struct sqlite_box *b, const char *sql, struct err *e)
{
	return sqlite3_exec(b->db, sql, NULL, NULL, NULL) == SQLITE_OK || sqlite_fail(b, e);
}

bool sqlite_number(struct sqlite_box *b, const char *sql, int64_t *n, struct err *e)
{
	sqlite3_stmt *s = NULL;
	bool ok = false;

	if (sqlite3_prepare_v2(b->db, sql, -1, &s, NULL) != SQLITE_OK || sqlite3_step(s) != SQLITE_ROW)
		sqlite_fail(b, e);
	else {
		*n = sqlite3_column_int64(s, 0);
		ok = true;
	}
	sqlite3_finalize(s);
	return ok;
}

void sqlite_text(sqlite3_stmt *s, int at, const char *t)
{
	sqlite3_bind_text(s, at, t, (int)strlen(t), SQLITE_STATIC);
}
