/* `pixgate inbox export`: the events as JSON Lines or CSV, to standard output or into a new file. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/csv.h"
#include "cli/event.h"
#include "cli/newfile.h"
#include "cli/start.h"
#include "cli/stop.h"
#include "lib/mem.h"
#include "lib/when.h"
#include "pix/test_event.h"

enum { FORMAT, OUTPUT, BODY, HOOK, KIND, TXID, E2EID, DELIVERY, SINCE, LIMIT };

static const struct opt options[] = {
	[FORMAT]   = { "--format", "FORMAT", "jsonl (as inbox list --json) or csv", 0 },
	[OUTPUT]   = { "--output", "FILE", "writes a new file, which its owner alone may read, instead of standard output (also -o)", 'o' },
	[BODY]     = { "--body", NULL, "jsonl: with each event the body that told of it", 0 },
	[HOOK]     = { "--hook", "NAME", "of that hook alone", 0 },
	[KIND]     = { "--kind", "KIND", "as for inbox list", 0 },
	[TXID]     = { "--txid", "TXID", "with exactly that txid", 0 },
	[E2EID]    = { "--e2eid", "E2EID", "with exactly that endToEndId", 0 },
	[DELIVERY] = { "--delivery", "STATE", "as for inbox list", 0 },
	[SINCE]    = { "--since", "TIME", "received since then, as for inbox list", 0 },
	[LIMIT]    = { "--limit", "N", "the newest N alone", 0 },
	{ 0 }
};

/* Rows of one walk: while it lasts the store's log cannot begin anew, so it must not wait for whoever reads us. */
#define PAGE 256

struct export {
	bool csv, body;
	const char *path;	/* -o, or NULL */
	struct newfile file;
	int fd;			/* of file, or -1 */
	struct buf lines;	/* of the page; with bodies one event's, its braces open */
	size_t ends[PAGE];	/* with bodies: where each event of the page ends in lines, */
	int64_t notes[PAGE];	/* and the body it is of */
	size_t page, rows;
	int64_t last;		/* id of the newest row seen */
};

static const char *const heads[] = {
	"id", "hook", "psp", "kind", "e2eid", "txid", "key", "ref", "status", "amount", "amount_cents", "at", "received_at", "foreign",
	"delivery", "note", "test", "source", NULL
};

/* Reais with a point: what every spreadsheet and database reads as a number where it is told the format. */
static void csv_amount(struct buf *b, const struct pix_event *ev)
{
	char cents[24], reais[AMOUNT_TEXT];

	if (!ev->has_cents) {
		csv_cell(b, "");
		csv_cell(b, "");
		return;
	}
	amount_text(ev->cents, reais);
	*strchr(reais, ',') = '.';
	snprintf(cents, sizeof cents, "%" PRId64, ev->cents);
	csv_cell(b, reais);
	csv_cell(b, cents);
}

static void csv_number(struct buf *b, int64_t n)
{
	char text[24];

	snprintf(text, sizeof text, "%" PRId64, n);
	csv_cell(b, text);
}

static void csv_when(struct buf *b, bool known, int64_t ms)
{
	char text[WHEN_TEXT] = "";

	if (known)
		when_format(ms, text);
	csv_cell(b, text);
}

static void csv_row(struct buf *b, const struct inbox_row *row)
{
	const struct pix_event *ev = &row->event;

	csv_number(b, row->id);
	csv_cell(b, row->hook);
	csv_cell(b, row->psp);
	csv_cell(b, pix_kind_name(ev->kind));
	csv_cell(b, ev->e2eid);
	csv_cell(b, ev->txid);
	csv_cell(b, ev->key);
	csv_cell(b, ev->ref);
	csv_cell(b, ev->status);
	csv_amount(b, ev);
	csv_when(b, ev->has_at, ev->at_ms);
	csv_when(b, true, row->received_ms);
	csv_cell(b, ev->foreign ? "true" : "false");
	csv_cell(b, row->delivery);
	csv_number(b, row->note);
	csv_cell(b, pix_is_test(ev->e2eid) ? "true" : "false");
	csv_cell(b, row->source);
	csv_end(b);
}

static bool on_row(const struct inbox_row *row, void *arg)
{
	struct export *x = arg;

	x->last = row->id;
	if (x->csv) {
		csv_row(&x->lines, row);
	} else {
		json_open(&x->lines, NULL, '{');
		event_members(&x->lines, row);
		buf_puts(&x->lines, x->body ? "\n" : "}\n");
	}
	x->ends[x->page] = x->lines.len;
	x->notes[x->page] = row->note;
	return ++x->page < PAGE;
}

/* false with *e set, or without where standard output takes no more: whoever runs the verbs says so. */
static bool say(struct export *x, const char *bytes, size_t len, struct err *e)
{
	return x->path ? newfile_add(&x->file, x->fd, bytes, len, e) : out_bytes(bytes, len);
}

static bool on_body(const struct inbox_body *body, void *arg)
{
	struct buf *b = arg;

	body_members(b, body->body, body->body_len);
	json_flag(b, "purged", body->purged);
	json_flag(b, "redacted", body->redacted);
	return false;
}

