/* `pixgate emul charge`: a charge, as the shop's application would make it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/emul.h"
#include "cli/out.h"
#include "cli/verb.h"
#include "emul/due.h"
#include "emul/efi.h"
#include "emul/efi_notice.h"

enum { OPT_DIR, OPT_KEY, OPT_AMOUNT, OPT_TXID };

static const struct opt options[] = {
	[OPT_DIR]    = { "--conf-dir", "DIR", "the folder that emul serve works in", 0 },
	[OPT_KEY]    = { "--key", "KEY", "the Pix key that is to be paid; by default the only one that is registered", 0 },
	[OPT_AMOUNT] = { "--amount", "R$", "how much: 5.00 or 5,00", 0 },
	[OPT_TXID]   = { "--txid", "TXID", "26 to 35 letters and digits; by default fresh ones", 0 },
	{ 0 }
};

static bool read_options(const struct args *a, struct emul_cob *cob, struct err *e)
{
	const char *txid = a->value[OPT_TXID];
	char fresh[SECRET_HEX + 1];
	size_t n = txid ? strspn(txid, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") : 0;

	if (!a->value[OPT_AMOUNT])
		return fail(e, ERR_USAGE, "emul charge: --amount R$ is missing");
	if (a->value[OPT_KEY] && !efi_key_ok(a->value[OPT_KEY]))
		return fail(e, ERR_USAGE, "--key: not a Pix key: letters, digits and -.@_+ were expected, at most 77");
	if (txid && (n < 26 || n > 35 || txid[n]))
		return fail(e, ERR_USAGE, "--txid %.40s: 26 to 35 letters and digits were expected", txid);
	if (!emul_amount(a->value[OPT_AMOUNT], &cob->cents, e) || (!txid && !secret_fresh(fresh, e)))
		return false;
	snprintf(cob->txid, sizeof cob->txid, txid ? "%s" : "%.32s", txid ? txid : fresh);
	snprintf(cob->key, sizeof cob->key, "%s", a->value[OPT_KEY] ? a->value[OPT_KEY] : "");
	return true;
}

static void keep_key(void *ctx, const struct emul_webhook *w)
{
	struct emul_cob *cob = ctx;

	snprintf(cob->key, sizeof cob->key, "%s", w->key);
}

static bool only_key(struct state *st, struct emul_cob *cob, struct err *e)
{
	int64_t registered = 0;

	if (*cob->key)
		return true;
	if (!state_webhooks(st, "pix", INT64_MIN, INT64_MAX, 0, 1, &registered, keep_key, cob, e))
		return false;
	if (!registered)
		return fail(e, ERR_USAGE, "no key has a URL yet: register one (pixgate webhook set HOOK), or give --key KEY");
	return registered == 1 || fail(e, ERR_USAGE, "--key KEY is missing: %" PRId64 " keys have a URL, so which is meant is not clear", registered);
}

static void say(const struct emul_cob *cob, const struct common *c)
{
	struct buf b = BUF(OUT_MAX);

	if (c->json) {
		json_open(&b, NULL, '{');
		json_str(&b, "txid", cob->txid);
		json_str(&b, "key", cob->key);
		json_int(&b, "amount_cents", cob->cents);
		json_when(&b, "at", cob->at_ms);
		json_close(&b, '}');
	} else {
		buf_puts(&b, cob->txid);
	}
	out_line(&b);
	buf_free(&b);
}

static int run(const struct common *c, const struct args *a, struct err *e)
{
	struct emul_cob cob = { .at_ms = c->now_ms, .expires_s = 86400 };
	struct state *st;
	char dir[PATH_MAX];
	int64_t due;
	bool ok;

	if (!read_options(a, &cob, e) || !emul_dir(a->value[OPT_DIR], dir, e))
		return 2;
	st = state_open(dir, e);
	ok = st && only_key(st, &cob, e) && due_remembered(st, c->now_ms, &due, e) && efi_charge(st, &cob, due, e);
	state_close(st);
	if (ok)
		say(&cob, c);
	return ok ? 0 : 2;
}

const struct verb emul_charge = {
	.name = "charge",
	.synopsis = "--conf-dir DIR --amount R$ [--key KEY] [--txid TXID]",
	.summary = "makes a charge, as the shop's application would",
	.help = "Prints its txid, for emul pay. In the sandbox R$ 0.01 to 10.00 is paid by itself half a minute later (times --time-scale), unless\n"
		"emul serve has --manual; what is above stays ATIVA.",
	.options = options,
	.run = run,
};
