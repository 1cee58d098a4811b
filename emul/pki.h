/* A throw-away PKI for the emulator, in the shape of Efí's: certificates and keys as the texts of files. */
#ifndef EMUL_PKI_H
#define EMUL_PKI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/err.h"

/*
 * The files' names in their folder. NAME.pem of a client (caller, API client) holds certificate, intermediate and key, as
 * libcurl and curl --cert take it. Keys of CAs are not kept: nothing more can be signed in their name.
 */
#define PKI_CHAIN_PRODUCTION "production.pem"		/* as the PSP publishes it: intermediate, root */
#define PKI_CHAIN_SANDBOX "sandbox.pem"			/* the other intermediate, the same root */
#define PKI_CALLER_PRODUCTION "caller-production.pem"	/* what a callback shows */
#define PKI_CALLER_SANDBOX "caller-sandbox.pem"
#define PKI_CALLER_SIBLING "caller-sibling.pem"		/* of a third intermediate under the root: to be refused */
#define PKI_CALLER_SELF "caller-self.pem"		/* self-signed with the production intermediate's name: to be refused */
#define PKI_CALLER_EXPIRED "caller-expired.pem"		/* was good until a year ago: to be refused */
#define PKI_API_CA "api-ca.pem"				/* who vouches for the API's server (the hook's api_ca) */
#define PKI_API_CERT "api.crt"				/* for localhost, 127.0.0.1 and ::1 */
#define PKI_API_KEY "api.key"
#define PKI_CLIENT_CA "client-ca.pem"			/* who vouches for merchants at the API: both CAs below */
#define PKI_CLIENT_PRODUCTION "client-production.pem"	/* and .p12, with an empty password */
#define PKI_CLIENT_SANDBOX "client-sandbox.pem"		/* and .p12 */
#define PKI_CLIENT_EXPIRED "client-expired.pem"		/* and .p12: to be refused */
#define PKI_CLIENT_STRANGER "client-stranger.pem"	/* and .p12: self-signed, to be refused */
#define PKI_SERVER_CA "server-ca.pem"			/* who vouches for the merchant's web server (call.cacert) */
#define PKI_SERVER_CERT "server.crt"			/* the merchant's web server, and what it chains by: localhost, 127.0.0.1 and ::1 */
#define PKI_SERVER_KEY "server.key"
#define PKI_RENEWED_CERT "server-renewed.crt"		/* what follows it: same names and CA, another certificate and key */
#define PKI_RENEWED_KEY "server-renewed.key"

/* Issuers of API clients: which environment a client certificate is of. */
#define PKI_CLIENT_CN_PRODUCTION "pixgate emulator API clients, production"
#define PKI_CLIENT_CN_SANDBOX "pixgate emulator API clients, sandbox"

struct pki_file {
	const char *name;	/* static */
	struct buf bytes;	/* may hold a key */
};

#define PKI_FILES 32

struct pki_files {
	struct pki_file item[PKI_FILES];
	size_t count;
};

/*
 * Makes all of them, valid from an hour before now (seconds since 1970) for a year. The intermediates have the names that
 * the profile of Efí pins (pix/psp_efi.c), so that a gate set up for Efí takes the callers' certificates; the organisation
 * of each says that nobody trusts it. ERR_STORE: no randomness or no memory. pki_files_free in any case.
 */
bool pki_build(int64_t now, struct pki_files *files, struct err *e);
void pki_files_free(struct pki_files *files);	/* wipes; safe on a zeroed struct and twice */

#endif
