/* BS2's registration: one list for the account, a row an event. */
#ifndef CLI_WEBHOOK_ROWS_H
#define CLI_WEBHOOK_ROWS_H

#include "cli/webhook.h"

enum { ROWS = 256 };	/* of one answer */

/* One row of the answer. Texts are never NULL; auth may be a secret. */
struct row {
	char *id, *event, *url, *auth_type, *auth;
	int64_t account;	/* 0: none is named */
	bool only_txid;
};

struct rows {
	struct row *item;
	size_t count, cap;
};

/* Reads the list, `evento` or `eventos`, `somenteComTxId` or `somenteTxId`, keys in any case. ERR_REFUSED: it is none. */
bool rows_read(const struct json *doc, struct rows *rows, struct err *e);
void rows_free(struct rows *rows);	/* wipes; safe on a zeroed struct and twice */

/*
 * What of a row is not as wanted: "url", "account", "only_txid", "auth", or NULL. A credential counts only where both have one: whether
 * BS2 tells it in clear is not published. An account of 0 in `want` is any.
 */
const char *row_differs(const struct row *have, const struct row *want);

/* The row of that event, of that account where one is wanted, or NULL. */
const struct row *rows_find(const struct rows *rows, const char *event, int64_t account);

/* The verbs for such a PSP; what is met goes to *e or w->status. events NULL: Recebimento and Pagamento. */
void rows_set(struct webhook *w, const char *events, bool only_txid, bool force, bool dry, struct err *e);
void rows_get(struct webhook *w, bool dry, struct err *e);
void rows_delete(struct webhook *w, bool force, bool dry, struct err *e);

#endif
