#include "deliver/message.h"

#include <stdio.h>
#include <string.h>

#include "inbox/event_json.h"
#include "lib/ascii.h"
#include "lib/jsonout.h"
#include "lib/limits.h"
#include "lib/secret.h"

void message_id(const struct inbox_row *row, char id[MESSAGE_ID])
{
	const struct pix_event *ev = &row->event;
	const char *const parts[] = { row->hook, pix_kind_name(ev->kind), ev->e2eid, ev->ref, ev->status };
	struct buf text = BUF(LIMIT_CONF_FILE);	/* a hook's name stood in one; the rest is bounded by PIX_…_MAX */
	unsigned char digest[32];

	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		buf_add(&text, parts[i], strlen(parts[i]) + 1);
	for (size_t i = text.len - strlen(ev->status) - 1; i < text.len; i++)
		text.data[i] = (char)ascii_lower(text.data[i]);
	sha256(text.data, text.len, digest);
	buf_free(&text);
	memcpy(id, "pix_", 5);
	for (size_t i = 0; i < 16; i++)
		snprintf(id + 4 + 2 * i, 3, "%02x", digest[i]);
}

void message_json(struct buf *b, const char *id, const struct inbox_row *row, const struct inbox_body *body)
{
	char type[40];

	snprintf(type, sizeof type, "pix.%s", pix_kind_name(row->event.kind));
	json_open(b, NULL, '{');
	json_str(b, "type", type);
	json_when(b, "timestamp", row->received_ms);
	json_str(b, "id", id);
	json_open(b, "data", '{');
	event_members_lasting(b, row);
	if (body && body->purged)
		json_none(b, "body");	/* "" would be what the PSP sent */
	else if (body)
		body_members(b, body->body, body->body_len);
	json_close(b, '}');
	json_close(b, '}');
}
