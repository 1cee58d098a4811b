/* Tokens between runs: one file each, tied to an address and a client id, so that a sandbox's never goes to production. */
#ifndef API_TOKENFILE_H
#define API_TOKENFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/err.h"
#include "lib/limits.h"

enum { TOKEN_ASKED = 32 };	/* times of requests that are remembered */

struct token {
	char text[LIMIT_TOKEN + 1];	/* "": none */
	int64_t expires;		/* milliseconds since 1970 */
	int64_t asked[TOKEN_ASKED];	/* when tokens were asked for, 0: unused; milliseconds since 1970 */
};

struct tokenfile;

/*
 * Opens the folder `.pixgate-tokens` in dir (made with mode 0700 where it is not there) and waits at most wait_ms until no
 * other process holds it. ERR_STORE: it cannot be made, others may use it, or the wait was in vain. NULL on failure.
 */
struct tokenfile *tokenfile_open(const char *dir, const char *base, const char *client, int wait_ms, struct err *e);
void tokenfile_close(struct tokenfile *f);	/* NULL is allowed; lets others in */

/* false: there is none that can be used; *t is emptied then. A file that others may read or that is not ours counts as none. */
bool tokenfile_read(const struct tokenfile *f, struct token *t);

/* Replaces the file, mode 0600. */
bool tokenfile_write(const struct tokenfile *f, const struct token *t, struct err *e);

/* What an access token may hold (RFC 6749 §A.12: visible ASCII), so that it can stand in a header and in the file. */
bool token_ok(const char *text);

#endif
