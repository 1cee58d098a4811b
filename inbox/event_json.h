/* A stored event and its body as the members of the public contract. */
#ifndef INBOX_EVENT_JSON_H
#define INBOX_EVENT_JSON_H

#include "inbox/inbox.h"
#include "lib/buf.h"

/* The members of the public contract in their order, without the braces, so that a caller may add some behind. */
void event_members(struct buf *b, const struct inbox_row *row);

/* The same without delivery: what stays as it is from the day the event came. */
void event_members_lasting(struct buf *b, const struct inbox_row *row);

/* amount_cents and at, null where the event has none. */
void event_sum(struct buf *b, const struct pix_event *ev);

/* The members that tell a body: body, and body_base64 where the bytes are no UTF-8. */
void body_members(struct buf *b, const char *body, size_t len);

#endif
