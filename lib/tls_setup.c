/* What a look offers and shows: versions, ciphers, name, protocols, certificate, session. And what it notes when it is asked for one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/pem.h>

#include "lib/mem.h"
#include "lib/text.h"
#include "lib/tls_inside.h"

enum { NAME_MOST = 300 };	/* bytes of a CA's name that are kept */

static const int numbers[TLS_VERSIONS] = {
	[TLS_1_0] = TLS1_VERSION, [TLS_1_1] = TLS1_1_VERSION, [TLS_1_2] = TLS1_2_VERSION, [TLS_1_3] = TLS1_3_VERSION
};

/* Names that this OpenSSL may lack (RFC 8446 §6, RFC 7301 §3.2). */
static const struct { int alert; const char *name; } newer[] = {
	{ 109, "missing extension" }, { 116, "certificate required" }, { 120, "no application protocol" }
};

static void name_alert(char *out, size_t size, int what)
{
	const char *name = SSL_alert_desc_string_long(what);

	for (size_t i = 0; i < sizeof newer / sizeof newer[0]; i++)
		if (newer[i].alert == (what & 0xff))
			name = newer[i].name;
	if (strcmp(name, "unknown") == 0)
		snprintf(out, size, "number %d", what & 0xff);
	else
		snprintf(out, size, "%s", name);
}

