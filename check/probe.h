/* Measures a live set-up as the PSP meets it. Talks to the target alone. */
#ifndef CHECK_PROBE_H
#define CHECK_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "check/seen.h"
#include "check/target.h"

struct probe_options {
	int timeout_ms;			/* one request, all of it; at least the PSP's patience */
	const char *cacert;		/* PEM file in place of the system's CAs; NULL */
	const char *client_cert;	/* PEM file with certificate, chain and key: the right one; NULL: none at hand */
	const char *resolve;		/* HOST:PORT:ADDRESS[,ADDRESS…], as lib/lookup.h has it; NULL */
	int64_t now;			/* milliseconds since 1970: of the test event's id and time */
	void (*progress)(void *ctx, const char *step);	/* "TLS versions"; NULL allowed */
	void *ctx;
};

/*
 * Fills *s; what fails is a fact too. false: ERR_CONFIG, an option's file cannot be used; ERR_USAGE, resolve is not of its form; nothing
 * was sent then. Bounded in time (every step by timeout_ms, all of it by 30 of them) and memory, whatever the other side does.
 */
bool probe(const struct target *t, const struct probe_options *o, struct seen *s, struct err *e);

#endif
