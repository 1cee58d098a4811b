/*
 * `pixgate check HOOK --silence SPAN`: money came, and did the PSP's own call tell of it? cli/check_silence.c fills what is seen,
 * judge_silence.c reads it, tests write it as literals. Zeroed is "not looked at".
 */
#ifndef CHECK_SILENCE_H
#define CHECK_SILENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check/judge.h"
#include "pix/pix.h"
#include "pix/psp.h"

#define SILENCE_GRACE_MS (15 * 60 * INT64_C(1000))	/* what is younger may be on its way: PSPs try again after 5 minutes first */
enum { SILENCE_LISTED = 50 };

struct silence_seen {
	const char *hook;
	const struct psp *psp;
	int64_t since_ms, until_ms;	/* paid then: until is SILENCE_GRACE_MS ago */
	bool asked;			/* the PSP's API has told what was received */
	char why[300];			/* of not asked */
	bool whole;			/* of all of that time */
	char unwhole[160];		/* why not; "": whole */
	int64_t paid, cents;		/* receipts of the hook's own keys, and their sum */
	int64_t heard;			/* of these, told by the PSP's own call */
	int64_t filled;			/* of the others, known by `pixgate reconcile` */
	int64_t bare, bare_heard;	/* of paid and of heard, those without a txid */
	int64_t last_ms;		/* when its own call last told of anything; 0: never */
	char e2eid[SILENCE_LISTED][PIX_E2EID_MAX + 1];	/* of those that it did not tell of, in the PSP's order */
	size_t listed;
};

extern const struct check silence_checks[];	/* ends with a row whose id is NULL; judge is NULL in all of them */

/* As judge(). findings_free. */
void silence_judge(const struct silence_seen *s, struct findings *f);

#endif
