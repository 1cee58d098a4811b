/*
 * send DIR URL CA TIMES NEW SECRET…: an event to a sink https, TIMES in a row; NEW 1: each over a connection of its own. CA "-": the
 * system's. SECRETs are references, relative to DIR. Prints how each ended, "done" or why not; of many the last, and how many a second.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "deliver/message.h"
#include "lib/when.h"

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	static char loja[] = "loja", app[] = "app", nothing[] = "";
	struct settings settings = { 0 };
	struct hook hook = { .name = loja };
	struct sink conf = { .name = app, .type = nothing, .ca = nothing, .timeout_s = 15 };
	struct inbox_row row = {
		.id = 7, .note = 3, .hook = loja, .psp = "efi", .received_ms = 1795262400123, .delivery = "pending", .source = "webhook",
		.event = { .kind = PIX_RECEIVED, .has_cents = true, .cents = 1234, .has_at = true, .at_ms = 1795262400000,
			   .e2eid = "E00000000202611211200aaaaaaaaaaa", .txid = "pedido0007", .key = "chave@example.com" }
	};
	struct open_sink *sink = NULL;
	struct buf json = BUF(MESSAGE_BASE);
	struct sent_result result = { 0 };
	struct message m = { .row = &row };
	struct err e;
	double began;
	int times;

	if (argc < 7)
		return 2;
	settings.dir = argv[1];
	conf.url = argv[2];
	conf.ca = strcmp(argv[3], "-") ? argv[3] : nothing;
	times = atoi(argv[4]);
	conf.secrets = (struct text_list){ argv + 6, (size_t)(argc - 6) };
	message_id(&row, m.id);
	message_json(&json, m.id, &row, NULL);
	m.json = buf_str(&json);
	m.json_len = json.len;
	began = seconds();
	for (int i = 0; i < times && result.how == SENT_DONE; i++) {
		if (!sink && !sink_https.open(&sink, &settings, &hook, &conf, &e)) {
			fprintf(stderr, "%s\n", e.text);
			return 2;
		}
		m.now_ms = when_now();
		sink_https.send(sink, &m, &result);
		if (*argv[5] == '1' || i + 1 == times) {
			sink_https.close(sink);
			sink = NULL;
		}
	}
	if (sink)
		sink_https.close(sink);
	puts(result.how == SENT_DONE ? "done" : result.why);
	if (times > 1)
		printf("%d in a row, %.0f a second\n", times, times / (seconds() - began));
	buf_free(&json);
	return result.how != SENT_DONE;
}
