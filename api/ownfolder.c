#include "api/ownfolder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/mem.h"

enum { STEP_MS = 20 };	/* of a wait */

char *ownfolder_place(const struct settings *s)
{
	static const char sqlite[] = "sqlite:";
	const char *path = s->inbox && strncmp(s->inbox, sqlite, sizeof sqlite - 1) == 0 ? s->inbox + sizeof sqlite - 1 : "";
	const char *slash = strrchr(path, '/');
	struct buf b = BUF(8192);

	if (*path != '/')
		buf_puts(&b, s->dir);
	if (slash && *path != '/')
		buf_puts(&b, "/");
	if (slash)
		buf_add(&b, path, slash == path ? 1 : (size_t)(slash - path));
	return b.data ? b.data : xstrdup(".");
}

bool ownfolder_open(struct ownfolder *f, const char *dir, const char *name, const char *what, bool make, struct err *e)
{
	size_t n = strlen(dir) + strlen(name) + 2;

	struct stat above;
	bool made;

	*f = (struct ownfolder){ .fd = -1, .what = what };
	f->path = xmalloc(n);
	snprintf(f->path, n, "%s/%s", dir, name);
	made = make && mkdir(f->path, 0700) == 0;
	if (make && !made && errno != EEXIST)
		return fail(e, ERR_STORE, "%s: %s (%s)", f->path, strerror(errno), what);
	f->fd = open(f->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (f->fd < 0 && errno == ENOENT && !make)
		return fail(e, ERR_NOT_FOUND, "%s: %s (%s)", f->path, strerror(errno), what);
	/* what root makes is for whoever has the folder above: certbot runs as root, the gate does not */
	if (f->fd >= 0 && made && geteuid() == 0 && stat(dir, &above) == 0 && fchown(f->fd, above.st_uid, above.st_gid))
		return fail(e, ERR_STORE, "%s: %s (%s)", f->path, strerror(errno), what);
	if (f->fd < 0 || fstat(f->fd, &f->owner))
		return fail(e, ERR_STORE, "%s: %s (%s)", f->path, strerror(errno), what);
	/* root may use everybody's, and leaves to the owner what it writes */
	if (f->owner.st_uid != geteuid() && geteuid() != 0)
		return fail(e, ERR_STORE, "%s: belongs to another user; run this as the user who runs the gate", f->path);
	if (f->owner.st_mode & 077)
		return fail(e, ERR_STORE, "%s: others may use it (mode %04o): chmod 700 it", f->path, (unsigned)f->owner.st_mode & 07777);
	return true;
}

void ownfolder_close(struct ownfolder *f)
{
	if (f->fd >= 0)
		close(f->fd);	/* and with it the lock */
	free(f->path);
	*f = (struct ownfolder){ .fd = -1 };
}

/* The folder itself is the lock: there is no file to be left behind, and none to be swapped. */
bool ownfolder_lock(const struct ownfolder *f, int wait_ms, const char *doing, struct err *e)
{
	const struct timespec step = { .tv_nsec = STEP_MS * 1000000L };

	for (int waited = 0; flock(f->fd, LOCK_EX | LOCK_NB); waited += STEP_MS) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return fail(e, ERR_STORE, "%s: %s", f->path, strerror(errno));
		if (waited >= wait_ms)
			return fail(e, ERR_STORE, "%s: another pixgate has been %s for %d s; try again", f->path, doing, wait_ms / 1000);
		nanosleep(&step, NULL);
	}
	return true;
}

bool ownfolder_read(const struct ownfolder *f, const char *name, char *text, size_t size)
{
	int fd = openat(f->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	const size_t most = size - 1;
	struct stat st;
	size_t len = 0;
	ssize_t n = 1;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_mode & 077 || st.st_nlink != 1 ||
	    (st.st_uid != geteuid() && st.st_uid != f->owner.st_uid) || st.st_size > (off_t)most) {
		close(fd);
		return false;
	}
	while (len < most && (n = read(fd, text + len, most - len)) != 0) {
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

bool ownfolder_write(const struct ownfolder *f, const char *name, const char *text, size_t len, struct err *e)
{
	char fresh[NAME_MAX + 2];
	bool ok = false;
	int fd;

	snprintf(fresh, sizeof fresh, "%s~", name);
	unlinkat(f->fd, fresh, 0);	/* of a process that died; nobody else is here */
	fd = openat(f->fd, fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || fchmod(fd, 0600) || (geteuid() == 0 && fchown(fd, f->owner.st_uid, f->owner.st_gid)) || !put(fd, text, len)) {
		fail(e, ERR_STORE, "%s: %s (%s)", f->path, strerror(errno), f->what);
		goto out;
	}
	ok = close(fd) == 0;
	fd = -1;
	ok = ok && renameat(f->fd, fresh, f->fd, name) == 0;
	if (!ok)
		fail(e, ERR_STORE, "%s: %s (%s)", f->path, strerror(errno), f->what);
out:
	if (fd >= 0)
		close(fd);
	if (!ok)
		unlinkat(f->fd, fresh, 0);
	return ok;
}

void ownfolder_remove(const struct ownfolder *f, const char *name)
{
	unlinkat(f->fd, name, 0);
}
