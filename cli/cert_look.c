/* The certificate that a host really serves, at each of its addresses. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/cert.h"
#include "lib/lookup.h"
#include "lib/text.h"

enum { DIGITS = 5 };

/* text[0..len) as a port; 0: it is none. */
static int port_of(const char *text, size_t len)
{
	long n = 0;

	if (!len || len > DIGITS || strspn(text, "0123456789") < len)
		return 0;
	for (size_t i = 0; i < len; i++)
		n = n * 10 + (text[i] - '0');
	return n <= 65535 ? (int)n : 0;
}

/* A name, or an address in brackets, at text: where its bytes are and what stands behind it. */
static const char *name_end(const char *text, const char **from, size_t *len)
{
	const char *end;

	*from = text;
	if (*text == '[') {
		end = strchr(text, ']');
		if (!end)
			return NULL;
		*from = text + 1;
		*len = (size_t)(end - text) - 1;
		return *len ? end + 1 : NULL;
	}
	*len = strcspn(text, ":");
	return *len ? text + *len : NULL;
}

bool host_read(struct host *h, const char *domain, struct err *e)
{
	const char *from = domain, *rest;
	size_t len = 0;

	memset(h, 0, sizeof *h);
	rest = name_end(domain, &from, &len);
	h->port = !rest ? 0 : !*rest ? 443 : *rest == ':' ? port_of(rest + 1, strlen(rest + 1)) : 0;
	if (!h->port || len >= sizeof h->name)
		return fail(e, ERR_CONFIG, "domain \"%s\" is no host name with or without a port: expected one such as \"loja.example.com\" or \"loja.example.com:8443\"", domain);
	if (len > 1 && from[len - 1] == '.')
		len--;
	memcpy(h->name, from, len);
	return true;
}

void host_free(struct host *h)
{
	for (size_t i = 0; i < h->count; i++) {
		certs_free(&h->item[i].list);
		buf_free(&h->item[i].seen.chain);
	}
	h->count = 0;
}

bool resolve_ok(const char *resolve, struct err *e)
{
	struct ip list[LIMIT_ADDRESSES];
	bool applies;
	size_t n;

	return lookup_resolve(resolve, NULL, 0, list, LIMIT_ADDRESSES, &n, &applies, e);
}

static bool look_with(struct served *s, const struct tls_request *r, enum tls_version version)
{
	struct tls_request one = *r;
	struct err why = { 0 };
	bool ok;

	one.least = one.most = version;
	ok = tls_look(&one, &s->seen, &why) && certs_read(buf_str(&s->seen.chain), s->seen.chain.len, "what it sent", &s->list, &why);
	if (!ok) {
		if (s->seen.fail == TLS_AGREED)
			s->seen.fail = TLS_BROKEN;
		snprintf(s->why, sizeof s->why, "%.*s", (int)sizeof s->why - 1, why.text);
	}
	tls_seen_free(&s->seen);
	return ok;
}

static void look_at(struct served *s, const struct tls_request *r)
{
	struct served with13 = { 0 };

	ip_format(&r->address, s->address);
	if (look_with(s, r, TLS_1_2) || (s->seen.fail != TLS_ALERT && s->seen.fail != TLS_CLOSED && s->seen.fail != TLS_BROKEN))
		return;
	/* does it refuse everybody, or TLS 1.2 alone? */
	if (look_with(&with13, r, TLS_1_3)) {
		s->list = with13.list;
		s->seen = with13.seen;
	}
}

bool host_look(struct host *h, const char *resolve, struct err *e)
{
	struct tls_request r = { .port = h->port, .name = h->name, .timeout_ms = LIMIT_LOOK_MS };
	struct ip list[LIMIT_ADDRESSES];
	size_t n = 0;

	if (!lookup_at(h->name, h->port, resolve, list, LIMIT_ADDRESSES, &n, e))
		return false;
	for (h->count = 0; h->count < n; h->count++) {
		r.address = list[h->count];
		look_at(&h->item[h->count], &r);
	}
	return true;
}

const struct cert *host_leaf(const struct host *h)
{
	for (size_t i = 0; i < h->count; i++)
		if (h->item[i].list.count)
			return h->item[i].list.item;
	return NULL;
}

bool host_agrees(const struct host *h)
{
	const struct cert *first = host_leaf(h);

	for (size_t i = 0; i < h->count; i++)
		if (h->item[i].list.count && strcmp(h->item[i].list.item->sha256, first->sha256) != 0)
			return false;
	return true;
}
