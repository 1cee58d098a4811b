/* Certificates made for a test: a root, what it signed, and strangers. */
#ifndef TESTS_UNIT_PKI_H
#define TESTS_UNIT_PKI_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

struct pki {
	X509 *x;
	EVP_PKEY *key;
};

struct pki_wish {
	const char *cn, *cn2;		/* NULL: none */
	const char *eku;		/* NULL: none */
	const char *usage;		/* NULL: none */
	const char *san;		/* NULL: none */
	bool ca, rsa;
	int64_t from, to;		/* seconds since 1970 */
	int cn_len;			/* of cn where it holds a NUL; 0: to its end */
};

static inline void pki_extension(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *ext = value ? X509V3_EXT_conf_nid(NULL, NULL, nid, value) : NULL;

	if (ext)
		X509_add_ext(x, ext, -1);
	X509_EXTENSION_free(ext);
}

/* by NULL: self-signed. The caller frees with pki_free. */
static inline struct pki pki_make(const struct pki *by, const struct pki_wish *w)
{
	static long serial;
	struct pki p = { .x = X509_new(), .key = w->rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256") };
	X509_NAME *name = X509_get_subject_name(p.x);
	const char *const cns[] = { w->cn, w->cn2 };

	X509_set_version(p.x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(p.x), ++serial);
	ASN1_TIME_set(X509_getm_notBefore(p.x), (time_t)w->from);
	ASN1_TIME_set(X509_getm_notAfter(p.x), (time_t)w->to);
	X509_NAME_add_entry_by_txt(name, "C", MBSTRING_ASC, (const unsigned char *)"BR", -1, -1, 0);
	X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, (const unsigned char *)"Lab de Institui\xc3\xa7\xc3\xa3o", -1, -1, 0);
	for (int i = 0; i < 2; i++)
		if (cns[i])
			X509_NAME_add_entry_by_NID(name, NID_commonName, V_ASN1_UTF8STRING, (const unsigned char *)cns[i], i || !w->cn_len ? -1 : w->cn_len, -1, 0);
	X509_set_issuer_name(p.x, by ? X509_get_subject_name(by->x) : name);
	X509_set_pubkey(p.x, p.key);
	pki_extension(p.x, NID_basic_constraints, w->ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
	pki_extension(p.x, NID_key_usage, w->usage);
	pki_extension(p.x, NID_ext_key_usage, w->eku);
	pki_extension(p.x, NID_subject_alt_name, w->san);
	if (!X509_sign(p.x, by ? by->key : p.key, EVP_sha256()))
		abort();
	return p;
}

static inline void pki_free(struct pki *p)
{
	X509_free(p->x);
	EVP_PKEY_free(p->key);
	memset(p, 0, sizeof *p);
}

/* The caller frees. */
static inline char *pki_pem(const struct pki *p)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *data, *text;
	long len;

	if (!PEM_write_bio_X509(bio, p->x))
		abort();
	len = BIO_get_mem_data(bio, &data);
	text = calloc(1, (size_t)len + 1);
	if (!text)
		abort();
	memcpy(text, data, (size_t)len);
	BIO_free(bio);
	return text;
}

#endif
