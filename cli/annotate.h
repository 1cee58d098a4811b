/* A configuration file with a sentence for every setting. */
#ifndef CLI_ANNOTATE_H
#define CLI_ANNOTATE_H

#include "conf/settings.h"
#include "lib/buf.h"

/*
 * The value of one setting as libconfig text, owned by the caller, or NULL: the table's example. *live says whether the
 * line holds or is written as a comment; it comes in as what `conf example` makes of it.
 */
typedef char *annotate_fn(const struct key *key, const void *arg, bool *live);

/* All settings, one hook. value NULL: the examples. title is the first line's comment. */
void annotate(struct buf *b, const char *title, annotate_fn *value, const void *arg);

/* libconfig's text of one value as JSON: a string, a number or an array. */
void conf_text_json(struct buf *b, const char *text);

#endif
