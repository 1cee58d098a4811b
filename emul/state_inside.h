/* Inside the emulator's state: what its files share. Nobody outside emul/state*.c includes sqlite3.h. */
#ifndef EMUL_STATE_INSIDE_H
#define EMUL_STATE_INSIDE_H

#include <pthread.h>
#include <sqlite3.h>

#include "emul/state.h"

struct state {
	sqlite3 *db;
	pthread_mutex_t lock;	/* recursive: state_begin keeps it until state_end */
	char *path;
	int served;		/* the lock file, or -1 */
	int depth;		/* of state_begin; under the lock */
};

bool state_broken(struct state *st, struct err *e);	/* ERR_STORE, SQLite's words; returns false */

/* Values of a statement: i int64_t, s text, b bytes (const void *, int). Locks; state_done unlocks. NULL on failure. */
sqlite3_stmt *state_ask(struct state *st, struct err *e, const char *sql, const char *types, ...);
bool state_row(struct state *st, sqlite3_stmt *s, struct err *e);	/* the next row; ERR_NOT_FOUND: there is none */
bool state_done(struct state *st, sqlite3_stmt *s, bool ok);		/* ends what state_ask began, gives ok back */

/* A change as one step; *changed (NULL is allowed) is how many rows it met. */
bool state_change(struct state *st, struct err *e, int *changed, const char *sql, const char *types, ...);
bool state_number(struct state *st, const char *sql, int64_t *n, struct err *e);

void state_text_at(sqlite3_stmt *s, int column, char *out, size_t size);

#endif
