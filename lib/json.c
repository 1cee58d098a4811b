#include "lib/json.h"

#include <cjson/cJSON.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "lib/ascii.h"
#include "lib/jsonwall.h"
#include "lib/limits.h"
#include "lib/mem.h"

/*
 * A struct json is a cJSON node behind a cast. A number's digits stand in its valuestring, which cJSON leaves NULL there.
 *
 * A document's memory is a list of blocks, as a rule one: cJSON's hooks take from it while it reads, and nothing is given
 * back but the whole. So a notification costs one malloc instead of fifty. The root, which has no neighbours, holds the
 * list in its `prev`.
 */
enum {
	FEW = 16,	/* members of an object up to which comparing each with each is cheaper than sorting */
	TYPE = 0xff,	/* of cJSON.type; the rest are flags */
};

struct block {
	struct block *next;
	size_t used, size;	/* bytes of data */
	alignas(8) char data[];
};

static _Thread_local struct block *blocks;	/* of the document that is being read; the first one is taken from */

static size_t rounded(size_t size)
{
	return (size + 7) & ~(size_t)7;
}

static void add_block(size_t size)
{
	struct block *b = xmalloc(sizeof *b + size);

	b->next = blocks;
	b->used = 0;
	b->size = size;
	blocks = b;
}

static void *take(size_t size)
{
	void *p;

	size = rounded(size);
	if (blocks->size - blocks->used < size)
		add_block(size > 4096 ? size : 4096);
	p = blocks->data + blocks->used;
	blocks->used += size;
	return p;
}

static void give_back(void *p)
{
	(void)p;
}

static void free_blocks(struct block *b)
{
	while (b) {
		struct block *next = b->next;

		free(b);
		b = next;
	}
}

static const cJSON *node(const struct json *v)
{
	return (const cJSON *)v;
}

static const struct json *value(const cJSON *n)
{
	return (const struct json *)n;
}

