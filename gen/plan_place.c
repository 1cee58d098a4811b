/* Where the server listens, for which name, and how much of it is the webhook's. */
#include <stdlib.h>
#include <string.h>

#include "gen/plan_parts.h"
#include "lib/ascii.h"
#include "lib/mem.h"
#include "lib/net.h"

/* The first that a server can do is what it does where nothing is said. */
static const char *const scopes[] = { "path", "site", "port", NULL };
static const enum gen_scope scope_of[] = { SCOPE_PATH, SCOPE_SITE, SCOPE_PORT };
static const char *const backends[] = { "fastcgi", "cgi", NULL };

static int pick(const struct gen_plan *p, const char *option, const char *given, const char *const *words, struct err *e)
{
	int i = 0;

	if (given) {
		i = plan_word(option, given, words, e);
		return i < 0 || plan_can(p, option, given, "", e) ? i : -1;
	}
	for (; words[i]; i++)
		if (plan_can(p, option, words[i], "", NULL))
			return i;
	plan_can(p, option, words[0], "", e);
	return -1;
}

/* ---- the host name */

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

/* RFC 1123 §2.1: labels of letters, digits and inner hyphens. NULL, or what is wrong. */
static const char *domain_wrong(const char *name)
{
	struct ip ip;
	const char *label = name;

	if (!*name)
		return "it is empty";
	if (ip_parse_host(name, strlen(name), &ip))
		return "a PSP calls a name, not an address";
	if (strlen(name) > 253)
		return "a name has at most 253 characters";
	for (const char *c = name; *c; c++) {
		if ((unsigned char)*c >= 0x80)
			return "write it as DNS has it, in ASCII (xn--…)";
		if (!strchr(LETTERS DIGITS "-.", *c))
			return strchr(":/", *c) ? "only the name, without https://, port and path" : "it has a character that no host name has";
	}
	for (;; label++) {
		size_t len = strcspn(label, ".");

		if (!len)
			return "it has an empty part before, behind or between its dots";
		if (len > 63)
			return "a part between dots has at most 63 characters";
		if (label[0] == '-' || label[len - 1] == '-')
			return "a part between dots may not begin or end with '-'";
		if (!label[len])
			/* 1.2.3.04, 1.2.3 and the like are addresses to some programs */
			return label[strspn(label, DIGITS)] ? NULL : "its last part is a number";
		label += len;
	}
}

/* Takes ":8443" off a name of the configuration, where it stands for `pixgate url`. 0: there is none. */
static int cut_port(char *name)
{
	char *colon = strchr(name, ':'), *end;
	long port;

	if (!colon || colon == name || strchr(name, '['))
		return 0;
	port = strtol(colon + 1, &end, 10);
	if (colon[1] < '1' || colon[1] > '9' || *end || port > 65535)
		return 0;
	*colon = '\0';
	return (int)port;
}

static bool domain(struct gen_plan *p, const struct gen_request *r, int *port, struct err *e)
{
	const struct hook *h = p->hooks[0];
	const char *wrong;

	p->domain = xstrdup(r->domain ? r->domain : h->domain);
	if (!r->domain)
		*port = cut_port(p->domain);
	if (!r->domain && !*p->domain) {
		if (p->server->shared)
			return true;
		return fail(e, ERR_USAGE, "no domain: give --domain NAME, or set domain in %s", p->settings->file);
	}
	for (char *c = p->domain; *c; c++)
		*c = (char)ascii_lower(*c);
	wrong = domain_wrong(p->domain);
	if (wrong && r->domain)
		return fail(e, ERR_USAGE, "--domain '%.260s' is no host name: %s", r->domain, wrong);
	if (wrong)
		return fail(e, ERR_CONFIG, "%s:%d: hook '%s': domain \"%s\" is no host name: %s", p->settings->file, h->line, h->name, h->domain, wrong);
	return true;
}

/* ---- ports */

static bool port_number(const char *option, const char *text, int least, int *port, struct err *e)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (!*text || text[strspn(text, DIGITS)] || (text[0] == '0' && text[1]) || n < least || n > 65535)
		return fail(e, ERR_USAGE, "%s '%.64s': expected a port from 1 to 65535%s", option, text, least ? "" : ", or 0 for none");
	*port = (int)n;
	return true;
}

