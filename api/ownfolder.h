/* A folder that is ours alone (0700) with small files (0600) in it: what is remembered between runs. */
#ifndef API_OWNFOLDER_H
#define API_OWNFOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "conf/settings.h"
#include "lib/err.h"

struct ownfolder {
	int fd;
	struct stat owner;	/* of the folder */
	char *path;		/* owned; for messages */
	const char *what;	/* "tokens are kept there"; static */
};

/* Where such folders are: beside the inbox, where this user may write, else beside the configuration. The caller frees. */
char *ownfolder_place(const struct settings *s);

/*
 * Opens the folder `name` in dir, made where it is missing and make is set. ERR_STORE: it cannot be made, is not ours, or others
 * may use it; ERR_NOT_FOUND: it is missing and make is not set. ownfolder_close in any case.
 */
bool ownfolder_open(struct ownfolder *f, const char *dir, const char *name, const char *what, bool make, struct err *e);
void ownfolder_close(struct ownfolder *f);	/* safe on a failed open and twice; lets go of the lock */

/* Waits at most wait_ms until no other process holds it. doing: "getting a token", for the message. ERR_STORE. */
bool ownfolder_lock(const struct ownfolder *f, int wait_ms, const char *doing, struct err *e);

/* The file's text into text (size bytes, NUL-terminated). false: there is none, it is too long, holds a NUL, or is not ours alone. */
bool ownfolder_read(const struct ownfolder *f, const char *name, char *text, size_t size);

/* Replaces the file: others see the old one or the new one, whole. ERR_STORE. Only while the folder is locked. */
bool ownfolder_write(const struct ownfolder *f, const char *name, const char *text, size_t len, struct err *e);

void ownfolder_remove(const struct ownfolder *f, const char *name);

#endif
