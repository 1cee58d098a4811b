#include "deliver/attempt.h"

#include "deliver/message.h"
#include "lib/limits.h"

enum { KEPT = 256 * 1024 };	/* of a message's memory, from one try to the next */

static bool confirmed(struct attempt *a, struct parcel *p, int64_t now_ms)
{
	const struct deliver *d = a->deliver;

	if (!p->to->hook->confirm)
		return true;
	if (d->confirm)
		return d->confirm(NULL, p->to->hook, &p->row, now_ms, &p->result);
	if (!a->confirmer)
		a->confirmer = confirmer_new(d->settings);
	return confirm(a->confirmer, p->to->hook, &p->row, now_ms, &p->result);
}

void attempt_make(struct attempt *a, struct parcel *p, struct open_sink **open)
{
	struct message m = { .row = &p->row, .tries = p->tries };
	struct err e = { 0 };

	p->tried = true;
	p->result = (struct sent_result){ .how = SENT_DONE, .retry_after_s = -1 };
	if (!*open && !outlet_open(p->to, open, &e)) {
		*open = NULL;
		sent_as(&p->result, SENT_STUCK, "%s", e.text);
		return;
	}
	p->unsent = !confirmed(a, p, a->deliver->now());
	if (p->unsent)
		return;
	if (!a->json.max)
		a->json = BUF(MESSAGE_BASE + 8 * (size_t)LIMIT_BODY_MAX);
	buf_reset(&a->json);
	message_id(&p->row, m.id);
	message_json(&a->json, m.id, &p->row, p->body);
	m.json = buf_str(&a->json);
	m.json_len = a->json.len;
	m.now_ms = a->deliver->now();
	(*open)->type->send(*open, &m, &p->result);
	if (a->json.cap > KEPT)
		buf_free(&a->json);
}

void attempt_end(struct attempt *a)
{
	confirmer_free(a->confirmer);
	buf_free(&a->json);
	*a = (struct attempt){ 0 };
}
