#include "emul/state_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "lib/limits.h"
#include "lib/mem.h"

/* PRAGMA application_id: "Pixe". */
#define APPLICATION 0x50697865
#define VERSION_HERE 2

static const char schema[] =
	"CREATE TABLE text(name TEXT PRIMARY KEY,text TEXT NOT NULL)STRICT,WITHOUT ROWID;"
	"CREATE TABLE token(digest BLOB PRIMARY KEY,scope TEXT NOT NULL,until_ms INTEGER NOT NULL)STRICT,WITHOUT ROWID;"
	"CREATE TABLE webhook(kind TEXT NOT NULL,key TEXT NOT NULL,url TEXT NOT NULL,skip_mtls INTEGER NOT NULL,"
	"at_ms INTEGER NOT NULL,id TEXT NOT NULL,auth_type TEXT NOT NULL,auth TEXT NOT NULL,only_txid INTEGER NOT NULL,"
	"account INTEGER NOT NULL,PRIMARY KEY(kind,key))STRICT;"
	"CREATE TABLE cob(txid TEXT PRIMARY KEY,key TEXT NOT NULL,cents INTEGER NOT NULL,at_ms INTEGER NOT NULL,"
	"expires_s INTEGER NOT NULL,paid INTEGER NOT NULL,request TEXT NOT NULL)STRICT;"
	"CREATE TABLE pix(number INTEGER PRIMARY KEY,psp TEXT NOT NULL,e2eid TEXT NOT NULL UNIQUE,txid TEXT NOT NULL,key TEXT NOT NULL,cents INTEGER NOT NULL,"
	"at_ms INTEGER NOT NULL)STRICT;"
	"CREATE INDEX pix_txid ON pix(txid);"
	"CREATE TABLE refund(e2eid TEXT NOT NULL,id TEXT NOT NULL,rtrid TEXT NOT NULL,cents INTEGER NOT NULL,asked_ms INTEGER NOT NULL,"
	"settled_ms INTEGER NOT NULL,status TEXT NOT NULL,reason TEXT NOT NULL,nature TEXT NOT NULL,PRIMARY KEY(e2eid,id))STRICT;"
	"CREATE TABLE sent(id TEXT PRIMARY KEY,e2eid TEXT NOT NULL UNIQUE,key TEXT NOT NULL,payee TEXT NOT NULL,cents INTEGER NOT NULL,"
	"at_ms INTEGER NOT NULL,status TEXT NOT NULL)STRICT;"
	"CREATE TABLE fault(name TEXT PRIMARY KEY,remaining INTEGER NOT NULL,value INTEGER NOT NULL)STRICT,WITHOUT ROWID;"
	"CREATE TABLE callback(id INTEGER PRIMARY KEY,kind TEXT NOT NULL,key TEXT NOT NULL,body BLOB NOT NULL,once INTEGER NOT NULL,"
	"made INTEGER NOT NULL,due_ms INTEGER,taken INTEGER NOT NULL,how TEXT NOT NULL)STRICT;"
	"CREATE INDEX callback_due ON callback(due_ms)WHERE due_ms IS NOT NULL;"
	"PRAGMA application_id=0x50697865;PRAGMA user_version=2";

bool state_broken(struct state *st, struct err *e)
{
	return fail(e, ERR_STORE, "%s: %s", st->path, sqlite3_errmsg(st->db));
}

static sqlite3_stmt *vask(struct state *st, struct err *e, const char *sql, const char *types, va_list ap)
{
	sqlite3_stmt *s = NULL;
	int n = 0;

	if (sqlite3_prepare_v2(st->db, sql, -1, &s, NULL) != SQLITE_OK) {
		state_broken(st, e);
		return NULL;
	}
	for (; *types; types++) {
		n++;
		if (*types == 'i') {
			sqlite3_bind_int64(s, n, va_arg(ap, int64_t));
		} else if (*types == 's') {
			sqlite3_bind_text(s, n, va_arg(ap, const char *), -1, SQLITE_TRANSIENT);
		} else {
			const void *bytes = va_arg(ap, const void *);

			sqlite3_bind_blob(s, n, bytes, va_arg(ap, int), SQLITE_TRANSIENT);
		}
	}
	return s;
}

sqlite3_stmt *state_ask(struct state *st, struct err *e, const char *sql, const char *types, ...)
{
	sqlite3_stmt *s;
	va_list ap;

	pthread_mutex_lock(&st->lock);
	va_start(ap, types);
	s = vask(st, e, sql, types, ap);
	va_end(ap);
	return s;
}

bool state_change(struct state *st, struct err *e, int *changed, const char *sql, const char *types, ...)
{
	sqlite3_stmt *s;
	va_list ap;
	bool ok;

	pthread_mutex_lock(&st->lock);
	va_start(ap, types);
	s = vask(st, e, sql, types, ap);
	va_end(ap);
	ok = s && (sqlite3_step(s) == SQLITE_DONE || state_broken(st, e));
	if (ok && changed)
		*changed = sqlite3_changes(st->db);
	sqlite3_finalize(s);
	pthread_mutex_unlock(&st->lock);
	return ok;
}

