/* A hook's `calls`: what its PSP's API calls otherwise than the profile says. Checked here, so that nothing half is ever sent. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "conf/keys.h"
#include "lib/buf.h"
#include "lib/json.h"
#include "lib/mem.h"

enum { CALLS = 64, NAMES = 64, NAME = 32, PATH = 1024, BODY = 8 * 1024, WORD = 128 };	/* most calls, placeholders; bytes of each text */

static const char *const methods[] = { "GET", "POST", "PUT", "PATCH", "DELETE", NULL };

/* Bytes of the name of a placeholder behind a '{', as api/fill.c takes it; 0: the brace is a brace. */
static size_t hole(const char *p)
{
	size_t n = strspn(p, "abcdefghijklmnopqrstuvwxyz_0123456789");

	return p[n] == '}' ? n : 0;
}

/* Placeholders of a profile, each once. */
struct names {
	char text[NAMES][NAME];
	size_t count;
};

static void collect(struct names *all, const char *pattern)
{
	for (const char *p = pattern; p && (p = strchr(p, '{')); p++) {
		size_t n = hole(p + 1), i = 0;

		if (!n || all->count == NAMES)
			continue;
		n = n < NAME ? n : NAME - 1;	/* a longer one is none that is known */
		while (i < all->count && (strlen(all->text[i]) != n || memcmp(all->text[i], p + 1, n) != 0))
			i++;
		if (i == all->count)
			memcpy(all->text[all->count++], p + 1, n);
	}
}

/* Each {name} is one that some call of the PSP has: a mistyped one would be found when the request is due. */
static bool names_ok(const struct psp *psp, const char *pattern, struct err *e)
{
	struct names known = { 0 }, used = { 0 };
	const char *list[NAMES + 1] = { NULL };

	for (const struct psp_call *c = psp->calls; c && c->name; c++) {
		collect(&known, c->path);
		collect(&known, c->body);
		collect(&known, c->header);
	}
	collect(&known, psp->also);
	for (size_t i = 0; i < known.count; i++)
		list[i] = known.text[i];
	collect(&used, pattern);
	for (size_t i = 0; i < used.count; i++)
		if (choice(used.text[i], list, false, e) < 0)
			return fail_in(e, "{%s}", used.text[i]);
	return true;
}

/* Every '<' has its '>'; in a path, where braces have no other meaning, every brace is of a {name}. */
static bool balanced(const char *p, bool path, struct err *e)
{
	int depth = 0;

	for (; *p; p++) {
		size_t n = *p == '{' ? hole(p + 1) : 0;

		if (path && ((*p == '{' && !n) || *p == '}'))
			return fail(e, ERR_CONFIG, "a brace that is not of a {name}: expected small letters, digits and '_' between { and }");
		depth += (*p == '<') - (*p == '>');
		if (depth < 0)
			break;
		p += n ? n + 1 : 0;
	}
	return depth == 0 || fail(e, ERR_CONFIG, "a '%c' without its '%c': what stands between < and > is left out where a value is not given",
				  depth < 0 ? '>' : '<', depth < 0 ? '<' : '>');
}

bool request_path_ok(const char *path, bool holes, struct err *e)
{
	if (path[0] != '/')
		return fail(e, ERR_CONFIG, "\"%.80s\" does not begin with '/': expected the path alone, such as \"/v1/webhook\" (the host stands in api)", path);
	if (strlen(path) > PATH)
		return fail(e, ERR_CONFIG, "the path is longer than %d bytes", PATH);
	for (const char *p = path; *p; p++)
		if (*p <= ' ' || *p > '~' || strchr(holes ? "\"\\#^`|" : "\"\\#^`|{}<>", *p))
			return fail(e, ERR_CONFIG, "a path of printable ASCII was expected, without spaces, quotes, '\\' and '#'%s; write others as %%XX",
				    holes ? "" : ", and without {name}");
	if (strstr(path, "/../") || strstr(path, "/./"))
		return fail(e, ERR_CONFIG, "a path without \"..\" was expected");
	return !holes || balanced(path, true, e);
}

