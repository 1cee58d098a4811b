#include "lib/http.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <curl/curl.h>

#include "lib/ascii.h"
#include "lib/secret.h"
#include "lib/text.h"

/* What is kept of one answer while it comes. */
struct sink {
	struct buf *body;
	bool full;
	int retry_after_s;
};

static size_t on_body(char *bytes, size_t size, size_t n, void *arg)
{
	struct sink *s = arg;

	if (buf_add(s->body, bytes, size * n))
		return size * n;
	s->full = true;
	return 0;	/* less than n: the transfer ends */
}

/* Retry-After in seconds (RFC 9110 §10.2.3); a date would need a clock. */
static size_t on_header(char *line, size_t size, size_t n, void *arg)
{
	static const char name[] = "retry-after:";
	struct sink *s = arg;
	size_t len = size * n, i = 0;
	int value = 0, digits = 0;

	if (len > 5 && memcmp(line, "HTTP/", 5) == 0)
		s->retry_after_s = -1;	/* another answer begins: what a proxy said does not count */
	while (i < sizeof name - 1 && i < len && ascii_lower(line[i]) == (unsigned char)name[i])
		i++;
	if (i != sizeof name - 1)
		return len;
	while (i < len && (line[i] == ' ' || line[i] == '\t'))
		i++;
	for (; i < len && line[i] >= '0' && line[i] <= '9' && digits < 8; i++, digits++)
		value = value * 10 + (line[i] - '0');
	while (i < len && strchr(" \t\r\n", line[i]))
		i++;
	if (digits && i == len)
		s->retry_after_s = value;
	return len;
}

/* The URL's host, and its port where it names one, for messages: what else is in it may be secret. */
static bool read_url(const char *url, char host[300], struct err *e)
{
	CURLU *u = curl_url();
	char *scheme = NULL, *name = NULL, *port = NULL;
	bool ok = false;

	if (!u || curl_url_set(u, CURLUPART_URL, url, 0) || curl_url_get(u, CURLUPART_SCHEME, &scheme, 0)) {
		fail(e, ERR_USAGE, "'%.200s' is no URL; one that begins with https:// is expected", url);
		if (e)
			text_tame(e->text, strlen(e->text));	/* one line, whatever was given */
		goto out;
	}
	if (strcmp(scheme, "https") != 0) {
		fail(e, ERR_USAGE, "%.30s:// is not taken, only https://: so nobody on the way can change what is read", scheme);
		goto out;
	}
	if (curl_url_get(u, CURLUPART_HOST, &name, 0)) {
		fail(e, ERR_USAGE, "a URL without a host");
		goto out;
	}
	curl_url_get(u, CURLUPART_PORT, &port, 0);
	snprintf(host, 300, "%.250s%s%s", name, port ? ":" : "", port ? port : "");
	ok = true;
out:
	curl_free(scheme);
	curl_free(name);
	curl_free(port);
	curl_url_cleanup(u);
	return ok;
}

static bool ends(const char *name, const char *suffix)
{
	size_t n = strlen(name), s = strlen(suffix);

	return n > s && ascii_casecmp(name + n - s, suffix) == 0;
}

static bool is_p12(const char *file)
{
	return ends(file, ".p12") || ends(file, ".pfx");
}

/*
 * "": no proxy, whatever http_proxy and its like say. What a proxy is told in CONNECT, which may go in clear, is ours to say:
 * libcurl would put the User-Agent in, and that may be a secret.
 */
