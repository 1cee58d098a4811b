#include "lib/certs_make.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "lib/mem.h"
#include "lib/secret.h"

/* What is for what. Efí's CAs sign with digitalSignature besides, critical, and have no extended use. */
static const struct {
	const char *constraints, *usage, *extended;
} kinds[] = {
	[CERTS_ROOT]         = { "critical,CA:TRUE", "critical,digitalSignature,keyCertSign,cRLSign", NULL },
	[CERTS_INTERMEDIATE] = { "critical,CA:TRUE,pathlen:0", "critical,digitalSignature,keyCertSign,cRLSign", NULL },
	[CERTS_CLIENT]       = { "critical,CA:FALSE", "critical,digitalSignature", "clientAuth" },
	[CERTS_SERVER]       = { "critical,CA:FALSE", "critical,digitalSignature", "serverAuth" },
};

static bool add_name(X509_NAME *name, int nid, const char *text)
{
	return !text || X509_NAME_add_entry_by_NID(name, nid, MBSTRING_UTF8, (const unsigned char *)text, -1, -1, 0) == 1;
}

static bool extend(X509 *x, X509 *issuer, int nid, const char *value)
{
	X509_EXTENSION *ext;
	X509V3_CTX ctx;
	bool ok;

	if (!value)
		return true;
	X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	ok = ext && X509_add_ext(x, ext, -1) == 1;
	X509_EXTENSION_free(ext);
	return ok;
}

/* Never twice the same, as a renewed certificate must be told from the one before it: 63 random bits (RFC 5280 §4.1.2.2). */
static bool number(X509 *x)
{
	uint64_t n;

	if (RAND_bytes((unsigned char *)&n, sizeof n) != 1)
		return false;
	n = (n >> 1) | 1;
	return ASN1_INTEGER_set_uint64(X509_get_serialNumber(x), n) == 1;
}

static X509 *read_cert(const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	X509 *x = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;

	BIO_free(bio);
	return x;
}

static EVP_PKEY *read_key(const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	/* a password of "": without one OpenSSL would ask the terminal */
	EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, (void *)"") : NULL;

	BIO_free(bio);
	return key;
}

static bool name_it(X509 *x, const struct certs_wish *w)
{
	X509_NAME *name = X509_get_subject_name(x);
	X509 *other;
	bool ok;

	if (!w->subject_of)
		return add_name(name, NID_countryName, w->country) && add_name(name, NID_organizationName, w->organization) &&
		       add_name(name, NID_commonName, w->cn);
	other = read_cert(w->subject_of);
	ok = other && X509_set_subject_name(x, X509_get_subject_name(other)) == 1;	/* OpenSSL keeps the DER form of a name that it read */
	X509_free(other);
	return ok;
}

static bool sign(X509 *x, EVP_PKEY *key, X509 *issuer, EVP_PKEY *issuer_key, const struct certs_wish *w)
{
	return X509_set_version(x, X509_VERSION_3) == 1 &&
	       ASN1_TIME_set(X509_getm_notBefore(x), (time_t)w->from) && ASN1_TIME_set(X509_getm_notAfter(x), (time_t)w->until) &&
	       X509_set_issuer_name(x, X509_get_subject_name(issuer)) == 1 && X509_set_pubkey(x, key) == 1 &&
	       extend(x, issuer, NID_basic_constraints, kinds[w->kind].constraints) && extend(x, issuer, NID_key_usage, kinds[w->kind].usage) &&
	       extend(x, issuer, NID_ext_key_usage, kinds[w->kind].extended) && extend(x, issuer, NID_subject_alt_name, w->names) &&
	       extend(x, issuer, NID_subject_key_identifier, "hash") &&
	       (issuer == x || extend(x, issuer, NID_authority_key_identifier, "keyid:always")) &&
	       X509_sign(x, issuer_key, EVP_sha256()) > 0;
}

/* What was written into bio, with what stands behind it. */
static char *text_of(BIO *bio, const char *behind)
{
	char *data, *text;
	long n = BIO_get_mem_data(bio, &data);
	size_t len = strlen(behind);

	if (n <= 0)
		return NULL;
	text = xmalloc((size_t)n + len + 1);
	memcpy(text, data, (size_t)n);
	memcpy(text + n, behind, len + 1);
	return text;
}

static bool write_out(X509 *x, EVP_PKEY *key, const struct certs_wish *w, struct certs_made *made)
{
	BIO *cert = BIO_new(BIO_s_mem()), *secret = BIO_new(BIO_s_secmem());	/* wiped when it is freed */
	/* an intermediate's chain is sent along, a root never: who does not have it does not believe it */
	const char *above = w->by && !w->by->self_signed ? w->by->chain : "";
	bool ok = cert && secret && PEM_write_bio_X509(cert, x) == 1 && PEM_write_bio_PrivateKey(secret, key, NULL, NULL, 0, NULL, NULL) == 1;

	if (ok) {
		made->cert = text_of(cert, "");
		made->chain = text_of(cert, above);
		made->key = text_of(secret, "");
		ok = made->cert && made->chain && made->key && BIO_puts(cert, above) >= 0;
		made->identity = ok ? text_of(cert, made->key) : NULL;
	}
	BIO_free(cert);
	BIO_free(secret);
	return ok && made->identity;
}

bool certs_make(const struct certs_wish *w, struct certs_made *made, struct err *e)
{
	X509 *x = X509_new(), *issuer = w->by ? read_cert(w->by->cert) : x;
	EVP_PKEY *key = EVP_EC_gen("P-256"), *issuer_key = w->by ? read_key(w->by->key) : key;
	struct certs_made new = { .self_signed = !w->by };
	bool ok = false;

	if (!x || !key || !issuer || !issuer_key || !number(x))
		fail(e, ERR_STORE, "no certificate could be made: no randomness or no memory");
	else if (!name_it(x, w))
		fail(e, ERR_INPUT, w->subject_of ? "no certificate whose name could be taken" : "a name that does not fit into a certificate");
	else if (!sign(x, key, issuer, issuer_key, w))
		fail(e, ERR_INPUT, "a time or a name that does not fit into a certificate");
	else if (!write_out(x, key, w, &new))
		fail(e, ERR_STORE, "no certificate could be written: no memory");
	else
		ok = true;
	if (ok)
		*made = new;
	else
		certs_made_free(&new);
	if (issuer != x)
		X509_free(issuer);
	if (issuer_key != key)
		EVP_PKEY_free(issuer_key);
	X509_free(x);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return ok;
}

static void drop(char *secret)
{
	if (secret)
		secret_wipe(secret, strlen(secret));
	free(secret);
}

void certs_made_free(struct certs_made *made)
{
	free(made->cert);
	free(made->chain);
	drop(made->key);
	drop(made->identity);
	*made = (struct certs_made){ 0 };
}
