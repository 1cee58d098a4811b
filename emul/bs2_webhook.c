/* /webhook/bs2 of a direct client: what is registered for each event of the account. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "emul/bs2.h"
#include "lib/ascii.h"

#define EVENTS 3

static const char *const events[EVENTS] = { "Pagamento", "Recebimento", "ValidacaoChaves" };
static const char *const types[3] = { "none", "basic", "bearer" };

/* Visible ASCII: what a URL or a header can hold. */
static bool visible(const char *text)
{
	for (; *text; text++)
		if (*text <= ' ' || *text == 0x7f)
			return false;
	return true;
}

bool bs2_read_url(struct bs2_call *c, const struct json *url, struct emul_webhook *w)
{
	const char *text = json_type(url) == JSON_STRING ? json_text(url) : NULL;

	if (text && strlen(text) <= STATE_URL && visible(text) && !strncasecmp(text, "https://", 8) && text[8] && !strchr("/?#:", text[8])) {
		snprintf(w->url, sizeof w->url, "%s", text);
		return true;
	}
	bs2_misshapen(c, "Webhook.Url");
	return false;
}

bool bs2_read_auth(struct bs2_call *c, const struct json *auth, const char *const names[3], const char *tag, struct emul_webhook *w)
{
	const struct json *member = json_member(auth, "tipo", false);
	const char *type = json_type(member) == JSON_STRING ? json_text(member) : "", *value;
	char where[64];
	int i = 0;

	while (i < 3 && ascii_casecmp(names[i], type) != 0)
		i++;
	if (json_type(auth) != JSON_OBJECT || i == 3) {
		snprintf(where, sizeof where, "%s.Tipo", tag);
		bs2_misshapen(c, where);
		return false;
	}
	member = json_member(auth, "valor", false);
	value = json_type(member) == JSON_STRING ? json_text(member) : "";
	/* BS2 does not say what the value is: what follows the word Basic or Bearer is taken for it */
	if (i && (!*value || strlen(value) >= STATE_AUTH || !visible(value))) {
		snprintf(where, sizeof where, "%s.Valor", tag);
		bs2_misshapen(c, where);
		return false;
	}
	snprintf(w->auth_type, sizeof w->auth_type, "%s", types[i]);
	snprintf(w->auth, sizeof w->auth, "%s", i ? value : "");
	return true;
}

void bs2_put_auth(struct buf *b, const char *name, const struct emul_webhook *w, const char *const names[3])
{
	int i = 0;

	while (i < 2 && strcmp(types[i], w->auth_type) != 0)
		i++;
	buf_putf(b, "\"%s\":{", name);
	bs2_put_str(b, "tipo", names[i]);
	buf_puts(b, ",");
	bs2_put_str(b, "valor", *w->auth ? w->auth : NULL);
	buf_puts(b, "}");
}

struct finding {
	const char *id;
	struct emul_webhook *w;
	bool found;
};

static void compare(void *ctx, const struct emul_webhook *w)
{
	struct finding *f = ctx;

	if (strcmp(w->id, f->id) != 0)
		return;
	*f->w = *w;
	f->found = true;
}

bool bs2_find(struct bs2_call *c, const char *id, struct emul_webhook *w, struct err *e)
{
	struct finding f = { .id = id, .w = w };
	int64_t total;

	return state_webhooks(c->bank->state, c->psp->name, 0, INT64_MAX, 0, INT64_MAX, &total, compare, &f, e) &&
		(f.found || fail(e, ERR_NOT_FOUND, "there is none"));
}

/* What one request wants, by the place in events; key "" where it says nothing of that event. */
struct wanted {
	struct emul_webhook w[EVENTS];
};

static bool read_account(struct bs2_call *c, const struct json *v, struct emul_webhook *w)
{
	const char *text = json_type(v) == JSON_NUMBER ? json_text(v) : NULL;
	size_t n = text ? strspn(text, "0123456789") : 0;

	if (json_type(v) == JSON_NULL)
		return true;
	if (n && n <= 15 && !text[n]) {
		w->account = strtoll(text, NULL, 10);
		return true;
	}
	bs2_misshapen(c, "Webhook.ContaNumero");
	return false;
}

