/* What is to be generated: the command line, the configuration, the PSP's profile and the files that they name, checked. */
#ifndef GEN_PLAN_H
#define GEN_PLAN_H

#include <stdint.h>

#include "conf/settings.h"
#include "gen/server.h"
#include "gen/values.h"
#include "lib/buf.h"
#include "lib/certs.h"

/* The options as they were given; NULL: not given. `command` is the canonical command line, for the header. */
struct gen_request {
	const char *hook;		/* "NAME" or "NAME,NAME": several hooks of one domain */
	const char *domain, *environment, *mode, *scope, *backend;
	const char *version;		/* given, or what the server's program said */
	const char *server_cert, *server_key;
	const char *address;		/* listen on this address alone */
	const char *port, *http_port;
	const char *socket, *gate;	/* the gate's socket; the gate's program */
	const char *root, *log;
	const char *command;
	bool version_asked;		/* version is the user's word, not a guess */
};

enum gen_scope { SCOPE_SITE, SCOPE_PATH, SCOPE_PORT };

/* Checked. Texts are owned. */
struct gen_plan {
	const struct gen_server *server;
	const struct settings *settings;	/* borrowed */
	const struct hook **hooks;
	size_t hook_count;
	const struct psp *psp;
	const struct psp_env *env;		/* may be NULL: a PSP without environments */
	bool mtls, cgi;
	enum gen_scope scope;
	char *version, *domain, *server_cert, *server_key, *address, *socket, *gate, *root, *log, *command;
	int port, http_port;			/* http_port 0: nothing for plain HTTP */
	char *ca;				/* path, "" without mtls */
	struct cert_list chain;			/* of ca: intermediates first, then roots */
	bool chain_known;			/* every certificate is one that the profile names */
	char *pin;				/* of the hooks, else the profile's; "" without mtls */
	struct buf warnings;			/* lines for standard error, each with a newline */
};

/*
 * now: seconds since 1970. Reads the CA file and, where they are there, the server's certificate and key. ERR_USAGE for
 * what stands on the command line and what the server or its version cannot do (says which can), ERR_CONFIG for a CA
 * file that is missing, empty, expired, incomplete or another environment's, and for a key that is not its
 * certificate's. The caller frees, also after a failure.
 */
bool gen_plan_make(struct gen_plan *p, const struct gen_server *server, const struct settings *s, const struct gen_request *r, int64_t now, struct err *e);
void gen_plan_free(struct gen_plan *p);

/* All names that templates may use (templates/README.md lists them). The caller owns it. */
struct values *gen_model(const struct gen_plan *p);

#endif
