#include "recon/received.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/limits.h"
#include "lib/when.h"
#include "recon/idset.h"

enum {
	PAGES = 10000,		/* of one walk */
	ITEMS = 1000000,
	IDLE = 3,		/* pages without anything new, one behind the other, after which it is not gone on */
	BROKEN = 3,		/* tries where the connection breaks */
	STEP_MS = 1000, STEP_MOST_MS = 60 * 1000,	/* from one try to the next where the PSP names no time */
};

struct walk {
	struct api *a;
	const struct hook *h;
	const struct psp_list *list;
	const struct received_ask *ask;
	char since[WHEN_TEXT + 8], until[WHEN_TEXT + 8];
	received_fn *fn;
	void *arg;
	struct received_walk *told;
	struct idset ids, bodies;
	struct buf body;
	struct pix_batch batch;
	int64_t waited_ms;
};

/* What a page says of itself; -1: nothing that can be used. */
struct paging {
	int64_t pages, items, size;
};

/*
 * Whole seconds, as the PSPs' own examples have them; up: the next one. Where the PSP's times may lack their offset it is asked in its own,
 * so that it is understood by who reads it and by who does not.
 */
static void put_when(const struct psp *psp, int64_t ms, bool up, char out[WHEN_TEXT + 8])
{
	int minutes = psp->assume_minutes == WHEN_NO_ZONE ? 0 : psp->assume_minutes;
	const char *zone = "Z";
	char offset[16];

	ms += up ? 999 : 0;
	when_format(ms + (int64_t)minutes * 60000, out);
	if (minutes) {
		snprintf(offset, sizeof offset, "%c%02d:%02d", minutes < 0 ? '-' : '+', abs(minutes) / 60, abs(minutes) % 60);
		zone = offset;
	}
	if (*out)
		strcpy(out + strlen("2026-11-21T12:00:00"), zone);
}

static int64_t number(const struct json *doc, const char *path)
{
	const char *text = path ? json_text(json_path(doc, path, true)) : NULL;

	return text && *text && strlen(text) < 18 && strspn(text, "0123456789") == strlen(text) ? strtoll(text, NULL, 10) : -1;
}

/* A PSP that is busy, or a connection that broke on its way: worth another try, after *ms. */
static bool passes(const struct api_answer *a, const struct err *e, int tries, int *broken, int64_t *ms)
{
	bool busy = a->status == 429 || (a->status >= 500 && a->status != 501);
	bool broke = a->fail == HTTP_TIMEOUT || a->fail == HTTP_RESET || a->fail == HTTP_EMPTY || a->fail == HTTP_CUT;

	*ms = (int64_t)STEP_MS << (tries < 6 ? tries : 6);
	*ms = *ms > STEP_MOST_MS ? STEP_MOST_MS : *ms;
	if (e->code == ERR_NET)
		return broke && ++*broken < BROKEN;
	if (a->retry_after_s >= 0)
		*ms = a->retry_after_s ? (int64_t)a->retry_after_s * 1000 : STEP_MS;
	return e->code == ERR_REFUSED && busy;
}

/* Waits and returns true, or says in *e, which holds the failure, why it does not. */
static bool wait_for(struct walk *w, int64_t ms, struct err *e)
{
	char was[sizeof e->text];

	if (ms <= w->ask->patience_ms - w->waited_ms && w->ask->wait) {
		w->waited_ms += ms;
		if (!w->ask->wait(ms, w->ask->arg))
			return true;
		return fail(e, ERR_NET, "interrupted");
	}
	memcpy(was, e->text, sizeof was);
	if (w->ask->patience_ms)
		fail(e, e->code, "%.300s; waited %" PRId64 " s in all, and it would take %" PRId64 " s more", was, w->waited_ms / 1000, (ms + 999) / 1000);
	return false;
}

