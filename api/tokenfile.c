#include "api/tokenfile.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/ownfolder.h"
#include "lib/mem.h"
#include "lib/secret.h"

static const char folder[] = ".pixgate-tokens", magic[] = "pixgate-token 1";

enum { SIZE = LIMIT_TOKEN + 2048 };	/* of a file, in bytes */

struct tokenfile {
	struct ownfolder dir;	/* locked */
	char name[17];
	char tie[65];		/* what base and client are in the file */
};

static void hex(const unsigned char *bytes, size_t n, char *out)
{
	for (size_t i = 0; i < n; i++)
		snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

static void tie(struct tokenfile *f, const char *base, const char *client)
{
	size_t n = strlen(base) + strlen(client) + 2;
	unsigned char digest[32];
	char *both = xmalloc(n);

	snprintf(both, n, "%s\n%s", base, client);
	sha256(both, n - 1, digest);
	free(both);
	hex(digest, 32, f->tie);
	snprintf(f->name, sizeof f->name, "%.16s", f->tie);
}

struct tokenfile *tokenfile_open(const char *dir, const char *base, const char *client, int wait_ms, struct err *e)
{
	struct tokenfile *f = xcalloc(1, sizeof *f);

	tie(f, base, client);
	if (ownfolder_open(&f->dir, dir, folder, "tokens are kept there", true, e) && ownfolder_lock(&f->dir, wait_ms, "getting a token", e))
		return f;
	tokenfile_close(f);
	return NULL;
}

void tokenfile_close(struct tokenfile *f)
{
	if (!f)
		return;
	ownfolder_close(&f->dir);
	free(f);
}

bool token_ok(const char *text)
{
	size_t n = 0;

	while (text[n] > 0x20 && text[n] < 0x7f)
		n++;
	return n && !text[n] && n <= LIMIT_TOKEN;
}

/* The next line without its end, or NULL where no line break ends it: a file that was cut off. */
static char *line(char **at)
{
	char *from = *at, *end = strchr(from, '\n');

	if (!end)
		return NULL;
	*end = '\0';
	*at = end + 1;
	return from;
}

/* What stands behind "name " in a line. */
static const char *after(const char *l, const char *name)
{
	size_t n = strlen(name);

	return l && strncmp(l, name, n) == 0 && l[n] == ' ' ? l + n + 1 : NULL;
}

static bool number(const char **p, int64_t *out)
{
	size_t n = *p ? strspn(*p, "0123456789") : 0;

	if (!n || n > 15)
		return false;
	*out = strtoll(*p, NULL, 10);
	*p += n;
	return true;
}

static bool parse(const struct tokenfile *f, char *text, struct token *t)
{
	const char *p, *l = line(&text);
	size_t n = 0;

	if (!l || strcmp(l, magic) != 0)
		return false;
	p = after(line(&text), "for");
	if (!p || strcmp(p, f->tie) != 0)
		return false;
	p = after(line(&text), "expires");
	if (!number(&p, &t->expires) || *p)
		return false;
	p = after(line(&text), "asked");
	while (p && *p && n < TOKEN_ASKED) {
		if (!number(&p, &t->asked[n++]))
			return false;
		if (*p == ' ')
			p++;
	}
	if (!p || *p)
		return false;
	p = after(line(&text), "token");
	if (!p || *text || (*p && !token_ok(p)))
		return false;
	snprintf(t->text, sizeof t->text, "%s", p);
	return true;
}

bool tokenfile_read(const struct tokenfile *f, struct token *t)
{
	char text[SIZE + 1];
	bool ok;

	memset(t, 0, sizeof *t);
	ok = ownfolder_read(&f->dir, f->name, text, sizeof text) && parse(f, text, t);
	if (!ok)
		secret_wipe(t, sizeof *t);
	secret_wipe(text, sizeof text);
	return ok;
}

bool tokenfile_write(const struct tokenfile *f, const struct token *t, struct err *e)
{
	char text[SIZE + 1];
	int n = snprintf(text, sizeof text, "%s\nfor %s\nexpires %" PRId64 "\nasked ", magic, f->tie, t->expires);
	bool ok;

	for (int i = 0; i < TOKEN_ASKED && t->asked[i]; i++)
		n += snprintf(text + n, sizeof text - (size_t)n, "%s%" PRId64, i ? " " : "", t->asked[i]);
	n += snprintf(text + n, sizeof text - (size_t)n, "\ntoken %s\n", t->text);
	ok = ownfolder_write(&f->dir, f->name, text, (size_t)n, e);
	secret_wipe(text, sizeof text);
	return ok;
}