bool state_row(struct state *st, sqlite3_stmt *s, struct err *e)
{
	int code = s ? sqlite3_step(s) : SQLITE_ERROR;

	if (code == SQLITE_ROW)
		return true;
	if (code == SQLITE_DONE)
		fail(e, ERR_NOT_FOUND, "there is none");
	else if (s)
		state_broken(st, e);
	return false;
}

bool state_done(struct state *st, sqlite3_stmt *s, bool ok)
{
	sqlite3_finalize(s);
	pthread_mutex_unlock(&st->lock);
	return ok;
}

void state_text_at(sqlite3_stmt *s, int column, char *out, size_t size)
{
	const unsigned char *t = sqlite3_column_text(s, column);

	snprintf(out, size, "%s", t ? (const char *)t : "");
}

bool state_number(struct state *st, const char *sql, int64_t *n, struct err *e)
{
	sqlite3_stmt *s;
	bool ok;

	s = state_ask(st, e, sql, "");
	ok = state_row(st, s, e);
	if (ok)
		*n = sqlite3_column_int64(s, 0);
	return state_done(st, s, ok);
}

static bool make(struct state *st, struct err *e)
{
	int64_t application, version, tables;

	if (sqlite3_exec(st->db, "PRAGMA journal_mode=WAL", NULL, NULL, NULL) != SQLITE_OK)
		return state_broken(st, e);
	if (!state_begin(st, e))
		return false;
	if (!state_number(st, "PRAGMA application_id", &application, e) || !state_number(st, "PRAGMA user_version", &version, e) ||
	    !state_number(st, "SELECT count(*) FROM sqlite_schema", &tables, e))
		goto out;
	if (!application && !version && !tables) {
		if (sqlite3_exec(st->db, schema, NULL, NULL, NULL) != SQLITE_OK) {
			state_broken(st, e);
			goto out;
		}
	} else if (application != APPLICATION || version != VERSION_HERE) {
		fail(e, ERR_CONFIG, "%s: a database of another program, or of another version; the emulator keeps nothing of worth, remove it", st->path);
		goto out;
	}
	return state_end(st, true, e);
out:
	state_end(st, false, NULL);
	return false;
}

struct state *state_open(const char *dir, struct err *e)
{
	struct state *st = xcalloc(1, sizeof *st);
	struct buf path = BUF(LIMIT_URL * 2);
	pthread_mutexattr_t attr;
	int fd;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&st->lock, &attr);
	pthread_mutexattr_destroy(&attr);
	st->served = -1;
	buf_putf(&path, "%s/" STATE_FILE, dir);
	st->path = xstrdup(buf_str(&path));
	buf_free(&path);
	/* a registered URL holds the hook's secret */
	fd = open(st->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0) {
		fail(e, ERR_STORE, "%s: %s", st->path, strerror(errno));
		goto out;
	}
	close(fd);
	if (sqlite3_open_v2(st->path, &st->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX, NULL) != SQLITE_OK) {
		state_broken(st, e);
		goto out;
	}
	sqlite3_busy_timeout(st->db, 10 * 1000);
	if (!make(st, e))
		goto out;
	return st;
out:
	state_close(st);
	return NULL;
}

void state_close(struct state *st)
{
	if (!st)
		return;
	sqlite3_close(st->db);
	if (st->served >= 0)
		close(st->served);
	pthread_mutex_destroy(&st->lock);
	free(st->path);
	free(st);
}

bool state_begin(struct state *st, struct err *e)
{
	pthread_mutex_lock(&st->lock);
	if (sqlite3_exec(st->db, st->depth ? "SAVEPOINT inner" : "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK) {
		st->depth++;
		return true;
	}
	state_broken(st, e);
	pthread_mutex_unlock(&st->lock);
	return false;
}

bool state_end(struct state *st, bool commit, struct err *e)
{
	bool inner = --st->depth;
	const char *drop = inner ? "ROLLBACK TO inner;RELEASE inner" : "ROLLBACK";
	const char *keep = inner ? "RELEASE inner" : "COMMIT";
	bool ok = sqlite3_exec(st->db, commit ? keep : drop, NULL, NULL, NULL) == SQLITE_OK || state_broken(st, e);

	if (!ok)
		sqlite3_exec(st->db, drop, NULL, NULL, NULL);
	pthread_mutex_unlock(&st->lock);
	return ok;
}

bool state_serve(struct state *st, struct err *e)
{
	struct buf path = BUF(LIMIT_URL * 2);
	int fd;

	buf_putf(&path, "%s-serve", st->path);
	fd = open(buf_str(&path), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	buf_free(&path);
	if (fd < 0)
		return fail(e, ERR_STORE, "%s-serve: %s", st->path, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		close(fd);
		return fail(e, ERR_STORE, "%s: another pixgate emul serve has it", st->path);
	}
	st->served = fd;
	return true;
}
