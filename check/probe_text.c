/* What the probe sends: test bodies that nobody can take for a payment, and the paths of a PSP's requests. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/probe_run.h"
#include "lib/secret.h"
#include "lib/text.h"
#include "lib/when.h"
#include "pix/test_event.h"

const char probe_ping[] = "{\"evento\":\"teste_webhook\"}";

#define KEY "pixgate-check@example.invalid"
#define SAYS "pixgate check: a test, no payment"
#define EVENT "RecebimentoFinalizado"

enum { TXID = 35 };

/* The first `count` digits of a time: "2026-11-21T12:00:00.123Z" is 20261121120000123. */
static void digits(const char *when, int count, char *out)
{
	for (; *when && count; when++)
		if (*when >= '0' && *when <= '9') {
			*out++ = *when;
			count--;
		}
	*out = '\0';
}

bool text_event(const struct target *t, enum request what, int64_t now, struct buf *b)
{
	char when[WHEN_TEXT], minute[PIX_TEST_E2EID_DIGITS + 1], day[PIX_TEST_IDREC_DIGITS + 1], e2eid[64], rec[64];
	const char *amount = t->psp->money == MONEY_DECIMAL ? "0.01" : "\"0.01\"";

	when_format(now, when);
	digits(when, PIX_TEST_E2EID_DIGITS, minute);
	digits(when, PIX_TEST_IDREC_DIGITS, day);
	snprintf(e2eid, sizeof e2eid, PIX_TEST_E2EID "%s" PIX_TEST_END, minute);
	snprintf(rec, sizeof rec, PIX_TEST_IDREC "%s" PIX_TEST_END, day);
	switch (what) {
	case REQ_PIX:
	case REQ_GLUED:
	case REQ_SLASH:
		return buf_putf(b, "{\"pix\":[{\"endToEndId\":\"%s\",\"chave\":\"" KEY "\",\"valor\":%s,\"horario\":\"%s\",\"infoPagador\":\"" SAYS "\"}]}",
			e2eid, amount, when);
	case REQ_REC:
		return buf_putf(b, "{\"recs\":[{\"idRec\":\"%s\",\"status\":\"CRIADA\",\"vinculo\":{\"objeto\":\"" SAYS "\"}}]}", rec);
	case REQ_COBR:
		return buf_putf(b, "{\"cobsr\":[{\"idRec\":\"%s\",\"txid\":\"%.*s\",\"status\":\"CRIADA\",\"infoAdicional\":\"" SAYS "\"}]}", rec, TXID, rec);
	case REQ_EVENT:
		return buf_putf(b, "{\"endToEndId\":\"%s\",\"chave\":\"" KEY "\",\"idExterno\":\"" PIX_TEST_END "\",\"valor\":%s,\"data\":\"%s\",\"infoPagador\":\"" SAYS "\"}", e2eid, amount, when);
	default:
		return false;
	}
}

bool text_large(size_t len, struct buf *b)
{
	static const char head[] = "{\"evento\":\"teste_webhook\",\"fill\":\"", tail[] = "\"}";
	char fill[1024];

	memset(fill, 'x', sizeof fill);
	if (len < sizeof head + sizeof tail || !buf_puts(b, head))
		return false;
	while (b->len < len - (sizeof tail - 1)) {
		size_t n = len - (sizeof tail - 1) - b->len;

		if (!buf_add(b, fill, n < sizeof fill ? n : sizeof fill))
			return false;
	}
	return buf_puts(b, tail);
}

/* What is no part of a URL would become one of the request. */
static bool one_word(const char *text)
{
	while ((unsigned char)*text > ' ' && *text != 0x7f)
		text++;
	return !*text;
}

bool text_host(const struct target *t, struct buf *b)
{
	bool six = strchr(t->host, ':') != NULL;

	return one_word(t->host) && buf_putf(b, "%s%s%s", six ? "[" : "", t->host, six ? "]" : "") && (t->port == 443 || buf_putf(b, ":%d", t->port));
}

/* How the query holds the secret: as it is, or percent-encoded. NULL: it does not. The caller wipes and frees. */
static char *held(const struct target *t)
{
	size_t size = 3 * strlen(t->secret) + 1;
	char *text = malloc(size);

	if (!text || !*t->secret)
		goto none;
	snprintf(text, size, "%s", t->secret);
	if (strstr(t->query, text) || (text_percent(t->secret, text, size) && strstr(t->query, text)))
		return text;
none:
	free(text);
	return NULL;
}

