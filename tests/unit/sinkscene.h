/* A hook's sink with its settings, and an event for it. Included behind cmocka.h and the headers that it needs. */
#ifndef TESTS_UNIT_SINKSCENE_H
#define TESTS_UNIT_SINKSCENE_H

#include <time.h>

#include "deliver/message.h"
#include "tests/unit/scene.h"

#define SINK_SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define SINK_OTHER "whsec_b3V0cmEgY2hhdmUgcXVlIG5pbmd1ZW0gc2FiZQ=="
#define NOW_MS INT64_C(1795262400999)

static char loja[] = "loja", app[] = "app", nothing[] = "", ref[] = "file:app.secret", other_ref[] = "file:other.secret";
static char *refs[] = { ref, other_ref };
static struct settings settings;
static struct hook hook;
static struct sink conf;
static struct inbox_row row;

static inline int open_sink_scene(void **state)
{
	(void)state;
	scene_open("");
	scene_write("app.secret", SINK_SECRET "\n", 0600);
	scene_write("other.secret", SINK_OTHER "\n", 0600);
	settings = (struct settings){ .file = scene_conf, .dir = scene_dir };
	hook = (struct hook){ .name = loja };
	conf = (struct sink){ .name = app, .type = nothing, .url = nothing, .ca = nothing, .path = nothing, .secrets = { refs, 1 }, .timeout_s = 20 };
	row = (struct inbox_row){
		.id = 7, .note = 3, .hook = loja, .psp = "efi", .received_ms = 1795262400123, .delivery = "pending", .source = "webhook",
		.event = { .kind = PIX_RECEIVED, .has_cents = true, .cents = 1234, .has_at = true, .at_ms = 1795262400000 }
	};
	strcpy(row.event.e2eid, "E00000000202611211200aaaaaaaaaaa");
	strcpy(row.event.txid, "pedido0007");
	strcpy(row.event.key, "chave@example.com");
	return 0;
}

static inline int close_sink_scene(void **state)
{
	(void)state;
	scene_close();
	return 0;
}

/* conf as it stands, opened as that type. */
static inline struct open_sink *opened(const struct sink_type *type)
{
	struct open_sink *sink = NULL;
	struct err e;

	if (!type->open(&sink, &settings, &hook, &conf, &e))
		fail_msg("%s", e.text);
	assert_ptr_equal(sink->type, type);
	return sink;
}

/* Sends the row, with json as its payload or, NULL, its own. */
static inline struct sent_result sent(struct open_sink *sink, const char *json)
{
	struct buf b = BUF(MESSAGE_BASE);
	struct message m = { .row = &row, .json = json, .json_len = json ? strlen(json) : 0, .now_ms = NOW_MS };
	struct sent_result result = { .how = (enum sent)-1, .retry_after_s = -2, .why = "nothing was said" };

	message_id(&row, m.id);
	if (!json) {
		message_json(&b, m.id, &row, NULL);
		m.json = buf_str(&b);
		m.json_len = b.len;
	}
	sink->type->send(sink, &m, &result);
	buf_free(&b);
	for (const char *c = result.why; *c; c++)
		assert_false((unsigned char)*c < 0x20 || *c == 0x7f);
	assert_true(result.how == SENT_DONE ? !*result.why : !!*result.why);
	return result;
}

static inline struct sent_result sent_once(const struct sink_type *type)
{
	struct open_sink *sink = opened(type);
	struct sent_result result = sent(sink, NULL);

	type->close(sink);
	return result;
}

/* conf cannot be opened: the line names hook, sink and `says`, and none of the secrets. */
static inline void not_opened(const struct sink_type *type, const char *says)
{
	struct open_sink *sink = NULL;
	struct err e = { 0 };

	if (type->open(&sink, &settings, &hook, &conf, &e))
		fail_msg("opened, though '%s' was expected", says);
	assert_null(sink);
	if (e.code != ERR_CONFIG || strncmp(e.text, "hook \"loja\", sink \"app\": ", 25) != 0 || !strstr(e.text, says) || strstr(e.text, "MfKQ"))
		fail_msg("%d %s", e.code, e.text);
}

static inline int64_t clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

#endif
