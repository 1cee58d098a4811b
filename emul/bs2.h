/* Banco BS2's API as the emulator answers it (devs.bs2.com), direct client and indirect participant. */
#ifndef EMUL_BS2_H
#define EMUL_BS2_H

#include "emul/bank.h"
#include "emul/caller.h"
#include "lib/json.h"

#define BS2_TOKEN_S 420			/* the homologation's; production's is 300 */
#define BS2_TOKENS_A_MINUTE 10
#define BS2_PATIENCE_MS 1000
#define BS2_INDIRECT_PATIENCE_MS 300

/* What an application at BS2 may hold for Pix. */
extern const char bs2_scopes[];

/*
 * A front_handler; ctx is the struct bank. No client certificate is asked for. In production a request without User-Agent, or
 * with pixgate's own in the place of the code that BS2 gives, gets an empty 403.
 */
void bs2_handle(void *ctx, const struct front_request *r, struct front_answer *a);

/* Says in a result that failed in TLS what it means to who uploaded a certificate. leaf: the uploaded one's path; now as bank.now. */
void bs2_leaf_reason(const char *leaf, int64_t now, struct call_result *result);

/* --- between bs2*.c: one call */
struct bs2_call {
	const struct bank *bank;
	const struct front_request *r;
	struct front_answer *a;
	const struct bank_psp *psp;	/* direct or indirect, as the path says */
	char value[256], second[256];	/* what stood for ':' in the path, decoded, and for the second one */
	struct json *doc;		/* the body, where the route wants JSON */
	int64_t now;
};

struct bs2_route {
	const char *method, *path;	/* a segment ":" is anything */
	const char *scope;		/* what the token must have */
	const char *allow;		/* all methods of that path */
	bool json;			/* wants JSON as body */
	void (*run)(struct bs2_call *c);
};

extern const struct bs2_route bs2_routes[];	/* ends with a row whose method is NULL */

struct buf *bs2_ok(struct bs2_call *c, unsigned status);	/* JSON; the caller adds the body */
void bs2_oauth_error(struct bs2_call *c, unsigned status, const char *error, const char *text);	/* {error, error_description} */
/* [{descricao, tag}]: tag is the member that is wrong, NULL: none is. */
void bs2_refuse(struct bs2_call *c, unsigned status, const char *tag, const char *text);
void bs2_misshapen(struct bs2_call *c, const char *tag);	/* 400, as above in BS2's words */
void bs2_broken(struct bs2_call *c, const struct err *e);	/* 500 "Internal error"; the reason goes to the log */

void bs2_put_str(struct buf *b, const char *name, const char *text);	/* "name":"text"; NULL: null */
void bs2_put_when(struct buf *b, const char *name, int64_t ms);		/* Brasília's time, 1 to 3 digits behind the second */
void bs2_put_cents(struct buf *b, const char *name, int64_t cents);	/* a number of 1 or 2 decimals */
void bs2_put_parties(struct buf *b);	/* "pagador":{…},"recebedor":{…}, the same for all */
#define BS2_PAYER "PAGADOR DO EMULADOR"
#define BS2_PAYER_CNPJ "11222333000181"

bool bs2_guid(char out[40], struct err *e);

/* `first`, the ISPB of who made it, yyyyMMddHHmm (UTC) and 11 characters; BS2's own (own) end with `last`. */
bool bs2_fresh_id(char first, bool own, char last, int64_t now, char out[STATE_E2EID], struct err *e);

/* "devolucoes":[…] of a receipt; text: their amounts are texts. */
bool bs2_put_refunds(struct state *st, struct buf *b, const char *e2eid, bool text, struct err *e);

void bs2_token(struct bs2_call *c);	/* not in the table: it needs no token */
bool bs2_authorized(struct bs2_call *c, const char *scope);	/* false: it is answered */

/* url and the authorization of a registration into w. false: it is answered. */
bool bs2_read_url(struct bs2_call *c, const struct json *url, struct emul_webhook *w);
bool bs2_read_auth(struct bs2_call *c, const struct json *auth, const char *const types[3], const char *tag, struct emul_webhook *w);
void bs2_put_auth(struct buf *b, const char *name, const struct emul_webhook *w, const char *const types[3]);
/* The registration of an id, of kind c->psp->name. ERR_NOT_FOUND. */
bool bs2_find(struct bs2_call *c, const char *id, struct emul_webhook *w, struct err *e);

void bs2_webhook_set(struct bs2_call *c), bs2_webhook_get(struct bs2_call *c), bs2_webhook_delete(struct bs2_call *c);
void bs2_route_add(struct bs2_call *c), bs2_route_list(struct bs2_call *c), bs2_route_change(struct bs2_call *c), bs2_route_delete(struct bs2_call *c);
void bs2_cert_set(struct bs2_call *c);
void bs2_receipt_list(struct bs2_call *c), bs2_receipt_get(struct bs2_call *c), bs2_receipt_e2eid(struct bs2_call *c), bs2_pix_get(struct bs2_call *c);
void bs2_refund_put(struct bs2_call *c), bs2_refund_get(struct bs2_call *c);

#endif
