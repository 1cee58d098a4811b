/* What is read: events, bodies, sums. Rows stream, memory stays constant. A walk sees one moment of the inbox, and
 * while it lasts the WAL cannot begin anew. */
#define INBOX_SQLITE_INSIDE
#include "inbox/sqlite.h"

#include <stdio.h>
#include <string.h>

#include "lib/buf.h"
#include "pix/test_event.h"

/* A filter as SQL: one row a field, the same parameter number wherever a condition is written. */
enum ask { ASK_HOOK, ASK_TXID, ASK_E2EID, ASK_KIND, ASK_SINCE, ASK_AFTER, ASK_DELIVERY, ASK_LIMIT, ASKS };

static const char *const event_terms[ASKS] = {
	[ASK_HOOK] = "e.hook = ?1", [ASK_TXID] = "e.txid = ?2", [ASK_E2EID] = "e.e2eid = ?3", [ASK_KIND] = "e.kind = ?4",
	[ASK_SINCE] = "n.received_ms >= ?5", [ASK_AFTER] = "e.id > ?6", [ASK_DELIVERY] = "e.delivery = ?7",
};

/* A body is asked for by what its events are. */
static const char *const body_terms[ASKS] = {
	[ASK_HOOK] = "n.hook = ?1",
	[ASK_TXID] = "n.id IN (SELECT note FROM event WHERE txid = ?2)",
	[ASK_E2EID] = "n.id IN (SELECT note FROM event WHERE e2eid = ?3)",
	[ASK_KIND] = "n.id IN (SELECT note FROM event WHERE kind = ?4)",
	[ASK_SINCE] = "n.received_ms >= ?5", [ASK_AFTER] = "n.id > ?6",
	[ASK_DELIVERY] = "n.id IN (SELECT note FROM event WHERE delivery = ?7)",
};

static bool asked(const struct inbox_filter *f, enum ask which)
{
	switch (which) {
	case ASK_HOOK:  return f->hook;
	case ASK_TXID:  return f->txid;
	case ASK_E2EID: return f->e2eid;
	case ASK_KIND:  return f->kind >= 0;
	case ASK_SINCE: return f->since_ms > 0;
	case ASK_AFTER: return f->after_id > 0;
	case ASK_DELIVERY: return f->delivery;
	case ASK_LIMIT: return f->limit > 0;
	case ASKS:      break;
	}
	return false;
}

static void bind(sqlite3_stmt *s, const struct inbox_filter *f, enum ask which)
{
	int at = (int)which + 1;

	switch (which) {
	case ASK_HOOK:  sqlite_text(s, at, f->hook); break;
	case ASK_TXID:  sqlite_text(s, at, f->txid); break;
	case ASK_E2EID: sqlite_text(s, at, f->e2eid); break;
	case ASK_KIND: {
		const char *name = pix_kind_name((enum pix_kind)f->kind);

		sqlite_text(s, at, name ? name : "");
		break;
	}
	case ASK_SINCE: sqlite3_bind_int64(s, at, f->since_ms); break;
	case ASK_AFTER: sqlite3_bind_int64(s, at, f->after_id); break;
	case ASK_DELIVERY: sqlite_text(s, at, f->delivery); break;
	case ASK_LIMIT: sqlite3_bind_int64(s, at, f->limit); break;
	case ASKS:      break;
	}
}

static void conditions(struct buf *sql, const struct inbox_filter *f, const char *const *terms, const char *more)
{
	buf_putf(sql, " WHERE %s", more);
	for (int i = 0; i < ASKS; i++)
		if (terms[i] && asked(f, (enum ask)i))
			buf_putf(sql, " AND %s", terms[i]);
}

/* SELECT `columns` FROM `from`, filtered, in the order of `id`. The newest of many are found by their least id first, so
 * that they too stream in ascending order. */
static sqlite3_stmt *query(struct sqlite_box *b, const char *columns, const char *from, const char *id, const char *more,
			   const char *const *terms, const struct inbox_filter *f, struct err *e)
{
	struct buf sql = BUF(4096);
	sqlite3_stmt *s = NULL;

	buf_putf(&sql, "SELECT %s FROM %s", columns, from);
	conditions(&sql, f, terms, more);
	if (f->limit > 0) {
		buf_putf(&sql, " AND %s >= (SELECT min(id) FROM (SELECT %s AS id FROM %s", id, id, from);
		conditions(&sql, f, terms, more);
		buf_putf(&sql, " ORDER BY %s DESC LIMIT ?%d))", id, ASK_LIMIT + 1);
	}
	buf_putf(&sql, " ORDER BY %s", id);
	if (!sqlite_alive(b, e))
		goto out;
	if (sqlite3_prepare_v2(b->db, buf_str(&sql), -1, &s, NULL) != SQLITE_OK) {
		sqlite_fail(b, e);
		goto out;
	}
	for (int i = 0; i < ASKS; i++)
		if (asked(f, (enum ask)i))
			bind(s, f, (enum ask)i);
out:
	buf_free(&sql);
	return s;
}

