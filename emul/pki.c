#include "emul/pki.h"

#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "lib/limits.h"
#include "pix/psp.h"

#define NOBODY "pixgate emulator (trusted by nobody)"
#define HOUR 3600
#define YEAR (365 * 24 * HOUR)

enum who {
	ROOT, PRODUCTION, SANDBOX, SIBLING, CALLER_PRODUCTION, CALLER_SANDBOX, CALLER_SIBLING, CALLER_SELF, CALLER_EXPIRED,
	API_CA, API, CLIENTS_PRODUCTION, CLIENTS_SANDBOX, CLIENT_PRODUCTION, CLIENT_SANDBOX, CLIENT_EXPIRED, CLIENT_STRANGER,
	SERVER_CA, SERVER, RENEWED, WHOS,
	NONE = -1
};

/* What is for what. Efí's CAs sign with digitalSignature besides, critical, and have no extended use. */
struct kind {
	const char *constraints, *usage, *extended, *names;
};
static const struct kind root = { "critical,CA:TRUE", "critical,digitalSignature,keyCertSign,cRLSign", NULL, NULL };
static const struct kind inter = { "critical,CA:TRUE,pathlen:0", "critical,digitalSignature,keyCertSign,cRLSign", NULL, NULL };
static const struct kind client = { "critical,CA:FALSE", "critical,digitalSignature", "clientAuth", NULL };
static const struct kind server = { "critical,CA:FALSE", "critical,digitalSignature", "serverAuth", "DNS:localhost,IP:127.0.0.1,IP:::1" };

/* Each certificate. A name that begins with "pin:" is the one that Efí's profile pins for that environment. */
static const struct wish {
	const char *cn;
	const struct kind *kind;
	enum who by;		/* stands above it in this table; itself: self-signed */
	bool expired;
} wishes[WHOS] = {
	[ROOT]               = { "pixgate emulator root CA", &root, ROOT, false },
	[PRODUCTION]         = { "pin:production", &inter, ROOT, false },
	[SANDBOX]            = { "pin:sandbox", &inter, ROOT, false },
	[SIBLING]            = { "sibling.emul.pixgate.example", &inter, ROOT, false },
	[CALLER_PRODUCTION]  = { "caller.emul.pixgate.example", &client, PRODUCTION, false },
	[CALLER_SANDBOX]     = { "caller.emul.pixgate.example", &client, SANDBOX, false },
	[CALLER_SIBLING]     = { "caller.emul.pixgate.example", &client, SIBLING, false },
	[CALLER_SELF]        = { "pin:production", &client, CALLER_SELF, false },
	[CALLER_EXPIRED]     = { "caller.emul.pixgate.example", &client, PRODUCTION, true },
	[API_CA]             = { "pixgate emulator API CA", &root, API_CA, false },
	[API]                = { "localhost", &server, API_CA, false },
	[CLIENTS_PRODUCTION] = { PKI_CLIENT_CN_PRODUCTION, &root, CLIENTS_PRODUCTION, false },
	[CLIENTS_SANDBOX]    = { PKI_CLIENT_CN_SANDBOX, &root, CLIENTS_SANDBOX, false },
	[CLIENT_PRODUCTION]  = { "100001", &client, CLIENTS_PRODUCTION, false },
	[CLIENT_SANDBOX]     = { "100001", &client, CLIENTS_SANDBOX, false },
	[CLIENT_EXPIRED]     = { "100001", &client, CLIENTS_PRODUCTION, true },
	[CLIENT_STRANGER]    = { PKI_CLIENT_CN_PRODUCTION, &client, CLIENT_STRANGER, false },
	[SERVER_CA]          = { "pixgate emulator CA of the merchant's server", &root, SERVER_CA, false },
	[SERVER]             = { "localhost", &server, SERVER_CA, false },
	[RENEWED]            = { "localhost", &server, SERVER_CA, false },
};

