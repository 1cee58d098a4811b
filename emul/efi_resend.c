/* POST /v2/gn/webhook/reenviar: told once more, one attempt each, as long as 30 days after it was paid. */
#include <stdio.h>
#include <string.h>

#include "emul/efi.h"
#include "emul/efi_notice.h"
#include "lib/limits.h"

#define WINDOW_MS (30 * 24 * 3600 * INT64_C(1000))

static void refuse(struct efi_call *c, const char *detail)
{
	efi_problem(c, 400, "WebhookOperacaoInvalida", "Webhook inválido.", detail);
}

static void keep(void *ctx, const struct emul_pix *p)
{
	*(struct emul_pix *)ctx = *p;
}

/* Each composes what is told of one e2eid, and *key says whom; nothing: there is nothing to tell. */
static bool received(struct efi_call *c, const char *e2eid, char key[STATE_KEY], struct buf *body, struct err *e)
{
	struct emul_pix p = { .e2eid = "" };

	if (!state_pixes(c->bank->state, "efi", e2eid, "", c->now - WINDOW_MS, INT64_MAX, 0, 1, NULL, keep, &p, e))
		return false;
	snprintf(key, STATE_KEY, "%s", p.key);
	return !*p.e2eid || efi_received(c->bank->state, &p, body, e);
}

static bool refunded(struct efi_call *c, const char *e2eid, char key[STATE_KEY], struct buf *body, struct err *e)
{
	struct emul_pix p = { .e2eid = "" };
	int n = 0;

	if (!state_pixes(c->bank->state, "efi", e2eid, "", c->now - WINDOW_MS, INT64_MAX, 0, 1, NULL, keep, &p, e))
		return false;
	snprintf(key, STATE_KEY, "%s", p.key);
	if (*p.e2eid && !efi_refunded(c->bank->state, &p, "", body, &n, e))
		return false;
	if (!n)
		buf_reset(body);
	return true;
}

/* *found false: there is none, or none that has ended in time. */
static bool find_sent(struct efi_call *c, const char *e2eid, struct emul_sent *s, bool *found, struct err *e)
{
	*found = state_sent_get(c->bank->state, "", e2eid, s, e);
	if (!*found && e->code != ERR_NOT_FOUND)
		return false;
	*found = *found && s->at_ms >= c->now - WINDOW_MS && strcmp(s->status, "EM_PROCESSAMENTO");
	e->code = ERR_NONE;
	return true;
}

static bool sent(struct efi_call *c, const char *e2eid, char key[STATE_KEY], struct buf *body, struct err *e)
{
	struct emul_sent s;
	bool found;

	if (!find_sent(c, e2eid, &s, &found, e) || !found)
		return !found && !e->code;
	snprintf(key, STATE_KEY, "%s", s.key);
	buf_puts(body, "{\"pix\":[{");
	efi_put_sent(body, &s);
	return buf_puts(body, "}]}");
}

static bool returned(struct efi_call *c, const char *e2eid, char key[STATE_KEY], struct buf *body, struct err *e)
{
	struct emul_sent s;
	bool found;
	int n = 0;

	if (!find_sent(c, e2eid, &s, &found, e) || !found)
		return !found && !e->code;
	snprintf(key, STATE_KEY, "%s", s.key);
	if (!efi_returned(c->bank->state, &s, "", body, &n, e))
		return false;
	if (!n)
		buf_reset(body);
	return true;
}

static const struct {
	const char *type;
	bool (*compose)(struct efi_call *c, const char *e2eid, char key[STATE_KEY], struct buf *body, struct err *e);
} types[] = {
	{ "PIX_RECEBIDO", received }, { "PIX_ENVIADO", sent }, { "DEVOLUCAO_RECEBIDA", returned }, { "DEVOLUCAO_ENVIADA", refunded }, { 0 }
};

static bool again(struct efi_call *c, size_t type, const char *e2eid, struct err *e)
{
	struct buf body = BUF(LIMIT_BODY);
	char key[STATE_KEY];
	bool ok;

	ok = types[type].compose(c, e2eid, key, &body, e) && (!body.len || efi_tell(c->bank->state, key, c->now, true, &body, e));
	buf_free(&body);
	return ok;
}

void efi_resend(struct efi_call *c)
{
	const char *type = json_text(json_member(c->doc, "tipo", false));
	const struct json *ids = json_member(c->doc, "e2eids", false);
	size_t known = 0, n = 0;
	struct err e = { 0 };
	bool ok = json_type(ids) == JSON_ARRAY;

	while (types[known].type && (!type || strcmp(types[known].type, type)))
		known++;
	if (!types[known].type) {
		refuse(c, "O campo tipo não respeita o schema.");
		return;
	}
	for (const struct json *id = json_first(ids); id && ok; id = json_next(id)) {
		const char *text = json_type(id) == JSON_STRING ? json_text(id) : "";

		ok = ++n <= LIMIT_ITEMS && *text && strlen(text) < STATE_E2EID;
	}
	if (!ok || !n) {
		refuse(c, "O campo e2eids não respeita o schema.");
		return;
	}
	if (!state_begin(c->bank->state, &e)) {
		efi_broken(c, &e);
		return;
	}
	for (const struct json *id = json_first(ids); id && ok; id = json_next(id))
		ok = again(c, known, json_text(id), &e);
	ok = state_end(c->bank->state, ok, ok ? &e : NULL) && ok;
	if (ok)
		c->a->status = 202;
	else
		efi_broken(c, &e);
}
