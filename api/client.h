/* What api/ keeps of one hook: where its PSP is and what proves who we are. */
#ifndef API_CLIENT_H
#define API_CLIENT_H

#include "api/api.h"
#include "api/tokenfile.h"
#include "lib/limits.h"

struct api {
	const struct settings *s;	/* borrowed */
	const struct hook *h;		/* borrowed */
	const struct psp *psp;
	char *base;			/* without a '/' at its end */
	char *proof;			/* "Authorization: Basic …": client_id and client_secret */
	char *password;			/* of the client certificate; "" */
	char *agent;			/* User-Agent; NULL: our own */
	struct token token;		/* the last one seen; text "" where none was */
	bool fresh;			/* it was got by us, not found */
};

/* A request of this hook: its CAs, certificate, name. */
struct http_request client_request(const struct api *a);

/*
 * a->token becomes one that is good for the profile's margin from now: of the cache, or a new one. stale: the PSP has just
 * refused the one that a->token holds. Waits for other processes that are getting one (LIMIT_TOKEN_MS) and for the
 * PSP's rate (LIMIT_TOKEN_WAIT_MS). The answer is filled where the PSP refused.
 */
bool client_token(struct api *a, bool stale, int64_t now, struct api_answer *answer, struct err *e);

/* Sends r and reads the answer into *answer; type (80 bytes) is its content type. */
bool client_send(const struct http_request *r, struct api_answer *answer, char type[80], struct err *e);

#endif
