/* Templates become texts. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/gen.h"
#include "gen/template.h"
#include "lib/file.h"
#include "lib/limits.h"
#include "lib/mem.h"

static bool is_folder(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

/* Where templates are, relative to the folder of the program: installed, then in the sources. */
static const char *const beside[] = { "../share/pixgate/templates", "../templates", NULL };

char *gen_templates(const char *given, struct err *e)
{
	const char *env = getenv("PIXGATE_TEMPLATES");
	struct buf path = BUF(2 * PATH_MAX), tried = BUF(8192);
	char program[PATH_MAX], *found = NULL, *slash;
	ssize_t n;

	if (given || (env && *env)) {
		if (is_folder(given ? given : env))
			return xstrdup(given ? given : env);
		fail(e, ERR_USAGE, "%s: %s is no folder; expected the one that has nginx/site.conf and the other templates",
			given ? "--templates" : "PIXGATE_TEMPLATES", given ? given : env);
		return NULL;
	}
	n = readlink("/proc/self/exe", program, sizeof program - 1);
	program[n > 0 ? n : 0] = '\0';
	slash = strrchr(program, '/');
	for (size_t i = 0; slash && beside[i] && !found; i++) {
		char *real;

		buf_reset(&path);
		buf_putf(&path, "%.*s/%s", (int)(slash - program), program, beside[i]);
		real = realpath(buf_str(&path), NULL);
		if (real && is_folder(real))
			found = real;
		else
			free(real);
		buf_putf(&tried, "%s%s", i ? ", " : "", buf_str(&path));
	}
	if (!found)
		fail(e, ERR_CONFIG, "no folder of templates; looked for %s; name it with --templates or PIXGATE_TEMPLATES", buf_str(&tried));
	buf_free(&tried);
	buf_free(&path);
	return found;
}

const char *gen_file_name(const struct gen_text *t)
{
	const char *slash = strrchr(t->template, '/');

	return slash ? slash + 1 : t->template;
}

/* One template, rendered and with a line break at its end. */
static bool add_template(const char *folder, const char *name, const struct values *v, const struct grammar *g, struct buf *out, struct err *e)
{
	struct buf path = BUF(2 * PATH_MAX), template = BUF(LIMIT_TEMPLATE);
	bool ok = false;

	if (!buf_putf(&path, "%s/%s", folder, name)) {
		fail(e, ERR_USAGE, "--templates: the name is too long");
		goto out;
	}
	if (!file_read(buf_str(&path), 0, &template, e)) {
		fail_in(e, "template");
		goto out;
	}
	if (!template_render(name, buf_str(&template), template.len, v, g, out, e))
		goto out;
	if (out->len && out->data[out->len - 1] != '\n' && !buf_puts(out, "\n")) {
		fail(e, ERR_CONFIG, "%s: the text is longer than %zu bytes", name, out->max);
		goto out;
	}
	ok = true;
out:
	buf_free(&template);
	buf_free(&path);
	return ok;
}

static bool render_one(const struct gen_server *s, const struct gen_text *t, struct values *v, const char *folder, struct buf *out, struct err *e)
{
	struct buf body = BUF(out->max);
	bool ok = false;
	size_t at;

	values_text(v, "place", t->place);
	/* The body first: the header holds the command, and of a value that cannot be held its own name says more. */
	if (!add_template(folder, t->template, v, s->grammar, &body, e) || !add_template(folder, "header", v, s->grammar, out, e))
		goto out;
	at = out->len;
	if (!buf_add(out, buf_str(&body), body.len)) {
		fail(e, ERR_CONFIG, "%s: the text is longer than %zu bytes", t->template, out->max);
		goto out;
	}
	ok = gen_sum_add(out, at, e) || fail_in(e, "%s", t->template);
out:
	buf_free(&body);
	return ok;
}

bool gen_render(const struct gen_plan *p, const char *templates, struct gen_result *r, struct err *e)
{
	struct values *v = gen_model(p);
	bool ok = true;

	*r = (struct gen_result){ .server = p->server };
	for (const struct gen_text *t = p->server->texts; ok && t->template && r->count < GEN_TEXTS; t++) {
		r->text[r->count] = BUF(LIMIT_GENERATED);
		ok = render_one(p->server, t, v, templates, &r->text[r->count], e);
		r->count++;
	}
	values_free(v);
	return ok;
}

void gen_result_free(struct gen_result *r)
{
	for (size_t i = 0; i < GEN_TEXTS; i++) {
		buf_free(&r->text[i]);
		buf_free(&r->diff[i]);
		free(r->file[i]);
		r->file[i] = NULL;
	}
	r->count = 0;
}

bool gen_render_frame(const struct gen_plan *p, const char *templates, const struct gen_frame *f, struct buf *out, struct err *e)
{
	struct values *v = gen_model(p);
	bool ok;

	values_text(v, "place", "");
	values_text(v, "text", f->text);
	values_text(v, "dir", f->dir);
	values_text(v, "modules", f->modules);
	ok = add_template(templates, p->server->test->frame, v, p->server->grammar, out, e);
	values_free(v);
	return ok;
}
