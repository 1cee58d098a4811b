/* `pixgate chain fetch [HOOK]`: a PSP's CA chain over HTTPS, written only where it is what the profile knows. */
#include <stdio.h>
#include <string.h>

#include "cli/chain.h"
#include "lib/file.h"
#include "lib/http.h"
#include "lib/limits.h"

enum { PSP, ENVIRONMENT, OUTPUT, ACCEPT_NEW, URL, CACERT };

static const struct opt options[] = {
	[PSP]         = { "--psp", "NAME", "whose chain, without a hook; by default efi", 0 },
	[ENVIRONMENT] = { "--environment", "NAME", "of that environment alone, without a hook; by default of each", 0 },
	[OUTPUT]      = { "--output", "FILE", "where it is written (also -o)", 'o' },
	[ACCEPT_NEW]  = { "--accept-new", NULL, "takes certificates that the profile does not know", 0 },
	[URL]         = { "--url", "URL", "fetches it from there", 0 },
	[CACERT]      = { "--cacert", "FILE", "trusts these CAs for the HTTPS connection, instead of the system's", 0 },
	{ 0 }
};

static const struct cert *has(const struct chain *c, const char *sha256)
{
	for (size_t i = 0; i < c->list.count; i++)
		if (!strcmp(c->list.item[i].sha256, sha256))
			return &c->list.item[i];
	return NULL;
}

/* The file that servers read. A subject that looks like a block's line is left out of the comment. */
static void render(struct chain *c)
{
	char day[DAY_TEXT];

	for (size_t i = 0; i < c->list.count; i++) {
		const struct cert *x = &c->list.item[i];

		day_text(x->until, day);
		buf_putf(&c->text, "# %s, until %s\n%s", strstr(x->subject, "-----") ? "certificate" : x->subject, day, x->pem);
	}
}

static bool same_already(const struct chain *c)
{
	struct buf b = BUF(2 * LIMIT_CA_FILE);
	bool same = file_read(c->file, 0, &b, NULL) && b.len == c->text.len && !memcmp(buf_str(&b), buf_str(&c->text), b.len);

	buf_free(&b);
	return same;
}

/* *status 1 where the answer is no chain, with a word about it; else *e is set on failure. */
static bool get(struct chain *c, const struct common *common, const char *cacert, int *status, struct err *e)
{
	struct http_request r = { .url = c->url, .cacert = cacert, .timeout_ms = LIMIT_FETCH_MS };
	struct buf body = BUF(LIMIT_CA_FILE);
	struct err why = { 0 };
	bool ok = false;
	long code = 0;

	if (common->verbose)
		note(false, "GET %s", c->url);
	if (!http_get(&r, &body, &code, e))
		goto out;
	if (code != 200) {
		fail(e, ERR_REFUSED, "%s: HTTP status %ld%s; nothing was written", c->url, code, code / 100 == 3 ? " (a redirect, which is not followed)" : "");
		goto out;
	}
	if (!certs_read(buf_str(&body), body.len, c->url, &c->list, &why) || !certs_chain(&c->list, c->url, common->now_ms / 1000, &why)) {
		complain(why.text);
		note(false, "the answer is no CA chain that can be used; nothing was written");
		*status = 1;
		goto out;
	}
	ok = true;
out:
	buf_free(&body);
	return ok;
}

/* Says each difference between what was fetched and what the profile knows. */
static void compare(struct chain *c, bool quiet)
{
	char from[DAY_TEXT], until[DAY_TEXT];
	struct buf of = BUF(4096);

	c->known = true;
	for (size_t i = 0; i < c->list.count; i++) {
		const struct cert *x = &c->list.item[i];

		if (psp_env_knows(c->env, x->sha256))
			continue;
		c->known = false;
		day_text(x->from, from);
		day_text(x->until, until);
		buf_reset(&of);
		chain_known(x, &of);
		c->foreign |= of.len > 0;
		note(quiet, "%s %s: %s%s, SHA-256 %s, %s to %s: %.200s", c->psp->name, c->env->name,
			of.len ? "a certificate of " : "new certificate", buf_str(&of), x->sha256, from, until, x->subject);
	}
	buf_free(&of);
	for (const char *const *print = c->env->chain_sha256; print && *print; print++)
		if (!has(c, *print)) {
			c->known = false;
			note(quiet, "%s %s: a known certificate is missing, SHA-256 %s", c->psp->name, c->env->name, *print);
		}
}

