#include "emul/due.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emul/bs2_notice.h"
#include "emul/efi_notice.h"
#include "lib/limits.h"

#define NAME "paid-by-itself-after-ms"	/* a named text: what `emul charge` knows of the server */

bool due_put(struct state *st, const char *kind, const char *what, int64_t due_ms, struct err *e)
{
	struct emul_callback cb = { .due_ms = due_ms, .body = BUF(256) };
	bool ok;

	snprintf(cb.kind, sizeof cb.kind, "%s", kind);
	ok = buf_puts(&cb.body, what) && state_callback_put(st, &cb, e);
	buf_free(&cb.body);
	return ok;
}

int64_t due_wait(const struct bank *bank)
{
	return (int64_t)(DUE_MS * bank->scale + 0.5);
}

int64_t due_charge(const struct bank *bank, int64_t now)
{
	return bank->sandbox && !bank->manual ? now + due_wait(bank) : DUE_NEVER;
}

bool due_remember(const struct bank *bank, struct err *e)
{
	char text[24] = "";

	if (bank->sandbox && !bank->manual)
		snprintf(text, sizeof text, "%" PRId64, due_wait(bank));
	return state_text_put(bank->state, NAME, text, e);
}

bool due_remembered(struct state *st, int64_t now, int64_t *due, struct err *e)
{
	struct buf text = BUF(24);
	bool ok = true;

	if (state_text_get(st, NAME, &text, e))
		*due = text.len ? now + atoll(text.data) : DUE_NEVER;
	else if (e->code == ERR_NOT_FOUND)
		*due = now + DUE_MS;	/* never served yet: as its options will be, if none is given */
	else
		ok = false;
	if (ok)
		e->code = ERR_NONE;
	buf_free(&text);
	return ok;
}

static bool pay(const struct bank *bank, const char *txid, struct err *e)
{
	struct efi_paid paid;

	if (!bank->sandbox || bank->manual)
		return fail(e, ERR_REFUSED, "nothing is paid by itself here");
	return efi_pay(bank->state, bank->now(), txid, NULL, 0, &paid, e);
}

/* "e2eid id": what follows the blank. */
static const char *split(const char *what, char e2eid[STATE_E2EID])
{
	const char *id = strchr(what, ' ');

	snprintf(e2eid, STATE_E2EID, "%.*s", id ? (int)(id - what) : 0, what);
	return id ? id + 1 : "";
}

static bool refund(const struct bank *bank, const char *what, struct err *e)
{
	char e2eid[STATE_E2EID];
	const char *id = split(what, e2eid);

	return efi_refund_end(bank->state, bank->now(), e2eid, id, bank->sandbox, e);
}

static bool refund_at_bs2(const struct bank *bank, const char *what, struct err *e)
{
	char e2eid[STATE_E2EID];
	const char *id = split(what, e2eid);

	return bs2_refund_end(bank->state, bank->now(), e2eid, id, e);
}

static bool send(const struct bank *bank, const char *id, struct err *e)
{
	return efi_sent_end(bank->state, bank->now(), id, bank->sandbox, due_wait(bank), e);
}

/* Each does nothing the second time: ERR_REFUSED or ERR_NOT_FOUND. */
static const struct {
	const char *kind;
	bool (*run)(const struct bank *bank, const char *what, struct err *e);
} kinds[] = { { DUE_COB, pay }, { DUE_REFUND, refund }, { DUE_BS2_REFUND, refund_at_bs2 }, { DUE_SENT, send } };

bool due_is(const char *kind)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (!strcmp(kinds[i].kind, kind))
			return true;
	return false;
}

bool due_do(const struct bank *bank, const struct emul_callback *cb, char how[128], struct err *e)
{
	size_t i = 0;

	while (strcmp(kinds[i].kind, cb->kind))
		i++;
	if (kinds[i].run(bank, buf_str(&cb->body), e)) {
		snprintf(how, 128, "done");
		return true;
	}
	if (e->code != ERR_REFUSED && e->code != ERR_NOT_FOUND)
		return false;
	snprintf(how, 128, "%.127s", e->text);
	e->code = ERR_NONE;
	return true;
}
