/* `pixgate emul notify`: one notice, whatever was paid. */
#include <stdio.h>

#include "cli/emul.h"
#include "cli/out.h"
#include "cli/verb.h"
#include "emul/efi_notice.h"
#include "lib/limits.h"

enum { OPT_DIR, OPT_KEY, OPT_TXID, OPT_E2EID, OPT_AMOUNT, OPT_STATUS };

static const struct opt options[] = {
	[OPT_DIR]    = { "--conf-dir", "DIR", "the folder that emul serve works in", 0 },
	[OPT_KEY]    = { "--key", "KEY", "the Pix key; the notice goes to its URL (not for rec and cobr)", 0 },
	[OPT_TXID]   = { "--txid", "TXID", "of the charge; by default none, for cobr a fresh one", 0 },
	[OPT_E2EID]  = { "--e2eid", "ID", "endToEndId, for rec and cobr the idRec; by default a fresh one", 0 },
	[OPT_AMOUNT] = { "--amount", "R$", "how much; by default 1.00", 0 },
	[OPT_STATUS] = { "--status", "WORD", "of refund, sent, rec and cobr; by default the good end", 0 },
	{ 0 }
};

static int run(const struct common *c, const struct args *a, struct err *e)
{
	struct efi_notice n = { .kind = a->operand[0], .key = a->value[OPT_KEY], .txid = a->value[OPT_TXID],
		.e2eid = a->value[OPT_E2EID], .status = a->value[OPT_STATUS] };
	struct buf body = BUF(LIMIT_BODY);
	char dir[PATH_MAX];
	struct state *st;
	bool registered = false, ok;

	if ((a->value[OPT_AMOUNT] && !emul_amount(a->value[OPT_AMOUNT], &n.cents, e)) || !emul_dir(a->value[OPT_DIR], dir, e))
		return 2;
	st = state_open(dir, e);
	ok = st && efi_notify(st, c->now_ms, &n, &body, &registered, e);
	state_close(st);
	if (ok) {
		out_line(&body);
		if (!registered)
			note(c->quiet, "no URL is registered for it: nothing is sent");
	}
	buf_free(&body);
	return ok ? 0 : 2;
}

const struct verb emul_notify = {
	.name = "notify",
	.synopsis = "--conf-dir DIR received|refund|sent|rec|cobr [OPTION \xe2\x80\xa6]",
	.summary = "sends one notice, whatever was paid",
	.help = "Prints the body, and emul serve sends it to the URL that is registered: of the key with /pix, of the account with /rec and\n"
		"/cobr. What is not given is made up in the right shape.",
	.options = options,
	.least = 1,
	.most = 1,
	.run = run,
};
