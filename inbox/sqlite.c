/* SQLite: one file on a local disk, in WAL mode, each commit synced. Opening, transactions, closing. */
#define INBOX_SQLITE_INSIDE
#include "inbox/sqlite.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/mem.h"

enum {
	BUSY_MS = 5000,		/* behind the queue only programs that do not queue are met, and recoveries */
	/*
	 * A one-shot leaves the WAL for the next one and empties it only from this many pages (of 2 KiB) on. Spawn to
	 * exit, static, median of 300, times an empty program: emptied at every close 4.4, from 32 pages on 3.2, 64 3.3,
	 * 128 3.3 with the shortest tail, 256 3.4 (the next open reads all of it). With 4 KiB pages, in the same order:
	 * 1000 pages 3.8, never closed 3.8, journal_mode=PERSIST instead of a WAL 3.0 where 64 pages took 2.6.
	 */
	ONCE_PAGES = 128,
};

static struct sqlite_box *of(struct inbox *box)
{
	return (struct sqlite_box *)box;
}

static int after_commit(void *arg, sqlite3 *db, const char *name, int pages)
{
	struct sqlite_box *b = arg;

	(void)db, (void)name;
	if (pages < b->wal_pages)	/* it began anew */
		sqlite_tidy_reset(b);
	b->wal_pages = pages;
	return SQLITE_OK;
}

