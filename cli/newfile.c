#include "cli/newfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/mem.h"

#define PATH_CEILING 8192

static char *join(const char *dir, const char *name)
{
	struct buf b = BUF(PATH_CEILING);
	char *path = NULL;

	if (buf_putf(&b, "%s%s%s", dir, dir[strlen(dir) - 1] == '/' ? "" : "/", name))
		path = xstrdup(buf_str(&b));
	buf_free(&b);
	return path;
}

static bool write_all(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

char *folder_of(const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');

	*name = slash ? slash + 1 : path;
	return !slash ? xstrdup(".") : xstrndup(path, slash == path ? 1 : (size_t)(slash - path));
}

bool newfile_open(struct newfile *f, const char *dir, const char *name, int *fd, struct err *e)
{
	f->path = join(dir, name);
	f->temp = join(dir, ".pixgate-XXXXXX");
	if (!f->path || !f->temp) {
		free(f->temp);
		f->temp = NULL;
		return fail(e, ERR_STORE, "%s: the name is too long", dir);
	}
	*fd = mkostemp(f->temp, O_CLOEXEC);	/* O_EXCL, 0600 */
	if (*fd < 0) {
		fail(e, ERR_STORE, "%s: %s", dir, strerror(errno));
		free(f->temp);
		f->temp = NULL;
		return false;
	}
	if (!fchmod(*fd, 0600))
		return true;
	fail(e, ERR_STORE, "%s: %s", f->temp, strerror(errno));
	close(*fd);
	return false;
}

bool newfile_add(struct newfile *f, int fd, const void *bytes, size_t len, struct err *e)
{
	return write_all(fd, bytes, len) || fail(e, ERR_STORE, "%s: %s", f->temp, strerror(errno));
}

bool newfile_close(struct newfile *f, int fd, struct err *e)
{
	bool ok = !fsync(fd) || fail(e, ERR_STORE, "%s: %s", f->temp, strerror(errno));

	if (close(fd) && ok)
		ok = fail(e, ERR_STORE, "%s: %s", f->temp, strerror(errno));
	return ok;
}

bool newfile_write(struct newfile *f, const char *dir, const char *name, const void *bytes, size_t len, struct err *e)
{
	int fd;

	if (!newfile_open(f, dir, name, &fd, e))
		return false;
	if (newfile_add(f, fd, bytes, len, e))
		return newfile_close(f, fd, e);
	close(fd);
	return false;
}

bool newfile_place(struct newfile *f, struct err *e)
{
	/* rename(2) would take the place of a file that came meanwhile; link(2) does not. */
	if (link(f->temp, f->path)) {
		if (errno == EEXIST)
			return fail(e, ERR_USAGE, "%s exists already; nothing was written", f->path);
		return fail(e, ERR_STORE, "%s: %s", f->path, strerror(errno));
	}
	f->placed = true;
	return true;
}

bool newfile_mode(struct newfile *f, mode_t mode, struct err *e)
{
	return !chmod(f->temp, mode) || fail(e, ERR_STORE, "%s: %s", f->temp, strerror(errno));
}

bool newfile_replace(struct newfile *f, struct err *e)
{
	struct stat old, new;

	if (!stat(f->path, &old) && S_ISREG(old.st_mode) && !stat(f->temp, &new)) {
		/* before the permissions, which a change of owner may take away */
		if ((old.st_uid != new.st_uid || old.st_gid != new.st_gid) && chown(f->temp, old.st_uid, old.st_gid))
			errno = 0;	/* only the superuser may give files away */
		if (!newfile_mode(f, old.st_mode & 0777, e))
			return false;
	}
	if (rename(f->temp, f->path))
		return fail(e, ERR_STORE, "%s: %s", f->path, strerror(errno));
	free(f->temp);
	f->temp = NULL;
	return true;
}

void newfile_end(struct newfile *f, bool keep)
{
	if (f->temp)
		unlink(f->temp);
	if (f->placed && !keep)
		unlink(f->path);
	free(f->temp);
	free(f->path);
	*f = (struct newfile){ 0 };
}

bool newfolder(const char *dir, bool *made, struct err *e)
{
	struct stat st;

	*made = false;
	if (!mkdir(dir, 0700)) {
		*made = true;
		return true;
	}
	if (errno != EEXIST)
		return fail(e, ERR_STORE, "%s: %s", dir, strerror(errno));
	if (stat(dir, &st) || !S_ISDIR(st.st_mode))
		return fail(e, ERR_STORE, "%s is no folder", dir);
	return true;
}

bool folder_sync(const char *dir, struct err *e)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && !fsync(fd);

	if (!ok)
		fail(e, ERR_STORE, "%s: %s", dir, strerror(errno));
	if (fd >= 0)
		close(fd);
	return ok;
}
