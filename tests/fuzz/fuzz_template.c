/*
 * libFuzzer over templates and the values put into them. The first byte chooses the language and which of two games ('A' to 'E'
 * are templates, 'F' to 'J' values, of the languages in the order of hostile.h):
 *   the rest is a value, and the second byte the place: the language's reader must find that value and nothing else;
 *   the rest is a template, up to the first 0xff, and a value: rendered with it and with a harmless one, both texts must say
 *   the same to the reader but for the value.
 */
#include <stdint.h>
#include <stdio.h>

#include "tests/unit/hostile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HARMLESS "1"

static void demand(bool holds, const char *what, const struct buf *a, const struct buf *b)
{
	if (holds)
		return;
	fprintf(stderr, "%s\n--- harmless\n%s\n--- hostile\n%s\n", what, a ? buf_str(a) : "", b ? buf_str(b) : "");
	abort();
}

static size_t lines(const struct buf *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->len; i++)
		n += b->data[i] == '\n';
	return n;
}

static void a_value(const struct language *l, enum place place, const char *value, size_t len)
{
	const char *line = l->lines[place], *tag = strstr(line, "{{value}}");
	struct buf out = BUF(1 << 17);
	const char *why;

	buf_add(&out, line, (size_t)(tag - line));
	if (grammar_put(l->g, place, value, len, &out, NULL)) {
		buf_puts(&out, tag + strlen("{{value}}"));
		why = misread(l, place, out.data, out.len, value, len);
		demand(!why, why, NULL, &out);
	}
	buf_free(&out);
}

static struct values *names(const char *value)
{
	struct values *v = values_new(), *item;

	values_text(v, "a", value);
	values_text(v, "b", HARMLESS);
	values_text(v, "empty", "");
	values_flag(v, "y", true);
	values_flag(v, "n", false);
	for (int i = 0; i < 2; i++) {
		item = values_item(v, "l");
		values_text(item, "c", value);
		values_text(item, "d", HARMLESS);
	}
	values_text(values_shape(v, "none"), "c", "");
	return v;
}

/* A word that holds values is the harmless one with each HARMLESS in value's place, or its own. */
static bool same_but_for(const struct word *w, const struct word *h, const char *value)
{
	size_t i = 0, k = 0, len = strlen(value);

	while (i < h->len) {
		if (h->text[i] == *HARMLESS && k + len <= w->len && !memcmp(w->text + k, value, len)) {
			k += len;
			i++;
		} else if (k < w->len && w->text[k] == h->text[i]) {
			k++;
			i++;
		} else {
			return false;
		}
	}
	return k == w->len;
}

/* `value` is ambiguous where it looks like what is round it: then only the number of words counts. */
static void compare(const struct language *l, const struct buf *harmless, const struct buf *hostile, const char *value)
{
	struct said h = { 0 }, w = { 0 };

	demand(lines(harmless) == lines(hostile), "another number of lines", harmless, hostile);
	l->read(buf_str(harmless), harmless->len, &h);
	l->read(buf_str(hostile), hostile->len, &w);
	if (!h.wild) {
		demand(!w.wild, "no longer plain text", harmless, hostile);
		demand(h.count == w.count, "another number of words", harmless, hostile);
		for (size_t i = 0; i < h.count; i++) {
			demand(h.words[i].statement == w.words[i].statement, "another statement", harmless, hostile);
			if (!strpbrk(value, HARMLESS) && !memchr(h.words[i].text, *value, h.words[i].len))
				demand(same_but_for(&w.words[i], &h.words[i], value), "another word", harmless, hostile);
		}
	}
	said_free(&h);
	said_free(&w);
}

static void a_template(const struct language *l, const char *data, size_t size)
{
	const char *end = memchr(data, 0xff, size);
	size_t len = end ? (size_t)(end - data) : size;
	char *value = end ? strndup(end + 1, size - len - 1) : strdup(HARMLESS);
	struct values *good = names(HARMLESS), *bad = names(value);
	struct buf harmless = BUF(1 << 17), hostile = BUF(1 << 17);
	struct err e = { 0 };

	if (*value && template_render("t", data, len, bad, l->g, &hostile, &e) && template_render("t", data, len, good, l->g, &harmless, NULL))
		compare(l, &harmless, &hostile, value);
	demand(e.code == ERR_NONE ? true : *e.text && !strpbrk(e.text, "\n\r\x1b\x7f"), e.text, NULL, NULL);
	values_free(good);
	values_free(bad);
	buf_free(&harmless);
	buf_free(&hostile);
	free(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct language *l;

	if (size < 2)
		return 0;
	l = &languages[data[0] % LANGUAGES];
	if (data[0] / LANGUAGES % 2)
		a_template(l, (const char *)data + 1, size - 1);
	else
		a_value(l, (enum place)(data[1] % 4), (const char *)data + 2, size - 2);
	return 0;
}
