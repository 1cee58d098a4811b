/* Writers of several processes queue for a file: flock(2) waits in the kernel, where SQLite polls and is unfair. */
#ifndef INBOX_QUEUE_H
#define INBOX_QUEUE_H

#include <stdbool.h>

#include "lib/err.h"

enum { QUEUE_WAIT_S = 20 };	/* longer than any transaction; a holder that was stopped must not hang us for ever */

/* Zero is closed. The kernel gives the lock free when its holder ends, however it ends. */
struct queue {
	int fd;		/* plus 1 */
	bool held;
};

/* Makes the lock file, with the owner and mode of the store's file `like` (which exists). ERR_STORE. */
bool queue_open(struct queue *q, const char *path, const char *like, struct err *e);
void queue_close(struct queue *q);	/* also leaves; safe on a zeroed struct and twice */

/* Waits at most `seconds`; ERR_STORE when nobody gave it free by then. Nothing happens where it is held already. */
bool queue_enter(struct queue *q, int seconds, struct err *e);
void queue_leave(struct queue *q);

#endif
