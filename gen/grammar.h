/* What each configuration language can hold, and where. No value ever leaves the place that the template gave it. */
#ifndef GEN_GRAMMAR_H
#define GEN_GRAMMAR_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/buf.h"
#include "lib/err.h"

/* Where in a line a value is put: as (part of) a word without quotes, between double quotes, behind a '#'. */
enum place { PLACE_BARE, PLACE_QUOTED, PLACE_COMMENT };

struct grammar;

extern const struct grammar grammar_apache, grammar_caddy, grammar_lighttpd, grammar_nginx, grammar_systemd;

const char *grammar_name(const struct grammar *g);

/*
 * Adds text to out so that the server reads exactly these bytes at that place. ERR_CONFIG, out untouched, where the
 * grammar cannot hold one of them there (said by name: "a double quote", "a line break", "'$'", and by whom: "nginx").
 * Control characters, NUL (by len) and bytes that are not UTF-8 are refused everywhere. A bare word is letters, digits
 * and "._:/@+,=~-", and not empty.
 */
bool grammar_put(const struct grammar *g, enum place place, const char *text, size_t len, struct buf *out, struct err *e);

#endif
