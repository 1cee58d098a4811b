/* What the verbs of `pixgate emul` share. */
#ifndef CLI_EMUL_H
#define CLI_EMUL_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/err.h"

/* The folder of --conf-dir, absolute. ERR_USAGE: it was not given; ERR_CONFIG: it is not there. */
bool emul_dir(const char *given, char dir[PATH_MAX], struct err *e);

/* An amount of the command line, "5.00" or "5,00", as centavos, not 0. ERR_USAGE. (emul_pay.c) */
bool emul_amount(const char *text, int64_t *cents, struct err *e);

#endif