static bool name_ok(const struct psp *psp, const char *text, struct err *e)
{
	const char *names[CALLS + 1];
	size_t n = 0;

	for (; psp->calls && psp->calls[n].name && n < CALLS; n++)
		names[n] = psp->calls[n].name;
	names[n] = NULL;
	return choice(text, names, false, e) >= 0;
}

static bool method_ok(const struct psp *psp, const char *text, struct err *e)
{
	(void)psp;
	return choice(text, methods, false, e) >= 0;
}

static bool path_ok(const struct psp *psp, const char *text, struct err *e)
{
	return request_path_ok(text, true, e) && names_ok(psp, text, e);
}

static bool word_ok(const struct psp *psp, const char *text, struct err *e)
{
	(void)psp;
	if (strlen(text) > WORD)
		return fail(e, ERR_CONFIG, "longer than %d bytes", WORD);
	for (const char *p = text; *p; p++)
		if (*p < ' ' || *p > '~' || strchr("\"\\<>{}", *p))
			return fail(e, ERR_CONFIG, "printable ASCII was expected, without quotes, '\\', braces, '<' and '>'");
	return true;
}

static bool type_ok(const struct psp *psp, const char *text, struct err *e)
{
	return word_ok(psp, text, e) && (strchr(text, '/') || fail(e, ERR_CONFIG, "expected a media type such as \"application/x-x509-ca-cert\""));
}

/* The body with `value` for every {name}, its <pieces> kept or left out. */
static void sample(struct buf *b, const char *p, const char *value, bool pieces)
{
	int depth = 0;

	for (; *p; p++) {
		size_t n = *p == '{' ? hole(p + 1) : 0;
		bool keep = pieces || !depth;

		if (*p == '<' || *p == '>')
			depth += *p == '<' ? 1 : -1;
		else if (keep)
			n ? buf_puts(b, value) : buf_add(b, p, 1);
		p += n ? n + 1 : 0;
	}
}

/* As a text and as a number: a {name} between quotes fails the one, in place of a member's name the other. */
static bool body_is_json(const char *body, struct err *e)
{
	static const char *const values[] = { "\"x\"", "0" };

	for (int i = 0; i < 4; i++) {
		struct buf b = BUF(4 * BODY);
		struct err why = { 0 };
		struct json *doc;

		sample(&b, body, values[i & 1], i & 2);
		doc = json_parse(buf_str(&b), b.len, false, &why);
		buf_free(&b);
		if (!doc)
			return fail(e, ERR_CONFIG, "no JSON once values are put in: %s (a {name} becomes a whole value and stands without quotes)", why.text);
		json_free(doc);
	}
	return true;
}

static bool body_ok(const struct psp *psp, const char *body, struct err *e)
{
	if (strlen(body) > BODY)
		return fail(e, ERR_CONFIG, "longer than %d bytes", BODY);
	for (const char *p = body; *p; p++)
		if (((unsigned char)*p < ' ' && *p != '\n' && *p != '\t') || *p == 0x7f)
			return fail(e, ERR_CONFIG, "a control byte was not expected");
	return balanced(body, false, e) && names_ok(psp, body, e);
}

static const struct part {
	const char *name;
	size_t at;
	bool (*ok)(const struct psp *psp, const char *text, struct err *e);
} parts[] = {
	{ "name", offsetof(struct call_change, name), name_ok },
	{ "method", offsetof(struct call_change, method), method_ok },
	{ "path", offsetof(struct call_change, path), path_ok },
	{ "body", offsetof(struct call_change, body), body_ok },
	{ "part", offsetof(struct call_change, part), word_ok },
	{ "part_name", offsetof(struct call_change, part_name), word_ok },
	{ "part_type", offsetof(struct call_change, part_type), type_ok },
};
enum { PARTS = sizeof parts / sizeof parts[0] };

static char **place(const struct call_change *c, const struct part *p)
{
	return (char **)((char *)c + p->at);
}

