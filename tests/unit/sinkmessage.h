/* One message for one open sink, which a test sends again and again; what the payload says is of no weight here. */
#ifndef TESTS_UNIT_SINKMESSAGE_H
#define TESTS_UNIT_SINKMESSAGE_H

#include <stdio.h>
#include <string.h>

#include "deliver/sink.h"

#define SINK_JSON "{\"type\":\"pix.received\"}"
#define SINK_ID "pix_00112233445566778899aabbccddeeff"
#define SINK_NOW 1795262400000LL	/* 2026-11-21T12:00:00Z */

static struct inbox_row sink_row = {
	.id = 7, .note = 3, .hook = "loja", .psp = "efi", .received_ms = SINK_NOW - 1000, .delivery = "pending", .source = "webhook",
	.event = {
		.kind = PIX_RECEIVED, .has_cents = true, .has_at = true, .cents = 1234, .at_ms = SINK_NOW - 2345,
		.e2eid = "E00000000202611211200abcdef01234", .txid = "pedido0001", .key = "chave@example.com",
	},
};
static struct message sink_message = { .id = SINK_ID, .row = &sink_row, .json = SINK_JSON, .json_len = sizeof SINK_JSON - 1, .now_ms = SINK_NOW };
static struct settings sink_settings;
static struct hook sink_hook;
static struct open_sink *sink_opened;
static struct sent_result sink_said;

static inline void sink_end(void)
{
	if (sink_opened)
		sink_opened->type->close(sink_opened);
	sink_opened = NULL;
}

static inline bool sink_begin(const struct sink_type *type, const struct sink *conf, const char *dir, struct err *e)
{
	static char name[] = "loja";

	sink_end();
	sink_settings.dir = (char *)dir;
	sink_settings.file = name;
	sink_hook.name = name;
	return type->open(&sink_opened, &sink_settings, &sink_hook, conf, e);
}

static inline enum sent sink_send(void)
{
	memset(&sink_said, 'x', sizeof sink_said);
	sink_opened->type->send(sink_opened, &sink_message, &sink_said);
	return sink_said.how;
}

#endif
