/* HTTPS requests. The only file that knows libcurl; the gate does not link it. */
#ifndef LIB_HTTP_H
#define LIB_HTTP_H

#include <stdbool.h>

#include "lib/buf.h"
#include "lib/err.h"

struct http_request {
	const char *url;	/* https:// alone */
	const char *cacert;	/* PEM file that replaces the system's CAs; NULL: the system's */
	int timeout_ms;		/* the whole of it, and a third of it to connect */
};

/*
 * GET over TLS 1.2 or newer, verified, no redirects, no proxies from the environment. The answer's body is added to
 * body, up to its ceiling; *status is the HTTP status. ERR_NET: no whole answer (DNS, connect, TLS, time, too large, cut
 * off), with the host and the reason. ERR_USAGE: no URL, or not https. ERR_CONFIG: cacert cannot be read.
 */
bool http_get(const struct http_request *r, struct buf *body, long *status, struct err *e);

#endif
