/* Inside of lib/http: what its files share. */
#ifndef LIB_HTTP_INSIDE_H
#define LIB_HTTP_INSIDE_H

#include <curl/curl.h>

#include "lib/http.h"
#include "lib/http_sink.h"

/* A request on its way. */
struct http_try {
	const struct http_request *r;
	char host[300];			/* and port, for messages */
	struct http_sink sink;
	char reason[CURL_ERROR_SIZE];	/* libcurl's own words */
	size_t sent;			/* of a body that goes in pieces */
	CURL *h;			/* the line's, or its own */
	curl_mime *mime;
	struct curl_slist *headers, *connect_to;
};

/* http_line.c: connections. */
bool http_take(struct http_try *t);	/* sets h; false: libcurl does not start */
void http_give_back(struct http_try *t);
bool http_stay_here(CURL *h);		/* request.loopback */

/* http_load.c: method, body and headers. */
bool http_load(struct http_try *t);
bool http_load_headers(struct http_try *t, struct err *e);

/* http_fail.c: what a failure means. Sets answer->fail and reason. */
void http_explain(struct http_try *t, CURLcode code, struct http_answer *answer, struct err *e);
bool http_is_p12(const char *file);

#endif
