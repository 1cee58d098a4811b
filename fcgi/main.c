/* pixgate.fcgi: the gate. Plain CGI, or FastCGI on a socket that was handed over or is opened here. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fcgi/cgi.h"
#include "fcgi/listen.h"
#include "fcgi/loop.h"
#include "lib/log.h"
#include "lib/secret.h"

static const char usage[] =
	"usage: pixgate.fcgi [--conf FILE] [--listen unix:PATH | --listen 127.0.0.1:PORT] [--group NAME]\n"
	"Receives Pix notifications. A web server starts it as CGI, or as FastCGI with a listening socket as standard input\n"
	"or descriptor 3; --listen opens the socket itself. See pixgate.fcgi(8).\n";

static const char *conf, *where, *group;

static const struct {
	const char *name;
	const char **to;
} options[] = { { "--conf", &conf }, { "--listen", &where }, { "--group", &group } };

/* Takes --NAME VALUE and --NAME=VALUE. Returns how many words it took, 0: unknown, -1: no value. */
static int option(char **argv)
{
	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
		size_t n = strlen(options[i].name);

		if (strncmp(argv[0], options[i].name, n) != 0 || (argv[0][n] && argv[0][n] != '='))
			continue;
		*options[i].to = argv[0][n] ? argv[0] + n + 1 : argv[1];
		return !*options[i].to ? -1 : argv[0][n] ? 1 : 2;
	}
	return 0;
}

static int wrong(const char *what, const char *word)
{
	fprintf(stderr, "pixgate.fcgi: %s%s\n%s", what, word, usage);
	return 2;
}

/* A query without '=' reaches a CGI program as arguments (RFC 3875 §4.4): under CGI they are a stranger's words. */
static bool is_cgi(void)
{
	return getenv("REQUEST_METHOD") != NULL;
}

int main(int argc, char **argv)
{
	struct err e = { .code = ERR_NONE };
	struct listener l;
	int took;

	secret_no_core();
	if (is_cgi())
		return cgi_serve(NULL);
	for (int i = 1; i < argc; i += took) {
		if (strcmp(argv[i], "--version") == 0)
			return puts("pixgate.fcgi " VERSION) < 0 ? 3 : 0;
		if (strcmp(argv[i], "--help") == 0)
			return fputs(usage, stdout) < 0 ? 3 : 0;
		took = option(argv + i);
		if (took <= 0)
			return wrong(took ? "no value for " : "unknown option ", argv[i]);
	}
	if (where) {
		if (listen_open(&l, where, group, &e))
			return loop_serve(&l, conf);
		fprintf(stderr, "pixgate.fcgi: %s\n", e.text);
		return err_exit(e.code);
	}
	if (group)
		return wrong("--group goes with ", "--listen unix:PATH");
	if (listen_inherited(&l))
		return loop_serve(&l, conf);
	return wrong("neither CGI (no REQUEST_METHOD) nor FastCGI (no listening socket)", "");
}
