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

/*
 * The addresses that "HOST:PORT:ADDRESS[,ADDRESS…]" (an IPv6 host in brackets; addresses with or without) has for host and port, at most
 * `most`; *applies false: it is of others, and *count is untouched. host NULL: its form alone is looked at. ERR_USAGE.
 */
bool lookup_resolve(const char *resolve, const char *host, int port, struct ip *list, size_t most, size_t *count, bool *applies, struct err *e);

/* As lookup, where resolve (NULL: none) has nothing for host and port. */
bool lookup_at(const char *host, int port, const char *resolve, struct ip *list, size_t most, size_t *count, struct err *e);

#endif
