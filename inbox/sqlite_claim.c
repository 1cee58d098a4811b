/* Jobs that are due are leased. */
#define INBOX_SQLITE_INSIDE
#include "inbox/sqlite.h"

#include <stdlib.h>

#include "lib/mem.h"

enum {
	LOOK = 64,		/* jobs that are looked at in one go */
	LOOK_MORE = 16,		/* beyond those that are wanted, for some are not next */
	CLOCK_MS = 60 * 1000,	/* so often what is due too far ahead is searched for */
};

/* A sink that has something due. */
struct share {
	struct sqlite_sink *sink;
	size_t place, room;
};

struct claiming {
	struct sqlite_box *b;
	const struct inbox_claim *c;
	inbox_job_fn *fn;
	void *arg;
	size_t left;	/* jobs that may still be leased */
	size_t looks;	/* jobs that may still be looked at: the gate waits meanwhile */
	bool ended;	/* fn said so */
};

struct candidate {
	int64_t event;
	int tries;
};

/* A lease that ran out, and one that ends further ahead than any may: the clock was set back. */
static bool expire(struct sqlite_box *b, int64_t now_ms, struct err *e)
{
	sqlite3_stmt *st = sqlite_use(b, SQL_EXPIRE, e);

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, now_ms);
	sqlite3_bind_int64(st, 2, now_ms + INBOX_AHEAD_MS);
	return sqlite_one(b, st, e) == 0;
}

/* What waits for a time further ahead than any may. Looked for now and then, and whenever the clock goes back. */
static bool unfreeze(struct sqlite_box *b, int64_t now_ms, struct err *e)
{
	if (b->clock_ms && now_ms >= b->clock_ms && now_ms - b->clock_ms < CLOCK_MS)
		return true;
	for (size_t i = 0; i < b->sinks.count; i++) {
		sqlite3_stmt *st;

		if (!b->sinks.row[i].given)
			continue;
		st = sqlite_use(b, SQL_UNFREEZE, e);
		if (!st)
			return false;
		sqlite3_bind_int64(st, 1, b->sinks.row[i].id);
		sqlite3_bind_int64(st, 2, now_ms + INBOX_AHEAD_MS);
		if (sqlite_one(b, st, e) < 0)
			return false;
	}
	b->clock_ms = now_ms;
	return true;
}

/* The first n that are due; *n then is how many there are. */
static bool candidates(struct claiming *k, const struct sqlite_sink *s, struct candidate *list, size_t *n, struct err *e)
{
	sqlite3_stmt *st = sqlite_use(k->b, SQL_DUE, e);
	size_t got = 0;
	int rc;

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, s->id);
	sqlite3_bind_int64(st, 2, k->c->now_ms);
	sqlite3_bind_int64(st, 3, (int64_t)*n);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW)
		list[got++] = (struct candidate){ sqlite3_column_int64(st, 0), sqlite3_column_int(st, 1) };
	if (rc != SQLITE_DONE)
		sqlite_fail(k->b, e);
	sqlite3_reset(st);
	*n = got;
	return rc == SQLITE_DONE;
}

static bool lease(struct claiming *k, int64_t event, int64_t sink, struct err *e)
{
	sqlite3_stmt *st = sqlite_use(k->b, SQL_LEASE, e);

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, event);
	sqlite3_bind_int64(st, 2, sink);
	sqlite3_bind_int64(st, 3, k->c->now_ms + k->c->lease_ms);
	sqlite_text(st, 4, k->c->who);
	return sqlite_one(k->b, st, e) == 0;
}

/* *did: it was leased, and fn was told. */
static bool try_one(struct claiming *k, const struct share *sh, const struct candidate *can, bool *did, struct err *e)
{
	sqlite3_stmt *st = sqlite_use(k->b, SQL_ROW, e);
	struct inbox_row row;
	bool ok = false;
	int got;

	*did = false;
	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, can->event);
	got = sqlite_one(k->b, st, e);
	if (got < 0)
		return false;
	if (got == 0)
		return fail(e, ERR_STORE, "inbox %s: event %lld is damaged or was taken away by hand", k->b->path, (long long)can->event);
	if (!sqlite_row(k->b, st, &row, e) || !sqlite_lane_free(k->b, sh->sink, &row, k->c->now_ms, did, e))
		goto out;
	if (*did) {
		struct inbox_job job = { .row = &row, .sink = sh->place, .tries = can->tries };

		if (!lease(k, row.id, sh->sink->id, e))
			goto out;
		k->left--;
		k->ended = !k->fn(&job, k->arg);
	}
	ok = true;
out:
	sqlite3_reset(st);
	return ok;
}

