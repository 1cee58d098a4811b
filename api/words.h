/* Of a PSP's answer: the line for a person, and whether a new token may help. */
#ifndef API_WORDS_H
#define API_WORDS_H

#include <stdbool.h>

#include "api/api.h"

/*
 * "HTTP 400 webhook_invalido: A URL informada está inacessível" as ERR_REFUSED, fit for a terminal; type is the answer's content
 * type, scope what the call needs (NULL: none), said where the PSP misses one. Returns false.
 */
bool words_refusal(const struct api_answer *a, const char *type, const char *scope, struct err *e);

/* 401, or "Invalid Apikey" in any spelling and status. */
bool words_stale_token(const struct api_answer *a);

/* The token's scopes do not suffice. Helps only where they have been widened since it was got. */
bool words_lacks_scope(const struct api_answer *a);

#endif
