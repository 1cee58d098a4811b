/* What the PSP's API says was received, page by page, as events. */
#ifndef RECON_RECEIVED_H
#define RECON_RECEIVED_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "api/api.h"
#include "lib/err.h"
#include "pix/pix.h"

/* One item of the PSP's list. Borrowed until the callback returns. */
struct received {
	const struct pix_event *events;	/* the receipt, and its refunds */
	size_t count;
	const char *body;		/* {"pix":[ITEM]}: what a callback would have said; what is stored where it was missing */
	size_t len;
	const char *why;		/* not "": the item was not understood wholly; count may be 0 then */
};
typedef bool received_fn(const struct received *, void *);	/* false ends the walk, which then fails with the callback's own error */

/* How a walk went. */
struct received_walk {
	int64_t items, repeats;		/* told of; told before in this walk (not handed on) */
	int pages, asked;		/* pages read; requests, those that were told to wait included */
	bool whole;			/* as many as the PSP said there are; where it does not say, until a page was not full */
	char why[160];			/* of not whole */
};

struct received_ask {
	int64_t since_ms, until_ms;	/* at most the profile's window_ms apart */
	int64_t (*now)(void);		/* for the token's age */
	int64_t (*wait)(int64_t ms, void *arg);	/* waits for a rate limit; returns what is left of it (stopped early: not 0) */
	void *arg;
	int64_t patience_ms;		/* in all, for rate limits and 5xx */
};

/*
 * Every item of [since, until] once, in the PSP's order. 429 and 503 are waited for (Retry-After, else 1, 2, 4 … 60 s). A page
 * count that lies, a page that repeats rows, one that is empty too early: whole says so. At most 10,000 pages. ERR_NET, ERR_REFUSED,
 * ERR_USAGE where the profile has no list.
 */
bool received_list(struct api *a, const struct hook *h, const struct received_ask *ask, received_fn *fn, void *arg, struct received_walk *walk,
		   struct err *e);

/* One receipt by its e2eid, with its refunds. *found false: the PSP knows none. Same errors. batch is for pix_batch_free. */
bool received_one(struct api *a, const struct hook *h, const char *e2eid, int64_t now_ms, struct pix_batch *batch, bool *found, struct err *e);

/* As received_one; *said is how the PSP answered where that failed, for who tries again later. */
struct received_said {
	long status;		/* 0: not at all */
	int retry_after_s;	/* -1: it named no time */
	bool token;		/* the answer is about the token */
};
bool received_one_said(struct api *a, const struct hook *h, const char *e2eid, int64_t now_ms, struct pix_batch *batch, bool *found,
		       struct received_said *said, struct err *e);

#endif
