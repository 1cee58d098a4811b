/* Every ceiling of the project in one place. Sizes are bytes, times milliseconds, unless a name says otherwise. */
#ifndef LIB_LIMITS_H
#define LIB_LIMITS_H

enum {
	LIMIT_BODY = 256 * 1024,	/* a request body, unless max_body says otherwise */
	LIMIT_BODY_MAX = 16 * 1024 * 1024, /* what max_body may say */
	LIMIT_DRAIN = 4 * 1024 * 1024,	/* what is read past the body's limit before the connection is cut */
	LIMIT_PARAMS = 64 * 1024,	/* the FastCGI parameters of one request */
	LIMIT_URL = 2048,		/* path and query of a request */
	LIMIT_JSON_DEPTH = 16,
	LIMIT_ITEMS = 1000,		/* events made of one body */
	LIMIT_LOG_LINE = 1024,
	LIMIT_CONF_FILE = 1024 * 1024,
	LIMIT_HOOKS = 4096,
	LIMIT_SECRET = 512,		/* a secret's bytes */
	LIMIT_PEM = 32 * 1024,		/* a client certificate as PEM */
	LIMIT_CA_FILE = 1024 * 1024,
	LIMIT_LEAF_FILE = 64 * 1024,	/* a server's certificate and its chain */
	LIMIT_CERTS = 256,		/* certificates of one file; a whole system's bundle has 150 */
	LIMIT_TEMPLATE = 256 * 1024,	/* one file below templates/ */
	LIMIT_GENERATED = 1024 * 1024,	/* one text that gen makes */
	LIMIT_LOOK_MS = 10 * 1000,	/* to connect to one address and shake hands */
	LIMIT_ADDRESSES = 16,		/* of one host that are looked at */
	LIMIT_FETCH_MS = 20 * 1000,	/* one download of a CA chain */
	LIMIT_API_URL = 4096,		/* address of one request to a PSP's API */
	LIMIT_API_BODY = 256 * 1024,	/* what one request sends */
	LIMIT_API_ANSWER = 4 * 1024 * 1024, /* what one answer may hold: a page has up to 1,000 webhooks */
	LIMIT_API_MS = 150 * 1000,	/* one request: Efí calls the webhook twice before it answers, 60 s each */
	LIMIT_SCOPE = 512,		/* the scopes that are asked for */
	LIMIT_TOKEN = 4096,		/* an access token's bytes */
	LIMIT_TOKEN_MS = 30 * 1000,	/* one request for a token */
	LIMIT_TOKEN_WAIT_MS = 5 * 1000,	/* for the PSP's rate of tokens to allow another */
	LIMIT_STALL_MS = 10 * 1000,	/* from a request's first byte to its last */
	LIMIT_HELD = 32 * 1024 * 1024,	/* bytes of unfinished requests held in memory by one process */
	LIMIT_CONNECTIONS = 1024,
};

#endif
