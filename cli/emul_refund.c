/* `pixgate emul refund`: a received Pix goes back, by the merchant or by MED. */
#include <stdio.h>
#include <string.h>

#include "cli/emul.h"
#include "cli/out.h"
#include "cli/verb.h"
#include "emul/bs2_notice.h"
#include "emul/efi_notice.h"
#include "emul/refund.h"

enum { OPT_DIR, OPT_AMOUNT, OPT_ID, OPT_NATURE };

static const struct opt options[] = {
	[OPT_DIR]    = { "--conf-dir", "DIR", "the folder that emul serve works in", 0 },
	[OPT_AMOUNT] = { "--amount", "R$", "how much of it: 5.00 or 5,00", 0 },
	[OPT_ID]     = { "--id", "ID", "the refund's own, 1 to 35 letters and digits; by default a fresh one", 0 },
	[OPT_NATURE] = { "--nature", "WORD", "at Ef\xc3\xad: ORIGINAL (the merchant's, the default), RETIRADA, MED_OPERACIONAL, MED_FRAUDE or MED_PIX_AUTOMATICO", 0 },
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

/* At the PSP whose Pix it is. *quiet: that one tells nobody. */
static bool refund(struct state *st, const struct args *a, int64_t now_ms, int64_t cents, struct emul_refund *r, bool *quiet, struct err *e)
{
	const char *nature = a->value[OPT_NATURE] ? a->value[OPT_NATURE] : "";
	struct emul_pix p;

	*quiet = refund_pix(st, "bs2", a->operand[0], &p, e);
	if (!*quiet)
		return e->code == ERR_NOT_FOUND && efi_refund(st, now_ms, now_ms, a->operand[0], a->value[OPT_ID], nature, cents, r, e);
	if (*nature && strcmp(nature, "ORIGINAL") != 0)
		return fail(e, ERR_USAGE, "--nature: Banco BS2 tells no such thing of a refund");
	return bs2_refund(st, now_ms, now_ms, a->operand[0], a->value[OPT_ID], cents, r, e);
}

static int run(const struct common *c, const struct args *a, struct err *e)
{
	struct emul_refund r;
	struct state *st;
	char dir[PATH_MAX];
	int64_t cents = 0;
	bool ok, quiet = false;

	if (!a->value[OPT_AMOUNT]) {
		fail(e, ERR_USAGE, "emul refund: --amount R$ is missing");
		return 2;
	}
	if (!emul_amount(a->value[OPT_AMOUNT], &cents, e) || !emul_dir(a->value[OPT_DIR], dir, e))
		return 2;
	st = state_open(dir, e);
	ok = st && refund(st, a, c->now_ms, cents, &r, &quiet, e);
	state_close(st);
	/* a PSP refuses it: the command line was right */
	if (!ok && e->code == ERR_INPUT)
		e->code = ERR_REFUSED;
	if (ok) {
		e->code = ERR_NONE;
		say(&r, c);
		if (quiet)
			note(c->quiet, "Banco BS2 tells nobody of a refund: its API lists it, and pixgate reconcile finds it there");
	}
	return ok ? 0 : 2;
}

const struct verb emul_refund = {
	.name = "refund",
	.synopsis = "--conf-dir DIR E2EID --amount R$ [--id ID] [--nature WORD]",
	.summary = "a received Pix goes back, wholly or in part",
	.help = "emul serve ends the refund and tells it on the key's URL, with the e2eid of the Pix. More than is left of the Pix is refused (exit\n"
		"status 5). At Ef\xc3\xad's sandbox 0.01 becomes NAO_REALIZADO. Of a refund of a receipt at Banco BS2 nobody is told: it has no event for it.",
	.options = options,
	.least = 1,
	.most = 1,
	.run = run,
};
