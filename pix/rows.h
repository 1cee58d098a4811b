/* Which row of a profile reads an item: what parses a body and what redacts one must agree on it. */
#ifndef PIX_ROWS_H
#define PIX_ROWS_H

#include <stdbool.h>
#include <stddef.h>

struct json;
struct psp;
struct psp_event;

/* null and "" count as absent. */
bool psp_present(const struct json *v);

/* Whether an item is what `when` of a row says (psp.h). */
bool psp_holds(const struct psp *psp, const struct json *item, const char *when);

/* How many rows from the first on are of its list: at least 1. */
size_t psp_rows_of_list(const struct psp_event *first);

#endif
