/* The emulated account: one merchant's, at each of the PSPs that are played, over one state. */
#ifndef EMUL_BANK_H
#define EMUL_BANK_H

#include <stdbool.h>
#include <stdint.h>

#include "emul/front.h"
#include "emul/schedule.h"
#include "emul/state.h"
#include "lib/secret.h"

/* All borrowed. */
struct bank {
	struct state *state;
	const char *dir;		/* where the state is, and what the merchant uploads */
	const char *client_id;		/* the same at every PSP */
	struct secret client_secret;
	const char *scopes;		/* of the application, separated by a space; NULL: all that the PSP has */
	const char *issuer;		/* CN that must have signed Efí's client certificate: PKI_CLIENT_CN_… */
	const char *caller, *server_ca;	/* Efí's callbacks; as struct call has them: cert, cacert */
	const char *user_agent;		/* Efí's */
	const char *host;		/* "127.0.0.1:PORT", for the locations of charges */
	bool sandbox;			/* Efí's sandbox and its rules, else production */
	bool manual;			/* the sandbox pays nothing by itself: `emul pay` does */
	const struct schedule *schedule;/* NULL: each PSP's own */
	double scale;			/* of every wait but the PSP's patience */
	int patience_ms;		/* 0: each PSP's own */
	int64_t (*now)(void);		/* milliseconds since 1970 */
};

/* One PSP that is played. */
struct bank_psp {
	const char *name;		/* its profile's */
	const char *const *paths;	/* what its API's paths begin with; NULL-ended; the last row of bank_psps has none */
	front_handler *handle;		/* ctx is the struct bank */
	int patience_ms;
	/*
	 * The file in the bank's folder that holds the merchant's uploaded certificate: its callbacks trust exactly that one.
	 * NULL: they show the caller's certificate, and trust server_ca.
	 */
	const char *leaf;
};
extern const struct bank_psp bank_psps[];	/* ends with the row for every other path */

/* What a registered URL is for, and what is appended to it. */
struct bank_kind {
	const char *kind;		/* emul_webhook.kind */
	const char *suffix;
	const struct bank_psp *psp;
};
const struct bank_kind *bank_kind_find(const char *kind);	/* NULL: unknown */

/* The front_handler of all; ctx is the struct bank. */
void bank_handle(void *ctx, const struct front_request *r, struct front_answer *a);

#endif
