/* What is to be checked: a URL, and what it should be. */
#ifndef CHECK_TARGET_H
#define CHECK_TARGET_H

#include <stdbool.h>

#include "pix/psp.h"

enum mode { MODE_EFI_MTLS, MODE_EFI_SKIP, MODE_BS2, MODE_BS2_INDIRECT, MODE_BACEN, MODES };

extern const char *const mode_names[];		/* "efi-mtls", "efi-skip-mtls", "bs2", "bs2-indirect", "bacen"; NULL-ended */

/* Everything is borrowed. */
struct target {
	enum mode mode;
	const struct psp *psp;
	const struct psp_env *env;	/* NULL: not known */
	const char *host;		/* without port; an IPv6 address without brackets */
	int port;
	const char *path;		/* raw, begins with '/', no query */
	const char *query;		/* raw, without '?'; "" where there is none; holds the secret */
	const char *secret;		/* that the query holds; "" where none */
	const char *authorization;	/* "Basic …" or "Bearer …" that the PSP sends; "" where none */
	const char *ca;			/* PEM file of the PSP's CA chain; "" where not known */
	const char *pin;		/* as struct hook has it; "" */
	const char *server;		/* web server to write remedies for: "apache", …; "": as recognised */
	bool keys;			/* the hook has a list of keys */
	bool sources;			/* the hook takes only some addresses, so that a refusal may be ours alone */
};

#endif
