#include <string.h>

#include "fcgi/job.h"

static bool ready(struct keeper *k, struct err *e)
{
	return k->box || inbox_open(&k->box, k->url, k->dir, k->mode, e);
}

void keeper_close(struct keeper *k)
{
	inbox_close(k->box);
	k->box = NULL;
}

static bool put(struct inbox *box, struct job *j, int64_t now_ms, struct err *e)
{
	const struct inbox_note note = {
		.hook = j->verdict.hook->name, .psp = j->verdict.hook->psp->name, .event = j->verdict.route.event,
		.received_ms = now_ms, .body = j->body, .body_len = j->body_len,
		.unread = j->batch.unread, .why = j->batch.why, .events = j->batch.events, .count = j->batch.count,
	};

	memset(&j->put, 0, sizeof j->put);
	return box->ops->put(box, &note, &j->put, e);
}

/* One transaction for the jobs from `list` on, or for that job alone. *poison: the store took the transaction but not
 * one of its notes. */
static bool transact(struct keeper *k, struct job *list, bool alone, int64_t now_ms, bool *poison, struct err *e)
{
	const struct inbox_ops *ops;

	*poison = false;
	if (!ready(k, e))
		return false;
	ops = k->box->ops;
	if (!ops->begin(k->box, e))
		return false;
	for (struct job *j = list; j; j = alone ? NULL : j->next) {
		if (j->store && !put(k->box, j, now_ms, e)) {
			*poison = true;
			ops->rollback(k->box);
			return false;
		}
	}
	if (ops->commit(k->box, e))
		return true;
	ops->rollback(k->box);
	return false;
}

static void settle(struct job *list, bool alone, int status)
{
	for (struct job *j = list; j; j = alone ? NULL : j->next)
		if (j->store)
			j->status = status;
}

void keeper_store(struct keeper *k, struct job *list, int64_t now_ms, struct err *e)
{
	bool poison, any = false;

	e->code = ERR_NONE;
	for (struct job *j = list; j; j = j->next)
		any |= j->store;
	if (!any)
		return;
	if (transact(k, list, false, now_ms, &poison, e)) {
		settle(list, false, 200);
		return;
	}
	/* Closed, so that the next turn opens afresh: the disk may be back, or the file another one. */
	keeper_close(k);
	if (!poison || !list->next) {
		settle(list, false, 503);
		return;
	}
	/* One note spoilt the others' transaction: each stands for itself now. */
	for (struct job *j = list; j; j = j->next) {
		if (!j->store)
			continue;
		if (transact(k, j, true, now_ms, &poison, e)) {
			settle(j, true, 200);
			continue;
		}
		settle(j, true, 503);
		keeper_close(k);
		if (!poison) {
			settle(j->next, false, 503);
			return;
		}
	}
}

void keeper_tidy(struct keeper *k, bool idle)
{
	if (k->box)
		k->box->ops->tidy(k->box, idle);
}
