#include "cli/opt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"
#include "lib/text.h"

static const struct opt *row_named(const struct opt *table, const char *name, size_t len)
{
	for (; table && table->name; table++)
		if (!strncmp(table->name, name, len) && !table->name[len])
			return table;
	return NULL;
}

static const struct opt *row_brief(const struct opt *table, char c)
{
	for (; table && table->name; table++)
		if (table->brief == c)
			return table;
	return NULL;
}

static bool unknown(const struct opt *own, const struct opt *common, const char *word, size_t len, struct err *e)
{
	const struct opt *const tables[] = { own, common };
	const char *names[2 * OPT_MAX + 1], *near;
	char *bare = xstrndup(word, len);
	size_t n = 0;

	for (size_t t = 0; t < 2; t++)
		for (const struct opt *o = tables[t]; o && o->name; o++)
			names[n++] = o->name;
	names[n] = NULL;
	near = text_nearest(bare, names);
	if (near)
		fail(e, ERR_USAGE, "unknown option %s; nearest: %s", bare, near);
	else
		fail(e, ERR_USAGE, "unknown option %s", bare);
	free(bare);
	return false;
}

static void set(const struct opt *row, const struct opt *table, struct args *a, const char *value)
{
	a->value[row - table] = value;
	a->times[row - table]++;
}

/* word is "--name" or "--name=value"; next is the word behind it or NULL; *took tells whether next was its value. */
static bool read_long(const struct opt *own, struct args *own_args, const struct opt *common, struct args *common_args, const char *word, const char *next, bool *took, struct err *e)
{
	size_t len = strcspn(word, "=");
	const char *value = word[len] ? word + len + 1 : NULL;
	const struct opt *table = own, *row = row_named(own, word, len);
	struct args *a = own_args;

	*took = false;
	if (!row) {
		table = common;
		a = common_args;
		row = row_named(common, word, len);
	}
	if (!row)
		return unknown(own, common, word, len, e);
	if (!row->value) {
		if (value)
			return fail(e, ERR_USAGE, "%s takes no value", row->name);
		value = "";
	} else if (!value) {
		if (!next)
			return fail(e, ERR_USAGE, "%s needs a value: %s %s", row->name, row->name, row->value);
		value = next;
		*took = true;
	}
	set(row, table, a, value);
	return true;
}

/* word is "-qv", "-o" or "-oFILE": behind a letter that takes a value the rest of the word is that value, or the next word
 * is; *took tells whether. */
static bool read_brief(const struct opt *own, struct args *own_args, const struct opt *common, struct args *common_args, const char *word, const char *next, bool *took, struct err *e)
{
	*took = false;
	for (const char *c = word + 1; *c; c++) {
		const struct opt *table = own, *row = row_brief(own, *c);
		struct args *a = own_args;

		if (!row) {
			table = common;
			a = common_args;
			row = row_brief(common, *c);
		}
		if (!row)
			return fail(e, ERR_USAGE, "unknown option -%c", *c);
		if (!row->value) {
			set(row, table, a, "");
			continue;
		}
		*took = !c[1];
		if (*took && !next)
			return fail(e, ERR_USAGE, "-%c needs a value: -%c %s", *c, *c, row->value);
		set(row, table, a, *took ? next : c + 1);
		break;
	}
	return true;
}

bool args_read(const struct opt *own, struct args *own_args, const struct opt *common, struct args *common_args, bool stop, int argc, char **argv, int *at, struct err *e)
{
	bool ended = false, took;
	int i = *at;

	if (!stop && !own_args->operand)
		own_args->operand = xcalloc((size_t)argc + 1, sizeof *own_args->operand);
	for (; i < argc; i++) {
		const char *word = argv[i];

		if (ended || word[0] != '-' || !word[1]) {
			if (stop)
				break;
			own_args->operand[own_args->operands++] = word;
		} else if (!strcmp(word, "--")) {
			ended = true;
		} else {
			const char *next = i + 1 < argc ? argv[i + 1] : NULL;

			if (word[1] == '-' ? !read_long(own, own_args, common, common_args, word, next, &took, e)
			                   : !read_brief(own, own_args, common, common_args, word, next, &took, e))
				return false;
			i += took;
		}
	}
	*at = i;
	return true;
}

void args_free(struct args *a)
{
	free(a->operand);
	a->operand = NULL;
	a->operands = 0;
}

bool args_number(const char *what, const char *text, long long least, long long *n, struct err *e)
{
	char *end;
	long long v;

	errno = 0;
	v = strtoll(text, &end, 10);
	if (errno || !*text || *end || strspn(text, "0123456789") != strlen(text) || v < least)
		return fail(e, ERR_USAGE, "%s: '%s' is no whole number from %lld", what, text, least);
	*n = v;
	return true;
}
