/* What can be generated, one row each. A new web server is a folder of templates and a row in server.c. */
#ifndef GEN_SERVER_H
#define GEN_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "gen/grammar.h"
#include "lib/err.h"

/* A flag for the templates: set where the version is at least this one. */
struct gen_since {
	const char *flag, *version;
};

/* What cannot be done, or not before a version. option and value as on the command line: "--backend", "cgi". */
struct gen_limit {
	const char *option;
	const char *value;	/* NULL: the option itself has no use here, and version is NULL too */
	const char *version;	/* possible from this one on; NULL: never */
	const char *instead;	/* the message's second half: what can */
};

/* One text that comes out. */
struct gen_text {
	const char *template;	/* below the folder of templates: "nginx/site.conf" */
	const char *place;	/* where it usually goes: "/etc/nginx/sites-available/pixgate.conf" */
};

/*
 * The server's own check of its syntax. Words of argv: "@program", "@conf" (the rendered frame, or the text itself
 * where there is none), "@dir" (an empty private folder, no slash at its end), "@modules" (where the program's modules
 * are); also inside a word.
 */
struct gen_test {
	const char *frame;		/* template of a whole configuration round the text, NULL: none is needed */
	const char *const *argv;	/* NULL-ended */
	const char *const *modules;	/* folders to try, relative to the program's; NULL-ended, or NULL */
	bool silent;			/* anything that it prints is a failure: its exit status says too little */
};

struct gen_server {
	const char *name, *title;	/* "apache", "Apache HTTP Server" */
	const struct grammar *grammar;
	const struct gen_text *texts;	/* ends with a row whose template is NULL */
	bool web;			/* takes domain, scope, certificate …; systemd does not */
	bool shared;			/* a part of another's site: no domain, port, socket, certificate or log of its own */
	bool own_cert;			/* gets its certificate itself where none is given */
	bool needs_issuer;		/* with client certificates it serves nobody while its own one's issuer is not in the file */
	bool no_issuer;			/* cannot tell by whom a client certificate was issued */
	const char *oldest;		/* the oldest version that the texts are for; NULL: it has none that matter */
	const char *assumed;		/* where neither --server-version nor the program tells */
	const struct gen_since *since;	/* ends with a row whose flag is NULL; or NULL */
	const struct gen_limit *limits;	/* ends with a row whose option is NULL; or NULL */
	const char *log;		/* default of --log */
	const char *const *programs;	/* names to look for, NULL-ended; or NULL */
	const char *version_flag;	/* "-v" */
	const char *version_mark;	/* the text before the version in what it prints: "nginx/" */
	const struct gen_test *test;	/* NULL: has none */
};

extern const struct gen_server *const gen_servers[];	/* NULL-ended */

/* ERR_USAGE with the nearest name, or all of them. */
const struct gen_server *gen_server_find(const char *name, struct err *e);

/* Numbers joined by dots, compared number by number: <0, 0, >0. Anything behind them ("-9+deb12u11") and a 'v' in front
 * of them do not count; a number that is missing is 0. */
int version_compare(const char *a, const char *b);
/* Begins with NUMBER.NUMBER ("v2.6.2" too), and then at most 64 letters, digits and "._:+~-" in all. */
bool version_ok(const char *text);

#endif
