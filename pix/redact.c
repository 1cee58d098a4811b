#include "pix/redact.h"

#include <string.h>

#include "lib/ascii.h"
#include "lib/json.h"
#include "pix/rows.h"

enum { KEPT = 32, PATH = 64 };

/* The values of one item that stay: paths as in json_path. */
struct kept {
	char path[KEPT][PATH];
	size_t count;
};

/* One body. */
struct redaction {
	const struct psp *psp;
	const char *event, *e2eid;
	struct buf *out;
	bool changed;
};

static bool same(const struct psp *psp, const char *a, const char *b)
{
	return psp->fold_case ? ascii_casecmp(a, b) == 0 : strcmp(a, b) == 0;
}

/* Whether a text in v, or a member's name, is (exact) or contains the e2eid. */
static bool tells(const struct json *v, const char *e2eid, bool exact)
{
	const char *text = json_type(v) == JSON_STRING ? json_text(v) : NULL, *name = json_name(v);

	if (text && (exact ? strcmp(text, e2eid) == 0 : strstr(text, e2eid) != NULL))
		return true;
	if (!exact && name && strstr(name, e2eid))
		return true;
	for (const struct json *m = json_first(v); m; m = json_next(m))
		if (tells(m, e2eid, exact))
			return true;
	return false;
}

static void keep(struct kept *k, const char *path, size_t len)
{
	if (k->count == KEPT || len >= PATH)
		return;		/* what is missing then is noticed: the item is read otherwise than before */
	memcpy(k->path[k->count], path, len);
	k->path[k->count++][len] = '\0';
}

/* Of several rows that name a slot only the first one's value was looked at by the parser. enclosing: the rows with '^'. */
static void keep_fields(struct kept *k, const struct psp *psp, const struct json *item, const struct psp_field *fields, bool enclosing)
{
	unsigned filled = 0;

	for (const struct psp_field *f = fields; f->path; f++) {
		const char *path = f->path + enclosing;

		if ((*f->path == '^') != enclosing || filled & 1u << f->slot || !psp_present(json_path(item, path, psp->fold_case)))
			continue;
		filled |= 1u << f->slot;
		keep(k, path, strlen(path));
	}
}

static void keep_when(struct kept *k, const char *when)
{
	while (when) {
		size_t n = strcspn(when, "&"), path = strcspn(when, "=&");

		if (*when != '!')
			keep(k, when, path);
		when = when[n] ? when + n + 1 : NULL;
	}
}

/* What of v the paths lead to. A path that ends leads to v itself: a text, a number, a truth value. */
static void put_value(struct buf *b, const struct psp *psp, const struct json *v, const char *const *paths, size_t n)
{
	const char *first = n ? paths[0] : "{", *sub[KEPT];
	bool any = false;
	size_t subs;

	if (!*first) {
		json_write(b, json_type(v) == JSON_ARRAY || json_type(v) == JSON_OBJECT ? NULL : v);
		return;
	}
	if (*first == '[') {
		const char *end = strchr(first, ']') + 1;

		sub[0] = end + (*end == '.');
		buf_puts(b, "[");
		put_value(b, psp, json_path(v, first[1] == '-' ? "[-1]" : "[0]", false), sub, 1);
		buf_puts(b, "]");
		return;
	}
	buf_puts(b, "{");
	for (const struct json *m = json_type(v) == JSON_OBJECT ? json_first(v) : NULL; m; m = json_next(m)) {
		subs = 0;
		for (size_t i = 0; i < n; i++) {
			char name[PATH] = "";
			size_t len = strcspn(paths[i], ".[");

			memcpy(name, paths[i], len);
			if (same(psp, name, json_name(m)))
				sub[subs++] = paths[i] + len + (paths[i][len] == '.');
		}
		if (!subs)
			continue;
		buf_puts(b, any ? "," : "");
		json_quote(b, json_name(m), strlen(json_name(m)));
		buf_puts(b, ":");
		put_value(b, psp, m, sub, subs);
		any = true;
	}
	buf_puts(b, "}");
}

