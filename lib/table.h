/* Tables for people: aligned columns, measured in characters, not bytes. */
#ifndef LIB_TABLE_H
#define LIB_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct table;

/* heads is NULL-ended; a head that begins with '>' makes its column right-aligned. The caller owns the table. */
struct table *table_new(const char *const *heads);

/* One cell, left to right; after the last column a new row begins. Control bytes are shown as '?'. NULL is "-". */
void table_cell(struct table *t, const char *text);
void table_cellf(struct table *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

size_t table_rows(const struct table *t);

/* Two spaces between columns, none at the end of a line. Heads are bold where color is set. */
void table_print(const struct table *t, FILE *to, bool color);
void table_free(struct table *t);

/* Whether output to `to` may be coloured: a terminal, NO_COLOR not set, TERM not "dumb" (no-color.org). */
bool table_color(FILE *to);

#endif