/* Each file: certificates in this order, then a key; or a .p12 of the first certificate and the key. */
static const struct form {
	const char *name;
	enum who first, second, key;
} forms[] = {
	{ PKI_CHAIN_PRODUCTION, PRODUCTION, ROOT, NONE },
	{ PKI_CHAIN_SANDBOX, SANDBOX, ROOT, NONE },
	{ PKI_CALLER_PRODUCTION, CALLER_PRODUCTION, PRODUCTION, CALLER_PRODUCTION },
	{ PKI_CALLER_SANDBOX, CALLER_SANDBOX, SANDBOX, CALLER_SANDBOX },
	{ PKI_CALLER_SIBLING, CALLER_SIBLING, SIBLING, CALLER_SIBLING },
	{ PKI_CALLER_SELF, CALLER_SELF, NONE, CALLER_SELF },
	{ PKI_CALLER_EXPIRED, CALLER_EXPIRED, PRODUCTION, CALLER_EXPIRED },
	{ PKI_API_CA, API_CA, NONE, NONE },
	{ PKI_API_CERT, API, NONE, NONE },
	{ PKI_API_KEY, NONE, NONE, API },
	{ PKI_CLIENT_CA, CLIENTS_PRODUCTION, CLIENTS_SANDBOX, NONE },
	{ PKI_CLIENT_PRODUCTION, CLIENT_PRODUCTION, NONE, CLIENT_PRODUCTION },
	{ "client-production.p12", CLIENT_PRODUCTION, NONE, CLIENT_PRODUCTION },
	{ PKI_CLIENT_SANDBOX, CLIENT_SANDBOX, NONE, CLIENT_SANDBOX },
	{ "client-sandbox.p12", CLIENT_SANDBOX, NONE, CLIENT_SANDBOX },
	{ PKI_CLIENT_EXPIRED, CLIENT_EXPIRED, NONE, CLIENT_EXPIRED },
	{ "client-expired.p12", CLIENT_EXPIRED, NONE, CLIENT_EXPIRED },
	{ PKI_CLIENT_STRANGER, CLIENT_STRANGER, NONE, CLIENT_STRANGER },
	{ "client-stranger.p12", CLIENT_STRANGER, NONE, CLIENT_STRANGER },
	{ PKI_SERVER_CA, SERVER_CA, NONE, NONE },
	{ PKI_SERVER_CERT, SERVER, SERVER_CA, NONE },
	{ PKI_SERVER_KEY, NONE, NONE, SERVER },
	{ PKI_RENEWED_CERT, RENEWED, SERVER_CA, NONE },
	{ PKI_RENEWED_KEY, NONE, NONE, RENEWED },
};

enum { FORMS = sizeof forms / sizeof forms[0] };
_Static_assert(FORMS <= PKI_FILES, "room for every file");

struct made {
	X509 *cert[WHOS];
	EVP_PKEY *key[WHOS];
};

/* The common name; "pin:ENVIRONMENT" is looked up in the profile, so that the two never part. NULL: it pins none. */
static const char *common_name(const char *cn)
{
	const struct psp_env *env;

	if (strncmp(cn, "pin:", 4) != 0)
		return cn;
	env = psp_env_find(&psp_efi, cn + 4);
	return env && env->pin && !strncmp(env->pin, "CN=", 3) ? env->pin + 3 : NULL;
}

