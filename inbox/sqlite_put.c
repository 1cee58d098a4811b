/* What is written: bodies and events, each once. */
#define INBOX_SQLITE_INSIDE
#include "inbox/sqlite.h"

#include <string.h>

#include "lib/secret.h"

static const char pending[] = "pending", never[] = "never";

/*
 * How a repeated body is known without an index over all bodies, whose random keys would make each insert 6 to 11 times
 * as dear at 10^7 rows: one that makes a fresh event is new. One whose events are all there is compared with the bodies
 * that made them. What is left (no events, or known events in other words) gets a digest of 36 bytes, its length
 * (big endian) and its SHA-256, unique together with the hook and the event's name in the URL. So does one that is taken
 * away and whose events do not tell all of it (sqlite_purge.c).
 */
enum { DIGEST = 4 + 32 };

static void size_of_digest(size_t len, unsigned char d[DIGEST], int fill)
{
	memset(d, fill, DIGEST);
	d[0] = (unsigned char)(len >> 24);
	d[1] = (unsigned char)(len >> 16);
	d[2] = (unsigned char)(len >> 8);
	d[3] = (unsigned char)len;
}

/* One look per transaction at most, none where nobody else has written since our last one. */
static bool know(struct sqlite_box *b, struct err *e)
{
	unsigned version = 0;
	sqlite3_stmt *s;
	int got;

	sqlite3_file_control(b->db, "main", SQLITE_FCNTL_DATA_VERSION, &version);
	if (b->known && version == b->version)
		return true;
	s = sqlite_use(b, SQL_STATE, e);
	got = s ? sqlite_one(b, s, e) : -1;
	if (got != 1)
		return false;
	b->next_note = sqlite3_column_int64(s, 0) + 1;
	b->has_digests = sqlite3_column_int(s, 1);
	sqlite3_reset(s);
	b->version = version;
	b->known = true;
	return true;
}

/* *note is 0 where no such body is kept with a digest. The hash is only made where one of the same length is. */
static bool by_digest(struct sqlite_box *b, const struct inbox_note *n, int64_t *note, struct err *e)
{
	unsigned char d[DIGEST], most[DIGEST];
	sqlite3_stmt *s;
	int got;

	*note = 0;
	if (!b->has_digests)
		return true;
	size_of_digest(n->body_len, d, 0x00);
	size_of_digest(n->body_len, most, 0xff);
	s = sqlite_use(b, SQL_SIZED, e);
	if (!s)
		return false;
	sqlite_text(s, 1, n->hook);
	sqlite3_bind_blob(s, 2, d, DIGEST, SQLITE_STATIC);
	sqlite3_bind_blob(s, 3, most, DIGEST, SQLITE_STATIC);
	got = sqlite_one(b, s, e);
	if (got != 1)
		return got == 0;
	sqlite3_reset(s);

	sha256(n->body, n->body_len, d + 4);
	s = sqlite_use(b, SQL_DIGEST, e);
	if (!s)
		return false;
	sqlite_text(s, 1, n->hook);
	sqlite3_bind_blob(s, 2, d, DIGEST, SQLITE_STATIC);
	sqlite_text(s, 3, n->event);
	got = sqlite_one(b, s, e);
	if (got == 1) {
		*note = sqlite3_column_int64(s, 0);
		sqlite3_reset(s);
	}
	return got >= 0;
}

/* *taken: its body was taken away since, so that nobody can tell whether it had these bytes. */
static bool owns(struct sqlite_box *b, int64_t owner, const struct inbox_note *n, bool *same, bool *taken, struct err *e)
{
	sqlite3_stmt *s = sqlite_use(b, SQL_OWNER, e);
	int got;

	if (!s)
		return false;
	sqlite3_bind_int64(s, 1, owner);
	sqlite3_bind_int64(s, 2, (int64_t)n->body_len);
	got = sqlite_one(b, s, e);
	if (got == 1) {
		const void *body = sqlite3_column_blob(s, 0);

		*taken = sqlite3_column_int(s, 1);
		*same = !*taken && (!n->body_len || (body && !memcmp(body, n->body, n->body_len)));
		sqlite3_reset(s);
	}
	return got >= 0;
}

/* What an event met: *owner is the note that made it, *differs whether it said something else. */
static bool twin(struct sqlite_box *b, const struct inbox_note *n, const struct pix_event *ev, int64_t *owner, bool *differs,
		 struct err *e)
{
	sqlite3_stmt *s = sqlite_use(b, SQL_TWIN, e);
	int got;

