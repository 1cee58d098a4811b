#define INBOX_SQLITE_INSIDE
#include "inbox/sqlite.h"

#include <stdio.h>

/* PRAGMA application_id: "Pixg". */
#define APPLICATION 0x50697867

/*
 * What brings an inbox from one version (PRAGMA user_version: how many of these were applied) to the next. Never change
 * a row that was released, only add. SQLite keeps and parses these texts at every open, so they are terse.
 *
 * event_once begins with the e2eid, whose beginning is the bank and the minute: neighbours in time are neighbours in
 * the tree, which keeps the hot part of a large index in the cache. digest (see sqlite_put.c) is only for the few bodies
 * that no event tells apart, since random keys have no hot part; a table of its own costs the others nothing.
 */
static const char *const migrations[] = {
	"CREATE TABLE note(id INTEGER PRIMARY KEY,hook TEXT NOT NULL,psp TEXT NOT NULL,event TEXT NOT NULL,"
	"received_ms INTEGER NOT NULL,unread INTEGER NOT NULL,why TEXT NOT NULL,body BLOB NOT NULL)STRICT;"
	"CREATE TABLE digest(hook TEXT NOT NULL,digest BLOB NOT NULL,event TEXT NOT NULL,note INTEGER NOT NULL,"
	"PRIMARY KEY(hook,digest,event))STRICT,WITHOUT ROWID;"
	"CREATE TABLE event(id INTEGER PRIMARY KEY,note INTEGER NOT NULL,hook TEXT NOT NULL,kind TEXT NOT NULL,"
	"e2eid TEXT NOT NULL,ref TEXT NOT NULL,status TEXT NOT NULL,txid TEXT NOT NULL,key TEXT NOT NULL,"
	"cents INTEGER,at_ms INTEGER,is_foreign INTEGER NOT NULL,delivery TEXT NOT NULL)STRICT;"
	"CREATE UNIQUE INDEX event_once ON event(e2eid,hook,kind,ref,status);"
	"PRAGMA application_id=0x50697867",
	/*
	 * What hands over. BS2 writes one status in two cases (EFETIVADO in its calls, Efetivado in its API), so case tells no two
	 * events apart: of such as an older version took for two, the first stays. job.state: 0 waits for due_ms, 1 leased until due_ms,
	 * 2 delivered, 3 dead. job.lane: what it was put aside for (sqlite_lane.c). sink.planned: events up to that id have their jobs;
	 * sink.since: the last event when it was first seen. again: events to be planned once more. note.source is "" for the PSP's call.
	 */
	"ALTER TABLE note ADD COLUMN source TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE note ADD COLUMN purged INTEGER NOT NULL DEFAULT 0;"
	"DELETE FROM event WHERE id IN(SELECT b.id FROM(SELECT e2eid,hook,kind,ref FROM event GROUP BY 1,2,3,4 HAVING count(*)>1)"
	"CROSS JOIN event a USING(e2eid,hook,kind,ref)CROSS JOIN event b USING(e2eid,hook,kind,ref)"
	"WHERE b.id>a.id AND b.status=a.status COLLATE NOCASE);"
	"DROP INDEX event_once;"
	"CREATE UNIQUE INDEX event_once ON event(e2eid,hook,kind,ref,status COLLATE NOCASE);"
	"CREATE TABLE sink(id INTEGER PRIMARY KEY,hook TEXT NOT NULL,name TEXT NOT NULL,planned INTEGER NOT NULL,"
	"since INTEGER NOT NULL,paused_ms INTEGER NOT NULL,stopped INTEGER NOT NULL,why TEXT NOT NULL,UNIQUE(hook,name))STRICT;"
	"CREATE TABLE job(event INTEGER NOT NULL,sink INTEGER NOT NULL,state INTEGER NOT NULL,tries INTEGER NOT NULL,"
	"due_ms INTEGER NOT NULL,who TEXT NOT NULL,settled_ms INTEGER NOT NULL,why TEXT NOT NULL,lane TEXT,"
	"PRIMARY KEY(event,sink))STRICT,WITHOUT ROWID;"
	"CREATE INDEX job_due ON job(sink,due_ms,event)WHERE state=0;"
	"CREATE INDEX job_leased ON job(sink,due_ms)WHERE state=1;"
	"CREATE INDEX job_lane ON job(sink,lane,event)WHERE lane IS NOT NULL;"
	"CREATE TABLE again(hook TEXT NOT NULL,event INTEGER NOT NULL,PRIMARY KEY(hook,event))STRICT,WITHOUT ROWID;"
	"CREATE TABLE mark(hook TEXT NOT NULL,name TEXT NOT NULL,ms INTEGER NOT NULL,PRIMARY KEY(hook,name))STRICT,WITHOUT ROWID",
};

