/* One connection of the web server: idle, or with a request that arrives. */
#ifndef FCGI_CONN_H
#define FCGI_CONN_H

#include <stdbool.h>
#include <stdint.h>

#include "fcgi/serve.h"
#include "fcgi/shop.h"
#include "fcgi/wire.h"
#include "lib/buf.h"

struct conn {
	int fd;
	bool busy;			/* a request has begun and was not answered */
	bool waiting;			/* its job waits for the commit */
	bool cut;			/* to be closed after its answer: bytes behind the request, or a body without end */
	int64_t since_us;		/* of the busy or idle time, monotonic */
	struct conn *prev, *next;	/* in the loop's list of its kind, oldest first */
	struct conn *turn_next;		/* in the turn that commits its job */
	/* a request that was not whole at first sight is collected here */
	bool collecting, wanted, too_large;
	struct wire wire;
	struct buf head, body;
	/* a request whose parameters are known */
	struct served *served;
	struct job *job;
	char *direct;			/* the body of a request that was whole at first sight */
};

struct conn *conn_new(int fd, int64_t now_us);
void conn_free(struct conn *c);		/* closes fd */

enum conn_step {
	CONN_WAIT,	/* nothing, or not all of it: come back when there is more */
	CONN_READY,	/* c->job has a status, or has to be stored */
	CONN_CLOSE
};

/* Reads what has come. Never blocks. */
enum conn_step conn_read(struct conn *c, struct shop *s, int64_t now_us);

/* Sends the answer of c->job and forgets it. false: the connection is to be closed. */
bool conn_answer(struct conn *c, int64_t now_us);

#endif
