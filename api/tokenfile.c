#include "api/tokenfile.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/mem.h"
#include "lib/secret.h"

static const char folder[] = ".pixgate-tokens", magic[] = "pixgate-token 1";

enum { STEP_MS = 20, SIZE = LIMIT_TOKEN + 2048 };	/* of a wait; of a file, in bytes */

struct tokenfile {
	int dir;		/* the folder, locked */
	struct stat owner;	/* of the folder */
	char *path;		/* for messages */
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

static bool open_folder(struct tokenfile *f, struct err *e)
{
	if (mkdir(f->path, 0700) && errno != EEXIST)
		return fail(e, ERR_STORE, "%s: %s (tokens are kept there)", f->path, strerror(errno));
	f->dir = open(f->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (f->dir < 0 || fstat(f->dir, &f->owner))
		return fail(e, ERR_STORE, "%s: %s (tokens are kept there)", f->path, strerror(errno));
	/* root may use everybody's, and leaves to the owner what it writes */
	if (f->owner.st_uid != geteuid() && geteuid() != 0)
		return fail(e, ERR_STORE, "%s: belongs to another user; run this as the user who runs the gate", f->path);
	if (f->owner.st_mode & 077)
		return fail(e, ERR_STORE, "%s: others may use it (mode %04o): chmod 700 it", f->path, (unsigned)f->owner.st_mode & 07777);
	return true;
}

/* The folder itself is the lock: there is no file to be left behind, and none to be swapped. */
static bool lock(const struct tokenfile *f, int wait_ms, struct err *e)
{
	const struct timespec step = { .tv_nsec = STEP_MS * 1000000L };

	for (int waited = 0; flock(f->dir, LOCK_EX | LOCK_NB); waited += STEP_MS) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return fail(e, ERR_STORE, "%s: %s", f->path, strerror(errno));
		if (waited >= wait_ms)
			return fail(e, ERR_STORE, "%s: another pixgate has been getting a token for %d s; try again", f->path, wait_ms / 1000);
		nanosleep(&step, NULL);
	}
	return true;
}

struct tokenfile *tokenfile_open(const char *dir, const char *base, const char *client, int wait_ms, struct err *e)
{
	struct tokenfile *f = xcalloc(1, sizeof *f);
	size_t n = strlen(dir) + sizeof folder + 1;

	f->dir = -1;
	f->path = xmalloc(n);
	snprintf(f->path, n, "%s/%s", dir, folder);
	tie(f, base, client);
	if (open_folder(f, e) && lock(f, wait_ms, e))
		return f;
	tokenfile_close(f);
	return NULL;
}

void tokenfile_close(struct tokenfile *f)
{
	if (!f)
		return;
	if (f->dir >= 0)
		close(f->dir);	/* and with it the lock */
	free(f->path);
	free(f);
}

bool token_ok(const char *text)
{
	size_t n = 0;

	while (text[n] > 0x20 && text[n] < 0x7f)
		n++;
	return n && !text[n] && n <= LIMIT_TOKEN;
}

/* The file's bytes into text (SIZE + 1). */
static bool read_file(const struct tokenfile *f, char *text)
{
	int fd = openat(f->dir, f->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;
	size_t len = 0;
	ssize_t n = 1;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_mode & 077 || st.st_nlink != 1 ||
	    (st.st_uid != geteuid() && st.st_uid != f->owner.st_uid) || st.st_size > SIZE) {
		close(fd);
		return false;
	}
	while (len < SIZE && (n = read(fd, text + len, SIZE - len)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		len += (size_t)n;
	}
	close(fd);
	text[len] = '\0';
	return n >= 0 && strlen(text) == len;
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
	ok = read_file(f, text) && parse(f, text, t);
	if (!ok)
		secret_wipe(t, sizeof *t);
	secret_wipe(text, sizeof text);
	return ok;
}

static bool put(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		text += n;
		len -= (size_t)n;
	}
	return true;
}

bool tokenfile_write(const struct tokenfile *f, const struct token *t, struct err *e)
{
	char text[SIZE + 1], fresh[sizeof f->name + 4];
	int n = snprintf(text, sizeof text, "%s\nfor %s\nexpires %" PRId64 "\nasked ", magic, f->tie, t->expires), fd;
	bool ok = false;

	for (int i = 0; i < TOKEN_ASKED && t->asked[i]; i++)
		n += snprintf(text + n, sizeof text - (size_t)n, "%s%" PRId64, i ? " " : "", t->asked[i]);
	n += snprintf(text + n, sizeof text - (size_t)n, "\ntoken %s\n", t->text);
	snprintf(fresh, sizeof fresh, "%s.new", f->name);
	unlinkat(f->dir, fresh, 0);	/* of a process that died; nobody else is here */
	fd = openat(f->dir, fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || fchmod(fd, 0600) || (geteuid() == 0 && fchown(fd, f->owner.st_uid, f->owner.st_gid)) || !put(fd, text, (size_t)n)) {
		fail(e, ERR_STORE, "%s: %s (the token cannot be kept)", f->path, strerror(errno));
		goto out;
	}
	ok = close(fd) == 0;
	fd = -1;
	ok = ok && renameat(f->dir, fresh, f->dir, f->name) == 0;
	if (!ok)
		fail(e, ERR_STORE, "%s: %s (the token cannot be kept)", f->path, strerror(errno));
out:
	if (fd >= 0)
		close(fd);
	if (!ok)
		unlinkat(f->dir, fresh, 0);
	secret_wipe(text, sizeof text);
	return ok;
}
