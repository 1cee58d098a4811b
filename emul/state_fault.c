/* Misbehaviour that was asked for, and how often it is still to come. */
#include "emul/state_inside.h"

bool state_fault_put(struct state *st, const char *name, int64_t times, int64_t value, struct err *e)
{
	return state_change(st, e, NULL, "INSERT INTO fault VALUES(?,?,?) ON CONFLICT DO UPDATE SET remaining=excluded.remaining,value=excluded.value", "sii",
		name, times, value);
}

bool state_fault_take(struct state *st, const char *name, int64_t *value, struct err *e)
{
	sqlite3_stmt *s = state_ask(st, e, "UPDATE fault SET remaining=remaining-1 WHERE name=? AND remaining>0 RETURNING value", "s", name);
	bool ok = state_row(st, s, e);

	if (ok) {
		*value = sqlite3_column_int64(s, 0);
		while (sqlite3_step(s) == SQLITE_ROW)
			;
	}
	return state_done(st, s, ok);
}

bool state_faults(struct state *st, state_fault_fn *each, void *ctx, struct err *e)
{
	sqlite3_stmt *s = state_ask(st, e, "SELECT name,remaining,value FROM fault WHERE remaining>0 ORDER BY name", "");
	char name[24];
	bool ok;

	while (s && sqlite3_step(s) == SQLITE_ROW) {
		state_text_at(s, 0, name, sizeof name);
		each(ctx, name, sqlite3_column_int64(s, 1), sqlite3_column_int64(s, 2));
	}
	ok = s && (sqlite3_errcode(st->db) == SQLITE_DONE || state_broken(st, e));
	return state_done(st, s, ok);
}

bool state_fault_clear(struct state *st, struct err *e)
{
	return state_change(st, e, NULL, "DELETE FROM fault", "");
}
