#include "emul/deliver.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "emul/caller.h"
#include "lib/limits.h"
#include "lib/log.h"
#include "lib/mem.h"

enum {
	THREADS = 4,		/* one merchant that is slow for a minute must not hold up the others */
	LOOK_MS = 50,		/* how often an idle thread looks for what another program has queued */
};

struct deliver {
	const struct efi *efi;
	const struct schedule *schedule;
	double scale;
	pthread_t thread[THREADS];
	int threads;
	atomic_bool stop;
	atomic_int ended;
};

/* Where each kind goes: appended to the URL that is registered for it. */
static const struct {
	const char *kind, *suffix;
} suffixes[] = { { "pix", "/pix" }, { "rec", "/rec" }, { "cobr", "/cobr" } };

static const char *suffix_of(const char *kind)
{
	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
		if (!strcmp(suffixes[i].kind, kind))
			return suffixes[i].suffix;
	return NULL;
}

static bool settle(const struct efi *efi, const struct emul_callback *cb, const struct call_result *r, const struct schedule *schedule,
		   double scale, struct err *e)
{
	int attempt = (int)cb->made + 1;
	int64_t at;

	switch (schedule_next(cb->once ? NULL : schedule, attempt, r->status, efi->now(), scale, &at)) {
	case SCHEDULE_DONE:
		log_line("emul: taken callback=%" PRId64 " kind=%s attempt=%d status=%ld", cb->id, cb->kind, attempt, r->status);
		return state_callback_settle(efi->state, cb->id, NULL, "taken", e);
	case SCHEDULE_AGAIN:
		log_line("emul: failed callback=%" PRId64 " kind=%s attempt=%d status=%ld again_in_ms=%" PRId64 " reason=%s", cb->id, cb->kind,
			 attempt, r->status, at - efi->now(), r->reason);
		return state_callback_settle(efi->state, cb->id, &at, r->reason, e);
	case SCHEDULE_GIVEN_UP:
		break;
	}
	log_line("emul: given up callback=%" PRId64 " kind=%s attempt=%d status=%ld reason=%s", cb->id, cb->kind, attempt, r->status, r->reason);
	return state_callback_settle(efi->state, cb->id, NULL, "given up", e);
}

bool deliver_one(const struct efi *efi, const struct schedule *schedule, double scale, struct err *e)
{
	struct emul_callback cb = { 0 };
	struct call_result result = { 0 };
	struct emul_webhook w;
	bool ok = false;

	if (!state_callback_take(efi->state, efi->now(), &cb, e))
		return false;
	/* looked up each time: a URL that was deleted in the meantime gets nothing more */
	if (!state_webhook_get(efi->state, cb.kind, cb.key, &w, e)) {
		if (e->code != ERR_NOT_FOUND)
			goto out;
		e->code = ERR_NONE;
		log_line("emul: dropped callback=%" PRId64 " kind=%s reason=no-webhook-is-registered", cb.id, cb.kind);
		ok = state_callback_settle(efi->state, cb.id, NULL, "no webhook", e);
	} else {
		struct call call = {
			.url = w.url, .suffix = suffix_of(cb.kind), .body = buf_str(&cb.body), .body_len = cb.body.len,
			.user_agent = efi->user_agent, .cert = efi->caller, .cacert = efi->server_ca, .patience_ms = efi->patience_ms,
		};

		ok = caller_call(&call, &result, e) && settle(efi, &cb, &result, schedule, scale, e);
	}
out:
	buf_free(&cb.body);
	return ok;
}

static void *work(void *ctx)
{
	struct deliver *d = ctx;
	struct timespec pause = { .tv_nsec = LOOK_MS * 1000 * 1000 };

	while (!d->stop) {
		struct err e = { 0 };

		if (deliver_one(d->efi, d->schedule, d->scale, &e))
			continue;
		/* what cannot be used or stored now is not told every 50 ms */
		if (e.code != ERR_NOT_FOUND) {
			log_line("emul: error %s", e.text);
			for (int i = 0; i < 100 && !d->stop; i++)
				nanosleep(&pause, NULL);
		}
		nanosleep(&pause, NULL);
	}
	d->ended++;
	return NULL;
}

struct deliver *deliver_start(const struct efi *efi, const struct schedule *schedule, double scale, struct err *e)
{
	struct deliver *d = xcalloc(1, sizeof *d);
	int code = 0;

	d->efi = efi;
	d->schedule = schedule;
	d->scale = scale;
	while (d->threads < THREADS && !code) {
		code = pthread_create(&d->thread[d->threads], NULL, work, d);
		d->threads += !code;
	}
	if (!code)
		return d;
	fail(e, ERR_STORE, "a thread for the callbacks: %s", strerror(code));
	deliver_stop(d, 1000);
	return NULL;
}

bool deliver_stop(struct deliver *d, int wait_ms)
{
	struct timespec pause = { .tv_nsec = 10 * 1000 * 1000 };

	if (!d)
		return true;
	d->stop = true;
	for (int ms = 0; d->ended < d->threads && ms < wait_ms; ms += 10)
		nanosleep(&pause, NULL);
	if (d->ended < d->threads)
		return false;
	for (int i = 0; i < d->threads; i++)
		pthread_join(d->thread[i], NULL);
	free(d);
	return true;
}
