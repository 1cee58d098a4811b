/* Client certificates: verified against a PSP's CA file and pinned. */
#ifndef LIB_X509_H
#define LIB_X509_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

struct x509_trust;	/* the anchors of one CA file */

/*
 * Reads a PEM bundle (CRLF, comments and any order are fine). Anchors are its intermediates (certificates that are not
 * self-issued); self-signed roots are anchors only where the file has no intermediate: trusting Efí's root would trust
 * all that it ever signed, sandbox included. ERR_CONFIG names the file. The caller owns the result.
 */
struct x509_trust *x509_trust_load(const char *path, struct err *e);
void x509_trust_free(struct x509_trust *t);

struct x509_facts {
	char subject_cn[128], issuer_cn[128];	/* UTF-8; the most specific (last) CN of the name; empty where there is none,
						   where it is too long or holds a NUL */
	char sha256[65];			/* of the DER form, lower-case hexadecimal */
};

/* What a PEM certificate says of itself, nothing verified. ERR_INPUT. Also takes the forms that servers pass: nginx's
 * $ssl_client_cert (a TAB before each line), percent-encoded ($ssl_client_escaped_cert), spaces for newlines. */
bool x509_read(const char *pem, size_t len, struct x509_facts *facts, struct err *e);

/*
 * As x509_read, and the certificate must chain to an anchor (X509_V_FLAG_PARTIAL_CHAIN; RFC 5280 §6), be in date at
 * `now` (seconds since 1970) and be fit for TLS client authentication. NULL where it is, else what is wrong as a static
 * text (OpenSSL's reason); facts are untouched then.
 */
const char *x509_judge(const struct x509_trust *t, const char *pem, size_t len, int64_t now, struct x509_facts *facts);

/* Pins: "CN=NAME" (issuer or subject), "issuer:CN=NAME", "subject:CN=NAME", "sha256:HEX" (colons allowed). */
bool x509_pin_ok(const char *pin, struct err *e);			/* the syntax alone */
bool x509_pin_matches(const char *pin, const struct x509_facts *facts);

#endif
