/* What a sink is given: one event as JSON, under an id that never changes. */
#ifndef DELIVER_MESSAGE_H
#define DELIVER_MESSAGE_H

#include "deliver/sink.h"
#include "lib/buf.h"

#define MESSAGE_BASE (16 * 1024)	/* bytes of a payload without a body; with one, base64 and escapes of LIMIT_BODY_MAX more (OUT_MAX) */

/*
 * "pix_" and the first 128 bits, hexadecimal, of the SHA-256 of hook, kind, e2eid, ref and status (in small letters), a NUL behind
 * each: what makes an event one event. So it is the same after a new inbox, a reconciliation or a replay.
 */
void message_id(const struct inbox_row *row, char id[MESSAGE_ID]);

/*
 * {"type":"pix.received","timestamp":received_at,"id":…,"data":{the event as inbox list --json prints it, without delivery, and with
 * "body" where that is not NULL}}; the form of Standard Webhooks 1.0.0. The bytes are the same at every try. body: the PSP's, or NULL.
 */
void message_json(struct buf *b, const char *id, const struct inbox_row *row, const struct inbox_body *body);

#endif
