/* Inside of lib/tls: what its files share. */
#ifndef LIB_TLS_INSIDE_H
#define LIB_TLS_INSIDE_H

#include <stdint.h>

#include <openssl/ssl.h>

#include "lib/tls.h"

enum { TLS_MOST = 256 * 1024 };	/* bytes that a handshake may take; OpenSSL itself stops a chain at 100 KiB */

struct tls_session {
	SSL_SESSION *is;
};

/* One look on its way. OpenSSL reads and writes memory: the socket is ours, so that no write raises SIGPIPE and all is counted. */
struct look {
	const struct tls_request *r;
	struct tls_seen *seen;
	int fd;
	int64_t opened, until, began;	/* of the monotonic clock, ms */
	size_t taken, most;	/* bytes that came, that may come */
	bool after;		/* the handshake is over */
	SSL_CTX *ctx;
	SSL *ssl;
	BIO *in, *out;		/* of ssl */
	SSL_SESSION *session;	/* the last that it gave; owned */
};

bool tls_bad(struct look *l, enum tls_fail why, struct err *e, const char *text);

/* tls_wire.c: the socket. Each is over at the deadline, and sets seen->fail where it fails. */
int64_t tls_clock(void);	/* ms */
bool tls_connect(struct look *l, struct err *e);
bool tls_flush(struct look *l, struct err *e);	/* what OpenSSL wants to send */
bool tls_more(struct look *l, struct err *e);	/* what came, for OpenSSL */

/* tls_setup.c: what is offered and shown. */
bool tls_prepare(struct look *l, struct err *e);

/* tls.c */
bool tls_open(struct look *l, struct err *e);	/* connected, shaken hands, and told so in seen */
void tls_close(struct look *l);			/* with a word to go, where hands were shaken */

#endif