/* One page, with as many tries as patience allows. *a is for api_answer_free, whatever comes of it. */
static bool fetch(struct walk *w, int page, struct api_answer *a, struct err *e)
{
	char text[16];
	const struct api_value values[] = {
		{ .name = "since", .value = w->since }, { .name = "until", .value = w->until },
		{ .name = "page", .value = page ? text : NULL, .raw = true }, { 0 }
	};
	int broken = 0;

	snprintf(text, sizeof text, "%d", page + w->list->first_page);
	for (int tries = 0;; tries++) {
		int64_t ms;

		w->told->asked++;
		if (api_call(w->a, w->list->call, values, w->ask->now(), a, e) || (a->status == 204 && !a->token))
			return true;
		if (!passes(a, e, tries, &broken, &ms) || !wait_for(w, ms, e))
			return false;
		api_answer_free(a);
	}
}

/*
 * The items: where the profile says, else the answer itself or its only member that is a list (BS2 does not publish it). An answer
 * without any has none of them.
 */
static bool find_items(const struct walk *w, const struct json *doc, const struct json **first, struct err *e)
{
	const struct json *list = json_path(doc, w->list->items, true), *only = NULL;
	int lists = 0;

	for (const struct json *m = json_type(doc) == JSON_OBJECT ? json_first(doc) : NULL; m && !list; m = json_next(m)) {
		if (json_type(m) == JSON_ARRAY) {
			only = m;
			lists++;
		}
	}
	list = list ? list : json_type(doc) == JSON_ARRAY ? doc : lists == 1 ? only : NULL;
	*first = json_first(list);
	if (json_type(list) == JSON_ARRAY || !doc)
		return true;
	return fail(e, ERR_REFUSED, "the answer has no list \"%s\"", w->list->items);
}

/* {"pix":[ITEM]} and its events. */
static bool read_item(const struct psp *psp, const struct json *item, struct buf *body, struct pix_batch *batch)
{
	buf_reset(body);
	pix_batch_free(batch);
	if (!buf_puts(body, "{\"pix\":[") || !json_write(body, item) || !buf_puts(body, "]}"))
		return false;
	pix_parse(psp, "", buf_str(body), body->len, batch);
	return true;
}

/* What tells it from the others, understood or not. */
static const char *id_of(const struct walk *w, const struct json *item)
{
	const char *id = json_text(json_path(item, "endToEndId", true));

	return id && *id ? id : buf_str(&w->body);
}

/* *fresh: it is one that this walk had not met. One that is told again in other words (a refund has come) is handed on. */
static bool take(struct walk *w, const struct json *item, bool *fresh, struct err *e)
{
	struct received r;
	const char *id;

	if (!read_item(w->h->psp, item, &w->body, &w->batch))
		return fail(e, ERR_REFUSED, "the answer holds an item of more than %zu bytes", w->body.max);
	id = id_of(w, item);
	*fresh = idset_add(&w->ids, id, strlen(id));
	if (*fresh)
		w->told->items++;
	else
		w->told->repeats++;
	if (!idset_add(&w->bodies, w->body.data, w->body.len))
		return true;
	r = (struct received){ w->batch.events, w->batch.count, buf_str(&w->body), w->body.len, w->batch.unread ? w->batch.why : "" };
	return w->fn(&r, w->arg);
}

static bool take_page(struct walk *w, const struct json *doc, int64_t *n, int64_t *fresh, struct err *e)
{
	const struct json *item;

	*n = *fresh = 0;
	if (!find_items(w, doc, &item, e))
		return false;
	for (; item && w->told->items < ITEMS; item = json_next(item)) {
		bool is_fresh = false;

		if (!take(w, item, &is_fresh, e))
			return false;
		(*n)++;
		*fresh += is_fresh;
	}
	return true;
}

