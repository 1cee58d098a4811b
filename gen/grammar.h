/* What each configuration language can hold, and where. No value ever leaves the place that the template gave it. */
#ifndef GEN_GRAMMAR_H
#define GEN_GRAMMAR_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/buf.h"
#include "lib/err.h"

/* Where in a line a value is put: as (part of) a word without quotes, between double quotes, between single quotes that
 * stand between double quotes (expressions within a word), behind a '#'. */
enum place { PLACE_BARE, PLACE_QUOTED, PLACE_INNER, PLACE_COMMENT };

/* Where a '#' begins a comment: on a line that begins with it, before any word, anywhere. */
enum hash { HASH_LINE, HASH_WORD, HASH_ANY };

/* What a backslash between double quotes does: two are one and \" is a quote; \" is a quote, two are two; not every
 * directive agrees that \" is a quote, two are one. */
enum backslash { BACKSLASH_PAIRS, BACKSLASH_QUOTES, BACKSLASH_DIFFERS };

/* A language's row. Quotes open behind blanks and `before`, and are followed by blanks or `behind`; NULL: anywhere. */
struct grammar {
	const char *name;		/* as its users write it */
	char other;			/* quotes besides the double ones: '\'' or '`'; 0: there are none */
	enum hash hash;
	enum backslash backslash;
	const char *before, *behind;
	bool assigns;			/* NAME=value: before the '=' there are no quotes, and no value may stand */
	const char *bare;		/* what a bare word holds */
	const char *not_quoted;		/* refused between double quotes, besides what is refused in all languages */
	const char *not_first;		/* refused as a quoted value's first character */
	const char *not_comment;	/* refused behind a '#' */
	size_t max;			/* bytes of a value */
};

extern const struct grammar grammar_apache, grammar_caddy, grammar_lighttpd, grammar_nginx, grammar_systemd;

/*
 * Adds text to out so that the server reads exactly these bytes at that place. ERR_CONFIG, out untouched, where the
 * grammar cannot hold one of them there (said by name: "a double quote", "a line break", "'$'", and by whom: "nginx").
 * Nothing is ever escaped: what may stand there stands as it is. Control characters, NUL (by len), bytes that are not
 * UTF-8 and characters that cannot be seen are refused everywhere; a bare word is letters, digits and "._:/@+,=~-"
 * (lighttpd: digits), and not empty; a quoted text has no '"', no '\', and '$' only before ')' or '|' (regular expressions).
 */
bool grammar_put(const struct grammar *g, enum place place, const char *text, size_t len, struct buf *out, struct err *e);

#endif
