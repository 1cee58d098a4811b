#include "lib/tls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "lib/text.h"
#include "lib/tls_inside.h"

bool tls_bad(struct look *l, enum tls_fail why, struct err *e, const char *text)
{
	l->seen->fail = why;
	return fail(e, ERR_NET, "%s", text);
}

static bool say_ssl(struct look *l, struct err *e)
{
	unsigned long number = ERR_peek_error();
	const char *reason = number ? ERR_reason_error_string(number) : NULL;

	if (*l->seen->alert)
		return fail(e, ERR_NET, "it refused the TLS handshake: alert \"%s\"", l->seen->alert);
	return fail(e, ERR_NET, "the TLS handshake failed: %s", reason ? reason : "no reason given");
}

static bool shaken(struct look *l, struct err *e)
{
	l->began = tls_clock();
	for (;;) {
		int rc = SSL_do_handshake(l->ssl), why = SSL_get_error(l->ssl, rc);

		if (rc != 1 && why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) {
			say_ssl(l, e);
			tls_flush(l, NULL);	/* our alert; the failure is told already */
			l->seen->fail = *l->seen->alert ? TLS_ALERT : TLS_BROKEN;
			return false;
		}
		if (!tls_flush(l, e))
			return false;
		if (rc == 1)
			return true;
		if (!tls_more(l, e))
			return false;
	}
}

static enum tls_version version_of(const SSL *ssl)
{
	switch (SSL_version(ssl)) {
	case TLS1_VERSION: return TLS_1_0;
	case TLS1_1_VERSION: return TLS_1_1;
	case TLS1_2_VERSION: return TLS_1_2;
	case TLS1_3_VERSION: return TLS_1_3;
	default: return TLS_OTHER;
	}
}

static void tell_alpn(struct look *l)
{
	const unsigned char *name;
	unsigned len;

	SSL_get0_alpn_selected(l->ssl, &name, &len);
	if (len > sizeof l->seen->alpn - 1)
		len = sizeof l->seen->alpn - 1;
	if (len)
		memcpy(l->seen->alpn, name, len);
	l->seen->alpn[len] = '\0';
	text_tame(l->seen->alpn, len);
}

static bool told(struct look *l, struct err *e)
{
	STACK_OF(X509) *sent = SSL_get_peer_cert_chain(l->ssl);
	BIO *text = BIO_new(BIO_s_mem());
	int n = sk_X509_num(sent);
	char *bytes = NULL;
	bool ok = text && n > 0;
	long len = 0;

	l->seen->version = version_of(l->ssl);
	l->seen->resumed = SSL_session_reused(l->ssl);
	tell_alpn(l);
	for (int i = 0; ok && i < n; i++)
		ok = PEM_write_bio_X509(text, sk_X509_value(sent, i)) == 1;
	if (ok)
		len = BIO_get_mem_data(text, &bytes);
	ok = ok && len > 0 && buf_add(&l->seen->chain, bytes, (size_t)len);
	BIO_free(text);
	/* who resumes shows none again */
	return ok || l->seen->resumed || tls_bad(l, TLS_BROKEN, e, "it showed no certificate");
}

/* With TLS 1.2 a client without a certificate is refused within the handshake, when the server has shown its own already. */
static void told_before(struct look *l)
{
	enum tls_fail how = l->seen->fail;

	told(l, NULL);
	l->seen->fail = how;
	l->seen->version = TLS_OTHER;	/* none was agreed on to the end */
}

bool tls_open(struct look *l, struct err *e)
{
	bool ok;

	*l->seen = (struct tls_seen){ .connect_ms = -1, .chain = BUF(2 * TLS_MOST) };
	l->opened = tls_clock();
	ERR_clear_error();
	ok = tls_connect(l, e) && tls_prepare(l, e) && shaken(l, e);
	if (ok) {
		l->after = true;
		l->seen->handshake_ms = (int)(tls_clock() - l->began);
		ok = told(l, e);
		l->seen->fail = ok ? TLS_AGREED : TLS_BROKEN;
	} else if (l->seen->asked) {
		told_before(l);
	}
	return ok;
}

void tls_close(struct look *l)
{
	l->seen->took_ms = (int)(tls_clock() - l->opened);
	if (l->after) {
		SSL_shutdown(l->ssl);	/* a word to go: some servers log a connection that just ends as an attack */
		tls_flush(l, NULL);
	}
	SSL_SESSION_free(l->session);
	SSL_free(l->ssl);
	SSL_CTX_free(l->ctx);
	if (l->fd >= 0)
		close(l->fd);
	ERR_clear_error();
}

bool tls_look(const struct tls_request *r, struct tls_seen *seen, struct err *e)
{
	struct look l = { .r = r, .seen = seen, .fd = -1, .until = tls_clock() + r->timeout_ms, .most = TLS_MOST };
	bool ok = tls_open(&l, e);
	enum tls_fail how = seen->fail;

	tls_close(&l);
	seen->fail = how;	/* whether the last word got there is no matter */
	return ok;
}

void tls_seen_free(struct tls_seen *seen)
{
	for (int i = 0; i < TLS_NAMES; i++) {
		free(seen->names[i]);
		seen->names[i] = NULL;
	}
	buf_free(&seen->chain);
}
