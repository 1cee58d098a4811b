/* /webhook/bs2 of an indirect participant: a route for each of the seven events. */
#include <stdio.h>
#include <string.h>

#include "emul/bs2.h"
#include "emul/bs2_notice.h"

static const char *const types[3] = { "None", "Basic", "Bearer" };

static void put_route(struct buf *b, const struct emul_webhook *w)
{
	buf_puts(b, "{");
	bs2_put_str(b, "id", w->id);
	buf_puts(b, ",");
	bs2_put_str(b, "url", w->url);
	buf_puts(b, ",");
	bs2_put_str(b, "evento", w->key);
	buf_puts(b, ",");
	bs2_put_auth(b, "autenticacao", w, types);
	buf_puts(b, "}");
}

static bool is_object(struct bs2_call *c)
{
	if (json_type(c->doc) == JSON_OBJECT)
		return true;
	bs2_misshapen(c, "Webhook");
	return false;
}

static bool read_rest(struct bs2_call *c, struct emul_webhook *w)
{
	return bs2_read_url(c, json_member(c->doc, "url", false), w) &&
		bs2_read_auth(c, json_member(c->doc, "autenticacao", false), types, "Webhook.Autenticacao", w);
}

/* As one step: two that register the same event at a time get one registration and one refusal. */
static bool add(struct bs2_call *c, struct emul_webhook *w, bool *taken, struct err *e)
{
	struct state *st = c->bank->state;
	struct emul_webhook was;
	bool ok;

	if (!state_begin(st, e))
		return false;
	*taken = state_webhook_get(st, w->kind, w->key, &was, e);
	ok = *taken || (e->code == ERR_NOT_FOUND && bs2_guid(w->id, e) && state_webhook_put(st, w, e));
	return state_end(st, ok, ok ? e : NULL) && ok;
}

void bs2_route_add(struct bs2_call *c)
{
	const struct json *event = json_member(c->doc, "evento", false);
	const char *name = json_type(event) == JSON_STRING ? json_text(event) : "";
	struct emul_webhook w = { .at_ms = c->now };
	struct err e = { 0 };
	bool taken;

	if (!is_object(c))
		return;
	if (!bs2_event_is(name, "bs2-indirect")) {
		bs2_refuse(c, 400, "Webhook.Evento", "Evento inválido.");
		return;
	}
	if (!read_rest(c, &w))
		return;
	snprintf(w.kind, sizeof w.kind, "%s", c->psp->name);
	snprintf(w.key, sizeof w.key, "%s", name);
	if (!add(c, &w, &taken, &e))
		bs2_broken(c, &e);
	else if (taken)
		bs2_refuse(c, 400, "Webhook.Evento", "Já existe uma rota para o evento.");
	else
		put_route(bs2_ok(c, 201), &w);
}

struct list {
	struct buf *b;
	const char *before;
};

static void each(void *ctx, const struct emul_webhook *w)
{
	struct list *l = ctx;

	buf_puts(l->b, l->before);
	put_route(l->b, w);
	l->before = ",";
}

void bs2_route_list(struct bs2_call *c)
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

static void missing(struct bs2_call *c, const struct err *e)
{
	if (e->code == ERR_NOT_FOUND)
		bs2_refuse(c, 404, "ConfiguracaoId", "Configuração não encontrada.");
	else
		bs2_broken(c, e);
}

/* The event is not among what can be changed: one in the body is not looked at. */
void bs2_route_change(struct bs2_call *c)
{
	const struct json *id = json_member(c->doc, "configuracaoId", false);
	struct state *st = c->bank->state;
	struct emul_webhook w = { 0 };
	struct err e = { 0 };
	bool ok;

	if (!is_object(c))
		return;
	if (json_type(id) != JSON_STRING || !*json_text(id)) {
		bs2_misshapen(c, "ConfiguracaoId");
		return;
	}
	if (!read_rest(c, &w))
		return;
	if (!state_begin(st, &e)) {
		bs2_broken(c, &e);
		return;
	}
	ok = bs2_find(c, json_text(id), &w, &e) && read_rest(c, &w) && state_webhook_put(st, &w, &e);
	if (state_end(st, ok, ok ? &e : NULL) && ok)
		put_route(bs2_ok(c, 200), &w);
	else
		missing(c, &e);
}

void bs2_route_delete(struct bs2_call *c)
{
	struct emul_webhook w;
	struct err e = { 0 };

	if (bs2_find(c, c->value, &w, &e) && state_webhook_delete(c->bank->state, w.kind, w.key, &e))
		c->a->status = 204;
	else
		missing(c, &e);
}
