/* Bytes that grow up to a ceiling. */
#ifndef LIB_BUF_H
#define LIB_BUF_H

#include <stdbool.h>
#include <stddef.h>

/* data is owned and always has a NUL behind len once something was added (NULL before). max is in bytes. */
struct buf {
	char *data;
	size_t len, cap, max;
};

#define BUF(ceiling) ((struct buf){ .max = (ceiling) })

/* All three return false, and leave b as it was, where the result would pass max. */
bool buf_add(struct buf *b, const void *data, size_t len);
bool buf_puts(struct buf *b, const char *s);
bool buf_putf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

const char *buf_str(const struct buf *b);	/* never NULL; valid until the next change */
void buf_reset(struct buf *b);			/* empties, keeps the memory */
void buf_free(struct buf *b);			/* safe on a zeroed struct and twice */

#endif