/* true: what there is has been read, as far as the PSP's word goes. */
static bool satisfied(const struct walk *w, const struct paging *p, int page, int64_t n, int64_t first_n)
{
	int64_t size = p->size > 0 ? p->size : first_n;

	if (p->items >= 0 || p->pages >= 0)
		return (p->items < 0 || w->told->items >= p->items) && (p->pages < 0 || page + 1 >= p->pages);
	return !n || n < size;
}

/* Where it gives one page alone: is that all? A page as full as it can be, or of a round number of items where nothing is said, may not be. */
static bool alone(const struct walk *w, const struct paging *p, int64_t n)
{
	bool full = p->size >= 0 ? p->size > 1 && n >= p->size : p->items < 0 && n >= 10 && n % 10 == 0;

	return !full && (p->items < 0 || w->told->items >= p->items);
}

static void not_whole(struct walk *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void not_whole(struct walk *w, const char *fmt, ...)
{
	va_list ap;

	w->told->whole = false;
	va_start(ap, fmt);
	vsnprintf(w->told->why, sizeof w->told->why, fmt, ap);
	va_end(ap);
}

/* At the end of the pages: were those all? */
static void judge(struct walk *w, const struct paging *p, int64_t n, int64_t fresh)
{
	struct received_walk *t = w->told;

	if (t->items >= ITEMS || (t->pages >= PAGES && fresh))
		not_whole(w, "more than %d items or %d pages", ITEMS, PAGES);
	else if (p->items > t->items)
		not_whole(w, "the PSP speaks of %" PRId64 " Pix and listed %" PRId64, p->items, t->items);
	else if (w->list->first_page < 0 && !alone(w, p, n))
		not_whole(w, "the PSP gave one page, and it is full");
	else if (w->list->first_page >= 0 && p->items < 0 && p->pages > t->pages)
		not_whole(w, "the PSP speaks of %" PRId64 " pages, and the last of the %d that were read brought nothing new", p->pages, t->pages);
	else if (w->list->first_page >= 0 && p->items < 0 && p->pages < 0 && n && !fresh)
		not_whole(w, "the PSP gives the same page again and again");
}

/*
 * Pages are followed until the counts that the PSP tells are reached, both where it tells two; past them, or against them, only as
 * long as they bring something new. The largest count that it told is held against it.
 */
static bool walk_pages(struct walk *w, struct err *e)
{
	struct paging p = { -1, -1, -1 };
	int64_t n = 0, fresh = 0, first_n = 0;
	struct received_walk *t = w->told;
	int idle = 0;

	t->whole = true;
	for (int page = 0; page < PAGES && t->items < ITEMS; page++) {
		bool reached = page && ((p.pages >= 0 && page >= p.pages) || (p.items >= 0 && t->items >= p.items));
		struct api_answer a = { 0 };
		bool ok = fetch(w, page, &a, e), refused = !ok && reached && e->code == ERR_REFUSED && a.status >= 400 && a.status <= 499;

		ok = ok && take_page(w, a.doc, &n, &fresh, e);
		if (ok) {
			int64_t pages = number(a.doc, w->list->page_count), items = number(a.doc, w->list->item_count);

			p.pages = pages > p.pages ? pages : p.pages;
			p.items = items > p.items ? items : p.items;
			p.size = number(a.doc, w->list->page_size);
			first_n = page ? first_n : n;
			t->pages++;
		}
		api_answer_free(&a);
		if (refused)	/* there is no such page, and by one of its counts there need be none */
			break;
		if (!ok)
			return false;
		idle = fresh ? 0 : idle + 1;
		reached = (p.pages >= 0 && page + 1 >= p.pages) || (p.items >= 0 && t->items >= p.items) || (p.pages < 0 && p.items < 0);
		if (w->list->first_page < 0 || satisfied(w, &p, page, n, first_n) || (!fresh && reached) || idle == IDLE)
			break;
	}
	judge(w, &p, n, fresh);
	return true;
}

bool received_list(struct api *a, const struct hook *h, const struct received_ask *ask, received_fn *fn, void *arg, struct received_walk *walk,
		   struct err *e)
{
	struct walk w = { .a = a, .h = h, .list = h->psp->list, .ask = ask, .fn = fn, .arg = arg, .told = walk, .body = BUF(LIMIT_BODY_MAX) };
	struct err own = { 0 };		/* failures that were got over are none, and the callback's are its own */
	bool ok;

	*walk = (struct received_walk){ 0 };
	if (!w.list)
		return fail(e, ERR_USAGE, "how %s is asked what was received is not known", h->psp->title);
	put_when(h->psp, ask->since_ms, false, w.since);
	put_when(h->psp, ask->until_ms, true, w.until);
	ok = walk_pages(&w, &own);
	if (!ok && own.code)
		fail(e, own.code, "%s", own.text);
	walk->whole = walk->whole && ok;
	idset_free(&w.ids);
	idset_free(&w.bodies);
	buf_free(&w.body);
	pix_batch_free(&w.batch);
	return ok;
}

/*
 * Does it say that there is no such Pix? Efí with HTTP 400 pix_nao_encontrado, the BCB with 404 PixNaoEncontrado. A 404 in other words is
 * that of a gateway before it, or of a wrong address.
 */
static bool knows_none(const struct api_answer *a)
{
	const char *name = NULL, *text = NULL;

	if (a->token)
		return false;
	if (a->status == 204)
		return true;
	return (a->status == 400 || a->status == 404) && a->doc && api_words(a->doc, &name, &text) &&
	       (strcasestr(text, "encontrad") || (name && strcasestr(name, "encontrad")));
}

static bool take_one(const struct hook *h, const char *e2eid, const struct json *doc, struct pix_batch *batch, bool *found, struct err *e)
{
	const struct json *list = json_path(doc, h->psp->list->items, true);
	const struct json *item = json_type(list) == JSON_ARRAY ? json_first(list) : json_type(doc) == JSON_ARRAY ? json_first(doc) : doc;
	struct buf body = BUF(LIMIT_BODY_MAX);
	bool ok = false;

	*found = false;
	if (!item)
		return true;
	if (!read_item(h->psp, item, &body, batch))
		fail(e, ERR_REFUSED, "the answer is longer than %zu bytes", body.max);
	else if (!batch->count)
		fail(e, ERR_REFUSED, "the answer was not understood: %s", batch->why);
	else if (strcmp(batch->events[0].e2eid, e2eid) != 0)
		fail(e, ERR_REFUSED, "the answer is about another Pix");
	else
		ok = *found = true;
	buf_free(&body);
	return ok;
}

bool received_one_said(struct api *a, const struct hook *h, const char *e2eid, int64_t now_ms, struct pix_batch *batch, bool *found,
		       struct received_said *said, struct err *e)
{
	const struct api_value values[] = { { .name = "e2eid", .value = e2eid }, { 0 } };
	struct api_answer answer = { 0 };
	struct err refusal = { 0 };
	bool ok;

	*batch = (struct pix_batch){ 0 };
	*found = false;
	*said = (struct received_said){ .retry_after_s = -1 };
	if (!h->psp->list)
		return fail(e, ERR_USAGE, "how %s is asked what was received is not known", h->psp->title);
	if (api_call(a, h->psp->list->one, values, now_ms, &answer, &refusal))
		ok = take_one(h, e2eid, answer.doc, batch, found, e);
	else
		ok = knows_none(&answer) || fail(e, refusal.code, "%s", refusal.text);
	*said = (struct received_said){ answer.status, answer.status ? answer.retry_after_s : -1, answer.token };
	if (!ok)
		pix_batch_free(batch);
	api_answer_free(&answer);
	return ok;
}

bool received_one(struct api *a, const struct hook *h, const char *e2eid, int64_t now_ms, struct pix_batch *batch, bool *found, struct err *e)
{
	struct received_said said;

	return received_one_said(a, h, e2eid, now_ms, batch, found, &said, e);
}
