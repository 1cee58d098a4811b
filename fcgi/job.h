/* One request on its way through the gate: parameters, verdict, body, events, answer. */
#ifndef FCGI_JOB_H
#define FCGI_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fcgi/gate.h"
#include "inbox/inbox.h"
#include "lib/limits.h"
#include "lib/log.h"

struct job {
	struct req req;			/* borrows from the CGI environment or the FastCGI request */
	int64_t announced;		/* CONTENT_LENGTH; -1: absent, empty or -1; -2: not a number */
	struct verdict verdict;
	int status;			/* the answer; 0 while there is none */
	bool store;			/* there is something to be made durable before the answer */
	const char *body;		/* borrowed */
	size_t body_len;
	struct pix_batch batch;
	struct inbox_put put;
	int64_t began_us;		/* monotonic; the first byte was seen */
	struct job *next;		/* in the turn that commits it */
	char uri[LIMIT_URL + 2];	/* REQUEST_URI where the server sent none and it was put together */
};

/* A job at its start; only what is read before it is written is set, since the struct is large. */
void job_start(struct job *j, int64_t now_us);

/*
 * Reads the CGI variables of environ or of a FastCGI request ("NAME=VALUE", NULL-ended; the first of twins counts).
 * Nothing that begins with HTTP_ becomes a fact about the peer, but what settings say of trusted proxies.
 */
void job_params(struct job *j, char *const *envp, enum proxy_header proxy_header);

/* Judges the parameters. A job that is refused has its status set. now in seconds since 1970. */
void job_admit(struct job *j, struct gate *g, int64_t now);

/*
 * Takes the body of a job that was let in: 413, 400, or events in batch and `store` set (a ping has status 200 at
 * once). too_large: the body went past max_body and was drained. The body must live until the job was stored.
 */
void job_body(struct job *j, const char *body, size_t len, bool too_large);

void job_free(struct job *j);	/* what the job owns, not the job; safe on a zeroed one and twice */

/* The inbox as the gate keeps it: opened when first needed, opened again after a failure. */
struct keeper {
	const char *url, *dir;
	enum inbox_mode mode;
	struct inbox *box;
};

/*
 * Makes all jobs of the list that have `store` set durable in one transaction and sets their status: 200, or 503 where
 * it could not be done. A job whose own note is refused by the store costs no other job its place. *e tells of the
 * failure (its code is ERR_NONE where there was none). now_ms is the wall clock.
 */
void keeper_store(struct keeper *k, struct job *list, int64_t now_ms, struct err *e);
/* Work that may wait; idle: nobody does. */
void keeper_tidy(struct keeper *k, bool idle);
void keeper_close(struct keeper *k);

/* The whole CGI answer of a status (RFC 3875 §6), refusals alike to the byte: static, NUL-terminated. check is the one
 * that failed, or "": HTTP's own 401 has to name the scheme that is missing (RFC 9110 §11.6.1). */
const char *answer_text(int status, const char *check, size_t *len);

/* One line on a job, accepted or refused, and one more for what the owner should look at. now_us is monotonic. */
void report_job(const struct job *j, int64_t now_us);
/* The gate itself is at fault: the store ("store") or the configuration ("configuration") failed. */
void report_trouble(const char *what, const struct err *e, int64_t now_us);

#endif
