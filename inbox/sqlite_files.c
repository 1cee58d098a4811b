#define INBOX_SQLITE_INSIDE
#include "inbox/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const suffix[SQLITE_FILES] = { "", "-wal", "-shm" };

/* SQLite would make the file readable by all; -wal and -shm get the mode and owner of the database from it. */
bool sqlite_create(const char *path, struct err *e)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');
	struct stat st;
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0 && errno == EEXIST)
		return true;
	if (fd < 0)
		goto bad;
	if (fchmod(fd, 0600))
		goto bad;
	/* Made by root, by hand or in a script, it is for whoever owns the folder: the gate is not root. */
	snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
	if (!geteuid() && (stat(folder, &st) || fchown(fd, st.st_uid, st.st_gid)))
		goto bad;
	close(fd);
	return true;
bad:
	fail(e, ERR_STORE, "inbox %s: %s; check the owner and mode of its folder", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return false;
}

static bool look(const struct sqlite_box *b, int i, struct stat *st)
{
	char name[PATH_MAX];

	return snprintf(name, sizeof name, "%s%s", b->path, suffix[i]) < (int)sizeof name && stat(name, st) == 0;
}

/* Once a connection is open and has read, all three files are there, and nobody deletes them while it is open. */
bool sqlite_stamp(struct sqlite_box *b, struct err *e)
{
	struct stat st;

	for (int i = 0; i < SQLITE_FILES; i++) {
		if (!look(b, i, &st))
			return fail(e, ERR_STORE, "inbox %s%s: %s", b->path, suffix[i], strerror(errno));
		b->file[i].dev = st.st_dev;
		b->file[i].ino = st.st_ino;
	}
	return true;
}

/*
 * A database that was deleted, replaced or restored while open still takes commits, into files that nobody will find;
 * with a WAL of another, it breaks. So the names must still lead to what was opened. Three stat(2) a transaction.
 */
bool sqlite_alive(struct sqlite_box *b, struct err *e)
{
	struct stat st;

	for (int i = 0; i < SQLITE_FILES && !b->gone && b->file[0].ino; i++)
		b->gone = !look(b, i, &st) || st.st_dev != b->file[i].dev || st.st_ino != b->file[i].ino;
	if (b->gone)
		return fail(e, ERR_STORE, "inbox %s: its files were deleted or replaced while in use; open it again", b->path);
	return true;
}
