/* The paths that the text names: the gate's socket and program, the document root, the log. */
#include <ctype.h>
#include <string.h>

#include "gen/plan_parts.h"
#include "lib/mem.h"
#include "lib/text.h"

enum { PATH_MAX_LEN = 1024, SOCKET_MAX_LEN = 107 };	/* sun_path has 108 with its NUL */

#define PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/@+-"

bool plan_path(const char *option, const char *path, struct err *e)
{
	if (*path != '/')
		return fail(e, ERR_USAGE, "%s '%.200s': expected an absolute path", option, path);
	if (strlen(path) > PATH_MAX_LEN)
		return fail(e, ERR_USAGE, "%s: a path of at most %d characters was expected", option, PATH_MAX_LEN);
	for (const char *c = path; *c; c++)
		if (iscntrl((unsigned char)*c))
			return fail(e, ERR_USAGE, "%s: the path has a line break or another control character in it", option);
	if (!text_utf8(path, strlen(path)))
		return fail(e, ERR_USAGE, "%s: the path is not UTF-8", option);
	return true;
}

static bool take(char **at, const char *option, const char *given, const char *otherwise, struct err *e)
{
	if (given && !plan_path(option, given, e))
		return false;
	*at = xstrdup(given ? given : otherwise);
	return true;
}

/* It stands between other signs in what every server takes for a socket's address ("unix:/…|fcgi://…"). */
static bool socket_ok(const char *path, struct err *e)
{
	if (strlen(path) > SOCKET_MAX_LEN)
		return fail(e, ERR_USAGE, "--socket: a socket's path has room for %d characters, not %zu", SOCKET_MAX_LEN, strlen(path));
	if (path[strspn(path, PLAIN)])
		return fail(e, ERR_USAGE, "--socket '%s': expected letters, digits and ._/@+- only", path);
	return true;
}

/* On a shared host the gate's program is told by where it is below the site. */
static bool relative(struct gen_plan *p, const char *given, struct err *e)
{
	const char *gate = given ? given : "cgi-bin/pixgate.cgi";

	if (!*gate || *gate == '/' || strlen(gate) > PATH_MAX_LEN || gate[strspn(gate, PLAIN)] || strstr(gate, "..") || strstr(gate, "//"))
		return fail(e, ERR_USAGE, "--gate '%.200s': expected its place below the site, such as cgi-bin/pixgate.cgi", gate);
	p->gate = xstrdup(gate);
	return true;
}

bool plan_files(struct gen_plan *p, const struct gen_request *r, struct err *e)
{
	const char *none = p->server->web && !p->server->shared ? NULL : "";

	if (p->cgi && r->socket)
		return fail(e, ERR_USAGE, "--socket: with %s the gate is a CGI program and has none", p->server->shared ? p->server->name : "--backend cgi");
	if (!p->cgi && p->server->web && r->gate)
		return fail(e, ERR_USAGE, "--gate: with --backend fastcgi %s does not start the gate; `pixgate gen systemd` takes it", p->server->name);
	if (!take(&p->socket, "--socket", r->socket, p->cgi ? "" : "/run/pixgate/gate.sock", e) || !socket_ok(p->socket, e))
		return false;
	if (p->server->shared ? !relative(p, r->gate, e) : !take(&p->gate, "--gate", r->gate, "/usr/local/lib/pixgate/pixgate.fcgi", e))
		return false;
	if (r->root && p->scope != SCOPE_PATH && !p->http_port)
		return fail(e, ERR_USAGE, "--root: without --scope path and without plain HTTP nothing is served from files");
	if (!take(&p->root, "--root", r->root, none ? none : "/var/www/html", e))
		return false;
	return take(&p->log, "--log", r->log, none ? none : p->server->log, e);
}
