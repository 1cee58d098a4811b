/* What went back: refunds of a received Pix, made by the merchant or by MED, and those that a sent Pix got. */
#include "emul/state_inside.h"

bool state_refund_put(struct state *st, const struct emul_refund *r, struct err *e)
{
	int n = 0;

	return state_change(st, e, &n, "INSERT INTO refund VALUES(?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING", "sssiiisss", r->e2eid, r->id, r->rtrid,
			r->cents, r->asked_ms, r->settled_ms, r->status, r->reason, r->nature) &&
		(n || fail(e, ERR_REFUSED, "refund %s: there is one with that id", r->id));
}

bool state_refund_settle(struct state *st, const char *e2eid, const char *id, int64_t at_ms, const char *status, const char *reason, struct err *e)
{
	int n = 0;

	return state_change(st, e, &n, "UPDATE refund SET settled_ms=?,status=?,reason=? WHERE e2eid=? AND id=? AND status='EM_PROCESSAMENTO'", "issss",
			at_ms, status, reason, e2eid, id) &&
		(n || fail(e, ERR_NOT_FOUND, "refund %s: none of that id is open", id));
}

bool state_refunds(struct state *st, const char *e2eid, const char *id, state_refund_fn *each, void *ctx, struct err *e)
{
	sqlite3_stmt *s = state_ask(st, e, "SELECT e2eid,id,rtrid,cents,asked_ms,settled_ms,status,reason,nature FROM refund"
		" WHERE e2eid=?1 AND (?2='' OR id=?2) ORDER BY asked_ms,rowid LIMIT 1000", "ss", e2eid, id);
	struct emul_refund r;
	bool ok;

	while (s && sqlite3_step(s) == SQLITE_ROW) {
		state_text_at(s, 0, r.e2eid, sizeof r.e2eid);
		state_text_at(s, 1, r.id, sizeof r.id);
		state_text_at(s, 2, r.rtrid, sizeof r.rtrid);
		r.cents = sqlite3_column_int64(s, 3);
		r.asked_ms = sqlite3_column_int64(s, 4);
		r.settled_ms = sqlite3_column_int64(s, 5);
		state_text_at(s, 6, r.status, sizeof r.status);
		state_text_at(s, 7, r.reason, sizeof r.reason);
		state_text_at(s, 8, r.nature, sizeof r.nature);
		each(ctx, &r);
	}
	ok = s && (sqlite3_errcode(st->db) == SQLITE_DONE || state_broken(st, e));
	return state_done(st, s, ok);
}
