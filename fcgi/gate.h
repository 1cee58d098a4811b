/* The gate's policy: who is let in, and what a body becomes. No sockets, no clock, no store in here. */
#ifndef FCGI_GATE_H
#define FCGI_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/settings.h"
#include "lib/err.h"
#include "lib/secret.h"
#include "pix/pix.h"

/* One request, as CGI or FastCGI told it. All borrowed; a text that was not sent is "". */
struct req {
	const char *method;
	const char *uri;		/* REQUEST_URI, raw: path and query */
	const char *authorization;	/* HTTP_AUTHORIZATION, else REDIRECT_HTTP_AUTHORIZATION */
	const char *remote_addr;
	const char *forwarded;		/* the header that proxy_header names */
	const char *client_verify;	/* SSL_CLIENT_VERIFY */
	const char *client_cert;	/* SSL_CLIENT_CERT, PEM */
	const char *subject_cn, *issuer_cn;	/* SSL_CLIENT_S_DN_CN, SSL_CLIENT_I_DN_CN */
};

/* A hook with its proofs in memory. */
struct door {
	const struct hook *hook;
	struct secret secret[2];
	size_t secrets;
	bool has_basic, has_bearer;
	struct secret basic, bearer;
	struct x509_trust *trust;	/* NULL unless client_cert is "verify" */
};

/* Settings with everything that they name loaded: what a process needs to judge requests. */
struct gate {
	struct settings *settings;
	struct door *doors;		/* one a hook, in the hooks' order */
	bool lazy;			/* proofs are loaded when their door is first asked (plain CGI) */
	struct err trouble;		/* why a verdict is 503; code ERR_NONE where it is not */
};

/*
 * Loads the file and all that it names (lazy: only when asked). ERR_CONFIG. gate_close is safe on a zeroed struct and
 * twice, and wipes.
 */
bool gate_open(struct gate *g, const char *conf_file, bool lazy, struct err *e);
void gate_close(struct gate *g);

/* Where a request's path leads. */
struct route {
	size_t hook;			/* index into settings->hooks and gate->doors */
	const char *suffix;		/* "/pix", or "" */
	char event[65];			/* bs2-indirect: the path's last segment, else "" */
	/* the query's parameter "hmac", percent-decoded; secret_len without, glued_len with the suffix glued to it; the
	 * parameter twice, or undecodable, counts as none */
	char secret[640];
	size_t secret_len, glued_len;
	bool has_secret;
};

/* false: nobody serves that path (404). */
bool route_find(const struct settings *s, const char *uri, struct route *r);

struct verdict {
	int status;			/* 200: let in; 403, 401, 404, 405, 503 */
	const struct hook *hook;	/* NULL where the path led nowhere */
	const char *check;		/* which check failed, for the log ("secret", "source", …); "" */
	const char *detail;		/* a static word or two for the log; "" */
	char remote[46];		/* the address that was judged; "" */
	char cert[17];			/* the first 16 hexadecimal digits of the verified certificate's SHA-256; "" */
	struct route route;
};

/* Judges a request on its parameters alone. now is in seconds since 1970. Every check that the hook asks for is made,
 * whatever the others said, and the answer is the same whichever failed. */
void gate_admit(struct gate *g, const struct req *r, int64_t now, struct verdict *v);

/* One way to prove. A new one is a row in auth.c and a file. */
enum proof { PROOF_ABSENT, PROOF_GOOD, PROOF_BAD };

struct auth_check {
	const char *name;
	int status;			/* what its failure answers: 403 or 401 */
	bool proves;			/* false: passing it alone proves nothing (a source address) */
	/* PROOF_ABSENT: the hook does not ask for it. *detail may be set to a static text for the log. */
	enum proof (*check)(const struct gate *g, const struct door *d, const struct req *r, const struct route *route, int64_t now, struct verdict *v);
};

extern const struct auth_check auth_checks[];	/* ends with a row whose name is NULL */

enum proof auth_secret(const struct gate *, const struct door *, const struct req *, const struct route *, int64_t, struct verdict *);
enum proof auth_source(const struct gate *, const struct door *, const struct req *, const struct route *, int64_t, struct verdict *);
enum proof auth_cert(const struct gate *, const struct door *, const struct req *, const struct route *, int64_t, struct verdict *);
enum proof auth_basic(const struct gate *, const struct door *, const struct req *, const struct route *, int64_t, struct verdict *);
enum proof auth_bearer(const struct gate *, const struct door *, const struct req *, const struct route *, int64_t, struct verdict *);

#endif
