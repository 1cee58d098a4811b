/* The requests of a PSP and those that it never makes, by libcurl; and the time that a ping takes. */
#include <stdio.h>
#include <string.h>

#include "check/probe_run.h"
#include "lib/limits.h"
#include "lib/secret.h"
#include "lib/text.h"

enum { ANSWER = 4096 };		/* bytes of an answer that are read: a PSP reads none */

/* What a request is of; whether it is made by one who is let in. */
static const struct plan {
	enum request what;
	enum { PING, EVENT, LARGE, NOTHING } body;
	const char *method;
	bool anybody;		/* made without the right certificate too, where there is none at hand: it is to be refused, or tells enough */
} plans[] = {
	{ REQ_PING,       PING,    "POST", false },
	{ REQ_PIX,        EVENT,   "POST", false },
	{ REQ_REC,        EVENT,   "POST", false },
	{ REQ_COBR,       EVENT,   "POST", false },
	{ REQ_GLUED,      EVENT,   "POST", false },
	{ REQ_SLASH,      EVENT,   "POST", false },
	{ REQ_EVENT,      EVENT,   "POST", false },
	{ REQ_NO_SECRET,  PING,    "POST", false },
	{ REQ_BAD_SECRET, PING,    "POST", false },
	{ REQ_NO_AUTH,    PING,    "POST", false },
	{ REQ_BAD_AUTH,   PING,    "POST", false },
	{ REQ_GET,        NOTHING, "GET",  true },
	{ REQ_ELSEWHERE,  PING,    "POST", true },
	{ REQ_HTTP2,      PING,    "POST", false },
	/* last: those that a server may hang at */
	{ REQ_CHUNKED,    PING,    "POST", false },
	{ REQ_LARGE,      LARGE,   "POST", false },
};

static bool shows_certificate(const struct run *r)
{
	return r->t->mode != MODE_BS2 && r->t->mode != MODE_BS2_INDIRECT;
}

static bool needs_certificate(const struct run *r)
{
	return r->t->mode == MODE_EFI_MTLS || (r->t->mode == MODE_BACEN && r->s->asked);
}

/* A request as the PSP would make it can be made at all. */
static bool welcome(const struct run *r)
{
	return r->who.pem[WHO_RIGHT] || !needs_certificate(r);
}

static bool put_body(const struct run *r, const struct plan *p, struct buf *b)
{
	switch (p->body) {
	case PING:
		return buf_puts(b, probe_ping);
	case EVENT:
		return text_event(r->t, p->what, r->o->now, b);
	case LARGE:
		return text_large(LIMIT_BODY + 1, b);
	default:
		return true;
	}
}

/* Of the same kind and length, and wrong: "Basic" keeps the form of base64 of NAME:PASSWORD. */
static bool put_wrong_authorization(const char *right, const char *random, struct buf *b)
{
	size_t kind = strcspn(right, " ");
	char text[SECRET_HEX + 32], coded[2 * sizeof text];

	snprintf(text, sizeof text, "pixgate-check:%.48s", random);
	if (kind == 5 && !strncasecmp(right, "Basic", kind))
		return text_base64(text, strlen(text), coded, sizeof coded) && buf_putf(b, "Authorization: Basic %s", coded);
	return buf_putf(b, "Authorization: %.*s %.*s", (int)kind, right, (int)(strlen(right + kind) > 1 ? strlen(right + kind) - 1 : 1), random);
}

/* "": none is sent. */
static bool put_authorization(const struct run *r, enum request what, const char *random, struct buf *b)
{
	if (what == REQ_NO_AUTH || what == REQ_ELSEWHERE || !*r->t->authorization)
		return true;
	if (what == REQ_BAD_AUTH)
		return put_wrong_authorization(r->t->authorization, random, b);
	return buf_putf(b, "Authorization: %s", r->t->authorization);
}

static void connect_to(const struct ip *ip, int port, char out[80])
{
	char text[46];

	ip_format(ip, text);
	snprintf(out, 80, strchr(text, ':') ? "[%s]:%d" : "%s:%d", text, port);
}

static void wipe(struct buf *b)
{
	if (b->data)
		secret_wipe(b->data, b->cap);
	buf_free(b);
}

