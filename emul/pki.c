#include "emul/pki.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include "lib/certs_make.h"
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

/* Each certificate. A name that begins with "pin:" is the one that Efí's profile pins for that environment. */
static const struct wish {
	const char *cn;
	enum certs_kind kind;
	enum who by;		/* stands above it in this table; itself: self-signed */
	bool expired;
} wishes[WHOS] = {
	[ROOT]               = { "pixgate emulator root CA", CERTS_ROOT, ROOT, false },
	[PRODUCTION]         = { "pin:production", CERTS_INTERMEDIATE, ROOT, false },
	[SANDBOX]            = { "pin:sandbox", CERTS_INTERMEDIATE, ROOT, false },
	[SIBLING]            = { "sibling.emul.pixgate.example", CERTS_INTERMEDIATE, ROOT, false },
	[CALLER_PRODUCTION]  = { "caller.emul.pixgate.example", CERTS_CLIENT, PRODUCTION, false },
	[CALLER_SANDBOX]     = { "caller.emul.pixgate.example", CERTS_CLIENT, SANDBOX, false },
	[CALLER_SIBLING]     = { "caller.emul.pixgate.example", CERTS_CLIENT, SIBLING, false },
	[CALLER_SELF]        = { "pin:production", CERTS_CLIENT, CALLER_SELF, false },
	[CALLER_EXPIRED]     = { "caller.emul.pixgate.example", CERTS_CLIENT, PRODUCTION, true },
	[API_CA]             = { "pixgate emulator API CA", CERTS_ROOT, API_CA, false },
	[API]                = { "localhost", CERTS_SERVER, API_CA, false },
	[CLIENTS_PRODUCTION] = { PKI_CLIENT_CN_PRODUCTION, CERTS_ROOT, CLIENTS_PRODUCTION, false },
	[CLIENTS_SANDBOX]    = { PKI_CLIENT_CN_SANDBOX, CERTS_ROOT, CLIENTS_SANDBOX, false },
	[CLIENT_PRODUCTION]  = { "100001", CERTS_CLIENT, CLIENTS_PRODUCTION, false },
	[CLIENT_SANDBOX]     = { "100001", CERTS_CLIENT, CLIENTS_SANDBOX, false },
	[CLIENT_EXPIRED]     = { "100001", CERTS_CLIENT, CLIENTS_PRODUCTION, true },
	[CLIENT_STRANGER]    = { PKI_CLIENT_CN_PRODUCTION, CERTS_CLIENT, CLIENT_STRANGER, false },
	[SERVER_CA]          = { "pixgate emulator CA of the merchant's server", CERTS_ROOT, SERVER_CA, false },
	[SERVER]             = { "localhost", CERTS_SERVER, SERVER_CA, false },
	[RENEWED]            = { "localhost", CERTS_SERVER, SERVER_CA, false },
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

/* The common name; "pin:ENVIRONMENT" is looked up in the profile, so that the two never part. NULL: it pins none. */
static const char *common_name(const char *cn)
{
	const struct psp_env *env;

	if (strncmp(cn, "pin:", 4) != 0)
		return cn;
	env = psp_env_find(&psp_efi, cn + 4);
	return env && env->pin && !strncmp(env->pin, "CN=", 3) ? env->pin + 3 : NULL;
}

static bool make(struct certs_made *all, enum who who, int64_t now, struct err *e)
{
	const struct wish *w = &wishes[who];
	const struct certs_wish wish = {
		.kind = w->kind, .country = "BR", .organization = NOBODY, .cn = common_name(w->cn),
		.names = w->kind == CERTS_SERVER ? "DNS:localhost,IP:127.0.0.1,IP:::1" : NULL, .by = w->by == who ? NULL : &all[w->by],
		.from = w->expired ? now - 2LL * YEAR : now - HOUR, .until = w->expired ? now - YEAR : now + YEAR
	};

	return wish.cn && certs_make(&wish, &all[who], e);
}

/* As Efí gives it out: the password is empty. */
static bool put_p12(struct buf *out, const struct certs_made *made, const char *name)
{
	BIO *cert = BIO_new_mem_buf(made->cert, -1), *key = BIO_new_mem_buf(made->key, -1), *bio = BIO_new(BIO_s_secmem());	/* wiped when it is freed */
	X509 *x = cert ? PEM_read_bio_X509(cert, NULL, NULL, NULL) : NULL;
	EVP_PKEY *k = key ? PEM_read_bio_PrivateKey(key, NULL, NULL, NULL) : NULL;
	PKCS12 *p12 = x && k ? PKCS12_create("", name, k, x, NULL, 0, 0, 0, 0, 0) : NULL;
	char *data = NULL;
	long n = p12 && bio && i2d_PKCS12_bio(bio, p12) == 1 ? BIO_get_mem_data(bio, &data) : 0;
	bool ok = n > 0 && buf_add(out, data, (size_t)n);

	PKCS12_free(p12);
	EVP_PKEY_free(k);
	X509_free(x);
	BIO_free(bio);
	BIO_free(key);
	BIO_free(cert);
	return ok;
}

static bool put(struct pki_file *file, const struct certs_made *all, const struct form *f)
{
	size_t len = strlen(f->name);

	*file = (struct pki_file){ .name = f->name, .bytes = BUF(LIMIT_CA_FILE) };
	if (!strcmp(f->name + len - 4, ".p12"))
		return put_p12(&file->bytes, &all[f->first], wishes[f->first].cn);
	return (f->first == NONE || buf_puts(&file->bytes, all[f->first].cert)) && (f->second == NONE || buf_puts(&file->bytes, all[f->second].cert)) &&
	       (f->key == NONE || buf_puts(&file->bytes, all[f->key].key));
}

bool pki_build(int64_t now, struct pki_files *files, struct err *e)
{
	struct certs_made all[WHOS] = { 0 };
	struct err why = { 0 };
	bool ok = false;

	*files = (struct pki_files){ 0 };
	for (int i = 0; i < WHOS; i++)
		if (!make(all, (enum who)i, now, &why)) {
			fail(e, ERR_STORE, "the certificate of \"%s\" could not be made: %.200s", wishes[i].cn, why.text);
			goto out;
		}
	for (int i = 0; i < FORMS; i++) {
		files->count = (size_t)i + 1;
		if (!put(&files->item[i], all, &forms[i])) {
			fail(e, ERR_STORE, "%s could not be made", forms[i].name);
			goto out;
		}
	}
	ok = true;
out:
	for (int i = 0; i < WHOS; i++)
		certs_made_free(&all[i]);
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
