/* `pixgate gen SERVER`: a web server's configuration, on standard output. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/gen.h"
#include "cli/out.h"
#include "cli/start.h"
#include "lib/mem.h"
#include "lib/text.h"

/* The rows before OUTPUT make the text what it is; in this order they stand in the command of its header. */
enum {
	HOOK, DOMAIN, ENVIRONMENT, MODE, SCOPE, BACKEND, SERVER_VERSION, SERVER_CERT, SERVER_KEY, PORT, HTTP_PORT, ADDRESS, SOCKET, GATE, ROOT, LOG,
	TEMPLATES, PROGRAM, OUTPUT, DIFF, TEST, OPTIONS
};

static const struct opt options[] = {
	[HOOK]           = { "--hook", "NAME[,NAME]", "which hooks of the configuration (all)", 0 },
	[DOMAIN]         = { "--domain", "NAME", "the host name, where it is not the configuration's", 0 },
	[ENVIRONMENT]    = { "--environment", "NAME", "production or sandbox, where it is not the hook's", 0 },
	[MODE]           = { "--mode", "MODE", "mtls: the PSP's certificate is demanded; skip-mtls: none is", 0 },
	[SCOPE]          = { "--scope", "SCOPE", "what demands it: site, path (the shop beside it stays open) or port", 0 },
	[BACKEND]        = { "--backend", "KIND", "how the gate runs: fastcgi or cgi", 0 },
	[SERVER_VERSION] = { "--server-version", "VERSION", "of the web server; without it, its program is asked", 0 },
	[SERVER_CERT]    = { "--server-cert", "FILE", "the site's certificate with its intermediates", 0 },
	[SERVER_KEY]     = { "--server-key", "FILE", "and its key", 0 },
	[PORT]           = { "--port", "NUMBER", "of https (443; with --scope port 8443)", 0 },
	[HTTP_PORT]      = { "--http-port", "NUMBER", "of plain HTTP, for ACME and the redirect (80); 0: none", 0 },
	[ADDRESS]        = { "--address", "ADDRESS", "listens on that one alone", 0 },
	[SOCKET]         = { "--socket", "PATH", "the gate's socket", 0 },
	[GATE]           = { "--gate", "FILE", "the gate's program", 0 },
	[ROOT]           = { "--root", "DIR", "the shop's document root, and the webroot of ACME", 0 },
	[LOG]            = { "--log", "FILE", "the webhook's access log", 0 },
	[TEMPLATES]      = { "--templates", "DIR", "takes the texts from there", 0 },
	[PROGRAM]        = { "--program", "FILE", "the web server's program, to ask for its version and for --test", 0 },
	[OUTPUT]         = { "--output", "FILE", "writes there instead, unless a person has edited it (also -o); systemd: DIR", 'o' },
	[DIFF]           = { "--diff", "FILE", "shows how FILE differs from what would be printed", 0 },
	[TEST]           = { "--test", NULL, "has the web server check it, without root and without touching what runs", 0 },
	{ 0 }
};

/* What the command line says of files, absolute: the text is for a server that stands somewhere else. */
static bool absolute(const struct gen_server *s, const struct args *a, char *value[OPTIONS], struct err *e)
{
	for (int i = 0; i < OPTIONS; i++) {
		const char *label = options[i].value;
		bool path = label && (!strcmp(label, "FILE") || !strcmp(label, "DIR") || !strcmp(label, "PATH"));

		if (path && a->value[i] && !*a->value[i])
			return fail(e, ERR_USAGE, "%s: the name is empty", options[i].name);
		/* on a shared host the gate is named by its place below the site */
		if (i == GATE && s->shared)
			path = false;
		/* "-" is standard output, where it goes anyway */
		if (i == OUTPUT && a->value[i] && !strcmp(a->value[i], "-"))
			continue;
		value[i] = path ? gen_absolute(a->value[i]) : a->value[i] ? xstrdup(a->value[i]) : NULL;
	}
	return true;
}

/* The version to make the text for; NULL leaves it to the table of servers. *found: what the program says, or NULL. */
static bool ask_version(const struct gen_server *s, char *const value[OPTIONS], const char *program, bool quiet, char **found, struct err *e)
{
	struct err why = { 0 };

	if (value[PROGRAM] && !program)
		return fail(e, ERR_USAGE, "--program: %s is no program", value[PROGRAM]);
	if (!s->version_flag || (value[SERVER_VERSION] && !value[TEST]))
		return true;
	if (program)
		*found = gen_version(s, program, &why);
	if (*found || value[SERVER_VERSION])
		return true;
	if (value[PROGRAM]) {
		*e = why;
		return false;
	}
	if (s->assumed && program)
		note(quiet, "%s: the text is for %s %s; where yours is another, give --server-version", why.text, s->title, s->assumed);
	else if (s->assumed)
		note(quiet, "%s was not found on this machine: the text is for version %s; where yours is another, give --server-version", s->programs[0], s->assumed);
	return true;
}

/* Lines of somebody else's, to standard error. */
static void say_lines(const char *lines)
{
	while (*lines) {
		size_t len = strcspn(lines, "\n");
		char *one = xstrndup(lines, len);

		text_tame(one, len);
		complain(one);
		free(one);
		lines += len + (lines[len] == '\n');
	}
}

static void print(const struct gen_result *r, const struct buf *what)
{
	for (size_t i = 0; i < r->count; i++) {
		/* as `systemctl cat` tells the files apart */
		if (r->count > 1 && what == r->text)
			printf("# %s\n", r->server->texts[i].place);
		if (what == r->diff)
			out_foreign(buf_str(&what[i]), what[i].len, false);
		else
			out_bytes(buf_str(&what[i]), what[i].len);
	}
}

