/* Options of a command line, read by one table that the help, the completion and the manual's test read too. */
#ifndef CLI_OPT_H
#define CLI_OPT_H

#include <stdbool.h>

#include "lib/err.h"

#define OPT_MAX 32	/* rows of one table */

/* One long option. A table ends with a row whose name is NULL; a row's place is its place in args.value. */
struct opt {
	const char *name;	/* "--hook" */
	const char *value;	/* what its value is called in the help; NULL: a flag */
	const char *help;	/* one line */
	char brief;		/* 'q' for -q, 0: there is none */
};

/* What stood on the command line. All borrowed from argv, but for the array of operands. */
struct args {
	const char *value[OPT_MAX];	/* NULL: was not given; of a flag "" */
	int times[OPT_MAX];
	const char **operand;		/* owned: args_free */
	int operands;
};

/*
 * Reads argv[*at…] by two tables (either may be NULL): `--x V`, `--x=V`, and the brief ones (`-qv`, `-x V`, `-xV`). Where stop is set it ends
 * at the first word that is no option, else it gathers such words as operands. `--` ends the options. *at is where it
 * ended. The last of several `--x` counts. ERR_USAGE names the option and the nearest known one.
 */
bool args_read(const struct opt *own, struct args *own_args, const struct opt *common, struct args *common_args, bool stop, int argc, char **argv, int *at, struct err *e);
void args_free(struct args *a);		/* safe on a zeroed struct and twice */

/* A whole number of at least `least`, in decimal and nothing else. ERR_USAGE names the option or the operand. */
bool args_number(const char *what, const char *text, long long least, long long *n, struct err *e);

#endif
