/* `pixgate check HOOK|URL`: calls a live set-up as the PSP would, and says what to mend. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "check/judge.h"
#include "check/probe.h"
#include "check/report.h"
#include "cli/check.h"
#include "cli/check_target.h"
#include "cli/out.h"
#include "lib/mem.h"
#include "lib/table.h"
#include "lib/text.h"

static const struct opt options[] = {
	[CHECK_PSP]         = { "--psp", "NAME", "whose PSP calls the URL: efi (by default), bs2, bs2-indirect, bacen; a hook says it itself", 0 },
	[CHECK_MODE]        = { "--mode", "MODE", "efi-mtls, efi-skip-mtls, bs2, bs2-indirect or bacen; by default by hook, PSP and URL", 0 },
	[CHECK_ONLY]        = { "--only", "ID[,ID…]", "these checks alone: whole ids, or what stands before their dot", 0 },
	[CHECK_SKIP]        = { "--skip", "ID[,ID…]", "not these checks", 0 },
	[CHECK_STRICT]      = { "--strict", NULL, "a warning gives exit status 1 too", 0 },
	[CHECK_TIMEOUT]     = { "--timeout", "SECONDS", "for one request, 1 to 120 (10)", 0 },
	[CHECK_RESOLVE]     = { "--resolve", "HOST:PORT:ADDRESS[,…]", "connects there, whatever DNS says", 0 },
	[CHECK_CACERT]      = { "--cacert", "FILE", "CAs that vouch for your server, in place of the system's", 0 },
	[CHECK_CLIENT_CERT] = { "--client-cert", "FILE", "the certificate that the PSP shows, with chain and key (PEM): of emul pki, or of a sandbox", 0 },
	[CHECK_BASIC]       = { "--basic", "FILE", "of a URL: user:password that the PSP sends, in a file that is yours alone", 0 },
	[CHECK_BEARER]      = { "--bearer", "FILE", "of a URL: the token that the PSP sends, in such a file", 0 },
	[CHECK_JUNIT]       = { "--junit", NULL, "JUnit's XML instead of text", 0 },
	[CHECK_SERVER]      = { "--server", "NAME", "apache, caddy, lighttpd or nginx: whose lines the remedies show; by default as recognised", 0 },
	[CHECK_LOCAL]       = { "--local", NULL, "looks at this machine or account instead, and asks nobody; with a hook's name or none", 0 },
	[CHECK_GATE]        = { "--gate", "FILE", "with --local: the gate's program, where it is not found", 0 },
	[CHECK_SOCKET]      = { "--socket", "PATH", "with --local: the gate's socket", 0 },
	[CHECK_LOG]         = { "--log", "FILE", "with --local: the gate's log, whose last refusals are explained", 0 },
	[CHECK_SILENCE]     = { "--silence", "SPAN", "of a hook: asks the PSP instead what it received in the last 24h, 7d …, and whether its call told of it", 0 },
	{ 0 }
};

enum { IDS = 128, TIMEOUT = 10, TIMEOUT_MOST = 120 };

/* A list "a,b" as words, NULL-ended; text is theirs. */
struct ids {
	const char *item[IDS + 1];
	char *text;
};

static bool known_id(const char *id)
{
	size_t n = strlen(id);

	for (const struct check *c = checks; c->id; c++)
		if (strncmp(c->id, id, n) == 0 && (!c->id[n] || c->id[n] == '.'))
			return true;
	return false;
}

static bool unknown_id(const char *option, const char *id, struct err *e)
{
	const char *names[IDS + 1], *near;
	size_t n = 0;

	for (const struct check *c = checks; c->id && n < IDS; c++)
		names[n++] = c->id;
	names[n] = NULL;
	near = text_nearest(id, names);
	return near ? fail(e, ERR_USAGE, "%s: unknown check '%s'; nearest: %s", option, id, near)
		    : fail(e, ERR_USAGE, "%s: unknown check '%s'; pixgate-check(1) has the list", option, id);
}

static bool read_ids(struct ids *ids, const char *option, const char *list, struct err *e)
{
	char *save = NULL;
	size_t n = 0;

	*ids = (struct ids){ 0 };
	if (!list)
		return true;
	ids->text = xstrdup(list);
	for (char *id = strtok_r(ids->text, ",", &save); id; id = strtok_r(NULL, ",", &save)) {
		if (n == IDS)
			return fail(e, ERR_USAGE, "%s: more than %d ids", option, IDS);
		if (!known_id(id))
			return unknown_id(option, id, e);
		ids->item[n++] = id;
	}
	return n || fail(e, ERR_USAGE, "%s: names no check", option);
}

static int terminal_width(void)
{
	struct winsize w;

	return isatty(STDOUT_FILENO) && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) ? w.ws_col : 0;
}

