/* A PSP's API as one hook sees it: credentials, token, calls. Everything that differs per PSP is a row of its profile. */
#ifndef API_API_H
#define API_API_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/settings.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "lib/http.h"
#include "lib/json.h"
#include "pix/psp.h"

struct api;

/* What an answer said. */
struct api_answer {
	long status;
	struct json *doc;	/* NULL: empty, or not JSON; owned */
	struct buf body;	/* as it came; may hold secrets */
	int retry_after_s;	/* -1: none */
	enum http_fail fail;	/* why there was no answer; HTTP_ANSWERED where one came */
	bool token;		/* no token could be got: the rest is about that request */
};
void api_answer_free(struct api_answer *a);	/* safe on a zeroed struct and twice */

/* {name} → value (NULL: not given). `raw` goes into a body as it is (JSON), else it is quoted. `secret` is masked by api_show. */
struct api_value {
	const char *name, *value;
	bool raw, secret;
	size_t len;		/* of a value with NUL bytes, for a part alone; 0: to its NUL */
};

/*
 * Credentials are read (client_secret, api_password, user_agent) and checked against what the profile's token row needs.
 * ERR_CONFIG names hook and setting that is missing. settings and hook are borrowed. The caller frees; secrets are wiped.
 */
struct api *api_open(const struct settings *s, const struct hook *h, struct err *e);
void api_close(struct api *a);	/* NULL is allowed */

/*
 * One call, with a token from the cache or a new one; one new token and one more try after a 401, "Invalid Apikey",
 * or, of a token that was in the cache, "insufficient_scope".
 * values ends with a row whose name is NULL. now in milliseconds since 1970. true: 2xx. Otherwise ERR_NET (no answer), or
 * ERR_REFUSED with the PSP's own words and the status ("HTTP 400 webhook_invalido: A URL informada está inacessível");
 * a 429 names Retry-After. The answer is filled wherever one came.
 */
bool api_call(struct api *a, const char *call, const struct api_value *values, int64_t now, struct api_answer *answer, struct err *e);

/* The same request as text, "PUT https://…", headers, a blank line, the body; secrets masked. Asks nobody. */
bool api_show(struct api *a, const char *call, const struct api_value *values, struct buf *out, struct err *e);

/* A call of the hook's PSP: the profile's row with the hook's changes in it. What it points to is the profile's and the hook's. false: there is none. */
bool api_row(const struct hook *h, const char *name, struct psp_call *row);

/*
 * The PSP's words in any of the error shapes: {nome, mensagem[, erros]}, {error, error_description}, RFC 7807 {title, detail,
 * violacoes}, [{tag, descricao}], {descricao}, {message}. name and text are borrowed from doc; false: none of them.
 */
bool api_words(const struct json *doc, const char **name, const char **text);

#endif
