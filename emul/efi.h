/* Efí's Pix API as the emulator answers it: dev.efipay.com.br as of 2024, the account of one merchant. */
#ifndef EMUL_EFI_H
#define EMUL_EFI_H

#include <stdbool.h>
#include <stdint.h>

#include "emul/bank.h"
#include "lib/json.h"

#define EFI_TOKEN_S 3600
#define EFI_PATIENCE_MS (60 * 1000)

/* What an application at Efí may hold, as far as the routes here ask for it. */
extern const char efi_scopes[];

/* A front_handler; ctx is the struct bank. Without a client certificate of its environment the connection is dropped. */
void efi_handle(void *ctx, const struct front_request *r, struct front_answer *a);

/* --- between efi*.c: one call */
struct efi_call {
	const struct bank *bank;
	const struct front_request *r;
	struct front_answer *a;
	char value[256];	/* what stood for ':' in the path, decoded */
	char second[256];	/* for the second one */
	struct json *doc;	/* the body, where the route wants one */
	int64_t now;
};

struct efi_route {
	const char *method, *path;	/* a segment ":" is anything */
	const char *scope;		/* what the token must have */
	bool json;			/* wants a JSON object as body */
	void (*run)(struct efi_call *c);
};

extern const struct efi_route efi_routes[];	/* ends with a row whose method is NULL */

void efi_error(struct efi_call *c, unsigned status, const char *name, const char *text);
/* json_invalido: where it is (".body.webhookUrl") and what is wrong with it. */
void efi_invalid(struct efi_call *c, const char *where, const char *text);
void efi_problem(struct efi_call *c, unsigned status, const char *name, const char *title, const char *detail);
void efi_broken(struct efi_call *c, const struct err *e);	/* 500; the reason goes to the log */
struct buf *efi_ok(struct efi_call *c, unsigned status);	/* JSON; the caller adds the body */

void efi_put_str(struct buf *b, const char *name, const char *text);	/* "name":"text" */
void efi_put_when(struct buf *b, const char *name, int64_t ms);
void efi_put_cents(struct buf *b, const char *name, int64_t cents);

bool efi_key_ok(const char *key);

/* inicio, fim and paginacao.* of a list. false: it is answered. */
struct efi_page {
	int64_t from, until, page, size;
};
bool efi_page(struct efi_call *c, struct efi_page *p);
void efi_put_page(struct buf *b, const struct efi_page *p, int64_t total);	/* "parametros":{…} */

void efi_token(struct efi_call *c);	/* not in the table: it needs no token */
bool efi_authorized(struct efi_call *c, const char *scope);	/* false: it is answered */

void efi_webhook_set(struct efi_call *c), efi_webhook_get(struct efi_call *c), efi_webhook_delete(struct efi_call *c), efi_webhook_list(struct efi_call *c);
void efi_rec_set(struct efi_call *c), efi_rec_get(struct efi_call *c), efi_rec_delete(struct efi_call *c);
void efi_cobr_set(struct efi_call *c), efi_cobr_get(struct efi_call *c), efi_cobr_delete(struct efi_call *c);
void efi_resend(struct efi_call *c), efi_config_set(struct efi_call *c), efi_config_get(struct efi_call *c);
void efi_cob_put(struct efi_call *c), efi_cob_post(struct efi_call *c), efi_cob_get(struct efi_call *c);
void efi_cob_patch(struct efi_call *c);
void efi_refund_put(struct efi_call *c), efi_refund_get(struct efi_call *c);
void efi_sent_put(struct efi_call *c), efi_sent_get(struct efi_call *c), efi_sent_get_id(struct efi_call *c);
void efi_pix_get(struct efi_call *c), efi_pix_list(struct efi_call *c);

#endif
