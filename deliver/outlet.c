#include "deliver/outlet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "deliver/parcel.h"
#include "deliver/tell.h"
#include "lib/limits.h"
#include "lib/mem.h"

/* To ask the PSP first: a token, and at most two questions. */
enum { CONFIRM_MS = LIMIT_TOKEN_WAIT_MS + LIMIT_TOKEN_MS + LIMIT_API_MS };

static int64_t lasts(const struct hook *h, const struct sink *conf)
{
	return (conf->timeout_s + SINK_GRACE_S) * (int64_t)1000 + (h->confirm ? CONFIRM_MS : 0);
}

static void add(struct outlets *o, const struct deliver *d, const struct hook *h, const struct sink *conf, size_t *cap)
{
	struct outlet *out;

	o->item = xgrow(o->item, cap, o->count + 1, sizeof *o->item);
	out = &o->item[o->count++];
	*out = (struct outlet){ .settings = d->settings, .hook = h, .conf = conf, .key = { .hook = h->name, .name = conf->name } };
	out->type = (d->find ? d->find : sink_type_find)(conf->type);
	out->lasts_ms = lasts(h, conf);
	out->room = 1;
	if (out->lasts_ms > o->longest_ms)
		o->longest_ms = out->lasts_ms;
}

bool outlet_open(const struct outlet *o, struct open_sink **open, struct err *e)
{
	if (!o->type)
		return fail(e, ERR_CONFIG, "hook %s, sink %s: this program has no sinks of type '%s'", o->hook->name, o->conf->name, o->conf->type);
	return o->type->open(open, o->settings, o->hook, o->conf, e);
}

/* Once now, so that a mistake is not found out with the first event. */
static bool look(struct outlet *o, struct err *e)
{
	struct open_sink *open;

	o->shut = !outlet_open(o, &open, e);
	if (!o->shut)
		outlet_give(o, open);
	return !o->shut;
}

size_t outlets_retry(struct outlets *o)
{
	struct err e = { 0 };
	size_t left = 0;

	for (size_t i = 0; i < o->count; i++) {
		if (!o->item[i].shut)
			continue;
		if (look(&o->item[i], &e))
			tell_opened(&o->item[i]);
		else
			left++;
	}
	return left;
}

bool outlets_open(struct outlets *o, const struct deliver *d, struct err *e)
{
	const struct settings *s = d->settings;
	size_t cap = 0, shut = 0;

	for (size_t i = 0; i < s->hook_count; i++) {
		const struct sink_list *sinks = hook_sinks(s, &s->hooks[i]);

		if (d->hook && strcmp(d->hook, s->hooks[i].name))
			continue;
		for (size_t k = 0; k < sinks->count; k++)
			add(o, d, &s->hooks[i], &sinks->item[k], &cap);
	}
	if (!o->count && d->hook)
		return fail(e, ERR_CONFIG, "%s: hook %s has no sink, so nobody is to be told of its events; see sinks in pixgate.conf(5)", s->file, d->hook);
	if (!o->count)
		return fail(e, ERR_CONFIG, "%s: no hook has a sink, so nobody is to be told of events; see sinks in pixgate.conf(5)", s->file);
	o->keys = xcalloc(o->count, sizeof *o->keys);
	for (size_t i = 0; i < o->count; i++) {
		o->keys[i] = o->item[i].key;
		/* one that hangs must not hold all workers */
		o->item[i].most = o->count > 1 && d->workers > 1 ? d->workers - 1 : d->workers;
		if (!look(&o->item[i], e)) {
			shut++;
			if (o->count > 1)	/* else it is all that the caller will say */
				tell_shut(&o->item[i], e);
		}
	}
	return shut < o->count;
}

void outlets_close(struct outlets *o)
{
	for (size_t i = 0; i < o->count; i++) {
		struct outlet *out = &o->item[i];

		while (out->idles)
			out->type->close(out->idle[--out->idles]);
		free(out->idle);
	}
	free(o->item);
	free(o->keys);
	*o = (struct outlets){ 0 };
}

struct open_sink *outlet_take(struct outlet *o)
{
	return o->idles ? o->idle[--o->idles] : NULL;
}

void outlet_give(struct outlet *o, struct open_sink *open)
{
	o->idle = xgrow(o->idle, &o->cap, o->idles + 1, sizeof *o->idle);
	o->idle[o->idles++] = open;
}

void outlet_ended(struct outlet *o, const struct parcel *p, int64_t now_ms, int64_t mono_ms)
{
	static const enum outlet_news news[] = { [BRAKE_PAUSE] = NEWS_PAUSE, [BRAKE_STOP] = NEWS_STOP, [BRAKE_WELL] = NEWS_ON };
	int64_t pause_ms = 0;
	enum brake_step step;

	o->in_hand--;
	/* A PSP that knows nothing of an event says nothing of the sink; one that cannot be asked keeps all of its events here. */
	if (p->tried && !(p->unsent && p->result.how == SENT_AGAIN)) {
		step = brake_result(&o->brake, p->round, &p->result, mono_ms, &pause_ms);
		if (step != BRAKE_ON) {
			o->news = news[step];
			o->until_ms = now_ms + pause_ms;
			o->told = false;
			o->stopped = step == BRAKE_STOP;
			snprintf(o->why, sizeof o->why, "%s", p->result.why);
		}
	}
	o->held = o->brake.held;
	o->room = brake_room(&o->brake, o->most);
}

void outlet_let(struct outlet *o)
{
	if (!o->brake.held)
		return;
	brake_let(&o->brake);
	o->held = false;
	o->room = brake_room(&o->brake, o->most);
}

size_t outlet_room(const struct outlet *o)
{
	size_t most = brake_proven(&o->brake) ? (size_t)brake_room(&o->brake, o->most) * OUTLET_READY : 1;

	return o->shut || o->in_hand >= most ? 0 : most - o->in_hand;
}
