/* The command line that makes a text: it stands in the text's header, so that anybody can make it again. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/gen.h"
#include "lib/mem.h"

void gen_quote(const char *word, struct buf *out)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:/@+,=-%";

	if (*word && word[strspn(word, plain)] == '\0') {
		buf_puts(out, word);
		return;
	}
	buf_puts(out, "'");
	for (; *word; word++)
		if (*word == '\'')
			buf_puts(out, "'\"'\"'");	/* no backslash: in some languages a comment cannot hold one */
		else
			buf_add(out, word, 1);
	buf_puts(out, "'");
}

static void add_option(struct buf *out, const char *name, const char *value)
{
	buf_putf(out, " %s ", name);
	gen_quote(value, out);
}

void gen_command(const struct gen_server *s, const char *conf, const struct opt *options, size_t rows, const char *const *value, struct buf *out)
{
	buf_putf(out, "pixgate gen %s", s->name);
	if (conf)
		add_option(out, "--conf", conf);
	for (size_t i = 0; i < rows; i++)
		if (value[i])
			add_option(out, options[i].name, value[i]);
}

char *gen_absolute(const char *path)
{
	struct buf b = BUF(2 * PATH_MAX);
	char here[PATH_MAX];

	if (!path || *path == '/' || !*path || !getcwd(here, sizeof here))
		return path ? xstrdup(path) : NULL;
	while (path[0] == '.' && path[1] == '/')
		path += 2 + strspn(path + 2, "/");
	if (strcmp(path, ".") == 0 || !*path)
		buf_puts(&b, here);
	else if (!buf_putf(&b, "%s/%s", strcmp(here, "/") ? here : "", path))
		buf_puts(&b, path);
	return b.data ? b.data : xstrdup(path);
}
