/* `pixgate webhook list HOOK`: every URL that the PSP has for the account, page after page. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/start.h"
#include "cli/webhook.h"
#include "cli/webhook_rows.h"
#include "lib/mem.h"
#include "lib/table.h"
#include "lib/when.h"

enum { SINCE, UNTIL, DRY_RUN };

static const struct opt options[] = {
	[SINCE]   = { "--since", "TIME", "registered since then, as for inbox list; by default from the beginning", 0 },
	[UNTIL]   = { "--until", "TIME", "registered until then; by default until now", 0 },
	[DRY_RUN] = { "--dry-run", NULL, "prints the first request, secrets masked, and sends nothing", 0 },
	{ 0 }
};

enum { PAGES = 1000, WEBHOOKS = 100000 };	/* more no account has */
#define PIX_BEGAN "2020-11-01T00:00:00Z"

struct listing {
	char since[WHEN_TEXT], until[WHEN_TEXT];
	char **seen;	/* what tells one item from another; sorted */
	size_t count, cap;
	struct table *table;
};

/* Whole seconds, as Efí's own examples have them. */
static bool time_of(const char *option, const char *text, const char *otherwise, int64_t now, char out[WHEN_TEXT], struct err *e)
{
	int64_t ms = now + 1000;	/* cut to the second, it is still past what was registered just now */

	if (!text && otherwise) {
		strcpy(out, otherwise);
		return true;
	}
	if (text && !read_since(text, now, &ms, e)) {
		if (strcmp(option, "--since") != 0)
			fail(e, ERR_USAGE, "%s: '%s' is no time; use 2026-11-21, 2026-11-21T12:00:00Z, or a span such as 90m, 2h, 7d", option, text);
		return false;
	}
	when_format(ms, out);
	strcpy(out + strlen("2026-11-21T12:00:00"), "Z");
	return true;
}

