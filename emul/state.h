/* What the emulator knows, in one SQLite file, so that it can be stopped and go on, and so that `emul pay` reaches a server
 * that runs. The only file that knows SQLite here. */
#ifndef EMUL_STATE_H
#define EMUL_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/err.h"

#define STATE_FILE "emul.db"
#define STATE_URL 2048
#define STATE_KEY 78
#define STATE_TXID 36
#define STATE_E2EID 33
#define STATE_AUTH 1025

struct state;

/* Opens or makes DIR/STATE_FILE (0600). ERR_CONFIG: of another program; ERR_STORE. Usable by several threads and processes. */
struct state *state_open(const char *dir, struct err *e);
void state_close(struct state *st);	/* NULL is allowed */

/* Several changes as one. Between them the thread that began has the state to itself; commit false: nothing happened. They may be
 * in each other: what the inner one kept is lost with the outer one. */
bool state_begin(struct state *st, struct err *e);
bool state_end(struct state *st, bool commit, struct err *e);

/* Named texts: the account's settings. get: ERR_NOT_FOUND. */
bool state_text_put(struct state *st, const char *name, const char *text, struct err *e);
bool state_text_get(struct state *st, const char *name, struct buf *out, struct err *e);

/* Tokens by the digest of their text. get: ERR_NOT_FOUND, also when it expired before now (milliseconds since 1970). */
bool state_token_put(struct state *st, const unsigned char digest[32], const char *scope, int64_t until_ms, struct err *e);
bool state_token_get(struct state *st, const unsigned char digest[32], int64_t now, char *scope, size_t size, struct err *e);

/*
 * Registered URLs. kind, a name of bank_kind_find: "pix" (one a key), "rec", "cobr" (one in all, key ""), "bs2" and "bs2-indirect" (one
 * an event, which is the key). What stands behind at_ms is BS2's.
 */
struct emul_webhook {
	char kind[16], key[STATE_KEY], url[STATE_URL + 1];
	bool skip_mtls;
	int64_t at_ms;
	char id[40];				/* of the inscription, of the route */
	char auth_type[16], auth[STATE_AUTH];	/* as registered: "basic" and what follows that word in the header; "" where none */
	bool only_txid;
	int64_t account;			/* contaNumero; 0: none */
};
typedef void state_webhook_fn(void *ctx, const struct emul_webhook *w);

bool state_webhook_put(struct state *st, const struct emul_webhook *w, struct err *e);	/* in the place of an old one */
bool state_webhook_get(struct state *st, const char *kind, const char *key, struct emul_webhook *w, struct err *e);
bool state_webhook_delete(struct state *st, const char *kind, const char *key, struct err *e);	/* ERR_NOT_FOUND */
/* Those of a kind, of from to until, in order of time: at most `most` behind the first `skip`. *total: without these two. */
bool state_webhooks(struct state *st, const char *kind, int64_t from, int64_t until, int64_t skip, int64_t most, int64_t *total,
		    state_webhook_fn *each, void *ctx, struct err *e);

/* Charges. */
struct emul_cob {
	char txid[STATE_TXID], key[STATE_KEY];
	int64_t cents, at_ms, expires_s;
	bool paid;
	char request[4 * 140 + 1];	/* solicitacaoPagador */
};
bool state_cob_put(struct state *st, const struct emul_cob *c, struct err *e);	/* new, or ERR_REFUSED: the txid is taken */
bool state_cob_get(struct state *st, const char *txid, struct emul_cob *c, struct err *e);
bool state_cob_change(struct state *st, const struct emul_cob *c, struct err *e);	/* amount, life and request. ERR_NOT_FOUND: none that is open */
bool state_cob_paid(struct state *st, const char *txid, struct err *e);	/* ERR_NOT_FOUND: no such charge that is open */

/* Payments. txid "": none. psp: whose account got it, "efi", "bs2". number: the emulator's own, from 1 (BS2's recebimentoId). */
struct emul_pix {
	char psp[16], e2eid[STATE_E2EID], txid[STATE_TXID], key[STATE_KEY];
	int64_t cents, at_ms, number;
};
typedef void state_pix_fn(void *ctx, const struct emul_pix *p);

