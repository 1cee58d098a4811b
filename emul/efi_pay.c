/* Somebody pays. */
#include <stdio.h>
#include <string.h>

#include "emul/due.h"
#include "emul/efi.h"
#include "emul/efi_notice.h"
#include "lib/limits.h"

#define SANDBOX_MOST 1000	/* centavos that the sandbox confirms */

static bool confirms(struct state *st, int64_t cents, struct err *e)
{
	struct buf env = BUF(64);
	bool ok = true;

	if (state_text_get(st, "environment", &env, e))
		ok = strcmp(buf_str(&env), "sandbox") != 0;
	else if (e->code == ERR_NOT_FOUND)
		ok = false;	/* never served yet: it will be the sandbox */
	else
		return false;
	e->code = ERR_NONE;
	buf_free(&env);
	return ok || cents <= SANDBOX_MOST ||
		fail(e, ERR_REFUSED, "R$ %lld.%02lld: the sandbox confirms 0.01 to 10.00 alone; it stays ATIVA and nothing is sent",
		     (long long)cents / 100, (long long)cents % 100);
}

static bool queue(struct state *st, const struct emul_cob *cob, int64_t due_ms, struct err *e)
{
	return due_ms == DUE_NEVER || cob->cents > SANDBOX_MOST || due_put(st, DUE_COB, cob->txid, due_ms, e);
}

bool efi_charge(struct state *st, const struct emul_cob *cob, int64_t due_ms, struct err *e)
{
	bool ok;

	if (!state_begin(st, e))
		return false;
	ok = state_cob_put(st, cob, e) && queue(st, cob, due_ms, e);
	return state_end(st, ok, ok ? e : NULL) && ok;
}

bool efi_charge_change(struct state *st, const struct emul_cob *cob, int64_t due_ms, struct err *e)
{
	bool ok;

	if (!state_begin(st, e))
		return false;
	/* one that is queued already finds it paid, or pays it sooner */
	ok = state_cob_change(st, cob, e) && queue(st, cob, due_ms, e);
	return state_end(st, ok, ok ? e : NULL) && ok;
}

static bool charge(struct state *st, int64_t now, const char *txid, struct emul_pix *p, struct err *e)
{
	struct emul_cob cob;

	if (!state_cob_get(st, txid, &cob, e))
		return e->code == ERR_NOT_FOUND ? fail(e, ERR_NOT_FOUND, "charge %.40s: there is none with that txid", txid) : false;
	if (cob.paid)
		return fail(e, ERR_REFUSED, "charge %s: it is paid already (CONCLUIDA)", txid);
	if (now > cob.at_ms + cob.expires_s * 1000)
		return fail(e, ERR_REFUSED, "charge %s: it has expired", txid);
	snprintf(p->txid, sizeof p->txid, "%s", cob.txid);
	snprintf(p->key, sizeof p->key, "%s", cob.key);
	p->cents = cob.cents;
	return true;
}

bool efi_pay(struct state *st, int64_t now, const char *txid, const char *key, int64_t cents, struct efi_paid *paid, struct err *e)
{
	struct emul_callback cb = { .kind = "pix", .due_ms = now, .body = BUF(LIMIT_BODY) };
	struct efi_paid got = { .pix = { .psp = "efi", .at_ms = now, .cents = cents }, .announced = true };
	struct emul_webhook w;
	bool ok = false;

	if (!state_begin(st, e))
		return false;
	if (txid) {
		if (!charge(st, now, txid, &got.pix, e))
			goto out;
	} else {
		if (!efi_key_ok(key)) {
			fail(e, ERR_USAGE, "not a Pix key: letters, digits and -.@_+ were expected, at most 77");
			goto out;
		}
		snprintf(got.pix.key, sizeof got.pix.key, "%s", key);
		if (!efi_config_on(st, key, "notificar.pixSemTxid", &got.announced, e))
			goto out;
	}
	if (!confirms(st, got.pix.cents, e) || !efi_fresh_e2eid('E', now, got.pix.e2eid, e) || !state_pix_put(st, &got.pix, e) ||
	    (txid && !state_cob_paid(st, txid, e)))
		goto out;
	got.registered = state_webhook_get(st, "pix", got.pix.key, &w, e);
	if (got.announced) {
		snprintf(cb.key, sizeof cb.key, "%s", got.pix.key);
		if (!efi_received(st, &got.pix, &cb.body, e) || !state_callback_put(st, &cb, e))
			goto out;
	}
	e->code = ERR_NONE;
	ok = true;
out:
	ok = state_end(st, ok, ok ? e : NULL) && ok;
	buf_free(&cb.body);
	if (ok)
		*paid = got;
	return ok;
}
