/* A stored event, for programs and for people. */
#ifndef CLI_EVENT_H
#define CLI_EVENT_H

#include "cli/out.h"
#include "inbox/inbox.h"

/* The members of the public contract in their order, without the braces, so that a caller may add some behind. */
void event_members(struct buf *b, const struct inbox_row *row);

/* The members that tell a body: body, and body_base64 where the bytes are no UTF-8. */
void body_members(struct buf *b, const char *body, size_t len);

/* Columns for people, and a row's cells in that order; texts are valid until the next call with the same cells. */
enum { EVENT_COLUMNS = 9 };
extern const char *const event_heads[EVENT_COLUMNS + 1];	/* NULL-ended, as table_new takes it */

struct event_cells {
	const char *text[EVENT_COLUMNS];
	char id[24], received[32], amount[AMOUNT_TEXT];
};

void event_cells(struct event_cells *cells, const struct inbox_row *row);

#endif
