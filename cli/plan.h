/* What `pixgate init` is going to write. */
#ifndef CLI_PLAN_H
#define CLI_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/settings.h"

struct plan {
	const char *name, *path, *domain;	/* domain NULL: none yet */
	const struct psp *psp;
	const struct psp_env *env;
	const char *state;			/* folder of the inbox; NULL: beside the configuration */
	char secret_file[80];			/* "pix.secret", beside the configuration */
};

/* As they stood on the command line; NULL where one was not given. */
struct plan_words {
	const char *name, *psp, *environment, *path, *domain;
};

bool plan_make(struct plan *p, const struct plan_words *w, struct err *e);	/* ERR_USAGE with the nearest word */

/* An annotate_fn; arg is the plan. */
char *plan_value(const struct key *key, const void *arg, bool *live);

/* A secret that is registered already, from a file or "-"; a final line break is dropped. Wipe it after use. */
bool secret_adopt(const char *file, char *secret, size_t size, bool quiet, struct err *e);

#endif