static bool choose_proxy(CURL *h, const struct http_request *r)
{
	static char name[] = "User-Agent: pixgate/" VERSION;
	static struct curl_slist told = { name, NULL };
	bool ok = curl_easy_setopt(h, CURLOPT_PROXY, r->proxy ? r->proxy : "") == CURLE_OK;

	ok &= curl_easy_setopt(h, CURLOPT_NOPROXY, r->proxy ? "" : "*") == CURLE_OK;
	ok &= curl_easy_setopt(h, CURLOPT_PROXY_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK;
	ok &= curl_easy_setopt(h, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE) == CURLE_OK;	/* the rest is for the peer alone */
	return ok && curl_easy_setopt(h, CURLOPT_PROXYHEADER, &told) == CURLE_OK;
}

/* What holds for every request. */
static bool prepare(CURL *h, const struct http_request *r, struct sink *sink, char *reason)
{
	bool ok = curl_easy_setopt(h, CURLOPT_URL, r->url) == CURLE_OK;

#if CURL_AT_LEAST_VERSION(7, 85, 0)
	ok &= curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "https") == CURLE_OK;
#else
	ok &= curl_easy_setopt(h, CURLOPT_PROTOCOLS, CURLPROTO_HTTPS) == CURLE_OK;
#endif
	ok &= curl_easy_setopt(h, CURLOPT_PATH_AS_IS, 1L) == CURLE_OK;
	/* one request a connection: HTTP/2 gains nothing */
	ok &= curl_easy_setopt(h, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == CURLE_OK;
	ok &= curl_easy_setopt(h, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK;	/* at least */
	ok &= curl_easy_setopt(h, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK;
	ok &= curl_easy_setopt(h, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK;
	if (r->cacert) {
		ok &= curl_easy_setopt(h, CURLOPT_CAINFO, r->cacert) == CURLE_OK;
		/* else the system's folder would be trusted besides */
		ok &= curl_easy_setopt(h, CURLOPT_CAPATH, NULL) == CURLE_OK;
	}
	ok &= curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK;
	ok &= curl_easy_setopt(h, CURLOPT_TIMEOUT_MS, (long)r->timeout_ms) == CURLE_OK;
	ok &= curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT_MS, r->connect_ms ? (long)r->connect_ms : (long)r->timeout_ms / 3 + 1) == CURLE_OK;
	ok &= curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L) == CURLE_OK;
	ok &= curl_easy_setopt(h, CURLOPT_USERAGENT, r->user_agent ? r->user_agent : "pixgate/" VERSION) == CURLE_OK;
	ok &= curl_easy_setopt(h, CURLOPT_ERRORBUFFER, reason) == CURLE_OK;
	ok &= curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK;
	ok &= curl_easy_setopt(h, CURLOPT_WRITEDATA, sink) == CURLE_OK;
	ok &= curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, on_header) == CURLE_OK;
	ok &= curl_easy_setopt(h, CURLOPT_HEADERDATA, sink) == CURLE_OK;
	return ok;
}

static bool show_cert(CURL *h, const struct http_request *r)
{
	bool ok = true;

	if (!r->cert)
		return true;
	ok &= curl_easy_setopt(h, CURLOPT_SSLCERT, r->cert) == CURLE_OK;
	ok &= curl_easy_setopt(h, CURLOPT_SSLCERTTYPE, is_p12(r->cert) ? "P12" : "PEM") == CURLE_OK;
	if (r->key)
		ok &= curl_easy_setopt(h, CURLOPT_SSLKEY, r->key) == CURLE_OK;
	/* always some: without one OpenSSL would ask the terminal */
	return ok && curl_easy_setopt(h, CURLOPT_KEYPASSWD, r->password ? r->password : "") == CURLE_OK;
}

/* Method and body. A request that may have a body but has none says so with a length of 0. */
static bool load(CURL *h, const struct http_request *r, curl_mime **mime)
{
	const char *method = r->method ? r->method : "GET";
	bool plain = strcmp(method, "GET") == 0 || strcmp(method, "DELETE") == 0;
	curl_mimepart *part;

	if (strcmp(method, "HEAD") == 0)
		return !curl_easy_setopt(h, CURLOPT_NOBODY, 1L);
	if (r->part) {
		*mime = curl_mime_init(h);
		part = *mime ? curl_mime_addpart(*mime) : NULL;
		if (!part || curl_mime_name(part, r->part) || curl_mime_data(part, r->body ? r->body : "", r->body_len) ||
		    (r->part_name && curl_mime_filename(part, r->part_name)) || (r->part_type && curl_mime_type(part, r->part_type)) ||
		    curl_easy_setopt(h, CURLOPT_MIMEPOST, *mime))
			return false;
	} else if (r->body || !plain) {
		/* the size first: CURLOPT_POSTFIELDS borrows the bytes */
		if (curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)(r->body ? r->body_len : 0)) ||
		    curl_easy_setopt(h, CURLOPT_POSTFIELDS, r->body ? r->body : ""))
			return false;
	} else if (curl_easy_setopt(h, CURLOPT_HTTPGET, 1L)) {
		return false;
	}
	return !curl_easy_setopt(h, CURLOPT_CUSTOMREQUEST, method);
}

