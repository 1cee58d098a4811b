#include "emul/efi.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/limits.h"
#include "lib/log.h"
#include "lib/text.h"
#include "lib/when.h"

const char efi_scopes[] = "cob.read cob.write pix.read pix.write webhook.read webhook.write webhookrec.read webhookrec.write "
	"webhookcobr.read webhookcobr.write gn.settings.read gn.settings.write pix.send gn.pix.send.read";

static const char json_type_[] = "application/json; charset=utf-8";

const struct efi_route efi_routes[] = {
	{ "PUT",    "/v2/webhook/:",   "webhook.write",     true,  efi_webhook_set },
	{ "GET",    "/v2/webhook/:",   "webhook.read",      false, efi_webhook_get },
	{ "DELETE", "/v2/webhook/:",   "webhook.write",     false, efi_webhook_delete },
	{ "GET",    "/v2/webhook",     "webhook.read",      false, efi_webhook_list },
	{ "PUT",    "/v2/webhookrec",  "webhookrec.write",  true,  efi_rec_set },
	{ "GET",    "/v2/webhookrec",  "webhookrec.read",   false, efi_rec_get },
	{ "DELETE", "/v2/webhookrec",  "webhookrec.write",  false, efi_rec_delete },
	{ "PUT",    "/v2/webhookcobr", "webhookcobr.write", true,  efi_cobr_set },
	{ "GET",    "/v2/webhookcobr", "webhookcobr.read",  false, efi_cobr_get },
	{ "DELETE", "/v2/webhookcobr", "webhookcobr.write", false, efi_cobr_delete },
	{ "POST",   "/v2/gn/webhook/reenviar", "webhook.write", true, efi_resend },
	{ "PUT",    "/v2/gn/config",   "gn.settings.write", true,  efi_config_set },
	{ "GET",    "/v2/gn/config",   "gn.settings.read",  false, efi_config_get },
	{ "PUT",    "/v2/cob/:",       "cob.write",         true,  efi_cob_put },
	{ "POST",   "/v2/cob",         "cob.write",         true,  efi_cob_post },
	{ "PATCH",  "/v2/cob/:",       "cob.write",         true,  efi_cob_patch },
	{ "GET",    "/v2/cob/:",       "cob.read",          false, efi_cob_get },
	{ "GET",    "/v2/pix/:",       "pix.read",          false, efi_pix_get },
	{ "GET",    "/v2/pix",         "pix.read",          false, efi_pix_list },
	{ "PUT",    "/v2/pix/:/devolucao/:", "pix.write",   true,  efi_refund_put },
	{ "GET",    "/v2/pix/:/devolucao/:", "pix.read",    false, efi_refund_get },
	{ "PUT",    "/v2/gn/pix/:",    "pix.send",          true,  efi_sent_put },
	{ "GET",    "/v2/gn/pix/enviados/:", "gn.pix.send.read", false, efi_sent_get },
	{ "GET",    "/v2/gn/pix/enviados/id-envio/:", "gn.pix.send.read", false, efi_sent_get_id },
	{ 0 }
};

struct buf *efi_ok(struct efi_call *c, unsigned status)
{
	c->a->status = status;
	c->a->type = json_type_;
	buf_reset(&c->a->body);
	return &c->a->body;
}

void efi_put_str(struct buf *b, const char *name, const char *text)
{
	buf_putf(b, "\"%s\":", name);
	json_quote(b, text, strlen(text));
}

void efi_put_when(struct buf *b, const char *name, int64_t ms)
{
	char text[WHEN_TEXT];

	when_format(ms, text);
	efi_put_str(b, name, text);
}

void efi_put_cents(struct buf *b, const char *name, int64_t cents)
{
	buf_putf(b, "\"%s\":\"%lld.%02lld\"", name, (long long)cents / 100, (long long)cents % 100);
}

void efi_error(struct efi_call *c, unsigned status, const char *name, const char *text)
{
	struct buf *b = efi_ok(c, status);

	buf_puts(b, "{");
	efi_put_str(b, "nome", name);
	buf_puts(b, ",");
	efi_put_str(b, "mensagem", text);
	buf_puts(b, "}");
}

/* Which rule of the schema was broken, by the words that tell it. */
static const struct { const char *begins, *rule; } broken_rules[] = {
	{ "campo obrigatório", "required" },
	{ "deve corresponder", "pattern" },
	{ "deve ser igual", "enum" },
	{ "deve ser uma data", "format" },
	{ "deve ter no máximo", "maxLength" },
	{ "", "type" },
};

void efi_invalid(struct efi_call *c, const char *where, const char *text)
{
	struct buf *b = efi_ok(c, 400);
	size_t i = 0;

	while (strncmp(broken_rules[i].begins, text, strlen(broken_rules[i].begins)) != 0)
		i++;
	buf_puts(b, "{\"nome\":\"json_invalido\",\"mensagem\":\"Valores ou tipos de campo inválidos\",\"erros\":[{");
	efi_put_str(b, "chave", broken_rules[i].rule);
	buf_puts(b, ",");
	efi_put_str(b, "caminho", where);
	buf_puts(b, ",");
	efi_put_str(b, "mensagem", text);
	buf_puts(b, "}]}");
}

void efi_problem(struct efi_call *c, unsigned status, const char *name, const char *title, const char *detail)
{
	struct buf *b = efi_ok(c, status);

	c->a->type = "application/problem+json; charset=utf-8";
	buf_putf(b, "{\"type\":\"https://pix.bcb.gov.br/api/v2/error/%s\",", name);
	efi_put_str(b, "title", title);
	buf_putf(b, ",\"status\":%u,", status);
	efi_put_str(b, "detail", detail);
	buf_puts(b, "}");
}

