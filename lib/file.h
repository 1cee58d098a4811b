/* Whole small files. */
#ifndef LIB_FILE_H
#define LIB_FILE_H

#include <sys/types.h>

#include "lib/buf.h"
#include "lib/err.h"

/*
 * Adds the bytes of a regular file to b, at most b->max. A file with one of the permission bits of `forbidden` is
 * refused (0: none is). Symbolic links are followed, they are common under /etc: what counts is the opened file. ERR_CONFIG
 * with "PATH: …". No copy of the bytes stays behind but in b.
 */
bool file_read(const char *path, mode_t forbidden, struct buf *b, struct err *e);

#endif
