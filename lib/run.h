/* Other programs, run without a shell and not for ever. */
#ifndef LIB_RUN_H
#define LIB_RUN_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/buf.h"
#include "lib/err.h"

struct run {
	const char *const *argv;	/* argv[0] is a path, or a name to look for in PATH; NULL-ended */
	const char *dir;		/* where it is started; NULL: here */
	const char *in;			/* its standard input; NULL: /dev/null */
	size_t in_len;
	int timeout_ms;			/* then its process group is killed, and it is ERR_STORE */
	struct buf *out, *err;		/* what it says, each up to its ceiling, the rest is read and dropped; may be the same */
};

/* *status: its exit status, or 128 + signal. ERR_NOT_FOUND: no such program. */
bool run_program(const struct run *r, int *status, struct err *e);

/* The full path of a program: in PATH, then in the sbin folders that an ordinary user's PATH leaves out. NULL: nowhere.
 * The caller frees. */
char *program_find(const char *name);

#endif
