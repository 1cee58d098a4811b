#include "cli/verb.h"

#include <string.h>

#include "lib/text.h"

const struct verb *const verbs[] = {
	&verb_init,
	&verb_conf,
	&verb_url,
	&verb_inbox,
	&verb_deliver,
	&verb_gen,
	&verb_chain,
	&verb_check,
	&verb_webhook,
	&verb_cert,
	&verb_reconcile,
	&verb_emul,
	&verb_psp,
	&verb_help,
	NULL
};

const struct opt common_options[] = {
	[COMMON_CONF]    = { "--conf", "FILE", "the configuration file", 0 },
	[COMMON_JSON]    = { "--json", NULL, "JSON Lines instead of tables and sentences", 0 },
	[COMMON_QUIET]   = { "--quiet", NULL, "no hints on standard error (also -q)", 'q' },
	[COMMON_VERBOSE] = { "--verbose", NULL, "says which files are used (also -v)", 'v' },
	[COMMON_HELP]    = { "--help", NULL, "this help (also -h)", 'h' },
	[COMMON_VERSION] = { "--version", NULL, "the program's version (also -V)", 'V' },
	{ 0 }
};

const struct verb *verb_find(const struct verb *const *list, const char *of, const char *name, struct err *e)
{
	const char *names[32], *near;
	size_t n = 0;

	for (; *list && n < sizeof names / sizeof names[0] - 1; list++) {
		if (!strcmp((*list)->name, name))
			return *list;
		names[n++] = (*list)->name;
	}
	names[n] = NULL;
	near = text_nearest(name, names);
	if (near)
		fail(e, ERR_USAGE, "unknown verb '%s%s%s'; nearest: '%s'", of, *of ? " " : "", name, near);
	else
		fail(e, ERR_USAGE, "unknown verb '%s%s%s'; see pixgate help%s%s", of, *of ? " " : "", name, *of ? " " : "", of);
	return NULL;
}
