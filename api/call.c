/* One call of a profile, sent or shown. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/client.h"
#include "api/fill.h"
#include "api/words.h"
#include "lib/secret.h"

/* A call with its placeholders filled. */
struct filled {
	struct psp_call call;
	bool reads;		/* what is in the answer is what it is for, whatever method the hook has for it */
	struct buf url, header, body;
};

static void wipe(struct buf *b)
{
	if (b->data)
		secret_wipe(b->data, b->len);
	buf_free(b);
}

static void filled_free(struct filled *f)
{
	wipe(&f->url);
	wipe(&f->header);
	wipe(&f->body);
}

static void change(const char **at, const char *to)
{
	if (*to)
		*at = to;
}

bool api_row(const struct hook *h, const char *name, struct psp_call *row)
{
	const struct psp_call *known = psp_call_find(h->psp, name);

	if (!known)
		return false;
	*row = *known;
	for (size_t i = 0; i < h->call_count; i++) {
		const struct call_change *c = &h->calls[i];

		if (strcmp(c->name, name) != 0)
			continue;
		change(&row->method, c->method);
		change(&row->path, c->path);
		change(&row->body, c->body);
		change(&row->part, c->part);
		change(&row->part_name, c->part_name);
		change(&row->part_type, c->part_type);
	}
	return true;
}

/* *f is for filled_free, whatever comes of it. */
static bool make(struct filled *f, const struct api *a, const char *name, const struct api_value *values, bool masked, struct err *e)
{
	const struct psp_call *c = &f->call;

	*f = (struct filled){ { 0 }, false, BUF(LIMIT_API_URL), BUF(LIMIT_API_URL), BUF(LIMIT_API_BODY) };
	if (!api_row(a->h, name, &f->call))
		return fail(e, ERR_USAGE, "%s has no call \"%s\"", a->psp->title, name);
	f->reads = strcmp(psp_call_find(a->psp, name)->method, "GET") == 0;
	if (!buf_puts(&f->url, a->base))
		return fail(e, ERR_CONFIG, "the address of the API is too long");
	return fill(&f->url, c->path, values, FILL_PATH, masked, e) &&
	       (!c->header || fill(&f->header, c->header, values, FILL_HEADER, masked, e)) &&
	       (!c->body || fill(&f->body, c->body, values, c->part ? FILL_PART : FILL_JSON, masked, e));
}

static bool send_once(struct api *a, const struct filled *f, struct api_answer *answer, char type[80], struct err *e)
{
	static const char begin[] = "Authorization: Bearer ";
	char proof[sizeof begin + LIMIT_TOKEN];
	const char *headers[5] = { proof, "Accept: application/json" };
	struct http_request r = client_request(a);
	int n = 2;
	bool ok;

	snprintf(proof, sizeof proof, "%s%s", begin, a->token.text);
	if (f->call.header)
		headers[n++] = buf_str(&f->header);
	if (f->call.body && !f->call.part)
		headers[n++] = "Content-Type: application/json";
	r.method = f->call.method;
	r.url = buf_str(&f->url);
	r.headers = headers;
	if (f->call.body) {
		r.body = buf_str(&f->body);
		r.body_len = f->body.len;
		r.part = f->call.part;
		r.part_name = f->call.part_name;
		r.part_type = f->call.part_type;
	}
	ok = client_send(&r, answer, type, e);
	secret_wipe(proof, sizeof proof);
	return ok;
}

static bool judge(const struct filled *f, const struct api_answer *answer, const char *type, struct err *e)
{
	bool good = answer->status >= 200 && answer->status <= 299 && !words_stale_token(answer);

	if (good && (answer->doc || !f->reads))
		return true;
	return words_refusal(answer, type, f->call.scope, e);
}

/* Would another token do better? After a scope was allowed, the one in the cache is of before. */
static bool worth_another(const struct api *a, const struct api_answer *answer)
{
	return words_stale_token(answer) || (!a->fresh && words_lacks_scope(answer));
}

static bool get_token(struct api *a, bool fresh, int64_t now, struct api_answer *answer, struct err *e)
{
	if (client_token(a, fresh, now, answer, e))
		return true;
	answer->token = true;
	return false;
}

bool api_call(struct api *a, const char *call, const struct api_value *values, int64_t now, struct api_answer *answer, struct err *e)
{
	struct filled f;
	char type[80] = "";
	bool ok = false;

	*answer = (struct api_answer){ .retry_after_s = -1, .fail = HTTP_OTHER };
	if (!make(&f, a, call, values, false, e) || !get_token(a, false, now, answer, e) || !send_once(a, &f, answer, type, e))
		goto out;
	if (worth_another(a, answer) && (!get_token(a, true, now, answer, e) || !send_once(a, &f, answer, type, e)))
		goto out;
	ok = judge(&f, answer, type, e);
out:
	filled_free(&f);
	return ok;
}

bool api_show(struct api *a, const char *call, const struct api_value *values, struct buf *out, struct err *e)
{
	struct filled f;
	struct buf text = BUF(LIMIT_API_URL * 2 + LIMIT_API_BODY + 1024);
	const struct psp_call *c;
	bool ok = false;

	if (!make(&f, a, call, values, true, e))
		goto out;
	c = &f.call;
	ok = buf_putf(&text, "%s %s\nAuthorization: Bearer ***\nAccept: application/json\nUser-Agent: %s\n", c->method, buf_str(&f.url),
		a->agent ? "***" : "pixgate/" VERSION);
	if (ok && c->header)
		ok = buf_putf(&text, "%s\n", buf_str(&f.header));
	if (ok && c->body)
		ok = c->part ? buf_putf(&text, "Content-Type: multipart/form-data; one part \"%s\", file name \"%s\", type %s\n", c->part, c->part_name, c->part_type)
			     : buf_puts(&text, "Content-Type: application/json\n");
	ok = ok && buf_putf(&text, "\n%s", buf_str(&f.body)) && (!f.body.len || f.body.data[f.body.len - 1] == '\n' || buf_puts(&text, "\n")) &&
	     buf_add(out, buf_str(&text), text.len);
	if (!ok)
		fail(e, ERR_USAGE, "the request is longer than %zu bytes", out->max);
out:
	filled_free(&f);
	buf_free(&text);
	return ok;
}
