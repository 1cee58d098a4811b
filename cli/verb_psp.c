/* `pixgate psp [NAME]`: what is known of each PSP, from the tables that the gate itself reads. */
#include <stdio.h>

#include "cli/out.h"
#include "cli/verb.h"
#include "lib/table.h"
#include "lib/text.h"
#include "pix/psp.h"

static const char *const slot_names[SLOTS] = {
	[SLOT_E2EID] = "e2eid", [SLOT_TXID] = "txid", [SLOT_KEY] = "key", [SLOT_REF] = "ref",
	[SLOT_STATUS] = "status", [SLOT_CENTS] = "amount_cents", [SLOT_AT] = "at"
};

static void words(struct buf *b, const char *const *list)
{
	buf_reset(b);
	for (; list && *list; list++)
		buf_putf(b, "%s%s", b->len ? ", " : "", *list);
}

static void json_list(struct buf *b, const char *name, const char *const *list)
{
	json_open(b, name, '[');
	for (; list && *list; list++)
		json_str(b, NULL, *list);
	json_close(b, ']');
}

static void event_json(struct buf *b, const struct psp_event *ev)
{
	json_open(b, NULL, '{');
	json_str(b, "name", ev->name);
	json_str(b, "list", ev->list);
	json_str(b, "when", ev->when);
	json_str(b, "kind", pix_kind_name(ev->kind));
	json_open(b, "fields", '[');
	for (const struct psp_field *f = ev->fields; f->path; f++) {
		json_open(b, NULL, '{');
		json_str(b, "path", f->path);
		json_str(b, "slot", slot_names[f->slot]);
		json_flag(b, "need", f->need);
		json_close(b, '}');
	}
	json_close(b, ']');
	if (ev->within) {
		json_open(b, "within", '[');
		event_json(b, ev->within);
		json_close(b, ']');
	}
	json_close(b, '}');
}

/* What `pixgate reconcile` asks, of its profile. */
static void list_json(struct buf *b, const struct psp *p)
{
	const struct psp_call *call = p->list ? psp_call_find(p, p->list->call) : NULL, *one = call ? psp_call_find(p, p->list->one) : NULL;

	if (!call || !one) {
		json_none(b, "received");
		return;
	}
	json_open(b, "received", '{');
	json_str(b, "list", call->path);
	json_str(b, "one", one->path);
	json_str(b, "scope", call->scope);
	json_flag(b, "resend", p->list->resend);
	json_close(b, '}');
}

static void psp_json(const struct psp *p)
{
	struct buf b = BUF(OUT_MAX);

	json_open(&b, NULL, '{');
	json_str(&b, "name", p->name);
	json_str(&b, "title", p->title);
	json_list(&b, "suffixes", p->suffixes);
	json_flag(&b, "event_in_path", p->event_in_path);
	if (p->patience_ms)
		json_int(&b, "patience_ms", p->patience_ms);
	else
		json_none(&b, "patience_ms");
	json_list(&b, "sources", p->sources);
	json_open(&b, "environments", '[');
	for (const struct psp_env *env = p->envs; env && env->name; env++) {
		json_open(&b, NULL, '{');
		json_str(&b, "name", env->name);
		json_str(&b, "api", env->api);
		json_str(&b, "pin", env->pin);
		json_str(&b, "chain_url", env->chain_url);
		json_list(&b, "chain_sha256", env->chain_sha256);
		json_close(&b, '}');
	}
	json_close(&b, ']');
	json_open(&b, "events", '[');
	for (const struct psp_event *ev = p->events; ev && ev->fields; ev++)
		event_json(&b, ev);
	json_close(&b, ']');
	list_json(&b, p);
	json_list(&b, "notes", p->notes);
	json_close(&b, '}');
	out_line(&b);
	buf_free(&b);
}

static void event_rows(struct table *t, const struct psp_event *ev, const char *in)
{
	struct buf slots = BUF(4096);

	for (const struct psp_field *f = ev->fields; f->path; f++)
		buf_putf(&slots, "%s%s=%s%s", slots.len ? " " : "", slot_names[f->slot], f->path, f->need ? "!" : "");
	table_cell(t, pix_kind_name(ev->kind));
	table_cell(t, ev->name);
	table_cellf(t, "%s%s%s", in, *in ? "." : "", ev->list ? ev->list : "(body)");
	table_cell(t, ev->when);
	table_cell(t, buf_str(&slots));
	buf_free(&slots);
	if (ev->within)
		event_rows(t, ev->within, ev->list ? ev->list : "");
}

