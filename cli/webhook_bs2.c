/* The verbs for a PSP that has one list of events for the account: Banco BS2, direct. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/webhook_rows.h"
#include "lib/limits.h"
#include "lib/secret.h"
#include "lib/table.h"

static const char get_call[] = "webhook.get", set_call[] = "webhook.set";

/* How the PSP shall prove itself to the gate: type and value, the latter a secret. */
struct auth {
	const char *type;
	struct buf value, quoted;
};

static bool read_auth(const struct webhook *w, struct auth *auth, struct err *e)
{
	const struct hook *h = w->hook;
	const char *ref = *h->basic ? h->basic : h->bearer;
	char bytes[LIMIT_SECRET + 1];
	size_t len = 0;
	bool ok = true;

	*auth = (struct auth){ .type = *h->basic ? "basic" : *h->bearer ? "bearer" : "none", .value = BUF(4096), .quoted = BUF(4096) };
	if (!*ref)
		return true;
	if (!secret_read(ref, w->settings->dir, h->name, bytes, sizeof bytes, &len, e)) {
		ok = fail_in(e, "hook \"%s\": %s", h->name, auth->type);
	} else if (*h->basic) {
		json_base64(&auth->quoted, NULL, bytes, len);
		buf_add(&auth->value, auth->quoted.data + 1, auth->quoted.len - 2);
	} else {
		buf_add(&auth->value, bytes, len);
	}
	secret_wipe(bytes, sizeof bytes);
	return ok;
}

static void auth_free(struct auth *auth)
{
	if (auth->value.data)
		secret_wipe(auth->value.data, auth->value.cap);
	if (auth->quoted.data)
		secret_wipe(auth->quoted.data, auth->quoted.cap);
	buf_free(&auth->value);
	buf_free(&auth->quoted);
}

static bool read_rows(struct webhook *w, struct rows *rows, struct err *e)
{
	static const struct api_value none[] = { { 0 } };
	struct api_answer a = { 0 };
	bool ok = api_call(w->api, get_call, none, w->common->now_ms, &a, e);

	/* Nothing registered may be an empty list or an empty answer. */
	if (ok && (a.body.len || a.status != 204))
		ok = rows_read(a.doc, rows, e);
	if (!ok)
		webhook_failed(w, "", &a, e);
	api_answer_free(&a);
	return ok;
}

static const char *const known_events[] = { "Recebimento", "Pagamento", "ValidacaoChaves", NULL };

enum { EVENTS = 3 };

/* The events of the command line, in the PSP's spelling. */
static bool read_events(const char *text, const char *names[EVENTS], size_t *count, struct err *e)
{
	*count = 0;
	if (!text)
		text = "Recebimento,Pagamento";
	while (*text) {
		size_t n = strcspn(text, ","), i = 0, k;

		while (known_events[i] && (strlen(known_events[i]) != n || strncasecmp(known_events[i], text, n) != 0))
			i++;
		if (!known_events[i])
			return fail(e, ERR_USAGE, "--event: '%.*s' is unknown (one of: Recebimento, Pagamento, ValidacaoChaves)", (int)n, text);
		for (k = 0; k < *count && names[k] != known_events[i]; k++)
			;
		if (k == *count)
			names[(*count)++] = known_events[i];
		text += n + (text[n] == ',');
	}
	return *count > 0 || fail(e, ERR_USAGE, "--event: names no event");
}

static void say(const struct webhook *w, const char *event, const struct row *was, const char *is, const char *result, const char *differs)
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

/* After a PUT: what is there now, event by event. */
static void compare(struct webhook *w, const char *const *names, size_t count, const struct row *want, const struct rows *was, const struct rows *is)
{
	for (size_t i = 0; i < count; i++) {
		const struct row *before = rows_find(was, names[i], want->account), *now = rows_find(is, names[i], want->account);
		const char *still = now ? row_differs(now, want) : "event";
		const char *differed = before ? row_differs(before, want) : NULL;

		if (still && strcmp(still, "auth") == 0 && strcasecmp(now->auth_type, want->auth_type) == 0) {
			note(w->common->quiet, "event %s: BS2 shows other credentials than were sent; it may mask them", names[i]);
			still = NULL;
		}
		if (still) {
			say(w, names[i], before, now ? now->url : "", "not what was sent", still);
			note(false, "event %s: BS2 said yes, but has another %s", names[i], still);
			if (!w->status)
				w->status = 1;
		} else {
			say(w, names[i], before, want->url, before && !differed ? "registered again" : "registered", differed);
		}
	}
}

