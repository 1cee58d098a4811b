/* One way to fail: a code that says what it means to the outside, and a line for a person. */
#ifndef LIB_ERR_H
#define LIB_ERR_H

#include <stdbool.h>

enum err_code {
	ERR_NONE,
	ERR_USAGE,	/* the command line is wrong */
	ERR_CONFIG,	/* the configuration, or a file that it names, is wrong */
	ERR_INPUT,	/* bytes from outside are not what they must be */
	ERR_STORE,	/* local storage or I/O failed; trying again later may work */
	ERR_NOT_FOUND,	/* nothing matched */
	ERR_NET,	/* network or TLS failure before an answer */
	ERR_REFUSED,	/* the PSP refused; text holds its own words */
	ERR_CODES
};

/* text is one line without a final newline, NUL-terminated; longer texts are cut. */
struct err {
	enum err_code code;
	char text[512];
};

/* Sets *e (NULL is allowed) and returns false, so that `return fail(e, …)` reads as one step. */
bool fail(struct err *e, enum err_code code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Puts "context: " before the text of *e and returns false. The code stays. */
bool fail_in(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The exit status that a code is to a script: a promise (the list is in pixgate(1)). An unknown one is ERR_STORE's. What
 * the gate answers is a table of its own, fcgi/answer.c: a stranger must not learn an error's kind. */
int err_exit(enum err_code code);

#endif