static void sqlite_close(struct inbox *box)
{
	struct sqlite_box *b = of(box);
	bool keep_wal = b->mode == INBOX_READ || (b->mode == INBOX_ONCE && b->wal_pages < ONCE_PAGES);

	sqlite_tidier_stop(b);
	sqlite_wait_end(b);
	for (int i = 0; i < SQLS; i++)
		sqlite3_finalize(b->stmt[i]);
	if (!b->db)
		goto out;
	/* The last connection's close copies its WAL into the database and deletes the WAL by name. Where others took our
	 * files' places, that would damage theirs. */
	if (!sqlite_alive(b, NULL))
		keep_wal = true;
	if (b->mode == INBOX_ONCE && !keep_wal)	/* close does it only where no other process has the inbox open */
		sqlite3_wal_checkpoint_v2(b->db, "main", SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	sqlite3_db_config(b->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep_wal, NULL);
	sqlite3_close(b->db);
out:
	queue_close(&b->queue);
	sqlite_sinks_forget(&b->sinks);
	for (int i = 0; i < SQLITE_FILES; i++)
		free(b->name[i]);
	free(b);
}

static bool open_database(struct sqlite_box *b, struct err *e)
{
	int flags = SQLITE_OPEN_NOMUTEX | (b->mode == INBOX_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE);

	if (sqlite3_open_v2(b->path, &b->db, flags, NULL) != SQLITE_OK) {
		if (b->db)
			return sqlite_fail(b, e);
		return fail(e, ERR_STORE, "inbox %s: out of memory", b->path);
	}
	sqlite3_extended_result_codes(b->db, 1);
	sqlite3_busy_timeout(b->db, BUSY_MS);
	/* A file that was tampered with may not run functions by way of its schema. */
	sqlite3_db_config(b->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	if (!sqlite_schema(b, e))
		return false;
	sqlite3_wal_hook(b->db, after_commit, b);
	/*
	 * The synced WAL is what makes a commit durable; the default can be changed when SQLite is built. Of who hands over, a
	 * power loss may take back the last commits (never a part of one, nor what the gate committed): NORMAL syncs the WAL only
	 * before it is copied. What was handed over is then handed over again, under the same id.
	 */
	if (!sqlite_exec(b, b->mode == INBOX_DELIVER ? "PRAGMA synchronous=NORMAL" : "PRAGMA synchronous=FULL", e))
		return false;
	if (b->mode == INBOX_ONCE)
		return true;
	/* From 256 KiB to 8 MiB all sizes read as little in inserts at 10^6 events whose e2eids are of the same minutes; the
	 * private memory is 0.9 to 2.7 MiB. This one (1.2) leaves room for e2eids of many banks. */
	if (!sqlite_exec(b, "PRAGMA cache_size=-512", e))
		return false;
	if (b->mode != INBOX_READ && !sqlite_exec(b, "PRAGMA journal_mode=WAL", e))
		return false;
	sqlite_stamp(b);
	return sqlite_number(b, "PRAGMA data_version", &b->changes, e);
}

static bool sqlite_open(struct inbox **box, const char *place, enum inbox_mode mode, struct err *e)
{
	struct sqlite_box *b = xcalloc(1, sizeof *b);
	char lock[PATH_MAX];
	bool ok = false;

	/* Statistics cost a mutex at every allocation. Refused, and not needed, after the first open. */
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	b->base.ops = &inbox_sqlite;
	b->mode = mode;
	sqlite_names(b, place);
	sqlite_tidy_reset(b);
	snprintf(lock, sizeof lock, "%s-lock", place);

	if (mode == INBOX_READ && access(place, F_OK)) {
		fail(e, errno == ENOENT ? ERR_NOT_FOUND : ERR_STORE, "inbox %s: %s", place,
		     errno == ENOENT ? "not there; the gate makes it when it starts" : strerror(errno));
		goto out;
	}
	/*
	 * One-shots open side by side and queue for their transaction alone: with the queue around opening and closing too,
	 * 16 of them at a time had twice the p99. Only who finds the inbox half made waits for it (sqlite_schema).
	 */
	if (mode != INBOX_READ &&
	    (!sqlite_create(place, e) || !queue_open(&b->queue, lock, place, e) ||
	     (mode != INBOX_ONCE && !queue_enter(&b->queue, QUEUE_WAIT_S, e))))
		goto out;
	if (!open_database(b, e))
		goto out;
	queue_leave(&b->queue);
	*box = &b->base;
	ok = true;
out:
	if (!ok) {
		b->mode = INBOX_READ;	/* what was refused stays as it is, its WAL too */
		sqlite_close(&b->base);
	}
	return ok;
}

static void end(struct sqlite_box *b)
{
	b->in_txn = b->sinks.fresh = false;
	queue_leave(&b->queue);
}

static void sqlite_rollback(struct inbox *box)
{
	struct sqlite_box *b = of(box);

	if (!b->in_txn)
		return;
	for (int i = 0; i < SQLS; i++)
		sqlite3_reset(b->stmt[i]);
	/* Some failures have rolled back already. */
	if (!sqlite3_get_autocommit(b->db))
		sqlite_do(b, SQL_ROLLBACK, NULL);
	b->known = false;
	sqlite_sinks_forget(&b->sinks);
	end(b);
}

static bool sqlite_begin(struct inbox *box, struct err *e)
{
	struct sqlite_box *b = of(box);

	if (b->in_txn)
		return fail(e, ERR_STORE, "inbox %s: a transaction is open already", b->path);
	if (b->mode == INBOX_READ)
		return fail(e, ERR_STORE, "inbox %s: opened for reading only", b->path);
	if (!sqlite_alive(b, e) || !queue_enter(&b->queue, QUEUE_WAIT_S, e))
		return false;
	if (!sqlite_do(b, SQL_BEGIN, e)) {
		end(b);
		return false;
	}
	b->in_txn = true;
	return true;
}

static bool sqlite_commit(struct inbox *box, struct err *e)
{
	struct sqlite_box *b = of(box);

	if (!b->in_txn)
		return fail(e, ERR_STORE, "inbox %s: nothing to commit, the transaction ended before", b->path);
	if (!sqlite_do(b, SQL_COMMIT, e)) {
		sqlite_rollback(box);
		return false;
	}
	end(b);
	return true;
}

const struct inbox_ops inbox_sqlite = {
	.scheme = "sqlite",
	.open = sqlite_open, .close = sqlite_close,
	.begin = sqlite_begin, .put = sqlite_put, .commit = sqlite_commit, .rollback = sqlite_rollback,
	.tidy = sqlite_tidy,
	.list = sqlite_list, .bodies = sqlite_bodies, .body = sqlite_body, .stats = sqlite_stats,
	.reread = sqlite_reread, .again = sqlite_again, .wait = sqlite_wait,
	.plan = sqlite_plan, .claim = sqlite_claim, .settle = sqlite_settle, .pause = sqlite_pause, .due = sqlite_due,
	.abandon = sqlite_abandon, .sinks = sqlite_sinks_told, .jobs = sqlite_jobs_told, .marked = sqlite_marked, .mark = sqlite_mark,
	.purge = sqlite_purge, .replace = sqlite_replace, .scrub = sqlite_scrub,
};
