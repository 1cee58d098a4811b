/* Databases that the sink sql writes to. A new one is a file sql_NAME.c with its row here and in sink_sql.c; only that file knows its library. */
#ifndef DELIVER_SQL_H
#define DELIVER_SQL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/settings.h"
#include "lib/err.h"

enum sql_end {
	SQL_DONE,	/* on stable storage, as far as the database says so */
	SQL_AGAIN,	/* this row was not taken; another may be */
	SQL_STUCK,	/* nothing can be done now: no connection, locked, no room */
	SQL_SHAPE,	/* the table, or a column, is not there as the statement has it: has() tells which */
};

enum { SQL_WHY = 120 };	/* bytes of one printable line: our words and the database's code, never its text about rows, which has their values */

/* One value for a placeholder. number: decimal digits, to be bound as an integer. NULL: null. Borrowed. */
struct sql_value {
	const char *text;
	bool number;
};

/* What is connected to; borrowed until close. */
struct sql_place {
	const char *url;		/* as the settings have it */
	const char *password;		/* reference, or "" */
	const char *dir, *hook;		/* where references begin, whose they are */
	const char *schema, *table;	/* schema "": the database's own way to find the table */
};

struct sql;	/* a connection, or what is to become one */

struct sql_ops {
	const char *schemes[2];
	/* Looks at the URL and the password, and asks nobody. ERR_CONFIG. */
	bool (*open)(struct sql **, const struct sql_place *, struct err *);
	/*
	 * One INSERT with count placeholders $1 …, on its own and durable. Ends by deadline_ms (CLOCK_MONOTONIC) and half a second. Connects
	 * where there is no connection; where one turns out to be gone, once anew. why is set but for SQL_DONE.
	 */
	enum sql_end (*insert)(struct sql *, const char *statement, const struct sql_value *, size_t count, int64_t deadline_ms, char why[SQL_WHY]);
	/* Does the table have that column; column NULL: is there such a table? true where it cannot be told. */
	bool (*has)(struct sql *, const char *column, int64_t deadline_ms);
	void (*close)(struct sql *);
};

extern const struct sql_ops sql_postgres, sql_sqlite;

int64_t sql_now(void);	/* CLOCK_MONOTONIC, ms */

/* A line of why, printable whatever is in it. */
void sql_why(char why[SQL_WHY], const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
