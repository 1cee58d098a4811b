/* What `pixgate check` is asked to look at, as a struct target and what that borrows. */
#ifndef CLI_CHECK_TARGET_H
#define CLI_CHECK_TARGET_H

#include "check/target.h"
#include "cli/verb.h"
#include "conf/settings.h"
#include "lib/buf.h"

struct check_target {
	struct target target;
	const char *hook;		/* its name; NULL: a URL was given */
	struct settings *settings;	/* of the hook */
	char host[262];
	struct buf path, query, secret, authorization;	/* the last three are secrets */
};

/*
 * operand: a hook's name, a URL, or "-" for a URL that stands in the first line of standard input. psp, mode, server: of the options,
 * NULL where not given. ERR_USAGE, ERR_CONFIG; nothing of a secret is in a message. check_target_free in any case.
 */
bool check_target_read(struct check_target *t, const struct common *c, const char *operand, const char *psp, const char *mode, const char *server, struct err *e);

/* Of a URL: what the PSP sends, from a file with user:password or with a token, private as a hook's. NULL: not given. ERR_USAGE, ERR_CONFIG. */
bool check_authorization(struct check_target *t, const char *basic, const char *bearer, struct err *e);
void check_target_free(struct check_target *t);	/* wipes; safe on a zeroed struct and twice */

/* https://HOST[:PORT][/PATH][?QUERY] into host, port, path, query and secret. ERR_USAGE. */
bool check_url_read(struct check_target *t, const char *url, struct err *e);

/* The form of --resolve; *other: it is of another host or port than the target's. ERR_USAGE. */
bool check_resolve_ok(const struct check_target *t, const char *resolve, bool *other, struct err *e);

#endif
