/* Who a probe pretends to be: client certificates made on the spot, and the user's own. */
#ifndef CHECK_IDENTITY_H
#define CHECK_IDENTITY_H

#include "check/seen.h"
#include "check/target.h"

/* PEM texts as a request takes them (certificate, chain, key); owned, wiped by identities_free. NULL: not at hand; WHO_NONE always is. */
struct identities {
	char *pem[WHOS];
};

/*
 * Makes self, foreign and expired. The foreign CA has the subjects of the intermediate and root in t->ca, byte for byte; else, as far as
 * common name, organisation and country go, that of the first CA that the server announces (RFC 2253; count may be 0); else that of
 * the PSP's pin. The leaves are named as the pin is. Keys are fresh: none of them can pass where signatures are looked at. now is in
 * seconds. One that cannot be made stays NULL.
 */
void identities_make(const struct target *t, char *const *announced, int count, int64_t now, struct identities *who);

/* Reads the user's own: PEM with the certificate and its key, which must match; at most LIMIT_LEAF_FILE bytes. ERR_CONFIG. */
bool identity_read(const char *path, char **pem, struct err *e);

void identities_free(struct identities *who);	/* safe on a zeroed struct and twice */

#endif
