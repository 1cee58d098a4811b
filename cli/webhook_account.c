/* What an account of BS2 has registered: asked for, shown, deleted. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/webhook_auth.h"
#include "cli/webhook_rows.h"
#include "lib/mem.h"
#include "lib/table.h"

static const char get_call[] = "webhook.get", delete_call[] = "webhook.delete";
static const struct api_value none[] = { { 0 } };

bool rows_ask(struct webhook *w, struct rows *rows, struct err *e)
{
	struct api_answer a = { 0 };
	bool ok = api_call(w->api, get_call, none, w->common->now_ms, &a, e);

	/* Nothing registered may be an empty list, or 204. */
	if (!ok && e->code == ERR_REFUSED && a.status == 204 && !a.body.len) {
		*e = (struct err){ 0 };
		ok = true;
	} else if (ok) {
		ok = rows_read(a.doc, rows, e);
	}
	if (!ok)
		webhook_failed(w, "", &a, e);
	api_answer_free(&a);
	return ok;
}

void rows_failed(struct webhook *w, const char *label, const struct auth *auth, const struct api_answer *a, struct err *e)
{
	text_hide(e->text, buf_str(&auth->value));
	text_hide(e->text, buf_str(&auth->password));
	webhook_failed(w, label, a, e);
	if (e->code == ERR_NET)
		fail_in(e, "whether it was registered is not known (`pixgate webhook get %s` tells)", w->hook->name);
}

void note_hidden_auth(const struct webhook *w)
{
	note(w->common->quiet, "the PSP does not show the credentials: whether they are still this hook's is not known (--force registers them again)");
}

const char *row_whose(const struct webhook *w, const struct row *r)
{
	const char *known[EVENTS], *name;

	if (!w->hook->psp->event_in_path)
		return url_whose(buf_str(&w->url), r->url);
	route_events(w->hook->psp, known);
	name = event_named(known, r->event, strlen(r->event));
	return route_whose(buf_str(&w->url), name ? name : r->event, known, r->url);
}

bool row_is_foreign(const struct webhook *w, const struct row *r)
{
	return strcmp(row_whose(w, r), "another URL") == 0;
}

void row_say(const struct webhook *w, const char *event, const struct row *was, const char *is, const char *result, const char *differs)
{
	struct buf b = BUF(OUT_MAX);
	char *before = url_masked(was ? was->url : ""), *after = url_masked(is);

	if (w->common->json) {
		json_open(&b, NULL, '{');
		json_str(&b, "hook", w->hook->name);
		json_str(&b, "target", "event");
		json_str(&b, "event", event);
		json_str(&b, "result", result);
		json_str(&b, "differs", differs);
		json_str(&b, "before", was ? before : NULL);
		json_str(&b, "after", *after ? after : NULL);
		json_close(&b, '}');
		out_line(&b);
	} else if (!differs && was) {
		printf("event %s: %s: %s\n", event, result, after);
	} else {
		printf("event %s: %s%s%s%s\n  before  %s\n  now     %s\n", event, result, differs ? " (" : "", differs ? differs : "", differs ? ")" : "",
			was ? before : "(nothing)", *after ? after : "(nothing)");
	}
	free(before);
	free(after);
	buf_free(&b);
}

/* A number of the account and somenteComTxId are the direct client's alone. */
static void show(const struct webhook *w, struct table *t, const struct row *r)
{
	char *url = url_masked(r->url);
	const char *whose = row_whose(w, r), *auth = *r->auth_type ? r->auth_type : "none";
	struct buf b = BUF(OUT_MAX);

	if (w->common->json) {
		json_open(&b, NULL, '{');
		json_str(&b, "hook", w->hook->name);
		json_str(&b, "target", "event");
		json_str(&b, "event", r->event);
		json_str(&b, "url", url);
		json_flag(&b, "ours", strcmp(whose, "this hook's URL") == 0);
		json_str(&b, "whose", whose);
		if (!w->hook->psp->event_in_path)
			json_flag(&b, "only_txid", r->only_txid);
		if (!w->hook->psp->event_in_path && r->account)
			json_int(&b, "account", r->account);
		else if (!w->hook->psp->event_in_path)
			json_none(&b, "account");
		json_str(&b, "auth", auth);
		json_str(&b, "id", r->id);
		json_close(&b, '}');
		out_line(&b);
	} else {
		table_cell(t, r->event);
		table_cell(t, whose);
		if (!w->hook->psp->event_in_path)
			table_cell(t, r->only_txid ? "yes" : "no");
		if (!w->hook->psp->event_in_path && r->account)
			table_cellf(t, "%" PRId64, r->account);
		else if (!w->hook->psp->event_in_path)
			table_cell(t, NULL);
		table_cell(t, auth);
		table_cell(t, r->id);
		table_cell(t, url);
	}
	free(url);
	buf_free(&b);
}

