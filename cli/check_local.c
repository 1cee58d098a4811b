/* `pixgate check --local`: this machine, or this account of a shared host. Nothing is sent anywhere. */
#include <stdlib.h>

#include "check/local.h"
#include "check/report.h"
#include "cli/check.h"
#include "cli/out.h"
#include "cli/start.h"
#include "lib/table.h"

/* What goes with a URL alone. */
static const struct {
	int option;
	const char *name;
} elsewhere[] = {
	{ CHECK_PSP, "--psp" }, { CHECK_MODE, "--mode" }, { CHECK_ONLY, "--only" }, { CHECK_SKIP, "--skip" }, { CHECK_TIMEOUT, "--timeout" },
	{ CHECK_RESOLVE, "--resolve" }, { CHECK_CACERT, "--cacert" }, { CHECK_CLIENT_CERT, "--client-cert" }, { CHECK_SERVER, "--server" },
};

static bool options_ok(const struct common *c, const struct args *a, struct err *e)
{
	for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++)
		if (a->value[elsewhere[i].option])
			return fail(e, ERR_USAGE, "%s is for a URL, and --local asks nobody", elsewhere[i].name);
	if (c->json && a->value[CHECK_JUNIT])
		return fail(e, ERR_USAGE, "--json and --junit: one of them");
	return true;
}

/* A configuration that is not well is a finding; only one that is can say that there is no such hook. */
static bool hook_ok(const struct common *c, const char *hook, struct err *e)
{
	struct settings *s = hook ? start_settings(c, NULL) : NULL;
	bool ok = !s || start_hook(s, hook, e);

	settings_free(s);
	return ok;
}

int check_local(const struct common *c, const struct args *a, struct err *e)
{
	const struct local_options o = { .conf = c->conf, .hook = a->operands ? a->operand[0] : NULL, .gate = a->value[CHECK_GATE],
		.socket = a->value[CHECK_SOCKET], .log = a->value[CHECK_LOG], .now_ms = c->now_ms };
	const struct report_style style = { .color = table_color(stdout), .quiet = c->quiet, .all = c->verbose };
	struct local_seen seen = { 0 };
	struct findings found = { 0 };
	struct buf out = BUF(OUT_MAX);
	enum severity worst;

	if (!options_ok(c, a, e) || !hook_ok(c, o.hook, e))
		return 2;
	local_look(&o, &seen);
	local_judge(&seen, NULL, NULL, &found);
	if (c->json)
		report_json(NULL, &found, &out);
	else if (a->value[CHECK_JUNIT])
		report_junit(NULL, &found, a->value[CHECK_STRICT], &out);
	else
		report_text(NULL, &found, &style, &out);
	if (c->json)
		out_line(&out);
	else
		out_bytes(buf_str(&out), out.len);
	worst = report_verdict(&found);
	buf_free(&out);
	findings_free(&found);
	local_seen_free(&seen);
	return worst == SEVERITY_FAIL || (worst == SEVERITY_WARN && a->value[CHECK_STRICT]);
}
