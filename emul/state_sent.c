/* What the merchant has sent. */
#include "emul/state_inside.h"

bool state_sent_put(struct state *st, const struct emul_sent *p, struct err *e)
{
	int n = 0;

	return state_change(st, e, &n, "INSERT INTO sent VALUES(?,?,?,?,?,?,?) ON CONFLICT(id) DO NOTHING", "ssssiis", p->id, p->e2eid, p->key, p->payee,
			p->cents, p->at_ms, p->status) &&
		(n || fail(e, ERR_REFUSED, "payment %s: there is one with that id", p->id));
}

bool state_sent_get(struct state *st, const char *id, const char *e2eid, struct emul_sent *p, struct err *e)
{
	sqlite3_stmt *s = state_ask(st, e, "SELECT id,e2eid,key,payee,cents,at_ms,status FROM sent WHERE (?1<>'' AND id=?1) OR (?2<>'' AND e2eid=?2)", "ss",
		id, e2eid);
	bool ok = state_row(st, s, e);

	if (ok) {
		state_text_at(s, 0, p->id, sizeof p->id);
		state_text_at(s, 1, p->e2eid, sizeof p->e2eid);
		state_text_at(s, 2, p->key, sizeof p->key);
		state_text_at(s, 3, p->payee, sizeof p->payee);
		p->cents = sqlite3_column_int64(s, 4);
		p->at_ms = sqlite3_column_int64(s, 5);
		state_text_at(s, 6, p->status, sizeof p->status);
	}
	return state_done(st, s, ok);
}

bool state_sent_settle(struct state *st, const char *id, const char *status, struct err *e)
{
	int n = 0;

	return state_change(st, e, &n, "UPDATE sent SET status=? WHERE id=? AND status='EM_PROCESSAMENTO'", "ss", status, id) &&
		(n || fail(e, ERR_NOT_FOUND, "payment %s: none of that id is open", id));
}
