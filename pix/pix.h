/* What a Pix event is. */
#ifndef PIX_PIX_H
#define PIX_PIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pix_kind {
	PIX_RECEIVED,
	PIX_REFUND,	/* devolução */
	PIX_SENT,
	PIX_RECURRENCE,	/* Pix Automático, authorisation (recs) */
	PIX_CHARGE,	/* Pix Automático, charge (cobsr) */
	PIX_PAYMENT,	/* BS2: a payment that the merchant made */
	PIX_RETURN,	/* BS2 indirect: restituição */
	PIX_VALIDATION,	/* BS2 indirect: asks before it completes */
	PIX_KINDS
};

/* The word for it in JSON, tables and the store; never renamed. NULL outside the enumeration. */
const char *pix_kind_name(enum pix_kind kind);
bool pix_kind_parse(const char *name, enum pix_kind *kind);

enum {
	PIX_E2EID_MAX = 64,	/* the standard says 32; published examples have 25 to 34 */
	PIX_TXID_MAX = 64,	/* the standard says 35 */
	PIX_KEY_MAX = 77,	/* BCB DICT */
	PIX_REF_MAX = 128,
	PIX_STATUS_MAX = 48,
};

/* A value: no pointers, copied freely. Texts are NUL-terminated printable ASCII; empty is absent. */
struct pix_event {
	enum pix_kind kind;
	bool foreign;		/* its key is none of the hook's, or it is a test: never handed over */
	bool has_cents, has_at;
	int64_t cents;		/* centavos; 0 where has_cents is not set */
	int64_t at_ms;		/* the PSP's time, milliseconds since 1970 UTC; 0 where has_at is not set */
	char e2eid[PIX_E2EID_MAX + 1];
	char txid[PIX_TXID_MAX + 1];
	char key[PIX_KEY_MAX + 1];
	char ref[PIX_REF_MAX + 1];
	char status[PIX_STATUS_MAX + 1];
};

/* The events of one body. Owned by whoever holds it; pix_batch_free is safe on a zeroed struct and twice. */
struct pix_batch {
	struct pix_event *events;
	size_t count, cap;
	bool ping;		/* a registration test: nothing to keep */
	bool unread;		/* some item, or all of the body, was not understood: keep the bytes and warn */
	char why[160];		/* of unread: what was not understood, never a value from the body */
};

void pix_batch_free(struct pix_batch *b);

struct psp;

/*
 * Reads one body as `psp` sends it. `event` is the event's name that the URL told (bs2-indirect), else "".
 * Never fails: what is not understood sets unread. Batch must be zeroed or reset; events are appended, twins inside one
 * body included. Never more than LIMIT_ITEMS events; the rest makes the body unread.
 */
void pix_parse(const struct psp *psp, const char *event, const char *body, size_t len, struct pix_batch *batch);

/* Sets `foreign` on the events whose key is not empty and is none of keys[0..n) (ASCII case does not count: DICT keys
 * are lower-case), and on tests (pix_is_test) whatever their key. With n == 0 only a test is foreign. */
void pix_mark_foreign(struct pix_batch *batch, const char *const *keys, size_t n);

#endif
