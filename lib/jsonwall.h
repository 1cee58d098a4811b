/* The strict wall before the JSON library: one pass over the bytes, no memory but a list of the numbers. */
#ifndef LIB_JSONWALL_H
#define LIB_JSONWALL_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"

enum {
	JSON_NUMBER_MAX = 63,		/* characters of one number; cJSON reads no more */
	JSON_VALUES_MAX = 128 * 1024,	/* values of one document, as many as a body of 256 KiB can hold: 9 MiB of nodes */
};

/* What the wall learns on its way. number is owned by whoever holds the struct (free). */
struct json_shape {
	size_t values, strings;		/* members' names are strings too */
	struct json_number {
		size_t at, len;		/* bytes */
	} *number;			/* where the numbers stand, in order */
	size_t numbers, cap;
};

/*
 * RFC 8259 over UTF-8 (RFC 3629), without what json.h refuses; only twin keys pass here, for which keys must be
 * compared unescaped. ERR_INPUT with the offset, never with bytes of the text. shape must be zeroed; what is in it is
 * the caller's to free in either case.
 */
bool json_wall(const char *bytes, size_t len, struct json_shape *shape, struct err *e);

/* Bytes of the well-formed UTF-8 character at p (at least one byte before end), 0 where there is none. */
size_t json_utf8_step(const unsigned char *p, const unsigned char *end);

#endif
