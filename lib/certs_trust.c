/* Whether what a server sent is trusted, as a client without any knowledge of its own would see it. */
#include "lib/certs.h"

#include <stdio.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "lib/text.h"

static X509 *parse(const struct cert *c)
{
	BIO *bio = BIO_new_mem_buf(c->pem, -1);
	X509 *x = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;

	BIO_free(bio);
	return x;
}

/* The leaf's own dates are another question than whom it chains to. */
static int dates_aside(int ok, X509_STORE_CTX *c)
{
	int why = X509_STORE_CTX_get_error(c);

	return ok || (X509_STORE_CTX_get_error_depth(c) == 0 && (why == X509_V_ERR_CERT_HAS_EXPIRED || why == X509_V_ERR_CERT_NOT_YET_VALID));
}

static const char *called(const char *cn, const char *name)
{
	return *cn ? cn : name;
}

/* In words: what is missing is the last of the chain's own issuer. */
static void say(int why, int depth, const struct cert_list *sent, char *out, size_t size)
{
	const struct cert *leaf = &sent->item[0], *at = &sent->item[depth > 0 && (size_t)depth < sent->count ? depth : 0];
	bool alone = sent->count == 1;

	switch (why) {
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
		snprintf(out, size, "it is self-signed");
		break;
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
		snprintf(out, size, "unknown CA: the root \"%.60s\" is not among the trusted", called(sent->item[sent->count - 1].subject_cn, sent->item[sent->count - 1].subject));
		break;
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		if (alone)
			snprintf(out, size, "intermediate missing: it was sent alone, and its issuer \"%.60s\" is not among the trusted", called(leaf->issuer_cn, leaf->issuer));
		else
			snprintf(out, size, "issuer missing or unknown: \"%.60s\" was not sent and is not among the trusted", called(at->issuer_cn, at->issuer));
		break;
	case X509_V_ERR_CERT_HAS_EXPIRED:
		snprintf(out, size, "\"%.60s\" of its chain has expired", called(at->subject_cn, at->subject));
		break;
	default:
		snprintf(out, size, "%s", X509_verify_cert_error_string(why));
	}
	text_tame(out, strlen(out));
}

bool certs_trusted(const struct cert_list *sent, const char *cacert, int64_t now, char *why, size_t size)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	STACK_OF(X509) *others = sk_X509_new_null();
	X509 *leaf = sent->count ? parse(&sent->item[0]) : NULL, *x;
	X509_VERIFY_PARAM *param;
	bool ok = false;

	snprintf(why, size, "no certificate was sent");
	if (!leaf)
		goto out;
	snprintf(why, size, "%s", "the trusted CAs cannot be read");
	if (!store || !ctx || !others || (cacert ? X509_STORE_load_file(store, cacert) : X509_STORE_set_default_paths(store)) != 1)
		goto out;
	for (size_t i = 1; i < sent->count; i++) {
		x = parse(&sent->item[i]);
		if (x && !sk_X509_push(others, x))
			X509_free(x);
	}
	if (X509_STORE_CTX_init(ctx, store, leaf, others) != 1)
		goto out;
	param = X509_STORE_CTX_get0_param(ctx);
	X509_VERIFY_PARAM_set_time(param, (time_t)now);
	X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_SSL_SERVER);
	if (cacert)
		X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);	/* the user says whom to trust, be it no root */
	X509_STORE_CTX_set_verify_cb(ctx, dates_aside);
	ok = X509_verify_cert(ctx) == 1;
	if (ok)
		*why = '\0';
	else
		say(X509_STORE_CTX_get_error(ctx), X509_STORE_CTX_get_error_depth(ctx), sent, why, size);
out:
	sk_X509_pop_free(others, X509_free);
	X509_free(leaf);
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	ERR_clear_error();
	return ok;
}