void rows_get(struct webhook *w, bool dry, struct err *e)
{
	static const char *const direct[] = { "EVENT", "REGISTERED", "ONLY TXID", "ACCOUNT", "AUTH", "ID", "URL", NULL };
	static const char *const route[] = { "EVENT", "REGISTERED", "AUTH", "ID", "URL", NULL };
	struct rows rows = { 0 };
	struct table *t = table_new(w->hook->psp->event_in_path ? route : direct);

	if (dry) {
		webhook_show(w, get_call, none, e);
		goto out;
	}
	if (!rows_ask(w, &rows, e))
		goto out;
	for (size_t i = 0; i < rows.count; i++) {
		show(w, t, &rows.item[i]);
		if (rows.item[i].only_txid && strcasecmp(rows.item[i].event, "Recebimento") == 0)
			note(w->common->quiet, "event %s: BS2 announces only receipts that have a txid; `pixgate webhook set %s` changes that",
			     rows.item[i].event, w->hook->name);
	}
	if (table_rows(t))
		table_print(t, stdout, table_color(stdout));
	if (!rows.count)
		fail(e, ERR_NOT_FOUND, "hook \"%s\": nothing is registered at %s", w->hook->name, w->hook->psp->title);
out:
	table_free(t);
	rows_free(&rows);
}

static void say_deleted(const struct webhook *w, const struct row *r)
{
	struct buf b = BUF(OUT_MAX);
	char *url = url_masked(r->url);

	if (w->common->json) {
		json_open(&b, NULL, '{');
		json_str(&b, "hook", w->hook->name);
		json_str(&b, "target", "event");
		json_str(&b, "event", r->event);
		json_str(&b, "result", "deleted");
		json_str(&b, "before", url);
		json_close(&b, '}');
		out_line(&b);
	} else {
		printf("event %s: deleted: %s\n", r->event, url);
	}
	free(url);
	buf_free(&b);
}

/* What is to go. */
struct choice {
	const char *known[EVENTS], *names[EVENTS];	/* names: of the command line, NULL-ended; none: all */
	bool force;
};

static bool chosen(const struct webhook *w, const struct choice *c, const struct row *r)
{
	if (w->hook->psp->event_in_path && !event_named(c->known, r->event, strlen(r->event)))
		return false;
	if (c->names[0] && !event_named(c->names, r->event, strlen(r->event)))
		return false;
	return c->force || !row_is_foreign(w, r);
}

/* What has the id of row i, and whether all of it is to go: the request names the id alone. */
static bool whole(const struct webhook *w, const struct choice *c, const struct rows *rows, size_t i)
{
	for (size_t k = 0; k < rows->count; k++)
		if (strcmp(rows->item[k].id, rows->item[i].id) == 0 && !chosen(w, c, &rows->item[k]))
			return false;
	return true;
}

static void delete_one(struct webhook *w, const struct rows *rows, size_t i, bool gone[], struct err *e)
{
	const struct row *r = &rows->item[i];
	const struct api_value id[] = { { .name = "id", .value = r->id }, { 0 } };
	struct api_answer a = { 0 };
	bool ok = api_call(w->api, delete_call, id, w->common->now_ms, &a, e);

	for (size_t k = i; k < rows->count; k++) {
		if (strcmp(rows->item[k].id, r->id) != 0)
			continue;
		gone[k] = true;
		if (ok)
			say_deleted(w, &rows->item[k]);
	}
	if (!ok)
		webhook_failed(w, r->event, &a, e);
	api_answer_free(&a);
}

static void delete_chosen(struct webhook *w, const struct choice *c, const struct rows *rows, struct err *e)
{
	bool *gone = xcalloc(rows->count + 1, sizeof *gone);	/* or tried */
	size_t ours = 0, left = 0;

	for (size_t i = 0; i < rows->count && !w->stop && e->code == ERR_NONE; i++) {
		const struct row *r = &rows->item[i];

		if (gone[i] || !chosen(w, c, r))
			continue;
		ours++;
		if (row_has_id(r) && whole(w, c, rows, i))
			delete_one(w, rows, i, gone, e);
		else if (!left++)
			note(false, "event %s: left: %s", r->event, row_has_id(r) ?
				"the PSP lists its id for another URL too, and would delete both" : "the PSP's list has no usable id for it");
	}
	if (left > 1)
		note(false, "and %zu more are left for such a reason", left - 1);
	if (left && !w->status)
		w->status = 1;
	if (!ours)
		fail(e, ERR_NOT_FOUND, "hook \"%s\": none of the %zu registered events goes to this hook's URL; nothing was deleted", w->hook->name, rows->count);
	free(gone);
}

void rows_delete(struct webhook *w, const char *events, bool force, bool dry, struct err *e)
{
	static const struct api_value id[] = { { .name = "id", .value = "ID-OF-THE-LIST" }, { 0 } };
	struct choice c = { .force = force };
	struct rows rows = { 0 };
	size_t count;

	route_events(w->hook->psp, c.known);
	if (events && !w->hook->psp->event_in_path)
		fail(e, ERR_USAGE, "--event is not for %s: a registration there may hold several events", w->hook->psp->title);
	else if (events && !events_read(events, c.known, c.names, &count, e))
		return;
	/* Which rows are ours only the list tells, so even a dry run must show it as the request that it begins with. */
	else if (dry && webhook_show(w, get_call, none, e))
		webhook_show(w, delete_call, id, e);
	else if (!dry && rows_ask(w, &rows, e))
		delete_chosen(w, &c, &rows, e);
	rows_free(&rows);
}
