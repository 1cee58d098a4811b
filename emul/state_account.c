/* The account: its settings, its tokens, what it has registered. */
#include "emul/state_inside.h"

bool state_text_put(struct state *st, const char *name, const char *text, struct err *e)
{
	return state_change(st, e, NULL, "INSERT INTO text VALUES(?,?) ON CONFLICT DO UPDATE SET text=excluded.text", "ss", name, text);
}

bool state_text_get(struct state *st, const char *name, struct buf *out, struct err *e)
{
	sqlite3_stmt *s;
	bool ok;

	s = state_ask(st, e, "SELECT text FROM text WHERE name=?", "s", name);
	ok = state_row(st, s, e) && (buf_puts(out, (const char *)sqlite3_column_text(s, 0)) || fail(e, ERR_STORE, "%s: too long", name));
	return state_done(st, s, ok);
}

bool state_token_put(struct state *st, const unsigned char digest[32], const char *scope, int64_t until_ms, struct err *e)
{
	return state_change(st, e, NULL, "INSERT INTO token VALUES(?,?,?)", "bsi", (const void *)digest, 32, scope, until_ms);
}

bool state_token_get(struct state *st, const unsigned char digest[32], int64_t now, char *scope, size_t size, struct err *e)
{
	sqlite3_stmt *s;
	bool ok;

	s = state_ask(st, e, "SELECT scope FROM token WHERE digest=? AND until_ms>?", "bi", (const void *)digest, 32, now);
	ok = state_row(st, s, e);
	if (ok)
		state_text_at(s, 0, scope, size);
	return state_done(st, s, ok);
}

static void webhook_row(sqlite3_stmt *s, struct emul_webhook *w)
{
	state_text_at(s, 0, w->kind, sizeof w->kind);
	state_text_at(s, 1, w->key, sizeof w->key);
	state_text_at(s, 2, w->url, sizeof w->url);
	w->skip_mtls = sqlite3_column_int(s, 3);
	w->at_ms = sqlite3_column_int64(s, 4);
	state_text_at(s, 5, w->id, sizeof w->id);
	state_text_at(s, 6, w->auth_type, sizeof w->auth_type);
	state_text_at(s, 7, w->auth, sizeof w->auth);
	w->only_txid = sqlite3_column_int(s, 8);
	w->account = sqlite3_column_int64(s, 9);
}

bool state_webhook_put(struct state *st, const struct emul_webhook *w, struct err *e)
{
	return state_change(st, e, NULL, "INSERT OR REPLACE INTO webhook VALUES(?,?,?,?,?,?,?,?,?,?)", "sssiisssii", w->kind, w->key, w->url,
		(int64_t)w->skip_mtls, w->at_ms, w->id, w->auth_type, w->auth, (int64_t)w->only_txid, w->account);
}

bool state_webhook_get(struct state *st, const char *kind, const char *key, struct emul_webhook *w, struct err *e)
{
	sqlite3_stmt *s;
	bool ok;

	s = state_ask(st, e, "SELECT * FROM webhook WHERE kind=? AND key=?", "ss", kind, key);
	ok = state_row(st, s, e);
	if (ok)
		webhook_row(s, w);
	return state_done(st, s, ok);
}

bool state_webhook_delete(struct state *st, const char *kind, const char *key, struct err *e)
{
	int n = 0;

	return state_change(st, e, &n, "DELETE FROM webhook WHERE kind=? AND key=?", "ss", kind, key) &&
		(n || fail(e, ERR_NOT_FOUND, "there is none"));
}

bool state_webhooks(struct state *st, const char *kind, int64_t from, int64_t until, int64_t skip, int64_t most, int64_t *total,
		    state_webhook_fn *each, void *ctx, struct err *e)
{
	struct emul_webhook w;
	sqlite3_stmt *s;
	bool ok = true;
	int64_t n = 0;

	s = state_ask(st, e, "SELECT * FROM webhook WHERE kind=? AND at_ms BETWEEN ? AND ? ORDER BY at_ms,key", "sii", kind, from, until);
	for (; s && sqlite3_step(s) == SQLITE_ROW; n++) {
		if (n < skip || n - skip >= most)
			continue;
		webhook_row(s, &w);
		each(ctx, &w);
	}
	ok = s && (sqlite3_errcode(st->db) == SQLITE_DONE || state_broken(st, e));
	if (ok)
		*total = n;
	return state_done(st, s, ok);
}
