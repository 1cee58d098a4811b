/* A host's addresses, from wherever this machine has them. The only file that asks DNS by itself. */
#ifndef LIB_LOOKUP_H
#define LIB_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"
#include "lib/net.h"

/*
 * Every A and AAAA address of host, each once, in the order of the resolver (RFC 6724), at most `most`; *count is how many. An
 * address stands for itself. ERR_NET: none. It takes as long as the resolver's own limits.
 */
bool lookup(const char *host, struct ip *list, size_t most, size_t *count, struct err *e);

#endif
