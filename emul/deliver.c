#include "emul/deliver.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "emul/bs2.h"
#include "emul/caller.h"
#include "emul/due.h"
#include "emul/fault.h"
#include "lib/limits.h"
#include "lib/log.h"
#include "lib/mem.h"
#include "lib/secret.h"

enum {
	THREADS = 4,		/* one merchant that is slow for a minute must not hold up the others */
	HALF_MS = 1000,		/* how long a body that breaks off keeps its connection */
	LATER_MS = 1000,	/* until what could not be stored is tried again */
	LOOK_MS = 50,		/* how often an idle thread looks for what another program has queued */
};

struct deliver {
	const struct bank *bank;
	pthread_t thread[THREADS];
	int threads;
	atomic_bool stop;
	atomic_int ended;
};

static bool settle(const struct bank *bank, const struct bank_psp *psp, const struct emul_callback *cb, const struct call_result *r, struct err *e)
{
	const struct schedule *schedule = cb->once ? NULL : bank->schedule ? bank->schedule : schedule_of(psp->name);
	int attempt = (int)cb->made + 1;
	int64_t ended = bank->now(), at;

	switch (schedule_after(schedule, attempt, r->status, ended, bank->scale, &at)) {
	case SCHEDULE_DONE:
		log_line("emul: taken callback=%" PRId64 " kind=%s attempt=%d status=%ld", cb->id, cb->kind, attempt, r->status);
		return state_callback_settle(bank->state, cb->id, NULL, "taken", e);
	case SCHEDULE_AGAIN:
		log_line("emul: failed callback=%" PRId64 " kind=%s attempt=%d status=%ld again_in_ms=%" PRId64 " reason=%s", cb->id, cb->kind,
			 attempt, r->status, at - ended, r->reason);
		return state_callback_settle(bank->state, cb->id, &at, r->reason, e);
	case SCHEDULE_GIVEN_UP:
		break;
	}
	log_line("emul: given up callback=%" PRId64 " kind=%s attempt=%d status=%ld reason=%s", cb->id, cb->kind, attempt, r->status, r->reason);
	return state_callback_settle(bank->state, cb->id, NULL, "given up", e);
}

/* A URL is called as its PSP does it: with a client certificate, or with what was registered and an uploaded certificate. */
static bool make(const struct bank *bank, const struct bank_kind *k, const struct emul_webhook *w, const struct emul_callback *cb,
		 bool half, struct call_result *result, struct err *e)
{
	struct buf leaf = BUF(PATH_MAX + 64), auth = BUF(STATE_AUTH + 16);
	struct call call = {
		.url = w->url, .suffix = k->suffix, .body = buf_str(&cb->body), .body_len = cb->body.len, .user_agent = bank->user_agent,
		.cert = bank->caller, .cacert = bank->server_ca, .patience_ms = bank->patience_ms ? bank->patience_ms : k->psp->patience_ms,
	};
	bool ok = true;

	if (k->psp->leaf) {
		buf_putf(&leaf, "%s/%s", bank->dir, k->psp->leaf);
		if (*w->auth)
			buf_putf(&auth, "%s %s", strcasecmp(w->auth_type, "basic") ? "Bearer" : "Basic", w->auth);
		call.cert = NULL;
		call.cacert = buf_str(&leaf);
		call.authorization = *w->auth ? buf_str(&auth) : NULL;
		call.user_agent = "BS2";
	}
	if (half) {
		call.announced = call.body_len;
		call.body_len /= 2;
		call.patience_ms = call.patience_ms < HALF_MS ? call.patience_ms : HALF_MS;
	}
	if (k->psp->leaf && access(buf_str(&leaf), F_OK)) {
		*result = (struct call_result){ .end = CALL_ERRNO };
		snprintf(result->reason, sizeof result->reason, "no certificate of the merchant's server was uploaded");
	} else {
		ok = caller_call(&call, result, e);
		if (ok && k->psp->leaf)
			bs2_leaf_reason(buf_str(&leaf), bank->now(), result);
	}
	if (auth.data)
		secret_wipe(auth.data, auth.cap);
	buf_free(&auth);
	buf_free(&leaf);
	return ok;
}

/* A callback that shall go wrong, one way or another. */
static bool spoil(const struct bank *bank, const struct bank_kind *k, const struct emul_webhook *w, struct emul_callback *cb, const struct fault *f,
		  int64_t value, struct err *e)
{
	struct call_result result = { 0 }, twin = { 0 };

	log_line("emul: fault name=%s callback=%" PRId64 " kind=%s", f->name, cb->id, cb->kind);
	switch (f->act) {
	case FAULT_REORDER:
	case FAULT_DELAY:
		return state_callback_put_off(bank->state, cb->id, bank->now() + value, f->act == FAULT_REORDER, e);
	case FAULT_DROP:
		return state_callback_settle(bank->state, cb->id, NULL, "dropped", e);
	case FAULT_CHANGE:
		fault_change(&cb->body);
		break;
	case FAULT_DUPLICATE:
		if (!make(bank, k, w, cb, false, &twin, e))
			return false;
		break;
	default:
		break;
	}
	return make(bank, k, w, cb, f->act == FAULT_TRUNCATE, &result, e) && settle(bank, k->psp, cb, twin.status / 100 == 2 ? &twin : &result, e) &&
		state_callback_follow(bank->state, bank->now(), e);
}

static bool come_about(const struct bank *bank, const struct emul_callback *cb, struct err *e)
{
	char how[128];

	if (!due_do(bank, cb, how, e)) {
		struct err none;

		state_callback_put_off(bank->state, cb->id, bank->now() + LATER_MS, false, &none);
		return false;
	}
	log_line("emul: due id=%" PRId64 " kind=%s end=%s", cb->id, cb->kind, how);
	return state_callback_settle(bank->state, cb->id, NULL, how, e);
}

bool deliver_one(const struct bank *bank, struct err *e)
{
	const struct fault *fault;
	int64_t value = 0;

	struct emul_callback cb = { 0 };
	struct call_result result = { 0 };
	const struct bank_kind *k;
	struct emul_webhook w;
	bool ok = false;

	if (!state_callback_take(bank->state, bank->now(), &cb, e))
		return false;
	if (due_is(cb.kind)) {
		ok = come_about(bank, &cb, e);
		goto out;
	}
	k = bank_kind_find(cb.kind);
	/* looked up each time: a URL that was deleted in the meantime gets nothing more */
	if (!k || !state_webhook_get(bank->state, cb.kind, cb.key, &w, e)) {
		if (k && e->code != ERR_NOT_FOUND)
			goto out;
		e->code = ERR_NONE;
		log_line("emul: dropped callback=%" PRId64 " kind=%s reason=no-webhook-is-registered", cb.id, cb.kind);
		ok = state_callback_settle(bank->state, cb.id, NULL, "no webhook", e);
	} else if ((fault = fault_of_callback(bank->state, cb.put_off, &value))) {
		ok = spoil(bank, k, &w, &cb, fault, value, e);
	} else {
		ok = make(bank, k, &w, &cb, false, &result, e) && settle(bank, k->psp, &cb, &result, e) &&
			state_callback_follow(bank->state, bank->now(), e);
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

		if (deliver_one(d->bank, &e))
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

struct deliver *deliver_start(const struct bank *bank, struct err *e)
{
	struct deliver *d = xcalloc(1, sizeof *d);
	int code = 0;

	d->bank = bank;
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
