/* Standard Webhooks 1.0.0, symmetric signatures (v1). */
#ifndef DELIVER_SIGN_H
#define DELIVER_SIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

enum { SIGN_KEY_MIN = 24, SIGN_KEY_MAX = 64 };	/* bytes of a key, Standard Webhooks "Signature scheme" */

struct sign_key {
	unsigned char bytes[SIGN_KEY_MAX];
	size_t len;
};

/* "whsec_" (may be left out) and base64. ERR_CONFIG without the value. */
bool sign_key_read(const char *text, size_t len, struct sign_key *key, struct err *e);

#define SIGN_TEXT 48	/* "v1," and the base64 of 32 bytes, with its NUL */

/* HMAC-SHA256 of "ID.TIMESTAMP.BODY"; timestamp in seconds since 1970. */
void sign(const struct sign_key *key, const char *id, int64_t timestamp, const char *body, size_t len, char out[SIGN_TEXT]);

#endif