bool state_pix_put(struct state *st, const struct emul_pix *p, struct err *e);	/* the number is not looked at */
/* Those of a PSP. e2eid "" and txid "": not asked for. As state_webhooks; total may be NULL. */
bool state_pixes(struct state *st, const char *psp, const char *e2eid, const char *txid, int64_t from, int64_t until, int64_t skip, int64_t most,
		 int64_t *total, state_pix_fn *each, void *ctx, struct err *e);

/* Refunds of a Pix, received or sent. settled_ms 0: not yet. nature "": ORIGINAL. */
struct emul_refund {
	char e2eid[STATE_E2EID], id[STATE_TXID], rtrid[STATE_E2EID], status[24], reason[100], nature[24];
	int64_t cents, asked_ms, settled_ms;
};
typedef void state_refund_fn(void *ctx, const struct emul_refund *r);
bool state_refund_put(struct state *st, const struct emul_refund *r, struct err *e);	/* new, or ERR_REFUSED: that Pix has one of the id */
/* Out of EM_PROCESSAMENTO. ERR_NOT_FOUND: no such refund that is in it. */
bool state_refund_settle(struct state *st, const char *e2eid, const char *id, int64_t at_ms, const char *status, const char *reason, struct err *e);
/* Those of a Pix in order of time, at most 1,000; id "": all. each must not use the state. */
bool state_refunds(struct state *st, const char *e2eid, const char *id, state_refund_fn *each, void *ctx, struct err *e);

/* Payments of the merchant's by id, the idEnvio. key: whose money it is; payee: to which key, "" where to an account. */
struct emul_sent {
	char id[STATE_TXID], e2eid[STATE_E2EID], key[STATE_KEY], payee[STATE_KEY], status[24];
	int64_t cents, at_ms;
};
bool state_sent_put(struct state *st, const struct emul_sent *p, struct err *e);	/* new, or ERR_REFUSED: the id is taken */
bool state_sent_get(struct state *st, const char *id, const char *e2eid, struct emul_sent *p, struct err *e);	/* by the one that is not "" */
bool state_sent_settle(struct state *st, const char *id, const char *status, struct err *e);	/* as state_refund_settle */

/* Misbehaviour: emul/fault.h knows the names. take: ERR_NOT_FOUND where none is left of it. */
typedef void state_fault_fn(void *ctx, const char *name, int64_t remaining, int64_t value);
bool state_fault_put(struct state *st, const char *name, int64_t times, int64_t value, struct err *e);
bool state_fault_take(struct state *st, const char *name, int64_t *value, struct err *e);
bool state_faults(struct state *st, state_fault_fn *each, void *ctx, struct err *e);
bool state_fault_clear(struct state *st, struct err *e);

/* Callbacks that are to be made. made: attempts until now. once: no retries (a resend that was asked for). */
struct emul_callback {
	int64_t id, due_ms, made;
	char kind[16], key[STATE_KEY];
	bool once;
	bool put_off;		/* state_callback_put_off had it before */
	struct buf body;	/* freed by the caller */
};
bool state_callback_put(struct state *st, const struct emul_callback *c, struct err *e);	/* the id is not looked at */

/* Takes the first that is due at now; nobody else gets it until it is settled. ERR_NOT_FOUND: none is. */
bool state_callback_take(struct state *st, int64_t now, struct emul_callback *c, struct err *e);

/* After an attempt: due again at *again_ms, or over where that is NULL. how: "taken", "given up", … for who looks. */
bool state_callback_settle(struct state *st, int64_t id, const int64_t *again_ms, const char *how, struct err *e);

/* Not made now: due again at due_ms, or earlier where behind is set and another one's attempt ends before. */
bool state_callback_put_off(struct state *st, int64_t id, int64_t due_ms, bool behind, struct err *e);
bool state_callback_follow(struct state *st, int64_t now, struct err *e);	/* an attempt has ended: those behind it are due */

/* What an emulator that was killed had taken is free again. The one that serves calls it when it starts. */
bool state_callback_free_all(struct state *st, struct err *e);

/* One server at a time for a folder: ERR_STORE where another one has it. Held until state_close. */
bool state_serve(struct state *st, struct err *e);

#endif