	if (!s)
		return false;
	sqlite_text(s, 1, ev->e2eid);
	sqlite_text(s, 2, n->hook);
	sqlite_text(s, 3, pix_kind_name(ev->kind));
	sqlite_text(s, 4, ev->ref);
	sqlite_text(s, 5, ev->status);
	got = sqlite_one(b, s, e);
	if (got != 1)
		return got == 0 ? fail(e, ERR_STORE, "inbox %s: damaged, an index does not fit its table", b->path) : false;
	*owner = sqlite3_column_int64(s, 0);
	*differs = strcmp((const char *)sqlite3_column_text(s, 1), ev->txid) ||
		   strcmp((const char *)sqlite3_column_text(s, 2), ev->key) ||
		   (sqlite3_column_type(s, 3) != SQLITE_NULL) != ev->has_cents ||
		   (ev->has_cents && sqlite3_column_int64(s, 3) != ev->cents);
	sqlite3_reset(s);
	return true;
}

/* *fresh: it was stored now. */
static bool add_event(struct sqlite_box *b, int64_t note, const char *hook, const struct pix_event *ev, bool *fresh,
		      struct err *e)
{
	sqlite3_stmt *s = sqlite_use(b, SQL_EVENT, e);

	if (!s)
		return false;
	sqlite3_bind_int64(s, 1, note);
	sqlite_text(s, 2, hook);
	sqlite_text(s, 3, pix_kind_name(ev->kind));
	sqlite_text(s, 4, ev->e2eid);
	sqlite_text(s, 5, ev->ref);
	sqlite_text(s, 6, ev->status);
	sqlite_text(s, 7, ev->txid);
	sqlite_text(s, 8, ev->key);
	if (ev->has_cents)
		sqlite3_bind_int64(s, 9, ev->cents);
	else
		sqlite3_bind_null(s, 9);
	if (ev->has_at)
		sqlite3_bind_int64(s, 10, ev->at_ms);
	else
		sqlite3_bind_null(s, 10);
	sqlite3_bind_int(s, 11, ev->foreign);
	if (ev->foreign)
		sqlite3_bind_text(s, 12, never, sizeof never - 1, SQLITE_STATIC);
	else
		sqlite3_bind_text(s, 12, pending, sizeof pending - 1, SQLITE_STATIC);
	if (sqlite_one(b, s, e) < 0)
		return false;
	*fresh = sqlite3_changes(b->db) > 0;
	return true;
}

/* What became of the events of one body. */
struct added {
	int64_t first;		/* id of the first fresh one */
	int64_t same;		/* the note that made a twin and has the very bytes of this one; 0: none */
	int64_t taken;		/* one that made a twin and whose body was taken away since; 0: none */
};

/* All events of n, as note's. */
static bool add_events(struct sqlite_box *b, int64_t note, const struct inbox_note *n, struct inbox_put *put, struct added *did,
		       struct err *e)
{
	int64_t compared = note;

	for (size_t i = 0; i < n->count; i++) {
		int64_t owner = 0;
		bool fresh = false, differs = false, same = false, taken = false;

		if (!add_event(b, note, n->hook, &n->events[i], &fresh, e))
			return false;
		if (fresh) {
			if (!put->fresh++)
				did->first = sqlite3_last_insert_rowid(b->db);
			continue;
		}
		if (!twin(b, n, &n->events[i], &owner, &differs, e))
			return false;
		put->twins++;
		put->differ += differs;
		if (!did->same && owner != compared) {
			if (!owns(b, owner, n, &same, &taken, e))
				return false;
			did->same = same ? owner : 0;
			did->taken = taken ? owner : did->taken;
			compared = owner;
		}
	}
	return true;
}

static bool add_note(struct sqlite_box *b, int64_t id, const struct inbox_note *n, struct err *e)
{
	sqlite3_stmt *s = sqlite_use(b, SQL_NOTE, e);

	if (!s)
		return false;
	sqlite3_bind_int64(s, 1, id);
	sqlite_text(s, 2, n->hook);
	sqlite_text(s, 3, n->psp);
	sqlite_text(s, 4, n->event);
	sqlite3_bind_int64(s, 5, n->received_ms);
	sqlite3_bind_int(s, 6, n->unread);
	sqlite_text(s, 7, n->why);
	/* A NULL pointer would be bound as NULL, an empty body is not that. */
	sqlite3_bind_blob64(s, 8, n->body_len ? n->body : "", n->body_len, SQLITE_STATIC);
	sqlite_text(s, 9, n->source && strcmp(n->source, sqlite_webhook) != 0 ? n->source : "");
	return sqlite_one(b, s, e) == 0;
}

bool sqlite_remember(struct sqlite_box *b, int64_t note, const struct inbox_note *n, struct err *e)
{
	sqlite3_stmt *s = sqlite_use(b, SQL_REMEMBER, e);
	unsigned char d[DIGEST];

	if (!s)
		return false;
	size_of_digest(n->body_len, d, 0);
	sha256(n->body, n->body_len, d + 4);
	sqlite_text(s, 1, n->hook);
	sqlite3_bind_blob(s, 2, d, DIGEST, SQLITE_TRANSIENT);
	sqlite_text(s, 3, n->event);
	sqlite3_bind_int64(s, 4, note);
	b->has_digests = true;
	return sqlite_one(b, s, e) == 0;
}