void efi_broken(struct efi_call *c, const struct err *e)
{
	log_line("emul: error %s", e->text);
	efi_error(c, 500, "erro_interno_servidor", "Ocorreu um erro interno no servidor");
}

/* The Pix key, as Efí's documentation writes its pattern. */
bool efi_key_ok(const char *key)
{
	size_t n = strspn(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.@_+");

	return n && n < STATE_KEY && !key[n];
}

static bool page_number(struct efi_call *c, const char *name, int64_t least, int64_t most, int64_t *n)
{
	char text[16], where[64];
	int64_t got = 0;
	size_t len;

	if (!front_param(c->r, name, text, sizeof text)) {
		snprintf(where, sizeof where, "%s=", name);
		if (!strstr(c->r->query, where))
			return true;
		text[0] = '\0';
	}
	len = strspn(text, "0123456789");
	if (len && len < 10 && !text[len])
		sscanf(text, "%" SCNd64, &got);
	if (!len || len >= 10 || text[len] || got < least || got > most) {
		snprintf(where, sizeof where, ".query.%s", name);
		efi_invalid(c, where, "valor fora dos limites");
		return false;
	}
	*n = got;
	return true;
}

bool efi_page(struct efi_call *c, struct efi_page *p)
{
	char from[48], until[48];

	*p = (struct efi_page){ .size = 100 };
	if (!front_param(c->r, "inicio", from, sizeof from) || !when_parse(from, WHEN_NO_ZONE, &p->from)) {
		efi_invalid(c, ".query.inicio", "deve ser uma data no formato RFC 3339");
		return false;
	}
	if (!front_param(c->r, "fim", until, sizeof until) || !when_parse(until, WHEN_NO_ZONE, &p->until)) {
		efi_invalid(c, ".query.fim", "deve ser uma data no formato RFC 3339");
		return false;
	}
	if (p->until < p->from) {
		efi_error(c, 400, "valor_invalido", "Campo de data fim deve ser maior ou igual ao campo de data inicio");
		return false;
	}
	return page_number(c, "paginacao.paginaAtual", 0, 999999999, &p->page) && page_number(c, "paginacao.itensPorPagina", 1, 1000, &p->size);
}

void efi_put_page(struct buf *b, const struct efi_page *p, int64_t total)
{
	int64_t pages = (total + p->size - 1) / p->size;

	buf_puts(b, "\"parametros\":{");
	efi_put_when(b, "inicio", p->from);
	buf_puts(b, ",");
	efi_put_when(b, "fim", p->until);
	buf_putf(b, ",\"paginacao\":{\"paginaAtual\":%lld,\"itensPorPagina\":%lld,\"quantidadeDePaginas\":%lld,\"quantidadeTotalDeItens\":%lld}}",
		 (long long)p->page, (long long)p->size, (long long)(pages ? pages : 1), (long long)total);
}

/* Whether path is of the pattern; value and second receive what stands for each ':'. */
static bool fits(const char *pattern, const char *path, struct efi_call *c)
{
	char *out = c->value;

	for (; *pattern; pattern++) {
		size_t len = strcspn(path, "/"), got;

		if (*pattern != ':') {
			if (*pattern != *path++)
				return false;
			continue;
		}
		if (!len || !text_unpercent(path, len, out, sizeof c->value, &got) || !text_utf8(out, got))
			return false;
		path += len;
		out = c->second;
	}
	return !*path;
}

static void dispatch(struct efi_call *c)
{
	const struct efi_route *found = NULL;
	bool known = false;
	struct err e = { 0 };

	if (!strcmp(c->r->path, "/oauth/token") && !strcmp(c->r->method, "POST")) {
		efi_token(c);
		return;
	}
	for (const struct efi_route *r = efi_routes; r->method && !found; r++) {
		if (!fits(r->path, c->r->path, c))
			continue;
		known = true;
		if (!strcmp(r->method, c->r->method))
			found = r;
	}
	if (!found && !strncmp(c->r->path, "/v2/cobv", 8)) {
		efi_problem(c, 404, "NaoEncontrado", "Não Encontrado", "O emulador não atende cobranças com vencimento (cobv).");
		return;
	}
	if (!found) {
		efi_problem(c, known ? 405 : 404, "NaoEncontrado", "Não Encontrado", "Entidade não encontrada.");
		return;
	}
	if (!efi_authorized(c, found->scope))
		return;
	if (found->json) {
		c->doc = json_parse(c->r->body, c->r->len, false, &e);
		if (json_type(c->doc) != JSON_OBJECT) {
			efi_invalid(c, ".body", "deve ser um objeto JSON");
			return;
		}
	}
	found->run(c);
}

void efi_handle(void *ctx, const struct front_request *r, struct front_answer *a)
{
	const struct bank *bank = ctx;
	struct efi_call c = { .bank = bank, .r = r, .a = a, .now = bank->now() };

	/* As the real one: without the .p12, or with that of the other environment, there is no answer at all. */
	if (!r->issuer || strcmp(r->issuer, bank->issuer)) {
		log_line("emul: dropped method=%s path=%s reason=%s", r->method, r->path,
			 r->issuer ? "client-certificate-of-other-environment" : "no-client-certificate-of-a-merchant");
		return;
	}
	dispatch(&c);
	json_free(c.doc);
	log_line("emul: answered method=%s path=%s status=%u", r->method, r->path, a->status);
}
