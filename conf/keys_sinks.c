/* `sinks`: where events go, of a hook or of all that have none of their own. Their files are looked at when they are used. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/keys.h"
#include "lib/buf.h"
#include "lib/mem.h"
#include "pix/pix.h"

enum { SINKS = 16, TIMEOUT = 15, MOST = 2 };	/* most of a list; seconds; members that only some types have, of one */

/* What each type needs, and what it may have; what every type may have is marked in the table of members. */
static const struct type {
	const char *name, *need[MOST], *may[MOST];
} types[] = {
	{ "https", { "url", "secret" }, { "ca" } },
	{ "exec", { "command" }, { 0 } },
	{ "dir", { "path" }, { 0 } },
	{ "sql", { "database", "table" }, { "password" } },
};
enum { TYPES = sizeof types / sizeof types[0] };

static const struct type *type_of(const struct sink *k)
{
	size_t i = 0;

	while (i < TYPES && strcmp(types[i].name, k->type) != 0)
		i++;
	return i < TYPES ? &types[i] : NULL;
}

static bool listed(const char *const list[MOST], const char *name)
{
	for (size_t i = 0; i < MOST && list[i]; i++)
		if (strcmp(list[i], name) == 0)
			return true;
	return false;
}

static bool set_type(const struct settings *s, struct sink *k, const struct conf_value *v, struct err *e)
{
	const char *names[TYPES + 1] = { NULL };

	(void)s;
	for (size_t i = 0; i < TYPES; i++)
		names[i] = types[i].name;
	if (choice(conf_text(v), names, false, e) < 0)
		return false;
	keep_text(&k->type, xstrdup(conf_text(v)));
	return true;
}

/* What a member is in the file and in the struct. */
enum form { TEXT, TEXTS, NUMBER, FLAG, KINDS };

static const struct member {
	const char *name;
	enum form form;
	bool any;		/* of every type */
	size_t at;
	bool (*set)(const struct settings *s, struct sink *k, const struct conf_value *v, struct err *e);
} members[] = {
	{ "name", TEXT, true, offsetof(struct sink, name), member_name },
	{ "type", TEXT, true, offsetof(struct sink, type), set_type },
	{ "url", TEXT, false, offsetof(struct sink, url), member_url },
	{ "secret", TEXTS, false, offsetof(struct sink, secrets), member_secret },
	{ "ca", TEXT, false, offsetof(struct sink, ca), member_ca },
	{ "command", TEXTS, false, offsetof(struct sink, command), member_command },
	{ "path", TEXT, false, offsetof(struct sink, path), member_path },
	{ "database", TEXT, false, offsetof(struct sink, database), member_database },
	{ "password", TEXT, false, offsetof(struct sink, password), member_password },
	{ "table", TEXT, false, offsetof(struct sink, table), member_table },
	{ "timeout", NUMBER, true, offsetof(struct sink, timeout_s), member_timeout },
	{ "kinds", KINDS, true, offsetof(struct sink, kinds), member_kinds },
	{ "keys", TEXTS, true, offsetof(struct sink, keys), member_keys },
	{ "stale", FLAG, true, offsetof(struct sink, stale), member_stale },
	{ "body", FLAG, true, offsetof(struct sink, body), member_body },
};
enum { MEMBERS = sizeof members / sizeof members[0] };

static const struct {
	enum conf_type one, other;
	const char *expected;
} forms[] = {
	[TEXT] = { CONF_TEXT, CONF_TEXT, "a text in quotes" },
	[TEXTS] = { CONF_TEXT, CONF_LIST, "a list of texts, [ \"…\", \"…\" ]" },
	[NUMBER] = { CONF_NUMBER, CONF_NUMBER, "a number" },
	[FLAG] = { CONF_BOOL, CONF_BOOL, "true or false" },
	[KINDS] = { CONF_TEXT, CONF_LIST, "a list of texts, [ \"…\", \"…\" ]" },
};

