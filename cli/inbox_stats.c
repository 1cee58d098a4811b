/* `pixgate inbox stats`: how much has arrived. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/out.h"
#include "cli/start.h"
#include "lib/table.h"
#include "lib/when.h"

enum { HOOK };

static const struct opt options[] = {
	[HOOK] = { "--hook", "NAME", "of that hook alone", 0 },
	{ 0 }
};

/* Sinks, told as they come: as members of an open list, or as rows of a table. */
struct sinks {
	const struct settings *settings;
	struct buf *json;
	struct table *table;
	int64_t now_ms;
};

static bool sink_json(const struct inbox_sink_state *s, void *arg)
{
	const struct sinks *sinks = arg;
	struct buf *b = sinks->json;

	json_open(b, NULL, '{');
	json_str(b, "hook", s->hook);
	json_str(b, "sink", s->name);
	json_int(b, "waiting", s->waiting);
	if (s->oldest_ms)
		json_when(b, "oldest_at", s->oldest_ms);
	else
		json_none(b, "oldest_at");
	json_int(b, "delivered", s->delivered);
	json_int(b, "dead", s->dead);
	if (s->paused_ms)
		json_when(b, "paused_until", s->paused_ms);
	else
		json_none(b, "paused_until");
	json_flag(b, "stopped", s->stopped);
	json_str(b, "why", s->why);
	json_flag(b, "configured", settings_sink(sinks->settings, s->hook, s->name));
	json_close(b, '}');
	return true;
}

static bool sink_row(const struct inbox_sink_state *s, void *arg)
{
	const struct sinks *sinks = arg;
	struct table *t = sinks->table;
	char oldest[WHEN_TEXT], paused[WHEN_TEXT];

	when_format(s->oldest_ms, oldest);
	when_format(s->paused_ms, paused);
	table_cell(t, s->hook);
	table_cell(t, s->name);
	table_cellf(t, "%" PRId64, s->waiting);
	table_cell(t, s->oldest_ms ? oldest : NULL);
	table_cellf(t, "%" PRId64, s->delivered);
	table_cellf(t, "%" PRId64, s->dead);
	/* renamed or taken out of the file: what waits for it waits for nobody */
	if (!settings_sink(sinks->settings, s->hook, s->name))
		table_cell(t, s->waiting || s->dead ? "not in the configuration: pixgate inbox abandon" : "not in the configuration");
	else if (s->stopped)
		table_cell(t, "stopped: pixgate deliver --resume");
	else if (s->paused_ms > sinks->now_ms)
		table_cellf(t, "paused until %s", paused);
	else
		table_cell(t, NULL);
	table_cell(t, s->why);
	return true;
}

static bool stats_json(const struct settings *settings, const struct inbox_stats *n, const char *hook, struct inbox *box, struct err *e)
{
	struct buf b = BUF(OUT_MAX);
	struct sinks sinks = { .settings = settings, .json = &b };
	bool ok;

	json_open(&b, NULL, '{');
	json_str(&b, "hook", hook);
	json_int(&b, "notes", n->notes);
	json_int(&b, "unread", n->unread);
	json_int(&b, "events", n->events);
	json_int(&b, "foreign", n->foreign);
	json_int(&b, "bytes", n->bytes);
	json_int(&b, "tests", n->tests);
	if (n->notes) {
		json_when(&b, "first_at", n->first_ms);
		json_when(&b, "last_at", n->last_ms);
	} else {
		json_none(&b, "first_at");
		json_none(&b, "last_at");
	}
	json_open(&b, "kinds", '{');
	for (int k = 0; k < PIX_KINDS; k++) {
		json_open(&b, pix_kind_name((enum pix_kind)k), '{');
		json_int(&b, "events", n->per_kind[k]);
		json_int(&b, "amount_cents", n->cents_per_kind[k]);
		json_close(&b, '}');
	}
	json_close(&b, '}');
	json_open(&b, "delivery", '{');
	json_int(&b, "pending", n->pending);
	json_int(&b, "delivered", n->delivered);
	json_int(&b, "dead", n->dead);
	json_int(&b, "stale", n->stale);
	json_int(&b, "unwanted", n->unwanted);
	json_close(&b, '}');
	if (n->last_webhook_ms)
		json_when(&b, "last_webhook_at", n->last_webhook_ms);
	else
		json_none(&b, "last_webhook_at");
	json_open(&b, "sinks", '[');
	ok = box->ops->sinks(box, hook, sink_json, &sinks, e);
	json_close(&b, ']');
	json_close(&b, '}');
	if (ok)
		out_line(&b);
	buf_free(&b);
	return ok;
}

