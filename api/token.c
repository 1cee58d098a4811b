/* Access tokens (OAuth 2.0 client credentials, RFC 6749 §4.4): from the cache, or a new one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api/client.h"
#include "api/ownfolder.h"
#include "api/words.h"
#include "lib/mem.h"
#include "lib/secret.h"
#include "lib/text.h"

enum { MINUTE_MS = 60 * 1000, LONGEST_S = 30 * 24 * 3600 };	/* a life longer than that is not believed */

static bool good(const struct token *t, const struct psp_token *how, int64_t now)
{
	return *t->text && t->expires - (int64_t)how->margin_s * 1000 > now;
}

/* How long until the PSP's rate allows another request. Forgets what is older than a minute, or of a clock that has been put back. */
static int64_t rate(struct token *t, int per_minute, int64_t now)
{
	int64_t first = 0;
	int n = 0;

	for (int i = 0; i < TOKEN_ASKED; i++) {
		int64_t at = t->asked[i];

		t->asked[i] = 0;
		if (at && at > now - MINUTE_MS && at < now + MINUTE_MS)
			t->asked[n++] = at;
	}
	if (!per_minute || n < per_minute)
		return 0;
	first = t->asked[n - per_minute];	/* when this one is a minute old, another is allowed */
	return first + MINUTE_MS - now;
}

static void remember(struct token *t, int64_t now)
{
	int n = 0;

	while (n < TOKEN_ASKED && t->asked[n])
		n++;
	if (n == TOKEN_ASKED) {
		memmove(t->asked, t->asked + 1, (TOKEN_ASKED - 1) * sizeof t->asked[0]);
		n--;
	}
	t->asked[n] = now;
}

/* expires_in: seconds; some send it as a text. 0: not said, or nonsense: good for this one use. */
static int64_t life(const struct json *doc)
{
	const char *text = json_text(json_member(doc, "expires_in", false));
	size_t n = text ? strspn(text, "0123456789") : 0;
	long s = n && n < 9 ? strtol(text, NULL, 10) : 0;

	return s > LONGEST_S ? LONGEST_S : s;
}

static bool body(const struct psp_token *how, const char *asked, struct buf *b, struct err *e)
{
	char scope[3 * LIMIT_SCOPE + 1];
	bool ok;

	/* no quote and no backslash is in a scope (RFC 6749 §3.3; conf/ sees to it) */
	if (how->json)
		ok = asked ? buf_putf(b, "{\"grant_type\":\"client_credentials\",\"scope\":\"%s\"}", asked)
			   : buf_puts(b, "{\"grant_type\":\"client_credentials\"}");
	else if (asked)
		ok = text_percent(asked, scope, sizeof scope) && buf_putf(b, "grant_type=client_credentials&scope=%s", scope);
	else
		ok = buf_puts(b, "grant_type=client_credentials");
	return ok || fail(e, ERR_CONFIG, "the scopes of this PSP are too long");
}

/* The answer's token into *t. */
static bool take(struct token *t, const struct api_answer *answer, const char *type, int64_t now, struct err *e)
{
	const char *text = json_text(json_member(answer->doc, "access_token", false));

	if (answer->status < 200 || answer->status > 299)
		return words_refusal(answer, type, NULL, e);
	if (!text || !token_ok(text))
		return fail(e, ERR_REFUSED, "HTTP %ld without a usable access_token", answer->status);
	snprintf(t->text, sizeof t->text, "%s", text);
	secret_wipe((char *)text, strlen(text));	/* the document is ours */
	t->expires = now + life(answer->doc) * 1000;
	return true;
}

static bool ask(struct api *a, struct token *t, int64_t now, struct api_answer *answer, struct err *e)
{
	const struct psp_token *how = a->psp->token;
	const char *path = a->h->token_path && *a->h->token_path ? a->h->token_path : how->path;
	const char *scope = a->h->token_scope && *a->h->token_scope ? a->h->token_scope : how->scope;
	const char *headers[] = { a->proof, how->json ? "Content-Type: application/json" : "Content-Type: application/x-www-form-urlencoded",
		"Accept: application/json", NULL };
	struct http_request r = client_request(a);
	struct buf url = BUF(LIMIT_API_URL), form = BUF(2048);
	char type[80];
	bool ok = false;

	if (!buf_putf(&url, "%s%s", a->base, path)) {
		fail(e, ERR_CONFIG, "the address of the API is too long");
		goto out;
	}
	if (!body(how, scope, &form, e))
		goto out;
	r.method = "POST";
	r.url = buf_str(&url);
	r.headers = headers;
	r.body = buf_str(&form);
	r.body_len = form.len;
	r.timeout_ms = LIMIT_TOKEN_MS;
	ok = client_send(&r, answer, type, e) && take(t, answer, type, now, e);
	if (!ok)
		fail_in(e, "getting a token");
out:
	buf_free(&url);
	buf_free(&form);
	return ok;
}

/* Waits where that is short, and moves now on. */
static bool wait_for_rate(struct token *t, const struct api *a, int64_t *now, struct err *e)
{
	int per_minute = a->psp->token->per_minute;
	int64_t wait = rate(t, per_minute, *now);
	struct timespec pause = { .tv_sec = wait / 1000, .tv_nsec = wait % 1000 * 1000000 };

	if (wait <= 0)
		return true;
	if (wait > LIMIT_TOKEN_WAIT_MS)
		return fail(e, ERR_REFUSED, "%s gives %d tokens a minute, and so many were asked for: try again in %lld s", a->psp->title, per_minute,
			(long long)(wait + 999) / 1000);
	nanosleep(&pause, NULL);
	*now += wait;
	rate(t, per_minute, *now);
	return true;
}

bool client_token(struct api *a, bool stale, int64_t now, struct api_answer *answer, struct err *e)
{
	const struct psp_token *how = a->psp->token;
	struct tokenfile *f = NULL;
	struct token t;
	char *dir = NULL;
	bool ok = false;

	if (!stale && good(&a->token, how, now))
		return true;
	dir = ownfolder_place(a->s);
	f = tokenfile_open(dir, a->base, a->h->client_id, LIMIT_TOKEN_MS + LIMIT_TOKEN_WAIT_MS, e);
	if (!f)
		goto out;
	/* another process may have got one while we waited; the one that was refused is none */
	if (tokenfile_read(f, &t) && good(&t, how, now) && !(stale && strcmp(t.text, a->token.text) == 0)) {
		a->fresh = false;
		ok = true;
		goto take;
	}
	if (!wait_for_rate(&t, a, &now, e))
		goto out;
	/* on disk before it is asked for: it counts, whatever becomes of us, and a full disk costs no token */
	remember(&t, now);
	secret_wipe(t.text, sizeof t.text);
	t.expires = 0;
	if (!tokenfile_write(f, &t, e) || !ask(a, &t, now, answer, e))
		goto out;
	a->fresh = ok = tokenfile_write(f, &t, e);
take:
	if (ok)
		a->token = t;
out:
	secret_wipe(&t, sizeof t);
	tokenfile_close(f);
	free(dir);
	return ok;
}