/* The events of the page, each with its body. A store need not answer two questions at once. */
static bool say_bodies(struct export *x, struct inbox *box, struct err *e)
{
	struct buf b = BUF(OUT_MAX);
	size_t from = 0;
	bool ok = true;

	for (size_t i = 0; i < x->page && ok; i++) {
		buf_reset(&b);
		buf_add(&b, x->lines.data + from, x->ends[i] - from - 1);
		ok = box->ops->body(box, x->notes[i], on_body, &b, e) && buf_puts(&b, "}\n") && say(x, b.data, b.len, e);
		from = x->ends[i];
	}
	buf_free(&b);
	return ok;
}

/* All that matches. After the first page the limit is spent: what is newer may only be more. */
static bool walk(struct export *x, struct inbox *box, struct inbox_filter *f, struct err *e)
{
	do {
		x->page = 0;
		if (!box->ops->list(box, f, on_row, x, e))
			return false;
		if (!x->page)
			return true;
		if (x->csv && !x->rows) {
			struct buf head = BUF(1024);
			bool ok;

			for (int i = 0; heads[i]; i++)
				csv_cell(&head, heads[i]);
			csv_end(&head);
			ok = say(x, head.data, head.len, e);
			buf_free(&head);
			if (!ok)
				return false;
		}
		if (x->body ? !say_bodies(x, box, e) : !say(x, x->lines.data, x->lines.len, e))
			return false;
		x->rows += x->page;
		buf_reset(&x->lines);
		f->after_id = x->last;
		f->limit = 0;
	} while (x->page == PAGE && !stopped);
	return !stopped;
}

static bool open_file(struct export *x, struct err *e)
{
	const char *name;
	char *dir = folder_of(x->path, &name);
	struct stat st;
	bool ok;

	if (!*name || (!stat(x->path, &st) && S_ISDIR(st.st_mode)))
		ok = fail(e, ERR_USAGE, "--output: %s is a folder: name the file", x->path);
	else if (!lstat(x->path, &st))	/* newfile_place says so too, but after all the work */
		ok = fail(e, ERR_USAGE, "--output: %s exists already; nothing was written", x->path);
	else
		ok = newfile_open(&x->file, dir, name, &x->fd, e);
	if (!ok)
		x->fd = -1;
	free(dir);
	return ok;
}

/* All of it is on disk before it has its name. */
static bool place_file(struct export *x, struct err *e)
{
	const char *name;
	char *dir = folder_of(x->path, &name);
	int fd = x->fd;
	bool ok;

	x->fd = -1;
	ok = newfile_close(&x->file, fd, e) && newfile_place(&x->file, e) && folder_sync(dir, e);
	free(dir);
	return ok;
}

static bool read_format(const struct common *c, const struct args *a, struct export *x, struct err *e)
{
	const char *format = a->value[FORMAT];

	x->csv = format && !strcmp(format, "csv");
	if (format && !x->csv && strcmp(format, "jsonl") != 0)
		return fail(e, ERR_USAGE, "--format: unknown format '%s'; jsonl or csv", format);
	if (x->csv && c->json)
		return fail(e, ERR_USAGE, "--json and --format csv exclude each other");
	if (x->csv && x->body)
		return fail(e, ERR_USAGE, "--body goes with --format jsonl alone");
	return true;
}

static int run(const struct common *c, const struct args *a, struct err *e)
{
	struct inbox_filter f = { .hook = a->value[HOOK], .txid = a->value[TXID], .e2eid = a->value[E2EID] };
	struct export x = { .body = a->value[BODY], .path = a->value[OUTPUT], .fd = -1, .lines = BUF(OUT_MAX) };
	struct started st = { 0 };
	bool done = false;
	int status = 0;

	stop_catch();	/* a half file is to be removed */
	if (!read_format(c, a, &x, e) || !read_kind(a->value[KIND], &f.kind, e) || !read_delivery(a->value[DELIVERY], &f.delivery, e) ||
	    !read_since(a->value[SINCE], c->now_ms, &f.since_ms, e) || !read_limit(a->value[LIMIT], &f.limit, e) ||
	    !start_inbox(&st, c, INBOX_READ, e) || (x.path && !open_file(&x, e)))
		goto out;
	if (!walk(&x, st.box, &f, e)) {
		status = stopped ? 128 + stopped : 0;
		goto out;
	}
	if (!x.rows) {
		nothing_matched(st.settings, f.hook, e);
		goto out;
	}
	done = !x.path || place_file(&x, e);
	if (done && x.path)
		note(c->quiet, "%zu events in %s", x.rows, x.path);
out:
	if (x.fd >= 0)
		close(x.fd);
	newfile_end(&x.file, done);
	buf_free(&x.lines);
	end_inbox(&st);
	return status;
}

const struct verb inbox_export = {
	.name = "export",
	.synopsis = "[--format jsonl|csv] [-o FILE] [--body] [FILTER …]",
	.summary = "the events for other programs: JSON Lines or CSV",
	.help = "Writes the events that match, the oldest first. CSV is as RFC 4180 has it, with a line of heads; a cell that a spreadsheet\n"
		"would run as a formula begins with an apostrophe. A file appears whole or not at all, and never in the place of another.\n"
		"Exit status 1 where nothing matched; then there is no file.",
	.options = options,
	.run = run,
};
