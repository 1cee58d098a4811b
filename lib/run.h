/* Other programs, run without a shell and not for ever. */
#ifndef LIB_RUN_H
#define LIB_RUN_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "lib/buf.h"
#include "lib/err.h"

struct run {
	const char *const *argv;	/* argv[0] is an absolute path, or a name for program_find; NULL-ended */
	const char *dir;		/* where it is started; NULL: here */
	const char *const *set;		/* "NAME=value": its environment has these, and else ours; NULL-ended, or NULL */
	bool bare;			/* its environment has nothing of ours */
	uid_t uid;			/* not 0: it runs as that user, of the group gid and no other; root alone may ask for it */
	gid_t gid;
	const char *in;			/* its standard input; NULL: /dev/null */
	size_t in_len;
	int timeout_ms;			/* then its process group is killed, and it is ERR_STORE */
	int grace_ms;			/* before it is killed its group gets a TERM and this time, beyond timeout_ms; 0: neither */
	bool dies_with_us;		/* it is killed where we end without a word (SIGKILL), or the thread that called; its children are not */
	struct run_end *end;		/* how it ended, more closely; NULL: not asked for */
	struct buf *out, *err;		/* what it says, each up to its ceiling, the rest is read and dropped; may be the same; NULL: dropped */
	const volatile sig_atomic_t *stop;	/* not 0: its process group is killed at once; NULL: nothing stops it */
};

struct run_end {
	bool began;		/* it was started */
	bool late;		/* its time was up */
	int signal;		/* that it died of; 0: it exited */
};

/*
 * *status: its exit status, or 128 + signal; 128 + *stop where that stopped it. What it leaves running in its process
 * group is killed when it has ended; what has left that group (setsid) is not looked for, and not waited for, whatever it
 * still says. ERR_NOT_FOUND: no such program. Any number of threads may run programs at a time.
 */
bool run_program(const struct run *r, int *status, struct err *e);

/* The full path of a program: in PATH (its absolute folders), then in the sbin folders that an ordinary user's PATH
 * leaves out. A name with a slash is looked for nowhere else. NULL: nowhere. The caller frees. */
char *program_find(const char *name);

#endif
