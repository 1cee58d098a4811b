/* The sinks that the inbox knows, in memory: one walk reads hundreds faster than each is looked up. */
#define INBOX_SQLITE_INSIDE
#include "inbox/sqlite.h"

#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"

static void drop(struct sqlite_sinks *all, size_t from)
{
	for (size_t i = from; i < all->count; i++) {
		free(all->row[i].hook);
		free(all->row[i].name);
	}
	if (from < all->count)
		all->count = from;
}

void sqlite_sinks_forget(struct sqlite_sinks *all)
{
	drop(all, 0);
	free(all->row);
	*all = (struct sqlite_sinks){ 0 };
}

static int compare(const struct sqlite_sink *s, const char *hook, const char *name)
{
	int by_hook = strcmp(s->hook, hook);

	return by_hook ? by_hook : strcmp(s->name, name);
}

/* The place of the first that does not come before. */
static size_t place_of(const struct sqlite_sinks *all, const char *hook, const char *name)
{
	size_t low = 0, high = all->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (compare(&all->row[mid], hook, name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

size_t sqlite_sinks_of(const struct sqlite_box *b, const char *hook)
{
	return place_of(&b->sinks, hook, "");
}

struct sqlite_sink *sqlite_sink(struct sqlite_box *b, const char *hook, const char *name)
{
	size_t at = place_of(&b->sinks, hook, name);

	return at < b->sinks.count && !compare(&b->sinks.row[at], hook, name) ? &b->sinks.row[at] : NULL;
}

/* Row `at` is that one; it is made where it is another. Rows come in order and none is ever deleted. */
static struct sqlite_sink *at_place(struct sqlite_sinks *all, size_t at, const char *hook, const char *name)
{
	if (at < all->count && !compare(&all->row[at], hook, name))
		return &all->row[at];
	all->row = xgrow(all->row, &all->cap, all->count + 1, sizeof *all->row);
	memmove(&all->row[at + 1], &all->row[at], (all->count - at) * sizeof *all->row);
	all->row[at] = (struct sqlite_sink){ .hook = xstrdup(hook), .name = xstrdup(name) };
	all->count++;
	return &all->row[at];
}

bool sqlite_sinks_read(struct sqlite_box *b, struct err *e)
{
	struct sqlite_sinks *all = &b->sinks;
	sqlite3_stmt *st;
	size_t n = 0;
	int rc;

	if (all->fresh)
		return true;
	st = sqlite_use(b, SQL_SINKS, e);
	if (!st)
		return false;
	for (; (rc = sqlite3_step(st)) == SQLITE_ROW; n++) {
		struct sqlite_sink *s = at_place(all, n, (const char *)sqlite3_column_text(st, 1),
						 (const char *)sqlite3_column_text(st, 2));

		s->id = sqlite3_column_int64(st, 0);
		s->planned = sqlite3_column_int64(st, 3);
		if (s->seen < s->planned)
			s->seen = s->planned;
		s->since = sqlite3_column_int64(st, 4);
		s->paused_ms = sqlite3_column_int64(st, 5);
		s->stopped = sqlite3_column_int(st, 6);
		s->failed = sqlite3_column_int(st, 7);
	}
	if (rc != SQLITE_DONE)
		sqlite_fail(b, e);
	sqlite3_reset(st);
	if (rc != SQLITE_DONE)
		return false;
	drop(all, n);
	all->fresh = b->in_txn;
	return true;
}

static bool make_sink(struct sqlite_box *b, const struct inbox_sink *given, struct err *e)
{
	sqlite3_stmt *st = sqlite_use(b, SQL_SINK_ADD, e);

	if (!st)
		return false;
	sqlite_text(st, 1, given->hook);
	sqlite_text(st, 2, given->name);
	b->sinks.fresh = false;
	return sqlite_one(b, st, e) == 0;
}

bool sqlite_sinks_give(struct sqlite_box *b, const struct inbox_sink *given, size_t count, bool make, struct err *e)
{
	if (!sqlite_sinks_read(b, e))
		return false;
	for (size_t i = 0; make && i < count; i++)
		if (!sqlite_sink(b, given[i].hook, given[i].name) && !make_sink(b, &given[i], e))
			return false;
	if (!sqlite_sinks_read(b, e))
		return false;
	for (size_t i = 0; i < b->sinks.count; i++)
		b->sinks.row[i].given = b->sinks.row[i].met = false;
	for (size_t i = 0; i < count; i++) {
		struct sqlite_sink *s = sqlite_sink(b, given[i].hook, given[i].name);

		if (s) {
			s->given = true;
			s->place = i;
		}
	}
	return true;
}

bool sqlite_sink_why(struct sqlite_box *b, struct sqlite_sink *s, const char *why, struct err *e)
{
	sqlite3_stmt *st;

	if (!*why && !s->failed)
		return true;
	st = sqlite_use(b, SQL_SINK_WHY, e);
	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, s->id);
	sqlite_text(st, 2, why);
	s->failed = *why;
	return sqlite_one(b, st, e) == 0;
}

static bool pause_sink(struct sqlite_box *b, const struct inbox_sink *sink, int64_t until_ms, bool stopped, const char *why,
		       struct err *e)
{
	struct sqlite_sink *s;
	sqlite3_stmt *st;

	if (!sqlite_sinks_give(b, sink, 1, true, e))
		return false;
	s = sqlite_sink(b, sink->hook, sink->name);
	st = s ? sqlite_use(b, SQL_SINK_PAUSE, e) : NULL;
	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, s->id);
	sqlite3_bind_int64(st, 2, until_ms);
	sqlite3_bind_int(st, 3, stopped);
	sqlite_text(st, 4, why ? why : "");
	b->sinks.fresh = false;
	return sqlite_one(b, st, e) == 0;
}

bool sqlite_pause(struct inbox *box, const struct inbox_sink *sink, int64_t until_ms, bool stopped, const char *why, struct err *e)
{
	struct sqlite_box *b = (struct sqlite_box *)box;

	if (!sqlite_writing(b, e))
		return false;
	if (pause_sink(b, sink, until_ms, stopped, why, e))
		return true;
	box->ops->rollback(box);
	return false;
}
