/* For which hooks, and what all of them must share: one text asks for one PSP's certificate. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/plan_parts.h"
#include "lib/ascii.h"
#include "lib/mem.h"
#include "lib/text.h"

static const char *const modes[] = { "skip-mtls", "mtls", NULL };

/* ---- which */

static bool add(struct gen_plan *p, const char *name, size_t len, struct err *e)
{
	const struct settings *s = p->settings;
	const char **names = xcalloc(s->hook_count + 1, sizeof *names), *near;
	char *word = xstrndup(name, len);
	const struct hook *h = settings_hook(s, word);
	bool ok = false;

	for (size_t i = 0; i < s->hook_count; i++)
		names[i] = s->hooks[i].name;
	near = text_nearest(word, names);
	for (size_t i = 0; i < p->hook_count; i++)
		if (p->hooks[i] == h) {
			fail(e, ERR_USAGE, "--hook names '%s' twice", word);
			goto out;
		}
	if (!len)
		fail(e, ERR_USAGE, "--hook: a name is empty; expected NAME or NAME,NAME");
	else if (!h && near)
		fail(e, ERR_CONFIG, "%s has no hook '%s'; nearest: '%s'", s->file, word, near);
	else if (!h)
		fail(e, ERR_CONFIG, "%s has no hook '%s'", s->file, word);
	else {
		p->hooks[p->hook_count++] = h;
		ok = true;
	}
out:
	free(word);
	free(names);
	return ok;
}

static bool choose(struct gen_plan *p, const struct gen_request *r, struct err *e)
{
	const struct settings *s = p->settings;

	p->hooks = xcalloc(s->hook_count + 1, sizeof *p->hooks);
	if (!r->hook) {
		for (size_t i = 0; i < s->hook_count; i++)
			p->hooks[p->hook_count++] = &s->hooks[i];
		return s->hook_count || fail(e, ERR_CONFIG, "%s has no hooks", s->file);
	}
	for (const char *name = r->hook;; name++) {
		size_t len = strcspn(name, ",");

		if (!add(p, name, len, e))
			return false;
		name += len;
		if (!*name)
			return true;
	}
}

/* ---- what they share */

static const char *const client_certs[] = {
	[CLIENT_CERT_NONE] = "none", [CLIENT_CERT_SERVER] = "server", [CLIENT_CERT_VERIFY] = "verify"
};

static const char *psp_of(const struct hook *h)
{
	return h->psp->name;
}

static const char *environment_of(const struct hook *h)
{
	return h->env ? h->env->name : "";
}

static const char *domain_of(const struct hook *h)
{
	return h->domain;
}

static const char *mode_of(const struct hook *h)
{
	return modes[h->client_cert != CLIENT_CERT_NONE];
}

static const char *ca_of(const struct hook *h)
{
	return h->ca;
}

static const char *pin_of(const struct hook *h)
{
	return h->pin;
}

/* What one text can have but one of; `given` overrides it, so that what the file says no longer counts. */
static const struct {
	const char *what, *option;
	const char *(*of)(const struct hook *h);
	size_t given;
	int (*compare)(const char *a, const char *b);
	bool mtls;	/* counts only where the certificate is asked for */
} shared[] = {
	{ "psp", NULL, psp_of, 0, strcmp, false },
	{ "environment", "--environment", environment_of, offsetof(struct gen_request, environment), strcmp, false },
	{ "domain", "--domain", domain_of, offsetof(struct gen_request, domain), ascii_casecmp, false },
	{ "mode, by client_cert", "--mode", mode_of, offsetof(struct gen_request, mode), strcmp, false },
	{ "ca", NULL, ca_of, 0, strcmp, true },
	{ "pin", NULL, pin_of, 0, strcmp, true },
};

static bool agree(const struct gen_plan *p, const struct gen_request *r, bool mtls, struct err *e)
{
	for (size_t n = 0; n < sizeof shared / sizeof *shared; n++) {
		const struct hook *first = p->hooks[0];
		const char *override = NULL;

		if (shared[n].option)
			memcpy(&override, (const char *)r + shared[n].given, sizeof override);
		if (override || shared[n].mtls != mtls)
			continue;
		for (size_t i = 1; i < p->hook_count; i++) {
			const char *a = shared[n].of(first), *b = shared[n].of(p->hooks[i]);

			if (shared[n].compare(a, b) == 0)
				continue;
			/* a hook that names no CA file or pin is content with the others' */
			if (mtls && (!*a || !*b)) {
				first = *a ? first : p->hooks[i];
				continue;
			}
			return fail(e, ERR_USAGE, "hooks '%s' and '%s' differ in %s (\"%s\", \"%s\"), and one text has room for one: %s%s%s", first->name,
				    p->hooks[i]->name, shared[n].what, a, b, r->hook ? "name in --hook those that agree" : "give --hook",
				    shared[n].option ? " or " : "", shared[n].option ? shared[n].option : "");
		}
	}
	return true;
}

