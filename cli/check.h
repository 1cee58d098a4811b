/*
 * What the files of `pixgate check` share. A target is in check_target.h: no file may have both that and cli/webhook.h, whose targets
 * are something else.
 */
#ifndef CLI_CHECK_H
#define CLI_CHECK_H

#include <stdbool.h>

#include "cli/verb.h"

enum {
	CHECK_PSP, CHECK_MODE, CHECK_ONLY, CHECK_SKIP, CHECK_STRICT, CHECK_TIMEOUT, CHECK_RESOLVE, CHECK_CACERT, CHECK_CLIENT_CERT,
	CHECK_BASIC, CHECK_BEARER, CHECK_JUNIT, CHECK_SERVER, CHECK_LOCAL, CHECK_GATE, CHECK_SOCKET, CHECK_LOG, CHECK_SILENCE
};

/*
 * `pixgate check --local`: this machine, or this account of a shared host, and nothing of the net (check_local.c). Returns an exit
 * status; of the options CHECK_LOCAL, CHECK_GATE to CHECK_LOG, CHECK_STRICT and CHECK_JUNIT concern it. The operand, a hook's name, may be left out.
 */
int check_local(const struct common *c, const struct args *a, struct err *e);

/*
 * `pixgate check HOOK --silence SPAN`: did the PSP's own call tell of what it says was received (check_silence.c)? Nothing is sent to the URL.
 * Returns an exit status; of the options CHECK_SILENCE, CHECK_STRICT and CHECK_JUNIT concern it.
 */
int check_silence(const struct common *c, const struct args *a, struct err *e);

/*
 * What is registered at the PSP for the hook, and what `cert push` remembers, into seen's last fields (check_psp.c). A hook without
 * credentials is not asked about. What fails is a fact of it too: registration_why.
 */
struct seen;
void check_psp(const struct common *c, const char *hook, struct seen *s);

/* One line on standard error that is written anew at each step, on a terminal alone (check_progress.c). */
struct check_progress {
	bool on;
	int steps;
};
void check_progress_begin(struct check_progress *p, bool wanted);
void check_progress_step(void *ctx, const char *step);	/* ctx is a struct check_progress */
void check_progress_end(struct check_progress *p);

#endif
