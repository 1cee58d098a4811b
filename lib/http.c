#include "lib/http.h"

#include <stdio.h>
#include <string.h>

#include "lib/ascii.h"
#include "lib/http_inside.h"
#include "lib/secret.h"
#include "lib/text.h"

static size_t on_body(char *bytes, size_t size, size_t n, void *arg)
{
	return http_sink_body(arg, bytes, size * n) ? size * n : 0;	/* less than n: the transfer ends */
}

static size_t on_header(char *line, size_t size, size_t n, void *arg)
{
	return http_sink_line(arg, line, size * n) ? size * n : 0;
}

/* The URL's host, and its port where it names one, for messages: what else is in it may be secret. */
static bool read_url(const char *url, bool plain, char host[300], struct err *e)
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
	if (strcmp(scheme, "https") != 0 && (!plain || strcmp(scheme, "http") != 0)) {
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
	ok &= curl_easy_setopt(h, CURLOPT_HTTPPROXYTUNNEL, 1L) == CURLE_OK;	/* for http:// too */
	ok &= curl_easy_setopt(h, CURLOPT_PROXY_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK;
	ok &= curl_easy_setopt(h, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE) == CURLE_OK;	/* the rest is for the peer alone */
	return ok && curl_easy_setopt(h, CURLOPT_PROXYHEADER, &told) == CURLE_OK;
}

static bool choose_protocols(CURL *h, const struct http_request *r)
{
	long tls = r->tls_1_3_alone ? CURL_SSLVERSION_TLSv1_3 : CURL_SSLVERSION_TLSv1_2;	/* at least */
	bool ok;

#if CURL_AT_LEAST_VERSION(7, 85, 0)
	ok = curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, r->plain ? "http,https" : "https") == CURLE_OK;
#else
	ok = curl_easy_setopt(h, CURLOPT_PROTOCOLS, r->plain ? CURLPROTO_HTTP | CURLPROTO_HTTPS : CURLPROTO_HTTPS) == CURLE_OK;
#endif
	if (r->tls_1_2_alone)
		tls |= CURL_SSLVERSION_MAX_TLSv1_2;
	ok &= curl_easy_setopt(h, CURLOPT_SSLVERSION, tls) == CURLE_OK;
	/* one request a connection: HTTP/2 gains nothing */
	return ok && (curl_easy_setopt(h, CURLOPT_HTTP_VERSION, r->http2 ? (long)CURL_HTTP_VERSION_2TLS : (long)CURL_HTTP_VERSION_1_1) == CURLE_OK ||
		      curl_easy_setopt(h, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == CURLE_OK);	/* a libcurl without HTTP/2 */
}

/* What holds for every request. */
static bool prepare(struct http_try *t)
{
	const struct http_request *r = t->r;
	CURL *h = t->h;
	bool ok = curl_easy_setopt(h, CURLOPT_URL, r->url) == CURLE_OK;

	ok &= curl_easy_setopt(h, CURLOPT_PATH_AS_IS, 1L) == CURLE_OK;
	ok &= curl_easy_setopt(h, CURLOPT_SSL_VERIFYPEER, r->unverified ? 0L : 1L) == CURLE_OK;
	ok &= curl_easy_setopt(h, CURLOPT_SSL_VERIFYHOST, r->unverified ? 0L : 2L) == CURLE_OK;
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
	ok &= curl_easy_setopt(h, CURLOPT_ERRORBUFFER, t->reason) == CURLE_OK;
	ok &= curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK;
	ok &= curl_easy_setopt(h, CURLOPT_WRITEDATA, &t->sink) == CURLE_OK;
	ok &= curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, on_header) == CURLE_OK;
	ok &= curl_easy_setopt(h, CURLOPT_HEADERDATA, &t->sink) == CURLE_OK;
	return ok;
}

/* connect_to: any host and port of the URL, there is but one, is looked for at this address. */
static bool lead(struct http_try *t)
{
	char where[100];

	if (t->r->loopback && !http_stay_here(t->h))
		return false;
	if (!t->r->connect_to)
		return true;
	if (snprintf(where, sizeof where, "::%s", t->r->connect_to) >= (int)sizeof where)
		return false;
	t->connect_to = curl_slist_append(NULL, where);
	return t->connect_to && curl_easy_setopt(t->h, CURLOPT_CONNECT_TO, t->connect_to) == CURLE_OK;
}

static bool show_cert(CURL *h, const struct http_request *r)
{
	bool ok = true;

	if (r->identity) {
		struct curl_blob pem = { .data = (void *)r->identity, .len = strlen(r->identity), .flags = CURL_BLOB_NOCOPY };

		ok &= curl_easy_setopt(h, CURLOPT_SSLCERT_BLOB, &pem) == CURLE_OK && curl_easy_setopt(h, CURLOPT_SSLKEY_BLOB, &pem) == CURLE_OK;
	} else if (r->cert) {
		ok &= curl_easy_setopt(h, CURLOPT_SSLCERT, r->cert) == CURLE_OK;
		ok &= curl_easy_setopt(h, CURLOPT_SSLCERTTYPE, http_is_p12(r->cert) ? "P12" : "PEM") == CURLE_OK;
		if (r->key)
			ok &= curl_easy_setopt(h, CURLOPT_SSLKEY, r->key) == CURLE_OK;
	} else {
		return true;
	}
	/* always some: without one OpenSSL would ask the terminal */
	return ok && curl_easy_setopt(h, CURLOPT_KEYPASSWD, r->password ? r->password : "") == CURLE_OK;
}

