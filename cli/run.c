#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli/out.h"
#include "cli/verb.h"

static int version(const struct common *c)
{
	if (c->json)
		puts("{\"name\":\"pixgate\",\"version\":\"" VERSION "\"}");
	else
		puts("pixgate " VERSION);
	return 0;
}

/* Options may stand before the verb, between a verb and its second word, and behind: each call adds to the same args. */
static int run(struct common *c, struct args *ca, struct args *a, int argc, char **argv, struct err *e)
{
	const struct verb *const *list = verbs, *v = NULL;
	const char *of = "";
	int at = 1;

	do {
		const struct verb *up = v;

		if (!args_read(NULL, NULL, common_options, ca, true, argc, argv, &at, e))
			return 2;
		if (ca->value[COMMON_VERSION])
			return version(c);
		if (at == argc) {
			if (ca->value[COMMON_HELP]) {
				if (up)
					help_verb(up, "");
				else
					help_all();
				return 0;
			}
			if (up)
				return fail(e, ERR_USAGE, "%s what? pixgate %s %s", up->name, up->name, up->synopsis);
			return fail(e, ERR_USAGE, "no verb; see pixgate help");
		}
		of = up ? up->name : "";
		v = verb_find(list, of, argv[at++], e);
		if (!v)
			return 2;
		list = v->subs;
	} while (list);

	if (!args_read(v->options, a, common_options, ca, false, argc, argv, &at, e))
		return fail_in(e, "%s%s%s", of, *of ? " " : "", v->name);
	c->conf = ca->value[COMMON_CONF];
	c->json = ca->value[COMMON_JSON];
	c->quiet = ca->value[COMMON_QUIET];
	c->verbose = ca->times[COMMON_VERBOSE];
	if (ca->value[COMMON_VERSION])
		return version(c);
	if (ca->value[COMMON_HELP]) {
		help_verb(v, of);
		return 0;
	}
	if (a->operands < v->least || (v->most >= 0 && a->operands > v->most))
		return fail(e, ERR_USAGE, "%s: usage: pixgate %s%s%s %s", a->operands < v->least ? "too few words" : a->operand[v->most],
			of, *of ? " " : "", v->name, v->synopsis);
	return v->run(c, a, e);
}

int pixgate(int argc, char **argv, int64_t now_ms)
{
	struct common common = { .now_ms = now_ms };
	struct args common_args = { 0 }, own = { 0 };
	struct err e = { 0 };
	int status;

	/* A reader that went away and a file that may not grow are errors of write(2) like any other, not a death without a word. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	/* Where whoever started us ignored it, so would we, and never hear how a program of ours ended. */
	signal(SIGCHLD, SIG_DFL);
	status = run(&common, &common_args, &own, argc, argv, &e);
	if (e.code != ERR_NONE) {
		status = err_exit(e.code);
		if (e.code != ERR_NOT_FOUND || !common_args.value[COMMON_QUIET])
			complain(e.text);
	}
	/* What could not be written was not said: success must not be claimed for it. */
	errno = 0;
	if ((fflush(stdout) || ferror(stdout)) && status < 128) {
		fail(&e, ERR_STORE, "standard output: %s", errno ? strerror(errno) : "could not be written");
		complain(e.text);
		status = err_exit(e.code);
	}
	args_free(&own);
	args_free(&common_args);
	return status;
}