static bool append(struct curl_slist **list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(*list, line);

	if (longer)
		*list = longer;
	return longer;
}

static bool named(const char *line, const char *name)
{
	while (*name && ascii_lower(*line) == (unsigned char)*name) {
		line++;
		name++;
	}
	return !*name && *line == ':';
}

static bool add_headers(CURL *h, const struct http_request *r, struct curl_slist **list, struct err *e)
{
	bool typed = false, encoded = false;

	for (const char *const *line = r->headers; line && *line; line++) {
		for (const char *c = *line; *c; c++)
			if ((unsigned char)*c < 0x20 || *c == 0x7f)
				return fail(e, ERR_USAGE, "a header with a control byte in it is not sent");
		typed |= named(*line, "content-type");
		encoded |= named(*line, "accept-encoding");
		if (!append(list, *line))
			return fail(e, ERR_NET, "libcurl has no memory");
	}
	/* a body is no form unless somebody says so; nobody here unpacks */
	if ((!typed && !r->part && !append(list, "Content-Type:")) || !append(list, "Expect:") ||
	    (!encoded && !append(list, "Accept-Encoding: identity")) || curl_easy_setopt(h, CURLOPT_HTTPHEADER, *list))
		return fail(e, ERR_NET, "libcurl has no memory");
	return true;
}

/* They held a token. */
static void wipe_list(struct curl_slist *list)
{
	for (struct curl_slist *l = list; l; l = l->next)
		secret_wipe(l->data, strlen(l->data));
	curl_slist_free_all(list);
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
};

/* It failed between us and the proxy, or the proxy did not let us through: nothing of it concerns the peer. */
static bool at_proxy(CURL *h, const struct http_request *r, CURLcode code)
{
	long said = 0;

	return r->proxy && code != CURLE_SSL_CERTPROBLEM && code != CURLE_SSL_CACERT_BADFILE &&
	       (curl_easy_getinfo(h, CURLINFO_HTTP_CONNECTCODE, &said) || said < 200 || said > 299);
}

static enum http_fail meaning(CURLcode code, bool proxy, const struct sink *sink, const char *reason)
{
	if (sink->full)
		return HTTP_TOO_LARGE;
	if (proxy)
		return code == CURLE_OPERATION_TIMEDOUT ? HTTP_TIMEOUT : code == CURLE_COULDNT_RESOLVE_PROXY ? HTTP_NO_HOST : HTTP_NO_CONNECTION;
	if (about_our_cert(code, reason))
		return HTTP_OUR_CERT;
	for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
		if (meanings[i].code == code)
			return meanings[i].means;
	return HTTP_OTHER;
}

/* A certificate or key of ours that libcurl could not take. Its own texts say little and name no file. */
static bool bad_cert(const struct http_request *r, const char *reason, struct err *e)
{
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
	if (is_p12(r->cert))
		return fail(e, ERR_CONFIG, "%s: no PKCS #12 file (.p12, .pfx) with a certificate and its key", r->cert);
	if (has(reason, "private key"))
		return fail(e, ERR_CONFIG, "%s: no readable key (PEM is expected), a wrong password, or not the key of %s", r->key ? r->key : r->cert, r->cert);
	return fail(e, ERR_CONFIG, "%s: no readable certificate (PEM, or PKCS #12 in a file *.p12 or *.pfx)", r->cert);
}