static void say_written(const struct gen_result *r)
{
	static const char *const done[] = { [GEN_NOTHING] = "left", [GEN_WROTE] = "wrote", [GEN_REPLACED] = "replaced", [GEN_UNCHANGED] = "unchanged:" };

	for (size_t i = 0; i < r->count; i++)
		printf("%s %s\n", done[r->done[i]], r->file[i]);
}

/* false: it was not accepted, or could not be asked; *status is then the exit status. */
static bool test(const struct common *c, const struct gen_plan *p, const char *program, const char *found, const char *templates, struct gen_result *r, int *status, struct err *e)
{
	struct buf said = BUF(64 * 1024);
	const char *by = found ? found : "";
	int number = 0;
	bool ok = gen_test(p, program, templates, r, &said, &number, e);

	if (number) {
		e->code = ERR_NONE;
		*status = 128 + number;
		ok = false;
	} else if (ok) {
		ok = r->verdict == GEN_ACCEPTED;
		if (!ok || c->verbose)
			say_lines(buf_str(&said));
		if (!ok) {
			struct err line;

			fail(&line, ERR_NONE, "%s%s%s refuses it%s", p->server->programs[0], *by ? " " : "", by, said.len ? "" : " without a word");
			complain(line.text);
			*status = 1;
		} else {
			note(c->quiet, "%s%s%s accepts it", p->server->programs[0], *by ? " " : "", by);
		}
	}
	buf_free(&said);
	return ok;
}

/* The texts are there: has them checked, written, compared or printed, as the command line says. */
static int use(const struct common *c, const struct gen_plan *p, char *const value[OPTIONS], const char *program, const char *found, const char *templates, struct gen_result *r, struct err *e)
{
	int status = 0;

	if (value[TEST] && !test(c, p, program, found, templates, r, &status, e)) {
		if (c->json && r->verdict == GEN_REFUSED && status == 1)
			gen_json(p, r);
		return status;
	}
	if ((value[OUTPUT] && !gen_write(value[OUTPUT], p->command, r, e)) || (value[DIFF] && !gen_diff(value[DIFF], r, e)))
		return 0;
	if (c->json)
		gen_json(p, r);
	else if (value[DIFF])
		print(r, r->diff);
	else if (!value[OUTPUT])
		print(r, r->text);
	else if (!c->quiet)
		say_written(r);
	return r->differs;
}

static int make(const struct common *c, const struct gen_server *s, char *const value[OPTIONS], struct err *e)
{
	char *program = gen_program(s, value[PROGRAM]), *found = NULL, *templates = NULL, *conf = gen_absolute(c->conf);
	struct settings *settings = NULL;
	struct buf command = BUF(64 * 1024);
	struct gen_request request;
	struct gen_result result = { 0 };
	struct gen_plan plan = { 0 };
	int status = 0;

	if (!ask_version(s, value, program, c->quiet, &found, e))
		goto out;
	settings = start_settings(c, e);
	if (!settings)
		goto out;
	gen_command(s, conf, options, value[SERVER_VERSION] ? PROGRAM : OUTPUT, (const char *const *)value, &command);
	request = (struct gen_request){
		.hook = value[HOOK], .domain = value[DOMAIN], .environment = value[ENVIRONMENT], .mode = value[MODE], .scope = value[SCOPE],
		.backend = value[BACKEND], .version = value[SERVER_VERSION] ? value[SERVER_VERSION] : found,
		.server_cert = value[SERVER_CERT], .server_key = value[SERVER_KEY], .address = value[ADDRESS], .port = value[PORT],
		.http_port = value[HTTP_PORT], .socket = value[SOCKET], .gate = value[GATE], .root = value[ROOT], .log = value[LOG],
		.command = buf_str(&command), .version_asked = value[SERVER_VERSION],
	};
	if (!gen_plan_make(&plan, s, settings, &request, c->now_ms / 1000, e))
		goto out;
	/* what is about safety is not silenced by -q */
	say_lines(buf_str(&plan.warnings));
	templates = gen_templates(value[TEMPLATES], e);
	if (!templates || !gen_render(&plan, templates, &result, e))
		goto out;
	status = use(c, &plan, value, program, found, templates, &result, e);
out:
	gen_result_free(&result);
	gen_plan_free(&plan);
	settings_free(settings);
	buf_free(&command);
	free(templates);
	free(conf);
	free(found);
	free(program);
	return status;
}

static int run(const struct common *c, const struct args *a, struct err *e)
{
	char *value[OPTIONS] = { 0 };
	const struct gen_server *s;
	int status = 0;

	if (!a->operands) {
		struct buf all = BUF(256);

		for (const struct gen_server *const *row = gen_servers; *row; row++)
			buf_putf(&all, "%s%s", row == gen_servers ? "" : ", ", (*row)->name);
		fail(e, ERR_USAGE, "gen what? one of: %s", buf_str(&all));
		buf_free(&all);
		return 2;
	}
	if (a->value[OUTPUT] && a->value[DIFF])
		return fail(e, ERR_USAGE, "--output and --diff: the one writes, the other does not; give one of them");
	s = gen_server_find(a->operand[0], e);
	if (s && absolute(s, a, value, e))
		status = make(c, s, value, e);
	for (int i = 0; i < OPTIONS; i++)
		free(value[i]);
	return status;
}

const struct verb verb_gen = {
	.name = "gen",
	.synopsis = "SERVER [OPTION …]",
	.summary = "prints a web server's configuration (apache, caddy, lighttpd, nginx, htaccess, systemd)",
	.help = "Prints only: nothing is enabled, and no file is touched but the one that -o names. What is not given comes from the\n"
		"configuration and the PSP's profile.",
	.options = options,
	.most = 1,
	.run = run,
};
