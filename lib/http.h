/* HTTPS requests. The only file that knows libcurl; the gate does not link it. */
#ifndef LIB_HTTP_H
#define LIB_HTTP_H

#include <stdbool.h>

#include "lib/buf.h"
#include "lib/err.h"

/* One request. NULL and 0 where not said otherwise: not wanted. */
struct http_request {
	const char *method;		/* NULL: GET */
	const char *url;		/* https:// alone */
	const char *const *headers;	/* "Name: value", NULL-ended */
	const char *body;
	size_t body_len;
	const char *part, *part_name, *part_type;	/* sends the body as that part of multipart/form-data, with that file name and type */
	const char *cacert;		/* PEM file that replaces the system's CAs; NULL: the system's */
	const char *cert;		/* our certificate and key: PEM, or PKCS #12 where the name ends in .p12 or .pfx */
	const char *key;		/* where the key is a file of its own, PEM */
	const char *password;		/* of the PKCS #12 or the key; NULL: "" */
	const char *user_agent;		/* NULL: "pixgate/VERSION" */
	const char *proxy;		/* http:// or https://; told host and port of the URL alone; NULL: none, whatever the environment says */
	int timeout_ms;			/* the whole of it */
	int connect_ms;			/* of that, to connect and to agree on TLS; 0: a third */
	/* for looking at a server that may be wrong in every way */
	bool unverified;		/* its certificate is not looked at */
	bool plain;			/* http:// is taken too */
	bool http2;			/* HTTP/2 where the server offers it, else 1.1 */
	bool tls_1_2_alone, tls_1_3_alone;
	const char *identity;		/* PEM text: our certificate, its chain and key, in place of cert */
	const char *connect_to;		/* "ADDRESS:PORT", IPv6 in brackets: connects there, whatever the URL's host is (SNI stays the URL's host) */
	bool cut_body;			/* an answer longer than body.max is cut there, and no failure */
	bool chunked;			/* the body goes without its length */
	/* for who asks one server again and again */
	struct http_line *line;		/* keeps the connection for the next request; NULL: a connection for this request alone */
	bool loopback;			/* connects to 127.0.0.0/8 and ::1 alone, whatever a resolver says */
};

/*
 * A connection that is kept, of one thread at a time. Where the peer closed it meanwhile, be it while the next request was on its
 * way, that request goes once more over a new one: a POST too, so the peer may see it twice. Requests to other servers, or of
 * other certificates, may use the same line: each gets what it asks for.
 */
struct http_line *http_line_new(void);	/* NULL: libcurl does not start */
void http_line_free(struct http_line *line);	/* NULL is allowed */

/* Why there was no answer, where that matters to the caller. A proxy that cannot be used is NO_HOST, TIMEOUT or NO_CONNECTION. */
enum http_fail {
	HTTP_ANSWERED, HTTP_NO_HOST, HTTP_NO_CONNECTION, HTTP_TIMEOUT, HTTP_TLS, HTTP_THEIR_CERT, HTTP_OUR_CERT, HTTP_RESET, HTTP_EMPTY,
	HTTP_CUT,	/* the answer had begun */
	HTTP_TOO_LARGE, HTTP_OTHER
};

#define HTTP_HEADERS 12

struct http_answer {
	long status;			/* with a failure: of an answer whose head came as a whole, else 0 */
	struct buf body;		/* its ceiling is the caller's; freed by the caller */
	char content_type[80];		/* lower case, "" where there was none */
	int retry_after_s;		/* Retry-After in seconds, -1: none or a date */
	enum http_fail fail;
	char reason[160];		/* with a failure: libcurl's words, printable; an alert's name is in them */
	bool http2;
	/*
	 * To connect; to shake hands; from the first byte of the request to the last of the answer, or to the failure. Rounded up, and told
	 * with a failure too: 0 means that it never came to that.
	 */
	int connect_ms, tls_ms, ms;
	struct http_header {
		char name[24], value[160];	/* the first of each name that http_kept has, printable */
	} header[HTTP_HEADERS];
	int headers;
};

/* The headers of an answer that are kept: Server, Location, Allow, WWW-Authenticate, Via, CF-Ray, X-Amz-Cf-Id, X-Sucuri-ID, X-Cache, X-Powered-By. NULL-ended. */
extern const char *const http_kept[];
const char *http_header(const struct http_answer *a, const char *name);	/* in any case; NULL: it had none */

/*
 * Sends it over TLS 1.2 or newer, verified, without following redirects. true where a whole answer came, whatever its
 * status. ERR_NET otherwise, with the host and the reason, and answer->fail; ERR_USAGE: no URL, or not https; ERR_CONFIG: a
 * certificate, key or CA file that cannot be read, or the wrong password. Nothing of headers, bodies or passwords is in a message.
 */
bool http_send(const struct http_request *r, struct http_answer *answer, struct err *e);

/* GET: the body alone. */
bool http_get(const struct http_request *r, struct buf *body, long *status, struct err *e);

#endif
