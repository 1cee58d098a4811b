/* -o and --diff: the texts and what is in their files. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/gen.h"
#include "cli/newfile.h"
#include "lib/file.h"
#include "lib/limits.h"
#include "lib/mem.h"
#include "lib/run.h"

enum { DIFF_MS = 20000, DIFF_MAX = 8 * 1024 * 1024 };

/* The files of the texts: `to` itself, or for several texts their names in the folder `to`. */
static bool name_files(const char *option, const char *to, struct gen_result *r, struct err *e)
{
	struct stat st;
	bool folder = !stat(to, &st) && S_ISDIR(st.st_mode);

	if (r->count > 1 && !folder)
		return fail(e, ERR_USAGE, "%s: %s makes %zu files: expected a folder that is there, not %s", option, r->server->name, r->count, to);
	if (r->count == 1 && (folder || to[strlen(to) - 1] == '/'))
		return fail(e, ERR_USAGE, "%s: %s is a folder: name the file", option, to);
	for (size_t i = 0; i < r->count; i++) {
		struct buf path = BUF(2 * PATH_MAX);

		if (!(folder ? buf_putf(&path, "%s%s%s", to, to[strlen(to) - 1] == '/' ? "" : "/", gen_file_name(&r->server->texts[i])) : buf_puts(&path, to))) {
			buf_free(&path);
			return fail(e, ERR_USAGE, "%s: the name is too long", option);
		}
		free(r->file[i]);
		r->file[i] = path.data;
	}
	return true;
}

static bool edited(const char *file, const char *shown, const char *command, struct err *e)
{
	struct buf all = BUF(4096);
	bool whole;

	buf_puts(&all, command);
	buf_puts(&all, " --diff ");
	gen_quote(shown, &all);
	/* a command that is cut is worse than none */
	whole = strlen(file) + all.len < sizeof e->text - 140;
	fail(e, ERR_USAGE, "%s was edited by hand (or not written by pixgate gen); nothing was written. See the difference with: %s", file,
		whole ? buf_str(&all) : "the same command and --diff in place of -o");
	buf_free(&all);
	return false;
}

/* Follows a link, so that it stays one, and judges what is there. shown: the name that --diff would take. */
static bool judge(struct gen_result *r, size_t i, const char *shown, const char *command, struct err *e)
{
	struct buf there = BUF(LIMIT_GENERATED);
	struct stat st;
	bool ok = false;

	if (lstat(r->file[i], &st)) {
		r->done[i] = GEN_WROTE;
		return errno == ENOENT || fail(e, ERR_STORE, "%s: %s", r->file[i], strerror(errno));
	}
	if (S_ISLNK(st.st_mode)) {
		char *real = realpath(r->file[i], NULL);

		if (!real)
			return fail(e, ERR_USAGE, "%s is a link that leads nowhere (%s); nothing was written", r->file[i], strerror(errno));
		free(r->file[i]);
		r->file[i] = real;
	}
	if (!file_read(r->file[i], 0, &there, e))
		goto out;
	if (gen_sum_look(buf_str(&there), there.len) != GEN_SUM_RIGHT) {
		edited(r->file[i], shown, command, e);
		goto out;
	}
	r->done[i] = there.len == r->text[i].len && !memcmp(there.data, r->text[i].data, there.len) ? GEN_UNCHANGED : GEN_REPLACED;
	ok = true;
out:
	buf_free(&there);
	return ok;
}

bool gen_write(const char *to, const char *command, struct gen_result *r, struct err *e)
{
	struct newfile files[GEN_TEXTS] = { 0 };
	bool ok = false;

	if (!name_files("--output", to, r, e))
		goto out;
	for (size_t i = 0; i < r->count; i++)
		if (!judge(r, i, to, command, e))
			goto out;
	for (size_t i = 0; i < r->count; i++) {
		const char *name;
		char *dir = folder_of(r->file[i], &name);
		bool written = r->done[i] == GEN_UNCHANGED ||
			(newfile_write(&files[i], dir, name, buf_str(&r->text[i]), r->text[i].len, e) && newfile_mode(&files[i], 0644, e));

		free(dir);
		if (!written)
			goto out;
	}
	for (size_t i = 0; i < r->count; i++)
		if ((r->done[i] == GEN_WROTE && !newfile_place(&files[i], e)) || (r->done[i] == GEN_REPLACED && !newfile_replace(&files[i], e)))
			goto out;
	ok = true;
	for (size_t i = 0; ok && i < r->count; i++) {
		const char *name;
		char *dir = folder_of(r->file[i], &name);

		ok = r->done[i] == GEN_UNCHANGED || folder_sync(dir, e);
		free(dir);
	}
out:
	for (size_t i = 0; i < GEN_TEXTS; i++)
		newfile_end(&files[i], ok);
	return ok;
}

static bool diff_one(struct gen_result *r, size_t i, struct err *e)
{
	const char *const argv[] = { "diff", "-u", "--label", r->file[i], "--label", "pixgate gen", "--", r->file[i], "-", NULL };
	struct buf said = BUF(200);
	struct run run = { .argv = argv, .in = buf_str(&r->text[i]), .in_len = r->text[i].len, .timeout_ms = DIFF_MS, .out = &r->diff[i], .err = &said };
	int status = 0;
	bool ok = false;

	r->diff[i] = BUF(DIFF_MAX);
	if (!run_program(&run, &status, e)) {
		if (e->code == ERR_NOT_FOUND)
			fail(e, ERR_STORE, "no program diff is here: install diffutils");
	} else if (status > 1) {
		fail(e, ERR_STORE, "diff ended with status %d: %s", status, buf_str(&said));
	} else {
		r->differs = r->differs || status == 1;
		ok = true;
	}
	buf_free(&said);
	return ok;
}

bool gen_diff(const char *with, struct gen_result *r, struct err *e)
{
	if (!name_files("--diff", with, r, e))
		return false;
	for (size_t i = 0; i < r->count; i++) {
		struct stat st;

		if (stat(r->file[i], &st))
			return fail(e, ERR_USAGE, "--diff: %s: %s", r->file[i], strerror(errno));
		if (!S_ISREG(st.st_mode))
			return fail(e, ERR_USAGE, "--diff: %s is no regular file", r->file[i]);
	}
	for (size_t i = 0; i < r->count; i++)
		if (!diff_one(r, i, e))
			return false;
	r->compared = true;
	return true;
}
