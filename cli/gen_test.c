/* --test: the web server's own check of what was made, in a private folder. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/gen.h"
#include "cli/newfile.h"
#include "cli/stop.h"
#include "lib/limits.h"
#include "lib/mem.h"
#include "lib/run.h"

enum { TEST_MS = 20000, WORDS = 32, UNPRIVILEGED = 1024, AWAY = 40000 };

/* ---- the folder */

struct folder {
	char *dir;			/* ours alone */
	char *work;			/* for what the check writes */
	char *text[GEN_TEXTS];
	char *frame;
};

static char *below(const char *dir, const char *name)
{
	struct buf b = BUF(2 * PATH_MAX);

	buf_putf(&b, "%s/%s", dir, name);
	return b.data;
}

static bool folder_make(struct folder *at, struct err *e)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = below(tmp && *tmp == '/' ? tmp : "/tmp", "pixgate-gen-XXXXXX");

	if (!dir || !mkdtemp(dir)) {
		fail(e, ERR_STORE, "a folder below %s: %s", tmp && *tmp == '/' ? tmp : "/tmp", strerror(errno));
		free(dir);
		return false;
	}
	at->dir = dir;
	at->work = below(dir, "dir");
	return !mkdir(at->work, 0700) || fail(e, ERR_STORE, "%s: %s", at->work, strerror(errno));
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *level)
{
	(void)st;
	(void)kind;
	(void)level;
	remove(path);
	return 0;
}

