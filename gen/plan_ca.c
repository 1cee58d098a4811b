/* The PSP's CA file: whom the server will let in. */
#include <stdio.h>
#include <string.h>

#include "gen/plan_parts.h"
#include "lib/mem.h"

enum { SOON_DAYS = 60 };

const char *plan_pin_cn(const char *pin)
{
	const char *cn = strncmp(pin, "issuer:", 7) == 0 ? pin + 7 : strncmp(pin, "subject:", 8) == 0 ? pin + 8 : pin;

	return strncmp(cn, "CN=", 3) == 0 ? cn + 3 : NULL;
}

/* RFC 2253 §2.4 puts a backslash before some characters, and nginx before all that are not ASCII. */
bool plan_cn_plain(const char *cn)
{
	return *cn && *cn != ' ' && cn[strlen(cn) - 1] != ' ' &&
	       !cn[strspn(cn, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -._/@:&'()*")];
}

static const struct psp_env *env_of(const struct psp *psp, const char *sha256)
{
	for (const struct psp_env *env = psp->envs; env && env->name; env++)
		if (psp_env_knows(env, sha256))
			return env;
	return NULL;
}

/* Whose certificate that is, the same PSP's first; NULL: no profile has it. */
static const struct psp *owner(const struct psp *same, const char *sha256, const struct psp_env **env)
{
	*env = env_of(same, sha256);
	if (*env)
		return same;
	for (const struct psp *const *psp = psps; *psp; psp++) {
		*env = env_of(*psp, sha256);
		if (*env)
			return *psp;
	}
	return NULL;
}

static const char *environment(const struct gen_plan *p)
{
	return p->env ? p->env->name : "without environments";
}

/* A sandbox's CA in production lets in whoever has a certificate for playing. */
static bool recognise(struct gen_plan *p, struct err *e)
{
	p->chain_known = true;
	for (size_t i = 0; i < p->chain.count; i++) {
		const struct cert *c = &p->chain.item[i];
		const struct psp_env *env;
		const struct psp *psp;

		if (psp_env_knows(p->env, c->sha256))
			continue;
		psp = owner(p->psp, c->sha256, &env);
		if (psp)
			return fail(e, ERR_CONFIG, "%s holds the CA of %s, %s (%s), and this text is for %s, %s: set ca to the right file; `pixgate chain fetch` gets it",
				    p->ca, psp->title, env->name, c->subject_cn, p->psp->name, environment(p));
		p->chain_known = false;
		if (p->env && p->env->chain_sha256)
			plan_warn(p, "%s: the profile of %s does not know the certificate \"%s\", SHA-256 %s: compare it with what %s publishes before you trust it",
				  p->ca, p->psp->name, c->subject, c->sha256, p->psp->title);
	}
	return true;
}

static bool pinned(struct gen_plan *p, struct err *e)
{
	const char *cn = plan_pin_cn(p->pin);

	if (*p->pin && (!cn || !plan_cn_plain(cn)))
		plan_warn(p, "the pin \"%s\" is left to the gate: %s cannot compare it; client_cert = \"verify\" has the gate do so", p->pin, p->server->title);
	if (!cn || strncmp(p->pin, "subject:", 8) == 0)
		return true;
	for (size_t i = 0; i < p->chain.count; i++)
		if (strcmp(p->chain.item[i].subject_cn, cn) == 0)
			return true;
	if (strncmp(p->pin, "issuer:", 7) == 0)
		return fail(e, ERR_CONFIG, "%s has no certificate of the name \"%s\", which the pin \"%s\" demands as the issuer: nobody would be let in", p->ca, cn, p->pin);
	plan_warn(p, "%s has no certificate of the name \"%s\" (the pin \"%s\"): only a client certificate that has this name itself will be let in",
		  p->ca, cn, p->pin);
	return true;
}

/* "CN=NAME" is the issuer's or the client's own name, and its own name is whatever any issuer under the root has signed. */
static void believed(struct gen_plan *p)
{
	for (size_t i = 0; i < p->hook_count; i++)
		if (p->hooks[i]->client_cert == CLIENT_CERT_SERVER && strncmp(p->pin, "CN=", 3) == 0)
			plan_warn(p, "hook '%s' takes the server's word (client_cert = \"server\"), and with the pin \"%s\" a certificate of another service under the "
				  "PSP's root passes if it has that name: client_cert = \"verify\" or the pin \"issuer:%s\" keeps it out", p->hooks[i]->name, p->pin, p->pin);
}

static void soon(struct gen_plan *p, int64_t now)
{
	for (size_t i = 0; i < p->chain.count; i++) {
		const struct cert *c = &p->chain.item[i];
		int64_t days = (c->until - now) / (24 * 3600);

		if (days < SOON_DAYS)
			plan_warn(p, "%s: the certificate \"%s\" expires in %lld days: `pixgate chain fetch %s` gets the next one when it is published",
				  p->ca, c->subject, (long long)days, p->hooks[0]->name);
	}
}

static bool no_ca(const struct gen_plan *p, struct err *e)
{
	const struct hook *h = p->hooks[0];

	if (p->env && p->env->chain_url)
		return fail(e, ERR_CONFIG, "%s:%d: hook '%s' has no ca: `pixgate chain fetch %s` gets the CA file of %s; then set ca to it", p->settings->file, h->line,
			    h->name, h->name, p->psp->title);
	return fail(e, ERR_CONFIG, "%s:%d: hook '%s' has no ca, and no CA file of %s is known: set ca to the PSP's; a PSP that presents no client certificate "
		    "(BS2) needs --mode skip-mtls, where the secret, Basic or Bearer is the proof", p->settings->file, h->line, h->name, p->psp->name);
}

static bool unusable(const struct gen_plan *p, struct err *e)
{
	struct err why = *e;

	if (!p->env || !p->env->chain_url)
		return fail_in(e, "hook '%s': ca", p->hooks[0]->name);
	return fail(e, why.code, "hook '%s': ca: %s (`pixgate chain fetch %s` gets the CA file of %s)", p->hooks[0]->name, why.text, p->hooks[0]->name, p->psp->title);
}

bool plan_ca(struct gen_plan *p, int64_t now, struct err *e)
{
	const char *ca = "";

	for (size_t i = 0; p->mtls && i < p->hook_count && !*ca; i++)
		ca = p->hooks[i]->ca;
	p->ca = xstrdup(ca);
	if (!p->mtls)
		return true;
	if (!*ca)
		return no_ca(p, e);
	if (!certs_load(ca, &p->chain, e) || !certs_chain(&p->chain, ca, now, e))
		return unusable(p, e);
	if (!recognise(p, e) || !pinned(p, e))
		return false;
	believed(p);
	soon(p, now);
	return true;
}
