/* BS2's registration: one list for the account, a row an event. */
#ifndef CLI_WEBHOOK_ROWS_H
#define CLI_WEBHOOK_ROWS_H

#include "cli/webhook.h"

enum { ROWS = 20000 };	/* of one answer */
enum { EVENTS = 16 };	/* that a PSP may have, and a NULL */

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

/* ---- read and compared (webhook_rows.c; pure) */

/*
 * Reads the list, `evento` or `eventos`, `somenteComTxId` or `somenteTxId`, `autorizacao` or `autenticacao` with `valor`, `token` or
 * `usuario` and `senha`, keys in any case. ERR_REFUSED: it is none.
 */
bool rows_read(const struct json *doc, struct rows *rows, struct err *e);
void rows_free(struct rows *rows);	/* wipes; safe on a zeroed struct and twice */

/*
 * What of a row is not as wanted: "url", "account", "only_txid", "auth", or NULL. An account of 0 in `want` is any. A credential counts
 * only where both have one and theirs is not masked: whether BS2 tells it in clear is not published.
 */
const char *row_differs(const struct row *have, const struct row *want);
bool row_hides_auth(const struct row *have, const struct row *want);	/* a credential is wanted, and theirs is masked or not told */

/* The row of that event, of that account where one is wanted, or NULL. */
const struct row *rows_find(const struct rows *rows, const char *event, int64_t account);

/* Whether the id can be named in a request: one of 1 to 200 visible ASCII characters. */
bool row_has_id(const struct row *r);

/* The PSP's events that have a URL each, NULL-ended. */
void route_events(const struct psp *psp, const char *names[EVENTS]);

/* Of known (NULL-ended) the one that is text[0..len) but for case, or NULL. */
const char *event_named(const char *const known[], const char *text, size_t len);

/* A list such as "a,b" in the spelling of known, each once. ERR_USAGE names the known ones. */
bool events_read(const char *text, const char *const known[], const char *names[EVENTS], size_t *count, struct err *e);

/* As url_whose, where each event has a URL below the hook's, base: besides, "this hook's URL with another path". */
const char *route_whose(const char *base, const char *event, const char *const known[], const char *theirs);

/* ---- asked, shown and deleted (webhook_account.c); what is met goes to *e or w->status */

bool rows_ask(struct webhook *w, struct rows *rows, struct err *e);
const char *row_whose(const struct webhook *w, const struct row *r);
bool row_is_foreign(const struct webhook *w, const struct row *r);

/* One line: what came of an event. was NULL: there was none; is "": there is none; differs NULL: it did not. */
void row_say(const struct webhook *w, const char *event, const struct row *was, const char *is, const char *result, const char *differs);
void rows_get(struct webhook *w, bool dry, struct err *e);
void rows_delete(struct webhook *w, const char *events, bool force, bool dry, struct err *e);	/* events NULL: all */

/* Says that credentials which the PSP does not show could not be compared. */
void note_hidden_auth(const struct webhook *w);

/* A registration that failed: its secrets out of the text, then webhook_failed. */
struct auth;
void rows_failed(struct webhook *w, const char *label, const struct auth *auth, const struct api_answer *a, struct err *e);

/* ---- registered: webhook_bs2.c (events NULL: Recebimento and Pagamento) and webhook_routes.c (NULL: all of the profile) */

void rows_set(struct webhook *w, const char *events, bool only_txid, bool force, bool dry, struct err *e);
void routes_set(struct webhook *w, const char *events, bool force, bool dry, struct err *e);

#endif