static void folder_end(struct folder *at)
{
	if (at->dir)
		nftw(at->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	for (size_t i = 0; i < GEN_TEXTS; i++)
		free(at->text[i]);
	free(at->frame);
	free(at->work);
	free(at->dir);
}

static bool put(const char *dir, const char *name, const struct buf *text, char **path, struct err *e)
{
	struct newfile f = { 0 };
	bool ok = newfile_write(&f, dir, name, buf_str(text), text->len, e) && newfile_place(&f, e);

	newfile_end(&f, ok);
	*path = below(dir, name);
	return ok;
}

/* ---- what is checked */

static int unprivileged(int port)
{
	return port && port < UNPRIVILEGED ? port + AWAY : port;
}

static bool texts(const struct gen_plan *p, const char *templates, struct folder *at, struct err *e)
{
	struct gen_result r = { 0 };
	bool ok = gen_render(p, templates, &r, e);

	for (size_t i = 0; ok && i < r.count; i++)
		ok = put(at->dir, gen_file_name(&p->server->texts[i]), &r.text[i], &at->text[i], e);
	gen_result_free(&r);
	return ok;
}

/* The folder of the program's modules, "" where it has none; the caller frees. */
static char *modules_of(const struct gen_test *t, const char *program, struct err *e)
{
	char *real = realpath(program, NULL);
	const char *const of[] = { program, real };
	struct buf tried = BUF(400);
	char *found = t->modules ? NULL : xstrdup("");

	for (size_t i = 0; i < 2 && !found; i++)
		for (const char *const *m = t->modules; of[i] && *m && !found; m++) {
			char *dir = xstrdup(of[i]), *slash = strrchr(dir, '/'), *path;
			struct stat st;

			if (slash)
				*slash = '\0';
			path = below(slash ? dir : ".", *m);
			free(dir);
			found = path ? realpath(path, NULL) : NULL;
			if (found && (stat(found, &st) || !S_ISDIR(st.st_mode))) {
				free(found);
				found = NULL;
			}
			if (i == 0)
				buf_putf(&tried, "%s%s", tried.len ? ", " : "", *m);
			free(path);
		}
	if (!found)
		fail(e, ERR_CONFIG, "no folder of modules beside %s (%s): name the server's own program with --program", program, buf_str(&tried));
	buf_free(&tried);
	free(real);
	return found;
}

static bool frame(const struct gen_plan *p, const char *templates, const char *modules, struct folder *at, struct err *e)
{
	const struct gen_frame f = { .text = at->text[0], .dir = at->work, .modules = modules };
	struct buf out = BUF(LIMIT_GENERATED);
	bool ok = gen_render_frame(p, templates, &f, &out, e) && put(at->dir, "test.conf", &out, &at->frame, e);

	buf_free(&out);
	return ok;
}

/* ---- the command */

/* One word with its names replaced; the caller frees. */
static char *expand(const char *word, const char *program, const char *conf, const char *dir, const char *modules)
{
	const struct {
		const char *name, *is;
	} names[] = { { "@program", program }, { "@conf", conf }, { "@dir", dir }, { "@modules", modules } };
	struct buf b = BUF(4 * PATH_MAX);

	buf_puts(&b, "");
	while (*word) {
		size_t i = 0, n = sizeof names / sizeof names[0];

		while (i < n && strncmp(word, names[i].name, strlen(names[i].name)) != 0)
			i++;
		if (i < n)
			buf_puts(&b, names[i].is);
		else
			buf_add(&b, word, 1);
		word += i < n ? strlen(names[i].name) : 1;
	}
	return b.data;
}

static bool ask(const struct gen_test *t, const char *program, const char *modules, const struct folder *at, struct buf *said, int *status, struct err *e)
{
	char *argv[WORDS + 1] = { 0 };
	/* what a program keeps in a home of its own (Caddy does, when it is only asked to validate) stays in the folder */
	static const char *const homes[] = { "HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME" };
	enum { HOMES = sizeof homes / sizeof homes[0] };
	char *set[HOMES + 1] = { 0 };
	struct run r = { .argv = (const char *const *)argv, .set = (const char *const *)set, .dir = at->work, .timeout_ms = TEST_MS, .out = said, .err = said, .stop = &stopped };
	size_t n = 0;
	bool ok;

	for (const char *const *w = t->argv; *w && n < WORDS; w++) {
		/* without a frame each text is a configuration of its own */
		for (size_t i = 0; n < WORDS && i < GEN_TEXTS && (i == 0 || (!at->frame && at->text[i] && strcmp(*w, "@conf") == 0)); i++)
			argv[n++] = expand(*w, program, at->frame ? at->frame : at->text[i], at->work, modules);
	}
	for (size_t i = 0; i < HOMES; i++) {
		struct buf b = BUF(4 * PATH_MAX);

		buf_putf(&b, "%s=%s", homes[i], at->work);
		set[i] = b.data;
	}
	ok = run_program(&r, status, e);
	for (size_t i = 0; i < HOMES; i++)
		free(set[i]);
	while (n)
		free(argv[--n]);
	return ok;
}

bool gen_test(const struct gen_plan *p, const char *program, const char *templates, struct gen_result *r, struct buf *said, int *signal, struct err *e)
{
	const struct gen_test *t = p->server->test;
	struct gen_plan here = *p;	/* borrows all of p's but for the log */
	struct folder at = { 0 };
	char *modules = NULL, *log = NULL;
	bool ok = false;
	int status = 0;

	*signal = 0;
	if (!t)
		return fail(e, ERR_USAGE, "--test: %s has no check of its own", p->server->name);
	if (!program)
		return fail(e, ERR_CONFIG, "--test: %s is not installed here (looked in PATH and the sbin folders): install it, or name its program with --program",
			p->server->programs[0]);
	stop_catch();	/* the folder is removed whatever ends us */
	if (!folder_make(&at, e))
		goto out;
	log = below(at.work, "log");
	here.port = unprivileged(p->port);
	here.http_port = unprivileged(p->http_port);
	if (here.port == here.http_port)
		here.port++;
	if (*p->log)
		here.log = log;
	modules = modules_of(t, program, e);
	if (!modules || !texts(&here, templates, &at, e) || (t->frame && !frame(&here, templates, modules, &at, e)))
		goto out;
	if (!stopped && !ask(t, program, modules, &at, said, &status, e))
		goto out;
	r->verdict = status == 0 && (!t->silent || !said->len) ? GEN_ACCEPTED : GEN_REFUSED;
	ok = true;
out:
	folder_end(&at);
	*signal = stopped;
	stop_release();
	free(modules);
	free(log);
	return ok;
}