static const char *column(sqlite3_stmt *s, int at)
{
	const char *text = (const char *)sqlite3_column_text(s, at);

	return text ? text : "";
}

const char sqlite_webhook[] = "webhook";

/* The PSP's own call is stored as "". */
static const char *source(sqlite3_stmt *s, int at)
{
	const char *text = column(s, at);

	return *text ? text : sqlite_webhook;
}

/* false where the text does not fit: this program never wrote that. */
static bool copy(char *out, size_t size, sqlite3_stmt *s, int at)
{
	return (size_t)snprintf(out, size, "%s", column(s, at)) < size;
}

bool sqlite_row(struct sqlite_box *b, sqlite3_stmt *s, struct inbox_row *r, struct err *e)
{
	struct pix_event *ev = &r->event;

	memset(r, 0, sizeof *r);
	r->id = sqlite3_column_int64(s, 0);
	r->note = sqlite3_column_int64(s, 1);
	r->hook = column(s, 2);
	r->psp = column(s, 3);
	if (!pix_kind_parse(column(s, 4), &ev->kind) || !copy(ev->e2eid, sizeof ev->e2eid, s, 5) ||
	    !copy(ev->ref, sizeof ev->ref, s, 6) || !copy(ev->status, sizeof ev->status, s, 7) ||
	    !copy(ev->txid, sizeof ev->txid, s, 8) || !copy(ev->key, sizeof ev->key, s, 9))
		return fail(e, ERR_STORE, "inbox %s: event %lld is damaged or was changed by hand", b->path, (long long)r->id);
	ev->has_cents = sqlite3_column_type(s, 10) != SQLITE_NULL;
	ev->cents = sqlite3_column_int64(s, 10);
	ev->has_at = sqlite3_column_type(s, 11) != SQLITE_NULL;
	ev->at_ms = sqlite3_column_int64(s, 11);
	ev->foreign = sqlite3_column_int(s, 12);
	r->delivery = column(s, 13);
	r->received_ms = sqlite3_column_int64(s, 14);
	r->source = source(s, 15);
	return true;
}

bool sqlite_list(struct inbox *box, const struct inbox_filter *f, inbox_row_fn *fn, void *arg, struct err *e)
{
	struct sqlite_box *b = (struct sqlite_box *)box;
	/* CROSS JOIN: the events are walked, in order, and each one's note is looked up. */
	sqlite3_stmt *s = query(b, SQLITE_ROW_COLUMNS, "event e CROSS JOIN note n ON n.id = e.note", "e.id", "1", event_terms, f, e);
	struct inbox_row row;
	bool ok = false;
	int rc;

	if (!s)
		return false;
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		if (!sqlite_row(b, s, &row, e))
			goto out;
		if (!fn(&row, arg))
			break;
	}
	ok = rc == SQLITE_ROW || rc == SQLITE_DONE || sqlite_fail(b, e);
out:
	sqlite3_finalize(s);
	return ok;
}

/* Of what was taken away nobody can read more. */
static const char unread[] = "n.unread AND n.purged <> 1";

static const char body_columns[] = "n.id, n.hook, n.psp, n.event, n.why, n.unread, n.received_ms, n.body, n.source, n.purged";

static void read_body(sqlite3_stmt *s, struct inbox_body *r)
{
	r->id = sqlite3_column_int64(s, 0);
	r->hook = column(s, 1);
	r->psp = column(s, 2);
	r->event = column(s, 3);
	r->why = column(s, 4);
	r->unread = sqlite3_column_int(s, 5);
	r->received_ms = sqlite3_column_int64(s, 6);
	r->body = sqlite3_column_blob(s, 7);
	r->body_len = (size_t)sqlite3_column_bytes(s, 7);
	if (!r->body)
		r->body = "";
	r->source = source(s, 8);
	r->purged = sqlite3_column_int(s, 9) == NOTE_EMPTIED;
	r->redacted = sqlite3_column_int(s, 9) == NOTE_REDACTED;
}

static bool walk_bodies(struct sqlite_box *b, const struct inbox_filter *f, const char *more, inbox_body_fn *fn, void *arg,
			bool *found, struct err *e)
{
	sqlite3_stmt *s = query(b, body_columns, "note n", "n.id", more, body_terms, f, e);
	struct inbox_body row;
	bool ok;
	int rc;

	if (!s)
		return false;
	*found = false;
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		*found = true;
		read_body(s, &row);
		if (!fn(&row, arg))
			break;
	}
	ok = rc == SQLITE_ROW || rc == SQLITE_DONE || sqlite_fail(b, e);
	sqlite3_finalize(s);
	return ok;
}

bool sqlite_bodies(struct inbox *box, const struct inbox_filter *f, bool only_unread, inbox_body_fn *fn, void *arg,
		   struct err *e)
{
	bool found;

	return walk_bodies((struct sqlite_box *)box, f, only_unread ? unread : "1", fn, arg, &found, e);
}

