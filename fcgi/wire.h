/*
 * FastCGI records, followed from outside (FastCGI Specification 1.0 §3.3, §5). libfcgi reads blocking, so it is only
 * given requests that are wholly there; this tells when that is.
 */
#ifndef FCGI_WIRE_H
#define FCGI_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum wire_step {
	WIRE_MORE,	/* the request goes on */
	WIRE_PARAMS,	/* the parameters just ended */
	WIRE_DONE,	/* the request just ended */
	WIRE_BAD	/* not a request, aborted, or another one mixed into it: cut the connection */
};

/* Where in a request we are. Zeroed at its start. */
struct wire {
	uint8_t head[8];
	uint8_t have;		/* bytes of head that are there */
	uint16_t id;
	bool begun, params_ended;
	uint32_t content, padding;	/* still to come of the current record */
	uint64_t stdin_bytes;		/* of content seen so far */
};

/* A run of bytes that wire_next found: part of the head of the request (records up to the end of the parameters, raw,
 * padding included) or content of its standard input. */
struct wire_run {
	const uint8_t *at;
	size_t len;
	bool is_stdin;
};

/*
 * Takes bytes from *p up to end, at most to the end of a record's head or of its content, moves *p, and says where that
 * led. run->len is 0 where there is nothing to keep; the run is valid until the next call.
 */
enum wire_step wire_next(struct wire *w, const uint8_t **p, const uint8_t *end, struct wire_run *run);

/* Whether p[0..n) begins with one whole request; *used is its length and *stdin_bytes the length of its body. */
enum wire_step wire_whole(const uint8_t *p, size_t n, size_t *used, size_t *stdin_bytes);

#endif