static bool add_name(X509_NAME *name, int nid, const char *text)
{
	return text && X509_NAME_add_entry_by_NID(name, nid, MBSTRING_UTF8, (const unsigned char *)text, -1, -1, 0) == 1;
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

static bool sign(struct made *m, enum who who, int64_t now)
{
	const struct wish *w = &wishes[who];
	const struct kind *k = w->kind;
	int64_t from = w->expired ? now - 2LL * YEAR : now - HOUR, to = w->expired ? now - YEAR : now + YEAR;
	X509 *x = m->cert[who] = X509_new(), *issuer;
	X509_NAME *name;

	m->key[who] = EVP_EC_gen("P-256");
	if (!x || !m->key[who])
		return false;
	issuer = m->cert[w->by];
	name = X509_get_subject_name(x);
	return X509_set_version(x, X509_VERSION_3) == 1 && number(x) &&
	       ASN1_TIME_set(X509_getm_notBefore(x), (time_t)from) && ASN1_TIME_set(X509_getm_notAfter(x), (time_t)to) &&
	       add_name(name, NID_countryName, "BR") && add_name(name, NID_organizationName, NOBODY) &&
	       add_name(name, NID_commonName, common_name(w->cn)) &&
	       X509_set_issuer_name(x, X509_get_subject_name(issuer)) == 1 && X509_set_pubkey(x, m->key[who]) == 1 &&
	       extend(x, issuer, NID_basic_constraints, k->constraints) && extend(x, issuer, NID_key_usage, k->usage) &&
	       extend(x, issuer, NID_ext_key_usage, k->extended) && extend(x, issuer, NID_subject_alt_name, k->names) &&
	       extend(x, issuer, NID_subject_key_identifier, "hash") &&
	       (issuer == x || extend(x, issuer, NID_authority_key_identifier, "keyid:always")) &&
	       X509_sign(x, m->key[w->by], EVP_sha256()) > 0;
}

static bool write_pem(BIO *bio, const struct made *m, const struct form *f)
{
	return (f->first == NONE || PEM_write_bio_X509(bio, m->cert[f->first]) == 1) &&
	       (f->second == NONE || PEM_write_bio_X509(bio, m->cert[f->second]) == 1) &&
	       (f->key == NONE || PEM_write_bio_PrivateKey(bio, m->key[f->key], NULL, NULL, 0, NULL, NULL) == 1);
}

/* As Efí gives it out: the password is empty. */
static bool write_p12(BIO *bio, const struct made *m, const struct form *f)
{
	PKCS12 *p12 = PKCS12_create("", wishes[f->first].cn, m->key[f->key], m->cert[f->first], NULL, 0, 0, 0, 0, 0);
	bool ok = p12 && i2d_PKCS12_bio(bio, p12) == 1;

	PKCS12_free(p12);
	return ok;
}

static bool write_form(struct pki_file *file, const struct made *m, const struct form *f)
{
	BIO *bio = BIO_new(BIO_s_secmem());	/* wiped when it is freed */
	size_t len = strlen(f->name);
	char *data = NULL;
	long n;
	bool ok;

	*file = (struct pki_file){ .name = f->name, .bytes = BUF(LIMIT_CA_FILE) };
	ok = bio && (!strcmp(f->name + len - 4, ".p12") ? write_p12(bio, m, f) : write_pem(bio, m, f));
	n = ok ? BIO_get_mem_data(bio, &data) : 0;
	ok = ok && n > 0 && buf_add(&file->bytes, data, (size_t)n);
	BIO_free(bio);
	return ok;
}

static void made_free(struct made *m)
{
	for (int i = 0; i < WHOS; i++) {
		X509_free(m->cert[i]);
		EVP_PKEY_free(m->key[i]);
	}
}

bool pki_build(int64_t now, struct pki_files *files, struct err *e)
{
	struct made m = { 0 };
	bool ok = false;

	*files = (struct pki_files){ 0 };
	for (int i = 0; i < WHOS; i++)
		if (!sign(&m, (enum who)i, now)) {
			fail(e, ERR_STORE, "the certificate of \"%s\" could not be made", wishes[i].cn);
			goto out;
		}
	for (int i = 0; i < FORMS; i++) {
		files->count = (size_t)i + 1;
		if (!write_form(&files->item[i], &m, &forms[i])) {
			fail(e, ERR_STORE, "%s could not be made", forms[i].name);
			goto out;
		}
	}
	ok = true;
out:
	made_free(&m);
	if (!ok)
		pki_files_free(files);
	return ok;
}

void pki_files_free(struct pki_files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		struct buf *b = &files->item[i].bytes;

		if (b->data)
			OPENSSL_cleanse(b->data, b->cap);
		buf_free(b);
	}
	*files = (struct pki_files){ 0 };
}
