/* Credentials of a hook, read and judged before anything is asked. */
#include "api/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"
#include "lib/secret.h"
#include "lib/text.h"

static bool set(const char *value)
{
	return value && *value;
}

static bool missing(const struct hook *h, const char *setting, const char *why, struct err *e)
{
	return fail(e, ERR_CONFIG, "hook \"%s\": %s is not set: %s", h->name, setting, why);
}

static void wipe(char *text)
{
	if (text)
		secret_wipe(text, strlen(text));
	free(text);
}

static bool find_base(struct api *a, struct err *e)
{
	const char *base = set(a->h->api) ? a->h->api : a->h->env ? a->h->env->api : NULL;
	size_t n;

	if (!base)
		return missing(a->h, "api", "the address of this PSP's API differs from one to the next", e);
	if (strncmp(base, "https://", 8) != 0)
		return fail(e, ERR_CONFIG, "hook \"%s\": api must begin with https://", a->h->name);
	n = strlen(base);
	while (base[n - 1] == '/')
		n--;
	if (n > LIMIT_API_URL / 2)
		return fail(e, ERR_CONFIG, "hook \"%s\": api is longer than %d bytes", a->h->name, LIMIT_API_URL / 2);
	a->base = xstrndup(base, n);
	return true;
}

/* Visible ASCII: what can stand in a header. A secret with a blank at its end was copied badly. */
static bool plain(const char *text, const char *besides)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || (unsigned char)*text > 0x7e || strchr(besides, *text))
			return false;
	return true;
}

static bool read_secret(const struct api *a, const char *ref, const char *setting, const char *besides, char out[LIMIT_SECRET + 1], struct err *e)
{
	size_t len;

	if (!secret_read(ref, a->s->dir, a->h->name, out, LIMIT_SECRET + 1, &len, e))
		return fail_in(e, "hook \"%s\": %s", a->h->name, setting);
	if (plain(out, besides))
		return true;
	secret_wipe(out, LIMIT_SECRET + 1);
	return fail(e, ERR_CONFIG, "hook \"%s\": %s holds a byte that it cannot have (a blank, a line break or an accent): copy it anew", a->h->name, setting);
}

/* RFC 6749 §2.3.1, as the PSPs' own examples do it: without encoding. */
static bool make_proof(struct api *a, struct err *e)
{
	enum { PAIR = 2 * LIMIT_SECRET + 2, CODE = PAIR / 3 * 4 + 8 };
	char secret[LIMIT_SECRET + 1], pair[PAIR], code[CODE];
	struct buf b = BUF(CODE + 32);
	bool ok = false;

	if (!plain(a->h->client_id, " :") || strlen(a->h->client_id) > LIMIT_SECRET)
		return fail(e, ERR_CONFIG, "hook \"%s\": client_id holds a byte that it cannot have (a blank, a colon, a line break), or is too long", a->h->name);
	if (!read_secret(a, a->h->client_secret, "client_secret", " ", secret, e))
		return false;
	snprintf(pair, sizeof pair, "%s:%s", a->h->client_id, secret);
	ok = text_base64(pair, strlen(pair), code, sizeof code) && buf_putf(&b, "Authorization: Basic %s", code);
	a->proof = b.data;
	secret_wipe(secret, sizeof secret);
	secret_wipe(pair, sizeof pair);
	secret_wipe(code, sizeof code);
	return ok || fail(e, ERR_CONFIG, "hook \"%s\": client_secret is too long", a->h->name);
}

static bool read_agent(struct api *a, struct err *e)
{
	char text[LIMIT_SECRET + 1];

	if (!set(a->h->user_agent))
		return true;
	if (!read_secret(a, a->h->user_agent, "user_agent", "", text, e))
		return false;
	a->agent = xstrdup(text);
	secret_wipe(text, sizeof text);
	return true;
}

static bool read_password(struct api *a, struct err *e)
{
	char text[LIMIT_SECRET + 1] = "";
	size_t len;

	if (set(a->h->api_password) && !secret_read(a->h->api_password, a->s->dir, a->h->name, text, sizeof text, &len, e))
		return fail_in(e, "hook \"%s\": api_password", a->h->name);
	a->password = xstrdup(text);
	secret_wipe(text, sizeof text);
	return true;
}

static bool judge(const struct hook *h, struct err *e)
{
	const struct psp_token *t = h->psp->token;

	if (!t || !h->psp->calls)
		return fail(e, ERR_CONFIG, "hook \"%s\": the API of %s is not known to pixgate", h->name, h->psp->title);
	if (!set(h->client_id))
		return missing(h, "client_id", "the PSP gave it with the application", e);
	if (!set(h->client_secret))
		return missing(h, "client_secret", "put it into a file, chmod 600 it, and write \"file:PATH\"", e);
	if (t->client_cert && !set(h->api_cert))
		return missing(h, "api_cert", "this PSP takes no request without its client certificate (.p12 or PEM)", e);
	return true;
}

struct api *api_open(const struct settings *s, const struct hook *h, struct err *e)
{
	struct api *a = xcalloc(1, sizeof *a);

	a->s = s;
	a->h = h;
	a->psp = h->psp;
	if (judge(h, e) && find_base(a, e) && make_proof(a, e) && read_agent(a, e) && read_password(a, e))
		return a;
	api_close(a);
	return NULL;
}

void api_close(struct api *a)
{
	if (!a)
		return;
	free(a->base);
	wipe(a->proof);
	wipe(a->password);
	wipe(a->agent);
	secret_wipe(a, sizeof *a);
	free(a);
}

void api_answer_free(struct api_answer *a)
{
	json_free(a->doc);
	a->doc = NULL;
	if (a->body.data)
		secret_wipe(a->body.data, a->body.len);
	buf_free(&a->body);
}

struct http_request client_request(const struct api *a)
{
	return (struct http_request){
		.cacert = set(a->h->api_ca) ? a->h->api_ca : NULL,
		.cert = set(a->h->api_cert) ? a->h->api_cert : NULL,
		.password = a->password,
		.user_agent = a->agent,
		.proxy = set(a->h->api_proxy) ? a->h->api_proxy : NULL,
		.timeout_ms = LIMIT_API_MS,
	};
}

bool client_send(const struct http_request *r, struct api_answer *answer, char type[80], struct err *e)
{
	struct http_answer got = { .body = BUF(LIMIT_API_ANSWER) };

	api_answer_free(answer);
	*answer = (struct api_answer){ .retry_after_s = -1 };
	if (!http_send(r, &got, e)) {
		answer->fail = got.fail;
		buf_free(&got.body);
		return false;
	}
	answer->status = got.status;
	answer->body = got.body;
	answer->retry_after_s = got.retry_after_s;
	answer->doc = got.body.len ? json_parse(got.body.data, got.body.len, false, NULL) : NULL;
	snprintf(type, 80, "%s", got.content_type);
	return true;
}
