/* A stored event, for programs and for people. */
#ifndef CLI_EVENT_H
#define CLI_EVENT_H

#include "cli/out.h"
#include "inbox/event_json.h"

/* Columns for people, and a row's cells in that order; texts are valid until the next call with the same cells. */
enum { EVENT_COLUMNS = 10 };
extern const char *const event_heads[EVENT_COLUMNS + 1];	/* NULL-ended, as table_new takes it */

struct event_cells {
	const char *text[EVENT_COLUMNS];
	char id[24], received[32], amount[AMOUNT_TEXT];
};

void event_cells(struct event_cells *cells, const struct inbox_row *row);

#endif
