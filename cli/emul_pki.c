/* `pixgate emul pki`: throw-away certificates for a PSP on one's own machine. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/newfile.h"
#include "cli/out.h"
#include "cli/verb.h"
#include "emul/pki.h"

static void say_written(const struct newfile *out, size_t n, const struct common *c)
{
	struct buf b = BUF(OUT_MAX);

	for (size_t i = 0; i < n; i++) {
		if (c->json) {
			json_open(&b, NULL, '{');
			json_str(&b, "file", out[i].path);
			json_close(&b, '}');
			out_line(&b);
		} else if (!c->quiet) {
			buf_putf(&b, "wrote %s", out[i].path);
			out_line(&b);
		}
	}
	buf_free(&b);
}

/* All of them or none: each is on disk under another name before the first gets its own. */
static bool write_files(const char *dir, const struct pki_files *files, const struct common *c, struct err *e)
{
	struct newfile out[PKI_FILES] = { 0 };
	bool made = false, ok = false;

	if (!newfolder(dir, &made, e))
		return false;
	for (size_t i = 0; i < files->count; i++)
		if (!newfile_write(&out[i], dir, files->item[i].name, files->item[i].bytes.data, files->item[i].bytes.len, e))
			goto out;
	for (size_t i = 0; i < files->count; i++)
		if (!newfile_place(&out[i], e))
			goto out;
	if (!folder_sync(dir, e))
		goto out;
	say_written(out, files->count, c);
	note(c->quiet, "these are for tests: no gate and no server that real notices reach may trust them");
	ok = true;
out:
	for (size_t i = 0; i < files->count; i++)
		newfile_end(&out[i], ok);
	if (!ok && made)
		rmdir(dir);
	return ok;
}

static int run(const struct common *c, const struct args *a, struct err *e)
{
	const char *dir = a->operand[0];
	struct pki_files files = { 0 };

	if (!*dir) {
		fail(e, ERR_USAGE, "emul pki: the folder's name is empty");
		return 2;
	}
	if (pki_build(c->now_ms / 1000, &files, e))
		write_files(dir, &files, c, e);
	pki_files_free(&files);
	return 0;
}

const struct verb emul_pki = {
	.name = "pki",
	.synopsis = "DIR",
	.summary = "makes throw-away certificates in the shape of a PSP's",
	.help = "Writes into DIR (made 0700 where it is missing) the chains, callers, API clients and servers that a test needs; every file\n"
		"is readable by its owner alone, and none that exists is overwritten: all of them are written, or none. They are valid for a\n"
		"year. The intermediates bear the names of Efí's, so no gate and no server that real notices reach may trust them.",
	.least = 1, .most = 1,
	.run = run,
};
