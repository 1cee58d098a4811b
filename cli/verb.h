/* The verbs of `pixgate`. A new one is a file verb_NAME.c and a row in main.c. */
#ifndef CLI_VERB_H
#define CLI_VERB_H

#include <stdbool.h>

#include "lib/err.h"

/* What stands before or after the verb and holds for all of them. */
struct common {
	const char *conf;	/* --conf FILE, NULL: found by settings_find */
	bool json, quiet;	/* --json, -q */
	int verbose;		/* -v, counted */
};

struct verb {
	const char *name, *synopsis;	/* "inbox", "list|show|stats|replay|unread [OPTION …]" */
	const char *summary;		/* one line for `pixgate help` */
	const char *help;		/* the rest, for `pixgate help VERB` */
	const char *const *options;	/* every long option with its dashes, NULL-ended: completion and the manual's test read it */
	/* argv[0] is the verb. Returns an exit status. Errors are printed by the caller from *e where it is set. */
	int (*run)(const struct common *, int argc, char **argv, struct err *e);
};

extern const struct verb *const verbs[];	/* NULL-ended */

#endif
