/*
 * sink CONF HOOK SINK: opens that sink and sends what standard input says, an event a line: ID, TXID and payload, with a tab between.
 * Prints "done", "again", "stuck" …, the milliseconds, and why.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "deliver/sink.h"
#include "lib/when.h"

static const char *const words[] = {
	[SENT_DONE] = "done", [SENT_AGAIN] = "again", [SENT_GIVE_UP] = "give-up", [SENT_SLOW] = "slow", [SENT_STOP] = "stop", [SENT_STUCK] = "stuck"
};

static long ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void send_line(struct open_sink *open, char *line)
{
	struct inbox_row row = {
		.id = 7, .note = 3, .hook = "loja", .psp = "efi", .received_ms = when_now(), .delivery = "pending", .source = "webhook",
		.event = { .kind = PIX_RECEIVED, .has_cents = true, .has_at = true, .cents = 1234, .at_ms = 1795262400000, .e2eid = "E00000000202611211200abcdef01234" },
	};
	struct message m = { .row = &row, .now_ms = row.received_ms };
	struct sent_result r;
	const char *id = strsep(&line, "\t"), *txid = strsep(&line, "\t");
	long began = ms();

	snprintf(m.id, sizeof m.id, "%s", id);
	snprintf(row.event.txid, sizeof row.event.txid, "%s", txid ? txid : "");
	m.json = line ? line : "{}";
	m.json_len = strlen(m.json);
	open->type->send(open, &m, &r);
	printf("%s %ld%s%s\n", words[r.how], ms() - began, *r.why ? " " : "", r.why);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct err e = { 0 };
	struct settings *s = argc == 4 ? settings_load(argv[1], &e) : NULL;
	const struct hook *h = s ? settings_hook(s, argv[2]) : NULL;
	const struct sink *conf = NULL;
	struct open_sink *open = NULL;
	char *line = NULL;
	size_t cap = 0;

	for (size_t i = 0; h && i < hook_sinks(s, h)->count; i++)
		if (strcmp(hook_sinks(s, h)->item[i].name, argv[3]) == 0)
			conf = &hook_sinks(s, h)->item[i];
	if (!conf || !sink_type_find(conf->type)->open(&open, s, h, conf, &e)) {
		fprintf(stderr, "sink: %s\n", *e.text ? e.text : "usage: sink CONF HOOK SINK");
		settings_free(s);
		return 2;
	}
	while (getline(&line, &cap, stdin) > 0) {
		line[strcspn(line, "\n")] = '\0';
		send_line(open, line);
	}
	open->type->close(open);
	free(line);
	settings_free(s);
	return 0;
}