static bool same(const char *a, const char *b, bool fold_case)
{
	if (fold_case)
		return ascii_lower(*a) == ascii_lower(*b) && ascii_casecmp(a, b) == 0;
	return *a == *b && strcmp(a, b) == 0;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int by_letters(const void *a, const void *b)
{
	return ascii_casecmp(*(const char *const *)a, *(const char *const *)b);
}

static bool twins_of_many(const cJSON *object, bool fold_case)
{
	const char **names;
	size_t n = 0, i = 0;
	bool found = false;

	for (const cJSON *m = object->child; m; m = m->next)
		n++;
	names = xmalloc(n * sizeof *names);
	for (const cJSON *m = object->child; m; m = m->next)
		names[i++] = m->string;
	qsort(names, n, sizeof *names, fold_case ? by_letters : by_bytes);
	for (i = 1; i < n && !found; i++)
		found = same(names[i - 1], names[i], fold_case);
	free(names);
	return found;
}

static bool twins(const cJSON *object, bool fold_case)
{
	int n = 0;

	for (const cJSON *a = object->child; a; a = a->next) {
		if (n++ == FEW)
			return twins_of_many(object, fold_case);
		for (const cJSON *b = object->child; b != a; b = b->next)
			if (same(a->string, b->string, fold_case))
				return true;
	}
	return false;
}

/* Offset of the n-th (from 0) object of a text that passed the wall. */
static size_t nth_object(const char *bytes, size_t len, size_t n)
{
	bool quoted = false;
	size_t i;

	for (i = 0; i < len; i++) {
		if (quoted && bytes[i] == '\\')
			i++;
		else if (bytes[i] == '"')
			quoted = !quoted;
		else if (!quoted && bytes[i] == '{' && !n--)
			break;
	}
	return i;
}

/* Walks the tree in the order of the text: numbers get their digits, objects are searched for twin keys. */
static bool settle(cJSON *root, const char *bytes, size_t len, const struct json_shape *shape, bool fold_case, struct err *e)
{
	cJSON *up[LIMIT_JSON_DEPTH], *v = root;
	size_t depth = 0, object = 0, numbers = 0;

	for (;;) {
		if ((v->type & TYPE) == cJSON_Number && numbers < shape->numbers) {
			const struct json_number *number = &shape->number[numbers++];

			v->valuestring = take(number->len + 1);
			memcpy(v->valuestring, bytes + number->at, number->len);
			v->valuestring[number->len] = '\0';
		} else if ((v->type & TYPE) == cJSON_Object) {
			if (twins(v, fold_case))
				return fail(e, ERR_INPUT, "offset %zu: an object has a key twice", nth_object(bytes, len, object));
			object++;
		}
		if (v->child && depth < LIMIT_JSON_DEPTH) {
			up[depth++] = v;
			v = v->child;
			continue;
		}
		while (!v->next) {
			if (!depth)
				return true;
			v = up[--depth];
		}
		v = v->next;
	}
}

struct json *json_parse(const char *bytes, size_t len, bool fold_case, struct err *e)
{
	static cJSON_Hooks hooks = { take, give_back };
	struct json_shape shape = { 0 };
	cJSON *doc, *done = NULL;
	const char *end;

	blocks = NULL;
	if (!json_wall(bytes ? bytes : "", len, &shape, e))
		goto out;
	/* A string takes no more than it does in the text, quotes included; each piece up to 7 bytes to be rounded. */
	add_block(shape.values * rounded(sizeof(cJSON)) + len + (shape.strings + shape.numbers) * 8);
	cJSON_InitHooks(&hooks);
	doc = cJSON_ParseWithLengthOpts(bytes, len, &end, false);
	if (!doc) {
		fail(e, ERR_INPUT, "offset %zu: no JSON", (size_t)(end - bytes));
		goto out;
	}
	if (!settle(doc, bytes, len, &shape, fold_case, e))
		goto out;
	doc->prev = (cJSON *)blocks;
	blocks = NULL;
	done = doc;
out:
	free_blocks(blocks);
	blocks = NULL;
	free(shape.number);
	return (struct json *)done;
}

void json_free(struct json *doc)
{
	if (doc)
		free_blocks((struct block *)((cJSON *)doc)->prev);
}

enum json_type json_type(const struct json *v)
{
	switch (v ? node(v)->type & TYPE : cJSON_NULL) {
	case cJSON_False:
		return JSON_FALSE;
	case cJSON_True:
		return JSON_TRUE;
	case cJSON_Number:
		return JSON_NUMBER;
	case cJSON_String:
		return JSON_STRING;
	case cJSON_Array:
		return JSON_ARRAY;
	case cJSON_Object:
		return JSON_OBJECT;
	default:
		return JSON_NULL;
	}
}

const char *json_text(const struct json *v)
{
	return v ? node(v)->valuestring : NULL;
}

const char *json_name(const struct json *v)
{
	return v ? node(v)->string : NULL;
}

const struct json *json_member(const struct json *v, const char *name, bool fold_case)
{
	if (!v || (node(v)->type & TYPE) != cJSON_Object)
		return NULL;
	for (const cJSON *m = node(v)->child; m; m = m->next)
		if (same(m->string, name, fold_case))
			return value(m);
	return NULL;
}

const struct json *json_first(const struct json *v)
{
	return v ? value(node(v)->child) : NULL;
}

const struct json *json_next(const struct json *v)
{
	return v ? value(node(v)->next) : NULL;
}

/* Steps over "[0]" or "[-1]" at *path. */
static const struct json *indexed(const struct json *v, const char **path)
{
	const struct json *item = json_type(v) == JSON_ARRAY ? json_first(v) : NULL;

	if (strncmp(*path, "[0]", 3) == 0) {
		*path += 3;
		return item;
	}
	if (strncmp(*path, "[-1]", 4) != 0)
		return NULL;
	*path += 4;
	while (json_next(item))
		item = json_next(item);
	return item;
}

const struct json *json_path(const struct json *v, const char *path, bool fold_case)
{
	char name[64];
	size_t n = strcspn(path, ".[");

	if (!path[n])
		return json_member(v, path, fold_case);
	while (v && *path) {
		if (*path == '[') {
			v = indexed(v, &path);
		} else {
			n = strcspn(path, ".[");
			if (n >= sizeof name)
				return NULL;
			memcpy(name, path, n);
			name[n] = '\0';
			v = json_member(v, name, fold_case);
			path += n;
		}
		if (*path == '.')
			path++;
	}
	return v;
}
