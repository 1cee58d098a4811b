#include "lib/table.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/mem.h"
#include "lib/text.h"

struct table {
	const char *const *heads;
	size_t columns;
	char **cell;		/* row after row */
	size_t count, cap;
};

struct table *table_new(const char *const *heads)
{
	struct table *t = xcalloc(1, sizeof *t);

	t->heads = heads;
	while (heads[t->columns])
		t->columns++;
	return t;
}

static bool right(const struct table *t, size_t column)
{
	return t->heads[column][0] == '>';
}

static const char *head(const struct table *t, size_t column)
{
	return t->heads[column] + right(t, column);
}

/* UTF-8 characters; bytes that continue one do not count. */
static size_t characters(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

/* Takes text over. */
static void add(struct table *t, char *text)
{
	text_tame(text, strlen(text));
	t->cell = xgrow(t->cell, &t->cap, t->count + 1, sizeof *t->cell);
	t->cell[t->count++] = text;
}

void table_cell(struct table *t, const char *text)
{
	add(t, xstrdup(text ? text : "-"));
}

void table_cellf(struct table *t, const char *fmt, ...)
{
	va_list ap, again;
	char *text;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	text = xcalloc(1, n < 0 ? 1 : (size_t)n + 1);
	if (n > 0)
		vsnprintf(text, (size_t)n + 1, fmt, again);
	va_end(again);
	va_end(ap);
	add(t, text);
}

size_t table_rows(const struct table *t)
{
	return t->columns ? (t->count + t->columns - 1) / t->columns : 0;
}

static void spaces(FILE *to, size_t n)
{
	while (n--)
		putc(' ', to);
}

/* Spaces are owed until something is written behind them, so that none ends a line. */
static void put(FILE *to, const char *text, size_t width, bool to_right, size_t *owed)
{
	size_t pad = width - characters(text);

	if (to_right)
		*owed += pad;
	if (*text) {
		spaces(to, *owed);
		*owed = 0;
		fputs(text, to);
	}
	*owed += 2 + (to_right ? 0 : pad);
}

void table_print(const struct table *t, FILE *to, bool color)
{
	size_t *width = xcalloc(t->columns, sizeof *width), owed = 0;

	for (size_t i = 0; i < t->columns; i++)
		width[i] = characters(head(t, i));
	for (size_t i = 0; i < t->count; i++) {
		size_t n = characters(t->cell[i]);

		if (n > width[i % t->columns])
			width[i % t->columns] = n;
	}
	if (color)
		fputs("\033[1m", to);
	for (size_t i = 0; i < t->columns; i++)
		put(to, head(t, i), width[i], right(t, i), &owed);
	fputs(color ? "\033[0m\n" : "\n", to);
	for (size_t i = 0; i < t->count; i++) {
		size_t column = i % t->columns;

		if (!column)
			owed = 0;
		put(to, t->cell[i], width[column], right(t, column), &owed);
		if (column + 1 == t->columns || i + 1 == t->count)
			putc('\n', to);
	}
	free(width);
}

void table_free(struct table *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->count; i++)
		free(t->cell[i]);
	free(t->cell);
	free(t);
}

bool table_color(FILE *to)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(fileno(to)) && !(no && *no) && term && strcmp(term, "dumb");
}
