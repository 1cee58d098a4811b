/* Files that appear whole or not at all, and in the place of another only where that is said. */
#ifndef CLI_NEWFILE_H
#define CLI_NEWFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "lib/err.h"

/* Zeroed before newfile_write. Both texts are owned; newfile_end frees. */
struct newfile {
	char *path, *temp;
	bool placed;
};

/* Writes the bytes to a temporary file (0600) in dir and has them on disk. ERR_STORE. */
bool newfile_write(struct newfile *f, const char *dir, const char *name, const void *bytes, size_t len, struct err *e);

/* The same piece by piece, for what is too large to be held: each opened one is closed once, by newfile_close where all of it is
 * to be on disk, else by close(2). ERR_STORE. */
bool newfile_open(struct newfile *f, const char *dir, const char *name, int *fd, struct err *e);
bool newfile_add(struct newfile *f, int fd, const void *bytes, size_t len, struct err *e);
bool newfile_close(struct newfile *f, int fd, struct err *e);

/* Gives it its name. ERR_USAGE where that name is taken. */
bool newfile_place(struct newfile *f, struct err *e);

/* Other permissions than 0600, before it has its name. ERR_STORE. */
bool newfile_mode(struct newfile *f, mode_t mode, struct err *e);

/* Gives it its name in the place of what has it: readers see the old file or the new one, whole. The old file's
 * permissions are kept, and its owner where that is allowed. newfile_end does not bring the old file back. ERR_STORE. */
bool newfile_replace(struct newfile *f, struct err *e);

/* Removes the temporary name, and the placed file too unless keep is set. Safe on a zeroed struct and twice. */
void newfile_end(struct newfile *f, bool keep);

/* The folder of a path ("." where it names none); the caller frees. *name: what is behind its last slash. */
char *folder_of(const char *path, const char **name);

/* The folder, 0700, where it is missing; *made tells. Only its last part is created. ERR_STORE. */
bool newfolder(const char *dir, bool *made, struct err *e);

/* Has the names in the folder on disk. */
bool folder_sync(const char *dir, struct err *e);

#endif