/* An item that row understood, with what is within it. named: the row was found by the body's `evento`. */
static void put_item(struct buf *b, const struct psp *psp, const struct json *item, const struct psp_event *row, bool named)
{
	const struct psp_event *within = row->within;
	const struct json *list = within ? json_member(item, within->list, psp->fold_case) : NULL;
	struct kept k = { .count = 0 };
	const char *paths[KEPT] = { NULL };

	keep_fields(&k, psp, item, row->fields, false);
	if (within)
		keep_fields(&k, psp, item, within->fields, true);
	keep_when(&k, row->when);
	if (named)
		keep(&k, "evento", strlen("evento"));
	for (size_t i = 0; i < k.count; i++)
		paths[i] = k.path[i];
	put_value(b, psp, item, paths, k.count);
	if (json_type(list) != JSON_ARRAY && json_type(list) != JSON_OBJECT)
		return;
	/* behind the rest: a row's list is none of its fields */
	b->data[--b->len] = '\0';
	buf_puts(b, b->data[b->len - 1] == '{' ? "" : ",");
	json_quote(b, json_name(list), strlen(json_name(list)));
	buf_puts(b, json_type(list) == JSON_ARRAY ? ":[" : ":");
	for (const struct json *i = json_type(list) == JSON_ARRAY ? json_first(list) : list; i; i = json_type(list) == JSON_ARRAY ? json_next(i) : NULL) {
		put_item(b, psp, i, within, false);
		buf_puts(b, json_type(list) == JSON_ARRAY && json_next(i) ? "," : "");
	}
	buf_puts(b, json_type(list) == JSON_ARRAY ? "]}" : "}");
}

static bool same_event(const struct pix_event *a, const struct pix_event *b)
{
	return a->kind == b->kind && a->has_cents == b->has_cents && a->cents == b->cents && a->has_at == b->has_at &&
	       a->at_ms == b->at_ms && strcmp(a->e2eid, b->e2eid) == 0 && strcmp(a->txid, b->txid) == 0 &&
	       strcmp(a->key, b->key) == 0 && strcmp(a->ref, b->ref) == 0 && strcmp(a->status, b->status) == 0;
}

/* What a body with this item alone, bytes[0..len), is read as. list NULL: the item is the body. */
static void read_alone(const struct redaction *r, const char *list, const char *bytes, size_t len, struct pix_batch *batch)
{
	struct buf body = BUF(len + PATH + 16);

	if (list)
		buf_putf(&body, "{\"%s\":[", list);
	buf_add(&body, bytes, len);
	if (list)
		buf_puts(&body, "]}");
	pix_parse(r->psp, r->event, buf_str(&body), body.len, batch);
	buf_free(&body);
}

/* Adds what is left of an item to b. false, and nothing added: it is not wholly understood, or would not be as before. */
static bool put_redacted(const struct redaction *r, struct buf *b, const char *list, const struct json *item, const struct psp_event *row, bool named)
{
	struct buf whole = BUF(r->out->max);
	struct pix_batch before = { 0 }, after = { 0 };
	size_t was = b->len;
	bool ok = false;

	json_write(&whole, item);
	read_alone(r, list, buf_str(&whole), whole.len, &before);
	if (before.unread || before.ping || !before.count)
		goto out;
	put_item(b, r->psp, item, row, named);
	read_alone(r, list, b->data + was, b->len - was, &after);
	ok = !after.unread && !after.ping && after.count == before.count;
	for (size_t i = 0; ok && i < before.count; i++)
		ok = same_event(&before.events[i], &after.events[i]);
out:
	if (!ok && b->len > was)
		b->data[b->len = was] = '\0';
	pix_batch_free(&before);
	pix_batch_free(&after);
	buf_free(&whole);
	return ok;
}

/* One item of a list: as it is, redacted, or null. */
static void put_one(struct redaction *r, const char *list, const struct json *item, const struct psp_event *rows, size_t n)
{
	struct buf left = BUF(r->out->max), all = BUF(r->out->max);
	bool mine = tells(item, r->e2eid, true), ok = false;

	for (size_t i = 0; i < n && json_type(item) == JSON_OBJECT && !ok; i++)
		if (psp_holds(r->psp, item, rows[i].when)) {
			ok = put_redacted(r, &left, list, item, &rows[i], false);
			break;
		}
	json_write(&all, item);
	/* one that only mentions it is about another, unless nobody can tell */
	if (!mine && (ok || !tells(item, r->e2eid, false))) {
		buf_add(r->out, buf_str(&all), all.len);
	} else {
		buf_puts(r->out, ok ? buf_str(&left) : "null");
		r->changed |= strcmp(ok ? buf_str(&left) : "null", buf_str(&all)) != 0;
	}
	buf_free(&left);
	buf_free(&all);
}

