/* `pixgate emul refund`: a received Pix goes back, by the merchant or by MED. */
#include <stdio.h>

#include "cli/emul.h"
#include "cli/out.h"
#include "cli/verb.h"
#include "emul/efi_notice.h"

enum { OPT_DIR, OPT_AMOUNT, OPT_ID, OPT_NATURE };

static const struct opt options[] = {
	[OPT_DIR]    = { "--conf-dir", "DIR", "the folder that emul serve works in", 0 },
	[OPT_AMOUNT] = { "--amount", "R$", "how much of it: 5.00 or 5,00", 0 },
	[OPT_ID]     = { "--id", "ID", "the refund's own, 1 to 35 letters and digits; by default a fresh one", 0 },
	[OPT_NATURE] = { "--nature", "WORD", "ORIGINAL (the merchant's, the default), RETIRADA, MED_OPERACIONAL, MED_FRAUDE or MED_PIX_AUTOMATICO", 0 },
	{ 0 }
};

static void say(const struct emul_refund *r, const struct common *c)
{
	struct buf b = BUF(OUT_MAX);
	char amount[AMOUNT_TEXT];

	if (c->json) {
		json_open(&b, NULL, '{');
		json_str(&b, "e2eid", r->e2eid);
		json_str(&b, "id", r->id);
		json_str(&b, "rtrid", r->rtrid);
		json_str(&b, "nature", *r->nature ? r->nature : "ORIGINAL");
		json_int(&b, "amount_cents", r->cents);
		json_when(&b, "at", r->asked_ms);
		json_close(&b, '}');
	} else {
		amount_text(r->cents, amount);
		buf_putf(&b, "%s: R$ %s of %s", r->id, amount, r->e2eid);
	}
	out_line(&b);
	buf_free(&b);
}

static int run(const struct common *c, const struct args *a, struct err *e)
{
	struct emul_refund r;
	struct state *st;
	char dir[PATH_MAX];
	int64_t cents = 0;
	bool ok;

	if (!a->value[OPT_AMOUNT]) {
		fail(e, ERR_USAGE, "emul refund: --amount R$ is missing");
		return 2;
	}
	if (!emul_amount(a->value[OPT_AMOUNT], &cents, e) || !emul_dir(a->value[OPT_DIR], dir, e))
		return 2;
	st = state_open(dir, e);
	ok = st && efi_refund(st, c->now_ms, c->now_ms, a->operand[0], a->value[OPT_ID], a->value[OPT_NATURE] ? a->value[OPT_NATURE] : "", cents, &r, e);
	state_close(st);
	/* a PSP refuses it: the command line was right */
	if (!ok && e->code == ERR_INPUT)
		e->code = ERR_REFUSED;
	if (ok)
		say(&r, c);
	return ok ? 0 : 2;
}

const struct verb emul_refund = {
	.name = "refund",
	.synopsis = "--conf-dir DIR E2EID --amount R$ [--id ID] [--nature WORD]",
	.summary = "a received Pix goes back, wholly or in part",
	.help = "emul serve ends the refund and tells it on the key's URL, with the e2eid of the Pix. More than is left of the Pix is refused (exit\n"
		"status 5). In the sandbox 0.01 becomes NAO_REALIZADO, as at Ef\xc3\xad.",
	.options = options,
	.least = 1,
	.most = 1,
	.run = run,
};
