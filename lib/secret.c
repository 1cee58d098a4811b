/* The low-level SHA-256 is deprecated but spares a one-shot CGI the 650 µs that loading OpenSSL 3's providers takes. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "lib/secret.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include "lib/buf.h"
#include "lib/file.h"
#include "lib/limits.h"

static const char file_ref[] = "file:", env_ref[] = "env:", derive_ref[] = "derive:file:";

/* What stands behind `kind` in ref, or NULL. */
static const char *after(const char *ref, const char *kind)
{
	size_t n = strlen(kind);

	return strncmp(ref, kind, n) ? NULL : ref + n;
}

static bool env_name_ok(const char *s)
{
	static const char start[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";

	return *s && strchr(start, *s) && s[strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789")] == '\0';
}

bool secret_ref_ok(const char *ref, struct err *e)
{
	const char *rest;

	if ((rest = after(ref, file_ref)) || (rest = after(ref, derive_ref)))
		return *rest || fail(e, ERR_CONFIG, "\"%s\" names no file", ref);
	if ((rest = after(ref, env_ref)))
		return env_name_ok(rest) || fail(e, ERR_CONFIG, "\"env:\" must be followed by the name of an environment variable");
	/* ref may be the secret itself: it is not repeated */
	return fail(e, ERR_CONFIG, "a reference to a secret is expected (file:PATH, env:NAME or derive:file:PATH); "
		"put the secret itself into a file, chmod 600 it, and write \"file:PATH\" here");
}

/* The bytes of a file without one final line break, at most LIMIT_SECRET; buf takes LIMIT_SECRET + 3. */
static bool read_file(const char *name, const char *dir, char *buf, size_t *len, struct err *e)
{
	struct buf path = BUF(PATH_MAX), b = BUF(LIMIT_SECRET + 3);
	bool ok = false;
	size_t n;

	if (!buf_putf(&path, "%s%s%s", *name == '/' ? "" : dir, *name == '/' || !*dir ? "" : "/", name)) {
		fail(e, ERR_CONFIG, "the path of a secret is longer than %d bytes", PATH_MAX);
		goto out;
	}
	if (!file_read(buf_str(&path), 07, &b, e))
		goto out;
	n = b.len;
	if (n && b.data[n - 1] == '\n')
		n -= n > 1 && b.data[n - 2] == '\r' ? 2 : 1;
	if (!n) {
		fail(e, ERR_CONFIG, "%s: the file is empty", buf_str(&path));
		goto out;
	}
	if (n > LIMIT_SECRET) {
		fail(e, ERR_CONFIG, "%s: longer than %d bytes", buf_str(&path), (int)LIMIT_SECRET);
		goto out;
	}
	memcpy(buf, b.data, n);
	*len = n;
	ok = true;
out:
	if (b.data)
		OPENSSL_cleanse(b.data, b.len);
	buf_free(&b);
	buf_free(&path);
	return ok;
}

static void to_hex(const unsigned char *bytes, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		*out++ = digits[bytes[i] >> 4];
		*out++ = digits[bytes[i] & 15];
	}
	*out = '\0';
}

static bool derive(char *buf, size_t *len, const char *name, struct err *e)
{
	unsigned char mac[32];
	unsigned n = 0;

	if (!HMAC(EVP_sha256(), buf, (int)*len, (const unsigned char *)name, strlen(name), mac, &n) || n != sizeof mac)
		return fail(e, ERR_STORE, "OpenSSL cannot compute HMAC-SHA256");
	OPENSSL_cleanse(buf, *len);
	to_hex(mac, sizeof mac, buf);
	*len = SECRET_HEX;
	OPENSSL_cleanse(mac, sizeof mac);
	return true;
}

static bool read_env(const char *name, char *buf, size_t *len, struct err *e)
{
	const char *value = getenv(name);

	if (!value || !*value)
		return fail(e, ERR_CONFIG, "env:%s: the variable is not set", name);
	if (strlen(value) > LIMIT_SECRET)
		return fail(e, ERR_CONFIG, "env:%s: longer than %d bytes", name, (int)LIMIT_SECRET);
	*len = strlen(value);
	memcpy(buf, value, *len);
	return true;
}

bool secret_read(const char *ref, const char *dir, const char *name, char out[], size_t size, size_t *len, struct err *e)
{
	char buf[LIMIT_SECRET + 3];
	const char *rest;
	size_t n = 0;
	bool ok = false;

	if (!secret_ref_ok(ref, e))
		return false;
	if ((rest = after(ref, env_ref))) {
		if (!read_env(rest, buf, &n, e))
			goto out;
	} else if ((rest = after(ref, derive_ref))) {
		if (!read_file(rest, dir, buf, &n, e) || !derive(buf, &n, name, e))
			goto out;
	} else if (!read_file(after(ref, file_ref), dir, buf, &n, e)) {
		goto out;
	}
	if (memchr(buf, '\0', n)) {
		fail(e, ERR_CONFIG, "%s: holds a zero byte: a secret is text", ref);
		goto out;
	}
	if (n >= size) {
		fail(e, ERR_CONFIG, "%s: longer than %zu bytes", ref, size - 1);
		goto out;
	}
	memcpy(out, buf, n);
	out[n] = '\0';
	*len = n;
	ok = true;
out:
	OPENSSL_cleanse(buf, sizeof buf);
	return ok;
}

void sha256(const void *bytes, size_t len, unsigned char out[32])
{
	SHA256_CTX c;

	SHA256_Init(&c);
	SHA256_Update(&c, bytes, len);
	SHA256_Final(out, &c);
	OPENSSL_cleanse(&c, sizeof c);
}

void hmac_sha256(const void *key, size_t key_len, const struct secret_part *parts, size_t n, unsigned char out[32])
{
	unsigned char pad[SHA256_CBLOCK] = { 0 };
	SHA256_CTX c;

	memcpy(pad, key, key_len);
	for (size_t i = 0; i < sizeof pad; i++)
		pad[i] ^= 0x36;
	SHA256_Init(&c);
	SHA256_Update(&c, pad, sizeof pad);
	for (size_t i = 0; i < n; i++)
		SHA256_Update(&c, parts[i].bytes, parts[i].len);
	SHA256_Final(out, &c);
	for (size_t i = 0; i < sizeof pad; i++)
		pad[i] ^= 0x36 ^ 0x5c;
	SHA256_Init(&c);
	SHA256_Update(&c, pad, sizeof pad);
	SHA256_Update(&c, out, 32);
	SHA256_Final(out, &c);
	OPENSSL_cleanse(&c, sizeof c);
	OPENSSL_cleanse(pad, sizeof pad);
}

void secret_set(struct secret *s, const void *bytes, size_t len)
{
	sha256(bytes, len, s->digest);
}

bool secret_same(const struct secret *a, const struct secret *b)
{
	return !CRYPTO_memcmp(a->digest, b->digest, sizeof a->digest);
}

bool secret_equal(const struct secret *s, const void *bytes, size_t len)
{
	struct secret other;
	bool same;

	secret_set(&other, bytes, len);
	same = secret_same(s, &other);
	secret_wipe(&other, sizeof other);
	return same;
}

bool secret_fresh(char out[SECRET_HEX + 1], struct err *e)
{
	unsigned char bytes[SECRET_HEX / 2];
	size_t n = 0;

	while (n < sizeof bytes) {
		ssize_t got = getrandom(bytes + n, sizeof bytes - n, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return fail(e, ERR_STORE, "getrandom: %s", strerror(errno));
		n += (size_t)got;
	}
	to_hex(bytes, sizeof bytes, out);
	OPENSSL_cleanse(bytes, sizeof bytes);
	return true;
}

void secret_no_core(void)
{
	const struct rlimit none = { 0 };

	setrlimit(RLIMIT_CORE, &none);	/* lowering it never fails */
}

void secret_wipe(void *p, size_t len)
{
	OPENSSL_cleanse(p, len);
}
