/* Secrets: where they come from, how they are compared, how they go. Never printed, never in an error's text. */
#ifndef LIB_SECRET_H
#define LIB_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"

/* What is kept of a secret that is only compared: the SHA-256 of its bytes. */
struct secret {
	unsigned char digest[32];
};

#define SECRET_HEX 64	/* characters of a fresh or derived secret */

/*
 * Reads the bytes that a reference names into out (NUL-terminated, *len set; wipe it after use):
 *   file:PATH         the file's bytes, one final newline dropped; PATH is relative to dir; the file may not be
 *                     readable or writable by others (mode & 07), must be regular and 1 to LIMIT_SECRET bytes
 *   env:NAME          an environment variable
 *   derive:file:PATH  the lower-case hexadecimal HMAC-SHA256 of `name` under the key in PATH
 * Anything else is refused with a hint: a literal secret in a configuration file is one.
 * ERR_CONFIG and a line that names the reference, never its value.
 */
bool secret_read(const char *ref, const char *dir, const char *name, char out[], size_t size, size_t *len, struct err *e);

/* The syntax alone, as secret_read would take it. */
bool secret_ref_ok(const char *ref, struct err *e);

void secret_set(struct secret *s, const void *bytes, size_t len);

/* Constant time: both sides are compared as digests. */
bool secret_equal(const struct secret *s, const void *bytes, size_t len);
bool secret_same(const struct secret *a, const struct secret *b);

/* 32 bytes of the kernel's generator (getrandom) as lower-case hexadecimal. */
bool secret_fresh(char out[SECRET_HEX + 1], struct err *e);

void secret_wipe(void *p, size_t len);

/* From here on a crash of this process leaves no core file, which would hold what it has read. For a main. */
void secret_no_core(void);

/* SHA-256 without the start-up cost of OpenSSL's providers (650 µs in a process that lives for one request). */
void sha256(const void *bytes, size_t len, unsigned char out[32]);

struct secret_part {
	const void *bytes;
	size_t len;
};

/* HMAC-SHA256 (RFC 2104) of parts[0..n), one behind the other, under a key of at most 64 bytes, the hash's block. */
void hmac_sha256(const void *key, size_t key_len, const struct secret_part *parts, size_t n, unsigned char out[32]);

#endif
