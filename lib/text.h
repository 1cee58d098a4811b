/* Small forms of text on the wire. */
#ifndef LIB_TEXT_H
#define LIB_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Percent-decoding (RFC 3986 §2.1) of in[0..len) into out (size bytes, NUL-terminated). '+' stays '+'. false where a
 * '%' has no two hexadecimal digits behind it, a %00 is met, or out is too small. */
bool text_unpercent(const char *in, size_t len, char *out, size_t size, size_t *out_len);

/* Percent-encodes all but unreserved characters (RFC 3986 §2.3). false where out is too small. */
bool text_percent(const char *in, char *out, size_t size);

/* Base64 (RFC 4648 §4), padded. false where out, with its NUL, is too small. */
bool text_base64(const void *in, size_t len, char *out, size_t size);

/* Base64 (RFC 4648 §4, padding demanded) into out; *out_len is in bytes. false on anything else. */
bool text_unbase64(const char *in, size_t len, unsigned char *out, size_t size, size_t *out_len);

/* The nearest of `names` (NULL-ended) to a mistyped word, or NULL where none is near (optimal string alignment distance
 * of at most a third of its length, at least 1). */
const char *text_nearest(const char *word, const char *const *names);

bool text_utf8(const char *s, size_t len);	/* well-formed UTF-8 (RFC 3629) */

/* Makes s[0..len) fit for a terminal or a log: control bytes (C0, DEL, C1 as UTF-8) become '?', and where it is not
 * UTF-8 so does every byte past ASCII. The length stays. */
void text_tame(char *s, size_t len);

#endif
