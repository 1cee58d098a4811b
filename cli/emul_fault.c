/* `pixgate emul fault`: the emulated PSP misbehaves. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/emul.h"
#include "cli/out.h"
#include "cli/verb.h"
#include "emul/fault.h"

enum { OPT_DIR, OPT_TIMES, OPT_VALUE, OPT_LIST, OPT_CLEAR };

static const struct opt options[] = {
	[OPT_DIR]   = { "--conf-dir", "DIR", "the folder that emul serve works in", 0 },
	[OPT_TIMES] = { "--times", "N", "how often; by default once", 0 },
	[OPT_VALUE] = { "--value", "N", "of some: how long, how many, which", 0 },
	[OPT_LIST]  = { "--list", NULL, "prints what is still to come", 0 },
	[OPT_CLEAR] = { "--clear", NULL, "nothing more is to come", 0 },
	{ 0 }
};

/* What was asked for, and how many lines of it were printed. */
struct list {
	bool json;
	int n;
};

static void print(void *ctx, const char *name, int64_t remaining, int64_t value)
{
	struct list *l = ctx;
	struct buf b = BUF(OUT_MAX);

	l->n++;
	if (l->json) {
		json_open(&b, NULL, '{');
		json_str(&b, "fault", name);
		json_int(&b, "times", remaining);
		json_int(&b, "value", value);
		json_close(&b, '}');
	} else {
		buf_putf(&b, "%s: %" PRId64 " to come", name, remaining);
		if (value)
			buf_putf(&b, ", %" PRId64, value);
	}
	out_line(&b);
	buf_free(&b);
}

static bool read_options(const struct args *a, long long *times, long long *value, struct err *e)
{
	bool list = a->value[OPT_LIST], clear = a->value[OPT_CLEAR];

	if (a->operands + list + clear != 1)
		return fail(e, ERR_USAGE, "emul fault: the NAME of a fault, --list or --clear");
	if (!a->operands && (a->value[OPT_TIMES] || a->value[OPT_VALUE]))
		return fail(e, ERR_USAGE, "--times and --value are a fault's");
	return (!a->value[OPT_TIMES] || args_number("--times", a->value[OPT_TIMES], 1, times, e)) &&
		(!a->value[OPT_VALUE] || args_number("--value", a->value[OPT_VALUE], 0, value, e));
}

static int run(const struct common *c, const struct args *a, struct err *e)
{
	long long times = 1, value = -1;
	struct list l = { .json = c->json };
	struct state *st;
	char dir[PATH_MAX];
	bool ok;

	if (!read_options(a, &times, &value, e) || !emul_dir(a->value[OPT_DIR], dir, e))
		return 2;
	st = state_open(dir, e);
	if (a->operands)
		ok = st && fault_set(st, a->operand[0], times, value, e);
	else if (a->value[OPT_CLEAR])
		ok = st && state_fault_clear(st, e);
	else
		ok = st && state_faults(st, print, &l, e);
	state_close(st);
	if (!ok)
		return 2;
	return a->value[OPT_LIST] && !l.n ? 1 : 0;
}

const struct verb emul_fault = {
	.name = "fault",
	.synopsis = "--conf-dir DIR NAME [--times N] [--value N] | --conf-dir DIR --list | --conf-dir DIR --clear",
	.summary = "the emulated PSP misbehaves",
	.help = "The next callback, or the next request of the API, a token's too, goes wrong; emul serve may run or be started later. Of several\n"
		"faults each gets the first of this list.\n"
		"Callbacks:\n"
		"  duplicate   is made twice, one straight behind the other\n"
		"  reorder     comes after the one that follows it, or after --value milliseconds (60000) if none does\n"
		"  truncate    its body breaks off in the middle and the connection is closed; it is made again on the schedule\n"
		"  drop        is never made, as if it had been taken\n"
		"  change      tells another amount than the API does\n"
		"  delay       is made --value milliseconds (5000) later\n"
		"Requests of the API:\n"
		"  token       a token that is good is refused (401)\n"
		"  rate        is one too many (429), Retry-After is --value seconds (1)\n"
		"  broken      the PSP fails (500, erro_aplicacao)\n"
		"  blocked     the account may do nothing (400, documento_bloqueado)\n"
		"  list-rate   as rate, of a list alone\n"
		"These are carried out, and only the answer goes wrong:\n"
		"  garbage     a page of HTML\n"
		"  empty       no body\n"
		"  huge        --value bytes (8388608, at most 16777216)\n"
		"  slow        --value milliseconds later (5000)\n"
		"  cut         breaks off in the middle\n"
		"Of lists alone:\n"
		"  list-pages  says that there are --value pages (1); Banco BS2 tells no such number\n"
		"  list-items  says that there are --value items (0)\n"
		"  list-twice  a page has its first row in the place of its last one too\n"
		"  list-hole   page --value (2, counted from 1) is empty",
	.options = options,
	.most = 1,
	.run = run,
};