/* false: this target has no such request. */
static bool send_one(struct run *r, const struct plan *p, struct reply *out)
{
	struct buf url = BUF(LIMIT_API_URL), body = BUF(LIMIT_BODY + 1), auth = BUF(LIMIT_TOKEN);
	const char *headers[] = { "Content-Type: application/json;charset=utf-8", NULL, NULL };
	struct http_answer a = { .body = BUF(ANSWER) };
	char random[SECRET_HEX + 1], where[80];
	bool ok = false;

	connect_to(&r->ip, r->t->port, where);
	if (!secret_fresh(random, NULL) || !buf_puts(&url, "https://") || !text_host(r->t, &url) || !text_path(r->t, p->what, random, &url) ||
	    !put_body(r, p, &body) || !put_authorization(r, p->what, random, &auth))
		goto out;
	if (auth.len)
		headers[1] = auth.data;
	ok = http_send(&(struct http_request){
		.method = p->method, .url = url.data, .headers = headers, .body = body.data, .body_len = body.len, .timeout_ms = r->o->timeout_ms,
		.connect_ms = r->o->timeout_ms, .unverified = true, .http2 = p->what == REQ_HTTP2, .chunked = p->what == REQ_CHUNKED,
		.identity = shows_certificate(r) ? r->who.pem[WHO_RIGHT] : NULL, .connect_to = where, .cut_body = true
	}, &a, NULL);
	told_http(r->t, ok, &a, out);
	ok = true;
out:
	buf_free(&a.body);
	wipe(&auth);
	buf_free(&body);
	wipe(&url);
	return ok;
}

static int took(const struct run *r, const struct reply *a)
{
	return a->end == END_TIMEOUT ? r->o->timeout_ms : a->connect_ms + a->tls_ms + a->ms;
}

void probe_requests(struct run *r)
{
	for (size_t i = 0; r->speaks && i < sizeof plans / sizeof *plans; i++) {
		const struct plan *p = &plans[i];
		struct reply *out = &r->s->request[p->what];

		if ((!p->anybody && !welcome(r)) || (p->what == REQ_HTTP2 && !r->s->h2) || !run_patient(r, PATIENCE_REQUEST))
			continue;
		if (send_one(r, p, out))
			run_count(r, PATIENCE_REQUEST, out->end, took(r, out));
	}
	/* a body that nobody wants may end in a reset, which overtakes the answer */
	r->s->large_cut = r->s->request[REQ_LARGE].end == END_CLOSED;
}

/* One that ends otherwise than the first ping did has failed. */
void probe_times(struct run *r)
{
	const struct reply *first = &r->s->request[REQ_PING];

	while (first->end == END_STATUS && r->s->tries < SEEN_TRIES && run_patient(r, PATIENCE_TIME)) {
		struct reply one = { 0 };

		if (!send_one(r, &plans[REQ_PING], &one))
			return;
		run_count(r, PATIENCE_TIME, one.end, took(r, &one));
		r->s->ms[r->s->tries++] = one.end == END_STATUS && one.status / 100 == first->status / 100 ? one.connect_ms + one.tls_ms + one.ms : -1;
	}
}

void probe_plain_at(struct run *r, int port)
{
	struct target t = *r->t;
	struct buf url = BUF(LIMIT_API_URL);
	struct http_answer a = { .body = BUF(ANSWER) };
	const char *headers[] = { "Content-Type: application/json;charset=utf-8", NULL };
	char where[80];
	bool ok;

	/* in clear: nothing of the query, and no path that holds the secret */
	if (!r->s->addresses || (*t.secret && strstr(t.path, t.secret)))
		return;
	t.query = "";
	t.port = 443;	/* "http://HOST" */
	connect_to(r->connects ? &r->ip : &r->s->address[0].ip, port, where);
	if (buf_puts(&url, "http://") && text_host(&t, &url) && text_path(&t, REQ_PING, "", &url)) {
		ok = http_send(&(struct http_request){
			.method = "POST", .url = url.data, .headers = headers, .body = probe_ping, .body_len = strlen(probe_ping),
			.timeout_ms = r->o->timeout_ms, .connect_ms = r->o->timeout_ms, .plain = true, .connect_to = where, .cut_body = true
		}, &a, NULL);
		told_http(r->t, ok, &a, &r->s->plain);
	}
	buf_free(&a.body);
	buf_free(&url);
}

void probe_plain(struct run *r)
{
	probe_plain_at(r, 80);
}
