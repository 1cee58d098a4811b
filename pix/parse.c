#include "pix/pix.h"

#include <stdio.h>
#include <string.h>

#include "lib/ascii.h"
#include "lib/json.h"
#include "lib/limits.h"
#include "lib/mem.h"
#include "lib/when.h"
#include "pix/psp.h"
#include "pix/rows.h"

/* Where an item stands in the body; made into text only where something is wrong with it. */
struct place {
	const struct place *up;		/* the enclosing item, or NULL */
	const char *list;		/* NULL: the body itself, or a bare list */
	long index;			/* -1: no list around it */
};

struct item {
	const struct json *json;
	const struct item *up;		/* what '^' reads, or NULL */
	struct place place;
};

struct reader {
	const struct psp *psp;
	struct pix_batch *batch;
	bool items;		/* some were there, understood or not */
};

enum { BODY = -1 };

/* What a character is, of ASCII. */
enum { PRINTABLE = 1, ALNUM = 2, DIGIT = 4 };

static const unsigned char classes[256] = {
	[' ' ... '/'] = PRINTABLE,
	['0' ... '9'] = PRINTABLE | ALNUM | DIGIT,
	[':' ... '@'] = PRINTABLE,
	['A' ... 'Z'] = PRINTABLE | ALNUM,
	['[' ... '`'] = PRINTABLE,
	['a' ... 'z'] = PRINTABLE | ALNUM,
	['{' ... '~'] = PRINTABLE,
};

/* Text slots: where they go, how much they hold, and what they take. */
static const struct slot_text {
	size_t at, max;
	unsigned char takes;
	bool integers;		/* a JSON integer too, as its digits */
} slot_texts[SLOTS] = {
	[SLOT_E2EID]  = { offsetof(struct pix_event, e2eid), PIX_E2EID_MAX, ALNUM, false },
	[SLOT_TXID]   = { offsetof(struct pix_event, txid), PIX_TXID_MAX, PRINTABLE, false },
	[SLOT_KEY]    = { offsetof(struct pix_event, key), PIX_KEY_MAX, PRINTABLE, false },
	[SLOT_REF]    = { offsetof(struct pix_event, ref), PIX_REF_MAX, PRINTABLE, true },
	[SLOT_STATUS] = { offsetof(struct pix_event, status), PIX_STATUS_MAX, PRINTABLE, false },
};

/* Marks the body unread. The first reason is kept: it is the one that explains the others. */
static void unread(struct pix_batch *batch, const char *what, const char *why)
{
	if (!batch->unread)
		snprintf(batch->why, sizeof batch->why, "%s%s%s", what, *what && *why ? ": " : "", why);
	batch->unread = true;
}

static void place_text(const struct place *p, char *out, size_t size)
{
	size_t n;

	*out = '\0';
	if (p->up)
		place_text(p->up, out, size);
	n = strlen(out);
	if (p->list)
		n += (size_t)snprintf(out + n, size - n, "%s%s", n ? "." : "", p->list);
	if (p->index != BODY && n < size)
		snprintf(out + n, size - n, "[%ld]", p->index);
}

/* "pix[2].valor: not an exact amount" */
static void unread_at(struct reader *r, const struct place *place, const char *member, const char *why)
{
	char text[100];
	size_t n;

	if (r->batch->unread)
		return;
	place_text(place, text, sizeof text);
	n = strlen(text);
	if (*member)
		snprintf(text + n, sizeof text - n, "%s%s", n ? "." : "", member);
	unread(r->batch, text, why);
}

