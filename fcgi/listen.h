/* The socket on which a web server reaches us. */
#ifndef FCGI_LISTEN_H
#define FCGI_LISTEN_H

#include <stdbool.h>

#include "lib/err.h"

struct listener {
	int fd;			/* not blocking, close-on-exec; -1: none */
	char path[108];		/* of a unix socket that we made and remove; else "" */
};

/*
 * "unix:PATH" (mode 0660; its group is set where group is not NULL) or "HOST:PORT" with a numeric loopback address:
 * FastCGI authenticates nobody, so that whoever reaches the socket can claim to be any address with any certificate.
 * A socket file that a killed process left behind is replaced; one that somebody listens on is an error. ERR_CONFIG
 * for what is wrong with `where`, ERR_STORE for what the system refuses.
 */
bool listen_open(struct listener *l, const char *where, const char *group, struct err *e);

/* A listening socket that was handed to us: descriptor 3 with LISTEN_FDS (systemd), else standard input (spawn-fcgi,
 * mod_fcgid, lighttpd). false: there is none, this is plain CGI or a terminal. */
bool listen_inherited(struct listener *l);

void listen_close(struct listener *l);

#endif