static bool why_not(CURLcode code, bool proxy, const struct http_request *r, const char *host, const struct sink *sink, char *reason, struct err *e)
{
	if (sink->full)
		return fail(e, ERR_NET, "%s: the answer is longer than %zu bytes", host, sink->body->max);
	if (code == CURLE_SSL_CACERT_BADFILE)
		return fail(e, ERR_CONFIG, "%s: no readable CA file (PEM is expected)", r->cacert ? r->cacert : "the system's CAs");
	if (code == CURLE_SSL_CERTPROBLEM && r->cert)
		return bad_cert(r, reason, e);
	if (has(reason, "getpeername"))
		*reason = '\0';	/* the peer was gone before libcurl had looked at it; the code says what broke */
	/* libcurl's text may hold what the peer sent */
	text_tame(reason, strlen(reason));
	if (proxy)
		return fail(e, ERR_NET, "%s: the proxy does not lead there: %s", host, *reason ? reason : curl_easy_strerror(code));
	if (about_our_cert(code, reason))
		return fail(e, ERR_NET, r->cert ? "%s: it does not take our certificate: %s" : "%s: it asks for a client certificate: %s", host,
			*reason ? reason : curl_easy_strerror(code));
	return fail(e, ERR_NET, "%s: %s", host, *reason ? reason : curl_easy_strerror(code));
}

static void read_type(CURL *h, char out[80])
{
	const char *type = NULL;
	size_t n = 0;

	curl_easy_getinfo(h, CURLINFO_CONTENT_TYPE, &type);
	for (; type && type[n] && n < 79; n++)
		out[n] = (char)ascii_lower(type[n]);
	out[n] = '\0';
	text_tame(out, n);
}

bool http_send(const struct http_request *r, struct http_answer *answer, struct err *e)
{
	char reason[CURL_ERROR_SIZE] = "", host[300];
	struct sink sink = { .body = &answer->body, .retry_after_s = -1 };
	size_t was = answer->body.len;
	struct curl_slist *list = NULL;
	curl_mime *mime = NULL;
	CURLcode code = CURLE_FAILED_INIT;
	CURL *h = NULL;
	long status = 0;
	bool ok = false, proxy;

	answer->fail = HTTP_OTHER;
	if (!read_url(r->url, host, e))
		return false;
	h = curl_easy_init();
	if (!h) {
		fail(e, ERR_NET, "libcurl does not start");
		goto out;
	}
	if (!prepare(h, r, &sink, reason) || !choose_proxy(h, r) || !show_cert(h, r) || !load(h, r, &mime)) {
		fail(e, ERR_NET, "%s: this libcurl cannot be told to be careful", host);
		goto out;
	}
	if (!add_headers(h, r, &list, e))
		goto out;
	code = curl_easy_perform(h);
	if (!code)
		code = curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &status);
	if (code) {
		proxy = at_proxy(h, r, code);
		answer->fail = meaning(code, proxy, &sink, reason);
		why_not(code, proxy, r, host, &sink, reason, e);
		goto out;
	}
	answer->status = status;
	answer->retry_after_s = sink.retry_after_s;
	answer->fail = HTTP_ANSWERED;
	read_type(h, answer->content_type);
	ok = true;
out:
	if (!ok && answer->body.data) {
		secret_wipe(answer->body.data + was, answer->body.len - was);
		answer->body.len = was;
		answer->body.data[was] = '\0';
	}
	curl_easy_cleanup(h);
	curl_mime_free(mime);
	wipe_list(list);
	return ok;
}

bool http_get(const struct http_request *r, struct buf *body, long *status, struct err *e)
{
	struct http_answer answer = { .body = *body };
	bool ok = http_send(r, &answer, e);

	*body = answer.body;
	if (ok)
		*status = answer.status;
	return ok;
}
