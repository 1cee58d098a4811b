/* PostgreSQL. libpq is used without its waiting calls, so that nothing but the resolver of host names outlasts the deadline. */
#include <libpq-fe.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "deliver/sql.h"
#include "lib/limits.h"
#include "lib/mem.h"
#include "lib/secret.h"

enum { LATE_MS = 400, STATE = 6, TABLE_NAME = 136 };	/* behind the deadline: so long the server is given to say that it gave up; SQLSTATE and NUL */

struct sql {
	const struct sql_place *place;
	PGconn *conn;		/* NULL: none */
	bool checked;		/* the URL says itself how far the server is checked, or the server is this machine */
	char table[TABLE_NAME];	/* for to_regclass, quoted */
};

/* How it ended; state is the server's SQLSTATE, "" where the connection is gone or the time was up. */
struct ended {
	bool ok, late;
	char state[STATE], constraint[64], column[64];
	bool rows;
};

/*
 * SQLSTATE (PostgreSQL, appendix A): the first row whose code begins the state. The server's own text is not passed on: a DETAIL, and
 * many a message, holds the row's values.
 */
static const struct row {
	const char *state;
	enum sql_end end;
	const char *what;
} rows[] = {
	{ "42P01", SQL_SHAPE, "the table is missing" },
	{ "3F000", SQL_SHAPE, "the schema is missing" },
	{ "42703", SQL_SHAPE, "a column is missing" },
	{ "42P10", SQL_STUCK, "id must be the table's primary key, or unique; examples/sql has the statement" },
	{ "42501", SQL_STUCK, "this user may not: GRANT SELECT, INSERT on the table to it, and USAGE on its schema" },
	{ "42804", SQL_STUCK, "a column is of a type that does not fit; examples/sql has the statement" },
	{ "42", SQL_STUCK, "the statement does not fit the table; examples/sql has the one that makes it" },
	{ "23502", SQL_AGAIN, "a column that is not filled must have a default" },
	{ "23", SQL_AGAIN, "a rule of the table refuses this event" },
	{ "22001", SQL_AGAIN, "a column is too narrow for this event" },
	{ "22", SQL_AGAIN, "a column is of a type that does not hold this event" },
	{ "40", SQL_AGAIN, "another transaction stood in the way" },
	{ "57014", SQL_STUCK, "it took longer than timeout, or the table is locked" },
	{ "55P03", SQL_STUCK, "the table is locked" },
	{ "25006", SQL_STUCK, "the server takes no writes now (a standby, or read-only)" },
	{ "53100", SQL_STUCK, "no room left on the server's disk" },
	{ "53", SQL_STUCK, "the server is short of something (connections, memory, disk)" },
	{ "58", SQL_STUCK, "the server has trouble with its files" },
	{ "XX", SQL_STUCK, "the server has trouble with itself" },
	{ "57P", SQL_STUCK, "the server is going down, or not up yet" },
	{ "08", SQL_STUCK, "the connection is gone" },
	{ "", SQL_AGAIN, "the database refuses this event (a trigger?)" },
};

static enum sql_end told(const struct ended *r, char why[SQL_WHY])
{
	const char *name = r->constraint[0] ? r->constraint : r->column;

	if (r->late) {
		sql_why(why, "no answer in time: is the table locked, the server overloaded, the network cut?");
		return SQL_STUCK;
	}
	if (!r->state[0]) {
		sql_why(why, "the connection broke off");
		return SQL_STUCK;
	}
	for (const struct row *row = rows;; row++)
		if (strncmp(r->state, row->state, strlen(row->state)) == 0) {
			sql_why(why, "SQLSTATE %s: %s%s%s", r->state, row->what, name[0] ? ": " : "", name);
			return row->end;
		}
}

/* Notices go to standard error unless they are taken away; they may hold a row's values. */
static void silent(void *arg, const PGresult *result)
{
	(void)arg;
	(void)result;
}

static void drop(struct sql *s)
{
	PQfinish(s->conn);
	s->conn = NULL;
}

/* false: the time is up. */
static bool wait_for(PGconn *conn, short events, int64_t deadline_ms)
{
	struct pollfd p = { .fd = PQsocket(conn), .events = events };

	for (;;) {
		int64_t left = deadline_ms - sql_now();
		int n = poll(&p, 1, left > 0 ? (int)left : 0);

		if (n > 0)
			return true;
		if (n == 0 && left <= 0)
			return false;
		if (n < 0 && errno != EINTR)
			return false;
	}
}

static void keep(char *out, size_t size, const PGresult *result, int field)
{
	const char *text = PQresultErrorField(result, field);

	snprintf(out, size, "%s", text ? text : "");
}