/* ---- environment and mode */

static bool environment(struct gen_plan *p, const struct gen_request *r, struct err *e)
{
	const char *names[16];
	size_t n = 0;

	p->psp = p->hooks[0]->psp;
	p->env = p->hooks[0]->env;
	if (!r->environment)
		return true;
	for (const struct psp_env *env = p->psp->envs; env && env->name && n + 1 < sizeof names / sizeof *names; env++)
		names[n++] = env->name;
	names[n] = NULL;
	if (!n)
		return fail(e, ERR_USAGE, "--environment: the PSP %s has none", p->psp->name);
	if (plan_word("--environment", r->environment, names, e) < 0)
		return false;
	p->env = psp_env_find(p->psp, r->environment);
	for (size_t i = 0; i < p->hook_count; i++)
		if (p->hooks[i]->env != p->env) {
			plan_warn(p, "the environment of hook '%s' in %s is %s, not %s: the gate goes by the file", p->hooks[i]->name, p->settings->file,
				  environment_of(p->hooks[i]), p->env->name);
			break;
		}
	return true;
}

static bool mode(struct gen_plan *p, const struct gen_request *r, struct err *e)
{
	const struct hook *h = p->hooks[0];
	const struct hook *blind = NULL;	/* the first that does not look */
	char because[160] = "", more[32];
	int word = h->client_cert != CLIENT_CERT_NONE;
	size_t count = 0;

	if (r->mode)
		word = plan_word("--mode", r->mode, modes, e);
	else if (word)
		snprintf(because, sizeof because, " (client_cert = \"%s\" of hook '%s' asks for it)", client_certs[h->client_cert], h->name);
	if (word < 0 || !plan_can(p, "--mode", modes[word], because, e))
		return false;
	p->mtls = word;
	for (size_t i = 0; i < p->hook_count; i++) {
		h = p->hooks[i];
		if (p->mtls && h->client_cert == CLIENT_CERT_NONE) {
			blind = blind ? blind : h;
			count++;
		}
		if (!p->mtls && h->client_cert != CLIENT_CERT_NONE)
			return fail(e, ERR_USAGE, "--mode skip-mtls: the gate would refuse every call, because hook '%s' demands a certificate: "
				    "set client_cert = \"none\" in %s:%d, and a secret, basic or bearer as the proof", h->name, p->settings->file, h->line);
	}
	if (blind)
		plan_warn(p, "client_cert is \"none\" in hook '%s'%s: %s will demand the certificate, but the gate itself does not look at it "
			  "until client_cert = \"verify\" is set in %s:%d", blind->name, plan_more(count, more), p->server->title, p->settings->file, blind->line);
	return true;
}

/* The file's pin; where it has none, the profile's, which the gate leaves to the CA file. */
static const char *pin(const struct gen_plan *p)
{
	if (!p->mtls)
		return "";
	for (size_t i = 0; i < p->hook_count; i++)
		if (p->hooks[i]->pin[0])
			return p->hooks[i]->pin;
	return p->env && p->env->pin ? p->env->pin : "";
}

/* A CA file says who signed, and the root in it signed more than this PSP's caller: the sandbox's, and other products'. */
static bool narrow(struct gen_plan *p, struct err *e)
{
	if (!*p->pin)
		plan_warn(p, "no pin is set, and the profile of %s has none: whatever certificate was signed below the CA file's root passes for the PSP's; "
			  "set pin in %s:%d", p->psp->name, p->settings->file, p->hooks[0]->line);
	for (size_t i = 0; p->server->no_issuer && strncmp(p->pin, "subject:", 8) != 0 && i < p->hook_count; i++) {
		const struct hook *h = p->hooks[i];

		if (h->client_cert == CLIENT_CERT_SERVER && !*h->pin)
			return fail(e, ERR_CONFIG, "%s:%d: hook '%s': %s does not tell by whom a certificate was issued, so a sandbox's would pass: "
				    "set client_cert = \"verify\", or pin, and the gate does", p->settings->file, h->line, h->name, p->server->title);
	}
	return true;
}

bool plan_hooks(struct gen_plan *p, const struct gen_request *r, struct err *e)
{
	if (!choose(p, r, e) || !agree(p, r, false, e) || !environment(p, r, e) || !mode(p, r, e))
		return false;
	if (p->mtls && !agree(p, r, true, e))
		return false;
	p->pin = xstrdup(pin(p));
	return !p->mtls || narrow(p, e);
}