/* The last fatal alert of the other side. In TLS 1.3 all are, whatever level they claim, but for two (RFC 8446 §6). */
static void seen_state(const SSL *ssl, int where, int what)
{
	struct look *l = SSL_get_app_data(ssl);
	bool fatal = what >> 8 == SSL3_AL_FATAL ||
		     (SSL_version(ssl) == TLS1_3_VERSION && (what & 0xff) != SSL_AD_CLOSE_NOTIFY && (what & 0xff) != SSL_AD_USER_CANCELLED);

	if ((where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT && fatal)
		name_alert(l->seen->alert, sizeof l->seen->alert, what);
}

/* RFC 2253 as lib/certs.h has it, so that the two can be compared. The caller frees. */
static char *name_text(const X509_NAME *name)
{
	static const unsigned long ways[] = { XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB, XN_FLAG_RFC2253 };
	char *bytes, *text = NULL;

	for (size_t i = 0; !text && i < 2; i++) {
		BIO *bio = BIO_new(BIO_s_mem());
		long len = bio && X509_NAME_print_ex(bio, name, 0, ways[i]) >= 0 ? BIO_get_mem_data(bio, &bytes) : 0;

		if (len > 0 && (i || text_utf8(bytes, (size_t)len))) {
			if (len > NAME_MOST)
				for (len = NAME_MOST; len && (bytes[len] & 0xc0) == 0x80; len--)
					;	/* not in the middle of a letter */
			text = xstrndup(bytes, (size_t)len);
		}
		BIO_free(bio);
	}
	if (!text)
		text = xstrdup("");
	text_tame(text, strlen(text));
	return text;
}

/* OpenSSL calls it where a client certificate is asked for, in every version, before it shows what it has. */
static int on_asked(SSL *ssl, void *arg)
{
	const STACK_OF(X509_NAME) *names = SSL_get0_peer_CA_list(ssl);
	struct look *l = arg;
	int n = sk_X509_NAME_num(names);

	if (l->seen->asked)
		return 1;	/* again: the first list stays */
	l->seen->asked = true;
	l->seen->name_count = n < 0 ? 0 : n;
	for (int i = 0; i < n && i < TLS_NAMES; i++)
		l->seen->names[i] = name_text(sk_X509_NAME_value(names, i));
	return 1;
}

/* The last one stays: a TLS 1.3 server gives several, each good for one time. */
static int on_session(SSL *ssl, SSL_SESSION *session)
{
	struct look *l = SSL_get_app_data(ssl);

	if (!SSL_SESSION_is_resumable(session))
		return 0;
	SSL_SESSION_free(l->session);
	l->session = session;
	return 1;	/* it is ours */
}

/* "h2,http/1.1" as the wire has it: each with its length ahead (RFC 7301 §3.1). */
static bool offer(SSL *ssl, const char *alpn)
{
	unsigned char wire[256];
	size_t at = 0;

	for (const char *p = alpn; *p;) {
		size_t len = strcspn(p, ",");

		if (!len || len > 255 || at + 1 + len > sizeof wire)
			return false;
		wire[at] = (unsigned char)len;
		memcpy(wire + at + 1, p, len);
		at += 1 + len;
		p += len + (p[len] == ',');
	}
	return SSL_set_alpn_protos(ssl, wire, (unsigned)at) == 0;	/* 0 is good here */
}

/* Our certificate is sent with what the text has besides, in its order, and nothing else. */
static bool show(SSL *ssl, const char *identity)
{
	BIO *bio = BIO_new_mem_buf(identity, -1), *again = BIO_new_mem_buf(identity, -1);
	EVP_PKEY *key = again ? PEM_read_bio_PrivateKey(again, NULL, NULL, (void *)"") : NULL;	/* "": else the terminal is asked for a password */
	bool ok = bio && key;
	X509 *x;

	for (int i = 0; ok && (x = PEM_read_bio_X509(bio, NULL, NULL, (void *)"")); i++) {
		ok = i ? SSL_add1_chain_cert(ssl, x) == 1 : SSL_use_certificate(ssl, x) == 1;
		X509_free(x);
	}
	ok = ok && SSL_use_PrivateKey(ssl, key) == 1 && SSL_check_private_key(ssl) == 1;
	SSL_set_mode(ssl, SSL_MODE_NO_AUTO_CHAIN);
	EVP_PKEY_free(key);
	BIO_free(again);
	BIO_free(bio);
	return ok;
}

/* A weak server shall be seen as well: nothing is trusted here. */
static bool choose_versions(SSL *ssl, const struct tls_request *r)
{
	SSL_set_security_level(ssl, 0);
	if (r->least < TLS_1_2) {
		SSL_clear_options(ssl, SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1);	/* the system's configuration may have them */
		SSL_set_options(ssl, SSL_OP_LEGACY_SERVER_CONNECT);
		if (!SSL_set_cipher_list(ssl, "ALL:!aNULL:!eNULL:@SECLEVEL=0"))
			return false;
	}
	return SSL_set_min_proto_version(ssl, numbers[r->least]) && SSL_set_max_proto_version(ssl, numbers[r->most]);
}

bool tls_prepare(struct look *l, struct err *e)
{
	const struct tls_request *r = l->r;
	struct ip ip;

	l->ctx = SSL_CTX_new(TLS_client_method());
	l->ssl = l->ctx ? SSL_new(l->ctx) : NULL;
	l->in = BIO_new(BIO_s_mem());
	l->out = BIO_new(BIO_s_mem());
	if (!l->ssl || !l->in || !l->out) {
		BIO_free(l->in);
		BIO_free(l->out);
		return tls_bad(l, TLS_BROKEN, e, "OpenSSL has no memory");
	}
	SSL_set_bio(l->ssl, l->in, l->out);
	SSL_set_app_data(l->ssl, l);
	SSL_set_info_callback(l->ssl, seen_state);
	SSL_set_cert_cb(l->ssl, on_asked, l);
	SSL_CTX_set_session_cache_mode(l->ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(l->ctx, on_session);
	SSL_set_verify(l->ssl, SSL_VERIFY_NONE, NULL);
	SSL_set_connect_state(l->ssl);
	if (!choose_versions(l->ssl, r))
		return tls_bad(l, TLS_BROKEN, e, "this OpenSSL does not speak that version of TLS");
	if (r->name && !ip_parse(r->name, strlen(r->name), &ip) && !SSL_set_tlsext_host_name(l->ssl, r->name))
		return tls_bad(l, TLS_BROKEN, e, "OpenSSL does not take the host's name");
	if (r->alpn && !offer(l->ssl, r->alpn))
		return tls_bad(l, TLS_BROKEN, e, "OpenSSL does not take the protocols to offer");
	if (r->resume && SSL_set_session(l->ssl, r->resume->is) != 1)
		return tls_bad(l, TLS_BROKEN, e, "OpenSSL does not take the session of before");
	if (r->identity && !show(l->ssl, r->identity)) {
		l->seen->fail = TLS_BROKEN;
		return fail(e, ERR_CONFIG, "the client certificate cannot be used: PEM is expected, the certificate and its chain, then its key");
	}
	return true;
}
