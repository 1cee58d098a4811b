#include "gen/template.h"

#include <stdlib.h>
#include <string.h>

#include "gen/line.h"
#include "lib/mem.h"
#include "lib/text.h"

enum {
	TEMPLATE_MAX = 256 * 1024,	/* bytes of a template */
	NAME_MAX_LEN = 40,
	DEPTH_MAX = 8,			/* sections in sections: those of lists are looked through twice */
};

enum kind { TEXT, VALUE, SECTION, INVERTED, CLOSE };

/* A stretch of text or a tag, in the template's order. */
struct node {
	enum kind kind;
	const char *at;			/* TEXT: borrowed from the template */
	size_t len, line;
	char name[NAME_MAX_LEN + 1];
	size_t end;			/* SECTION, INVERTED: index of the CLOSE */
	enum place place;		/* VALUE */
};

struct template {
	const char *name, *text;
	size_t len;
	const struct grammar *g;
	struct node *nodes;
	size_t count, cap;
	struct buf out;
};

/* Puts the file and the line before the message. */
static bool at_line(const struct template *t, size_t line, struct err *e)
{
	return fail_in(e, "%s:%zu", t->name, line);
}

#define wrong(t, line, e, ...) (fail((e), ERR_CONFIG, __VA_ARGS__), at_line((t), (line), (e)))

static struct node *add(struct template *t, enum kind kind, size_t line)
{
	t->nodes = xgrow(t->nodes, &t->cap, t->count + 1, sizeof *t->nodes);
	t->nodes[t->count] = (struct node){ .kind = kind, .line = line };
	return &t->nodes[t->count++];
}

static bool blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Bytes that no configuration has, wherever they stand. */
static bool bytes_ok(const struct template *t, struct err *e)
{
	size_t line = 1;

	if (t->len > TEMPLATE_MAX)
		return wrong(t, line, e, "a template of %zu bytes; at most %d", t->len, TEMPLATE_MAX);
	for (size_t i = 0; i < t->len; i++) {
		unsigned char c = (unsigned char)t->text[i];

		if (c == '\r')
			return wrong(t, line, e, "a carriage return; lines must end with a line feed alone");
		if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
			return wrong(t, line, e, "a control character (0x%02x)", c);
		line += c == '\n';
	}
	if (!text_utf8(t->text, t->len))
		return wrong(t, 1, e, "the template is not UTF-8");
	if (t->len >= 3 && !memcmp(t->text, "\xef\xbb\xbf", 3))
		return wrong(t, 1, e, "a byte order mark before the text");
	return true;
}

static size_t lines_in(const char *s, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += s[i] == '\n';
	return n;
}

/* The name in a tag, blanks round it allowed. */
static bool name_of(const struct template *t, const char *s, size_t len, size_t line, char *name, struct err *e)
{
	size_t n;
	char shown[NAME_MAX_LEN + 1];

	while (len && blank(*s)) {
		s++;
		len--;
	}
	while (len && blank(s[len - 1]))
		len--;
	for (n = 0; n < len && ((s[n] >= 'a' && s[n] <= 'z') || (s[n] >= 'A' && s[n] <= 'Z') || (s[n] >= '0' && s[n] <= '9') || s[n] == '_'); n++)
		;
	if (!len || n < len || len > NAME_MAX_LEN) {
		n = len < NAME_MAX_LEN ? len : NAME_MAX_LEN;
		while (n && n < len && ((unsigned char)s[n] & 0xc0) == 0x80)
			n--;
		memcpy(shown, s, n);
		text_tame(shown, n);
		shown[n] = '\0';
		return wrong(t, line, e, "'%s' is no name: letters, digits and '_', at most %d", shown, NAME_MAX_LEN);
	}
	memcpy(name, s, len);
	name[len] = '\0';
	return true;
}

static enum kind kind_of(char mark)
{
	return mark == '#' ? SECTION : mark == '^' ? INVERTED : mark == '/' ? CLOSE : VALUE;
}

/*
 * The tag at t->text[*i], where *from is the first byte that no node has yet. Adds the text before it and itself, and
 * moves both behind it; a section's tag or a comment alone on its line takes the line with it.
 */
static bool tag(struct template *t, size_t *from, size_t *i, size_t *line, struct err *e)
{
	const char *s = t->text, *end = memmem(s + *i + 2, t->len - *i - 2, "}}", 2);
	size_t first = *i, behind, body = *i + 2;
	char mark = body < t->len ? s[body] : '\0', name[NAME_MAX_LEN + 1];
	struct node *n;

	if (!end)
		return wrong(t, *line, e, "'{{' without '}}'");
	behind = (size_t)(end - s) + 2;
	if (mark == '{' || mark == '&' || mark == '>' || mark == '=')
		return wrong(t, *line, e, "'{{%c' is not in this language: values are always put by the server's rules", mark);
	if (mark != '!' && !name_of(t, s + body + (mark == '#' || mark == '^' || mark == '/'), (size_t)(end - s) - body - (mark == '#' || mark == '^' || mark == '/'), *line, name, e))
		return false;
	if (mark == '!' || kind_of(mark) != VALUE) {
		size_t a = first, z = behind;

		while (a > *from && blank(s[a - 1]))
			a--;
		while (z < t->len && blank(s[z]))
			z++;
		if ((!a || s[a - 1] == '\n') && (z == t->len || s[z] == '\n')) {
			first = a;
			behind = z + (z < t->len);
		}
	}
	if (first > *from) {
		n = add(t, TEXT, *line - lines_in(s + *from, first - *from));
		n->at = s + *from;
		n->len = first - *from;
	}
	if (mark != '!') {
		n = add(t, kind_of(mark), *line);
		memcpy(n->name, name, sizeof name);
	}
	*line += lines_in(s + *i, behind - *i);
	*i = *from = behind;
	return true;
}

