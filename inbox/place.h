/* Where a file store may live. */
#ifndef INBOX_PLACE_H
#define INBOX_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/err.h"

/* The name of a file system (statfs(2), f_type) on which locks or shared memory of a store cannot be relied on, else
 * NULL. An unknown type is taken to be a local one. */
const char *place_refused(uint32_t type);

/* ERR_STORE: the folder of the file at `path` is not there; ERR_CONFIG: it is on such a file system, or (strict) anybody
 * may put files beside the store. The gate is not strict: whoever has set up such a folder is told by `conf check`, not
 * by notifications that get lost; and no file of the store is opened through a link. The file itself need not exist. */
bool place_ok(const char *path, bool strict, struct err *e);

#endif
