/* `pixgate emul pay`: somebody pays a charge, or sends money to a key. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/emul.h"
#include "cli/out.h"
#include "cli/start.h"
#include "cli/verb.h"
#include "emul/efi_notice.h"
#include "lib/mem.h"
#include "lib/money.h"

enum { OPT_DIR, OPT_KEY, OPT_AMOUNT, OPT_COUNT, OPT_AT };

static const struct opt options[] = {
	[OPT_DIR]    = { "--conf-dir", "DIR", "the folder that emul serve works in", 0 },
	[OPT_KEY]    = { "--key", "KEY", "sends money to that Pix key, without a charge", 0 },
	[OPT_AMOUNT] = { "--amount", "R$", "how much: 5.00 or 5,00", 0 },
	[OPT_COUNT]  = { "--count", "N", "so many payments to the key instead of one, at most 10000", 0 },
	[OPT_AT]     = { "--at", "TIME", "when it was: 2026-11-21T12:00:00Z, or 2h for two hours ago; by default now", 0 },
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

bool emul_count(const char *text, long long *count, struct err *e)
{
	*count = 1;
	return !text || (args_number("--count", text, 1, count, e) && (*count <= EMUL_COUNT_MOST || fail(e, ERR_USAGE, "--count: at most %d", EMUL_COUNT_MOST)));
}

bool emul_at(const char *text, int64_t now_ms, int64_t *at_ms, struct err *e)
{
	*at_ms = now_ms;
	if (!text)
		return true;
	if (!read_since(text, now_ms, at_ms, e))
		return fail(e, ERR_USAGE, "--at: '%.40s' is no time; use 2026-11-21T12:00:00Z, or a span such as 90m, 2h, 7d", text);
	return *at_ms <= now_ms || fail(e, ERR_USAGE, "--at %.40s: that is still to come", text);
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
}

static void say_all(const struct efi_paid *paid, long long count, const struct common *c)
{
	for (long long i = 0; i < count; i++)
		say(&paid[i], c);
	if (!paid->announced)
		note(c->quiet, "it has no txid: nothing is sent unless notificar.pixSemTxid is set for the key (PUT /v2/gn/config)");
	else if (!paid->registered)
		note(c->quiet, "no URL is registered for %s: nothing is sent", paid->pix.key);
}

/* What stands on the command line. */
struct order {
	const char *txid, *key;
	int64_t cents, at_ms;
	long long count;
	char dir[PATH_MAX];
};

static bool read_options(const struct args *a, int64_t now_ms, struct order *o, struct err *e)
{
	*o = (struct order){ .txid = a->operands ? a->operand[0] : NULL, .key = a->value[OPT_KEY] };
	if (!o->txid == !o->key)
		return fail(e, ERR_USAGE, "emul pay: the TXID of a charge, or --key KEY --amount R$");
	if (o->txid && a->value[OPT_AMOUNT])
		return fail(e, ERR_USAGE, "--amount: a charge says itself how much it is");
	if (o->txid && (a->value[OPT_COUNT] || a->value[OPT_AT]))
		return fail(e, ERR_USAGE, "%s: a charge is paid once, and now", a->value[OPT_COUNT] ? "--count" : "--at");
	if (o->key && !a->value[OPT_AMOUNT])
		return fail(e, ERR_USAGE, "--key: --amount R$ is missing");
	return (!o->key || emul_amount(a->value[OPT_AMOUNT], &o->cents, e)) && emul_count(a->value[OPT_COUNT], &o->count, e) &&
		emul_at(a->value[OPT_AT], now_ms, &o->at_ms, e) && emul_dir(a->value[OPT_DIR], o->dir, e);
}

/* All of them or none, a millisecond apart, the last one at at_ms. */
static bool pay(const struct order *o, struct efi_paid *paid, struct err *e)
{
	struct state *st = state_open(o->dir, e);
	bool ok = st && state_begin(st, e);

	if (ok) {
		for (long long i = 0; ok && i < o->count; i++)
			ok = efi_pay(st, o->at_ms - (o->count - 1 - i), o->txid, o->key, o->cents, &paid[i], e);
		ok = state_end(st, ok, ok ? e : NULL) && ok;
	}
	state_close(st);
	return ok;
}

static int run(const struct common *c, const struct args *a, struct err *e)
{
	struct efi_paid *paid;
	struct order o;
	bool ok;

	if (!read_options(a, c->now_ms, &o, e))
		return 2;
	paid = xcalloc((size_t)o.count, sizeof *paid);
	ok = pay(&o, paid, e);
	if (ok)
		say_all(paid, o.count, c);
	free(paid);
	return ok ? 0 : 2;
}

const struct verb emul_pay = {
	.name = "pay",
	.synopsis = "--conf-dir DIR TXID | --conf-dir DIR --key KEY --amount R$ [--count N] [--at TIME]",
	.summary = "somebody pays a charge, or sends money to a key",
	.help = "What Ef\xc3\xad would tell the merchant then is queued, and sent by emul serve to the URL that is registered for the key. As in\n"
		"the sandbox only R$ 0.01 to 10.00 is confirmed; what is above is refused (exit status 5). Money sent to a key has no txid\n"
		"and is announced only where PUT /v2/gn/config asks for it.",
	.options = options,
	.most = 1,
	.run = run,
};
