#include "inbox/event_json.h"

#include "lib/jsonout.h"
#include "lib/text.h"
#include "pix/test_event.h"

void event_sum(struct buf *b, const struct pix_event *ev)
{
	if (ev->has_cents)
		json_int(b, "amount_cents", ev->cents);
	else
		json_none(b, "amount_cents");
	if (ev->has_at)
		json_when(b, "at", ev->at_ms);
	else
		json_none(b, "at");
}

/* In the contract's order, which has delivery in their midst. */
static void members(struct buf *b, const struct inbox_row *row, bool delivery)
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
	event_sum(b, ev);
	json_when(b, "received_at", row->received_ms);
	json_flag(b, "foreign", ev->foreign);
	if (delivery)
		json_str(b, "delivery", row->delivery);
	json_int(b, "note", row->note);
	json_flag(b, "test", pix_is_test(ev->e2eid));
	json_str(b, "source", row->source);
}

void event_members(struct buf *b, const struct inbox_row *row)
{
	members(b, row, true);
}

void event_members_lasting(struct buf *b, const struct inbox_row *row)
{
	members(b, row, false);
}

void body_members(struct buf *b, const char *body, size_t len)
{
	json_bytes(b, "body", body, len);
	if (!text_utf8(body, len))
		json_base64(b, "body_base64", body, len);
}
