/* `pixgate init`: a first configuration, a fresh secret, and the URL to register. */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/annotate.h"
#include "cli/newfile.h"
#include "cli/out.h"
#include "cli/plan.h"
#include "cli/urls.h"
#include "cli/verb.h"
#include "lib/mem.h"
#include "lib/secret.h"

enum { NAME, PSP, ENVIRONMENT, PATH, DOMAIN, ADOPT };

static const struct opt options[] = {
	[NAME]        = { "--name", "HOOK", "the hook's name (pix)", 0 },
	[PSP]         = { "--psp", "PSP", "who calls (efi); pixgate psp lists them", 0 },
	[ENVIRONMENT] = { "--environment", "NAME", "which of the PSP's environments (its first)", 0 },
	[PATH]        = { "--path", "PATH", "the path of the URL (/webhook)", 0 },
	[DOMAIN]      = { "--domain", "NAME", "the host name that the PSP will call", 0 },
	[ADOPT]       = { "--adopt", "FILE", "keeps a secret that is registered already, read from FILE or from - (standard input)", 0 },
	{ 0 }
};

#define ROOT_CONF "/etc/pixgate/pixgate.conf"
#define ROOT_STATE "/var/lib/pixgate"

/* Where the file goes: --conf, PIXGATE_CONF, and else a place where settings_find looks. The caller frees. */
static char *choose_place(const struct common *c, struct plan *p, struct err *e)
{
	const char *env = getenv("PIXGATE_CONF");
	const struct passwd *pw;
	struct buf b = BUF(4096);
	char *place = NULL;

	if (c->conf && *c->conf)
		return xstrdup(c->conf);
	if (c->conf)
		fail(e, ERR_USAGE, "--conf: the name is empty");
	else if (env && *env)
		place = xstrdup(env);
	else if (geteuid() == 0) {
		p->state = ROOT_STATE;
		place = xstrdup(ROOT_CONF);
	} else {
		pw = getpwuid(geteuid());
		if (pw && buf_putf(&b, "%s/.pixgate/pixgate.conf", pw->pw_dir))
			place = xstrdup(buf_str(&b));
		else
			fail(e, ERR_CONFIG, "this user has no home folder; name a file with --conf");
	}
	buf_free(&b);
	return place;
}

/* What is there already is never touched: not one of the files may exist. */
static bool nothing_there(const char *dir, const char *const *names, struct err *e)
{
	struct stat st;

	for (; *names; names++) {
		struct buf b = BUF(8192);
		bool there;

		buf_putf(&b, "%s/%s", dir, *names);
		there = !lstat(buf_str(&b), &st);
		if (there)
			fail(e, ERR_USAGE, "%s exists already; nothing was written", buf_str(&b));
		buf_free(&b);
		if (there)
			return false;
	}
	return true;
}

/* A message about the temporary file is one about the file that it was to become. */
static void name_final(struct err *e, const char *temp, const char *final)
{
	char was[sizeof e->text], *at;

	memcpy(was, e->text, sizeof was);
	at = strstr(was, temp);
	if (at)
		snprintf(e->text, sizeof e->text, "%.*s%s%s", (int)(at - was), was, final, at + strlen(temp));
}

static void say_written(const struct settings *s, const char *secret_file, const struct common *c)
{
	struct buf b = BUF(OUT_MAX);

	if (c->json) {
		json_open(&b, NULL, '{');
		json_str(&b, "conf", s->file);
		json_str(&b, "secret", secret_file);
		json_close(&b, '}');
		out_line(&b);
	} else if (!c->quiet) {
		printf("wrote %s\nwrote %s\n", s->file, secret_file);
	}
	buf_free(&b);
}

static bool write_all(const struct common *c, const struct plan *p, const char *dir, const char *base, const char *secret, struct err *e)
{
	struct buf text = BUF(LIMIT_CONF_FILE), line = BUF(LIMIT_SECRET + 2);
	struct newfile conf = { 0 }, key = { 0 };
	struct settings *s = NULL;
	bool ok = false, made = false, made_state = false;
	char *real;

	if (!newfolder(dir, &made, e) || (p->state && !newfolder(p->state, &made_state, e)))
		goto out;
	annotate(&text, "The configuration of pixgate.", plan_value, p);
	buf_putf(&line, "%s\n", secret);
	if (!newfile_write(&key, dir, p->secret_file, line.data, line.len, e) || !newfile_write(&conf, dir, base, text.data, text.len, e) ||
	    !newfile_place(&key, e))
		goto out;
	/* Read back before it has its name: what does not load must not be there for the gate to find. */
	s = settings_load(conf.temp, e);
	if (!s || !settings_check_files(s, e)) {
		real = realpath(conf.temp, NULL);
		name_final(e, real ? real : conf.temp, conf.path);
		free(real);
		goto out;
	}
	settings_free(s);
	s = NULL;
	if (!newfile_place(&conf, e) || !folder_sync(dir, e))
		goto out;
	s = settings_load(conf.path, e);
	if (!s)
		goto out;
	say_written(s, key.path, c);
	ok = print_urls(s, &s->hooks[0], NULL, NULL, c->json, c->quiet, e);
out:
	newfile_end(&conf, ok);
	newfile_end(&key, ok);
	if (!ok && made_state)
		rmdir(p->state);
	if (!ok && made)
		rmdir(dir);
	settings_free(s);
	if (line.data)
		secret_wipe(line.data, line.cap);
	buf_free(&line);
	buf_free(&text);
	return ok;
}

static int run(const struct common *c, const struct args *a, struct err *e)
{
	char secret[LIMIT_SECRET + 1] = "", *place = NULL, *dir = NULL;
	const struct plan_words words = {
		.name = a->value[NAME], .psp = a->value[PSP], .environment = a->value[ENVIRONMENT],
		.path = a->value[PATH], .domain = a->value[DOMAIN]
	};
	struct plan p = { 0 };
	const char *base;
	char *slash;

	if (!plan_make(&p, &words, e))
		return 2;
	place = choose_place(c, &p, e);
	if (!place)
		goto out;
	slash = strrchr(place, '/');
	base = slash ? slash + 1 : place;
	dir = !slash ? xstrdup(".") : xstrndup(place, slash == place ? 1 : (size_t)(slash - place));
	if (!*base) {
		fail(e, ERR_USAGE, "--conf: %s names no file", place);
		goto out;
	}
	if (!nothing_there(dir, (const char *const[]){ base, p.secret_file, NULL }, e))
		goto out;
	if (a->value[ADOPT] ? !secret_adopt(a->value[ADOPT], secret, sizeof secret, c->quiet, e) : !secret_fresh(secret, e))
		goto out;
	write_all(c, &p, dir, base, secret, e);
out:
	secret_wipe(secret, sizeof secret);
	free(dir);
	free(place);
	return 0;
}

const struct verb verb_init = {
	.name = "init",
	.synopsis = "[OPTION …]",
	.summary = "writes a first configuration with a fresh secret and prints the URL to register",
	.help = "Writes pixgate.conf and HOOK.secret, both readable by their owner alone; a file that exists is never overwritten.\n"
		"The last line of standard output is the URL to register at the PSP, secret included.",
	.options = options,
	.run = run,
};
