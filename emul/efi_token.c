/* Who asks: POST /oauth/token (RFC 6749 §4.4), and the tokens that it gave. */
#include <string.h>

#include "emul/efi.h"
#include "emul/proof.h"

static void refuse(struct efi_call *c, unsigned status, const char *error, const char *text)
{
	struct buf *b = efi_ok(c, status);

	buf_puts(b, "{");
	efi_put_str(b, "error", error);
	buf_puts(b, ",");
	efi_put_str(b, "error_description", text);
	buf_puts(b, "}");
}

static const char *scopes_of(const struct bank *bank)
{
	return bank->scopes ? bank->scopes : efi_scopes;
}

/* JSON as Efí documents it, or a form as RFC 6749 does. */
static bool asks_for_credentials(struct efi_call *c)
{
	const char *type = c->r->header(c->r, "Content-Type"), *grant;
	struct front_request form = *c->r;
	char value[64];
	struct err e = { 0 };

	if (type && !strncmp(type, "application/x-www-form-urlencoded", 33)) {
		form.query = c->r->body;
		return front_param(&form, "grant_type", value, sizeof value) && !strcmp(value, "client_credentials");
	}
	c->doc = json_parse(c->r->body, c->r->len, false, &e);
	grant = json_text(json_member(c->doc, "grant_type", false));
	return grant && !strcmp(grant, "client_credentials");
}

void efi_token(struct efi_call *c)
{
	char token[SECRET_HEX + 1];
	unsigned char digest[32];
	struct err e = { 0 };
	struct buf *b;

	if (!proof_basic(c->bank, c->r)) {
		refuse(c, 401, "invalid_client", "Invalid or inactive credentials");
		return;
	}
	if (!asks_for_credentials(c)) {
		refuse(c, 400, "unsupported_grant_type", "grant_type must be client_credentials");
		return;
	}
	if (!secret_fresh(token, &e))
		goto broken;
	sha256(token, strlen(token), digest);
	if (!state_token_put(c->bank->state, digest, scopes_of(c->bank), c->now + EFI_TOKEN_S * 1000, &e))
		goto broken;
	b = efi_ok(c, 200);
	buf_puts(b, "{");
	efi_put_str(b, "access_token", token);
	buf_putf(b, ",\"token_type\":\"Bearer\",\"expires_in\":%d,", EFI_TOKEN_S);
	efi_put_str(b, "scope", scopes_of(c->bank));
	buf_puts(b, "}");
	secret_wipe(token, sizeof token);
	return;
broken:
	secret_wipe(token, sizeof token);
	efi_broken(c, &e);
}

bool efi_authorized(struct efi_call *c, const char *scope)
{
	const char *token = proof_of(c->r, "Bearer");
	unsigned char digest[32];
	struct err e = { 0 };
	char scopes[1024];

	if (token) {
		sha256(token, strlen(token), digest);
		if (state_token_get(c->bank->state, digest, c->now, scopes, sizeof scopes, &e)) {
			if (proof_has(scopes, scope))
				return true;
			refuse(c, 403, "insufficient_scope", "Access token has insufficient scope");
			return false;
		}
		if (e.code != ERR_NOT_FOUND) {
			efi_broken(c, &e);
			return false;
		}
	}
	refuse(c, 401, "invalid_token", "Invalid or expired access token");
	return false;
}
