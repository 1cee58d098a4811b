#include "gen/plan.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/plan_parts.h"
#include "lib/mem.h"
#include "lib/text.h"

enum { WARNINGS = 64 * 1024 };

void plan_warn(struct gen_plan *p, const char *fmt, ...)
{
	char line[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	text_tame(line, strlen(line));
	buf_putf(&p->warnings, "%s\n", line);
}

const char *plan_more(size_t n, char out[32])
{
	out[0] = '\0';
	if (n > 1)
		snprintf(out, 32, " and %zu more", n - 1);
	return out;
}

/* ---- what the server can do */

/* The row that stands against it, or NULL. value NULL: the option at all. */
static const struct gen_limit *limit_of(const struct gen_plan *p, const char *option, const char *value)
{
	for (const struct gen_limit *l = p->server->limits; l && l->option; l++) {
		if (strcmp(l->option, option) != 0 || !l->value != !value || (value && strcmp(l->value, value) != 0))
			continue;
		if (!l->version || version_compare(p->version, l->version) < 0)
			return l;
	}
	return NULL;
}

bool plan_can(const struct gen_plan *p, const char *option, const char *value, const char *because, struct err *e)
{
	const struct gen_limit *l = limit_of(p, option, value);

	if (!l)
		return true;
	if (!value)
		return fail(e, ERR_USAGE, "%s takes no %s: %s", p->server->name, option, l->instead);
	if (l->version)
		return fail(e, ERR_USAGE, "%s %s cannot do %s %s%s, %s and newer can%s%s", p->server->name, p->version, option, value, because,
			    l->version, l->instead ? ": " : "", l->instead ? l->instead : "");
	return fail(e, ERR_USAGE, "%s cannot do %s %s%s: %s", p->server->name, option, value, because, l->instead);
}

int plan_word(const char *option, const char *given, const char *const *words, struct err *e)
{
	char all[128] = "";
	const char *near = text_nearest(given, words);

	for (int i = 0; words[i]; i++) {
		if (strcmp(words[i], given) == 0)
			return i;
		snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", i ? ", " : "", words[i]);
	}
	if (near)
		fail(e, ERR_USAGE, "%s '%s' is unknown; nearest: '%s' (one of: %s)", option, given, near, all);
	else
		fail(e, ERR_USAGE, "%s '%s' is unknown: one of %s", option, given, all);
	return -1;
}

/* Every option, and where the request has it: what is given and has no use is a mistake, not a thing to pass over. */
static const struct {
	const char *option;
	size_t at;
} given[] = {
	{ "--hook", offsetof(struct gen_request, hook) },
	{ "--domain", offsetof(struct gen_request, domain) },
	{ "--environment", offsetof(struct gen_request, environment) },
	{ "--mode", offsetof(struct gen_request, mode) },
	{ "--scope", offsetof(struct gen_request, scope) },
	{ "--backend", offsetof(struct gen_request, backend) },
	{ "--server-cert", offsetof(struct gen_request, server_cert) },
	{ "--server-key", offsetof(struct gen_request, server_key) },
	{ "--address", offsetof(struct gen_request, address) },
	{ "--port", offsetof(struct gen_request, port) },
	{ "--http-port", offsetof(struct gen_request, http_port) },
	{ "--socket", offsetof(struct gen_request, socket) },
	{ "--gate", offsetof(struct gen_request, gate) },
	{ "--root", offsetof(struct gen_request, root) },
	{ "--log", offsetof(struct gen_request, log) },
};

static bool no_idle_option(const struct gen_plan *p, const struct gen_request *r, struct err *e)
{
	for (size_t i = 0; i < sizeof given / sizeof *given; i++) {
		const char *text;

		memcpy(&text, (const char *)r + given[i].at, sizeof text);
		if (text && !plan_can(p, given[i].option, NULL, "", e))
			return false;
	}
	return !r->version_asked || plan_can(p, "--server-version", NULL, "", e);
}

static bool plan_version(struct gen_plan *p, const struct gen_request *r, struct err *e)
{
	const struct gen_server *s = p->server;
	const char *text = r->version ? r->version : s->assumed ? s->assumed : "";

	if (r->version && !version_ok(r->version))
		return fail(e, ERR_USAGE, "--server-version '%s' is no version: expected numbers joined by dots, such as %s", r->version,
			    s->assumed ? s->assumed : "1.2.3");
	if (r->version && s->oldest && version_compare(r->version, s->oldest) < 0)
		return fail(e, ERR_USAGE, "%s %s is too old: the text needs %s or newer", s->name, r->version, s->oldest);
	p->version = xstrdup(text + (*text == 'v'));
	return true;
}

/* ---- the whole */

static bool all_hooks(struct gen_plan *p)
{
	p->hooks = xcalloc(p->settings->hook_count, sizeof *p->hooks);
	for (size_t i = 0; i < p->settings->hook_count; i++)
		p->hooks[p->hook_count++] = &p->settings->hooks[i];
	return true;
}

static bool web(struct gen_plan *p, const struct gen_request *r, int64_t now, struct err *e)
{
	if (!plan_hooks(p, r, e) || !plan_place(p, r, e) || !plan_files(p, r, e) || !plan_cert(p, r, now, e) || !plan_ca(p, now, e))
		return false;
	if (p->mtls && p->settings->trusted_proxies.count)
		plan_warn(p, "trusted_proxies is set in %s: where a proxy in front ends TLS, the PSP's certificate does not arrive here, "
			  "and this text refuses every call; --mode skip-mtls is for that", p->settings->file);
	return true;
}

bool gen_plan_make(struct gen_plan *p, const struct gen_server *server, const struct settings *s, const struct gen_request *r, int64_t now, struct err *e)
{
	*p = (struct gen_plan){ .server = server, .settings = s, .warnings = BUF(WARNINGS) };
	p->command = xstrdup(r->command ? r->command : "");
	if (!plan_version(p, r, e) || !no_idle_option(p, r, e))
		return false;
	return server->web ? web(p, r, now, e) : all_hooks(p) && plan_files(p, r, e);
}

void gen_plan_free(struct gen_plan *p)
{
	free(p->hooks);
	free(p->version);
	free(p->domain);
	free(p->server_cert);
	free(p->server_key);
	free(p->address);
	free(p->socket);
	free(p->gate);
	free(p->root);
	free(p->log);
	free(p->command);
	free(p->ca);
	free(p->pin);
	certs_free(&p->chain);
	buf_free(&p->warnings);
	memset(p, 0, sizeof *p);
}