bool sqlite_body(struct inbox *box, int64_t note, inbox_body_fn *fn, void *arg, struct err *e)
{
	struct sqlite_box *b = (struct sqlite_box *)box;
	struct inbox_filter all = { .kind = -1 };
	char only[48];
	bool found;

	snprintf(only, sizeof only, "n.id = %lld", (long long)note);
	if (!walk_bodies(b, &all, only, fn, arg, &found, e))
		return false;
	return found || fail(e, ERR_NOT_FOUND, "inbox %s: no body %lld", b->path, (long long)note);
}

static void stands(struct inbox_stats *st, const char *delivery)
{
	static const struct {
		const char *name;
		size_t at;
	} sums[] = {
		{ "pending", offsetof(struct inbox_stats, pending) }, { "delivered", offsetof(struct inbox_stats, delivered) },
		{ "dead", offsetof(struct inbox_stats, dead) }, { "stale", offsetof(struct inbox_stats, stale) },
		{ "unwanted", offsetof(struct inbox_stats, unwanted) },
	};

	for (size_t i = 0; i < sizeof sums / sizeof *sums; i++)
		if (!strcmp(sums[i].name, delivery))
			++*(int64_t *)((char *)st + sums[i].at);
}

/* Summed here and not by GROUP BY, which would sort all events first. */
static bool sum_events(struct sqlite_box *b, const struct inbox_filter *f, struct inbox_stats *st, struct err *e)
{
	sqlite3_stmt *s = query(b, "e.kind, e.cents, e.is_foreign, e.e2eid, e.delivery", "event e", "e.id", "1", event_terms, f, e);
	enum pix_kind kind;
	bool ok;
	int rc;

	if (!s)
		return false;
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		bool foreign = sqlite3_column_int(s, 2);

		/* Every test is foreign, few events are: only theirs are looked at. */
		if (foreign && pix_is_test(column(s, 3))) {
			st->tests++;
			continue;
		}
		st->events++;
		st->foreign += foreign;
		stands(st, column(s, 4));
		if (!pix_kind_parse(column(s, 0), &kind))
			continue;
		st->per_kind[kind]++;
		if (__builtin_add_overflow(st->cents_per_kind[kind], sqlite3_column_int64(s, 1), &st->cents_per_kind[kind]))
			st->cents_per_kind[kind] = INT64_MAX;
	}
	ok = rc == SQLITE_DONE || sqlite_fail(b, e);
	sqlite3_finalize(s);
	return ok;
}

static bool sum_notes(struct sqlite_box *b, const struct inbox_filter *f, struct inbox_stats *st, struct err *e)
{
	/* length() of a blob reads its size, not its pages. */
	sqlite3_stmt *s = query(b, "count(*), total(n.unread AND n.purged <> 1), total(length(n.body)), min(n.received_ms), max(n.received_ms)",
				"note n", "n.id", "1", body_terms, f, e);
	bool ok = false;

	if (!s)
		return false;
	if (sqlite3_step(s) == SQLITE_ROW) {
		st->notes = sqlite3_column_int64(s, 0);
		st->unread = sqlite3_column_int64(s, 1);
		st->bytes = sqlite3_column_int64(s, 2);
		st->first_ms = sqlite3_column_int64(s, 3);
		st->last_ms = sqlite3_column_int64(s, 4);
		ok = true;
	} else {
		sqlite_fail(b, e);
	}
	sqlite3_finalize(s);
	return ok;
}

/* The newest is most likely among the last ones. */
static bool last_webhook(struct sqlite_box *b, const char *hook, int64_t *ms, struct err *e)
{
	static const char sql[] = "SELECT n.received_ms, e.e2eid FROM event e CROSS JOIN note n ON n.id = e.note"
				  " WHERE n.source = '' AND (?1 IS NULL OR e.hook = ?1) ORDER BY e.id DESC";
	sqlite3_stmt *s = NULL;
	bool ok;
	int rc;

	if (sqlite3_prepare_v2(b->db, sql, -1, &s, NULL) != SQLITE_OK)
		return sqlite_fail(b, e);
	if (hook)
		sqlite_text(s, 1, hook);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW && pix_is_test(column(s, 1)))
		;
	if (rc == SQLITE_ROW)
		*ms = sqlite3_column_int64(s, 0);
	ok = rc == SQLITE_ROW || rc == SQLITE_DONE || sqlite_fail(b, e);
	sqlite3_finalize(s);
	return ok;
}

bool sqlite_stats(struct inbox *box, const char *hook, struct inbox_stats *stats, struct err *e)
{
	struct sqlite_box *b = (struct sqlite_box *)box;
	struct inbox_filter f = { .hook = hook, .kind = -1 };
	struct inbox_stats st = { 0 };

	if (!sum_notes(b, &f, &st, e) || !sum_events(b, &f, &st, e) || !last_webhook(b, hook, &st.last_webhook_ms, e))
		return false;
	*stats = st;
	return true;
}
