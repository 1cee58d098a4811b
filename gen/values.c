#include "gen/values.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"
#include "lib/text.h"

struct value {
	char *name;
	char *text;		/* owned; NULL: a flag or a list */
	bool set, list;
	struct values **items;
	size_t count, cap;
	struct values *shape;	/* NULL: not declared */
};

/* Rows are pointers: an item points to the list that holds it. */
struct values {
	struct value **rows;
	size_t count, cap;
	const struct values *around;	/* NULL: the outermost */
	const struct value *of;		/* the list that this is an item of */
};

struct values *values_new(void)
{
	return xcalloc(1, sizeof(struct values));
}

static void clear(struct value *x)
{
	for (size_t i = 0; i < x->count; i++)
		values_free(x->items[i]);
	free(x->items);
	values_free(x->shape);
	free(x->text);
	*x = (struct value){ .name = x->name };
}

void values_free(struct values *v)
{
	if (!v)
		return;
	for (size_t i = 0; i < v->count; i++) {
		clear(v->rows[i]);
		free(v->rows[i]->name);
		free(v->rows[i]);
	}
	free(v->rows);
	free(v);
}

static struct value *own(const struct values *v, const char *name)
{
	for (size_t i = 0; i < v->count; i++)
		if (!strcmp(v->rows[i]->name, name))
			return v->rows[i];
	return NULL;
}

static struct value *row(struct values *v, const char *name)
{
	struct value *x = own(v, name);

	if (x)
		return x;
	v->rows = xgrow(v->rows, &v->cap, v->count + 1, sizeof *v->rows);
	x = xcalloc(1, sizeof *x);
	x->name = xstrdup(name);
	return v->rows[v->count++] = x;
}

void values_text(struct values *v, const char *name, const char *text)
{
	struct value *x = row(v, name);
	char *copy = xstrdup(text);	/* first: it may be the text that is there */

	clear(x);
	x->text = copy;
}

void values_textf(struct values *v, const char *name, const char *fmt, ...)
{
	va_list ap, again;
	char *text;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	text = xcalloc(n < 0 ? 1 : (size_t)n + 1, 1);
	if (n >= 0)
		vsnprintf(text, (size_t)n + 1, fmt, again);
	va_end(again);
	va_end(ap);
	values_text(v, name, text);
	free(text);
}

void values_flag(struct values *v, const char *name, bool set)
{
	struct value *x = row(v, name);

	clear(x);
	x->set = set;
}

void values_list(struct values *v, const char *name)
{
	struct value *x = row(v, name);

	clear(x);
	x->list = true;
}

static struct value *begun(struct values *v, const char *list)
{
	const struct value *x = own(v, list);

	if (!x || !x->list)
		values_list(v, list);
	return own(v, list);
}

struct values *values_item(struct values *v, const char *list)
{
	struct value *x = begun(v, list);
	struct values *item = values_new();

	item->around = v;
	item->of = x;
	x->items = xgrow(x->items, &x->cap, x->count + 1, sizeof *x->items);
	return x->items[x->count++] = item;
}

struct values *values_shape(struct values *v, const char *list)
{
	struct value *x = begun(v, list);

	if (!x->shape) {
		x->shape = values_new();
		x->shape->around = v;
	}
	return x->shape;
}

const struct value *values_find(const struct values *v, const char *name)
{
	const struct value *x;

	for (; v; v = v->around) {
		if ((x = own(v, name)))
			return x;
		if (v->of && v->of->shape && (x = own(v->of->shape, name)))
			return x;
	}
	return NULL;
}

const char *value_text(const struct value *x)
{
	return x->text;
}

bool value_list(const struct value *x)
{
	return x->list;
}

bool value_set(const struct value *x)
{
	return x->text ? *x->text : x->list ? x->count > 0 : x->set;
}

size_t value_items(const struct value *x)
{
	return x->count;
}

const struct values *value_item(const struct value *x, size_t i)
{
	return i < x->count ? x->items[i] : NULL;
}

const struct values *value_shape(const struct value *x)
{
	return x->shape ? x->shape : value_item(x, 0);
}

static size_t names_of(const struct values *v, const char **names)
{
	size_t n = 0;

	if (!v)
		return 0;
	for (size_t i = 0; i < v->count; i++, n++)
		if (names)
			names[n] = v->rows[i]->name;
	return n;
}

/* All names in sight, the innermost first; names may be NULL. */
static size_t collect(const struct values *v, const char **names)
{
	size_t n = 0;

	for (; v; v = v->around) {
		n += names_of(v, names ? names + n : NULL);
		n += names_of(v->of ? v->of->shape : NULL, names ? names + n : NULL);
	}
	return n;
}

const char *values_nearest(const struct values *v, const char *name)
{
	const char **names = xcalloc(collect(v, NULL) + 1, sizeof *names);
	const char *near;

	collect(v, names);
	near = text_nearest(name, names);
	free(names);
	return near;
}
