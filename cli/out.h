/* What the verbs say: JSON objects, lines, amounts and times, in one form for all. */
#ifndef CLI_OUT_H
#define CLI_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/jsonout.h"
#include "lib/limits.h"

/* A body with every byte escaped, once as text and once as base64, and what stands around it. */
#define OUT_MAX (8 * (size_t)LIMIT_BODY_MAX + 64 * 1024)

/* b and a newline to standard output; b is emptied. false where standard output takes no more. */
bool out_line(struct buf *b);
bool out_bytes(const char *bytes, size_t len);

/* As out_bytes, for bytes from outside; on a terminal (or where clean is set) no byte of them is a command to it: '?'. */
bool out_foreign(const char *bytes, size_t len, bool clean);

#define AMOUNT_TEXT 24
void amount_text(int64_t cents, char out[AMOUNT_TEXT]);		/* centavos as "1234,56" */

/* One line "pixgate: …" on standard error, control bytes as '?'. note says nothing where quiet is set. */
void complain(const char *text);
void note(bool quiet, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
