#include "cli/event.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/text.h"
#include "lib/when.h"
#include "pix/test_event.h"

void event_members(struct buf *b, const struct inbox_row *row)
{
	const struct pix_event *ev = &row->event;

	json_int(b, "id", row->id);
	json_str(b, "hook", row->hook);
	json_str(b, "psp", row->psp);
	json_str(b, "kind", pix_kind_name(ev->kind));
	json_str(b, "e2eid", ev->e2eid);
	json_str(b, "txid", ev->txid);
	json_str(b, "key", ev->key);
	json_str(b, "ref", ev->ref);
	json_str(b, "status", ev->status);
	if (ev->has_cents)
		json_int(b, "amount_cents", ev->cents);
	else
		json_none(b, "amount_cents");
	if (ev->has_at)
		json_when(b, "at", ev->at_ms);
	else
		json_none(b, "at");
	json_when(b, "received_at", row->received_ms);
	json_flag(b, "foreign", ev->foreign);
	json_str(b, "delivery", row->delivery);
	json_int(b, "note", row->note);
	json_flag(b, "test", pix_is_test(ev->e2eid));
}

void body_members(struct buf *b, const char *body, size_t len)
{
	json_bytes(b, "body", body, len);
	if (!text_utf8(body, len))
		json_base64(b, "body_base64", body, len);
}

const char *const event_heads[EVENT_COLUMNS + 1] = {
	">id", "received", "hook", "kind", ">amount", "e2eid", "txid", "status", "mark", NULL
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
	c->text[8] = pix_is_test(ev->e2eid) ? "test" : ev->foreign ? "foreign" : "";
}
