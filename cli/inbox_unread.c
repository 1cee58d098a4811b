/* `pixgate inbox unread`: the bodies that were not wholly understood; they are kept all the same. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/event.h"
#include "cli/start.h"
#include "lib/table.h"
#include "lib/when.h"

enum { HOOK, SINCE, LIMIT };

static const struct opt options[] = {
	[HOOK]  = { "--hook", "NAME", "of that hook alone", 0 },
	[SINCE] = { "--since", "TIME", "received since then, as for inbox list", 0 },
	[LIMIT] = { "--limit", "N", "the newest N alone", 0 },
	{ 0 }
};

struct unread {
	bool json, whole, found, purged;
	struct table *table;
	struct buf lines;	/* written when the walk is over: nobody shall wait for a slow reader of ours */
	size_t rows;
};

static bool on_body(const struct inbox_body *body, void *arg)
{
	struct unread *u = arg;
	char received[WHEN_TEXT];

	u->purged = body->unread && body->purged;
	if (!body->unread || body->purged)
		return true;
	u->found = true;
	u->rows++;
	if (u->whole && !u->json) {
		out_foreign(body->body, body->body_len, false);
		return false;
	}
	when_format(body->received_ms, received);
	if (u->json) {
		json_open(&u->lines, NULL, '{');
		json_int(&u->lines, "id", body->id);
		json_str(&u->lines, "hook", body->hook);
		json_str(&u->lines, "psp", body->psp);
		json_str(&u->lines, "event", body->event);
		json_str(&u->lines, "received_at", received);
		json_int(&u->lines, "size", (int64_t)body->body_len);
		json_str(&u->lines, "why", body->why);
		if (u->whole)
			body_members(&u->lines, body->body, body->body_len);
		json_close(&u->lines, '}');
		buf_puts(&u->lines, "\n");
		return true;
	}
	table_cellf(u->table, "%" PRId64, body->id);
	table_cell(u->table, received);
	table_cell(u->table, body->hook);
	table_cellf(u->table, "%zu", body->body_len);
	table_cell(u->table, body->why);
	return true;
}

static int run(const struct common *c, const struct args *a, struct err *e)
{
	static const char *const heads[] = { ">id", "received", "hook", ">bytes", "why", NULL };
	struct inbox_filter f = { .hook = a->value[HOOK], .kind = -1 };
	struct unread u = { .json = c->json, .whole = a->operands, .lines = BUF(OUT_MAX) };
	struct started st = { 0 };
	long long id = 0;

	if (!read_since(a->value[SINCE], c->now_ms, &f.since_ms, e) || !read_limit(a->value[LIMIT], &f.limit, e) ||
	    (u.whole && !args_number("ID", a->operand[0], 1, &id, e)) || !start_inbox(&st, c, INBOX_READ, e))
		goto out;
	if (u.whole) {
		if (st.box->ops->body(st.box, id, on_body, &u, e) ? !u.found : e->code == ERR_NOT_FOUND)
			fail(e, ERR_NOT_FOUND, u.purged ? "body %lld was taken away (inbox purge, inbox anonymise)" : "no body %lld among the unread", id);
		out_bytes(buf_str(&u.lines), u.lines.len);
		goto out;
	}
	if (!c->json)
		u.table = table_new(heads);
	if (!st.box->ops->bodies(st.box, &f, true, on_body, &u, e))
		goto out;
	if (!u.rows) {
		nothing_matched(st.settings, f.hook, e);
		goto out;
	}
	if (u.table)
		table_print(u.table, stdout, table_color(stdout));
	out_bytes(buf_str(&u.lines), u.lines.len);
out:
	if (u.table)
		table_free(u.table);
	buf_free(&u.lines);
	end_inbox(&st);
	return 0;
}

const struct verb inbox_unread = {
	.name = "unread",
	.synopsis = "[ID | OPTION …]",
	.summary = "bodies that were not wholly understood",
	.help = "Lists the bodies of which some item, or all, made no event, and why; with an ID prints that body's bytes\n"
		"(with --json an object with all of it). Exit status 1 where there are none.",
	.options = options,
	.most = 1,
	.run = run,
};
