/* One FastCGI request by way of libfcgi, which parses it and frames the answer. Hides its types. */
#ifndef FCGI_SERVE_H
#define FCGI_SERVE_H

#include <stdbool.h>
#include <stddef.h>

struct served;

/* Once per process, before signal handlers are installed (libfcgi installs some of its own). */
bool serve_init(void);

/*
 * Parses the request that fd will give without blocking: a socket on which wire_whole saw one, or a file. fd stays the
 * caller's, but where the result is NULL: then it was no request and fd is closed.
 */
struct served *serve_take(int fd);

char *const *serve_params(const struct served *s);	/* "NAME=VALUE", NULL-ended; lives as long as s */

/* At most size bytes of the body, from the fd it was taken from. */
size_t serve_body(struct served *s, char *to, size_t size);

/* Sends the answer to fd, which does not block, and frees s. true: the web server keeps the connection open. */
bool serve_answer(struct served *s, int fd, const char *text, size_t len);

void serve_drop(struct served *s);	/* frees s without an answer; NULL is allowed */

#endif
