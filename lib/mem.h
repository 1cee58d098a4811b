/* Memory that is there: running out of it ends the process with one line (exit status 3). */
#ifndef LIB_MEM_H
#define LIB_MEM_H

#include <stddef.h>

void *xmalloc(size_t size);
void *xcalloc(size_t n, size_t size);		/* zeroed */
void *xrealloc(void *p, size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t n);	/* at most n bytes, NUL added */

/* Grows the array at p so that it holds `need` items of `size` bytes; *cap is in items. Returns the array. */
void *xgrow(void *p, size_t *cap, size_t need, size_t size);

#endif
