/* /v2/webhook, /v2/webhookrec and /v2/webhookcobr: registering is a call of the URL, for real. */
#include <stdio.h>
#include <string.h>

#include "emul/caller.h"
#include "emul/efi.h"

/* Where Pix and the two kinds of Pix Automático differ. */
static const struct kind {
	const char *kind, *missing, *detail;
} kinds[] = {
	{ "pix", NULL, NULL },
	{ "rec", "WebhookRecNaoEncontrado", "O webhook de recorrências não encontra-se estabelecido." },
	{ "cobr", "WebhookCobRNaoEncontrado", "O webhook de cobranças recorrentes não encontra-se estabelecido." },
};
enum { PIX, REC, COBR };

static bool key_taken(struct efi_call *c, const struct kind *k)
{
	if (k != &kinds[PIX] || efi_key_ok(c->value))
		return true;
	efi_error(c, 400, "chave_invalida", "A chave informada não faz referência à conta Efí autenticada");
	return false;
}

static void set(struct efi_call *c, const struct kind *k)
{
	const char *url = json_text(json_member(c->doc, "webhookUrl", false)), *skip = c->r->header(c->r, "x-skip-mtls-checking");
	struct emul_webhook w = { .skip_mtls = skip && !strcmp(skip, "true"), .at_ms = c->now };
	struct call call = { .url = url, .user_agent = c->bank->user_agent, .cert = c->bank->caller, .cacert = c->bank->server_ca,
		.patience_ms = c->bank->patience_ms ? c->bank->patience_ms : EFI_PATIENCE_MS };
	struct call_result result = { 0 };
	char text[CALLER_TEXT];
	struct err e = { 0 };
	const char *name;
	struct buf *b;

	if (!key_taken(c, k))
		return;
	if (!url || json_type(json_member(c->doc, "webhookUrl", false)) != JSON_STRING) {
		efi_invalid(c, ".body.webhookUrl", "campo obrigatório, do tipo string");
		return;
	}
	if (strlen(url) > STATE_URL) {
		efi_error(c, 400, "valor_invalido", "URL inválida");
		return;
	}
	if (!caller_check(&call, w.skip_mtls, &result, &e)) {
		efi_broken(c, &e);
		return;
	}
	name = caller_words(&result, text);
	if (name) {
		efi_error(c, 400, name, text);
		return;
	}
	snprintf(w.kind, sizeof w.kind, "%s", k->kind);
	snprintf(w.key, sizeof w.key, "%s", k == &kinds[PIX] ? c->value : "");
	snprintf(w.url, sizeof w.url, "%s", url);
	if (!state_webhook_put(c->bank->state, &w, &e)) {
		efi_broken(c, &e);
		return;
	}
	b = efi_ok(c, 201);
	if (k != &kinds[PIX]) {
		c->a->type = NULL;
		return;
	}
	buf_puts(b, "{");
	efi_put_str(b, "webhookUrl", url);
	buf_puts(b, "}");
}

static void missing(struct efi_call *c, const struct kind *k, const struct err *e)
{
	if (e->code != ERR_NOT_FOUND)
		efi_broken(c, e);
	else if (k->missing)
		efi_problem(c, 404, k->missing, "Não Encontrado", k->detail);
	else
		efi_error(c, 400, "webhook_nao_encontrado", "Nenhum webhook encontrado para a chave informada");
}

static void put_webhook(struct buf *b, const struct emul_webhook *w)
{
	buf_puts(b, "{");
	efi_put_str(b, "webhookUrl", w->url);
	if (*w->key) {
		buf_puts(b, ",");
		efi_put_str(b, "chave", w->key);
	}
	buf_puts(b, ",");
	efi_put_when(b, "criacao", w->at_ms);
	buf_puts(b, "}");
}

static void get(struct efi_call *c, const struct kind *k)
{
	struct emul_webhook w;
	struct err e = { 0 };

	if (!key_taken(c, k))
		return;
	if (state_webhook_get(c->bank->state, k->kind, c->value, &w, &e))
		put_webhook(efi_ok(c, 200), &w);
	else
		missing(c, k, &e);
}

static void delete(struct efi_call *c, const struct kind *k)
{
	struct err e = { 0 };

	if (!key_taken(c, k))
		return;
	if (state_webhook_delete(c->bank->state, k->kind, c->value, &e))
		c->a->status = 204;
	else
		missing(c, k, &e);
}

struct list {
	struct buf *b;
	const char *before;
};

static void each(void *ctx, const struct emul_webhook *w)
{
	struct list *l = ctx;

	buf_puts(l->b, l->before);
	put_webhook(l->b, w);
	l->before = ",";
}

void efi_webhook_list(struct efi_call *c)
{
	struct buf items = BUF(c->a->body.max);
	struct list l = { .b = &items, .before = "" };
	struct efi_page p;
	struct err e = { 0 };
	struct buf *b;
	int64_t total;

	if (!efi_page(c, &p))
		return;
	if (state_webhooks(c->bank->state, "pix", p.from, p.until, p.page * p.size, p.size, &total, each, &l, &e)) {
		b = efi_ok(c, 200);
		buf_puts(b, "{");
		efi_put_page(b, &p, total);
		buf_putf(b, ",\"webhooks\":[%s]}", buf_str(&items));
	} else {
		efi_broken(c, &e);
	}
	buf_free(&items);
}

void efi_webhook_set(struct efi_call *c)
{
	set(c, &kinds[PIX]);
}

void efi_webhook_get(struct efi_call *c)
{
	get(c, &kinds[PIX]);
}

void efi_webhook_delete(struct efi_call *c)
{
	delete(c, &kinds[PIX]);
}

void efi_rec_set(struct efi_call *c)
{
	set(c, &kinds[REC]);
}

void efi_rec_get(struct efi_call *c)
{
	get(c, &kinds[REC]);
}

void efi_rec_delete(struct efi_call *c)
{
	delete(c, &kinds[REC]);
}

void efi_cobr_set(struct efi_call *c)
{
	set(c, &kinds[COBR]);
}

void efi_cobr_get(struct efi_call *c)
{
	get(c, &kinds[COBR]);
}

void efi_cobr_delete(struct efi_call *c)
{
	delete(c, &kinds[COBR]);
}