static const void *inside(const struct sink *k, const struct member *m)
{
	return (const char *)k + m->at;
}

static bool has(const struct type *t, const struct member *m)
{
	return m->any || listed(t->need, m->name) || listed(t->may, m->name);
}

/* A member that is known, but of another type, is told with what this type has. */
static bool known(const struct sink *k, const char *name, struct err *e)
{
	const struct type *t = type_of(k);
	const char *names[MEMBERS + 1] = { NULL };
	size_t n = 0;

	for (size_t i = 0; i < MEMBERS; i++)
		if (!t || has(t, &members[i]))
			names[n++] = members[i].name;
	for (size_t i = 0; i < MEMBERS && t; i++)
		if (!has(t, &members[i]) && strcmp(members[i].name, name) == 0)
			for (size_t o = 0; o < TYPES; o++)
				if (has(&types[o], &members[i]))
					return fail(e, ERR_CONFIG, "\"%s\" is for type = \"%s\", this one is \"%s\"", name, types[o].name, t->name);
	return choice(name, names, false, e) >= 0;
}

static const struct conf_value *find(const struct conf_value *group, const char *name)
{
	for (size_t i = 0; i < conf_count(group); i++)
		if (strcmp(conf_name(conf_at(group, i)), name) == 0)
			return conf_at(group, i);
	return NULL;
}

static bool read_member(const struct settings *s, struct sink *k, const struct conf_value *group, const struct member *m, struct err *e)
{
	const struct conf_value *v = find(group, m->name);

	if (v && conf_type(v) != forms[m->form].one && conf_type(v) != forms[m->form].other)
		return fail(e, ERR_CONFIG, "%s:%d: sinks: %s: expected %s", s->file, conf_line(v), m->name, forms[m->form].expected);
	return !v || m->set(s, k, v, e) || fail_in(e, "%s:%d: sinks: %s", s->file, conf_line(v), m->name);
}

/* The type is read first: it tells what else there may be. */
static bool read_sink(const struct settings *s, struct sink *k, const struct conf_value *group, struct err *e)
{
	const struct type *t;

	for (size_t i = 0; i < MEMBERS; i++)
		if (strcmp(members[i].name, "type") == 0 && !read_member(s, k, group, &members[i], e))
			return false;
	for (size_t i = 0; i < conf_count(group); i++)
		if (!known(k, conf_name(conf_at(group, i)), e))
			return fail_in(e, "%s:%d: sinks", s->file, conf_line(conf_at(group, i)));
	t = type_of(k);
	if (!t)
		return fail(e, ERR_CONFIG, "%s:%d: sinks: a sink lacks \"type\": https, exec, dir or sql", s->file, k->line);
	for (size_t i = 0; i < MEMBERS; i++)
		if (!read_member(s, k, group, &members[i], e))
			return false;
	if (!k->name[0])
		return fail(e, ERR_CONFIG, "%s:%d: sinks: a sink lacks \"name\": what it still has to get is kept under it", s->file, k->line);
	for (size_t i = 0; i < MOST && t->need[i]; i++)
		if (!find(group, t->need[i]))
			return fail(e, ERR_CONFIG, "%s:%d: sinks: \"%s\" lacks \"%s\", which type = \"%s\" needs", s->file, k->line, k->name, t->need[i], t->name);
	return true;
}

