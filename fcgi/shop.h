/* What a long-lived gate has open: configuration, proofs, inbox. Both may fail and come back without a restart. */
#ifndef FCGI_SHOP_H
#define FCGI_SHOP_H

#include "fcgi/job.h"

struct shop {
	const char *given;	/* --conf or NULL */
	struct gate gate;
	struct keeper keeper;
	bool open;
	int64_t tried_us;	/* when opening failed last; 0: it did not */
	struct err why;		/* of the failure */
};

/* Opens what is not open, at most once a second after a failure. false: nobody is let in now. Reports. */
bool shop_ready(struct shop *s, int64_t now_us);

/* Reads the configuration and the secrets again. Where they are wrong the old ones stay, and that is reported. */
void shop_reload(struct shop *s, int64_t now_us);

/* Judges a job's parameters: envp as in job_params. 503 where the shop is not ready. */
void shop_admit(struct shop *s, struct job *j, char *const *envp, int64_t now_us);

/* Opens the inbox ahead of the first request, so that trouble is reported at the start. */
void shop_warm(struct shop *s, int64_t now_us);

void shop_close(struct shop *s);

#endif
