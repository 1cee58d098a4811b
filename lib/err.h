/* One way to fail: a code that says what it means to the outside, and a line for a person. */
#ifndef LIB_ERR_H
#define LIB_ERR_H

#include <stdbool.h>

enum err_code {
	ERR_NONE,
	ERR_USAGE,	/* the command line is wrong */
	ERR_CONFIG,	/* the configuration, or a file that it names, is wrong */
	ERR_INPUT,	/* bytes from outside are not what they must be */
	ERR_TOO_LARGE,	/* more bytes than a limit allows */
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

/* What a code means to the outside. */
struct err_means {
	int http;	/* status the gate answers */
	int exit;	/* exit status of `pixgate` */
};

/* Sets *e (NULL is allowed) and returns false, so that `return fail(e, …)` reads as one step. */
bool fail(struct err *e, enum err_code code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Puts "context: " before the text of *e and returns false. The code stays. */
bool fail_in(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Never NULL: an unknown code means what ERR_STORE means. */
const struct err_means *err_means(enum err_code code);

#endif