static bool ports(struct gen_plan *p, const struct gen_request *r, int of_domain, struct err *e)
{
	bool own = p->scope == SCOPE_PORT;

	p->port = of_domain ? of_domain : own ? 8443 : 443;
	p->http_port = own ? 0 : 80;
	if (r->port && !port_number("--port", r->port, 1, &p->port, e))
		return false;
	if (r->http_port && !port_number("--http-port", r->http_port, 0, &p->http_port, e))
		return false;
	if (own && p->port == 443)
		return fail(e, ERR_USAGE, "--scope port: 443 is the shop's port; give --port another one, or --scope site where the host name is the webhook's alone");
	if (p->port == p->http_port)
		return fail(e, ERR_USAGE, "--port %d is the port of plain HTTP: https needs another one", p->port);
	return true;
}

/* The URL that is registered has to lead here. */
static void compare_url(struct gen_plan *p)
{
	struct buf here = BUF(512);
	const struct hook *first = NULL;
	size_t count = 0;
	char more[32];

	buf_putf(&here, p->port == 443 ? "%s" : "%s:%d", p->domain, p->port);
	for (size_t i = 0; i < p->hook_count; i++) {
		const struct hook *h = p->hooks[i];
		char *name = xstrdup(h->domain);
		int port = cut_port(name);

		if (*name && (ascii_casecmp(name, p->domain) != 0 || (port ? port : 443) != p->port)) {
			first = first ? first : h;
			count++;
		}
		free(name);
	}
	if (first)
		plan_warn(p, "this text answers at https://%s, but the domain of hook '%s'%s in %s is \"%s\", and there `pixgate url` tells the PSP to call: "
			  "set domain = \"%s\"", buf_str(&here), first->name, plan_more(count, more), p->settings->file, first->domain, buf_str(&here));
	buf_free(&here);
}

/* ---- paths */

/* What stands for itself in the regular expressions and the matchers of every server, or can be made to by brackets. */
#define PATH_LETTERS LETTERS DIGITS "-._~/@+,=:!'();&"

static bool paths(const struct gen_plan *p, struct err *e)
{
	size_t total = sizeof "^()(/|$)";

	for (size_t i = 0; i < p->hook_count; i++) {
		const struct hook *h = p->hooks[i];
		const char *bad = h->path + strspn(h->path, PATH_LETTERS);

		if (*bad)
			return fail(e, ERR_CONFIG, "%s:%d: hook '%s': path \"%s\": '%c' has a meaning of its own to web servers; expected letters, digits and -._~/@+,=:!'();&",
				    p->settings->file, h->line, h->name, h->path, *bad);
		if (p->scope == SCOPE_PATH && strcmp(h->path, "/") == 0)
			return fail(e, ERR_USAGE, "--scope path: hook '%s' has the path \"/\", which leaves nothing to the shop beside it; use --scope site or --scope port",
				    h->name);
		for (const char *c = h->path; *c; c++)
			total += strchr(".+()", *c) ? sizeof "[.]" - 1 : 1;
		total++;
	}
	if (total > p->server->grammar->max)
		return fail(e, ERR_USAGE, "the paths of %zu hooks are too long for one regular expression of %s: name fewer in --hook", p->hook_count, p->server->name);
	return true;
}

/* ---- the whole */

static bool address(struct gen_plan *p, const struct gen_request *r, struct err *e)
{
	struct ip ip;
	char text[46] = "";

	if (r->address && !ip_parse(r->address, strlen(r->address), &ip))
		return fail(e, ERR_USAGE, "--address '%.64s': expected one IPv4 or IPv6 address, without port and brackets", r->address);
	if (r->address)
		ip_format(&ip, text);
	p->address = xstrdup(text);
	return true;
}

bool plan_place(struct gen_plan *p, const struct gen_request *r, struct err *e)
{
	int scope = pick(p, "--scope", r->scope, scopes, e), backend, of_domain = 0;

	if (scope < 0)
		return false;
	p->scope = scope_of[scope];
	backend = pick(p, "--backend", r->backend, backends, e);
	if (backend < 0)
		return false;
	p->cgi = backend;
	if (!paths(p, e) || !domain(p, r, &of_domain, e) || !address(p, r, e))
		return false;
	if (p->server->shared) {
		p->port = of_domain ? of_domain : 443;
		return true;
	}
	if (!ports(p, r, of_domain, e))
		return false;
	compare_url(p);
	return true;
}
