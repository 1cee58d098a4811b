#include "deliver/tell.h"

#include <inttypes.h>
#include <stdio.h>

#include "deliver/parcel.h"
#include "lib/log.h"
#include "lib/when.h"

/* A backlog may not fill the disk with our lines. Each deliverer's own, which is a thread: two may run in one process. */
static _Thread_local struct log_brake goods = { .burst = 500, .every_ms = 20 };
static _Thread_local struct log_brake bads = { .burst = 100, .every_ms = 500 };
static _Thread_local struct log_brake troubles = { .burst = 3, .every_ms = 60 * 1000 };
static _Thread_local bool silent;

static const char *held(unsigned left_out, char *out, size_t size)
{
	out[0] = '\0';
	if (left_out)
		snprintf(out, size, " (%u lines like this left out)", left_out);
	return out;
}

void tell_quiet(bool quiet)
{
	silent = quiet;
}

void tell_start(const struct outlets *o, int workers)
{
	if (!silent)
		log_line("deliver: started sinks=%zu workers=%d", o->count, workers);
}

void tell_end(const struct delivered *did)
{
	if (!silent)
		log_line("deliver: ended done=%" PRId64 " failed=%" PRId64 " dead=%" PRId64, did->done, did->again, did->dead);
}

static void done(const struct parcel *p, int64_t mono_ms)
{
	char more[48];
	unsigned left_out;

	if (!silent && log_allow(&goods, mono_ms, &left_out))
		log_line("deliver: done hook=%s sink=%s event=%" PRId64 " kind=%s try=%d ms=%" PRId64 "%s", p->row.hook, p->to->key.name, p->row.id,
			 pix_kind_name(p->row.event.kind), p->tries + 1, p->took_ms, held(left_out, more, sizeof more));
}

void tell_try(const struct parcel *p, int64_t mono_ms)
{
	char more[48], next[WHEN_TEXT] = "";
	unsigned left_out;

	if (!p->tried)
		return;
	if (p->outcome == JOB_DONE) {
		done(p, mono_ms);
		return;
	}
	if (p->outcome == JOB_BACK || !log_allow(&bads, mono_ms, &left_out))	/* 410: the sink's own line tells */
		return;
	if (p->outcome == JOB_AGAIN)
		when_format(p->due_ms, next);
	log_line("deliver: %s hook=%s sink=%s event=%" PRId64 " kind=%s try=%d ms=%" PRId64 " why=\"%s\"%s%s%s", *next ? "failed" : "dead",
		 p->row.hook, p->to->key.name, p->row.id, pix_kind_name(p->row.event.kind), p->tries + 1, p->took_ms, p->result.why,
		 *next ? " next=" : "", next, held(left_out, more, sizeof more));
}

static void stopped(const char *hook, const char *sink, const char *why)
{
	log_line("deliver: error stopped hook=%s sink=%s why=\"%s\": it gets nothing more, until somebody runs: pixgate deliver --resume --hook %s", hook,
		 sink, why, hook);
}

void tell_news(const struct outlet *o)
{
	char until[WHEN_TEXT];

	switch (o->news) {
	case NEWS_NONE:
		break;
	case NEWS_PAUSE:
		when_format(o->until_ms, until);
		log_line("deliver: warning paused hook=%s sink=%s until=%s why=\"%s\"", o->key.hook, o->key.name, until, o->why);
		break;
	case NEWS_STOP:
		stopped(o->key.hook, o->key.name, o->why);
		break;
	case NEWS_ON:
		if (!silent)
			log_line("deliver: goes on hook=%s sink=%s", o->key.hook, o->key.name);
		break;
	}
}

/* It was said when it happened; cron's mail need not say it every minute. */
void tell_stopped(const struct inbox_sink_state *s)
{
	if (!silent)
		stopped(s->hook, s->name, s->why);
}

void tell_resumed(const struct inbox_sink_state *s)
{
	log_line("deliver: resumed hook=%s sink=%s; why it was %s: \"%s\"", s->hook, s->name, s->stopped ? "stopped" : "paused", s->why);
}

void tell_shut(const struct outlet *o, const struct err *e)
{
	log_line("deliver: error shut hook=%s sink=%s why=\"%s\": its events wait", o->key.hook, o->key.name, e->text);
}

void tell_opened(const struct outlet *o)
{
	log_line("deliver: opened hook=%s sink=%s", o->key.hook, o->key.name);
}

bool tell_trouble(const struct err *e, size_t unrecorded, int64_t mono_ms)
{
	char more[48];
	unsigned left_out;

	if (!log_allow(&troubles, mono_ms, &left_out))
		return false;
	log_line("deliver: error inbox unrecorded=%zu why=\"%s\": nothing is handed over until it can be used%s", unrecorded, e->text,
		 held(left_out, more, sizeof more));
	return true;
}

void tell_recovered(int64_t after_ms)
{
	log_line("deliver: inbox can be used again after_ms=%" PRId64, after_ms);
}

void tell_lost(size_t unrecorded)
{
	log_line("deliver: error unrecorded=%zu: how these tries ended could not be stored; they are made again, and what was taken is handed over twice",
		 unrecorded);
}
