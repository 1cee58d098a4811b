/* Makes certificates in memory: EC P-256, signed with SHA-256, as the texts of PEM files. */
#ifndef LIB_CERTS_MAKE_H
#define LIB_CERTS_MAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/err.h"

/* Root and intermediate sign with digitalSignature besides, as Efí's do; an intermediate signs leaves alone (pathlen:0). */
enum certs_kind { CERTS_ROOT, CERTS_INTERMEDIATE, CERTS_CLIENT, CERTS_SERVER };

/* Texts are owned and NUL-ended. */
struct certs_made {
	char *cert;		/* PEM: the certificate alone */
	char *chain;		/* PEM: it, then what signed it, and so on; without the root, unless it is the root */
	char *key;		/* PEM, not encrypted; wiped by certs_made_free */
	char *identity;		/* chain and key: what .identity of a request takes (lib/tls.h, lib/http.h); wiped too */
	bool self_signed;
};

struct certs_wish {
	enum certs_kind kind;
	const char *country, *organization, *cn;	/* of the subject, UTF-8; NULL: none of it */
	const char *subject_of;			/* PEM of a certificate whose subject is taken byte for byte, in place of those; NULL */
	const char *names;			/* subject alternative names as OpenSSL writes them: "DNS:localhost,IP:127.0.0.1"; NULL: none */
	const struct certs_made *by;		/* who signs it; NULL: it signs itself */
	int64_t from, until;			/* seconds since 1970 */
};

/*
 * Each has a serial number of its own. A subject that is taken over is DER as it was: no re-encoding may tell the two apart.
 * ERR_INPUT: subject_of is no PEM certificate, or a text of the wish does not fit into one. ERR_STORE: no randomness or no memory.
 * certs_made_free in any case.
 */
bool certs_make(const struct certs_wish *w, struct certs_made *made, struct err *e);
void certs_made_free(struct certs_made *made);	/* safe on a zeroed struct and twice */

#endif
