/* The client certificate: verified by the web server, or here. */
#include "fcgi/gate.h"

#include <stdio.h>
#include <string.h>

#include "lib/x509.h"

static const char no_pem[] = "the web server passes no SSL_CLIENT_CERT";

static void keep(char *out, size_t size, const char *cn)
{
	if (strlen(cn) < size)
		memcpy(out, cn, strlen(cn) + 1);
}

/* The facts that the web server vouches for. */
static const char *by_server(const struct hook *h, const struct req *r, struct x509_facts *facts)
{
	/* exactly this word: Apache's GENEROUS, and FAILED with a reason behind it, are others */
	if (strcmp(r->client_verify, "SUCCESS")) {
		if (!*r->client_verify)
			return "the web server passes no SSL_CLIENT_VERIFY";
		return strcmp(r->client_verify, "NONE") ? "the web server did not verify the client certificate" : "no client certificate";
	}
	if (*r->client_cert) {
		if (x509_read(r->client_cert, strlen(r->client_cert), facts, NULL))
			return NULL;
		return *h->pin ? "SSL_CLIENT_CERT is no PEM certificate" : NULL;
	}
	keep(facts->subject_cn, sizeof facts->subject_cn, r->subject_cn);
	keep(facts->issuer_cn, sizeof facts->issuer_cn, r->issuer_cn);
	if (*h->pin && ((!*facts->subject_cn && !*facts->issuer_cn) || !strncmp(h->pin, "sha256:", 7)))
		return no_pem;
	return NULL;
}

/* SSL_CLIENT_VERIFY does not count: a server that passes any certificate on may say what it likes. */
static const char *by_us(const struct door *d, const struct req *r, int64_t now, struct x509_facts *facts)
{
	if (!d->trust)
		return "the hook's CA file is not loaded";
	if (!*r->client_cert)
		return strcmp(r->client_verify, "SUCCESS") ? "no client certificate in SSL_CLIENT_CERT" : no_pem;
	return x509_judge(d->trust, r->client_cert, strlen(r->client_cert), now, facts);
}

enum proof auth_cert(const struct gate *g, const struct door *d, const struct req *r, const struct route *route, int64_t now, struct verdict *v)
{
	const struct hook *h = d->hook;
	struct x509_facts facts = { 0 };
	const char *wrong;

	(void)g, (void)route;
	v->cert[0] = '\0';
	if (h->client_cert == CLIENT_CERT_NONE)
		return PROOF_ABSENT;
	wrong = h->client_cert == CLIENT_CERT_VERIFY ? by_us(d, r, now, &facts) : by_server(h, r, &facts);
	if (!wrong)
		snprintf(v->cert, sizeof v->cert, "%.16s", facts.sha256);
	if (!wrong && *h->pin && !x509_pin_matches(h->pin, &facts))
		wrong = "the client certificate is not the pinned one";
	if (!wrong)
		return PROOF_GOOD;
	v->detail = wrong;
	return PROOF_BAD;
}
