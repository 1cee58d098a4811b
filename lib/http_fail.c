/* What a failure means: to the caller as a word of enum http_fail, to a person as one line. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/ascii.h"
#include "lib/http_inside.h"
#include "lib/text.h"

static bool ends(const char *name, const char *suffix)
{
	size_t n = strlen(name), s = strlen(suffix);

	return n > s && ascii_casecmp(name + n - s, suffix) == 0;
}

bool http_is_p12(const char *file)
{
	return ends(file, ".p12") || ends(file, ".pfx");
}

static bool has(const char *text, const char *word)
{
	return strstr(text, word);
}

/* The peer's alerts about our certificate come while shaking hands or, with TLS 1.3, with the first answer. */
static bool about_our_cert(CURLcode code, const char *reason)
{
	return code == CURLE_SSL_CERTPROBLEM || code == CURLE_SSL_CLIENTCERT ||
	       (has(reason, " alert ") && (has(reason, "certificate") || has(reason, "unknown ca")));
}

static const struct { CURLcode code; enum http_fail means; } meanings[] = {
	{ CURLE_COULDNT_RESOLVE_HOST, HTTP_NO_HOST },
	{ CURLE_COULDNT_CONNECT, HTTP_NO_CONNECTION },
	{ CURLE_OPERATION_TIMEDOUT, HTTP_TIMEOUT },
	{ CURLE_SSL_CONNECT_ERROR, HTTP_TLS },
	{ CURLE_PEER_FAILED_VERIFICATION, HTTP_THEIR_CERT },
	{ CURLE_SSL_CIPHER, HTTP_TLS },
	{ CURLE_SSL_ISSUER_ERROR, HTTP_THEIR_CERT },
	{ CURLE_SEND_ERROR, HTTP_RESET },
	{ CURLE_RECV_ERROR, HTTP_RESET },
	{ CURLE_PARTIAL_FILE, HTTP_CUT },
	{ CURLE_GOT_NOTHING, HTTP_EMPTY },
	{ CURLE_HTTP2_STREAM, HTTP_RESET },	/* one request a connection: its stream's reset is the connection's */
	{ CURLE_OUT_OF_MEMORY, HTTP_TOO_LARGE },	/* libcurl's word for a header line beyond its ceiling of 100 KiB */
};

/* It failed between us and the proxy, or the proxy did not let us through: nothing of it concerns the peer. */
static bool at_proxy(const struct http_try *t, CURLcode code)
{
	long said = 0;

	return t->r->proxy && code != CURLE_SSL_CERTPROBLEM && code != CURLE_SSL_CACERT_BADFILE &&
	       (curl_easy_getinfo(t->h, CURLINFO_HTTP_CONNECTCODE, &said) || said < 200 || said > 299);
}

static enum http_fail meaning(const struct http_try *t, CURLcode code, bool proxy)
{
	if (t->sink.full || t->sink.endless)
		return HTTP_TOO_LARGE;
	if (proxy)
		return code == CURLE_OPERATION_TIMEDOUT ? HTTP_TIMEOUT : code == CURLE_COULDNT_RESOLVE_PROXY ? HTTP_NO_HOST : HTTP_NO_CONNECTION;
	if (about_our_cert(code, t->reason))
		return HTTP_OUR_CERT;
	for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
		if (meanings[i].code == code)
			return meanings[i].means;
	return HTTP_OTHER;
}

/* A certificate or key of ours that libcurl could not take. Its own texts say little and name no file. */
static bool bad_cert(const struct http_request *r, const char *reason, struct err *e)
{
	if (!r->cert)
		return fail(e, ERR_CONFIG, "the client certificate cannot be used: PEM is expected, the certificate and its chain, then its key");
	if (access(r->cert, R_OK))
		return fail(e, ERR_CONFIG, "%s: %s (the certificate for the PSP's API)", r->cert, strerror(errno));
	if (r->key && access(r->key, R_OK))
		return fail(e, ERR_CONFIG, "%s: %s (the key of %s)", r->key, strerror(errno), r->cert);
	if (has(reason, "mac verify failure"))
		return fail(e, ERR_CONFIG, "%s: wrong password", r->cert);
	if (has(reason, "unsupported"))
		return fail(e, ERR_CONFIG, "%s: its encryption is too old for this OpenSSL; make a PEM file of it: "
			"openssl pkcs12 -legacy -nodes -in FILE.p12 -out FILE.pem", r->cert);
	if (has(reason, "could not parse PKCS12"))
		return fail(e, ERR_CONFIG, "%s: wrong password, or no certificate and key in it", r->cert);
	if (http_is_p12(r->cert))
		return fail(e, ERR_CONFIG, "%s: no PKCS #12 file (.p12, .pfx) with a certificate and its key", r->cert);
	if (has(reason, "private key"))
		return fail(e, ERR_CONFIG, "%s: no readable key (PEM is expected), a wrong password, or not the key of %s", r->key ? r->key : r->cert, r->cert);
	return fail(e, ERR_CONFIG, "%s: no readable certificate (PEM, or PKCS #12 in a file *.p12 or *.pfx)", r->cert);
}

static bool say(const struct http_try *t, CURLcode code, bool proxy, const char *words, struct err *e)
{
	if (t->sink.full)
		return fail(e, ERR_NET, "%s: the answer is longer than %zu bytes", t->host, t->sink.body->max);
	if (t->sink.endless)
		return fail(e, ERR_NET, "%s: the head of the answer is longer than %d bytes", t->host, HTTP_HEAD_MOST);
	if (code == CURLE_SSL_CACERT_BADFILE)
		return fail(e, ERR_CONFIG, "%s: no readable CA file (PEM is expected)", t->r->cacert ? t->r->cacert : "the system's CAs");
	if (code == CURLE_SSL_CERTPROBLEM && (t->r->cert || t->r->identity))
		return bad_cert(t->r, words, e);
	if (proxy)
		return fail(e, ERR_NET, "%s: the proxy does not lead there: %s", t->host, words);
	if (about_our_cert(code, words))
		return fail(e, ERR_NET, t->r->cert || t->r->identity ? "%s: it does not take our certificate: %s" : "%s: it asks for a client certificate: %s",
			    t->host, words);
	return fail(e, ERR_NET, "%s: %s", t->host, words);
}

void http_explain(struct http_try *t, CURLcode code, struct http_answer *answer, struct err *e)
{
	bool proxy = at_proxy(t, code);
	const char *words;

	answer->fail = meaning(t, code, proxy);
	if (has(t->reason, "getpeername"))
		*t->reason = '\0';	/* the peer was gone before libcurl had looked at it; the code says what broke */
	/* libcurl's text may hold what the peer sent */
	text_tame(t->reason, strlen(t->reason));
	words = *t->reason ? t->reason : curl_easy_strerror(code);
	snprintf(answer->reason, sizeof answer->reason, "%s", words);
	say(t, code, proxy, words, e);
}
