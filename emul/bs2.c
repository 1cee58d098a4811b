#include "emul/bs2.h"

#include <stdio.h>
#include <string.h>

#include "lib/limits.h"
#include "lib/log.h"
#include "lib/text.h"
#include "lib/when.h"

#define DIRECT "/pix/direto/forintegration/v1"
#define HOOK DIRECT "/webhook/bs2"
/* BS2 publishes what an indirect participant registers, not where: by analogy with the direct client's. */
#define INDIRECT "/pix/indireto/forintegration/v1/webhook/bs2"

const char bs2_scopes[] = "cob.write cob.read cobv.write cobv.read pix.write pix.read dict.write dict.read webhook.read webhook.write";

const struct bs2_route bs2_routes[] = {
	{ "PUT",    HOOK "/certificado",     "webhook.write", "PUT",            false, bs2_cert_set },
	{ "PUT",    HOOK,                    "webhook.write", "GET, PUT",       true,  bs2_webhook_set },
	{ "GET",    HOOK,                    "webhook.read",  "GET, PUT",       false, bs2_webhook_get },
	{ "DELETE", HOOK "/:",               "webhook.write", "DELETE",         false, bs2_webhook_delete },
	{ "GET",    DIRECT "/recebimentos",  "pix.read",      "GET",            false, bs2_receipt_list },
	{ "GET",    DIRECT "/recebimentos/:/recebimento", "pix.read", "GET",    false, bs2_receipt_e2eid },
	{ "GET",    DIRECT "/recebimentos/:", "pix.read",     "GET",            false, bs2_receipt_get },
	{ "GET",    DIRECT "/pix/:",         "pix.read",      "GET",            false, bs2_pix_get },
	{ "PUT",    DIRECT "/pix/:/devolucao/:", "pix.write", "GET, PUT",       true,  bs2_refund_put },
	{ "GET",    DIRECT "/pix/:/devolucao/:", "pix.read",  "GET, PUT",       false, bs2_refund_get },
	{ "PUT",    INDIRECT "/certificado", "webhook.write", "PUT",            false, bs2_cert_set },
	{ "POST",   INDIRECT,                "webhook.write", "GET, POST, PUT", true,  bs2_route_add },
	{ "GET",    INDIRECT,                "webhook.read",  "GET, POST, PUT", false, bs2_route_list },
	{ "PUT",    INDIRECT,                "webhook.write", "GET, POST, PUT", true,  bs2_route_change },
	{ "DELETE", INDIRECT "/:",           "webhook.write", "DELETE",         false, bs2_route_delete },
	{ 0 }
};

struct buf *bs2_ok(struct bs2_call *c, unsigned status)
{
	c->a->status = status;
	c->a->type = "application/json; charset=utf-8";
	buf_reset(&c->a->body);
	return &c->a->body;
}

void bs2_put_str(struct buf *b, const char *name, const char *text)
{
	buf_putf(b, "\"%s\":", name);
	if (text)
		json_quote(b, text, strlen(text));
	else
		buf_puts(b, "null");
}

void bs2_put_when(struct buf *b, const char *name, int64_t ms)
{
	char text[WHEN_TEXT];
	size_t len;

	when_format(ms - 3 * 3600 * 1000, text);
	len = strlen(text);
	if (len)
		len--;	/* the Z; "….760" becomes "….76", "….000" "….0" */
	while (len > 2 && text[len - 1] == '0' && text[len - 2] != '.')
		len--;
	buf_putf(b, "\"%s\":\"%.*s-03:00\"", name, (int)len, text);
}

void bs2_put_cents(struct buf *b, const char *name, int64_t cents)
{
	if (cents % 10)
		buf_putf(b, "\"%s\":%lld.%02lld", name, (long long)cents / 100, (long long)cents % 100);
	else
		buf_putf(b, "\"%s\":%lld.%lld", name, (long long)cents / 100, (long long)cents % 100 / 10);
}

void bs2_oauth_error(struct bs2_call *c, unsigned status, const char *error, const char *text)
{
	struct buf *b = bs2_ok(c, status);

	buf_puts(b, "{\r\n  ");
	bs2_put_str(b, "error", error);
	buf_puts(b, ",\r\n  ");
	bs2_put_str(b, "error_description", text);
	buf_puts(b, "\r\n}");
}

void bs2_refuse(struct bs2_call *c, unsigned status, const char *tag, const char *text)
{
	struct buf *b = bs2_ok(c, status);

	buf_puts(b, "[{");
	bs2_put_str(b, "descricao", text);
	buf_puts(b, ",");
	bs2_put_str(b, "tag", tag);
	buf_puts(b, "}]");
}

void bs2_misshapen(struct bs2_call *c, const char *tag)
{
	bs2_refuse(c, 400, tag, "O formato esperado não foi respeitado.");
}

void bs2_broken(struct bs2_call *c, const struct err *e)
{
	log_line("emul: error %s", e->text);
	bs2_refuse(c, 500, NULL, "Internal error");
}

bool bs2_guid(char out[40], struct err *e)
{
	char h[SECRET_HEX + 1];

	if (!secret_fresh(h, e))
		return false;
	snprintf(out, 40, "%.8s-%.4s-4%.3s-a%.3s-%.12s", h, h + 8, h + 12, h + 15, h + 18);
	secret_wipe(h, sizeof h);
	return true;
}

/* Whether path is of the pattern; value and second receive what stands for each ':'. */
static bool fits(const char *pattern, const char *path, struct bs2_call *c)
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

static void dispatch(struct bs2_call *c)
{
	const struct bs2_route *found = NULL, *same = NULL;
	struct err e = { 0 };

	if (!strcmp(c->r->path, "/auth/oauth/v2/token")) {
		c->a->status = 405;
		c->a->allow = "POST";
		if (!strcmp(c->r->method, "POST")) {
			c->a->allow = NULL;
			bs2_token(c);
		}
		return;
	}
	for (const struct bs2_route *r = bs2_routes; r->method && !found; r++) {
		/* "/certificado" is a name of its own, not one of the ids */
		if ((same && strcmp(same->path, r->path) != 0) || !fits(r->path, c->r->path, c))
			continue;
		same = r;
		if (!strcmp(r->method, c->r->method))
			found = r;
	}
	if (!same) {
		c->a->status = 404;
		return;
	}
	if (!found) {
		c->a->status = 405;
		c->a->allow = same->allow;
		return;
	}
	if (!bs2_authorized(c, found->scope))
		return;
	if (found->json) {
		c->doc = json_parse(c->r->body, c->r->len, false, &e);
		if (!c->doc) {
			bs2_misshapen(c, NULL);
			return;
		}
	}
	found->run(c);
}

/* devs.bs2.com, first steps: in production a code that BS2 gives stands in User-Agent. */
static bool known_program(const struct bs2_call *c)
{
	const char *program = c->r->header(c->r, "User-Agent");

	return c->bank->sandbox || (program && *program && strncmp(program, "pixgate/", 8) != 0);
}

void bs2_handle(void *ctx, const struct front_request *r, struct front_answer *a)
{
	const struct bank *bank = ctx;
	struct bs2_call c = { .bank = bank, .r = r, .a = a, .now = bank->now() };

	c.psp = bank_kind_find(strncmp(r->path, "/pix/indireto/", 14) ? "bs2" : "bs2-indirect")->psp;
	if (known_program(&c))
		dispatch(&c);
	else
		a->status = 403;
	json_free(c.doc);
	log_line("emul: answered method=%s path=%s status=%u", r->method, r->path, a->status);
}