static bool parse(struct template *t, struct err *e)
{
	size_t from = 0, i = 0, line = 1, depth = 0, open[DEPTH_MAX];

	while (i < t->len) {
		if (t->text[i] == '{' && i + 1 < t->len && t->text[i + 1] == '{') {
			if (!tag(t, &from, &i, &line, e))
				return false;
			continue;
		}
		line += t->text[i++] == '\n';
	}
	if (i > from) {
		struct node *n = add(t, TEXT, line - lines_in(t->text + from, i - from));

		n->at = t->text + from;
		n->len = i - from;
	}
	for (i = 0; i < t->count; i++) {
		struct node *n = &t->nodes[i];

		if (n->kind == SECTION || n->kind == INVERTED) {
			if (depth == DEPTH_MAX)
				return wrong(t, n->line, e, "more than %d sections in each other", DEPTH_MAX);
			open[depth++] = i;
		} else if (n->kind == CLOSE) {
			if (!depth)
				return wrong(t, n->line, e, "'{{/%s}}' closes nothing", n->name);
			if (strcmp(t->nodes[open[--depth]].name, n->name))
				return wrong(t, n->line, e, "'{{/%s}}' where '{{/%s}}' must close what line %zu opens", n->name, t->nodes[open[depth]].name, t->nodes[open[depth]].line);
			t->nodes[open[depth]].end = i;
		}
	}
	if (depth)
		return wrong(t, t->nodes[open[depth - 1]].line, e, "section '%s' is not closed", t->nodes[open[depth - 1]].name);
	return true;
}

static const struct value *look_up(const struct template *t, const struct node *n, const struct values *v, struct err *e)
{
	const struct value *x = values_find(v, n->name);
	const char *near;

	if (x)
		return x;
	near = values_nearest(v, n->name);
	(void)(near ? wrong(t, n->line, e, "unknown name '%s'; nearest: '%s'", n->name, near) : wrong(t, n->line, e, "unknown name '%s'", n->name));
	return NULL;
}

/* Nodes from..to whatever the values are: names, kinds, and where on its line each value stands. */
static bool judge(struct template *t, size_t from, size_t to, const struct values *v, struct line *l, struct err *e)
{
	for (size_t i = from; i < to; i++) {
		struct node *n = &t->nodes[i];
		const struct value *x;
		const struct values *in = v;
		size_t line = n->line;

		if (n->kind == TEXT) {
			for (size_t k = 0; k < n->len; k++) {
				if (!line_char(l, n->at[k], e))
					return at_line(t, line, e);
				line += n->at[k] == '\n';
			}
			continue;
		}
		if (!line_tag(l, e) || (n->kind == VALUE && !line_value(l, &n->place, e)))
			return at_line(t, line, e);
		if (!(x = look_up(t, n, v, e)))
			return false;
		if (n->kind == VALUE) {
			if (!value_text(x))
				return wrong(t, line, e, "'%s' is a %s: it has no text, but may be a section", n->name, value_list(x) ? "list" : "flag");
			continue;
		}
		if (n->kind == SECTION && value_list(x) && value_shape(x))
			in = value_shape(x);
		/* a list's twice: the next item comes behind the end of the one before */
		for (int again = n->kind == SECTION && value_list(x); again >= 0; again--) {
			struct line inside = *l;

			if (!judge(t, i + 1, n->end, in, &inside, e))
				return false;
			if (!line_tag(&inside, e) || !line_join(l, &inside, e))
				return at_line(t, t->nodes[n->end].line, e);
		}
		i = n->end;
	}
	return true;
}

static bool write_out(struct template *t, size_t from, size_t to, const struct values *v, struct err *e)
{
	for (size_t i = from; i < to; i++) {
		const struct node *n = &t->nodes[i];
		const struct value *x;
		size_t times;

		if (n->kind == TEXT) {
			if (!buf_add(&t->out, n->at, n->len))
				return wrong(t, n->line, e, "the text would grow past %zu bytes", t->out.max);
			continue;
		}
		if (!(x = look_up(t, n, v, e)))
			return false;
		if (n->kind == VALUE) {
			const char *text = value_text(x);

			if (!text)
				return wrong(t, n->line, e, "'%s' is a %s: it has no text, but may be a section", n->name, value_list(x) ? "list" : "flag");
			if (!grammar_put(t->g, n->place, text, strlen(text), &t->out, e))
				return fail_in(e, "%s:%zu: '%s'", t->name, n->line, n->name);
			continue;
		}
		times = n->kind == INVERTED ? !value_set(x) : value_list(x) ? value_items(x) : value_set(x);
		for (size_t k = 0; k < times; k++)
			if (!write_out(t, i + 1, n->end, n->kind == SECTION && value_list(x) ? value_item(x, k) : v, e))
				return false;
		i = n->end;
	}
	return true;
}

bool template_render(const char *name, const char *text, size_t len, const struct values *v, const struct grammar *g, struct buf *out, struct err *e)
{
	struct template t = { .name = name, .text = text, .len = len, .g = g, .out = BUF(out->max - out->len) };
	struct line l = line_begin(g);
	bool ok = false;

	if (!bytes_ok(&t, e) || !parse(&t, e) || !judge(&t, 0, t.count, v, &l, e))
		goto out;
	if (!line_end(&l, e)) {
		at_line(&t, 1 + lines_in(text, len), e);
		goto out;
	}
	if (!write_out(&t, 0, t.count, v, e))
		goto out;
	ok = buf_add(out, buf_str(&t.out), t.out.len);
out:
	buf_free(&t.out);
	free(t.nodes);
	return ok;
}
