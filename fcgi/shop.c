#include "fcgi/shop.h"

#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/when.h"

enum { AGAIN_US = 1000000 };

static bool load(struct shop *s, struct gate *g, struct err *e)
{
	char *file = settings_find(s->given, e);
	bool ok = file && gate_open(g, file, false, e);

	free(file);
	return ok;
}

static void take(struct shop *s, const struct gate *g)
{
	bool same = s->open && strcmp(s->gate.settings->inbox, g->settings->inbox) == 0 &&
		    strcmp(s->gate.settings->dir, g->settings->dir) == 0;

	if (!same)
		keeper_close(&s->keeper);
	gate_close(&s->gate);
	s->gate = *g;
	s->keeper.url = s->gate.settings->inbox;
	s->keeper.dir = s->gate.settings->dir;
	s->keeper.mode = INBOX_SERVE;
	s->open = true;
}

bool shop_ready(struct shop *s, int64_t now_us)
{
	struct gate g = { 0 };

	if (s->open)
		return true;
	if (s->tried_us && now_us - s->tried_us < AGAIN_US)
		return false;
	if (!load(s, &g, &s->why)) {
		s->tried_us = now_us;
		report_trouble("configuration", &s->why, now_us);
		return false;
	}
	s->tried_us = 0;
	take(s, &g);
	return true;
}

void shop_reload(struct shop *s, int64_t now_us)
{
	struct gate g = { 0 };

	if (!s->open) {
		s->tried_us = 0;
		shop_ready(s, now_us);
		return;
	}
	if (!load(s, &g, &s->why)) {
		log_line("gate: error configuration not taken over, the old one stays: %s", s->why.text);
		return;
	}
	take(s, &g);
	log_line("gate: configuration read again hooks=%zu", s->gate.settings->hook_count);
}

void shop_admit(struct shop *s, struct job *j, char *const *envp, int64_t now_us)
{
	bool ready = shop_ready(s, now_us);

	job_params(j, envp, ready ? s->gate.settings->proxy_header : PROXY_X_FORWARDED_FOR);
	if (ready) {
		job_admit(j, &s->gate, when_now() / 1000);
		return;
	}
	j->status = 503;
	j->verdict.check = "configuration";
}

void shop_warm(struct shop *s, int64_t now_us)
{
	struct err e = { .code = ERR_NONE };

	if (shop_ready(s, now_us) && !inbox_open(&s->keeper.box, s->keeper.url, s->keeper.dir, s->keeper.mode, &e))
		report_trouble("storage", &e, now_us);
}

void shop_close(struct shop *s)
{
	keeper_close(&s->keeper);
	gate_close(&s->gate);
	s->open = false;
}
