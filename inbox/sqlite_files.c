#define INBOX_SQLITE_INSIDE
#include "inbox/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/mem.h"

void sqlite_names(struct sqlite_box *b, const char *path)
{
	static const char *const suffix[SQLITE_FILES] = { "", "-wal", "-shm" };
	char name[PATH_MAX];

	for (int i = 0; i < SQLITE_FILES; i++) {
		snprintf(name, sizeof name, "%s%s", path, suffix[i]);
		b->name[i] = xstrdup(name);
	}
	b->path = b->name[0];
}

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

/* A file that is not there is 0, 0: so is the WAL of a database that somebody took out of WAL mode. */
static void look(const struct sqlite_box *b, int i, struct sqlite_file *f)
{
	struct stat st;

	f->dev = 0;
	f->ino = 0;
	if (stat(b->name[i], &st) == 0) {
		f->dev = st.st_dev;
		f->ino = st.st_ino;
	}
}

/* Once a connection is open and has read, all three files are there, and nobody deletes them while it is open. */
void sqlite_stamp(struct sqlite_box *b)
{
	for (int i = 0; i < SQLITE_FILES; i++)
		look(b, i, &b->file[i]);
	b->stamped = true;
}

/*
 * A database that was deleted, replaced or restored while open still takes commits, into files that nobody will find;
 * with a WAL of another, it breaks. So the names must still lead to what was opened. Three stat(2) a transaction.
 */
bool sqlite_alive(struct sqlite_box *b, struct err *e)
{
	struct sqlite_file now;

	for (int i = 0; i < SQLITE_FILES && b->stamped && !b->gone; i++) {
		look(b, i, &now);
		b->gone = now.dev != b->file[i].dev || now.ino != b->file[i].ino;
	}
	if (b->gone)
		return fail(e, ERR_STORE, "inbox %s: its files were deleted or replaced while in use; open it again", b->path);
	return true;
}