static bool read_item(struct bs2_call *c, const struct json *item, struct wanted *all)
{
	const struct json *list = json_member(item, "eventos", false), *only = json_member(item, "somenteComTxId", false);
	const struct json *auth = json_member(item, "autorizacao", false);
	struct emul_webhook w = { .at_ms = c->now };

	snprintf(w.auth_type, sizeof w.auth_type, "%s", types[0]);
	snprintf(w.kind, sizeof w.kind, "%s", c->psp->name);
	if (json_type(item) != JSON_OBJECT) {
		bs2_misshapen(c, "Webhook");
		return false;
	}
	if (!bs2_read_url(c, json_member(item, "url", false), &w) || !read_account(c, json_member(item, "contaNumero", false), &w) ||
	    (json_type(auth) != JSON_NULL && !bs2_read_auth(c, auth, types, "Webhook.Autorizacao", &w)))
		return false;
	if (only && json_type(only) != JSON_TRUE && json_type(only) != JSON_FALSE) {
		bs2_misshapen(c, "Webhook.SomenteComTxId");
		return false;
	}
	w.only_txid = json_type(only) == JSON_TRUE;
	if (json_type(list) != JSON_ARRAY || !json_first(list)) {
		bs2_misshapen(c, "Webhook.Eventos");
		return false;
	}
	for (const struct json *v = json_first(list); v; v = json_next(v)) {
		const char *name = json_type(v) == JSON_STRING ? json_text(v) : "";
		int i = 0;

		while (i < EVENTS && strcmp(events[i], name) != 0)
			i++;
		if (i == EVENTS || *all->w[i].key) {
			bs2_refuse(c, 400, "Webhook.Eventos", i == EVENTS ? "Evento inválido." : "Evento duplicado.");
			return false;
		}
		all->w[i] = w;
		snprintf(all->w[i].key, sizeof all->w[i].key, "%s", name);
	}
	return true;
}

/* All of them or none; an event that is there keeps its id, and one that the request does not name stays as it is. */
static bool store(struct bs2_call *c, struct wanted *all, struct err *e)
{
	struct state *st = c->bank->state;
	struct emul_webhook was;
	bool ok = true;

	if (!state_begin(st, e))
		return false;
	for (int i = 0; ok && i < EVENTS; i++) {
		struct emul_webhook *w = &all->w[i];

		if (!*w->key)
			continue;
		if (state_webhook_get(st, w->kind, w->key, &was, e))
			snprintf(w->id, sizeof w->id, "%s", was.id);
		else
			ok = e->code == ERR_NOT_FOUND && bs2_guid(w->id, e);
		ok = ok && state_webhook_put(st, w, e);
	}
	return state_end(st, ok, ok ? e : NULL) && ok;
}

void bs2_webhook_set(struct bs2_call *c)
{
	struct wanted *all = calloc(1, sizeof *all);
	struct err e = { 0 };
	bool ok = all;

	if (!all) {
		fail(&e, ERR_STORE, "no memory for a registration");
		bs2_broken(c, &e);
		return;
	}
	if (json_type(c->doc) != JSON_ARRAY || !json_first(c->doc)) {
		bs2_misshapen(c, "Webhook");
		ok = false;
	}
	for (const struct json *v = ok ? json_first(c->doc) : NULL; ok && v; v = json_next(v))
		ok = read_item(c, v, all);
	if (ok && store(c, all, &e))
		c->a->status = 200;
	else if (ok)
		bs2_broken(c, &e);
	secret_wipe(all, sizeof *all);
	free(all);
}

struct list {
	struct buf *b;
	const char *before;
};

static void each(void *ctx, const struct emul_webhook *w)
{
	struct list *l = ctx;

	buf_puts(l->b, l->before);
	buf_puts(l->b, "{");
	bs2_put_str(l->b, "id", w->id);
	buf_puts(l->b, ",");
	bs2_put_str(l->b, "evento", w->key);
	buf_putf(l->b, ",\"somenteComTxId\":%s,\"contaNumero\":", w->only_txid ? "true" : "false");
	if (w->account)
		buf_putf(l->b, "%lld,", (long long)w->account);
	else
		buf_puts(l->b, "null,");
	bs2_put_str(l->b, "url", w->url);
	buf_puts(l->b, ",");
	bs2_put_auth(l->b, "autorizacao", w, types);
	buf_puts(l->b, "}");
	l->before = ",";
}

void bs2_webhook_get(struct bs2_call *c)
{
	struct list l = { .b = bs2_ok(c, 200), .before = "" };
	struct err e = { 0 };
	int64_t total;

	buf_puts(l.b, "[");
	if (!state_webhooks(c->bank->state, c->psp->name, 0, INT64_MAX, 0, INT64_MAX, &total, each, &l, &e)) {
		bs2_broken(c, &e);
		return;
	}
	buf_puts(l.b, "]");
}

void bs2_webhook_delete(struct bs2_call *c)
{
	struct emul_webhook w;
	struct err e = { 0 };

	if (bs2_find(c, c->value, &w, &e) && state_webhook_delete(c->bank->state, w.kind, w.key, &e))
		c->a->status = 204;
	else if (e.code == ERR_NOT_FOUND)
		bs2_refuse(c, 404, "InscricaoId", "Inscrição não encontrada.");
	else
		bs2_broken(c, &e);
}
