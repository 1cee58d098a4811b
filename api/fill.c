#include "api/fill.h"

#include <stdlib.h>
#include <string.h>

#include "lib/json.h"
#include "lib/mem.h"
#include "lib/secret.h"
#include "lib/text.h"

struct filling {
	struct buf *out;
	const struct api_value *values;
	enum fill_form form;
	bool masked;
};

static const struct api_value *find(const struct api_value *values, const char *name, size_t len)
{
	for (const struct api_value *v = values; v && v->name; v++)
		if (strlen(v->name) == len && memcmp(v->name, name, len) == 0)
			return v->value ? v : NULL;
	return NULL;
}

/* Bytes of the name of a placeholder at p, which is behind a '{'; 0: the brace is a brace. */
static size_t placeholder(const char *p)
{
	size_t n = strspn(p, "abcdefghijklmnopqrstuvwxyz_0123456789");

	return p[n] == '}' ? n : 0;
}

/* The value with every hmac=… in it made unreadable. The caller wipes and frees. */
static char *veiled(const struct api_value *v)
{
	static const char name[] = "hmac=";
	struct buf b = BUF(strlen(v->value) + 256);
	const char *p = v->value, *at;

	if (v->secret)
		return xstrdup("***");
	while ((at = strstr(p, name))) {
		size_t secret = strcspn(at + sizeof name - 1, "&\"# ");

		if (!buf_add(&b, p, (size_t)(at - p) + sizeof name - 1) || !buf_puts(&b, "***"))
			break;
		p = at + sizeof name - 1 + secret;
	}
	if (at || !buf_puts(&b, p)) {	/* so many of them that they do not fit */
		buf_free(&b);
		return xstrdup("***");
	}
	return b.data ? b.data : xstrdup("");
}

static bool is_json(const char *text)
{
	struct json *doc = json_parse(text, strlen(text), false, NULL);
	bool ok = doc;

	json_free(doc);
	return ok;
}

static bool put_path(struct buf *out, const struct api_value *v, const char *text, struct err *e)
{
	size_t size = 3 * strlen(text) + 1;
	char *encoded;
	bool ok;

	if (!*text || strcmp(text, ".") == 0 || strcmp(text, "..") == 0)
		return fail(e, ERR_USAGE, "%s: \"%s\" cannot stand in an address", v->name, text);
	encoded = xmalloc(size);
	ok = text_percent(text, encoded, size) && buf_puts(out, encoded);
	secret_wipe(encoded, size);
	free(encoded);
	return ok || fail(e, ERR_USAGE, "%s: too long", v->name);
}

static bool put(const struct filling *f, const struct api_value *v, struct err *e)
{
	char *veil;
	const char *text;
	bool ok = false;

	if (v->len && f->form != FILL_PART)
		return fail(e, ERR_USAGE, "%s: bytes stand in a file's part alone", v->name);
	if (v->len)
		return (f->masked ? buf_putf(f->out, "(%zu bytes)", v->len) : buf_add(f->out, v->value, v->len)) || fail(e, ERR_USAGE, "%s: too long", v->name);
	veil = f->masked ? veiled(v) : NULL;
	text = veil ? veil : v->value;
	switch (f->form) {
	case FILL_PATH:
		ok = put_path(f->out, v, text, e);
		goto out;
	case FILL_JSON:
		if (v->raw && !is_json(v->value)) {
			fail(e, ERR_USAGE, "%s: its value is no JSON", v->name);
			goto out;
		}
		ok = v->raw && !(f->masked && v->secret) ? buf_puts(f->out, text) : json_quote(f->out, text, strlen(text));
		break;
	case FILL_HEADER:
		for (const char *c = text; *c; c++)
			if ((unsigned char)*c < 0x20 || *c == 0x7f) {
				fail(e, ERR_USAGE, "%s: a control byte cannot stand in a header", v->name);
				goto out;
			}
		ok = buf_puts(f->out, text);
		break;
	case FILL_PART:
		ok = buf_puts(f->out, text);
		break;
	}
	if (!ok)
		fail(e, ERR_USAGE, "%s: too long", v->name);
out:
	if (veil) {
		secret_wipe(veil, strlen(veil));
		free(veil);
	}
	return ok;
}

static void cut(struct buf *b, size_t len)
{
	if (!b->data)
		return;
	secret_wipe(b->data + len, b->len - len);
	b->len = len;
	b->data[len] = '\0';
}

/*
 * From *p to its end or, inside a <piece>, to the '>' that ends it. *lacks: a value was not given (in a piece only). A body is
 * JSON, so a '<' or '>' of a pattern never stands for itself.
 */
static bool expand(const struct filling *f, const char **p, bool piece, bool *lacks, struct err *e)
{
	while (**p && !(piece && **p == '>')) {
		size_t name = **p == '{' ? placeholder(*p + 1) : 0, plain;

		if (**p == '<') {
			size_t was = f->out->len;
			bool without = false;

			++*p;
			if (!expand(f, p, true, &without, e))
				return false;
			if (**p)
				++*p;
			if (without)
				cut(f->out, was);
		} else if (name) {
			const struct api_value *v = find(f->values, *p + 1, name);

			if (!v && !piece)
				return fail(e, ERR_USAGE, "this call needs a value for \"%.*s\"", (int)name, *p + 1);
			if (!v)
				*lacks = true;
			else if (!put(f, v, e))
				return false;
			*p += name + 2;
		} else {
			plain = 1 + strcspn(*p + 1, "{<>");
			if (!buf_add(f->out, *p, plain))
				return fail(e, ERR_USAGE, "the request is longer than %zu bytes", f->out->max);
			*p += plain;
		}
	}
	return true;
}

bool fill(struct buf *out, const char *pattern, const struct api_value *values, enum fill_form form, bool masked, struct err *e)
{
	const struct filling f = { .out = out, .values = values, .form = form, .masked = masked };
	size_t was = out->len;
	bool lacks = false;

	if (expand(&f, &pattern, false, &lacks, e))
		return true;
	cut(out, was);
	return false;
}
