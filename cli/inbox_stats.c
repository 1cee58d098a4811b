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

static void stats_json(const struct inbox_stats *n, const char *hook)
{
	struct buf b = BUF(OUT_MAX);

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
	json_close(&b, '}');
	out_line(&b);
	buf_free(&b);
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
	if (c->json)
		stats_json(&n, a->value[HOOK]);
	else
		stats_people(&n);
out:
	end_inbox(&st);
	return 0;
}

const struct verb inbox_stats = {
	.name = "stats",
	.synopsis = "[--hook NAME]",
	.summary = "how much has arrived",
	.help = "Counts and sums for each kind of event, the bodies that were not wholly understood, and the first and last.",
	.options = options,
	.run = run,
};
