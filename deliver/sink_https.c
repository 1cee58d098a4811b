/* Posts an event to the merchant's application: Standard Webhooks 1.0.0 over HTTPS, or plain HTTP on this machine. */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "deliver/sign.h"
#include "deliver/sink.h"
#include "lib/http.h"
#include "lib/limits.h"
#include "lib/mem.h"
#include "lib/secret.h"

enum {
	ANSWER_MOST = 16 * 1024,		/* what is read of an answer's body */
	RETRY_AFTER_MOST_S = 24 * 60 * 60,	/* nobody is believed who wants to be left alone for longer */
	CONNECT_MOST_S = 10,			/* of its time, to connect and to agree on TLS */
	KEYS = 2,				/* while a secret is changed, the old and the new one */
};

struct https {
	struct open_sink sink;
	const struct sink *conf;
	bool plain;		/* http://, to this machine */
	struct sign_key keys[KEYS];
	size_t key_count;
	struct http_line *line;
};

/* What an answer means, the first row that holds it; Standard Webhooks 1.0.0, "Delivery success and failure". */
static const struct meaning {
	long from, to;
	enum sent how;
	const char *hint;
} meanings[] = {
	{ 200, 299, SENT_DONE, "" },
	{ 301, 303, SENT_AGAIN, ": a redirect, which is not followed; set url to where it ends" },
	{ 307, 308, SENT_AGAIN, ": a redirect, which is not followed; set url to where it ends" },
	{ 401, 401, SENT_AGAIN, ": not let in; has it the same secret, and the right time?" },
	{ 403, 403, SENT_AGAIN, ": not let in; has it the same secret, and the right time?" },
	{ 404, 404, SENT_AGAIN, ": nothing is there; is url right?" },
	{ 405, 405, SENT_AGAIN, ": it takes no POST; is url right?" },
	{ 410, 410, SENT_STOP, ": it wants no more events" },
	{ 413, 413, SENT_AGAIN, ": the event is too large for it" },
	{ 429, 429, SENT_SLOW, ": too fast for it" },
	{ 502, 502, SENT_SLOW, ": what is behind that server does not answer" },
	{ 504, 504, SENT_SLOW, ": what is behind that server does not answer" },
	{ LONG_MIN, LONG_MAX, SENT_AGAIN, "" },
};

static void judge(const struct http_answer *a, struct sent_result *result)
{
	const struct meaning *m = meanings;
	enum sent how;

	while (a->status < m->from || a->status > m->to)
		m++;
	how = a->status == 503 && a->retry_after_s >= 0 ? SENT_SLOW : m->how;	/* it knows when it will be back */
	if (how == SENT_DONE) {
		sent_as(result, how, "%s", "");
		return;
	}
	sent_as(result, how, "HTTP %ld%s", a->status, m->hint);
	if (how != SENT_STOP)
		result->retry_after_s = a->retry_after_s < RETRY_AFTER_MOST_S ? a->retry_after_s : RETRY_AFTER_MOST_S;
}

/*
 * What no answer means. Nothing of the event was sent, or nobody is there who could take any: STUCK. Else it may be this one that
 * the receiver does not survive: AGAIN.
 */
static const enum sent failed[] = {
	[HTTP_ANSWERED] = SENT_AGAIN,
	[HTTP_NO_HOST] = SENT_STUCK,
	[HTTP_NO_CONNECTION] = SENT_STUCK,
	[HTTP_TIMEOUT] = SENT_AGAIN,
	[HTTP_TLS] = SENT_STUCK,
	[HTTP_THEIR_CERT] = SENT_STUCK,
	[HTTP_OUR_CERT] = SENT_STUCK,	/* it wants a certificate of ours, and we have none */
	[HTTP_RESET] = SENT_AGAIN,
	[HTTP_EMPTY] = SENT_AGAIN,
	[HTTP_CUT] = SENT_AGAIN,	/* whatever its status: a program that dies has often begun to answer */
	[HTTP_TOO_LARGE] = SENT_AGAIN,
	[HTTP_OTHER] = SENT_AGAIN,
};

static void explain(const struct https *h, const struct http_answer *a, const struct err *e, struct sent_result *result)
{
	int connect_s = h->conf->timeout_s < CONNECT_MOST_S ? h->conf->timeout_s : CONNECT_MOST_S;

	if (e->code != ERR_NET)
		sent_as(result, SENT_STUCK, "%s", e->text);	/* the file of ca */
	else if (a->fail == HTTP_TIMEOUT && a->status)
		judge(a, result);	/* it has spoken; the rest of its answer is nothing to us */
	else if (a->fail == HTTP_TIMEOUT && !a->ms)
		sent_as(result, SENT_STUCK, "no connection within %d s", connect_s);
	else if (a->fail == HTTP_TIMEOUT)
		sent_as(result, SENT_AGAIN, "no answer within %d s", h->conf->timeout_s);
	else if (a->fail == HTTP_CUT && a->status)
		sent_as(result, SENT_AGAIN, "HTTP %ld, but the answer is cut off", a->status);
	else
		sent_as(result, a->ms ? failed[a->fail] : SENT_STUCK, "%s", a->fail == HTTP_TOO_LARGE ? "the head of its answer is too long" : a->reason);
}

