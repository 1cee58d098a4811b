/* What the verbs of `pixgate emul` share. */
#ifndef CLI_EMUL_H
#define CLI_EMUL_H

#include <limits.h>

#include "lib/err.h"

/* The folder of --conf-dir, absolute. ERR_USAGE: it was not given; ERR_CONFIG: it is not there. */
bool emul_dir(const char *given, char dir[PATH_MAX], struct err *e);

#endif
