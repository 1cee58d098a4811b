#include "lib/x509.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "lib/buf.h"
#include "lib/file.h"
#include "lib/limits.h"
#include "lib/mem.h"
#include "lib/secret.h"
#include "lib/text.h"

struct x509_trust {
	X509_STORE *store;
};

static bool self_issued(const X509 *x)
{
	return !X509_NAME_cmp(X509_get_subject_name(x), X509_get_issuer_name(x));
}

/* Every certificate of the bundle; NULL where a block is broken. */
static STACK_OF(X509) *bundle(const char *text, size_t len, const char *path, struct err *e)
{
	STACK_OF(X509) *all = sk_X509_new_null();
	BIO *bio = BIO_new_mem_buf(text, (int)len);
	unsigned long why;
	X509 *x;

	if (!all || !bio) {
		fail(e, ERR_STORE, "%s: OpenSSL has no memory", path);
		goto bad;
	}
	while ((x = PEM_read_bio_X509(bio, NULL, NULL, NULL))) {
		if (!sk_X509_push(all, x)) {
			X509_free(x);
			fail(e, ERR_STORE, "%s: OpenSSL has no memory", path);
			goto bad;
		}
	}
	why = ERR_peek_last_error();
	if (ERR_GET_LIB(why) != ERR_LIB_PEM || ERR_GET_REASON(why) != PEM_R_NO_START_LINE) {
		const char *reason = ERR_reason_error_string(why);

		fail(e, ERR_CONFIG, "%s: certificate %d of the file is broken (%s)", path, sk_X509_num(all) + 1, reason ? reason : "no reason given");
		goto bad;
	}
	goto out;
bad:
	sk_X509_pop_free(all, X509_free);
	all = NULL;
out:
	ERR_clear_error();
	BIO_free(bio);
	return all;
}

struct x509_trust *x509_trust_load(const char *path, struct err *e)
{
	static const char bom[] = "\xef\xbb\xbf";	/* hides the first certificate from an OpenSSL that does not skip it */
	STACK_OF(X509) *all = NULL;
	struct x509_trust *t = NULL;
	X509_STORE *store = NULL;
	bool intermediates = false;
	struct buf text = BUF(LIMIT_CA_FILE);
	size_t skip;

	if (!file_read(path, 0, &text, e))
		goto out;
	skip = !strncmp(buf_str(&text), bom, strlen(bom)) ? strlen(bom) : 0;
	all = bundle(buf_str(&text) + skip, text.len - skip, path, e);
	if (!all)
		goto out;
	if (!sk_X509_num(all)) {
		fail(e, ERR_CONFIG, "%s: no certificate in it (PEM is expected)", path);
		goto out;
	}
	for (int i = 0; i < sk_X509_num(all); i++)
		intermediates |= !self_issued(sk_X509_value(all, i));
	store = X509_STORE_new();
	for (int i = 0; i < sk_X509_num(all); i++) {
		X509 *x = sk_X509_value(all, i);

		if (intermediates && self_issued(x))
			continue;
		if (!store || !X509_STORE_add_cert(store, x)) {
			fail(e, ERR_STORE, "%s: OpenSSL has no memory", path);
			goto out;
		}
	}
	t = xcalloc(1, sizeof *t);
	t->store = store;
	store = NULL;
out:
	X509_STORE_free(store);
	sk_X509_pop_free(all, X509_free);
	ERR_clear_error();
	buf_free(&text);
	return t;
}

void x509_trust_free(struct x509_trust *t)
{
	if (!t)
		return;
	X509_STORE_free(t->store);
	free(t);
}

/*
 * The DER bytes of the first certificate in pem: only the letters between its first pair of lines count, so that it
 * does not matter what a server put in place of line breaks. The caller frees; NULL: there is none.
 */
static unsigned char *first_der(const char *pem, size_t len, size_t *der_len)
{
	static const char begin[] = "-----BEGIN CERTIFICATE-----", end[] = "-----END CERTIFICATE-----";
	char *plain = NULL, *from, *to;
	unsigned char *der = NULL;
	size_t n = 0;

	if (len > LIMIT_PEM)
		return NULL;
	plain = xmalloc(len + 1);
	/* '%' is in no PEM block: the whole of it is encoded or nothing is */
	if (!memchr(pem, '%', len)) {
		memcpy(plain, pem, len);
		plain[len] = '\0';
	} else if (!text_unpercent(pem, len, plain, len + 1, &len)) {
		goto out;
	}
	from = memmem(plain, len, begin, strlen(begin));
	if (!from)
		goto out;
	from += strlen(begin);
	to = memmem(from, len - (size_t)(from - plain), end, strlen(end));
	if (!to)
		goto out;
	for (char *p = from; p < to; p++)
		if (*p != '\n' && *p != '\r' && *p != '\t' && *p != ' ')
			from[n++] = *p;
	der = xmalloc(n);
	if (!n || !text_unbase64(from, n, der, n, der_len)) {
		free(der);
		der = NULL;
	}
out:
	free(plain);
	return der;
}

/* The most specific common name: the last one of the sequence. One that is too long or holds a NUL counts as none: cut
 * off, it could pass for another. */
