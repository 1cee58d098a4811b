/* `pixgate inbox list`: the events, as a table or as JSON Lines, and more as they come. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/event.h"
#include "cli/start.h"
#include "cli/stop.h"
#include "lib/table.h"

enum { HOOK, KIND, TXID, E2EID, DELIVERY, SINCE, LIMIT, FOLLOW };

static const struct opt options[] = {
	[HOOK]   = { "--hook", "NAME", "of that hook alone", 0 },
	[KIND]   = { "--kind", "KIND", "received, refund, sent, recurrence, charge, payment, return or validation", 0 },
	[TXID]   = { "--txid", "TXID", "with exactly that txid", 0 },
	[E2EID]  = { "--e2eid", "E2EID", "with exactly that endToEndId", 0 },
	[DELIVERY] = { "--delivery", "STATE", "pending, delivered, dead, stale, unwanted or never", 0 },
	[SINCE]  = { "--since", "TIME", "received since then: 2026-11-21, 2026-11-21T12:00:00Z (both UTC), or 90m, 2h, 7d ago", 0 },
	[LIMIT]  = { "--limit", "N", "the newest N alone", 0 },
	[FOLLOW] = { "--follow", NULL, "then waits for more, until a signal ends it", 0 },
	{ 0 }
};

/* Milliseconds between two looks, where the store cannot wake us sooner. */
#define LOOK_MS 1000

/* Rows of one walk: while it lasts the store's log cannot begin anew, so it must not wait for a slow reader of ours. */
#define PAGE 256

struct listing {
	bool json;
	struct table *table;	/* NULL: lines are written, page by page */
	struct buf lines;
	int64_t last;		/* id of the newest row seen */
	size_t rows, page;
	int broken;		/* errno of a standard output that takes no more, else 0 */
};

/* Columns of fixed width: who follows must not wait until the widest cell is known. */
static const int widths[EVENT_COLUMNS] = { 8, -20, -12, -10, 12, -32, -26, -13, -9, -7 };

static void put_line(struct buf *b, const char *const *text)
{
	int end = EVENT_COLUMNS;

	while (end > 1 && text[end - 1] && !text[end - 1][0])
		end--;
	for (int i = 0; i < end; i++) {
		const char *cell = text[i] ? text[i] : "-";

		buf_putf(b, "%s%*s", i ? "  " : "", i + 1 < end || widths[i] > 0 ? widths[i] : 0, cell + (cell[0] == '>'));
	}
	buf_puts(b, "\n");
}

static bool on_row(const struct inbox_row *row, void *arg)
{
	struct listing *l = arg;
	struct event_cells cells = { 0 };

	l->last = row->id;
	l->rows++;
	l->page++;
	if (l->json) {
		json_open(&l->lines, NULL, '{');
		event_members(&l->lines, row);
		json_close(&l->lines, '}');
		buf_puts(&l->lines, "\n");
	} else {
		event_cells(&cells, row);
		if (l->table)
			for (int i = 0; i < EVENT_COLUMNS; i++)
				table_cell(l->table, cells.text[i]);
		else
			put_line(&l->lines, cells.text);
	}
	return l->page < PAGE;
}

static void say(struct listing *l)
{
	if (!out_bytes(buf_str(&l->lines), l->lines.len))
		l->broken = errno ? errno : EIO;
	buf_reset(&l->lines);
}

/* All that matches from f->after_id on. After the first page the limit is spent: what is newer may only be more. */
static bool walk(struct inbox *box, struct inbox_filter *f, struct listing *l, struct err *e)
{
	do {
		l->page = 0;
		if (!box->ops->list(box, f, on_row, l, e))
			return false;
		say(l);
		if (l->page) {
			f->after_id = l->last;
			f->limit = 0;
		}
	} while (l->page == PAGE && !l->broken);
	return true;
}

/* Whoever reads a pipe may go away while there is nothing to write: only poll tells. */
static bool reader_gone(void)
{
	struct pollfd out = { .fd = STDOUT_FILENO };

	return poll(&out, 1, 0) > 0 && (out.revents & (POLLERR | POLLNVAL));
}

static int follow(struct inbox *box, struct inbox_filter *f, struct listing *l, struct err *e)
{
	bool changed;

	f->limit = 0;
	for (;;) {
		if (!l->broken && fflush(stdout))
			l->broken = errno ? errno : EIO;
		if (l->broken == EPIPE || reader_gone())
			return 128 + SIGPIPE;
		if (l->broken)
			return fail(e, ERR_STORE, "standard output: %s", strerror(l->broken));
		if (stopped)
			return 128 + stopped;
		if (!box->ops->wait(box, LOOK_MS, &changed, e) || (changed && !walk(box, f, l, e)))
			return 0;
	}
}

static int run(const struct common *c, const struct args *a, struct err *e)
{
	struct inbox_filter f = { .hook = a->value[HOOK], .txid = a->value[TXID], .e2eid = a->value[E2EID] };
	struct listing l = { .json = c->json, .lines = BUF(OUT_MAX) };
	struct started st = { 0 };
	bool changed;
	int status = 0;

	if (!read_kind(a->value[KIND], &f.kind, e) || !read_delivery(a->value[DELIVERY], &f.delivery, e) ||
	    !read_since(a->value[SINCE], c->now_ms, &f.since_ms, e) ||
	    !read_limit(a->value[LIMIT], &f.limit, e) || !start_inbox(&st, c, INBOX_READ, e))
		goto out;
	if (a->value[FOLLOW]) {
		stop_catch();
		/* What is committed from here on counts as a change, so that none falls between the list and the wait. */
		if (!st.box->ops->wait(st.box, 0, &changed, e))
			goto out;
		if (!c->json)
			put_line(&l.lines, event_heads);
	} else if (!c->json) {
		l.table = table_new(event_heads);
	}
	if (!walk(st.box, &f, &l, e))
		goto out;
	if (a->value[FOLLOW]) {
		status = follow(st.box, &f, &l, e);
		goto out;
	}
	if (!l.rows) {
		nothing_matched(st.settings, f.hook, e);
		goto out;
	}
	if (l.table)
		table_print(l.table, stdout, table_color(stdout));
out:
	if (l.table)
		table_free(l.table);
	buf_free(&l.lines);
	end_inbox(&st);
	return status;
}

const struct verb inbox_list = {
	.name = "list",
	.synopsis = "[OPTION …]",
	.summary = "the events that have arrived",
	.help = "Prints the events, the oldest first. Exit status 1 where nothing matched.",
	.options = options,
	.run = run,
};