/* NULL where the text fits its slot, else what is wrong with it. */
static const char *put_text(const struct slot_text *slot, const struct json *v, struct pix_event *event)
{
	const char *text = json_text(v);
	bool number = json_type(v) == JSON_NUMBER;
	unsigned char takes = number ? DIGIT : slot->takes;
	size_t n = 0;

	if (json_type(v) != JSON_STRING && !(number && slot->integers))
		return "not a text";
	while (n <= slot->max && classes[(unsigned char)text[n]] & takes)
		n++;
	if (n > slot->max)
		return "too long";
	if (text[n])
		return number ? "not a whole number" : takes == ALNUM ? "not letters and digits alone" : "not printable ASCII";
	memcpy((char *)event + slot->at, text, n + 1);
	return NULL;
}

static const char *put_cents(const struct psp *psp, const struct json *v, struct pix_event *event)
{
	bool fits = json_type(v) == JSON_STRING || (json_type(v) == JSON_NUMBER && psp->money == MONEY_DECIMAL);

	if (!fits || !money_cents(json_text(v), psp->money, &event->cents))
		return "not an exact amount";
	event->has_cents = true;
	return NULL;
}

static const char *put_at(const struct psp *psp, const struct json *v, struct pix_event *event)
{
	if (json_type(v) != JSON_STRING || !when_parse(json_text(v), psp->assume_minutes, &event->at_ms))
		return "not a time";
	event->has_at = true;
	return NULL;
}

static const char *put(const struct psp *psp, enum psp_slot slot, const struct json *v, struct pix_event *event)
{
	if (slot == SLOT_CENTS)
		return put_cents(psp, v, event);
	if (slot == SLOT_AT)
		return put_at(psp, v, event);
	return put_text(&slot_texts[slot], v, event);
}

/* Fills the event from the item; false, and the reason told, where the item is not understood. */
static bool fill(struct reader *r, const struct item *item, const struct psp_field *fields, struct pix_event *event)
{
	unsigned filled = 0;

	for (const struct psp_field *f = fields; f->path; f++) {
		const struct item *from = *f->path == '^' ? item->up : item;
		const char *path = f->path + (*f->path == '^'), *wrong;
		const struct json *v;

		if (filled & 1u << f->slot)
			continue;
		v = json_path(from->json, path, r->psp->fold_case);
		if (!psp_present(v))
			continue;
		wrong = put(r->psp, f->slot, v, event);
		if (wrong) {
			unread_at(r, &from->place, path, wrong);
			return false;
		}
		filled |= 1u << f->slot;
	}
	for (const struct psp_field *f = fields; f->path; f++) {
		if (f->need && !(filled & 1u << f->slot)) {
			unread_at(r, &item->place, f->path + (*f->path == '^'), "missing");
			return false;
		}
	}
	return true;
}

static void read_list(struct reader *r, const struct json *list, const char *name, const struct item *up, const struct psp_event *rows, size_t n);

/* One item by one row, and what is within it. */
static void make(struct reader *r, const struct item *item, const struct psp_event *row)
{
	struct pix_batch *b = r->batch;
	struct pix_event *event;

	if (b->count >= LIMIT_ITEMS) {
		unread(b, "", "more events than one body may make");
		return;
	}
	b->events = xgrow(b->events, &b->cap, b->count + 1, sizeof *b->events);
	event = &b->events[b->count];
	*event = (struct pix_event){ .kind = row->kind };
	if (!fill(r, item, row->fields, event))
		return;
	b->count++;
	if (row->within)
		read_list(r, json_member(item->json, row->within->list, r->psp->fold_case), row->within->list, item, row->within, 1);
}

/* One item by the first of n rows that holds. */
static void read_item(struct reader *r, const struct item *item, const struct psp_event *rows, size_t n)
{
	r->items = true;
	if (json_type(item->json) != JSON_OBJECT) {
		unread_at(r, &item->place, "", "not an object");
		return;
	}
	for (size_t i = 0; i < n; i++) {
		if (psp_holds(r->psp, item->json, rows[i].when)) {
			make(r, item, &rows[i]);
			return;
		}
	}
	unread_at(r, &item->place, "", "an item of an unknown kind");
}