bool set_sinks(struct settings *s, struct hook *h, const struct conf_value *v, struct err *e)
{
	struct sink_list *list = h ? &h->sinks : &s->sinks;
	size_t n = conf_count(v);

	if (n > SINKS)
		return fail(e, ERR_CONFIG, "%s:%d: sinks: %zu sinks: at most %d", s->file, conf_line(v), n, SINKS);
	if (h)
		h->own_sinks = true;
	list->item = xcalloc(n, sizeof *list->item);
	for (size_t i = 0; i < n; i++) {
		const struct conf_value *group = conf_at(v, i);
		struct sink *k = &list->item[list->count++];

		k->timeout_s = TIMEOUT;
		k->line = conf_line(group);
		for (size_t m = 0; m < MEMBERS; m++)
			if (members[m].form == TEXT)
				*(char **)((char *)k + members[m].at) = xstrdup("");
		if (conf_type(group) != CONF_GROUP)
			return fail(e, ERR_CONFIG, "%s:%d: sinks: expected a list of groups, ( { name = \"…\"; … }, … )", s->file, k->line);
		if (!read_sink(s, k, group, e))
			return false;
		for (const struct sink *other = list->item; other < k; other++)
			if (strcmp(other->name, k->name) == 0)
				return fail(e, ERR_CONFIG, "%s:%d: sinks: a sink \"%s\" is already defined in line %d", s->file, k->line, k->name, other->line);
	}
	return true;
}

static void show_kinds(struct buf *b, unsigned kinds)
{
	const char *between = "";

	buf_puts(b, "[ ");
	for (int i = 0; i < PIX_KINDS; i++) {
		if (!(kinds & 1u << i))
			continue;
		buf_puts(b, between);
		show_text(b, pix_kind_name((enum pix_kind)i));
		between = ", ";
	}
	buf_puts(b, " ]");
}

/* Its value is that of a sink which does not have it. */
static bool unset(const struct sink *k, const struct member *m)
{
	const void *at = inside(k, m);

	switch (m->form) {
	case TEXT:
		return !**(char *const *)at;
	case TEXTS:
		return !((const struct text_list *)at)->count;
	case KINDS:
		return !*(const unsigned *)at;
	case FLAG:
		return !*(const bool *)at;
	case NUMBER:
		return false;
	}
	return true;
}

static void show_member(struct buf *b, const struct sink *k, const struct member *m)
{
	const void *at = inside(k, m);

	buf_putf(b, " %s = ", m->name);
	switch (m->form) {
	case TEXT:
		show_text(b, *(char *const *)at);
		break;
	case TEXTS:
		show_texts(b, at);
		break;
	case KINDS:
		show_kinds(b, *(const unsigned *)at);
		break;
	case FLAG:
		buf_puts(b, "true");
		break;
	case NUMBER:
		buf_putf(b, "%d", *(const int *)at);
		break;
	}
	buf_puts(b, ";");
}

void show_sinks(const struct settings *s, const struct hook *h, struct buf *b)
{
	const struct sink_list *list = h ? hook_sinks(s, h) : &s->sinks;

	if (!list->count)
		buf_puts(b, "( )");
	for (size_t i = 0; i < list->count; i++) {
		buf_puts(b, i ? ", {" : "( {");
		for (size_t m = 0; m < MEMBERS; m++)
			if (!unset(&list->item[i], &members[m]))
				show_member(b, &list->item[i], &members[m]);
		buf_puts(b, i + 1 < list->count ? " }" : " } )");
	}
}

const struct sink_list *hook_sinks(const struct settings *s, const struct hook *h)
{
	return h->own_sinks ? &h->sinks : &s->sinks;
}

const struct sink *settings_sink(const struct settings *s, const char *hook, const char *name)
{
	const struct hook *h = settings_hook(s, hook);
	const struct sink_list *list = h ? hook_sinks(s, h) : NULL;

	for (size_t i = 0; list && i < list->count; i++)
		if (strcmp(list->item[i].name, name) == 0)
			return &list->item[i];
	return NULL;
}

void sinks_free(struct sink_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		struct sink *k = &list->item[i];

		for (size_t m = 0; m < MEMBERS; m++)
			if (members[m].form == TEXT)
				free(*(char **)((char *)k + members[m].at));
			else if (members[m].form == TEXTS)
				text_list_free((struct text_list *)((char *)k + members[m].at));
	}
	free(list->item);
}