/* At most n jobs of one sink. Its room is 0 once it has no more. */
static bool take(struct claiming *k, struct share *sh, size_t n, struct err *e)
{
	while (n && !k->ended && k->looks) {
		size_t ask = n + LOOK_MORE < LOOK ? n + LOOK_MORE : LOOK, found = ask;
		struct candidate list[LOOK];

		if (!candidates(k, sh->sink, list, &found, e))
			return false;
		for (size_t i = 0; i < found && n && !k->ended && k->looks; i++, k->looks--) {
			bool did;

			if (!try_one(k, sh, &list[i], &did, e))
				return false;
			n -= did;
			sh->room -= did;
		}
		if (n && found < ask) {
			sh->room = 0;
			return true;
		}
	}
	return true;
}

static bool takes(const struct sqlite_sink *s, int64_t now_ms)
{
	return !s->stopped && (s->paused_ms <= now_ms || s->paused_ms > now_ms + INBOX_AHEAD_MS);
}

/* Those that have something due and room for it. */
static bool shares(struct claiming *k, struct share *sh, size_t *count, struct err *e)
{
	*count = 0;
	for (size_t i = 0; i < k->c->count; i++) {
		struct sqlite_sink *s = sqlite_sink(k->b, k->c->sinks[i].hook, k->c->sinks[i].name);
		struct candidate one;
		size_t n = 1;

		if (!s || s->place != i || !k->c->room[i] || !takes(s, k->c->now_ms))
			continue;
		if (!candidates(k, s, &one, &n, e))
			return false;
		if (n)
			sh[(*count)++] = (struct share){ s, i, k->c->room[i] };
	}
	return true;
}

/* Each sink gets as much as the others, as long as it has that much. Who is first changes from call to call. */
static bool spread(struct claiming *k, struct share *sh, size_t count, struct err *e)
{
	size_t first = count ? k->b->claims++ % count : 0, having = count;

	while (having && k->left && k->looks && !k->ended) {
		size_t each = k->left / having ? k->left / having : 1;

		having = 0;
		for (size_t i = 0; i < count && k->left && !k->ended; i++) {
			struct share *s = &sh[(first + i) % count];
			size_t n = s->room < each ? s->room : each;

			if (!take(k, s, n < k->left ? n : k->left, e))
				return false;
			having += s->room > 0;
		}
	}
	return true;
}

bool sqlite_claim(struct inbox *box, const struct inbox_claim *c, inbox_job_fn *fn, void *arg, struct err *e)
{
	struct claiming k = { .b = (struct sqlite_box *)box, .c = c, .fn = fn, .arg = arg, .left = c->most,
			      .looks = 4 * c->most + 4 * LOOK };
	struct share *sh;
	size_t count;
	bool ok;

	if (!sqlite_writing(k.b, e))
		return false;
	sh = xcalloc(c->count + 1, sizeof *sh);
	ok = sqlite_sinks_give(k.b, c->sinks, c->count, false, e) && expire(k.b, c->now_ms, e) && unfreeze(k.b, c->now_ms, e) &&
	     shares(&k, sh, &count, e) && spread(&k, sh, count, e);
	free(sh);
	if (!ok)
		box->ops->rollback(box);
	return ok;
}

/* The least due time of a sink's jobs in a state; -1: there are none. */
static bool least_due(struct sqlite_box *b, enum sql which, int64_t sink, int64_t *due_ms, struct err *e)
{
	sqlite3_stmt *st = sqlite_use(b, which, e);
	int got;

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, sink);
	got = sqlite_one(b, st, e);
	if (got == 1) {
		*due_ms = sqlite3_column_type(st, 0) == SQLITE_NULL ? -1 : sqlite3_column_int64(st, 0);
		sqlite3_reset(st);
	}
	return got == 1;
}

bool sqlite_due(struct inbox *box, const struct inbox_sink *sinks, size_t count, int64_t now_ms, int64_t *due_ms, struct err *e)
{
	static const enum sql which[] = { SQL_LEAST_DUE, SQL_LEAST_LEASE };
	struct sqlite_box *b = (struct sqlite_box *)box;
	int64_t least = 0;

	if (!sqlite_alive(b, e) || !sqlite_sinks_read(b, e))
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct sqlite_sink *s = sqlite_sink(b, sinks[i].hook, sinks[i].name);

		for (size_t w = 0; s && !s->stopped && w < 2; w++) {
			int64_t due;

			if (!least_due(b, which[w], s->id, &due, e))
				return false;
			if (due < 0)
				continue;
			if (due < s->paused_ms && !takes(s, now_ms))
				due = s->paused_ms;
			if (due < now_ms || due > now_ms + INBOX_AHEAD_MS)
				due = now_ms;
			if (!least || due < least)
				least = due;
		}
	}
	*due_ms = least;
	return true;
}
