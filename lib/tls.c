#include "lib/tls.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

enum { MOST = 256 * 1024 };	/* bytes that a handshake may take; OpenSSL itself stops a chain at 100 KiB */

/* One look on its way. OpenSSL reads and writes memory: the socket is ours, so that no write raises SIGPIPE and all is counted. */
struct look {
	const struct tls_request *r;
	struct tls_seen *seen;
	int fd;
	int64_t until, began;	/* of the monotonic clock, ms */
	size_t taken;
	SSL_CTX *ctx;
	SSL *ssl;
	BIO *in, *out;		/* of ssl */
};

static int64_t clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool bad(struct look *l, enum tls_fail why, struct err *e, const char *text)
{
	l->seen->fail = why;
	return fail(e, ERR_NET, "%s", text);
}

/* false at the deadline. */
static bool wait_for(const struct look *l, short events)
{
	struct pollfd p = { .fd = l->fd, .events = events };
	int64_t left;
	int n = 0;

	while (n <= 0 && (left = l->until - clock_ms()) > 0) {
		n = poll(&p, 1, (int)left);
		if (n < 0 && errno != EINTR)
			return true;	/* what is wrong the next call tells */
	}
	return n > 0;
}

static bool say_connect(struct look *l, int number, struct err *e)
{
	bool way = number != ENETUNREACH && number != EADDRNOTAVAIL && number != EAFNOSUPPORT && number != EACCES && number != EPERM;

	return bad(l, number == ETIMEDOUT ? TLS_TIMEOUT : way ? TLS_NO_CONNECTION : TLS_NO_ROUTE, e, strerror(number));
}

static bool connected(struct look *l, struct err *e)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	bool v4 = !memcmp(l->r->address.byte, mapped, sizeof mapped);
	struct sockaddr_in a4 = { .sin_family = AF_INET, .sin_port = htons((uint16_t)l->r->port) };
	struct sockaddr_in6 a6 = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)l->r->port) };
	int64_t began = clock_ms();
	int number = 0, rc;
	socklen_t size = sizeof number;

	memcpy(&a4.sin_addr, l->r->address.byte + sizeof mapped, 4);
	memcpy(&a6.sin6_addr, l->r->address.byte, 16);
	l->fd = socket(v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (l->fd < 0)
		return say_connect(l, errno, e);
	rc = v4 ? connect(l->fd, (const struct sockaddr *)&a4, sizeof a4) : connect(l->fd, (const struct sockaddr *)&a6, sizeof a6);
	if (rc && errno != EINPROGRESS && errno != EINTR)
		return say_connect(l, errno, e);
	if (rc && !wait_for(l, POLLOUT))
		return bad(l, TLS_TIMEOUT, e, "no connection in time");
	if (getsockopt(l->fd, SOL_SOCKET, SO_ERROR, &number, &size) || number)
		return say_connect(l, number ? number : errno, e);
	l->seen->connect_ms = (int)(clock_ms() - began);
	return true;
}