static void put_list(struct redaction *r, const char *name, const struct json *list, const struct psp_event *rows, size_t n)
{
	if (json_type(list) != JSON_ARRAY) {
		put_one(r, name, list, rows, n);
		return;
	}
	buf_puts(r->out, "[");
	for (const struct json *i = json_first(list); i; i = json_next(i)) {
		buf_puts(r->out, i == json_first(list) ? "" : ",");
		put_one(r, name, i, rows, n);
	}
	buf_puts(r->out, "]");
}

/* The rows of the list that a member is, or NULL. */
static const struct psp_event *rows_named(const struct psp *psp, const char *name, size_t *n)
{
	for (const struct psp_event *row = psp->events; row->fields; row += *n) {
		*n = psp_rows_of_list(row);
		if (row->list && same(psp, row->list, name))
			return row;
	}
	return NULL;
}

/* The lists of a body; what is no list goes once something else does, or where it speaks of the e2eid itself. */
static enum redact lists(struct redaction *r, const struct json *doc)
{
	bool any = false, beside = false;

	buf_puts(r->out, "{");
	for (const struct json *m = json_first(doc); m; m = json_next(m)) {
		size_t n;
		const struct psp_event *rows = rows_named(r->psp, json_name(m), &n);

		if (!rows) {
			beside |= tells(m, r->e2eid, false);
			continue;
		}
		buf_puts(r->out, any ? "," : "");
		json_quote(r->out, json_name(m), strlen(json_name(m)));
		buf_puts(r->out, ":");
		put_list(r, rows->list, m, rows, n);
		any = true;
	}
	buf_puts(r->out, "}");
	if (!any)
		return REDACT_ALL;
	return r->changed || beside ? REDACT_SOME : REDACT_NOTHING;
}

/* A row that reads a body as one item, or NULL. *named: by the event's name. */
static const struct psp_event *whole_row(const struct redaction *r, const struct json *doc, bool *named)
{
	const struct json *told = json_member(doc, "evento", r->psp->fold_case);
	const char *name = json_type(told) == JSON_STRING && *json_text(told) ? json_text(told) : r->event;

	*named = r->psp->event_in_path && psp_present(told);
	for (const struct psp_event *row = r->psp->events; row->fields && json_type(doc) == JSON_OBJECT; row++)
		if (r->psp->event_in_path ? ascii_casecmp(row->name, name) == 0 : !row->list && psp_holds(r->psp, doc, row->when))
			return row;
	return NULL;
}

static enum redact one_item(struct redaction *r, const struct json *doc, const struct psp_event *row, bool named)
{
	struct buf all = BUF(r->out->max);
	enum redact how = REDACT_ALL;

	json_write(&all, doc);
	if (put_redacted(r, r->out, NULL, doc, row, named))
		how = !tells(doc, r->e2eid, true) || strcmp(buf_str(r->out), buf_str(&all)) == 0 ? REDACT_NOTHING : REDACT_SOME;
	buf_free(&all);
	return how;
}

static enum redact redact(struct redaction *r, const struct json *doc)
{
	bool named = false;
	const struct psp_event *row = whole_row(r, doc, &named);

	if (row)
		return one_item(r, doc, row, named);
	if (json_type(doc) == JSON_OBJECT && !r->psp->event_in_path)
		return lists(r, doc);
	if (json_type(doc) != JSON_ARRAY || !r->psp->bare_list)
		return REDACT_ALL;
	put_list(r, r->psp->events->list, doc, r->psp->events, psp_rows_of_list(r->psp->events));
	return r->changed ? REDACT_SOME : REDACT_NOTHING;
}

enum redact pix_redact(const struct psp *psp, const char *event, const char *body, size_t len, const char *e2eid, struct buf *out)
{
	struct buf left = BUF(4 * len + 4096);	/* an escape of two bytes may become one of six */
	struct redaction r = { .psp = psp, .event = event, .e2eid = e2eid, .out = &left };
	struct json *doc = json_parse(body, len, psp && psp->fold_case, NULL);
	enum redact how = REDACT_NOTHING;

	if (doc ? tells(doc, e2eid, false) : memmem(body, len, e2eid, strlen(e2eid)) != NULL)
		how = doc && psp ? redact(&r, doc) : REDACT_ALL;
	if (how == REDACT_SOME && !buf_add(out, left.data, left.len))
		how = REDACT_ALL;
	json_free(doc);
	buf_free(&left);
	return how;
}
