/* SIGINT, SIGTERM and SIGHUP while a verb has something to clean up or to say before it ends. */
#ifndef CLI_STOP_H
#define CLI_STOP_H

#include <signal.h>

/* The signal that came since stop_catch, or 0. */
extern volatile sig_atomic_t stopped;

/* From now on they are noted in `stopped` and interrupt what waits (no SA_RESTART). What whoever started us has ignored
 * (nohup) stays ignored. */
void stop_catch(void);

/* What `stopped` holds, which is 0 then: the next signal counts anew. */
int stop_take(void);

/* They end the program again as before stop_catch. */
void stop_release(void);

#endif
