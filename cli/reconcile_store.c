/* What was found is stored, or the PSP is asked to tell of it again. */
#include <stdlib.h>
#include <string.h>

#include "cli/reconcile.h"
#include "lib/mem.h"
#include "lib/when.h"

static void odd_free(struct odd_item *item)
{
	pix_batch_free(&item->batch);
	if (item->body)
		explicit_bzero(item->body, item->len);	/* a payer's name is in it */
	free(item->body);
}

bool reconcile_odd(struct reconcile *r, const struct received *item, const struct pix_batch *batch, struct err *e)
{
	struct odd_item *odd;

	r->odd = xgrow(r->odd, &r->odd_cap, r->odd_count + 1, sizeof *r->odd);
	odd = &r->odd[r->odd_count++];
	*odd = (struct odd_item){ .body = xmalloc(item->len + 1), .len = item->len, .batch = *batch };
	memcpy(odd->body, item->body, item->len);
	odd->body[item->len] = '\0';
	odd->batch.events = xcalloc(batch->count + 1, sizeof *batch->events);
	odd->batch.cap = batch->count + 1;
	memcpy(odd->batch.events, batch->events, batch->count * sizeof *batch->events);
	return r->odd_count < RECONCILE_CHUNK || reconcile_flush(r, e);
}

struct met {
	struct reconcile *r;
	bool open;		/* something of the item is not here */
};

static void on_finding(const struct finding *f, void *arg)
{
	struct met *m = arg;

	if (finding_open(f->what) && reconcile_young(m->r, f->theirs)) {
		m->r->tally.young += reconcile_once(m->r, "young", f->theirs);
		return;
	}
	m->open = m->open || finding_open(f->what);
	reconcile_say(m->r, f);
}

struct same {
	const struct odd_item *item;
	bool found;
};

static bool on_body(const struct inbox_body *body, void *arg)
{
	struct same *s = arg;

	s->found = body->body_len == s->item->len && memcmp(body->body, s->item->body, s->item->len) == 0;
	return !s->found;
}

/* What is not understood has no event by which it is known: the bytes are. */
static bool kept(struct reconcile *r, const struct odd_item *item, bool *found, struct err *e)
{
	const struct inbox_filter f = { .hook = r->hook->name, .kind = -1 };
	struct same s = { item, false };

	if (!r->st.box->ops->bodies(r->st.box, &f, true, on_body, &s, e))
		return false;
	*found = s.found;
	return true;
}

/* Without what callbacks do not tell of. */
static bool put(struct reconcile *r, const struct odd_item *item, struct err *e)
{
	struct pix_event *told = xcalloc(item->batch.count + 1, sizeof *told);
	struct inbox_note n = {
		.hook = r->hook->name, .psp = r->hook->psp->name, .event = "", .source = "reconcile", .received_ms = r->now_ms,
		.body = item->body, .body_len = item->len, .unread = item->batch.unread, .why = item->batch.why, .events = told
	};
	struct inbox_put done;
	bool ok;

	for (size_t i = 0; i < item->batch.count; i++)
		if (compare_told(r->list, &item->batch.events[i]) && !reconcile_young(r, &item->batch.events[i]))
			told[n.count++] = item->batch.events[i];
	ok = r->st.box->ops->put(r->st.box, &n, &done, e);
	if (ok)
		r->tally.stored += (int64_t)done.fresh;
	free(told);
	return ok;
}

/* Looked at once more where it is stored: its notice may have come meanwhile. */
static bool settle(struct reconcile *r, const struct odd_item *item, struct err *e)
{
	struct pix_batch ours = { 0 };
	struct met met = { .r = r };
	bool known = false, ok = false;

	if (item->batch.count && !reconcile_ours(r, item->batch.events->e2eid, &ours, e))
		goto out;
	if (item->batch.unread && !kept(r, item, &known, e))
		goto out;
	compare_item(r->list, item->batch.events, item->batch.count, ours.events, ours.count, on_finding, &met);
	if (item->batch.unread && !known) {
		met.open = true;
		reconcile_say_unreadable(r, item);
	}
	if (met.open && r->fix)
		ok = put(r, item, e);
	else
		ok = true;
	r->open = r->open || (met.open && !r->fix);
out:
	pix_batch_free(&ours);
	return ok;
}

bool reconcile_flush(struct reconcile *r, struct err *e)
{
	struct inbox *box = r->st.box;
	const struct tally before = r->tally;
	bool store = r->fix && r->odd_count, ok = !store || box->ops->begin(box, e);

	for (size_t i = 0; i < r->odd_count; i++) {
		ok = ok && settle(r, &r->odd[i], e);
		odd_free(&r->odd[i]);
	}
	r->odd_count = 0;
	if (store && ok)
		ok = box->ops->commit(box, e);
	else if (store)
		box->ops->rollback(box);
	check_progress_end(&r->progress);
	if (ok)
		out_bytes(buf_str(&r->lines), r->lines.len);
	else
		r->tally = before;
	buf_reset(&r->lines);
	check_progress_begin(&r->progress, !r->common->quiet);
	return ok && (!r->resend || reconcile_resend(r, RESEND_ENOUGH, e));
}

static bool ask(struct reconcile *r, struct resend *again, const char *type, struct err *e)
{
	struct api_answer answer = { 0 };
	bool ok;

	json_close(&again->list, ']');
	const struct api_value values[] = { { .name = "kind", .value = type }, { .name = "e2eids", .value = buf_str(&again->list), .raw = true }, { 0 } };

	ok = api_call(r->api, "webhook.resend", values, when_now(), &answer, e) || fail_in(e, "asking for notices again");
	if (ok)
		r->tally.resent += (int64_t)again->count;
	buf_reset(&again->list);
	again->count = 0;
	api_answer_free(&answer);
	return ok;
}

bool reconcile_resend(struct reconcile *r, size_t least, struct err *e)
{
	static const char *const types[RESENDS] = { [RESEND_RECEIVED] = "PIX_RECEBIDO", [RESEND_REFUND] = "DEVOLUCAO_ENVIADA" };

	for (int i = 0; i < RESENDS; i++)
		if (r->again[i].count >= least && !ask(r, &r->again[i], types[i], e))
			return false;
	return true;
}