static void print_report(const struct common *c, const struct args *a, const struct target *t, const struct findings *f)
{
	const struct report_style style = { .color = table_color(stdout), .quiet = c->quiet, .all = c->verbose, .width = terminal_width() };
	struct buf out = BUF(OUT_MAX);

	if (c->json)
		report_json(t, f, &out);
	else if (a->value[CHECK_JUNIT])
		report_junit(t, f, a->value[CHECK_STRICT], &out);
	else
		report_text(t, f, &style, &out);
	if (c->json)
		out_line(&out);
	else
		out_bytes(buf_str(&out), out.len);
	buf_free(&out);
}

/* ERR_USAGE where options do not go together; *resolve NULL where it is of another host. */
static bool read_options(const struct common *c, const struct args *a, const struct check_target *t, struct probe_options *o, struct err *e)
{
	long long seconds = TIMEOUT;
	bool other = false;

	if (c->json && a->value[CHECK_JUNIT])
		return fail(e, ERR_USAGE, "--json and --junit: one of them");
	if (a->value[CHECK_TIMEOUT] && !args_number("--timeout", a->value[CHECK_TIMEOUT], 1, &seconds, e))
		return false;
	if (seconds > TIMEOUT_MOST)
		return fail(e, ERR_USAGE, "--timeout: at most %d seconds", TIMEOUT_MOST);
	o->timeout_ms = (int)seconds * 1000;
	o->resolve = a->value[CHECK_RESOLVE];
	if (o->resolve && !check_resolve_ok(t, o->resolve, &other, e))
		return false;
	if (other)
		note(c->quiet, "--resolve is of another host or port than the URL's, %s port %d, and is not used", t->host, t->target.port);
	return true;
}

static int run(const struct common *c, const struct args *a, struct err *e)
{
	struct check_progress progress = { 0 };
	struct probe_options o = { .cacert = a->value[CHECK_CACERT], .client_cert = a->value[CHECK_CLIENT_CERT], .now = c->now_ms,
		.progress = check_progress_step, .ctx = &progress };
	struct check_target t = { 0 };
	struct ids only = { 0 }, skip = { 0 };
	struct findings found = { 0 };
	struct seen seen = { 0 };
	enum severity worst;
	int status = 2;

	if (a->value[CHECK_SILENCE])
		return check_silence(c, a, e);
	if (a->value[CHECK_LOCAL])
		return check_local(c, a, e);
	for (int i = CHECK_GATE; i <= CHECK_LOG; i++)
		if (a->value[i])
			return fail(e, ERR_USAGE, "%s goes with --local alone", options[i].name);
	if (!a->operands)
		return fail(e, ERR_USAGE, "check what? a hook, a URL, - for a URL on standard input, or --local");
	if (!check_target_read(&t, c, a->operand[0], a->value[CHECK_PSP], a->value[CHECK_MODE], a->value[CHECK_SERVER], e) ||
	    !check_authorization(&t, a->value[CHECK_BASIC], a->value[CHECK_BEARER], e) ||
	    !read_options(c, a, &t, &o, e) || !read_ids(&only, "--only", a->value[CHECK_ONLY], e) || !read_ids(&skip, "--skip", a->value[CHECK_SKIP], e))
		goto out;
	note(c->quiet, "what is sent are tests: pings and events with ids of their own; no gate of pixgate takes one for a payment");
	check_progress_begin(&progress, !c->quiet && !c->json && !a->value[CHECK_JUNIT]);
	if (!probe(&t.target, &o, &seen, e)) {
		check_progress_end(&progress);
		goto out;
	}
	if (t.hook) {
		check_progress_step(&progress, "what is registered at the PSP");
		check_psp(c, t.hook, &seen);
	}
	check_progress_end(&progress);
	judge(&t.target, &seen, c->now_ms / 1000, only.text ? only.item : NULL, skip.text ? skip.item : NULL, &found);
	print_report(c, a, &t.target, &found);
	worst = report_verdict(&found);
	status = worst == SEVERITY_FAIL || (worst == SEVERITY_WARN && a->value[CHECK_STRICT]);
out:
	findings_free(&found);
	seen_free(&seen);
	free(only.text);
	free(skip.text);
	check_target_free(&t);
	return status;
}

const struct verb verb_check = {
	.name = "check",
	.synopsis = "HOOK|URL|-|--local [OPTION …]",
	.summary = "tests a live set-up as the PSP would, and says what to mend",
	.help = "Calls the URL that is registered, of a hook of the configuration or given (- reads it from standard input, so that no list\n"
		"of processes shows its secret), and looks at name, TLS, certificates, who is let in, and how it answers. What it sends are\n"
		"tests, which no gate of pixgate takes for a payment. The last lines say what to mend first; pixgate-check(1) has every id.\n"
		"With --silence nothing is sent to the URL: that may run every hour.\n"
		"Exit status 0: all is well; 1: a check failed, or with --strict warned.",
	.options = options,
	.most = 1,
	.run = run,
};
