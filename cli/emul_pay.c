/* `pixgate emul pay`: somebody pays a charge, or sends money to a key. */
#include <stdio.h>
#include <string.h>

#include "cli/emul.h"
#include "cli/out.h"
#include "cli/verb.h"
#include "emul/efi_notice.h"
#include "lib/money.h"

enum { OPT_DIR, OPT_KEY, OPT_AMOUNT };

static const struct opt options[] = {
	[OPT_DIR]    = { "--conf-dir", "DIR", "the folder that emul serve works in", 0 },
	[OPT_KEY]    = { "--key", "KEY", "sends money to that Pix key, without a charge", 0 },
	[OPT_AMOUNT] = { "--amount", "R$", "how much: 5.00 or 5,00", 0 },
	{ 0 }
};

bool emul_amount(const char *text, int64_t *cents, struct err *e)
{
	char dotted[24], *comma;

	if (strlen(text) < sizeof dotted) {
		snprintf(dotted, sizeof dotted, "%s", text);
		comma = strchr(dotted, ',');
		if (comma)
			*comma = '.';
		if (money_cents(dotted, MONEY_BCB, cents) && *cents)
			return true;
	}
	return fail(e, ERR_USAGE, "--amount %.24s: reais and centavos were expected, as 5.00 or 5,00, and not 0", text);
}

static void say(const struct efi_paid *paid, const struct common *c)
{
	struct buf b = BUF(OUT_MAX);
	char amount[AMOUNT_TEXT];

	if (c->json) {
		json_open(&b, NULL, '{');
		json_str(&b, "e2eid", paid->pix.e2eid);
		json_str(&b, "txid", paid->pix.txid);
		json_str(&b, "key", paid->pix.key);
		json_int(&b, "amount_cents", paid->pix.cents);
		json_when(&b, "at", paid->pix.at_ms);
		json_flag(&b, "announced", paid->announced);
		json_close(&b, '}');
	} else {
		amount_text(paid->pix.cents, amount);
		buf_putf(&b, "%s: R$ %s to %s", paid->pix.e2eid, amount, paid->pix.key);
	}
	out_line(&b);
	buf_free(&b);
	if (!paid->announced)
		note(c->quiet, "it has no txid: nothing is sent unless notificar.pixSemTxid is set for the key (PUT /v2/gn/config)");
	else if (!paid->registered)
		note(c->quiet, "no URL is registered for %s: nothing is sent", paid->pix.key);
}

static int run(const struct common *c, const struct args *a, struct err *e)
{
	const char *txid = a->operands ? a->operand[0] : NULL, *key = a->value[OPT_KEY];
	struct efi_paid paid;
	struct state *st;
	char dir[PATH_MAX];
	int64_t cents = 0;
	bool ok;

	if (!txid == !key) {
		fail(e, ERR_USAGE, "emul pay: the TXID of a charge, or --key KEY --amount R$");
		return 2;
	}
	if (txid && a->value[OPT_AMOUNT]) {
		fail(e, ERR_USAGE, "--amount: a charge says itself how much it is");
		return 2;
	}
	if (key && !a->value[OPT_AMOUNT]) {
		fail(e, ERR_USAGE, "--key: --amount R$ is missing");
		return 2;
	}
	if ((key && !emul_amount(a->value[OPT_AMOUNT], &cents, e)) || !emul_dir(a->value[OPT_DIR], dir, e))
		return 2;
	st = state_open(dir, e);
	ok = st && efi_pay(st, c->now_ms, txid, key, cents, &paid, e);
	state_close(st);
	if (ok)
		say(&paid, c);
	return ok ? 0 : 2;
}

const struct verb emul_pay = {
	.name = "pay",
	.synopsis = "--conf-dir DIR TXID | --conf-dir DIR --key KEY --amount R$",
	.summary = "somebody pays a charge, or sends money to a key",
	.help = "What Ef\xc3\xad would tell the merchant then is queued, and sent by emul serve to the URL that is registered for the key. As in\n"
		"the sandbox only R$ 0.01 to 10.00 is confirmed; what is above is refused (exit status 5). Money sent to a key has no txid\n"
		"and is announced only where PUT /v2/gn/config asks for it.",
	.options = options,
	.most = 1,
	.run = run,
};
