/* FastCGI as a service: one thread, one event loop, one commit for all requests that are ready. */
#ifndef FCGI_LOOP_H
#define FCGI_LOOP_H

#include "fcgi/listen.h"

/*
 * Serves until SIGTERM, SIGINT or SIGUSR1, then finishes the requests in hand; SIGHUP reads configuration and secrets
 * again. conf is --conf or NULL. Closes the listener. Returns the exit status.
 */
int loop_serve(struct listener *l, const char *conf);

#endif
