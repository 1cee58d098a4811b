/* What the PSP lists against what the inbox has. */
#ifndef RECON_COMPARE_H
#define RECON_COMPARE_H

#include <stdbool.h>
#include <stddef.h>

#include "pix/psp.h"

enum finding_what {
	FOUND_MISSING,		/* the PSP lists it, the inbox has it not */
	FOUND_STATE,		/* of a refund the inbox has an older state alone */
	FOUND_DIFFERENT,	/* both have it, and say something else of it */
	FOUND_NOT_LISTED,	/* the inbox has it, the PSP does not list it */
	FOUND_UNREADABLE,	/* the PSP lists what is not understood; made by who reads the list */
	FOUND_UNSETTLED,	/* the PSP lists a receipt with a status that no callback tells of: no gap */
	FOUND_KINDS
};

/* The word for it in JSON; never renamed. */
const char *finding_name(enum finding_what what);

/* Can it be closed by storing what the PSP lists? */
bool finding_open(enum finding_what what);

enum { DIFFERS_AMOUNT = 1, DIFFERS_KEY = 2, DIFFERS_TXID = 4, DIFFERS_STATUS = 8 };

struct finding {
	enum finding_what what;
	const struct pix_event *theirs, *ours;	/* NULL: there is none; borrowed */
	unsigned differs;			/* DIFFERS_…, of FOUND_DIFFERENT */
};
typedef void finding_fn(const struct finding *, void *);

/*
 * The events of one item of the list against all that the inbox has of its e2eid. A receipt is the same by its e2eid, whatever its status
 * and txid: where one side is silent about key, amount, txid or status that is no difference. A refund is the same by its ref.
 * Case counts in no status and no key. Refunds on their way (list->passing) are not missed: nobody tells of them.
 */
void compare_item(const struct psp_list *list, const struct pix_event *theirs, size_t count, const struct pix_event *ours, size_t own, finding_fn *fn,
		  void *arg);

/* Is that what callbacks tell of? A status that is silent is. */
bool compare_told(const struct psp_list *list, const struct pix_event *ev);

/* Must the list hold this event of the inbox? A receipt of that time, neither foreign nor a test. */
bool compare_listed(const struct pix_event *ours, int64_t from_ms, int64_t to_ms);

#endif
