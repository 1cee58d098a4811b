/* /v2/gn/config: what the account wants to be told of each key. */
#include <string.h>

#include "emul/efi.h"
#include "emul/efi_notice.h"
#include "lib/limits.h"

#define NAME "config"
#define NONE "{\"pix\":{\"receberSemChave\":false,\"chaves\":{}}}"

void efi_config_set(struct efi_call *c)
{
	const struct json *pix = json_member(c->doc, "pix", false), *keys = json_member(pix, "chaves", false);
	struct err e = { 0 };

	if (json_type(pix) != JSON_OBJECT)
		efi_invalid(c, ".body.pix", "campo obrigatório, do tipo object");
	else if (keys && json_type(keys) != JSON_OBJECT)
		efi_invalid(c, ".body.pix.chaves", "deve ser do tipo object");
	else if (!state_text_put(c->bank->state, NAME, c->r->body, &e))
		efi_broken(c, &e);
	else
		c->a->status = 204;
}

void efi_config_get(struct efi_call *c)
{
	struct buf text = BUF(LIMIT_BODY);
	struct err e = { 0 };

	if (state_text_get(c->bank->state, NAME, &text, &e))
		buf_add(efi_ok(c, 200), text.data, text.len);
	else if (e.code == ERR_NOT_FOUND)
		buf_puts(efi_ok(c, 200), NONE);
	else
		efi_broken(c, &e);
	buf_free(&text);
}

bool efi_config_on(struct state *st, const char *key, const char *which, bool *on, struct err *e)
{
	struct buf text = BUF(LIMIT_BODY);
	const struct json *v;
	struct json *doc;

	*on = false;
	if (!state_text_get(st, NAME, &text, e)) {
		if (e->code != ERR_NOT_FOUND)
			return false;
		e->code = ERR_NONE;
		return true;
	}
	doc = json_parse(buf_str(&text), text.len, false, e);
	/* a key may hold a dot, so it is no part of a path */
	v = json_member(json_path(doc, "pix.chaves", false), key, false);
	*on = json_type(json_path(json_path(v, "recebimento.webhook", false), which, false)) == JSON_TRUE;
	json_free(doc);
	buf_free(&text);
	return true;
}
