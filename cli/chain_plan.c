/* What `pixgate chain fetch` is to fetch, and where it goes. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/chain.h"
#include "cli/start.h"
#include "lib/limits.h"
#include "lib/mem.h"

static bool add(struct chain_job *j, const struct psp *psp, const struct psp_env *env, const char *dir, const char *file, const struct chain_request *r, struct err *e)
{
	struct chain *c = &j->chain[j->count];
	struct buf path = BUF(8192);

	if (j->count == CHAINS)
		return fail(e, ERR_USAGE, "%s has too many environments: --environment names one", psp->name);
	*c = (struct chain){ .psp = psp, .env = env, .url = r->url ? r->url : env->chain_url, .text = BUF(2 * LIMIT_CA_FILE) };
	if (!c->url)
		return fail(e, ERR_CONFIG, "%s publishes no CA chain for %s; --url says where there is one", psp->name, env->name);
	if (r->output)
		buf_puts(&path, r->output);
	else if (*file)
		buf_puts(&path, file);
	else
		buf_putf(&path, "%s%s%s-%s.pem", dir, *dir ? "/" : "", psp->name, env->name);
	c->file = xstrdup(buf_str(&path));
	buf_free(&path);
	j->count++;
	return true;
}

static const struct psp *find_psp(const char *name, struct err *e)
{
	const struct psp *psp = psp_find(name);

	if (!psp)
		fail(e, ERR_USAGE, "--psp: unknown PSP '%s'; pixgate psp lists them", name);
	return psp;
}

/* By --psp and --environment, into this folder. */
static bool plan_bare(struct chain_job *j, const struct chain_request *r, struct err *e)
{
	const struct psp *psp = find_psp(r->psp ? r->psp : "efi", e);
	const char *only = r->environment;

	if (!psp)
		return false;
	if (only && (!psp->envs || !psp_env_find(psp, only)))
		return fail(e, ERR_USAGE, "--environment: %s has no '%s'; see pixgate psp %s", psp->name, only, psp->name);
	for (const struct psp_env *env = psp->envs; env && env->name; env++)
		if (only ? !strcmp(env->name, only) : env->chain_url || r->url)
			if (!add(j, psp, env, "", "", r, e))
				return false;
	if (!j->count)
		return fail(e, ERR_CONFIG, "%s publishes no CA chain; pixgate psp lists who does", psp->name);
	return true;
}

static bool plan_hook(struct chain_job *j, const struct hook *h, const struct chain_request *r, struct err *e)
{
	if (!h->env)
		return fail(e, ERR_CONFIG, "%s has no environments, so there is no chain to fetch for hook '%s'", h->psp->name, h->name);
	return add(j, h->psp, h->env, j->settings->dir, h->ca, r, e);
}

/* The one hook of the configuration that has a chain to fetch. */
static bool plan_only_hook(struct chain_job *j, const struct chain_request *r, struct err *e)
{
	const struct hook *found = NULL;

	for (size_t i = 0; i < j->settings->hook_count; i++) {
		const struct hook *h = &j->settings->hooks[i];

		if (!h->env || !h->env->chain_url)
			continue;
		if (found && (found->env != h->env || strcmp(found->ca, h->ca) != 0))
			return fail(e, ERR_USAGE, "%s has several hooks with a chain: name one, such as pixgate chain fetch %s", j->settings->file, found->name);
		if (!found)
			found = h;
	}
	if (!found)
		return fail(e, ERR_CONFIG, "no hook of %s has a PSP that publishes a CA chain; --psp NAME fetches another's", j->settings->file);
	return plan_hook(j, found, r, e);
}

/* The settings, where they have a say. */
static bool read_settings(struct chain_job *j, const struct common *c, const struct chain_request *r, struct err *e)
{
	char *found;

	if (!r->hook && (r->psp || r->environment))
		return true;
	if (!r->hook && !c->conf) {
		found = settings_find(NULL, NULL);
		if (!found)
			return true;
		free(found);
	}
	j->settings = start_settings(c, e);
	return j->settings != NULL;
}

/* Where the bytes will stand: a link's target is replaced, not the link. */
static bool place(struct chain *c, struct err *e)
{
	struct stat st;
	char *real = NULL, *slash;

	if (!lstat(c->file, &st) && S_ISLNK(st.st_mode)) {
		real = realpath(c->file, NULL);
		if (!real)
			return fail(e, ERR_STORE, "%s: a link to nowhere is in the way", c->file);
	}
	if (!stat(c->file, &st) && !S_ISREG(st.st_mode)) {
		free(real);
		return fail(e, ERR_STORE, "%s: something that is no regular file is in the way", c->file);
	}
	if (!real)
		real = xstrdup(c->file);
	slash = strrchr(real, '/');
	c->name = xstrdup(slash ? slash + 1 : real);
	c->dir = slash == real ? xstrdup("/") : slash ? xstrndup(real, (size_t)(slash - real)) : xstrdup(".");
	free(real);
	if (!*c->name)
		return fail(e, ERR_USAGE, "%s: the name of a file is expected, this is a folder's", c->file);
	return true;
}

bool chain_plan(struct chain_job *j, const struct common *c, const struct chain_request *r, struct err *e)
{
	const struct hook *h = NULL;

	if (r->output && (!*r->output || !strcmp(r->output, "-")))
		return fail(e, ERR_USAGE, "--output: the name of a file is expected");
	if (r->hook && (r->psp || r->environment))
		return fail(e, ERR_USAGE, "%s: the hook says which PSP and environment it is", r->psp ? "--psp" : "--environment");
	if (!read_settings(j, c, r, e))
		return false;
	if (r->hook) {
		h = start_hook(j->settings, r->hook, e);
		if (!h || !plan_hook(j, h, r, e))
			return false;
	} else if (!(j->settings ? plan_only_hook(j, r, e) : plan_bare(j, r, e))) {
		return false;
	}
	if (j->count > 1 && (r->output || r->url))
		return fail(e, ERR_USAGE, "%s: %s has %zu chains: --environment names one", r->output ? "--output" : "--url", j->chain[0].psp->name, j->count);
	for (size_t i = 0; i < j->count; i++)
		if (!place(&j->chain[i], e))
			return false;
	return true;
}

void chain_job_free(struct chain_job *j)
{
	for (size_t i = 0; i < j->count; i++) {
		struct chain *c = &j->chain[i];

		newfile_end(&c->out, c->written);
		certs_free(&c->list);
		buf_free(&c->text);
		free(c->file);
		free(c->dir);
		free(c->name);
	}
	settings_free(j->settings);
	*j = (struct chain_job){ 0 };
}
