/* The socket of a look: bytes between it and OpenSSL's memory, until the deadline and up to the ceiling. */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lib/tls_inside.h"

int64_t tls_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* false at the deadline. */
static bool wait_for(const struct look *l, short events)
{
	struct pollfd p = { .fd = l->fd, .events = events };
	int64_t left;
	int n = 0;

	while (n <= 0 && (left = l->until - tls_clock()) > 0) {
		n = poll(&p, 1, (int)left);
		if (n < 0 && errno != EINTR)
			return true;	/* what is wrong the next call tells */
	}
	return n > 0;
}

static bool say_connect(struct look *l, int number, struct err *e)
{
	bool way = number != ENETUNREACH && number != EADDRNOTAVAIL && number != EAFNOSUPPORT && number != EACCES && number != EPERM;

	return tls_bad(l, number == ETIMEDOUT ? TLS_TIMEOUT : way ? TLS_NO_CONNECTION : TLS_NO_ROUTE, e, strerror(number));
}

bool tls_connect(struct look *l, struct err *e)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	bool v4 = !memcmp(l->r->address.byte, mapped, sizeof mapped);
	struct sockaddr_in a4 = { .sin_family = AF_INET, .sin_port = htons((uint16_t)l->r->port) };
	struct sockaddr_in6 a6 = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)l->r->port) };
	int64_t began = tls_clock();
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
		return tls_bad(l, TLS_TIMEOUT, e, "no connection in time");
	if (getsockopt(l->fd, SOL_SOCKET, SO_ERROR, &number, &size) || number)
		return say_connect(l, number ? number : errno, e);
	l->seen->connect_ms = (int)(tls_clock() - began);
	return true;
}

/* What OpenSSL wants to send. A peer that hung up may still have said why: that is read before it is judged. */
bool tls_flush(struct look *l, struct err *e)
{
	char *bytes;
	long len;

	while ((len = BIO_get_mem_data(l->out, &bytes)) > 0) {
		ssize_t n = send(l->fd, bytes, (size_t)len, MSG_NOSIGNAL);
		char sent[4096];

		if (n < 0 && (errno == EPIPE || errno == ECONNRESET))
			return true;
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return tls_bad(l, TLS_CLOSED, e, strerror(errno));
		if (n < 0 && !wait_for(l, POLLOUT))
			return tls_bad(l, TLS_TIMEOUT, e, "the TLS handshake did not end in time");
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

bool tls_more(struct look *l, struct err *e)
{
	unsigned char bytes[16384];
	ssize_t n;

	do {
		if (!wait_for(l, POLLIN))
			return tls_bad(l, TLS_TIMEOUT, e, l->taken ? "the TLS handshake did not end in time" : "it takes the connection, but does not answer in TLS in time");
		n = recv(l->fd, bytes, sizeof bytes, 0);
	} while (n < 0 && (errno == EAGAIN || errno == EINTR));
	if (n < 0)
		return tls_bad(l, TLS_CLOSED, e, strerror(errno));
	if (!n)
		return tls_bad(l, TLS_CLOSED, e, "it closed the connection in the middle of the TLS handshake");
	if (!looks_like_tls(l->taken, bytes, (size_t)n))
		return tls_bad(l, TLS_NO_TLS, e, "what answers there is no TLS");
	l->taken += (size_t)n;
	if (l->taken > l->most || BIO_write(l->in, bytes, (int)n) != n)
		return tls_bad(l, TLS_BROKEN, e, "the TLS handshake is larger than 256 KiB");
	return true;
}
