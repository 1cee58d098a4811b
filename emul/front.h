/* The emulator's HTTPS server on 127.0.0.1: requests in, answers out. The only file that knows libmicrohttpd and GnuTLS. */
#ifndef EMUL_FRONT_H
#define EMUL_FRONT_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/buf.h"
#include "lib/err.h"

struct front;

/* One request; everything is borrowed for the time of the handler. */
struct front_request {
	const char *method;
	const char *path;	/* as sent, not decoded, without the query; begins with '/' */
	const char *query;	/* as sent, without '?'; "" where there is none */
	const char *body;	/* NUL-terminated */
	size_t len;
	const char *issuer;	/* who signed the client certificate (CN): of the merchants' CA, in date, fit for TLS
				   clients; NULL: none such came */
	const char *(*header)(const struct front_request *r, const char *name);	/* NULL: it has none of that name */
	const void *inside;
};

struct front_answer {
	unsigned status;	/* 0: the connection is dropped without a word */
	const char *type;	/* Content-Type, static; NULL: none */
	const char *allow;	/* Allow, static; NULL: none */
	int retry_after_s;	/* Retry-After; 0: none */
	bool cut;		/* breaks off in the middle of the body, without one before a word */
	struct buf body;	/* freed by the front */
};

/* Called by several threads at a time. */
typedef void front_handler(void *ctx, const struct front_request *r, struct front_answer *a);

/* The value of a parameter of the query, percent-decoded; false where it is not there, malformed or too long. */
bool front_param(const struct front_request *r, const char *name, char *out, size_t size);

/*
 * Listens on 127.0.0.1:port (0: a free one), TLS 1.2 or newer. cert_pem: the server's certificate and what it chains by;
 * ca_pem: who signs the merchants' certificates; the texts are copied. A client certificate is asked for, not demanded: the handler
 * sees whether one came. NULL with ERR_CONFIG (certificate, key) or ERR_STORE (port taken).
 */
struct front *front_open(int port, const char *cert_pem, const char *key_pem, const char *ca_pem, front_handler *handler, void *ctx, struct err *e);
int front_port(const struct front *f);
/* Takes no more requests and waits at most wait_ms for those in hand. false: one goes on; nothing is freed then, and what
 * front_open was given must stay. NULL is allowed. */
bool front_close(struct front *f, int wait_ms);

#endif