/* Adds what is new; false: it was there. */
static bool fresh(struct listing *l, const char *id)
{
	size_t low = 0, high = l->count;

	while (low < high) {
		size_t mid = (low + high) / 2;
		int c = strcmp(l->seen[mid], id);

		if (c == 0)
			return false;
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	l->seen = xgrow(l->seen, &l->cap, l->count + 1, sizeof *l->seen);
	memmove(l->seen + low + 1, l->seen + low, (l->count - low) * sizeof *l->seen);
	l->seen[low] = xstrdup(id);
	l->count++;
	return true;
}

static void say(const struct webhook *w, struct listing *l, const char *key, const char *theirs, const char *since)
{
	const char *whose = url_whose(buf_str(&w->url), theirs);
	struct buf b = BUF(OUT_MAX);
	char *url = url_masked(theirs);

	if (w->common->json) {
		json_open(&b, NULL, '{');
		json_str(&b, "hook", w->hook->name);
		json_str(&b, "target", "key");
		json_str(&b, "key", key);
		json_str(&b, "url", url);
		json_flag(&b, "ours", strcmp(theirs, buf_str(&w->url)) == 0);
		json_str(&b, "whose", whose);
		json_str(&b, "since", since);
		json_close(&b, '}');
		out_line(&b);
	} else {
		table_cell(l->table, key);
		table_cell(l->table, whose);
		table_cell(l->table, since);
		table_cell(l->table, url);
	}
	free(url);
	buf_free(&b);
}

/* One page's items; *added receives how many of them are new. */
static bool take(const struct webhook *w, struct listing *l, const struct json *doc, size_t *added, struct err *e)
{
	const struct json *items = json_path(doc, "webhooks", true);

	*added = 0;
	if (json_type(items) != JSON_ARRAY)
		return fail(e, ERR_REFUSED, "the answer has no list \"webhooks\"");
	for (const struct json *item = json_first(items); item; item = json_next(item)) {
		const char *key = json_text(json_path(item, "chave", true)), *url = json_text(json_path(item, "webhookUrl", true));
		const char *since = json_text(json_path(item, "criacao", true));
		struct buf id = BUF(16 * 1024);

		if (!url || l->count >= WEBHOOKS)
			continue;
		buf_putf(&id, "%.100s %.64s %.8000s", key ? key : "", since ? since : "", url);
		if (fresh(l, buf_str(&id))) {
			say(w, l, key, url, since);
			(*added)++;
		}
		explicit_bzero(id.data, id.cap);
		buf_free(&id);
	}
	return true;
}

static long long number(const struct json *doc, const char *path)
{
	const char *text = json_text(json_path(doc, path, true));

	return text && strlen(text) < 18 && strspn(text, "0123456789") == strlen(text) ? atoll(text) : -1;
}

/* Pages are followed as long as they bring something new: what a page says of their number is only believed where it says less. */
static bool pages(struct webhook *w, struct listing *l, struct err *e)
{
	long long told = -1, all = -1;

	for (int page = 0; page < PAGES; page++) {
		char text[16];
		const struct api_value values[] = {
			{ .name = "since", .value = l->since }, { .name = "until", .value = l->until },
			{ .name = "page", .value = page ? text : NULL, .raw = true }, { 0 }
		};
		struct api_answer a = { 0 };
		size_t added = 0;
		bool ok;

		snprintf(text, sizeof text, "%d", page);
		ok = api_call(w->api, "webhook.list", values, w->common->now_ms, &a, e) && take(w, l, a.doc, &added, e);
		if (!ok)
			webhook_failed(w, "", &a, e);
		told = number(a.doc, "parametros.paginacao.quantidadeDePaginas");
		all = number(a.doc, "parametros.paginacao.quantidadeTotalDeItens");
		api_answer_free(&a);
		if (!ok)
			return false;
		if (page + 1 >= told || !added) {
			if (!added && page + 1 < told)
				note(w->common->quiet, "the PSP speaks of %lld pages, but page %d brought nothing new: not followed further", told, page + 1);
			break;
		}
		if (page + 1 == PAGES)
			note(false, "more than %d pages: the rest is left out", PAGES);
	}
	if (all >= 0 && (size_t)all != l->count)
		note(w->common->quiet, "the PSP speaks of %lld webhooks, and sent %zu", all, l->count);
	return true;
}

static int run(const struct common *c, const struct args *a, struct err *e)
{
	static const char *const heads[] = { "KEY", "REGISTERED", "SINCE", "URL", NULL };
	struct listing l = { .table = table_new(heads) };
	struct webhook w = { 0 };
	int status = 2;

	if (!time_of("--since", a->value[SINCE], PIX_BEGAN, c->now_ms, l.since, e) || !time_of("--until", a->value[UNTIL], NULL, c->now_ms, l.until, e))
		goto out;
	if (strcmp(l.until, l.since) < 0) {
		fail(e, ERR_USAGE, "--until: %s is before --since, %s", l.until, l.since);
		goto out;
	}
	if (!webhook_start(&w, c, a->operand[0], "webhook.get", false, e))
		goto out;
	const struct api_value first[] = { { .name = "since", .value = l.since }, { .name = "until", .value = l.until }, { 0 } };

	if (!w.per_key && (a->value[SINCE] || a->value[UNTIL]))
		fail(e, ERR_USAGE, "--since and --until are not for %s: its list has no dates", w.hook->psp->title);
	else if (!w.per_key)
		rows_get(&w, a->value[DRY_RUN], e);
	else if (a->value[DRY_RUN])
		webhook_show(&w, "webhook.list", first, e);
	else if (pages(&w, &l, e) && !l.count)
		fail(e, ERR_NOT_FOUND, "hook \"%s\": nothing is registered at %s", w.hook->name, w.hook->psp->title);
	if (table_rows(l.table))
		table_print(l.table, stdout, table_color(stdout));
	status = w.status;
out:
	for (size_t i = 0; i < l.count; i++)
		free(l.seen[i]);
	free(l.seen);
	table_free(l.table);
	webhook_end(&w);
	return status;
}

const struct verb webhook_list = {
	.name = "list",
	.synopsis = "HOOK [OPTION …]",
	.summary = "every URL that the PSP has for the account",
	.help = "All keys of the account, the hook's or not. Secrets in URLs are masked. Exit status 1: there is none.",
	.options = options,
	.least = 1,
	.most = 1,
	.run = run,
};
