#include "cli/plan.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/urls.h"
#include "lib/buf.h"
#include "lib/conf.h"
#include "lib/mem.h"
#include "lib/text.h"

static bool unknown(const char *option, const char *word, const char *const *names, struct err *e)
{
	const char *near = text_nearest(word, names);

	if (near)
		return fail(e, ERR_USAGE, "%s: unknown '%s'; nearest: '%s'", option, word, near);
	return fail(e, ERR_USAGE, "%s: unknown '%s'; pixgate psp lists what is known", option, word);
}

bool plan_make(struct plan *p, const struct plan_words *w, struct err *e)
{
	const char *names[64];
	size_t n = 0;

	p->name = w->name ? w->name : "pix";
	p->path = w->path ? w->path : "/webhook";
	p->domain = w->domain;
	p->psp = psp_find(w->psp ? w->psp : "efi");
	/* It becomes part of a file's name: no way out of the folder, and no hidden file. */
	if (!*p->name || p->name[0] == '.' || strlen(p->name) > 64 ||
	    strspn(p->name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") != strlen(p->name))
		return fail(e, ERR_USAGE, "--name: '%s' is no name; use letters, digits, '.', '_' and '-'", p->name);
	if (!p->psp) {
		for (; n < sizeof names / sizeof names[0] - 1 && psps[n]; n++)
			names[n] = psps[n]->name;
		names[n] = NULL;
		return unknown("--psp", w->psp, names, e);
	}
	p->env = w->environment ? psp_env_find(p->psp, w->environment) : p->psp->envs;
	if (w->environment && !p->env) {
		for (; n < sizeof names / sizeof names[0] - 1 && p->psp->envs && p->psp->envs[n].name; n++)
			names[n] = p->psp->envs[n].name;
		names[n] = NULL;
		return unknown("--environment", w->environment, names, e);
	}
	if (w->domain && !domain_ok(w->domain, e))
		return false;
	snprintf(p->secret_file, sizeof p->secret_file, "%s.secret", p->name);
	return true;
}

static char *quoted(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static char *quoted(const char *fmt, ...)
{
	char text[4096];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return conf_quote(text);
}

static char *list(const char *const *items)
{
	struct buf b = BUF(8192);
	char *text;

	buf_puts(&b, "[");
	for (const char *const *i = items; i && *i; i++) {
		char *q = conf_quote(*i);

		buf_putf(&b, "%s%s", i == items ? " " : ", ", q);
		free(q);
	}
	buf_puts(&b, " ]");
	text = xstrdup(buf_str(&b));
	buf_free(&b);
	return text;
}

static char *inbox(const struct plan *p)
{
	return p->state ? quoted("sqlite:%s/inbox.db", p->state) : quoted("sqlite:inbox.db");
}

static char *domain(const struct plan *p)
{
	return p->domain ? quoted("%s", p->domain) : NULL;
}

static char *name(const struct plan *p)
{
	return quoted("%s", p->name);
}

static char *path(const struct plan *p)
{
	return quoted("%s", p->path);
}

static char *psp(const struct plan *p)
{
	return quoted("%s", p->psp->name);
}

static char *environment(const struct plan *p)
{
	return p->env && p->env->name ? quoted("%s", p->env->name) : NULL;
}

static char *secret(const struct plan *p)
{
	char ref[sizeof p->secret_file + 8];

	snprintf(ref, sizeof ref, "file:%s", p->secret_file);
	return list((const char *const[]){ ref, NULL });
}

static char *sources(const struct plan *p)
{
	return list(p->psp->sources);
}

static char *ca(const struct plan *p)
{
	return p->env && p->env->name ? quoted("%s-%s.pem", p->psp->name, p->env->name) : quoted("%s.pem", p->psp->name);
}

static char *pin(const struct plan *p)
{
	return p->env && p->env->pin ? quoted("%s", p->env->pin) : NULL;
}

static char *basic(const struct plan *p)
{
	return quoted("file:%s.basic", p->name);
}

static char *bearer(const struct plan *p)
{
	return quoted("file:%s.bearer", p->name);
}

static char *api_cert(const struct plan *p)
{
	return quoted("%s.p12", p->name);
}

static char *api_password(const struct plan *p)
{
	return quoted("file:%s.p12.password", p->name);
}

static char *client_secret(const struct plan *p)
{
	return quoted("file:%s.client_secret", p->name);
}

static char *user_agent(const struct plan *p)
{
	return quoted("file:%s.user_agent", p->name);
}

/* What a plan decides; a setting that is not here is written as the example's, as a comment. */
static const struct {
	const char *key;
	bool in_hook, live;
	char *(*value)(const struct plan *);	/* NULL: the plan has none */
} decided[] = {
	{ "inbox",       false, true,  inbox },
	{ "domain",      false, true,  domain },
	{ "name",        true,  true,  name },
	{ "path",        true,  true,  path },
	{ "psp",         true,  true,  psp },
	{ "environment", true,  true,  environment },
	{ "secret",      true,  true,  secret },
	{ "sources",     true,  false, sources },
	{ "ca",          true,  false, ca },
	{ "pin",         true,  false, pin },
	{ "basic",       true,  false, basic },
	{ "bearer",      true,  false, bearer },
	{ "api_cert",    true,  false, api_cert },
	{ "api_password", true, false, api_password },
	{ "client_secret", true, false, client_secret },
	{ "user_agent",  true,  false, user_agent },
};

char *plan_value(const struct key *key, const void *arg, bool *live)
{
	*live = false;
	for (size_t i = 0; i < sizeof decided / sizeof decided[0]; i++)
		if (decided[i].in_hook == key->in_hook && !strcmp(decided[i].key, key->name)) {
			char *text = decided[i].value(arg);

			*live = decided[i].live && text;
			return text;
		}
	return NULL;
}