static void https_send(struct open_sink *sink, const struct message *m, struct sent_result *result)
{
	struct https *h = (struct https *)sink;
	const int64_t at = m->now_ms / 1000;
	char id[MESSAGE_ID + 20], timestamp[48], signature[32 + KEYS * SIGN_TEXT] = "webhook-signature:";
	const char *const headers[] = { id, timestamp, signature, "Content-Type: application/json", NULL };
	struct http_answer answer = { .body = BUF(ANSWER_MOST), .retry_after_s = -1 };
	struct err e = { 0 };

	snprintf(id, sizeof id, "webhook-id: %s", m->id);
	snprintf(timestamp, sizeof timestamp, "webhook-timestamp: %" PRId64, at);
	for (size_t i = 0; i < h->key_count; i++) {
		size_t n = strlen(signature);

		signature[n] = ' ';
		sign(&h->keys[i], m->id, at, m->json, m->json_len, signature + n + 1);
	}
	if (http_send(&(struct http_request){
			.method = "POST", .url = h->conf->url, .headers = headers, .body = m->json, .body_len = m->json_len,
			.cacert = *h->conf->ca ? h->conf->ca : NULL, .timeout_ms = h->conf->timeout_s * 1000,
			.connect_ms = (h->conf->timeout_s < CONNECT_MOST_S ? h->conf->timeout_s : CONNECT_MOST_S) * 1000,
			.plain = h->plain, .loopback = h->plain, .cut_body = true, .line = h->line }, &answer, &e))
		judge(&answer, result);
	else
		explain(h, &answer, &e, result);
	buf_free(&answer.body);
}

static void https_close(struct open_sink *sink)
{
	struct https *h = (struct https *)sink;

	if (!h)
		return;
	http_line_free(h->line);
	secret_wipe(h, sizeof *h);
	free(h);
}

/* Without TLS a payment would stand readable on the wire: only where there is none. lib/http holds it to this machine besides. */
static bool read_url(const char *url, bool *plain, struct err *e)
{
	static const char *const here[] = { "localhost", "127.0.0.1", "[::1]" };

	*plain = strncmp(url, "http://", 7) == 0;
	for (size_t i = 0; *plain && i < sizeof here / sizeof here[0]; i++) {
		size_t n = strlen(here[i]);

		if (strncmp(url + 7, here[i], n) == 0 && (!url[7 + n] || strchr(":/?#", url[7 + n])) && !strchr(url, '@'))
			return true;
	}
	if (strncmp(url, "https://", 8) == 0)
		return true;
	return fail(e, ERR_CONFIG, "url: https:// is expected, or http:// to localhost, 127.0.0.1 or [::1]");
}

static bool read_keys(struct https *h, const struct settings *s, const struct hook *hook, const struct sink *conf, struct err *e)
{
	char text[LIMIT_SECRET + 1];
	size_t len;
	bool ok = false;

	if (!conf->secrets.count || conf->secrets.count > KEYS)
		return fail(e, ERR_CONFIG, "secret: %zu of them: 1 or 2 are expected", conf->secrets.count);
	for (size_t i = 0; i < conf->secrets.count; i++) {
		if (!secret_read(conf->secrets.item[i], s->dir, hook->name, text, sizeof text, &len, e))
			goto out;
		if (!sign_key_read(text, len, &h->keys[i], e)) {
			fail_in(e, "%s", conf->secrets.item[i]);
			goto out;
		}
	}
	h->key_count = conf->secrets.count;
	ok = true;
out:
	secret_wipe(text, sizeof text);
	return ok || fail_in(e, "secret");
}

static bool https_open(struct open_sink **sink, const struct settings *s, const struct hook *hook, const struct sink *conf, struct err *e)
{
	struct https *h = xcalloc(1, sizeof *h);

	h->sink.type = &sink_https;
	h->conf = conf;
	if (!read_url(conf->url, &h->plain, e) || !read_keys(h, s, hook, conf, e))
		goto out;
	h->line = http_line_new();
	if (!h->line) {
		fail(e, ERR_NET, "libcurl does not start");
		goto out;
	}
	*sink = &h->sink;
	return true;
out:
	https_close(&h->sink);
	return fail_in(e, "hook \"%s\", sink \"%s\"", hook->name, conf->name);
}

const struct sink_type sink_https = { .name = "https", .open = https_open, .send = https_send, .close = https_close };