void rows_set(struct webhook *w, const char *events, bool only_txid, bool force, bool dry, struct err *e)
{
	struct rows was = { 0 }, is = { 0 };
	struct api_answer answer = { 0 };
	struct buf list = BUF(1024);
	const char *names[EVENTS];
	char account[24] = "";
	struct auth auth = { 0 };
	size_t count = 0;
	bool same = true;

	if (!read_events(events, names, &count, e) || !read_auth(w, &auth, e))
		goto out;
	json_open(&list, NULL, '[');
	for (size_t i = 0; i < count; i++)
		json_str(&list, NULL, names[i]);
	json_close(&list, ']');
	if (w->hook->account)
		snprintf(account, sizeof account, "%" PRId64, w->hook->account);
	const struct api_value values[] = {
		{ .name = "url", .value = buf_str(&w->url) }, { .name = "events", .value = buf_str(&list), .raw = true },
		{ .name = "only_txid", .value = only_txid ? "true" : "false", .raw = true },
		{ .name = "account", .value = *account ? account : NULL, .raw = true }, { .name = "auth_type", .value = auth.type },
		{ .name = "auth", .value = auth.value.len ? buf_str(&auth.value) : NULL, .secret = true }, { 0 }
	};
	const struct row want = {
		.url = (char *)(uintptr_t)buf_str(&w->url), .auth_type = (char *)(uintptr_t)auth.type, .auth = (char *)(uintptr_t)buf_str(&auth.value),
		.account = w->hook->account, .only_txid = only_txid,
	};

	if (dry) {
		webhook_show(w, set_call, values, e);
		goto out;
	}
	if (!read_rows(w, &was, e))
		goto out;
	for (size_t i = 0; i < count; i++) {
		const struct row *r = rows_find(&was, names[i], want.account);

		same = same && r && !row_differs(r, &want);
	}
	if (same && !force) {
		for (size_t i = 0; i < count; i++)
			say(w, names[i], rows_find(&was, names[i], want.account), want.url, "unchanged", NULL);
		goto out;
	}
	if (only_txid)
		note(w->common->quiet, "BS2 lists that option as under maintenance: where nothing arrives, register without --only-txid");
	if (!api_call(w->api, set_call, values, w->common->now_ms, &answer, e)) {
		webhook_failed(w, "", &answer, e);
		if (e->code == ERR_NET)
			fail_in(e, "whether it was registered is not known (`pixgate webhook get %s` tells)", w->hook->name);
		goto out;
	}
	if (read_rows(w, &is, e))
		compare(w, names, count, &want, &was, &is);
out:
	rows_free(&was);
	rows_free(&is);
	api_answer_free(&answer);
	auth_free(&auth);
	buf_free(&list);
}

void rows_get(struct webhook *w, bool dry, struct err *e)
{
	static const char *const heads[] = { "EVENT", "REGISTERED", "ONLY TXID", "ACCOUNT", "AUTH", "ID", "URL", NULL };
	static const struct api_value none[] = { { 0 } };
	struct rows rows = { 0 };
	struct buf b = BUF(OUT_MAX);
	struct table *t = table_new(heads);

	if (dry) {
		webhook_show(w, get_call, none, e);
		goto out;
	}
	if (!read_rows(w, &rows, e))
		goto out;
	for (size_t i = 0; i < rows.count; i++) {
		const struct row *r = &rows.item[i];
		char *url = url_masked(r->url);

		if (w->common->json) {
			json_open(&b, NULL, '{');
			json_str(&b, "hook", w->hook->name);
			json_str(&b, "target", "event");
			json_str(&b, "event", r->event);
			json_str(&b, "url", url);
			json_flag(&b, "ours", strcmp(r->url, buf_str(&w->url)) == 0);
			json_str(&b, "whose", url_whose(buf_str(&w->url), r->url));
			json_flag(&b, "only_txid", r->only_txid);
			if (r->account)
				json_int(&b, "account", r->account);
			else
				json_none(&b, "account");
			json_str(&b, "auth", *r->auth_type ? r->auth_type : "none");
			json_str(&b, "id", r->id);
			json_close(&b, '}');
			out_line(&b);
		} else {
			table_cell(t, r->event);
			table_cell(t, url_whose(buf_str(&w->url), r->url));
			table_cell(t, r->only_txid ? "yes" : "no");
			if (r->account)
				table_cellf(t, "%" PRId64, r->account);
			else
				table_cell(t, NULL);
			table_cell(t, *r->auth_type ? r->auth_type : "none");
			table_cell(t, r->id);
			table_cell(t, url);
		}
		if (r->only_txid)
			note(w->common->quiet, "event %s: BS2 announces only receipts that have a txid; `pixgate webhook set %s` changes that", r->event, w->hook->name);
		free(url);
	}
	if (table_rows(t))
		table_print(t, stdout, table_color(stdout));
	if (!rows.count)
		fail(e, ERR_NOT_FOUND, "hook \"%s\": nothing is registered at %s", w->hook->name, w->hook->psp->title);
out:
	table_free(t);
	buf_free(&b);
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

void rows_delete(struct webhook *w, bool force, bool dry, struct err *e)
{
	struct rows rows = { 0 };
	size_t ours = 0;

	/* Which rows are ours only the list tells, so even a dry run must show it as the request that it begins with. */
	if (dry) {
		static const struct api_value none[] = { { 0 } };
		const struct api_value id[] = { { .name = "id", .value = "ID-OF-THE-LIST" }, { 0 } };

		if (webhook_show(w, get_call, none, e))
			webhook_show(w, "webhook.delete", id, e);
		return;
	}
	if (!read_rows(w, &rows, e))
		return;
	for (size_t i = 0; i < rows.count && !w->stop; i++) {
		const struct row *r = &rows.item[i];
		const struct api_value id[] = { { .name = "id", .value = r->id }, { 0 } };
		struct api_answer a = { 0 };

		if (!*r->id || (!force && strcmp(url_whose(buf_str(&w->url), r->url), "another URL") == 0))
			continue;
		ours++;
		if (api_call(w->api, "webhook.delete", id, w->common->now_ms, &a, e))
			say_deleted(w, r);
		else
			webhook_failed(w, r->event, &a, e);
		api_answer_free(&a);
		if (e->code != ERR_NONE)
			break;
	}
	if (!ours)
		fail(e, ERR_NOT_FOUND, "hook \"%s\": none of the %zu registered events goes to this hook's URL; nothing was deleted", w->hook->name, rows.count);
	rows_free(&rows);
}
