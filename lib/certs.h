/* Certificates in files: what they say of themselves, and whether they make a chain. */
#ifndef LIB_CERTS_H
#define LIB_CERTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

/* One certificate. Texts are owned, UTF-8 and never NULL. */
struct cert {
	char *subject, *issuer;		/* RFC 2253 with UTF-8 left readable; control characters escaped */
	char *subject_cn, *issuer_cn;	/* as struct x509_facts has them */
	char *key;			/* "RSA 4096", "EC P-256", "Ed25519" */
	char *names;			/* the subject alternative names that are DNS names or addresses, joined by ' ' */
	char *pem;			/* normalised: 64 letters a line, LF, a newline at its end */
	char *base64;			/* the DER form on one line */
	char sha256[65];		/* of the DER form */
	int64_t from, until;		/* seconds since 1970 */
	bool ca, self_issued;
	bool client, server;		/* its extended key usage allows that, or it has none */
};

struct cert_list {
	struct cert *item;
	size_t count;
};

/* PEM blocks in any order (CRLF, comments, a byte order mark, other blocks between them) or one DER certificate. path is
 * for messages. ERR_CONFIG: broken, or no certificate in it. certs_free in any case. */
bool certs_read(const char *bytes, size_t len, const char *path, struct cert_list *list, struct err *e);
bool certs_load(const char *path, struct cert_list *list, struct err *e);
void certs_free(struct cert_list *list);	/* safe on a zeroed struct and twice */

/*
 * A CA file as servers need it: every certificate is a CA, is in date at now (seconds since 1970), there is at least one
 * self-signed root, and every other is signed by one of the file. Twins are dropped; intermediates come first (each
 * before its issuer), roots last. ERR_CONFIG says which certificate is wrong and how.
 */
bool certs_chain(struct cert_list *list, const char *path, int64_t now, struct err *e);

/* Whether the first certificate of cert_path is of the private key in key_path (PEM, not encrypted). ERR_CONFIG. */
bool certs_key_matches(const char *cert_path, const char *key_path, struct err *e);

/*
 * A server's own certificate among those of a file, which may be its chain, becomes the first of the list: the one that is no CA's, or the
 * only one. ERR_CONFIG: there are several, or CAs alone. cert_leaf_load reads the file too, at most LIMIT_LEAF_FILE bytes and no
 * private key in it: what is found so may leave this machine. certs_free in any case.
 */
bool cert_leaf(struct cert_list *list, const char *path, struct err *e);
bool cert_leaf_load(const char *path, struct cert_list *list, struct err *e);

/* Whether the certificate is for that host: RFC 6125, wildcards in the leftmost label. */
bool cert_is_for(const struct cert *c, const char *host);

/*
 * Whether a server's certificate, the first of what it sent, chains with that alone to the system's CAs, or to those of the PEM file
 * cacert (any of them, be it no root), as a TLS server's; now is in seconds. The leaf's own dates are not looked at. why: in words, in
 * one printable line, "" where it does.
 */
bool certs_trusted(const struct cert_list *sent, const char *cacert, int64_t now, char *why, size_t size);

#endif
