/* JSON, strictly (RFC 8259): a wall of our own, then cJSON, which alone is lax. The only file that knows cJSON. */
#ifndef LIB_JSON_H
#define LIB_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"

enum json_type { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json;	/* a value inside a document; lives as long as the document */

/*
 * Reads one document. Refused with ERR_INPUT and the offset: invalid UTF-8, a byte order mark, control bytes in strings,
 * \u0000, lone surrogates, numbers outside the grammar (01, +1, .5, NaN) or of more than 63 characters, more than
 * LIMIT_JSON_DEPTH levels or 131,072 values, bytes after the value, an object that has a key twice (with fold_case: twice
 * but for ASCII case).
 * The caller owns the document (json_free). NULL on failure.
 */
struct json *json_parse(const char *bytes, size_t len, bool fold_case, struct err *e);
void json_free(struct json *doc);	/* NULL is allowed */

enum json_type json_type(const struct json *v);		/* NULL counts as JSON_NULL */

/* The text of a string, or the digits of a number exactly as they were sent (no double in between); else NULL. */
const char *json_text(const struct json *v);

/* A member's name as it was sent; NULL of an item, of a whole document, of NULL. */
const char *json_name(const struct json *v);

/* Members and items; NULL where there is none or v is of another type. */
const struct json *json_member(const struct json *v, const char *name, bool fold_case);
const struct json *json_first(const struct json *v);	/* first item of an array or member of an object */
const struct json *json_next(const struct json *v);	/* its neighbour */

/* "a.b" walks objects, "a[0]" and "a[-1]" the first and last item of an array. NULL where the way ends early. */
const struct json *json_path(const struct json *v, const char *path, bool fold_case);

/* Adds s with quotes and escapes to b, so that any bytes give valid JSON (invalid UTF-8 becomes U+FFFD). */
struct buf;
bool json_quote(struct buf *b, const char *s, size_t len);

/*
 * Adds a value (NULL: null) as it was sent, but for the space between its parts and the way its texts are escaped: members in
 * their order, their names in their case, numbers digit by digit. What it writes, json_parse takes. Like json_quote it returns
 * false, and leaves b as it was, where the result would pass b's ceiling.
 */
bool json_write(struct buf *b, const struct json *v);

#endif
