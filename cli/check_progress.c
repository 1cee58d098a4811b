/* What is being looked at, for a person who waits. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/check.h"

void check_progress_begin(struct check_progress *p, bool wanted)
{
	const char *term = getenv("TERM");

	*p = (struct check_progress){ .on = wanted && isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0 };
}

/* ECMA-48 EL: the rest of the line goes. */
void check_progress_step(void *ctx, const char *step)
{
	struct check_progress *p = ctx;

	p->steps++;
	if (p->on)
		fprintf(stderr, "\r\033[Kpixgate: %d: %s \xe2\x80\xa6", p->steps, step);
}

void check_progress_end(struct check_progress *p)
{
	if (p->on && p->steps)
		fputs("\r\033[K", stderr);
	p->on = false;
}
