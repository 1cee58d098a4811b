/* What is kept of an answer while it comes: any bytes, in pieces, each with a ceiling. Inside of lib/http. */
#ifndef LIB_HTTP_SINK_H
#define LIB_HTTP_SINK_H

#include "lib/http.h"

enum { HTTP_HEAD_MOST = 64 * 1024 };	/* all header lines of an answer, with those of what came ahead of it */

struct http_sink {
	struct buf *body;
	bool cut;		/* a longer body is cut */
	bool full;		/* it was longer */
	bool endless;		/* the head was too long */
	bool body_begins;	/* what looks like a header from here on is a trailer */
	size_t head_len;
	int retry_after_s;
	struct http_header header[HTTP_HEADERS];
	int headers;
};

/* Both: false where the transfer is to end here. */
bool http_sink_line(struct http_sink *s, const char *line, size_t len);	/* one header line, its end included */
bool http_sink_body(struct http_sink *s, const char *bytes, size_t len);

#endif