static void show_envs(const struct psp_env *env)
{
	for (; env && env->name; env++) {
		printf("\nenvironment %s\n", env->name);
		printf("  %-12s  %s\n", "API", env->api ? env->api : "-");
		printf("  %-12s  %s\n", "pin", env->pin ? env->pin : "none known");
		printf("  %-12s  %s\n", "CA chain", env->chain_url ? env->chain_url : "not published");
		for (const char *const *print = env->chain_sha256; print && *print; print++)
			printf("  %-12s  %s\n", print == env->chain_sha256 ? "SHA-256" : "", *print);
	}
}

static void show_list(const struct psp *p)
{
	const struct psp_call *call = p->list ? psp_call_find(p, p->list->call) : NULL;

	if (call)
		printf("%-14s  %s %s, scope %s%s\n", "what was paid", call->method, call->path, call->scope, p->list->resend ? "; sends notices again" : "");
	else
		printf("%-14s  how it is asked is not published\n", "what was paid");
}

static void show_one(const struct psp *p, bool color)
{
	static const char *const heads[] = { "kind", "event", "where", "when", "fields (! must be there)", NULL };
	struct table *t = table_new(heads);
	struct buf b = BUF(8192);

	printf("%s: %s\n\n", p->name, p->title);
	if (p->patience_ms)
		printf("%-14s  %d ms for an answer\n", "patience", p->patience_ms);
	else
		printf("%-14s  not published\n", "patience");
	words(&b, p->suffixes);
	printf("%-14s  %s\n", "appended", b.len ? buf_str(&b) : p->event_in_path ? "nothing; one URL is registered for each event" : "nothing: it posts to the URL as registered");
	words(&b, p->sources);
	printf("%-14s  %s\n", "calls from", b.len ? buf_str(&b) : "not published");
	show_list(p);
	show_envs(p->envs);
	puts("");
	for (const struct psp_event *ev = p->events; ev && ev->fields; ev++)
		event_rows(t, ev, "");
	table_print(t, stdout, color);
	if (p->notes && *p->notes)
		puts("");
	for (const char *const *n = p->notes; n && *n; n++)
		printf("- %s\n", *n);
	table_free(t);
	buf_free(&b);
}

static void show_all(bool color)
{
	static const char *const heads[] = { "name", "title", ">patience", "calls from", "environments", NULL };
	struct table *t = table_new(heads);
	struct buf b = BUF(8192);

	for (const struct psp *const *p = psps; *p; p++) {
		table_cell(t, (*p)->name);
		table_cell(t, (*p)->title);
		if ((*p)->patience_ms)
			table_cellf(t, "%d ms", (*p)->patience_ms);
		else
			table_cell(t, NULL);
		words(&b, (*p)->sources);
		table_cell(t, b.len ? buf_str(&b) : NULL);
		buf_reset(&b);
		for (const struct psp_env *env = (*p)->envs; env && env->name; env++)
			buf_putf(&b, "%s%s", b.len ? ", " : "", env->name);
		table_cell(t, b.len ? buf_str(&b) : NULL);
	}
	table_print(t, stdout, color);
	table_free(t);
	buf_free(&b);
}

static const struct psp *find(const char *name, struct err *e)
{
	const struct psp *p = psp_find(name);
	const char *names[64], *near;
	size_t n = 0;

	if (p)
		return p;
	for (; n < sizeof names / sizeof names[0] - 1 && psps[n]; n++)
		names[n] = psps[n]->name;
	names[n] = NULL;
	near = text_nearest(name, names);
	if (near)
		fail(e, ERR_USAGE, "unknown PSP '%s'; nearest: '%s'", name, near);
	else
		fail(e, ERR_USAGE, "unknown PSP '%s'; pixgate psp lists them", name);
	return NULL;
}

static int run(const struct common *c, const struct args *a, struct err *e)
{
	bool color = table_color(stdout);

	if (a->operands) {
		const struct psp *p = find(a->operand[0], e);

		if (!p)
			return 2;
		if (c->json)
			psp_json(p);
		else
			show_one(p, color);
	} else if (c->json) {
		for (const struct psp *const *p = psps; *p; p++)
			psp_json(*p);
	} else {
		show_all(color);
	}
	return 0;
}

const struct verb verb_psp = {
	.name = "psp",
	.synopsis = "[NAME]",
	.summary = "what is known of each PSP",
	.help = "All profiles, or all facts of one: what it appends to the URL, how long it waits, where it calls from, its\n"
		"environments with certificate pins and chains, and which member of a body fills which field of an event.",
	.most = 1,
	.run = run,
};