/* Runs what was sent to its end. */
static void finish(struct sql *s, bool sent, int64_t deadline_ms, struct ended *r)
{
	int more = sent ? 1 : -1;
	PGresult *result;

	*r = (struct ended){ .ok = true };
	while (more > 0 && (more = PQflush(s->conn)) > 0) {
		if (!wait_for(s->conn, POLLIN | POLLOUT, deadline_ms))
			goto late;
		if (!PQconsumeInput(s->conn))
			more = -1;
	}
	while (more == 0) {
		while (PQisBusy(s->conn)) {
			if (!wait_for(s->conn, POLLIN, deadline_ms))
				goto late;
			if (!PQconsumeInput(s->conn))
				break;	/* what there is yet to read ends with an error */
		}
		result = PQgetResult(s->conn);
		if (!result)
			break;
		if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK && r->ok) {
			r->ok = false;
			keep(r->state, sizeof r->state, result, PG_DIAG_SQLSTATE);
			keep(r->constraint, sizeof r->constraint, result, PG_DIAG_CONSTRAINT_NAME);
			keep(r->column, sizeof r->column, result, PG_DIAG_COLUMN_NAME);
		}
		r->rows = r->rows || PQntuples(result) > 0;
		PQclear(result);
	}
	if (more < 0 || PQstatus(s->conn) != CONNECTION_OK)
		r->ok = false;
	return;
late:
	*r = (struct ended){ .late = true };
	drop(s);	/* an answer that comes later must not be taken for another's */
}

static void ask(struct sql *s, const char *statement, const char *const *values, int count, int64_t deadline_ms, struct ended *r)
{
	finish(s, count ? PQsendQueryParams(s->conn, statement, count, NULL, values, NULL, NULL, 0) : PQsendQuery(s->conn, statement), deadline_ms, r);
}

/* The line of libpq that says most: the last that tells of a server ("… failed: FATAL:  …"), else the first. Nothing was sent yet but the login. */
static void tell_refusal(const char *text, char why[SQL_WHY])
{
	static const char head[] = "connection to server ";
	const char *line = text, *from;

	for (const char *p = text; p && *p; p = strchr(p, '\n'), p = p ? p + 1 : NULL)
		if (strncmp(p, head, sizeof head - 1) == 0)
			line = p;
	from = strstr(line, " failed: ");
	from = from && from < line + strcspn(line, "\n") ? from + 9 : line;
	sql_why(why, "no connection: %.*s", (int)strcspn(from, "\n"), from);
	if (strstr(line, "root certificate file"))
		sql_why(why, "no connection: nothing to check the server with: add sslrootcert=FILE to database (or sslmode=require: unchecked)");
}

static bool connect_to(struct sql *s, int64_t deadline_ms, char why[SQL_WHY])
{
	char password[LIMIT_SECRET + 1] = "";
	const char *names[8] = { "dbname", "client_encoding", "fallback_application_name" }, *values[8] = { s->place->url, "UTF8", "pixgate" };
	PostgresPollingStatusType status = PGRES_POLLING_WRITING;
	struct err e;
	size_t n = 3, len;

	if (s->place->password[0]) {
		if (!secret_read(s->place->password, s->place->dir, s->place->hook, password, sizeof password, &len, &e)) {
			sql_why(why, "password: %s", e.text);
			return false;
		}
		names[n] = "password";
		values[n++] = password;
	}
	if (!s->checked) {
		names[n] = "sslmode";
		values[n] = "verify-full";
	}
	s->conn = PQconnectStartParams(names, values, 1);
	secret_wipe(password, sizeof password);
	if (!s->conn) {
		sql_why(why, "no connection: out of memory");
		return false;
	}
	if (PQstatus(s->conn) == CONNECTION_BAD)
		status = PGRES_POLLING_FAILED;
	while (status != PGRES_POLLING_OK && status != PGRES_POLLING_FAILED) {
		if (!wait_for(s->conn, status == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline_ms)) {
			sql_why(why, "no connection: no answer in time from %.60s", PQhost(s->conn) ? PQhost(s->conn) : "the server");
			drop(s);
			return false;
		}
		status = PQconnectPoll(s->conn);
	}
	if (status == PGRES_POLLING_FAILED || PQsetnonblocking(s->conn, 1) != 0) {
		tell_refusal(PQerrorMessage(s->conn), why);
		drop(s);
		return false;
	}
	PQsetNoticeReceiver(s->conn, silent, NULL);
	return true;
}

/* Is every host that the URL names this machine? Addresses count as they are written: a name may be anybody's. */
static bool is_local(const char *hosts, const char *hostaddr)
{
	static const char *const local[] = { "localhost", "127.0.0.1", "::1" };
	const char *host = hosts && *hosts ? hosts : hostaddr ? hostaddr : "";

	if (hosts && *hosts && hostaddr && *hostaddr && !is_local(NULL, hostaddr))
		return false;
	while (*host) {
		size_t n = strcspn(host, ",");
		bool found = n == 0 || *host == '/' || *host == '@';

		for (size_t i = 0; i < sizeof local / sizeof local[0]; i++)
			found = found || (strlen(local[i]) == n && memcmp(local[i], host, n) == 0);
		if (!found)
			return false;
		host += n + (host[n] == ',');
	}
	return true;
}

