/* What is taken away: bodies, their bytes overwritten. Events stay, and so does what makes a repeat a repeat. */
#define INBOX_SQLITE_INSIDE
#include "inbox/sqlite.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/mem.h"

enum {
	SCRUB_TRIES = 100,
	SCRUB_HOLD_MS = 20,	/* so long a try keeps writers out while it waits for a reader, */
	SCRUB_REST_MS = 50,	/* and so long it lets them in again */
	BUSY_MS = 5000,
};

/*
 * Events have no index by their note: each notification would pay for it, and only a purge asks. What one needs is gathered
 * once a connection and then only continued, for an event never changes its note and ids only grow.
 */
static bool gather(struct sqlite_box *b, struct err *e)
{
	return sqlite_exec(b, "CREATE TEMP TABLE IF NOT EXISTS theirs(event INTEGER PRIMARY KEY, note INTEGER NOT NULL);"
			   "CREATE INDEX IF NOT EXISTS temp.theirs_note ON theirs(note);"
			   "INSERT INTO temp.theirs SELECT id, note FROM event"
			   " WHERE id > (SELECT ifnull(max(event), 0) FROM temp.theirs)", e);
}

static bool take(struct sqlite_box *b, int64_t note, const char *body, size_t len, struct err *e)
{
	sqlite3_stmt *s = sqlite_use(b, SQL_TAKE, e);

	if (!s)
		return false;
	sqlite3_bind_blob64(s, 1, len ? body : "", len, SQLITE_STATIC);
	sqlite3_bind_int(s, 2, len ? NOTE_REDACTED : NOTE_EMPTIED);
	sqlite3_bind_int64(s, 3, note);
	return sqlite_one(b, s, e) == 0;
}

/*
 * The bytes that a note has now are to be known when they come again. *was: note.purged. always: its events alone do not
 * tell them apart for certain. ERR_NOT_FOUND.
 */
static bool remember(struct sqlite_box *b, int64_t note, bool always, int *was, struct err *e)
{
	sqlite3_stmt *s = sqlite_use(b, SQL_WHOLE, e);
	struct inbox_note n = { 0 };
	bool ok;
	int got;

	if (!s)
		return false;
	sqlite3_bind_int64(s, 1, note);
	got = sqlite_one(b, s, e);
	if (got != 1)
		return got == 0 ? fail(e, ERR_NOT_FOUND, "inbox %s: no body %lld", b->path, (long long)note) : false;
	*was = sqlite3_column_int(s, 3);
	n.hook = (const char *)sqlite3_column_text(s, 0);
	n.event = (const char *)sqlite3_column_text(s, 1);
	n.body = sqlite3_column_blob(s, 2);
	n.body_len = (size_t)sqlite3_column_bytes(s, 2);
	if (!n.body)
		n.body = "";
	ok = *was != NOTE_KEPT || !(always || sqlite3_column_int(s, 4)) || sqlite_remember(b, note, &n, e);
	sqlite3_reset(s);
	return ok;
}

static bool asked(const struct inbox_purge *p, const char *hook, int64_t received_ms, int purged)
{
	return purged != NOTE_EMPTIED && received_ms < p->before_ms && (!p->hook || !strcmp(p->hook, hook));
}

/* A body that may go. */
struct may {
	int64_t note, bytes;
};

/* Looks at the next bodies. *may is owned by the caller. */
static bool look(struct sqlite_box *b, struct inbox_purge *p, struct inbox_purged *did, struct may **may, size_t *count, struct err *e)
{
	sqlite3_stmt *s = sqlite_use(b, SQL_LOOK, e);
	size_t cap = 0, looked = 0;
	int got;

	if (!s)
		return false;
	sqlite3_bind_int64(s, 1, p->after_note);
	sqlite3_bind_int64(s, 2, p->most ? (int64_t)p->most : -1);
	while ((got = sqlite_one(b, s, e)) == 1) {
		looked++;
		p->after_note = sqlite3_column_int64(s, 0);
		if (!asked(p, (const char *)sqlite3_column_text(s, 1), sqlite3_column_int64(s, 2), sqlite3_column_int(s, 5)))
			continue;
		if (sqlite3_column_int(s, 3) && !p->unread) {
			did->unread++;
			continue;
		}
		*may = xgrow(*may, &cap, *count + 1, sizeof **may);
		(*may)[(*count)++] = (struct may){ p->after_note, sqlite3_column_int64(s, 4) };
	}
	did->more = looked && looked == p->most;
	return got == 0;
}