/* The last fatal alert of the other side. */
static void seen_state(const SSL *ssl, int where, int what)
{
	struct look *l = SSL_get_app_data(ssl);

	if ((where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT && what >> 8 == SSL3_AL_FATAL)
		snprintf(l->seen->alert, sizeof l->seen->alert, "%s", SSL_alert_desc_string_long(what));
}

static int number_of(enum tls_version v)
{
	return v == TLS_1_2 ? TLS1_2_VERSION : TLS1_3_VERSION;
}

static bool prepared(struct look *l, struct err *e)
{
	struct ip ip;

	l->ctx = SSL_CTX_new(TLS_client_method());
	l->ssl = l->ctx ? SSL_new(l->ctx) : NULL;
	l->in = BIO_new(BIO_s_mem());
	l->out = BIO_new(BIO_s_mem());
	if (!l->ssl || !l->in || !l->out) {
		BIO_free(l->in);
		BIO_free(l->out);
		return bad(l, TLS_BROKEN, e, "OpenSSL has no memory");
	}
	SSL_set_bio(l->ssl, l->in, l->out);
	SSL_set_app_data(l->ssl, l);
	SSL_set_info_callback(l->ssl, seen_state);
	SSL_set_security_level(l->ssl, 0);	/* a weak server shall be seen as well: nothing is trusted here, nothing is sent */
	SSL_set_verify(l->ssl, SSL_VERIFY_NONE, NULL);
	SSL_set_connect_state(l->ssl);
	if (!SSL_set_min_proto_version(l->ssl, number_of(l->r->least)) || !SSL_set_max_proto_version(l->ssl, number_of(l->r->most)) ||
	    (l->r->name && !ip_parse(l->r->name, strlen(l->r->name), &ip) && !SSL_set_tlsext_host_name(l->ssl, l->r->name)))
		return bad(l, TLS_BROKEN, e, "OpenSSL does not take the host's name");
	return true;
}

/* What OpenSSL wants to send. A peer that hung up may still have said why: that is read before it is judged. */
static bool flush(struct look *l, struct err *e)
{
	char *bytes;
	long len;

	while ((len = BIO_get_mem_data(l->out, &bytes)) > 0) {
		ssize_t n = send(l->fd, bytes, (size_t)len, MSG_NOSIGNAL);
		char sent[4096];

		if (n < 0 && (errno == EPIPE || errno == ECONNRESET))
			return true;
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return bad(l, TLS_CLOSED, e, strerror(errno));
		if (n < 0 && !wait_for(l, POLLOUT))
			return bad(l, TLS_TIMEOUT, e, "the TLS handshake did not end in time");
		for (; n > 0; n -= BIO_read(l->out, sent, n < (ssize_t)sizeof sent ? (int)n : (int)sizeof sent))
			;
	}
	return true;
}

/* The first bytes of a TLS server: a record of the handshake or an alert, of a version 3.x (RFC 5246 §6.2.1). */
static bool looks_like_tls(size_t before, const unsigned char *bytes, size_t len)
{
	for (size_t i = 0; i < len && before + i < 2; i++)
		if (before + i == 0 ? bytes[i] != 0x15 && bytes[i] != 0x16 : bytes[i] != 0x03)
			return false;
	return true;
}

static bool more(struct look *l, struct err *e)
{
	unsigned char bytes[16384];
	ssize_t n;

	do {
		if (!wait_for(l, POLLIN))
			return bad(l, TLS_TIMEOUT, e, l->taken ? "the TLS handshake did not end in time" : "it takes the connection, but does not answer in TLS in time");
		n = recv(l->fd, bytes, sizeof bytes, 0);
	} while (n < 0 && (errno == EAGAIN || errno == EINTR));
	if (n < 0)
		return bad(l, TLS_CLOSED, e, strerror(errno));
	if (!n)
		return bad(l, TLS_CLOSED, e, "it closed the connection in the middle of the TLS handshake");
	if (!looks_like_tls(l->taken, bytes, (size_t)n))
		return bad(l, TLS_NO_TLS, e, "what answers there is no TLS");
	l->taken += (size_t)n;
	if (l->taken > MOST || BIO_write(l->in, bytes, (int)n) != n)
		return bad(l, TLS_BROKEN, e, "the TLS handshake is larger than 256 KiB");
	return true;
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
	l->began = clock_ms();
	for (;;) {
		int rc = SSL_do_handshake(l->ssl), why = SSL_get_error(l->ssl, rc);

		if (rc != 1 && why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) {
			say_ssl(l, e);
			flush(l, NULL);	/* our alert; the failure is told already */
			l->seen->fail = *l->seen->alert ? TLS_ALERT : TLS_BROKEN;
			return false;
		}
		if (!flush(l, e))
			return false;
		if (rc == 1)
			return true;
		if (!more(l, e))
			return false;
	}
}

static bool told(struct look *l, struct err *e)
{
	STACK_OF(X509) *sent = SSL_get_peer_cert_chain(l->ssl);
	int version = SSL_version(l->ssl), n = sk_X509_num(sent);
	BIO *text = BIO_new(BIO_s_mem());
	char *bytes = NULL;
	bool ok = text && n > 0;
	long len = 0;

	l->seen->version = version == TLS1_2_VERSION ? TLS_1_2 : version == TLS1_3_VERSION ? TLS_1_3 : TLS_OTHER;
	for (int i = 0; ok && i < n; i++)
		ok = PEM_write_bio_X509(text, sk_X509_value(sent, i)) == 1;
	if (ok)
		len = BIO_get_mem_data(text, &bytes);
	ok = ok && len > 0 && buf_add(&l->seen->chain, bytes, (size_t)len);
	BIO_free(text);
	return ok || bad(l, TLS_BROKEN, e, "it showed no certificate");
}

bool tls_look(const struct tls_request *r, struct tls_seen *seen, struct err *e)
{
	struct look l = { .r = r, .seen = seen, .fd = -1, .until = clock_ms() + r->timeout_ms };
	bool ok;

	*seen = (struct tls_seen){ .connect_ms = -1, .chain = BUF(2 * MOST) };
	ERR_clear_error();
	ok = connected(&l, e) && prepared(&l, e) && shaken(&l, e);
	if (ok) {
		seen->handshake_ms = (int)(clock_ms() - l.began);
		ok = told(&l, e);
		SSL_shutdown(l.ssl);	/* a word to go: some servers log a connection that just ends as an attack */
		flush(&l, NULL);
		seen->fail = ok ? TLS_AGREED : TLS_BROKEN;
	}
	SSL_free(l.ssl);
	SSL_CTX_free(l.ctx);
	if (l.fd >= 0)
		close(l.fd);
	ERR_clear_error();
	return ok;
}