static bool sinks_people(const struct settings *settings, struct inbox *box, const char *hook, int64_t now_ms, struct err *e)
{
	static const char *const heads[] = { "hook", "sink", ">waiting", "oldest", ">delivered", ">dead", "now", "last failure", NULL };
	struct sinks sinks = { .settings = settings, .table = table_new(heads), .now_ms = now_ms };
	bool ok = box->ops->sinks(box, hook, sink_row, &sinks, e);

	if (ok && table_rows(sinks.table)) {
		putchar('\n');
		table_print(sinks.table, stdout, table_color(stdout));
	}
	table_free(sinks.table);
	return ok;
}

static void stats_people(const struct inbox_stats *n)
{
	static const char *const heads[] = { "kind", ">events", ">R$", NULL };
	struct table *t = table_new(heads);
	char amount[AMOUNT_TEXT], first[WHEN_TEXT], last[WHEN_TEXT];

	for (int k = 0; k < PIX_KINDS; k++) {
		if (!n->per_kind[k])
			continue;
		amount_text(n->cents_per_kind[k], amount);
		table_cell(t, pix_kind_name((enum pix_kind)k));
		table_cellf(t, "%" PRId64, n->per_kind[k]);
		table_cell(t, amount);
	}
	if (table_rows(t)) {
		table_print(t, stdout, table_color(stdout));
		putchar('\n');
	}
	table_free(t);
	printf("events  %" PRId64 ", %" PRId64 " of them foreign\n", n->events, n->foreign);
	printf("state   %" PRId64 " pending, %" PRId64 " delivered, %" PRId64 " dead, %" PRId64 " stale, %" PRId64 " unwanted\n",
		n->pending, n->delivered, n->dead, n->stale, n->unwanted);
	if (n->tests)
		printf("tests   %" PRId64 ", sent by pixgate check and counted nowhere above\n", n->tests);
	printf("bodies  %" PRId64 ", %" PRId64 " of them not wholly understood; %" PRId64 " bytes\n", n->notes, n->unread, n->bytes);
	if (n->notes) {
		when_format(n->first_ms, first);
		when_format(n->last_ms, last);
		printf("from    %s\nto      %s\n", first, last);
	}
}

static int run(const struct common *c, const struct args *a, struct err *e)
{
	struct started st = { 0 };
	struct inbox_stats n = { 0 };

	if (!start_inbox(&st, c, INBOX_READ, e) || !st.box->ops->stats(st.box, a->value[HOOK], &n, e))
		goto out;
	if (a->value[HOOK] && !n.notes && !settings_hook(st.settings, a->value[HOOK])) {
		nothing_matched(st.settings, a->value[HOOK], e);
		goto out;
	}
	if (c->json) {
		stats_json(st.settings, &n, a->value[HOOK], st.box, e);
	} else {
		stats_people(&n);
		sinks_people(st.settings, st.box, a->value[HOOK], c->now_ms, e);
	}
out:
	end_inbox(&st);
	return 0;
}

const struct verb inbox_stats = {
	.name = "stats",
	.synopsis = "[--hook NAME]",
	.summary = "how much has arrived",
	.help = "Counts and sums for each kind of event, how many wait to be handed over, are handed over or given up, the bodies that\n"
		"were not wholly understood, the first and last, and for each sink what waits, since when, and its last failure.",
	.options = options,
	.run = run,
};