static bool read_part(const struct hook *h, struct call_change *c, const struct conf_value *v, struct err *e)
{
	const char *names[PARTS + 1] = { NULL };
	int i;

	for (i = 0; i < PARTS; i++)
		names[i] = parts[i].name;
	i = choice(conf_name(v), names, false, e);
	if (i < 0)
		return false;
	if (!conf_text(v))
		return fail(e, ERR_CONFIG, "%s: expected a text in quotes", parts[i].name);
	if (!conf_text(v)[0])
		return fail(e, ERR_CONFIG, "%s: the text is empty; what is left out is as the profile has it", parts[i].name);
	if (!parts[i].ok(h->psp, conf_text(v), e))
		return fail_in(e, "%s", parts[i].name);
	keep_text(place(c, &parts[i]), xstrdup(conf_text(v)));
	return true;
}

/* What one member alone does not tell. */
static bool whole(const struct hook *h, const struct call_change *c, struct err *e)
{
	const struct psp_call *row;
	bool part;

	if (!c->name[0])
		return fail(e, ERR_CONFIG, "a call lacks \"name\": which one is changed, such as \"webhook.set\"");
	for (const struct call_change *other = h->calls; other < c; other++)
		if (strcmp(other->name, c->name) == 0)
			return fail(e, ERR_CONFIG, "\"%s\" is changed twice", c->name);
	row = psp_call_find(h->psp, c->name);
	part = c->part[0] || row->part;
	if (!part && (c->part_name[0] || c->part_type[0]))
		return fail(e, ERR_CONFIG, "\"%s\" is sent as JSON: part_name and part_type need part, the name of the form's field", c->name);
	if (part && ((!c->part_name[0] && !row->part_name) || (!c->part_type[0] && !row->part_type)))
		return fail(e, ERR_CONFIG, "\"%s\": part needs part_name and part_type, the file's name and type, besides", c->name);
	if (c->part[0] && !c->body[0] && !row->body)
		return fail(e, ERR_CONFIG, "\"%s\": part needs body, what is in the file", c->name);
	if (!part && c->body[0] && !body_is_json(c->body, e))
		return fail_in(e, "\"%s\": body", c->name);
	return true;
}

bool set_calls(struct settings *s, struct hook *h, const struct conf_value *v, struct err *e)
{
	size_t n = conf_count(v);

	if (n > CALLS)
		return fail(e, ERR_CONFIG, "%s:%d: calls: at most %d", s->file, conf_line(v), CALLS);
	h->calls = xcalloc(n, sizeof *h->calls);
	for (size_t i = 0; i < n; i++) {
		const struct conf_value *group = conf_at(v, i);
		struct call_change *c = &h->calls[h->call_count++];

		for (size_t k = 0; k < PARTS; k++)
			*place(c, &parts[k]) = xstrdup("");
		if (conf_type(group) != CONF_GROUP)
			return fail(e, ERR_CONFIG, "%s:%d: calls: expected a list of groups, ( { name = \"…\"; … }, … )", s->file, conf_line(group));
		for (size_t k = 0; k < conf_count(group); k++)
			if (!read_part(h, c, conf_at(group, k), e))
				return fail_in(e, "%s:%d: calls", s->file, conf_line(conf_at(group, k)));
		if (!whole(h, c, e))
			return fail_in(e, "%s:%d: calls", s->file, conf_line(group));
	}
	return true;
}

void show_calls(const struct settings *s, const struct hook *h, struct buf *b)
{
	(void)s;
	for (size_t i = 0; i < h->call_count; i++) {
		buf_puts(b, i ? ", {" : "( {");
		for (size_t k = 0; k < PARTS; k++) {
			const char *text = *place(&h->calls[i], &parts[k]);

			if (!*text)
				continue;
			buf_putf(b, " %s = ", parts[k].name);
			show_text(b, text);
			buf_puts(b, ";");
		}
		buf_puts(b, i + 1 < h->call_count ? " }" : " } )");
	}
}

void calls_free(struct hook *h)
{
	for (size_t i = 0; i < h->call_count; i++)
		for (size_t k = 0; k < PARTS; k++)
			free(*place(&h->calls[i], &parts[k]));
	free(h->calls);
}
