/* What the verbs of `pixgate cert` have in common: the certificate that a host serves, and what is wrong with it. */
#ifndef CLI_CERT_H
#define CLI_CERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/verb.h"
#include "lib/certs.h"
#include "lib/err.h"
#include "lib/limits.h"
#include "lib/tls.h"

/* What is wrong, one line each. */
enum weight {
	SAYS,	/* worth a look */
	STOPS,	/* not uploaded, unless with --force */
	NEVER,	/* not uploaded in any case */
};

enum { FINDINGS = 2 * LIMIT_ADDRESSES + 8 };

struct findings {
	struct {
		enum weight weight;
		char text[400];
	} item[FINDINGS];
	size_t count;
	enum weight worst;
};

void find(struct findings *f, enum weight weight, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* What a host shows at one of its addresses. */
struct served {
	char address[46];
	struct tls_seen seen;	/* its chain is empty; version and handshake_ms hold where there is a leaf */
	char why[200];		/* there is no leaf: what happened */
	struct cert_list list;	/* as sent, the leaf first; count 0: none was seen */
};

struct host {
	char name[262];		/* without port, brackets and final dot */
	int port;
	struct served item[LIMIT_ADDRESSES];
	size_t count;
};

/* "pix.example.com", "pix.example.com:8443", "[2001:db8::1]:8443". ERR_CONFIG. *h is emptied first. */
bool host_read(struct host *h, const char *domain, struct err *e);
void host_free(struct host *h);		/* safe on a zeroed struct and twice */

/*
 * Looks at every address with TLS 1.2, the one version that BS2 speaks, and at one that refuses that with TLS 1.3. resolve NULL: the
 * resolver's addresses; else "HOST:PORT:ADDRESS[,ADDRESS…]", which counts where host and port are these. ERR_NET: the name has no
 * address; an address that shows nothing is none. ERR_USAGE: resolve is not of that form.
 */
bool host_look(struct host *h, const char *resolve, struct err *e);
bool resolve_ok(const char *resolve, struct err *e);	/* the form alone */

/* The leaf of the first address that shows one; NULL: none does. */
const struct cert *host_leaf(const struct host *h);
bool host_agrees(const struct host *h);		/* all that show a leaf show the same */

/* What BS2 would stumble over: in the certificate; in what the addresses do. now in seconds since 1970. */
void judge_cert(const struct cert *c, const char *host, int64_t now, struct findings *f);
void judge_host(const struct host *h, struct findings *f);

int64_t days_left(const struct cert *c, int64_t now);	/* whole days; negative: expired */

/* Whether certbot's RENEWED_DOMAINS (names joined by blanks, also "*.example.com") cover the host. */
bool renewed_covers(const char *domains, const char *host);

#endif
