/* Misbehaviour that can be asked for: of the PSP's API, and of its callbacks. A table of names. */
#ifndef EMUL_FAULT_H
#define EMUL_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "emul/front.h"
#include "emul/state.h"
#include "lib/buf.h"

/* Callbacks. */
enum fault_act { FAULT_NONE, FAULT_DUPLICATE, FAULT_REORDER, FAULT_TRUNCATE, FAULT_DROP, FAULT_CHANGE, FAULT_DELAY, FAULT_CALLBACKS };

struct fault {
	const char *name;
	const char *text;		/* one sentence */
	const char *value;		/* what the number is, "milliseconds"; NULL: it has none */
	int64_t usual, most;		/* of the number */
	enum fault_act act;		/* of a callback; FAULT_NONE: of the API */
	bool instead;			/* API: the request is not carried out, else it is and its answer is spoilt */
	bool list;			/* API: only of a list, or of a page of one */
	bool page;			/* … and only of the page whose number, from 1, is the value */
	void (*spoil)(struct front_answer *a, int64_t value);	/* API */
};
extern const struct fault faults[];	/* those of callbacks first; ends with a row without name */

#define FAULT_TIMES_MOST 1000000

/*
 * The next `times` requests, or callbacks, are spoilt; of several faults each gets the first of the table. value -1: the usual one.
 * ERR_USAGE: unknown (with the nearest name), or out of bounds.
 */
bool fault_set(struct state *st, const char *name, int64_t times, int64_t value, struct err *e);

/* The one that this callback gets, counted down; NULL: none. put_off: it was late already, and is not made late again. */
const struct fault *fault_of_callback(struct state *st, bool put_off, int64_t *value);

/* The one that this request gets; NULL: none. */
const struct fault *fault_of_request(struct state *st, const struct front_request *r, int64_t *value);

/* --- between fault*.c: lists */

/* Which page of a list is asked for, from 1; 0: no list is. A list is asked for with a time. */
int64_t fault_list_page(const struct front_request *r);

void fault_list_pages(struct front_answer *a, int64_t value);	/* Efí's count of pages is the value */
void fault_list_items(struct front_answer *a, int64_t value);	/* the count of items is the value */
void fault_list_twice(struct front_answer *a, int64_t value);	/* the first row stands in the place of the last one too */
void fault_list_hole(struct front_answer *a, int64_t value);	/* there are no rows */

/* Every amount ("valor") in the body becomes another one of the same length. false: there is none. */
bool fault_change(struct buf *body);

#endif
