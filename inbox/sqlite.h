/* Inside the SQLite store: what its files share. Nobody outside inbox/sqlite*.c includes sqlite3.h. */
#ifndef INBOX_SQLITE_H
#define INBOX_SQLITE_H

#include "inbox/inbox.h"

extern const struct inbox_ops inbox_sqlite;

#ifdef INBOX_SQLITE_INSIDE

#include <sqlite3.h>
#include <sys/types.h>

#include "inbox/queue.h"
#include "inbox/sqlite_jobs.h"

/* Statements that are kept once they were prepared; their text is in sqlite_stmt.c. */
enum sql {
	SQL_BEGIN, SQL_COMMIT, SQL_ROLLBACK,
	SQL_STATE,		/* highest note id, whether there are digests */
	SQL_EVENT, SQL_NOTE,	/* inserts */
	SQL_TWIN,		/* the stored event that an insert met */
	SQL_OWNER,		/* whether a note has these bytes */
	SQL_SIZED, SQL_DIGEST,	/* a note with a digest: of this size at all, then exactly */
	SQL_REMEMBER,
	SQL_UNREAD, SQL_ADOPT, SQL_HAS_NOTE, SQL_AGAIN,
	SQL_CHANGES,		/* data_version */
	SQL_LOOK, SQL_WAITS, SQL_WHOLE, SQL_TAKE,	/* of sqlite_purge.c */
	SQL_ROW,		/* one event, as sqlite_row reads it */
	SQL_SINKS, SQL_SINK_ADD, SQL_SINK_WHY, SQL_SINK_PAUSE,
	SQL_LAST, SQL_NEW, SQL_EARLIER, SQL_PLANNED, SQL_JOB_ADD, SQL_JOB_ANEW,	/* of sqlite_plan.c */
	SQL_AGAIN_ADD, SQL_AGAIN_ANY, SQL_AGAIN_NEXT, SQL_AGAIN_DROP,
	SQL_EXPIRE, SQL_UNFREEZE, SQL_DUE, SQL_LEASE, SQL_LEAST_DUE, SQL_LEAST_LEASE,	/* of sqlite_claim.c */
	SQL_BEFORE, SQL_UNPLANNED, SQL_RECEIPT, SQL_SAME_TXID, SQL_ASIDE, SQL_WAKE,	/* of sqlite_lane.c */
	SQL_JOB, SQL_SETTLE, SQL_NAMES, SQL_STATES, SQL_STAND,	/* of sqlite_settle.c */
	SQL_OTHERS, SQL_JOB_DROP,	/* of sqlite_abandon.c */
	SQL_ALL_SINKS, SQL_ALL_JOBS, SQL_RECEIVED, SQL_JOBS, SQL_MARKED, SQL_MARK,	/* of sqlite_told.c */
	SQLS
};

enum { SQLITE_FILES = 3 };	/* database, -wal, -shm */

struct sqlite_file {
	dev_t dev;
	ino_t ino;
};

struct sqlite_box {
	struct inbox base;	/* first: a struct inbox * is one of these */
	enum inbox_mode mode;
	sqlite3 *db;
	char *name[SQLITE_FILES];	/* owned */
	const char *path;	/* the first of them */
	struct queue queue;
	sqlite3_stmt *stmt[SQLS];
	struct sqlite_file file[SQLITE_FILES];	/* as they were when opened, */
	bool stamped;		/* where this is set */
	bool gone;		/* one of them was replaced: for good */
	bool in_txn;
	int wal_pages;		/* in the WAL after our last commit */
	int tidied, asked_at;	/* wal_pages when we copied it last, when the tidier was asked last; 0 once it began anew */
	int rounds;		/* of the tidier towards an end */
	struct sqlite_tidier *tidier;	/* NULL until it is needed */
	/* What put needs to know of the tables; true as long as the database's version is that one. */
	bool known, has_digests;
	unsigned version;
	int64_t next_note;
	int64_t changes;	/* data_version at the last wait */
	int watch;		/* on the WAL: inotify's, plus 1; 0: none */
	int64_t written_ms;	/* the WAL was last; CLOCK_MONOTONIC */
	/* What hands over knows. */
	struct sqlite_sinks sinks;
	size_t claims;		/* so many were made: whose turn it is */
	int64_t clock_ms;	/* when due times were held against the clock last; 0: never */
};

