/* `pixgate webhook get HOOK`: what is registered at the PSP, and whether it is ours. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/webhook.h"
#include "cli/webhook_rows.h"
#include "lib/table.h"

enum { KEY, REC, COBR, DRY_RUN };

static const struct opt options[] = {
	[KEY]     = { "--key", "KEY", "of that Pix key, instead of the hook's keys", 0 },
	[REC]     = { "--rec", NULL, "of Pix Automático's authorisations too", 0 },
	[COBR]    = { "--cobr", NULL, "of Pix Automático's charges too", 0 },
	[DRY_RUN] = { "--dry-run", NULL, "prints the request, secrets masked, and sends nothing", 0 },
	{ 0 }
};

struct get {
	struct table *table;
	bool dry;
};

static bool get_one(struct webhook *w, const struct target *t, void *arg, struct err *e)
{
	const struct api_value values[] = { { .name = "key", .value = t->key }, { 0 } };
	struct get *g = arg;
	struct registered r = { 0 };
	struct buf b = BUF(OUT_MAX);
	char *url;

	if (g->dry)
		return webhook_show(w, t->get, values, e);
	if (!webhook_read(w, t, &r, e))
		return false;
	url = url_masked(r.url);
	if (!*r.url && !w->status)
		w->status = 1;
	if (w->common->json) {
		json_open(&b, NULL, '{');
		json_str(&b, "hook", w->hook->name);
		json_str(&b, "target", t->what);
		json_str(&b, "key", t->key);
		json_str(&b, "url", *url ? url : NULL);
		json_flag(&b, "ours", strcmp(r.url, buf_str(&w->url)) == 0);
		json_str(&b, "whose", url_whose(buf_str(&w->url), r.url));
		json_str(&b, "since", *r.since ? r.since : NULL);
		json_close(&b, '}');
		out_line(&b);
	} else {
		table_cell(g->table, t->key ? t->key : t->label);
		table_cell(g->table, url_whose(buf_str(&w->url), r.url));
		table_cell(g->table, *r.since ? r.since : NULL);
		table_cell(g->table, *url ? url : NULL);
	}
	free(url);
	buf_free(&b);
	registered_free(&r);
	return true;
}

static int run(const struct common *c, const struct args *a, struct err *e)
{
	static const char *const heads[] = { "KEY", "REGISTERED", "SINCE", "URL", NULL };
	struct get g = { .table = table_new(heads), .dry = a->value[DRY_RUN] };
	struct webhook w;
	struct target *list = NULL;
	size_t count = 0;
	int status = 2;

	if (!webhook_start(&w, c, a->operand[0], "webhook.get", false, e))
		goto out;
	if (!w.per_key && (a->value[KEY] || a->value[REC] || a->value[COBR]))
		webhook_not_per_key(&w, e);
	else if (!w.per_key)
		rows_get(&w, g.dry, e);
	else if (webhook_targets(&w, a->value[KEY], a->value[REC], a->value[COBR], &list, &count, e))
		webhook_each(&w, list, count, get_one, &g, e);
	if (table_rows(g.table))
		table_print(g.table, stdout, table_color(stdout));
	status = w.status;
out:
	table_free(g.table);
	free(list);
	webhook_end(&w);
	return status;
}

const struct verb webhook_get = {
	.name = "get",
	.synopsis = "HOOK [OPTION …]",
	.summary = "what is registered at the PSP for the hook's keys",
	.help = "Says of each key whether the URL is this hook's. Secrets in URLs are masked, another's too. Exit status 1: nothing is\n"
		"registered for one of them; 4: no answer; 5: the PSP refused.",
	.options = options,
	.least = 1,
	.most = 1,
	.run = run,
};
