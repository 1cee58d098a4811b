/*
 * A folder in the manner of a maildir (cr.yp.to/proto/maildir.html): written in tmp/, on stable storage, and only then linked into new/.
 * A reader never sees half a file, and needs no lock. An event is one file for ever, new/ID.json or, once the reader moved it, cur/ID.json.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "deliver/sink.h"
#include "lib/mem.h"

enum { LEFT_LOOK = 1000 };			/* entries of tmp/ that are looked at at a time */
#define LEFT_MS (36LL * 60 * 60 * 1000)		/* what is older in tmp/ was left behind by a crash: the maildir's rule */
#define SWEEP_MS (60LL * 60 * 1000)
#define FILE_NAME (MESSAGE_ID + 8)
#define TEMP_NAME (MESSAGE_ID + 64)

struct dir_sink {
	struct open_sink base;
	const struct sink *conf;
	int64_t swept_ms;
};

/* The folders of one try. They are opened for each, as one that was replaced since would swallow what is written into it. */
struct folders {
	int root, temp, fresh, cur;
};

static void stuck(struct sent_result *r, const struct dir_sink *d, const char *part, int error)
{
	static const struct {
		int error;
		const char *what;
	} rows[] = {
		{ ENOSPC, "no room left on the disk" },
		{ EDQUOT, "the quota of this user's files is used up" },
		{ EFBIG, "a file may not become so large here" },
		{ EACCES, "this user may not write there" },
		{ EPERM, "this user may not write there, or its file system has no hard links" },
		{ EROFS, "its file system is read-only" },
		{ EOPNOTSUPP, "its file system has no hard links" },
		{ ENOENT, "a folder above it is missing" },
		{ ENOTDIR, "it is no folder" },
		{ ELOOP, "it is a symbolic link, which is not followed" },
	};
	const char *what = strerror(error);

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].error == error)
			what = rows[i].what;
	sent_as(r, SENT_STUCK, "%s: %.90s%s", what, d->conf->path, part);
}

/* A folder, made where it is missing; links on the way to `path` are the administrator's, in the folder itself they are not followed. */
static int folder(struct sent_result *r, const struct dir_sink *d, int at, const char *path, const char *part)
{
	int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | (at == AT_FDCWD ? 0 : O_NOFOLLOW), fd = openat(at, path, flags), error;
	struct stat st;

	if (fd < 0 && errno == ENOENT && (mkdirat(at, path, 0700) == 0 || errno == EEXIST)) {
		fd = openat(at, path, flags);
		/* its name must last too; what `path` stands in need not be ours to open, so all of its file system is written out */
		if (fd >= 0 && (at == AT_FDCWD ? syncfs(fd) : fsync(at)) != 0) {
			error = errno;
			goto bad;
		}
	}
	error = errno;
	if (fd < 0) {
		stuck(r, d, part, fstatat(at, path, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode) ? ELOOP : error);
		return -1;
	}
	if (fstat(fd, &st) != 0) {
		error = errno;
		goto bad;
	}
	if (!(st.st_mode & S_IWOTH))
		return fd;
	close(fd);
	sent_as(r, SENT_STUCK, "others may write there (chmod o-w): %.90s%s", d->conf->path, part);
	return -1;
bad:
	close(fd);
	stuck(r, d, part, error);
	return -1;
}

static bool open_folders(struct sent_result *r, const struct dir_sink *d, struct folders *f)
{
	*f = (struct folders){ -1, -1, -1, -1 };
	return (f->root = folder(r, d, AT_FDCWD, d->conf->path, "")) >= 0 && (f->temp = folder(r, d, f->root, "tmp", "/tmp")) >= 0 &&
	       (f->fresh = folder(r, d, f->root, "new", "/new")) >= 0 && (f->cur = folder(r, d, f->root, "cur", "/cur")) >= 0;
}

static void close_folders(const struct folders *f)
{
	const int all[] = { f->root, f->temp, f->fresh, f->cur };

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		if (all[i] >= 0)
			close(all[i]);
}

