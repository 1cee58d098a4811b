/* Who asks at BS2: POST /auth/oauth/v2/token, and the one token that is good. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emul/bs2.h"
#include "emul/proof.h"
#include "lib/text.h"

#define MINUTE_MS (60 * 1000)

/* What the state keeps: the digest of the newest token, until when, its scope; and when tokens were asked for. */
static const char token_text[] = "bs2.token", asked_text[] = "bs2.asked";

static void hex_digest(const char *token, char out[65])
{
	unsigned char digest[32];

	sha256(token, strlen(token), digest);
	for (size_t i = 0; i < sizeof digest; i++)
		snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

/* A field of the form. *times: how often it is there; '+' is a space. false: malformed or too long. */
static bool form(const struct bs2_call *c, const char *name, char *out, size_t size, int *times)
{
	size_t n = strlen(name), got;
	char raw[2048];

	*times = 0;
	for (const char *p = c->r->body; *p; ) {
		size_t len = strcspn(p, "&");

		if (len > n && !strncmp(p, name, n) && p[n] == '=') {
			++*times;
			if (len - n > sizeof raw)
				return false;
			memcpy(raw, p + n + 1, len - n - 1);
			for (size_t i = 0; i < len - n - 1; i++)
				if (raw[i] == '+')
					raw[i] = ' ';
			if (!text_unpercent(raw, len - n - 1, out, size, &got) || !text_utf8(out, got))
				return false;
		}
		p += len + (p[len] == '&');
	}
	secret_wipe(raw, sizeof raw);
	return true;
}

/* By Basic, or where there is none by the form (RFC 6749 §2.3.1). */
static bool is_client(const struct bs2_call *c)
{
	char id[1024] = "", secret[1024] = "";
	int ids, secrets;
	bool ok;

	if (proof_of(c->r, "Basic"))
		return proof_basic(c->bank, c->r);
	ok = form(c, "client_id", id, sizeof id, &ids) && form(c, "client_secret", secret, sizeof secret, &secrets) && ids == 1 && secrets == 1 &&
		proof_pair(c->bank, id, secret);
	secret_wipe(id, sizeof id);
	secret_wipe(secret, sizeof secret);
	return ok;
}

/* Those of the asked scopes that the application has. */
static void grant(const struct bs2_call *c, char *asked, struct buf *scope)
{
	const char *all = c->bank->scopes ? c->bank->scopes : bs2_scopes;
	char *rest = NULL;

	for (char *word = strtok_r(asked, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		if (proof_has(all, word) && !proof_has(buf_str(scope), word))
			buf_putf(scope, "%s%s", scope->len ? " " : "", word);
}

/* Counts this request among those of the last minute. *allowed: it is not one too many; those that are do not count. */
static bool count_request(struct bs2_call *c, bool *allowed, struct err *e)
{
	struct buf was = BUF(4096), is = BUF(4096);
	int n = 0;
	char *end;
	bool ok = false;

	if (!state_begin(c->bank->state, e))
		return false;
	if (!state_text_get(c->bank->state, asked_text, &was, e) && e->code != ERR_NOT_FOUND)
		goto out;
	for (const char *p = buf_str(&was); *p; p = end + (*end == ' ')) {
		int64_t at = strtoll(p, &end, 10);

		if (end == p)
			break;
		if (at > c->now - MINUTE_MS && at <= c->now) {
			buf_putf(&is, "%" PRId64 " ", at);
			n++;
		}
	}
	*allowed = n < BS2_TOKENS_A_MINUTE;
	if (*allowed)
		buf_putf(&is, "%" PRId64, c->now);
	e->code = ERR_NONE;
	ok = state_text_put(c->bank->state, asked_text, buf_str(&is), e);
out:
	ok = state_end(c->bank->state, ok, ok ? e : NULL) && ok;
	buf_free(&was);
	buf_free(&is);
	return ok;
}

static bool keep(struct bs2_call *c, const char *token, const char *scope, int seconds, struct err *e)
{
	struct buf b = BUF(4096);
	char digest[65];
	bool ok;

	hex_digest(token, digest);
	buf_putf(&b, "%s %" PRId64 " %s", digest, c->now + seconds * 1000, scope);
	ok = state_text_put(c->bank->state, token_text, buf_str(&b), e);
	buf_free(&b);
	return ok;
}

void bs2_token(struct bs2_call *c)
{
	const char *type = c->r->header(c->r, "Content-Type");
	char grant_type[64], asked[1024], token[40];
	int grants, scopes, seconds = c->bank->sandbox ? BS2_TOKEN_S : 300;
	struct buf scope = BUF(1024), *b;
	struct err e = { 0 };
	bool allowed = false;

	if (!count_request(c, &allowed, &e)) {
		bs2_broken(c, &e);
	} else if (!allowed) {
		bs2_oauth_error(c, 429, "too_many_requests", "At most 10 token requests are allowed in a minute");
	} else if (!type || strncmp(type, "application/x-www-form-urlencoded", 33) != 0 || strlen(c->r->body) != c->r->len ||
		   !form(c, "grant_type", grant_type, sizeof grant_type, &grants) || !form(c, "scope", asked, sizeof asked, &scopes) ||
		   grants != 1 || scopes != 1) {
		bs2_oauth_error(c, 400, "invalid_request", "Missing or duplicate parameters");
	} else if (!is_client(c)) {
		bs2_oauth_error(c, 401, "invalid_client", "The given client credentials were not valid");
	} else if (strcmp(grant_type, "client_credentials") != 0) {
		bs2_oauth_error(c, 400, "unsupported_grant_type", "The given grant_type is not supported");
	} else if (grant(c, asked, &scope), !scope.len) {
		bs2_oauth_error(c, 400, "invalid_scope", "No registered scope value for this client has been requested");
	} else if (!bs2_guid(token, &e) || !keep(c, token, buf_str(&scope), seconds, &e)) {
		bs2_broken(c, &e);
	} else {
		b = bs2_ok(c, 200);
		buf_puts(b, "{\r\n  ");
		bs2_put_str(b, "access_token", token);
		buf_putf(b, ",\r\n  \"token_type\":\"Bearer\",\r\n  \"expires_in\":%d,\r\n  ", seconds);
		bs2_put_str(b, "scope", buf_str(&scope));
		buf_puts(b, "\r\n}");
	}
	secret_wipe(token, sizeof token);
	buf_free(&scope);
}

bool bs2_authorized(struct bs2_call *c, const char *scope)
{
	const char *token = proof_of(c->r, "Bearer"), *scopes;
	struct buf kept = BUF(4096);
	struct err e = { 0 };
	char digest[65], *until;
	bool ok = false;

	if (!state_text_get(c->bank->state, token_text, &kept, &e) && e.code != ERR_NOT_FOUND) {
		bs2_broken(c, &e);
		goto out;
	}
	if (token)
		hex_digest(token, digest);
	if (!token || kept.len < 66 || strncmp(kept.data, digest, 64) != 0 || strtoll(kept.data + 65, &until, 10) <= c->now) {
		bs2_oauth_error(c, 401, "invalid_request", "Invalid Apikey");
		goto out;
	}
	scopes = until + (*until == ' ');
	ok = proof_has(scopes, scope);
	if (!ok)
		bs2_oauth_error(c, 403, "insufficient_scope", "The access token has no scope for this");
out:
	buf_free(&kept);
	return ok;
}
