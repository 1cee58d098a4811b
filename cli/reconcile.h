/* What the files of `pixgate reconcile` share. */
#ifndef CLI_RECONCILE_H
#define CLI_RECONCILE_H

#include "api/api.h"
#include "cli/check.h"
#include "cli/out.h"
#include "cli/start.h"
#include "cli/verb.h"
#include "recon/compare.h"
#include "recon/idset.h"
#include "recon/received.h"
#include "recon/windows.h"

/* One item of the PSP's list of which something is to be said, until it is said. All owned. */
struct odd_item {
	char *body;
	size_t len;
	struct pix_batch batch;
};

/* What is to be sent again. */
enum { RESEND_RECEIVED, RESEND_REFUND, RESENDS };
struct resend {
	struct buf list;		/* [ and e2eids */
	size_t count;
};

/* What was met in one run. */
struct tally {
	int64_t listed;			/* Pix of the time, the hook's own */
	int64_t other_keys;		/* Pix of the account's other keys */
	int64_t young;			/* not here, and so young that their notice may be on its way */
	int64_t found[FOUND_KINDS];
	int64_t missing_cents, without_txid, stored, resent, too_old;
	int64_t unwhole;		/* pieces of time of which the PSP did not give all */
};

struct reconcile {
	const struct common *common;
	struct started st;
	const struct hook *hook;
	struct api *api;
	const struct psp_list *list;
	bool fix, resend;
	int64_t now_ms, grace_ms, mark_ms;
	struct windows plan;
	struct window window;
	bool open;			/* something was missing and is so still: the mark stays */
	struct idset said, listed;	/* findings told of; e2eids of this piece */
	struct odd_item *odd;
	size_t odd_count, odd_cap;
	struct resend again[RESENDS];
	int64_t piece_listed, piece_other;	/* of this piece, for the tally once it is done */
	int looked;			/* how often one Pix was asked for */
	struct tally tally;
	struct buf lines;
	struct check_progress progress;
};

/* One piece of time: the PSP's list, what differs, and what is done about it. *whole: the PSP gave all. */
bool reconcile_piece(struct reconcile *r, bool *whole, struct err *e);

/* An item is kept for the next reconcile_flush, which is called for at `most` of them. */
bool reconcile_odd(struct reconcile *r, const struct received *item, const struct pix_batch *batch, struct err *e);

/* All that the inbox has of an e2eid, for the callback; false: *e. */
bool reconcile_ours(struct reconcile *r, const char *e2eid, struct pix_batch *ours, struct err *e);

/* Says what was found, and where --fix was given stores it first, in one transaction. */
bool reconcile_flush(struct reconcile *r, struct err *e);

/* Asks the PSP to send again what was gathered: at `least` of a kind or more. */
bool reconcile_resend(struct reconcile *r, size_t least, struct err *e);

/* true the first time: pieces overlap, and are asked for again in halves. */
bool reconcile_once(struct reconcile *r, const char *what, const struct pix_event *ev);

/* One finding as a line in r->lines, counted, and gathered to be sent again; once each. */
void reconcile_say(struct reconcile *r, const struct finding *f);
void reconcile_say_unreadable(struct reconcile *r, const struct odd_item *item);

/* The last line, and what it means. */
void reconcile_sum(const struct reconcile *r);

/* So young that its notice may be on its way. */
bool reconcile_young(const struct reconcile *r, const struct pix_event *ev);

/* Bodies in one transaction: the gate waits as long. Of one request, whose most is 1,000: a chunk is always added as a whole. */
enum { RECONCILE_CHUNK = 32, RESEND_ENOUGH = 900 };

#endif
