#define INBOX_SQLITE_INSIDE
#include "inbox/sqlite.h"

#include <string.h>

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