/* 1: an event of its waits for a sink, 0: none does, -1: failed. */
static int waits(struct sqlite_box *b, int64_t note, struct err *e)
{
	sqlite3_stmt *s = sqlite_use(b, SQL_WAITS, e);
	int got;

	if (!s)
		return -1;
	sqlite3_bind_int64(s, 1, note);
	got = sqlite_one(b, s, e);
	sqlite3_reset(s);
	return got;
}

static bool purge(struct sqlite_box *b, struct inbox_purge *p, struct inbox_purged *did, struct err *e)
{
	struct may *may = NULL;
	size_t count = 0;
	bool ok = false;
	int was;

	if ((!p->waiting && !gather(b, e)) || !look(b, p, did, &may, &count, e))
		goto out;
	for (size_t i = 0; i < count; i++) {
		int waiting = p->waiting ? 0 : waits(b, may[i].note, e);

		if (waiting < 0)
			goto out;
		if (waiting) {
			did->waiting++;
			continue;
		}
		if (!p->count_only && (!remember(b, may[i].note, false, &was, e) || !take(b, may[i].note, "", 0, e)))
			goto out;
		did->bodies++;
		did->bytes += may[i].bytes;
	}
	ok = true;
out:
	free(may);
	return ok;
}

/* Those that write do so in a transaction, which a failure ends: half of it must not be committed. */
static bool ready(struct sqlite_box *b, struct err *e)
{
	if (!b->in_txn)
		return fail(e, ERR_STORE, "inbox %s: no transaction is open", b->path);
	return sqlite_exec(b, SQLITE_OVERWRITE, e);
}

bool sqlite_purge(struct inbox *box, struct inbox_purge *p, struct inbox_purged *did, struct err *e)
{
	struct sqlite_box *b = (struct sqlite_box *)box;
	struct inbox_purge next = *p;
	struct inbox_purged done = { 0 };

	if (p->count_only ? !sqlite_alive(b, e) : !ready(b, e))
		return false;
	if (!purge(b, &next, &done, e)) {
		box->ops->rollback(box);
		return false;
	}
	*p = next;
	*did = done;
	return true;
}

bool sqlite_replace(struct inbox *box, int64_t note, const char *body, size_t len, struct err *e)
{
	struct sqlite_box *b = (struct sqlite_box *)box;
	int was;

	if (!ready(b, e))
		return false;
	if (!remember(b, note, true, &was, e) || (was != NOTE_EMPTIED && !take(b, note, body, len, e))) {
		box->ops->rollback(box);
		return false;
	}
	return true;
}

/*
 * Each page that held what was taken away is in the WAL, overwritten, and before it as it was. A copy of the whole WAL brings
 * the former into the database, and cutting it removes the latter. That waits for readers, and keeps writers out meanwhile:
 * a short while, then they are let in again.
 */
bool sqlite_scrub(struct inbox *box, struct err *e)
{
	static const struct timespec rest = { 0, SCRUB_REST_MS * 1000000L };
	struct sqlite_box *b = (struct sqlite_box *)box;
	int rc = SQLITE_BUSY;

	if (b->in_txn || b->mode == INBOX_READ)
		return fail(e, ERR_STORE, "inbox %s: %s", b->path, b->in_txn ? "a transaction is open" : "opened for reading only");
	sqlite3_wal_checkpoint_v2(b->db, "main", SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);	/* the most of it keeps nobody out */
	for (int i = 0; i < SCRUB_TRIES && rc == SQLITE_BUSY; i++) {
		if (i)
			nanosleep(&rest, NULL);
		if (!sqlite_alive(b, e) || !queue_enter(&b->queue, QUEUE_WAIT_S, e))
			return false;
		sqlite3_busy_timeout(b->db, SCRUB_HOLD_MS);
		rc = sqlite3_wal_checkpoint_v2(b->db, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) & 0xff;
		sqlite3_busy_timeout(b->db, BUSY_MS);
		queue_leave(&b->queue);
	}
	if (rc == SQLITE_BUSY)
		return fail(e, ERR_STORE, "inbox %s: another program reads it all the time, so that %s-wal still holds the bytes that were "
			    "taken away; end it and run the same command again", b->path, b->path);
	return rc == SQLITE_OK || sqlite_fail(b, e);
}
