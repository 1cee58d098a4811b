#include "lib/http.h"

#include <stdio.h>
#include <string.h>

#include <curl/curl.h>

#include "lib/text.h"

/* What is kept of one answer. */
struct sink {
	struct buf *body;
	bool full;
};

static size_t on_body(char *bytes, size_t size, size_t n, void *arg)
{
	struct sink *s = arg;

	if (buf_add(s->body, bytes, size * n))
		return size * n;
	s->full = true;
	return 0;	/* less than n: the transfer ends */
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

/* What holds for every request. */
static bool prepare(CURL *h, const struct http_request *r, struct sink *sink, char *reason)
{
	bool ok = curl_easy_setopt(h, CURLOPT_URL, r->url) == CURLE_OK;

#if CURL_AT_LEAST_VERSION(7, 85, 0)
	ok &= curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "https") == CURLE_OK;
#else
	ok &= curl_easy_setopt(h, CURLOPT_PROTOCOLS, CURLPROTO_HTTPS) == CURLE_OK;
#endif
	ok &= curl_easy_setopt(h, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK;	/* at least */
	ok &= curl_easy_setopt(h, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK;
	ok &= curl_easy_setopt(h, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK;
	if (r->cacert) {
		ok &= curl_easy_setopt(h, CURLOPT_CAINFO, r->cacert) == CURLE_OK;
		/* else the system's folder would be trusted besides */
		ok &= curl_easy_setopt(h, CURLOPT_CAPATH, NULL) == CURLE_OK;
	}
	ok &= curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK;
	/* "": no proxy, whatever http_proxy and its like say */
	ok &= curl_easy_setopt(h, CURLOPT_PROXY, "") == CURLE_OK;
	ok &= curl_easy_setopt(h, CURLOPT_NOPROXY, "*") == CURLE_OK;
	ok &= curl_easy_setopt(h, CURLOPT_TIMEOUT_MS, (long)r->timeout_ms) == CURLE_OK;
	ok &= curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT_MS, (long)r->timeout_ms / 3 + 1) == CURLE_OK;
	ok &= curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L) == CURLE_OK;
	ok &= curl_easy_setopt(h, CURLOPT_USERAGENT, "pixgate/" VERSION) == CURLE_OK;
	ok &= curl_easy_setopt(h, CURLOPT_ERRORBUFFER, reason) == CURLE_OK;
	ok &= curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK;
	ok &= curl_easy_setopt(h, CURLOPT_WRITEDATA, sink) == CURLE_OK;
	return ok;
}

static bool why_not(CURLcode code, const struct http_request *r, const char *host, const struct sink *sink, char *reason, struct err *e)
{
	if (sink->full)
		return fail(e, ERR_NET, "%s: the answer is longer than %zu bytes", host, sink->body->max);
	if (code == CURLE_SSL_CACERT_BADFILE)
		return fail(e, ERR_CONFIG, "%s: no readable CA file (PEM is expected)", r->cacert ? r->cacert : "the system's CAs");
	/* libcurl's text may hold what the peer sent */
	text_tame(reason, strlen(reason));
	return fail(e, ERR_NET, "%s: %s", host, *reason ? reason : curl_easy_strerror(code));
}

static bool transfer(CURL *h, const struct http_request *r, struct buf *body, long *status, struct err *e)
{
	char reason[CURL_ERROR_SIZE] = "", host[300];
	struct sink sink = { .body = body };
	size_t was = body->len;
	CURLcode code;

	if (!read_url(r->url, host, e))
		return false;
	if (!prepare(h, r, &sink, reason))
		return fail(e, ERR_NET, "%s: this libcurl cannot be told to be careful", host);
	code = curl_easy_perform(h);
	if (!code)
		code = curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, status);
	if (!code)
		return true;
	why_not(code, r, host, &sink, reason, e);
	body->len = was;
	if (body->data)
		body->data[was] = '\0';
	return false;
}

bool http_get(const struct http_request *r, struct buf *body, long *status, struct err *e)
{
	CURL *h = curl_easy_init();
	bool ok = false;

	if (!h || curl_easy_setopt(h, CURLOPT_HTTPGET, 1L))
		fail(e, ERR_NET, "libcurl does not start");
	else
		ok = transfer(h, r, body, status, e);
	curl_easy_cleanup(h);
	return ok;
}
