/* `pixgate emul event`: one event of Banco BS2. */
#include <stdio.h>

#include "cli/emul.h"
#include "cli/out.h"
#include "cli/verb.h"
#include "emul/bs2_notice.h"
#include "lib/limits.h"

enum { OPT_DIR, OPT_E2EID, OPT_TXID, OPT_AMOUNT, OPT_KEY, OPT_STATUS, OPT_ACCOUNT, OPT_COUNT, OPT_AT };

static const struct opt options[] = {
	[OPT_DIR]     = { "--conf-dir", "DIR", "the folder that emul serve works in", 0 },
	[OPT_E2EID]   = { "--e2eid", "ID", "endToEndId; by default a fresh one", 0 },
	[OPT_TXID]    = { "--txid", "TXID", "of the charge; by default none", 0 },
	[OPT_AMOUNT]  = { "--amount", "R$", "how much; by default 1.00", 0 },
	[OPT_KEY]     = { "--key", "KEY", "the Pix key; by default none", 0 },
	[OPT_STATUS]  = { "--status", "WORD", "status or situacao; by default the good end", 0 },
	[OPT_ACCOUNT] = { "--account", "NUMBER", "the account that it is of; by default the one that is registered", 0 },
	[OPT_COUNT]   = { "--count", "N", "so many of them instead of one, each with an e2eid of its own, at most 10000", 0 },
	[OPT_AT]      = { "--at", "TIME", "when it was: 2026-11-21T12:00:00Z, or 2h for two hours ago; by default now", 0 },
	{ 0 }
};

static const char *const silences[] = {
	[BS2_TOLD]          = NULL,
	[BS2_NO_URL]        = "no URL is registered for it: nothing is sent",
	[BS2_NO_TXID]       = "its URL is registered with somenteComTxId, and it has no txid: nothing is sent",
	[BS2_OTHER_ACCOUNT] = "its URL is registered for another account: nothing is sent",
};

/* All of them or none, a millisecond apart, the last one at at_ms; the bodies into out, a line each. */
static bool tell(const char *dir, const struct bs2_notice *n, long long count, int64_t at_ms, struct buf *out, enum bs2_silence *why, struct err *e)
{
	struct state *st = state_open(dir, e);
	bool ok = st && state_begin(st, e);

	if (ok) {
		for (long long i = 0; ok && i < count; i++) {
			struct buf body = BUF(LIMIT_BODY);

			ok = bs2_notify(st, at_ms - (count - 1 - i), n, &body, why, e);
			buf_putf(out, "%s%s", i ? "\n" : "", buf_str(&body));
			buf_free(&body);
		}
		ok = state_end(st, ok, ok ? e : NULL) && ok;
	}
	state_close(st);
	return ok;
}

static int run(const struct common *c, const struct args *a, struct err *e)
{
	struct bs2_notice n = { .event = a->operand[0], .key = a->value[OPT_KEY], .txid = a->value[OPT_TXID], .e2eid = a->value[OPT_E2EID],
		.status = a->value[OPT_STATUS] };
	enum bs2_silence why = BS2_TOLD;
	struct buf bodies = BUF(EMUL_COUNT_MOST * 4096LL);
	long long account = 0, count;
	char dir[PATH_MAX];
	int64_t at_ms;
	bool ok;

	if ((a->value[OPT_AMOUNT] && !emul_amount(a->value[OPT_AMOUNT], &n.cents, e)) ||
	    (a->value[OPT_ACCOUNT] && !args_number("--account", a->value[OPT_ACCOUNT], 1, &account, e)) || !emul_count(a->value[OPT_COUNT], &count, e) ||
	    !emul_at(a->value[OPT_AT], c->now_ms, &at_ms, e) || !emul_dir(a->value[OPT_DIR], dir, e))
		return 2;
	if (a->value[OPT_COUNT] && n.e2eid) {
		fail(e, ERR_USAGE, "--count: --e2eid is of one alone");
		return 2;
	}
	n.account = account;
	ok = tell(dir, &n, count, at_ms, &bodies, &why, e);
	if (ok) {
		out_line(&bodies);
		if (silences[why])
			note(c->quiet, "%s", silences[why]);
	}
	buf_free(&bodies);
	return ok ? 0 : 2;
}

const struct verb emul_event = {
	.name = "event",
	.synopsis = "--conf-dir DIR EVENT [OPTION \xe2\x80\xa6]",
	.summary = "Banco BS2 tells one event",
	.help = "EVENT is Recebimento or Pagamento (direct client), or RecebimentoFinalizado, DevolucaoFinalizada, PagamentoFinalizado,\n"
		"RestituicaoFinalizada, ValidacaoRecebimento, ValidacaoRestituicao or ValidacaoRecebimentoCanalSecundario (indirect\n"
		"participant). Prints the body, and emul serve sends it to the URL that is registered for the event. A Recebimento is kept:\n"
		"the API lists it, and its --e2eid tells it again. Of a refund BS2 tells a direct client nothing: emul refund makes one.",
	.options = options,
	.least = 1,
	.most = 1,
	.run = run,
};