/* A secret of the same length and letters, and another one: never the last letter's own value. */
static bool put_other(const char *secret, const char *random, struct buf *b)
{
	for (size_t i = 0; secret[i]; i++) {
		char c = random[i % SECRET_HEX];

		if (!secret[i + 1] && c == secret[i])
			c = c == '0' ? '1' : '0';
		if (!buf_add(b, &c, 1))
			return false;
	}
	return true;
}

/* The parameters of the query, with or without those that hold the secret; and the rest of those in place of it. */
static bool put_parameters(const struct target *t, bool of_secret, struct buf *b)
{
	char *secret = held(t);
	bool ok = secret != NULL, first = true;

	for (const char *p = t->query; ok && *p;) {
		size_t len = strcspn(p, "&");

		if ((memmem(p, len, secret, strlen(secret)) != NULL) == of_secret) {
			ok = buf_puts(b, first ? "?" : "&") && buf_add(b, p, len);
			first = false;
		}
		p += len + (p[len] == '&');
	}
	if (secret)
		secret_wipe(secret, strlen(secret));
	free(secret);
	return ok;
}

static bool put_wrong(const struct target *t, const char *random, struct buf *b)
{
	char *secret = held(t), *at;
	bool ok = secret && buf_puts(b, "?");
	const char *p = t->query;

	while (ok && (at = strstr(p, secret))) {
		ok = buf_add(b, p, (size_t)(at - p)) && put_other(secret, random, b);
		p = at + strlen(secret);
	}
	ok = ok && buf_puts(b, p);
	if (secret)
		secret_wipe(secret, strlen(secret));
	free(secret);
	return ok;
}

static bool put_query(const struct target *t, struct buf *b)
{
	return !*t->query || buf_putf(b, "?%s", t->query);
}

/* The URL as registered, and behind all of it the suffix; a PSP that appends none has no such request. */
static bool put_suffixed(const struct target *t, const char *suffix, struct buf *b)
{
	const char *const *s = t->psp->suffixes;

	while (s && *s && strcmp(*s, suffix))
		s++;
	return s && *s && buf_puts(b, t->path) && put_query(t, b) && buf_puts(b, suffix);
}

static bool ends(const char *text, const char *with)
{
	size_t n = strlen(text), w = strlen(with);

	return n >= w && !strcmp(text + n - w, with);
}

static bool put_event_path(const struct target *t, struct buf *b)
{
	bool there = false;

	if (!t->psp->event_in_path)
		return false;
	for (const struct psp_event *e = t->psp->events; e->fields; e++) {
		const char *at = e->name ? strrchr(t->path, '/') : NULL;

		there |= at && !strcmp(at + 1, e->name);
	}
	return buf_puts(b, t->path) && (there || buf_puts(b, ends(t->path, "/") ? EVENT : "/" EVENT)) && put_query(t, b);
}

bool text_path(const struct target *t, enum request what, const char *random, struct buf *b)
{
	const char *last = strrchr(t->path, '/');

	if (*t->path != '/' || !one_word(t->path) || !one_word(t->query))
		return false;
	switch (what) {
	case REQ_PIX:
		return put_suffixed(t, "/pix", b);
	case REQ_REC:
		return put_suffixed(t, "/rec", b);
	case REQ_COBR:
		return put_suffixed(t, "/cobr", b);
	case REQ_GLUED:
		return t->psp->suffixes && *t->secret && buf_puts(b, t->path) && put_parameters(t, true, b) && buf_puts(b, "/pix");
	case REQ_SLASH:
		return t->psp->suffixes && buf_puts(b, t->path) && buf_puts(b, ends(t->path, "/") ? "/pix" : "//pix") && put_query(t, b);
	case REQ_EVENT:
		return put_event_path(t, b);
	case REQ_NO_SECRET:
		return *t->secret && buf_puts(b, t->path) && put_parameters(t, false, b);
	case REQ_BAD_SECRET:
		return *t->secret && buf_puts(b, t->path) && put_wrong(t, random, b);
	case REQ_NO_AUTH:
	case REQ_BAD_AUTH:
		return *t->authorization && buf_puts(b, t->path) && put_query(t, b);
	case REQ_ELSEWHERE:
		return buf_add(b, t->path, last ? (size_t)(last - t->path) : 0) && buf_putf(b, "/pixgate-check-%.16s", random);
	default:
		return buf_puts(b, t->path) && put_query(t, b);
	}
}
