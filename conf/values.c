/* Lists of texts and networks, read from the file and shown again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conf/keys.h"
#include "lib/buf.h"
#include "lib/mem.h"
#include "lib/secret.h"
#include "lib/text.h"

void text_list_free(struct text_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->item[i]);
	free(list->item);
	*list = (struct text_list){ 0 };
}

void keep_text(char **at, char *text)
{
	free(*at);
	*at = text;
}

bool read_path(const struct settings *s, const char *path, char **at, struct err *e)
{
	struct buf b = BUF(8192);
	bool ok = true;

	if (!path[0])
		ok = fail(e, ERR_CONFIG, "expected the path of a file");
	else if (!buf_putf(&b, "%s%s%s", path[0] == '/' ? "" : s->dir, path[0] == '/' ? "" : "/", path))
		ok = fail(e, ERR_CONFIG, "the path is longer than %zu bytes", b.max);
	else
		keep_text(at, xstrdup(buf_str(&b)));
	buf_free(&b);
	return ok;
}

bool read_place(const struct settings *s, const struct conf_value *v, char **at, struct err *e)
{
	return read_path(s, conf_text(v), at, e);
}

bool read_ref(const struct conf_value *v, char **at, struct err *e)
{
	if (!secret_ref_ok(conf_text(v), e))
		return false;
	keep_text(at, xstrdup(conf_text(v)));
	return true;
}

bool read_texts(const struct conf_value *v, struct text_list *list, struct err *e)
{
	size_t n = conf_type(v) == CONF_TEXT ? 1 : conf_count(v);

	text_list_free(list);
	list->item = xcalloc(n, sizeof *list->item);
	for (size_t i = 0; i < n; i++) {
		const char *text = conf_text(conf_type(v) == CONF_TEXT ? v : conf_at(v, i));

		if (!text)
			return fail(e, ERR_CONFIG, "item %zu is no text: write it in quotes", i + 1);
		list->item[list->count++] = xstrdup(text);
	}
	return true;
}

bool read_cidrs(const struct conf_value *v, struct cidr_list *list, struct err *e)
{
	struct text_list texts = { 0 };
	bool ok = false;

	if (!read_texts(v, &texts, e))
		goto out;
	free(list->item);
	list->count = 0;
	list->item = xcalloc(texts.count, sizeof *list->item);
	for (size_t i = 0; i < texts.count; i++) {
		if (!cidr_parse(texts.item[i], &list->item[list->count])) {
			fail(e, ERR_CONFIG, "\"%s\" is no address: expected IPv4 or IPv6, alone or with a prefix as in \"203.0.113.0/24\" "
			     "(no bits set behind the prefix)", texts.item[i]);
			goto out;
		}
		list->count++;
	}
	ok = true;
out:
	text_list_free(&texts);
	return ok;
}

int choice(const char *word, const char *const *words, bool fold, struct err *e)
{
	char all[320] = "";
	const char *near;

	for (int i = 0; words[i]; i++) {
		if ((fold ? strcasecmp : strcmp)(word, words[i]) == 0)
			return i;
		snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", i ? ", " : "", words[i]);
	}
	near = text_nearest(word, words);
	fail(e, ERR_CONFIG, "\"%s\" is unknown%s%s%s (one of: %s)", word, near ? ": did you mean \"" : "", near ? near : "", near ? "\"?" : "", all);
	return -1;
}

void show_text(struct buf *b, const char *text)
{
	char *quoted = conf_quote(text);

	buf_puts(b, quoted);
	free(quoted);
}

void show_texts(struct buf *b, const struct text_list *list)
{
	buf_puts(b, "[");
	for (size_t i = 0; i < list->count; i++) {
		buf_puts(b, i ? ", " : " ");
		show_text(b, list->item[i]);
	}
	buf_puts(b, " ]");
}

void show_cidrs(struct buf *b, const struct cidr_list *list)
{
	buf_puts(b, "[");
	for (size_t i = 0; i < list->count; i++) {
		const struct cidr *net = &list->item[i];
		char text[46];
		bool v4;

		ip_format(&net->base, text);
		v4 = !strchr(text, ':');
		buf_putf(b, "%s\"%s", i ? ", " : " ", text);
		if (net->bits != 128)
			buf_putf(b, "/%u", v4 ? net->bits - 96 : net->bits);
		buf_puts(b, "\"");
	}
	buf_puts(b, " ]");
}

char *path_normal(const char *path)
{
	char *out = xmalloc(strlen(path) + 2), *p = out;

	*p++ = '/';
	for (; *path; path++)
		if (*path != '/' || p[-1] != '/')
			*p++ = *path;
	if (p > out + 1 && p[-1] == '/')
		p--;
	*p = '\0';
	return out;
}
