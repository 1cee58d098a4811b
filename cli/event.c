#include "cli/event.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/when.h"
#include "pix/test_event.h"

const char *const event_heads[EVENT_COLUMNS + 1] = {
	">id", "received", "hook", "kind", ">amount", "e2eid", "txid", "status", "delivery", "mark", NULL
};

void event_cells(struct event_cells *c, const struct inbox_row *row)
{
	const struct pix_event *ev = &row->event;

	snprintf(c->id, sizeof c->id, "%" PRId64, row->id);
	when_format(row->received_ms, c->received);
	/* Seconds are enough for people; JSON has the milliseconds. */
	if (strlen(c->received) == WHEN_TEXT - 1)
		strcpy(c->received + 19, "Z");
	c->amount[0] = '\0';
	if (ev->has_cents)
		amount_text(ev->cents, c->amount);
	c->text[0] = c->id;
	c->text[1] = c->received;
	c->text[2] = row->hook;
	c->text[3] = pix_kind_name(ev->kind);
	c->text[4] = c->amount[0] ? c->amount : NULL;
	c->text[5] = ev->e2eid;
	c->text[6] = ev->txid[0] ? ev->txid : NULL;
	c->text[7] = ev->status[0] ? ev->status : NULL;
	c->text[8] = row->delivery;
	c->text[9] = pix_is_test(ev->e2eid) ? "test" : ev->foreign ? "foreign" : "";
}