/* They held a token. */
static void wipe_list(struct curl_slist *list)
{
	for (struct curl_slist *l = list; l; l = l->next)
		secret_wipe(l->data, strlen(l->data));
	curl_slist_free_all(list);
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

/* From one moment of libcurl's to the next, in whole milliseconds, upwards; 0: the next never came. */
static int between(CURL *h, CURLINFO from, CURLINFO to)
{
	curl_off_t a = 0, b = 0;

	curl_easy_getinfo(h, from, &a);
	curl_easy_getinfo(h, to, &b);
	return b > a ? (int)((b - a + 999) / 1000) : 0;
}

static void read_times(CURL *h, struct http_answer *answer)
{
	curl_off_t began = 0;

	answer->connect_ms = between(h, CURLINFO_NAMELOOKUP_TIME_T, CURLINFO_CONNECT_TIME_T);
	answer->tls_ms = between(h, CURLINFO_CONNECT_TIME_T, CURLINFO_APPCONNECT_TIME_T);
	curl_easy_getinfo(h, CURLINFO_PRETRANSFER_TIME_T, &began);
	answer->ms = began ? between(h, CURLINFO_PRETRANSFER_TIME_T, CURLINFO_TOTAL_TIME_T) : 0;
}

/* Of an answer that did not come to its end. A 100 is none: there is more to come. */
static void read_head(struct http_try *t, struct http_answer *answer)
{
	long status = 0;

	if (t->sink.body_begins && !curl_easy_getinfo(t->h, CURLINFO_RESPONSE_CODE, &status) && status >= 200)
		answer->status = status;
	answer->retry_after_s = t->sink.retry_after_s;
}

static bool read_answer(struct http_try *t, struct http_answer *answer)
{
	long status = 0, version = 0;

	if (curl_easy_getinfo(t->h, CURLINFO_RESPONSE_CODE, &status) || curl_easy_getinfo(t->h, CURLINFO_HTTP_VERSION, &version))
		return false;
	answer->status = status;
	answer->http2 = version == CURL_HTTP_VERSION_2_0;
	answer->retry_after_s = t->sink.retry_after_s;
	memcpy(answer->header, t->sink.header, sizeof answer->header);
	answer->headers = t->sink.headers;
	answer->fail = HTTP_ANSWERED;
	read_type(t->h, answer->content_type);
	return true;
}

bool http_send(const struct http_request *r, struct http_answer *answer, struct err *e)
{
	struct http_try t = { .r = r, .sink = { .body = &answer->body, .cut = r->cut_body, .retry_after_s = -1 } };
	size_t was = answer->body.len;
	CURLcode code;
	bool ok = false;

	answer->fail = HTTP_OTHER;
	answer->status = 0;
	answer->reason[0] = '\0';
	answer->connect_ms = answer->tls_ms = answer->ms = 0;
	if (!read_url(r->url, r->plain, t.host, e))
		return false;
	if (!http_take(&t)) {
		fail(e, ERR_NET, "libcurl does not start");
		goto out;
	}
	if (!prepare(&t) || !choose_protocols(t.h, r) || !choose_proxy(t.h, r) || !lead(&t) || !show_cert(t.h, r) || !http_load(&t)) {
		fail(e, ERR_NET, "%s: this libcurl cannot be told to be careful", t.host);
		goto out;
	}
	if (!http_load_headers(&t, e))
		goto out;
	code = curl_easy_perform(t.h);
	read_times(t.h, answer);
	if (t.sink.full && t.sink.cut)
		code = CURLE_OK;	/* we ended it ourselves */
	if (!code && !t.sink.body_begins) {	/* libcurl takes a head that is cut off for a whole one */
		code = CURLE_PARTIAL_FILE;
		snprintf(t.reason, sizeof t.reason, "the answer ends in the middle of its head");
	}
	if (!code && !read_answer(&t, answer))
		code = CURLE_BAD_FUNCTION_ARGUMENT;
	if (code) {
		read_head(&t, answer);
		http_explain(&t, code, answer, e);
		goto out;
	}
	ok = true;
out:
	if (!ok && answer->body.data) {
		secret_wipe(answer->body.data + was, answer->body.len - was);
		answer->body.len = was;
		answer->body.data[was] = '\0';
	}
	if (t.h)
		http_give_back(&t);
	curl_mime_free(t.mime);
	curl_slist_free_all(t.connect_to);
	wipe_list(t.headers);
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