static bool set_unread(struct sqlite_box *b, int64_t note, bool unread, const char *why, struct err *e)
{
	sqlite3_stmt *s;

	/* The row moves within its page: where it was, a copy of the body would stay that no purge finds. */
	if (!sqlite_exec(b, SQLITE_OVERWRITE, e))
		return false;
	s = sqlite_use(b, SQL_UNREAD, e);
	if (!s)
		return false;
	sqlite3_bind_int(s, 1, unread);
	sqlite_text(s, 2, why);
	sqlite3_bind_int64(s, 3, note);
	return sqlite_one(b, s, e) == 0;
}

/* A body that is kept already, read by a newer version of this program that understands more of it than the one which
 * kept it: what it made now is its, and so is the verdict on it. */
static bool adopt(struct sqlite_box *b, int64_t from, int64_t first, int64_t note, const struct inbox_note *n, struct err *e)
{
	sqlite3_stmt *s = sqlite_use(b, SQL_ADOPT, e);

	if (!s)
		return false;
	sqlite3_bind_int64(s, 1, note);
	sqlite3_bind_int64(s, 2, first);
	sqlite3_bind_int64(s, 3, from);
	return sqlite_one(b, s, e) == 0 && set_unread(b, note, n->unread, n->why, e);
}

static bool put_note(struct sqlite_box *b, const struct inbox_note *n, struct inbox_put *put, struct err *e)
{
	struct added did = { 0 };
	int64_t kept, note;

	if (!know(b, e) || !by_digest(b, n, &kept, e))
		return false;
	note = b->next_note;
	if (!add_events(b, note, n, put, &did, e))
		return false;
	if (!kept)
		kept = did.same;
	/* What was taken away does not come back with a repeat, not even in other words or among others: it tells nothing new. */
	if (!kept && put->twins == n->count && !put->differ && !n->unread)
		kept = did.taken;
	if (kept)
		return !put->fresh || adopt(b, note, did.first, kept, n, e);
	if (!add_note(b, note, n, e) || (!put->fresh && !sqlite_remember(b, note, n, e)))
		return false;
	b->next_note++;
	put->fresh_note = true;
	return true;
}

/* Half a body must not be committed by a caller that overlooked the failure: the transaction ends here. */
bool sqlite_writing(struct sqlite_box *b, struct err *e)
{
	return b->in_txn || fail(e, ERR_STORE, "inbox %s: no transaction is open", b->path);
}

bool sqlite_put(struct inbox *box, const struct inbox_note *n, struct inbox_put *put, struct err *e)
{
	struct sqlite_box *b = (struct sqlite_box *)box;
	struct inbox_put did = { 0 };

	if (!sqlite_writing(b, e))
		return false;
	if (!put_note(b, n, &did, e)) {
		box->ops->rollback(box);
		return false;
	}
	*put = did;
	return true;
}

bool sqlite_reread(struct inbox *box, int64_t note, const struct inbox_note *n, struct inbox_put *put, struct err *e)
{
	struct sqlite_box *b = (struct sqlite_box *)box;
	struct inbox_put did = { 0 };
	struct added added = { 0 };
	sqlite3_stmt *s;
	int got = -1;

	if (!sqlite_writing(b, e))
		return false;
	s = sqlite_use(b, SQL_HAS_NOTE, e);
	if (s) {
		sqlite3_bind_int64(s, 1, note);
		got = sqlite_one(b, s, e);
		sqlite3_reset(s);
	}
	if (got == 0)
		return fail(e, ERR_NOT_FOUND, "inbox %s: no body %lld", b->path, (long long)note);
	if (got < 0 || !add_events(b, note, n, &did, &added, e) || !set_unread(b, note, n->unread, n->why, e)) {
		box->ops->rollback(box);
		return false;
	}
	*put = did;
	return true;
}

bool sqlite_again(struct inbox *box, int64_t id, bool *changed, struct err *e)
{
	struct sqlite_box *b = (struct sqlite_box *)box;
	sqlite3_stmt *s;

	if (!sqlite_writing(b, e))
		return false;
	for (int i = 0; i < 2; i++) {	/* plan is told, then the event waits again, whatever became of it */
		s = sqlite_use(b, i ? SQL_AGAIN : SQL_AGAIN_ADD, e);
		if (s)
			sqlite3_bind_int64(s, 1, id);
		if (!s || sqlite_one(b, s, e) < 0) {
			box->ops->rollback(box);
			return false;
		}
	}
	*changed = sqlite3_changes(b->db) > 0;
	return true;
}