/* Whether the event is there already: a try that was cut off before it could say so. What was linked is made durable once more. */
static bool there(struct sent_result *r, const struct dir_sink *d, int at, const char *part, const char *name)
{
	struct stat st;

	if (fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return false;
	if (!S_ISREG(st.st_mode))
		sent_as(r, SENT_STUCK, "something stands there that is no file: %.60s%s/%s", d->conf->path, part, name);
	else if (fsync(at) != 0)
		stuck(r, d, part, errno);
	else
		sent_as(r, SENT_DONE, "%s", "");
	return true;
}

static bool write_all(int fd, const char *p, size_t len)
{
	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

/* Readable by the group where the folder is: that is how an application under another account gets at it. */
static mode_t file_mode(int fresh)
{
	struct stat st;

	return 0600 | (fstat(fresh, &st) == 0 ? st.st_mode & S_IRGRP : 0);
}

static void put(struct sent_result *r, const struct dir_sink *d, const struct folders *f, const struct message *m, const char *name)
{
	static atomic_uint turn;
	char temp[TEMP_NAME];
	int fd, error;

	snprintf(temp, sizeof temp, "%s.%lld.%ld.%u", m->id, (long long)m->now_ms, (long)getpid(), atomic_fetch_add(&turn, 1));
	fd = openat(f->temp, temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0) {
		stuck(r, d, "/tmp", errno);
		return;
	}
	if (!write_all(fd, m->json, m->json_len) || fchmod(fd, file_mode(f->fresh)) != 0 || fsync(fd) != 0) {
		error = errno;
		close(fd);
		stuck(r, d, "/tmp", error);
		goto out;
	}
	if (close(fd) != 0) {
		stuck(r, d, "/tmp", errno);
	} else if (linkat(f->temp, temp, f->fresh, name, 0) != 0) {
		error = errno;
		if (error != EEXIST || !there(r, d, f->fresh, "/new", name))
			stuck(r, d, "/new", error);
	} else if (fsync(f->fresh) != 0) {
		stuck(r, d, "/new", errno);
	} else {
		sent_as(r, SENT_DONE, "%s", "");
	}
out:
	unlinkat(f->temp, temp, 0);
}

/* What a crash left in tmp/: only files that bear our name, and not all at once. */
static void sweep(const struct folders *f, int64_t now_ms)
{
	int fd = openat(f->temp, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), looked = 0;
	DIR *list = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;
	struct stat st;

	if (!list && fd >= 0)
		close(fd);
	while (list && looked++ < LEFT_LOOK && (entry = readdir(list)))
		if (strncmp(entry->d_name, "pix_", 4) == 0 && fstatat(f->temp, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode) && now_ms - (int64_t)st.st_mtime * 1000 > LEFT_MS)
			unlinkat(f->temp, entry->d_name, 0);
	if (list)
		closedir(list);
}

static bool dir_open(struct open_sink **open, const struct settings *s, const struct hook *h, const struct sink *conf, struct err *e)
{
	struct dir_sink *d = xcalloc(1, sizeof *d);

	(void)s;
	(void)h;
	(void)e;
	d->base.type = &sink_dir;
	d->conf = conf;
	*open = &d->base;
	return true;
}

static void dir_send(struct open_sink *open, const struct message *m, struct sent_result *r)
{
	struct dir_sink *d = (struct dir_sink *)open;
	char name[FILE_NAME];
	struct folders f;

	snprintf(name, sizeof name, "%s.json", m->id);
	if (open_folders(r, d, &f)) {
		/* new before cur: what the reader moves meanwhile is met in one of them */
		if (!there(r, d, f.fresh, "/new", name) && !there(r, d, f.cur, "/cur", name))
			put(r, d, &f, m, name);
		if (m->now_ms - d->swept_ms >= SWEEP_MS || m->now_ms < d->swept_ms) {
			sweep(&f, m->now_ms);
			d->swept_ms = m->now_ms;
		}
	}
	close_folders(&f);
}

static void dir_close(struct open_sink *open)
{
	free(open);
}

const struct sink_type sink_dir = { "dir", dir_open, dir_send, dir_close };
