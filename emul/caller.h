/* One call of a merchant's URL, as the PSP makes it, and the check that a registration begins with. */
#ifndef EMUL_CALLER_H
#define EMUL_CALLER_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"

/* What is sent where. All borrowed; NULL where not said otherwise: none. */
struct call {
	const char *url;		/* as registered */
	const char *suffix;		/* "/pix": appended to the very end of the URL, behind its query */
	const char *body;
	size_t body_len;
	size_t announced;		/* Content-Length; 0: body_len. Above it the call ends with patience_ms, if the server does not end it */
	const char *user_agent;		/* NULL: CALLER_EFI_SANDBOX */
	const char *authorization;	/* the header's value, "Basic …" or "Bearer …" */
	const char *cert;		/* PEM file, our certificate, its chain and its key (pki.h: PKI_CALLER_…) */
	/*
	 * PEM file: who vouches for the merchant's server, in place of the system's CAs. For BS2 the uploaded leaf: then
	 * exactly that certificate is taken, no other of its CA, and not when it has expired.
	 */
	const char *cacert;
	int patience_ms;		/* the whole call */
};

#define CALLER_EFI_SANDBOX "API Pix Efi (homologacao)"		/* as seen */
#define CALLER_EFI_PRODUCTION "API Pix Efi (producao)"		/* not seen: by analogy */

/* How a call ended. Each but CALL_OK is one of Efí's registration errors. */
enum call_end {
	CALL_OK,		/* 2xx in time */
	CALL_BAD_URL,		/* no URL */
	CALL_NOT_HTTPS,
	CALL_NO_MTLS,		/* caller_check alone: the call without a certificate was not refused */
	CALL_UNREACHABLE,	/* no such host, no way there, nothing listens */
	CALL_TIMEOUT,
	CALL_ERRNO,		/* broken off: errno_name */
	CALL_STATUS,		/* another status: status */
	CALL_NO_ANSWER,		/* closed without an answer, or not with HTTP */
	CALL_ENDS
};

struct call_result {
	enum call_end end;
	long status;			/* 0: there was no answer */
	char errno_name[16];		/* with CALL_ERRNO: "ECONNRESET", "EPROTO" (TLS) … as Node.js names them; else "" */
	char reason[300];		/* for the log: what went wrong, in English; "" with CALL_OK. Holds no path and no query */
};

/*
 * Makes the call: POST, JSON, TLS 1.2 or newer, the server's certificate verified, no redirect followed, the answer's body
 * ignored (up to 1 MiB). true: *r says how it ended, whatever that is. false, ERR_CONFIG: a file of ours cannot
 * be used, nothing was sent.
 */
bool caller_call(const struct call *c, struct call_result *r, struct err *e);

/*
 * Efí's check of a URL to be registered: {"evento":"teste_webhook"} (c's body and suffix are not looked at) first without a
 * client certificate, which must be refused (in TLS, or with a status of 400 or more), then with c->cert, which must get
 * a 2xx. skip_mtls: the second alone. patience_ms holds for each call.
 */
bool caller_check(const struct call *c, bool skip_mtls, struct call_result *r, struct err *e);

/* Efí's own words for an end: "webhook_invalido", and the text with errno name or status filled in. NULL and "" for CALL_OK. */
#define CALLER_TEXT 128
const char *caller_words(const struct call_result *r, char text[CALLER_TEXT]);

#endif
