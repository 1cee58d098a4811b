/* A TLS server as it shows itself to a client: one address, one handshake, nothing verified. The only file that knows libssl;
 * the gate does not link it. */
#ifndef LIB_TLS_H
#define LIB_TLS_H

#include <stdbool.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/net.h"

enum tls_version { TLS_OTHER, TLS_1_2, TLS_1_3 };

struct tls_request {
	struct ip address;
	int port;
	const char *name;			/* SNI; NULL, or an address: none is sent (RFC 6066 §3) */
	enum tls_version least, most;		/* TLS_1_2 or TLS_1_3 */
	int timeout_ms;				/* to connect and to shake hands, in all */
};

/* Why there was no handshake. */
enum tls_fail {
	TLS_AGREED,
	TLS_NO_ROUTE,		/* this machine has no way there (IPv6 alone, mostly) */
	TLS_NO_CONNECTION,	/* refused, or the host is not there */
	TLS_TIMEOUT,
	TLS_NO_TLS,		/* it answers, but not in TLS */
	TLS_ALERT,		/* it said no, and `alert` why */
	TLS_CLOSED,		/* it ended the connection without a word */
	TLS_BROKEN,		/* TLS, but not as it must be */
};

struct tls_seen {
	enum tls_fail fail;
	char alert[40];			/* OpenSSL's name: "protocol version"; "" */
	enum tls_version version;	/* agreed on */
	int handshake_ms;		/* from the first byte of TLS to its end, without the connection's */
	struct buf chain;		/* what it sent, PEM, the leaf first; buf_free by the caller in any case */
};

/*
 * Shakes hands and hangs up. true: agreed, and the leaf is in seen->chain. Otherwise ERR_NET with the reason, and seen->fail. It
 * neither takes longer than timeout_ms nor more than 256 KiB, whatever the other side does, and raises no signal.
 */
bool tls_look(const struct tls_request *r, struct tls_seen *seen, struct err *e);

#endif