static bool pg_open(struct sql **sql, const struct sql_place *p, struct err *e)
{
	char *message = NULL, bytes[LIMIT_SECRET + 1];
	const char *hosts = NULL, *hostaddr = NULL;
	PQconninfoOption *options = PQconninfoParse(p->url, &message);
	struct sql *s;
	size_t len;
	bool ok = true, mode = false, service = false;

	if (!options) {
		fail(e, ERR_CONFIG, "database: %.*s", message ? (int)strcspn(message, "\n") : 0, message ? message : "");
		PQfreemem(message);
		return false;
	}
	for (const PQconninfoOption *o = options; o->keyword; o++) {
		if (strcmp(o->keyword, "host") == 0)
			hosts = o->val;
		else if (strcmp(o->keyword, "hostaddr") == 0)
			hostaddr = o->val;
		else if (strcmp(o->keyword, "sslmode") == 0)
			mode = o->val;
		else if (strcmp(o->keyword, "service") == 0)
			service = o->val || getenv("PGSERVICE");
	}
	s = xcalloc(1, sizeof *s);
	s->place = p;
	/* where the URL names no host, libpq looks into its environment, and a service may be anywhere */
	s->checked = mode || (!service && is_local(hosts && *hosts ? hosts : getenv("PGHOST"), hostaddr && *hostaddr ? hostaddr : getenv("PGHOSTADDR")));
	PQconninfoFree(options);
	snprintf(s->table, sizeof s->table, p->schema[0] ? "\"%s\".\"%s\"" : "%s\"%s\"", p->schema, p->table);
	if (p->password[0]) {
		ok = secret_read(p->password, p->dir, p->hook, bytes, sizeof bytes, &len, e) || fail_in(e, "password");
		secret_wipe(bytes, sizeof bytes);
	}
	if (ok)
		*sql = s;
	else
		free(s);
	return ok;
}

static void pg_close(struct sql *s)
{
	drop(s);
	free(s);
}

/*
 * In a transaction, so that the limits end with it: behind a pooler the session is others' too. The server gives up at the deadline by
 * itself, and lets go of a lock where we are not there any more to say so.
 */
static void transact(struct sql *s, const char *statement, const char *const *values, int count, int64_t deadline_ms, struct ended *r)
{
	int64_t left = deadline_ms - sql_now();
	char begin[160];
	struct ended last;

	left = left < 1 ? 1 : left;
	snprintf(begin, sizeof begin, "BEGIN; SET LOCAL statement_timeout = %lld; SET LOCAL idle_in_transaction_session_timeout = %lld", (long long)left,
		 (long long)left + LATE_MS);
	ask(s, begin, NULL, 0, deadline_ms + LATE_MS, r);
	if (r->ok)
		ask(s, statement, values, count, deadline_ms + LATE_MS, r);
	if (r->ok)
		ask(s, "COMMIT", NULL, 0, deadline_ms + LATE_MS, r);
	else if (s->conn && PQstatus(s->conn) == CONNECTION_OK)
		ask(s, "ROLLBACK", NULL, 0, deadline_ms + LATE_MS, &last);
	if (s->conn && (PQstatus(s->conn) != CONNECTION_OK || PQtransactionStatus(s->conn) != PQTRANS_IDLE))
		drop(s);
}

static enum sql_end pg_insert(struct sql *s, const char *statement, const struct sql_value *values, size_t count, int64_t deadline_ms, char why[SQL_WHY])
{
	const char *texts[64];
	struct ended r = { 0 };

	for (size_t i = 0; i < count; i++)
		texts[i] = values[i].text;	/* the server reads each as its column's type */
	for (int turn = 0; turn < 2; turn++) {
		bool kept = s->conn;

		if (!kept && !connect_to(s, deadline_ms, why))
			return SQL_STUCK;
		transact(s, statement, texts, (int)count, deadline_ms, &r);
		/* one that was kept may have been gone for long; with a fresh one that is the server's own trouble */
		if (r.ok || r.late || s->conn || !kept)
			break;
	}
	return r.ok ? SQL_DONE : told(&r, why);
}

static bool pg_has(struct sql *s, const char *column, int64_t deadline_ms)
{
	const char *values[] = { s->table, column };
	char why[SQL_WHY];
	struct ended r;

	if (!s->conn && !connect_to(s, deadline_ms, why))
		return true;
	if (column)
		ask(s, "SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = pg_catalog.to_regclass($1) AND attname = $2 AND attnum > 0 AND NOT attisdropped",
		    values, 2, deadline_ms, &r);
	else
		ask(s, "SELECT 1 WHERE pg_catalog.to_regclass($1) IS NOT NULL", values, 1, deadline_ms, &r);
	return r.rows || !r.ok;
}

const struct sql_ops sql_postgres = {
	.schemes = { "postgresql", "postgres" }, .open = pg_open, .insert = pg_insert, .has = pg_has, .close = pg_close
};