static void common_name(X509_NAME *name, char *out, size_t size)
{
	int at = -1;
	unsigned char *utf8 = NULL;
	int len;

	out[0] = '\0';
	for (int i; (i = X509_NAME_get_index_by_NID(name, NID_commonName, at)) >= 0;)
		at = i;
	if (at < 0)
		return;
	len = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
	if (len > 0 && (size_t)len < size && !memchr(utf8, '\0', (size_t)len) && text_utf8((const char *)utf8, (size_t)len)) {
		memcpy(out, utf8, (size_t)len);
		out[len] = '\0';
	}
	OPENSSL_free(utf8);
}

/* NULL where there is no certificate in pem. */
static X509 *read_one(const char *pem, size_t len, struct x509_facts *facts)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char digest[32];
	size_t der_len = 0;
	unsigned char *der = first_der(pem, len, &der_len);
	const unsigned char *p = der;
	X509 *x;

	if (!der)
		return NULL;
	x = d2i_X509(NULL, &p, (long)der_len);
	if (x && p != der + der_len) {
		X509_free(x);
		x = NULL;
	}
	if (x) {
		common_name(X509_get_subject_name(x), facts->subject_cn, sizeof facts->subject_cn);
		common_name(X509_get_issuer_name(x), facts->issuer_cn, sizeof facts->issuer_cn);
		sha256(der, der_len, digest);
		for (size_t i = 0; i < sizeof digest; i++) {
			facts->sha256[2 * i] = digits[digest[i] >> 4];
			facts->sha256[2 * i + 1] = digits[digest[i] & 15];
		}
		facts->sha256[64] = '\0';
	}
	free(der);
	return x;
}

static const char unreadable[] = "no readable PEM certificate";

bool x509_read(const char *pem, size_t len, struct x509_facts *facts, struct err *e)
{
	struct x509_facts got;
	X509 *x = read_one(pem, len, &got);

	ERR_clear_error();
	if (!x)
		return fail(e, ERR_INPUT, "%s", unreadable);
	X509_free(x);
	*facts = got;
	return true;
}

const char *x509_judge(const struct x509_trust *t, const char *pem, size_t len, int64_t now, struct x509_facts *facts)
{
	const char *why = "OpenSSL has no memory";
	struct x509_facts got;
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	X509 *x = read_one(pem, len, &got);
	X509_VERIFY_PARAM *param;

	if (!x) {
		why = unreadable;
		goto out;
	}
	if (!ctx || !X509_STORE_CTX_init(ctx, t->store, x, NULL))
		goto out;
	param = X509_STORE_CTX_get0_param(ctx);
	X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
	X509_VERIFY_PARAM_set_time(param, (time_t)now);
	if (!X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_SSL_CLIENT))
		goto out;
	if (X509_verify_cert(ctx) != 1) {
		why = X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx));
		goto out;
	}
	*facts = got;
	why = NULL;
out:
	X509_STORE_CTX_free(ctx);
	X509_free(x);
	ERR_clear_error();
	return why;
}

enum part { PART_EITHER, PART_ISSUER, PART_SUBJECT, PART_SHA256 };

static const struct {
	const char *prefix;
	enum part part;
} pins[] = {
	{ "CN=", PART_EITHER },
	{ "issuer:CN=", PART_ISSUER },
	{ "subject:CN=", PART_SUBJECT },
	{ "sha256:", PART_SHA256 },
};

/* 64 hexadecimal digits, a colon allowed between two pairs; lower-case and without colons in out. */
static bool fingerprint(const char *s, char out[65])
{
	size_t n = 0;

	for (; *s; s++) {
		char c = *s >= 'A' && *s <= 'F' ? (char)(*s - 'A' + 'a') : *s;

		if (c == ':' && n && n % 2 == 0 && s[-1] != ':' && s[1])
			continue;
		if (n == 64 || !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return false;
		out[n++] = c;
	}
	out[n] = '\0';
	return n == 64;
}

/* What stands behind the prefix, or NULL where the pin is none. */
static const char *pin_value(const char *pin, enum part *part, char hex[65])
{
	for (size_t i = 0; i < sizeof pins / sizeof *pins; i++) {
		size_t n = strlen(pins[i].prefix);

		if (strncmp(pin, pins[i].prefix, n))
			continue;
		*part = pins[i].part;
		if (*part == PART_SHA256)
			return fingerprint(pin + n, hex) ? hex : NULL;
		return pin[n] && strlen(pin + n) < sizeof ((struct x509_facts *)0)->subject_cn ? pin + n : NULL;
	}
	return NULL;
}

bool x509_pin_ok(const char *pin, struct err *e)
{
	char hex[65];
	enum part part;

	if (pin_value(pin, &part, hex))
		return true;
	return fail(e, ERR_CONFIG, "\"%s\" is no pin: CN=NAME, issuer:CN=NAME, subject:CN=NAME or sha256: and 64 hexadecimal digits", pin);
}

bool x509_pin_matches(const char *pin, const struct x509_facts *facts)
{
	char hex[65];
	enum part part = PART_EITHER;
	const char *want = pin_value(pin, &part, hex);

	if (!want)
		return false;
	if (part == PART_SHA256)
		return !strcmp(want, facts->sha256);
	return (part != PART_SUBJECT && !strcmp(want, facts->issuer_cn)) || (part != PART_ISSUER && !strcmp(want, facts->subject_cn));
}
