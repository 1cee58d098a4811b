/* The URLs of a hook on standard output. */
#ifndef CLI_URLS_H
#define CLI_URLS_H

#include <stdbool.h>

#include "conf/settings.h"

/* domain NULL: the hook's; event NULL: every event that has a URL of its own. Secrets are wiped from memory after. */
bool print_urls(const struct settings *s, const struct hook *h, const char *domain, const char *event, bool json, bool quiet, struct err *e);

bool domain_ok(const char *domain, struct err *e);	/* ERR_USAGE */

#endif