/* The items of a member; one object counts as a list of one, null as no list. name is NULL for a bare list. */
static void read_list(struct reader *r, const struct json *list, const char *name, const struct item *up, const struct psp_event *rows, size_t n)
{
	struct item item = { .up = up, .place = { up ? &up->place : NULL, name, BODY } };

	if (json_type(list) == JSON_NULL)
		return;
	if (json_type(list) != JSON_ARRAY) {
		item.json = list;
		read_item(r, &item, rows, n);
		return;
	}
	for (item.json = json_first(list); item.json; item.json = json_next(item.json)) {
		item.place.index++;
		read_item(r, &item, rows, n);
	}
}

/* A body whose members tell what it is: every known list in it, and the body itself where a row says so. */
static void read_body(struct reader *r, const struct json *doc)
{
	struct item whole = { .json = doc, .place = { .index = BODY } };
	bool known = false;
	size_t n;

	for (const struct psp_event *row = r->psp->events; row->fields && json_type(doc) == JSON_OBJECT; row += n) {
		const struct json *list = row->list ? json_member(doc, row->list, r->psp->fold_case) : NULL;

		n = psp_rows_of_list(row);
		if (row->list ? json_type(list) == JSON_NULL : !psp_holds(r->psp, doc, row->when))
			continue;
		known = true;
		if (row->list)
			read_list(r, list, row->list, NULL, row, n);
		else
			read_item(r, &whole, row, 1);
	}
	if (!known)
		unread(r->batch, "", "an unknown kind of body");
	else if (!r->items)
		unread(r->batch, "", "no items");
}

/* A body whose event has a name, in the URL or in `evento`. */
static void read_named(struct reader *r, const struct json *doc, const char *event)
{
	struct item whole = { .json = doc, .place = { .index = BODY } };
	const struct json *told = json_member(doc, "evento", r->psp->fold_case);
	const char *name = event;

	if (psp_present(told)) {
		name = json_type(told) == JSON_STRING ? json_text(told) : "?";
		if (*event && ascii_casecmp(event, name) != 0) {
			unread(r->batch, "evento", "not the event of the URL");
			return;
		}
	}
	for (const struct psp_event *row = r->psp->events; row->fields; row++) {
		if (ascii_casecmp(row->name, name) == 0) {
			read_item(r, &whole, row, 1);
			return;
		}
	}
	unread(r->batch, "evento", *name ? "an unknown event" : "neither the URL nor the body tells the event");
}

static bool blank(const char *body, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (body[i] != ' ' && body[i] != '\t' && body[i] != '\r' && body[i] != '\n')
			return false;
	return true;
}

/* {}, [] and {"evento":"teste_webhook"} with nothing beside it. */
static bool ping(const struct psp *psp, const struct json *doc)
{
	const struct json *first = json_first(doc), *event;

	if (json_type(doc) != JSON_OBJECT && json_type(doc) != JSON_ARRAY)
		return false;
	if (!first)
		return true;
	event = json_member(doc, "evento", psp->fold_case);
	return event && !json_next(first) && json_type(event) == JSON_STRING && strcmp(json_text(event), "teste_webhook") == 0;
}

void pix_parse(const struct psp *psp, const char *event, const char *body, size_t len, struct pix_batch *batch)
{
	struct reader r = { psp, batch, false };
	struct json *doc;
	struct err e;

	if (blank(body, len)) {
		batch->ping = true;
		return;
	}
	doc = json_parse(body, len, psp->fold_case, &e);
	if (!doc)
		unread(batch, "not JSON", e.text);
	else if (ping(psp, doc))
		batch->ping = true;
	else if (psp->event_in_path)
		read_named(&r, doc, event);
	else if (json_type(doc) == JSON_ARRAY && psp->bare_list)
		read_list(&r, doc, NULL, NULL, psp->events, psp_rows_of_list(psp->events));
	else
		read_body(&r, doc);
	json_free(doc);
}
