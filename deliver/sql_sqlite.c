/* A database file of the merchant's. It must be there: we make none, and change nothing of how it keeps its journal. */
#include <sqlite3.h>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "deliver/sql.h"
#include "lib/mem.h"

enum { STEPS = 1000 };	/* of SQLite's machine between two looks at the clock */

struct sql {
	const struct sql_place *place;
	const char *path;
	sqlite3 *db;		/* NULL: not open */
	dev_t dev;		/* the file that is open: one that took its place is opened anew */
	ino_t ino;
	int64_t deadline_ms;
};

/* What a primary result code (sqlite.org/rescode.html) means to the person who reads the log, and what is to be done. */
static const struct row {
	int code;
	enum sql_end end;
	const char *what;
} rows[] = {
	{ SQLITE_BUSY, SQL_STUCK, "locked by another program" },
	{ SQLITE_LOCKED, SQL_STUCK, "locked by another program" },
	{ SQLITE_INTERRUPT, SQL_STUCK, "it took longer than timeout" },
	{ SQLITE_FULL, SQL_STUCK, "no room left on the disk" },
	{ SQLITE_READONLY, SQL_STUCK, "cannot be written: look at the owner and mode of the file and its folder" },
	{ SQLITE_CANTOPEN, SQL_STUCK, "cannot be opened: it must be there, and this user may write it and its folder" },
	{ SQLITE_PERM, SQL_STUCK, "may not be opened by this user" },
	{ SQLITE_IOERR, SQL_STUCK, "reading or writing failed" },
	{ SQLITE_CORRUPT, SQL_STUCK, "damaged" },
	{ SQLITE_NOTADB, SQL_STUCK, "no SQLite database" },
	{ SQLITE_CONSTRAINT, SQL_AGAIN, "a rule of the table refuses this event (NOT NULL, UNIQUE, CHECK, or a trigger)" },
	{ SQLITE_MISMATCH, SQL_AGAIN, "a column is of a type that does not hold this event" },
	{ SQLITE_TOOBIG, SQL_AGAIN, "the event is larger than the database takes" },
	{ SQLITE_ERROR, SQL_SHAPE, "the table takes no such row: id must be its primary key or unique, and its triggers must run" },
	{ SQLITE_SCHEMA, SQL_STUCK, "the tables are being changed" },
};

static enum sql_end told(const struct sql *s, int code, char why[SQL_WHY])
{
	int extended = s->db ? sqlite3_extended_errcode(s->db) : code;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].code == (code & 0xff)) {
			sql_why(why, "SQLite %d: %s", extended, rows[i].what);
			return rows[i].end;
		}
	sql_why(why, "SQLite %d: not expected", extended);
	return SQL_STUCK;
}

/* sqlite3_busy_handler: waits in short steps, as SQLite's own does, but to our end. */
static int busy(void *arg, int times)
{
	const struct sql *s = arg;

	if (sql_now() >= s->deadline_ms)
		return 0;
	sqlite3_sleep(times < 10 ? 2 : 25);
	return 1;
}

/* sqlite3_progress_handler: a trigger of the merchant's may run for long. */
static int late(void *arg)
{
	const struct sql *s = arg;

	return sql_now() >= s->deadline_ms;
}

static void drop(struct sql *s)
{
	sqlite3_close(s->db);
	s->db = NULL;
}

static bool lite_open(struct sql **sql, const struct sql_place *p, struct err *e)
{
	struct sql *s;

	if (p->password[0])
		return fail(e, ERR_CONFIG, "password: a file has none; it is for postgresql://");
	s = xcalloc(1, sizeof *s);
	s->place = p;
	s->path = strchr(p->url, ':') + 1;
	*sql = s;
	return true;
}

static void lite_close(struct sql *s)
{
	drop(s);
	free(s);
}

static int connected(struct sql *s)
{
	struct stat st;
	int code;

	if (stat(s->path, &st) != 0 || !S_ISREG(st.st_mode)) {
		drop(s);
		return SQLITE_CANTOPEN;
	}
	if (s->db && st.st_dev == s->dev && st.st_ino == s->ino)
		return SQLITE_OK;
	drop(s);
	code = sqlite3_open_v2(s->path, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
	if (code != SQLITE_OK) {
		drop(s);
		return code;
	}
	s->dev = st.st_dev;
	s->ino = st.st_ino;
	sqlite3_busy_handler(s->db, busy, s);
	sqlite3_progress_handler(s->db, STEPS, late, s);
	return SQLITE_OK;
}

static int insert(struct sql *s, const char *statement, const struct sql_value *values, size_t count)
{
	sqlite3_stmt *st = NULL;
	int code = sqlite3_prepare_v2(s->db, statement, -1, &st, NULL);

	for (size_t i = 0; code == SQLITE_OK && i < count; i++)
		if (values[i].text)
			code = values[i].number ? sqlite3_bind_int64(st, (int)i + 1, strtoll(values[i].text, NULL, 10))
						: sqlite3_bind_text(st, (int)i + 1, values[i].text, -1, SQLITE_STATIC);
	if (code == SQLITE_OK)
		code = sqlite3_step(st);
	sqlite3_finalize(st);
	return code;
}

static enum sql_end lite_insert(struct sql *s, const char *statement, const struct sql_value *values, size_t count, int64_t deadline_ms, char why[SQL_WHY])
{
	bool kept = s->db;
	int code;

	s->deadline_ms = deadline_ms;
	code = connected(s);
	if (code == SQLITE_OK)
		code = insert(s, statement, values, count);
	/* what a connection that was kept knows of the tables may be old */
	if (code == SQLITE_ERROR && kept) {
		drop(s);
		code = connected(s);
		if (code == SQLITE_OK)
			code = insert(s, statement, values, count);
	}
	return code == SQLITE_DONE ? SQL_DONE : told(s, code, why);
}

static bool lite_has(struct sql *s, const char *column, int64_t deadline_ms)
{
	const char *schema = s->place->schema[0] ? s->place->schema : NULL;
	sqlite3_stmt *st = NULL;
	bool there = true;

	s->deadline_ms = deadline_ms;
	if (connected(s) != SQLITE_OK ||
	    sqlite3_prepare_v2(s->db, "SELECT 1 FROM pragma_table_xinfo($1, $2) WHERE $3 IS NULL OR name = $3 COLLATE NOCASE", -1, &st, NULL) != SQLITE_OK)
		return true;
	if (sqlite3_bind_text(st, 1, s->place->table, -1, SQLITE_STATIC) == SQLITE_OK && sqlite3_bind_text(st, 2, schema, -1, SQLITE_STATIC) == SQLITE_OK &&
	    sqlite3_bind_text(st, 3, column, -1, SQLITE_STATIC) == SQLITE_OK)
		there = sqlite3_step(st) != SQLITE_DONE;
	sqlite3_finalize(st);
	return there;
}

const struct sql_ops sql_sqlite = {
	.schemes = { "sqlite" }, .open = lite_open, .insert = lite_insert, .has = lite_has, .close = lite_close
};
