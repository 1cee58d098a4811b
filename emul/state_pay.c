/* What is paid: charges, payments, and the callbacks that tell of them. */
#include "emul/state_inside.h"

#include <string.h>

#include "lib/limits.h"

/* how: of a callback that was put off, until it is made */
#define LATER "put off"
#define BEHIND "behind another"

bool state_cob_put(struct state *st, const struct emul_cob *c, struct err *e)
{
	int n = 0;

	return state_change(st, e, &n, "INSERT INTO cob VALUES(?,?,?,?,?,?,?) ON CONFLICT DO NOTHING", "ssiiiis",
			c->txid, c->key, c->cents, c->at_ms, c->expires_s, (int64_t)c->paid, c->request) &&
		(n || fail(e, ERR_REFUSED, "charge %s: there is one with that txid", c->txid));
}

bool state_cob_get(struct state *st, const char *txid, struct emul_cob *c, struct err *e)
{
	sqlite3_stmt *s = state_ask(st, e, "SELECT * FROM cob WHERE txid=?", "s", txid);
	bool ok = state_row(st, s, e);

	if (ok) {
		state_text_at(s, 0, c->txid, sizeof c->txid);
		state_text_at(s, 1, c->key, sizeof c->key);
		c->cents = sqlite3_column_int64(s, 2);
		c->at_ms = sqlite3_column_int64(s, 3);
		c->expires_s = sqlite3_column_int64(s, 4);
		c->paid = sqlite3_column_int(s, 5);
		state_text_at(s, 6, c->request, sizeof c->request);
	}
	return state_done(st, s, ok);
}

bool state_cob_paid(struct state *st, const char *txid, struct err *e)
{
	int n = 0;

	return state_change(st, e, &n, "UPDATE cob SET paid=1 WHERE txid=? AND NOT paid", "s", txid) &&
		(n || fail(e, ERR_NOT_FOUND, "charge %s: none of that txid is open", txid));
}

bool state_cob_change(struct state *st, const struct emul_cob *c, struct err *e)
{
	int n = 0;

	return state_change(st, e, &n, "UPDATE cob SET cents=?,expires_s=?,request=? WHERE txid=? AND NOT paid", "iiss", c->cents, c->expires_s, c->request,
			c->txid) &&
		(n || fail(e, ERR_NOT_FOUND, "charge %s: none of that txid is open", c->txid));
}

bool state_pix_put(struct state *st, const struct emul_pix *p, struct err *e)
{
	return state_change(st, e, NULL, "INSERT INTO pix VALUES(NULL,?,?,?,?,?,?)", "ssssii", p->psp, p->e2eid, p->txid, p->key, p->cents, p->at_ms);
}

bool state_pixes(struct state *st, const char *psp, const char *e2eid, const char *txid, int64_t from, int64_t until, int64_t skip, int64_t most,
		 int64_t *total, state_pix_fn *each, void *ctx, struct err *e)
{
	sqlite3_stmt *s = state_ask(st, e, "SELECT * FROM pix WHERE psp=?1 AND (?2='' OR e2eid=?2) AND (?3='' OR txid=?3) AND at_ms BETWEEN ?4 AND ?5"
		" ORDER BY at_ms,number", "sssii", psp, e2eid, txid, from, until);
	struct emul_pix p;
	int64_t n = 0;
	bool ok;

	for (; s && sqlite3_step(s) == SQLITE_ROW; n++) {
		if (n < skip || n - skip >= most)
			continue;
		p.number = sqlite3_column_int64(s, 0);
		state_text_at(s, 1, p.psp, sizeof p.psp);
		state_text_at(s, 2, p.e2eid, sizeof p.e2eid);
		state_text_at(s, 3, p.txid, sizeof p.txid);
		state_text_at(s, 4, p.key, sizeof p.key);
		p.cents = sqlite3_column_int64(s, 5);
		p.at_ms = sqlite3_column_int64(s, 6);
		each(ctx, &p);
	}
	ok = s && (sqlite3_errcode(st->db) == SQLITE_DONE || state_broken(st, e));
	if (ok && total)
		*total = n;
	return state_done(st, s, ok);
}

bool state_callback_put(struct state *st, const struct emul_callback *c, struct err *e)
{
	return state_change(st, e, NULL, "INSERT INTO callback(kind,key,body,once,made,due_ms,taken,how) VALUES(?,?,?,?,?,?,0,'')", "ssbiii",
		c->kind, c->key, (const void *)buf_str(&c->body), (int)c->body.len, (int64_t)c->once, c->made, c->due_ms);
}

bool state_callback_take(struct state *st, int64_t now, struct emul_callback *c, struct err *e)
{
	sqlite3_stmt *s = state_ask(st, e, "SELECT 1 FROM callback WHERE due_ms<=? AND NOT taken LIMIT 1", "i", now);
	char how[16];
	bool ok;

	/* looked at first, without the lock that a change takes: mostly there is none */
	if (!state_done(st, s, state_row(st, s, e)))
		return false;
	/* One statement, so that no two take the same. */
	s = state_ask(st, e, "UPDATE callback SET taken=1 WHERE id=(SELECT id FROM callback WHERE due_ms<=? AND NOT taken"
		" ORDER BY due_ms,id LIMIT 1) RETURNING id,due_ms,made,kind,key,once,body,how", "i", now);
	ok = state_row(st, s, e);
	if (ok) {
		c->id = sqlite3_column_int64(s, 0);
		c->due_ms = sqlite3_column_int64(s, 1);
		c->made = sqlite3_column_int64(s, 2);
		state_text_at(s, 3, c->kind, sizeof c->kind);
		state_text_at(s, 4, c->key, sizeof c->key);
		c->once = sqlite3_column_int(s, 5);
		state_text_at(s, 7, how, sizeof how);
		c->put_off = !strcmp(how, LATER) || !strcmp(how, BEHIND);
		c->body = BUF(LIMIT_BODY_MAX);
		buf_add(&c->body, sqlite3_column_blob(s, 6), (size_t)sqlite3_column_bytes(s, 6));
		while (sqlite3_step(s) == SQLITE_ROW)
			;
	}
	return state_done(st, s, ok);
}

bool state_callback_settle(struct state *st, int64_t id, const int64_t *again_ms, const char *how, struct err *e)
{
	if (again_ms)
		return state_change(st, e, NULL, "UPDATE callback SET taken=0,made=made+1,due_ms=?,how=? WHERE id=?", "isi", *again_ms, how, id);
	return state_change(st, e, NULL, "UPDATE callback SET taken=0,made=made+1,due_ms=NULL,how=? WHERE id=?", "si", how, id);
}

bool state_callback_put_off(struct state *st, int64_t id, int64_t due_ms, bool behind, struct err *e)
{
	return state_change(st, e, NULL, "UPDATE callback SET taken=0,due_ms=?,how=? WHERE id=?", "isi", due_ms, behind ? BEHIND : LATER, id);
}

bool state_callback_follow(struct state *st, int64_t now, struct err *e)
{
	return state_change(st, e, NULL, "UPDATE callback SET due_ms=?1 WHERE how='" BEHIND "' AND due_ms>?1 AND NOT taken", "i", now);
}

bool state_callback_free_all(struct state *st, struct err *e)
{
	return state_change(st, e, NULL, "UPDATE callback SET taken=0 WHERE taken", "");
}
