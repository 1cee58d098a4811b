/* What the verbs of `pixgate emul` share. */
#ifndef CLI_EMUL_H
#define CLI_EMUL_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/err.h"
#include "lib/secret.h"

/* The account of the merchant at the emulated PSPs. */
#define EMUL_CLIENT_ID "Client_Id_pixgate_emulator"
#define EMUL_SECRET_FILE "client.secret"

/* The folder of --conf-dir, absolute. ERR_USAGE: it was not given; ERR_CONFIG: it is not there. */
bool emul_dir(const char *given, char dir[PATH_MAX], struct err *e);

/* The account's secret in DIR/EMUL_SECRET_FILE, made where it is missing. secret NULL: only that. (emul_secret.c) */
bool emul_secret(const char *dir, struct secret *secret, struct err *e);

/* An amount of the command line, "5.00" or "5,00", as centavos, not 0. ERR_USAGE. (emul_pay.c) */
bool emul_amount(const char *text, int64_t *cents, struct err *e);

/* --count and --at, NULL where not given: one, now. ERR_USAGE. (emul_pay.c) */
#define EMUL_COUNT_MOST 10000
bool emul_count(const char *text, long long *count, struct err *e);
bool emul_at(const char *text, int64_t now_ms, int64_t *at_ms, struct err *e);

#endif