/* sqlite_stmt.c */
sqlite3_stmt *sqlite_use(struct sqlite_box *b, enum sql which, struct err *e);	/* NULL on failure */
/* Steps a statement that gives at most one row: 1 a row (not reset), 0 none (reset), -1 failed (reset). */
int sqlite_one(struct sqlite_box *b, sqlite3_stmt *s, struct err *e);
bool sqlite_do(struct sqlite_box *b, enum sql which, struct err *e);		/* one without parameters or rows */
bool sqlite_exec(struct sqlite_box *b, const char *sql, struct err *e);
bool sqlite_number(struct sqlite_box *b, const char *sql, int64_t *n, struct err *e);	/* the first column of the first row */
bool sqlite_count(struct sqlite_box *b, enum sql which, int64_t *n, struct err *e);	/* the same, kept; without parameters */
bool sqlite_fail(struct sqlite_box *b, struct err *e);	/* ERR_STORE: what the last call's failure means and what to do */
void sqlite_text(sqlite3_stmt *s, int at, const char *text);	/* borrowed until the statement is done with */

/* sqlite_files.c */
void sqlite_names(struct sqlite_box *b, const char *path);
bool sqlite_create(const char *path, struct err *e);	/* an empty file, 0600 whatever the umask; there already: fine */
void sqlite_stamp(struct sqlite_box *b);
bool sqlite_alive(struct sqlite_box *b, struct err *e);	/* false once a file was deleted or replaced under us */

/* sqlite_tidy.c */
void sqlite_tidy(struct inbox *, bool idle);
void sqlite_tidy_reset(struct sqlite_box *b);	/* the WAL began anew, or is new to us */
void sqlite_tidier_stop(struct sqlite_box *b);	/* waits for its copy to end */

/* sqlite_wait.c */
bool sqlite_wait(struct inbox *, int timeout_ms, bool *changed, struct err *);
void sqlite_wait_end(struct sqlite_box *b);

/* sqlite_schema.c */
bool sqlite_schema(struct sqlite_box *b, struct err *e);

/* sqlite_put.c */
bool sqlite_writing(struct sqlite_box *b, struct err *e);	/* a transaction is open */
bool sqlite_put(struct inbox *, const struct inbox_note *, struct inbox_put *, struct err *);
bool sqlite_reread(struct inbox *, int64_t note, const struct inbox_note *, struct inbox_put *, struct err *);
bool sqlite_again(struct inbox *, int64_t id, bool *changed, struct err *);
/* Of n: hook, event, body. Once remembered, the same bytes are known to be note's. */
bool sqlite_remember(struct sqlite_box *b, int64_t note, const struct inbox_note *n, struct err *e);

/* sqlite_purge.c */
#define SQLITE_OVERWRITE "PRAGMA secure_delete=ON"	/* what is deleted or moves is overwritten; holds for one connection */
enum { NOTE_KEPT, NOTE_EMPTIED, NOTE_REDACTED };	/* note.purged */
bool sqlite_purge(struct inbox *, struct inbox_purge *, struct inbox_purged *, struct err *);
bool sqlite_replace(struct inbox *, int64_t note, const char *body, size_t len, struct err *);
bool sqlite_scrub(struct inbox *, struct err *);

/* sqlite_read.c */
#define SQLITE_ROW_COLUMNS "e.id, e.note, e.hook, n.psp, e.kind, e.e2eid, e.ref, e.status, e.txid, e.key, e.cents," \
			   " e.at_ms, e.is_foreign, e.delivery, n.received_ms, n.source"
/* These columns, of event e and its note n. The row's texts are valid until the statement is stepped or reset. */
bool sqlite_row(struct sqlite_box *b, sqlite3_stmt *s, struct inbox_row *row, struct err *e);
extern const char sqlite_webhook[];	/* the source that is stored as "" */
bool sqlite_list(struct inbox *, const struct inbox_filter *, inbox_row_fn *, void *, struct err *);
bool sqlite_bodies(struct inbox *, const struct inbox_filter *, bool only_unread, inbox_body_fn *, void *, struct err *);
bool sqlite_body(struct inbox *, int64_t note, inbox_body_fn *, void *, struct err *);
bool sqlite_stats(struct inbox *, const char *hook, struct inbox_stats *, struct err *);

#endif
#endif