static void say_json(const struct chain *c, struct buf *b)
{
	json_open(b, NULL, '{');
	json_str(b, "psp", c->psp->name);
	json_str(b, "environment", c->env->name);
	json_str(b, "url", c->url);
	json_str(b, "file", c->file);
	json_flag(b, "known", c->known);
	json_flag(b, "changed", c->changed);
	json_flag(b, "written", c->written);
	json_open(b, "certificates", '[');
	for (size_t i = 0; i < c->list.count; i++) {
		const struct cert *x = &c->list.item[i];

		json_open(b, NULL, '{');
		json_str(b, "subject", x->subject);
		json_str(b, "sha256", x->sha256);
		json_when(b, "from", x->from * 1000);
		json_when(b, "until", x->until * 1000);
		json_flag(b, "known", psp_env_knows(c->env, x->sha256));
		json_close(b, '}');
	}
	json_close(b, ']');
	json_open(b, "missing", '[');
	for (const char *const *print = c->env->chain_sha256; print && *print; print++)
		if (!has(c, *print))
			json_str(b, NULL, *print);
	json_close(b, ']');
	json_close(b, '}');
	out_line(b);
}

static void say(const struct chain_job *j, const struct common *common)
{
	struct buf b = BUF(8 * LIMIT_CA_FILE);
	char day[DAY_TEXT];

	for (size_t i = 0; i < j->count; i++) {
		const struct chain *c = &j->chain[i];
		int64_t first = INT64_MAX;

		if (common->json) {
			say_json(c, &b);
			continue;
		}
		if (c->changed && !c->written)
			continue;
		for (size_t k = 0; k < c->list.count; k++)
			first = c->list.item[k].until < first ? c->list.item[k].until : first;
		day_text(first, day);
		printf("%s %s: %s %s (%zu certificates, good until %s)\n", c->psp->name, c->env->name, c->file,
			c->written ? "written" : "is the same already", c->list.count, day);
	}
	buf_free(&b);
}

/* All files are on disk under temporary names before the first takes its place. */
static bool write_all(struct chain_job *j, struct err *e)
{
	for (size_t i = 0; i < j->count; i++) {
		struct chain *c = &j->chain[i];

		if (c->changed && (!newfile_write(&c->out, c->dir, c->name, buf_str(&c->text), c->text.len, e) || !newfile_mode(&c->out, 0644, e)))
			return false;
	}
	for (size_t i = 0; i < j->count; i++) {
		struct chain *c = &j->chain[i];

		if (!c->changed)
			continue;
		if (!newfile_replace(&c->out, e) || !folder_sync(c->dir, e))
			return false;
		c->written = true;
	}
	return true;
}

static int fetch(struct chain_job *j, const struct common *common, const struct args *a, struct err *e)
{
	bool known = true, foreign = false, written = false;
	int status = 0;

	for (size_t i = 0; i < j->count; i++)
		if (!get(&j->chain[i], common, a->value[CACERT], &status, e))
			return status;
	for (size_t i = 0; i < j->count; i++) {
		struct chain *c = &j->chain[i];

		render(c);
		compare(c, common->quiet && a->value[ACCEPT_NEW]);
		c->changed = !same_already(c);
		known &= c->known;
		foreign |= c->foreign;
	}
	if (foreign) {
		say(j, common);
		note(false, "this is the chain of another environment: whoever it has signed for would be let in; nothing was written, and --accept-new does not change that");
		return 1;
	}
	if (!known && !a->value[ACCEPT_NEW]) {
		say(j, common);
		note(false, "this is not the chain that pixgate " VERSION " knows; nothing was written. Where the PSP announced a new one, compare the SHA-256 with what it says and add --accept-new");
		return 1;
	}
	if (!write_all(j, e))
		return 3;
	say(j, common);
	for (size_t i = 0; i < j->count; i++)
		written |= j->chain[i].written;
	if (written)
		note(common->quiet, "the web server and the gate read this file when they start: reload them");
	return 0;
}

static int run(const struct common *common, const struct args *a, struct err *e)
{
	const struct chain_request r = {
		.hook = a->operands ? a->operand[0] : NULL,
		.psp = a->value[PSP], .environment = a->value[ENVIRONMENT], .output = a->value[OUTPUT], .url = a->value[URL],
	};
	struct chain_job j = { 0 };
	int status = 2;

	if (chain_plan(&j, common, &r, e))
		status = fetch(&j, common, a, e);
	chain_job_free(&j);
	return status;
}

const struct verb chain_fetch = {
	.name = "fetch",
	.synopsis = "[HOOK] [OPTION …]",
	.summary = "gets a PSP's CA chain over HTTPS and writes it as servers need it",
	.help = "The hook says PSP, environment and file (its `ca`, else PSP-ENVIRONMENT.pem beside the configuration). Without a hook\n"
		"and a configuration: every environment of --psp, into this folder. Written only where all of it parses, chains, is in\n"
		"date and is what the profile knows. Exit status 1: it is not (--accept-new takes a chain that is sound but new);\n"
		"4: no answer; 5: an HTTP status other than 200.",
	.options = options,
	.most = 1,
	.run = run,
};
