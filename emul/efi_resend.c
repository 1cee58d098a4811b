/* POST /v2/gn/webhook/reenviar: told once more, one attempt each, as long as 30 days after it was paid. */
#include <stdio.h>
#include <string.h>

#include "emul/efi.h"
#include "emul/efi_notice.h"
#include "lib/limits.h"

#define WINDOW_MS (30 * 24 * 3600 * INT64_C(1000))

static const char *const types[] = { "PIX_RECEBIDO", "PIX_ENVIADO", "DEVOLUCAO_RECEBIDA", "DEVOLUCAO_ENVIADA", NULL };

static void refuse(struct efi_call *c, const char *detail)
{
	efi_problem(c, 400, "WebhookOperacaoInvalida", "Webhook inválido.", detail);
}

static void keep(void *ctx, const struct emul_pix *p)
{
	*(struct emul_pix *)ctx = *p;
}

static bool again(struct efi_call *c, const char *e2eid, struct err *e)
{
	struct emul_callback cb = { .kind = "pix", .due_ms = c->now, .once = true, .body = BUF(LIMIT_BODY) };
	struct emul_pix p = { 0 };
	bool ok;

	if (!state_pixes(c->bank->state, "efi", e2eid, "", c->now - WINDOW_MS, INT64_MAX, 0, 1, NULL, keep, &p, e))
		return false;
	if (!*p.e2eid)
		return true;
	snprintf(cb.key, sizeof cb.key, "%s", p.key);
	ok = efi_received(c->bank->state, &p, &cb.body, e) && state_callback_put(c->bank->state, &cb, e);
	buf_free(&cb.body);
	return ok;
}

void efi_resend(struct efi_call *c)
{
	const char *type = json_text(json_member(c->doc, "tipo", false));
	const struct json *ids = json_member(c->doc, "e2eids", false);
	size_t known = 0, n = 0;
	struct err e = { 0 };
	bool ok = json_type(ids) == JSON_ARRAY;

	while (types[known] && (!type || strcmp(types[known], type)))
		known++;
	if (!types[known]) {
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
	/* only received ones are kept here: of the other kinds there is nothing to tell */
	if (!known)
		for (const struct json *id = json_first(ids); id && ok; id = json_next(id))
			ok = again(c, json_text(id), &e);
	ok = state_end(c->bank->state, ok, ok ? &e : NULL) && ok;
	if (ok)
		c->a->status = 202;
	else
		efi_broken(c, &e);
}