enum { NEWEST = sizeof migrations / sizeof *migrations };

static bool versions(struct sqlite_box *b, int64_t *application, int64_t *version, struct err *e)
{
	return sqlite_number(b, "PRAGMA application_id", application, e) && sqlite_number(b, "PRAGMA user_version", version, e);
}

static bool migrate(struct sqlite_box *b, struct err *e)
{
	int64_t application, version;
	char set[64];
	bool ok = false;

	/*
	 * Both stay in the file and cannot be set inside a transaction. A small transaction changes four pages, and the WAL's
	 * checksum of whole pages is its largest single cost: with 2 KiB instead of 4 a commit takes 14 % fewer
	 * instructions, and the file is no larger; with 1 KiB two bodies no longer fit a page.
	 */
	if (!sqlite_exec(b, "PRAGMA page_size=2048;PRAGMA journal_mode=WAL", e))
		return false;
	if (!sqlite_exec(b, "BEGIN IMMEDIATE", e))
		return false;
	/* Again, now that nobody else can be at it. */
	if (!versions(b, &application, &version, e))
		goto out;
	for (int64_t v = version; v < NEWEST; v++) {
		snprintf(set, sizeof set, "PRAGMA user_version=%lld", (long long)v + 1);
		if (!sqlite_exec(b, migrations[v], e) || !sqlite_exec(b, set, e))
			goto out;
	}
	if (!sqlite_exec(b, "COMMIT", e))
		goto out;
	/* The tables must not be lost with a WAL that somebody takes for rubbish. */
	sqlite3_wal_checkpoint_v2(b->db, "main", SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	ok = true;
out:
	if (!ok)
		sqlite3_exec(b->db, "ROLLBACK", NULL, NULL, NULL);
	return ok;
}

bool sqlite_schema(struct sqlite_box *b, struct err *e)
{
	int64_t application, version, tables;

	if (!versions(b, &application, &version, e))
		return false;
	if (version == NEWEST && application == APPLICATION)
		return true;
	/* Somebody may be making it at this moment: look again once it is our turn, which is kept until it is made. */
	if (b->mode != INBOX_READ && (!queue_enter(&b->queue, QUEUE_WAIT_S, e) || !versions(b, &application, &version, e)))
		return false;
	if (version == NEWEST && application == APPLICATION)
		return true;
	if (!sqlite_number(b, "SELECT count(*) FROM sqlite_schema", &tables, e))
		return false;
	if (application != APPLICATION && (application || version || tables))
		return fail(e, ERR_CONFIG, "inbox %s: a database of another program", b->path);
	if (version < 0 || version > NEWEST)
		return fail(e, ERR_CONFIG, "inbox %s: of version %lld, this program knows up to %d; use a newer pixgate",
			    b->path, (long long)version, NEWEST);
	if (b->mode == INBOX_READ)
		return fail(e, ERR_STORE, "inbox %s: of version %lld, this program reads %d; the gate makes it so when it starts",
			    b->path, (long long)version, NEWEST);
	return migrate(b, e);
}
