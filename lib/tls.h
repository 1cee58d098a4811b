/* A TLS server as it shows itself to a client: one address, one handshake, nothing verified. The only file that knows libssl;
 * the gate does not link it. */
#ifndef LIB_TLS_H
#define LIB_TLS_H

#include <stdbool.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/net.h"

enum tls_version { TLS_OTHER, TLS_1_0, TLS_1_1, TLS_1_2, TLS_1_3, TLS_VERSIONS };

struct tls_request {
	struct ip address;
	int port;
	const char *name;			/* SNI; NULL, or an address: none is sent (RFC 6066 §3) */
	enum tls_version least, most;		/* TLS_1_0 to TLS_1_3; below TLS_1_2 with the ciphers of that time too */
	int timeout_ms;				/* to connect and to shake hands, in all; and again for each tls_ask */
	const char *identity;			/* PEM text: our certificate, its chain and its key; NULL: none is shown */
	const char *alpn;			/* "h2,http/1.1"; NULL: not offered */
	const struct tls_session *resume;	/* a session of before; NULL */
};

#define TLS_NAMES 16

struct tls_session;	/* what a server gave to resume a session with */

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
	int connect_ms;			/* -1: it did not connect */
	int handshake_ms;		/* from the first byte of TLS to its end, without the connection's */
	int took_ms;			/* all of it, however it ended */
	bool asked;			/* it wants a client certificate */
	char *names[TLS_NAMES];		/* the CAs that it names for it, as its list has them, RFC 2253, made printable; owned: tls_seen_free */
	int name_count;			/* all that it names, kept or not */
	bool resumed;
	bool closed;			/* tls_ask: the other side ended it, the time was not over nor the answer full */
	char alpn[16];			/* agreed on; "" */
	struct buf chain;		/* what it sent, PEM, the leaf first; buf_free by the caller in any case; also where it then refused us for want of one */
};

/*
 * Shakes hands and hangs up. true: agreed, and the leaf is in seen->chain. Otherwise ERR_NET with the reason, and seen->fail
 * (ERR_CONFIG: the identity cannot be used). It
 * neither takes longer than timeout_ms nor more than 256 KiB, whatever the other side does, and raises no signal.
 */
bool tls_look(const struct tls_request *r, struct tls_seen *seen, struct err *e);
void tls_seen_free(struct tls_seen *seen);	/* the names and the chain; safe on a zeroed struct and twice */

/*
 * As tls_look, then sends the bytes and keeps the beginning of what comes back, until the other side closes, answer->max is full, or the
 * time is over: with TLS 1.3 a server refuses a client's certificate on the first read. *session (NULL is allowed) receives what a later
 * handshake can resume with, or NULL. false: no handshake, or an alert after it: seen->fail and seen->alert.
 */
bool tls_ask(const struct tls_request *r, const char *bytes, size_t len, struct tls_seen *seen, struct buf *answer, struct tls_session **session, struct err *e);
void tls_session_free(struct tls_session *s);	/* NULL is allowed */

#endif
