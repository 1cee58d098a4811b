#include "conf/settings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf/keys.h"
#include "inbox/inbox.h"
#include "lib/buf.h"
#include "lib/limits.h"
#include "lib/mem.h"
#include "lib/secret.h"
#include "lib/text.h"
#include "lib/x509.h"

static const struct key *key_find(const char *name, bool in_hook)
{
	for (const struct key *k = setting_keys; k->name; k++)
		if (k->in_hook == in_hook && strcmp(k->name, name) == 0)
			return k;
	return NULL;
}

static bool unknown(const struct settings *s, const struct conf_value *v, bool in_hook, struct err *e)
{
	const char *names[64], *near;
	size_t n = 0;

	for (const struct key *k = setting_keys; k->name && n < sizeof names / sizeof names[0] - 1; k++)
		if (k->in_hook == in_hook)
			names[n++] = k->name;
	names[n] = NULL;
	near = text_nearest(conf_name(v), names);
	if (near)
		return fail(e, ERR_CONFIG, "%s:%d: unknown setting \"%s\": did you mean \"%s\"?", s->file, conf_line(v), conf_name(v), near);
	if (key_find(conf_name(v), !in_hook))
		return fail(e, ERR_CONFIG, "%s:%d: \"%s\" does not belong here, but %s", s->file, conf_line(v), conf_name(v),
			    in_hook ? "at the top level" : "into a hook");
	return fail(e, ERR_CONFIG, "%s:%d: unknown setting \"%s\" (`pixgate conf example` lists all)", s->file, conf_line(v), conf_name(v));
}

static bool type_ok(const struct conf_value *v, enum key_type type)
{
	switch (type) {
	case KEY_TEXT:
		return conf_type(v) == CONF_TEXT;
	case KEY_NUMBER:
		return conf_type(v) == CONF_NUMBER;
	case KEY_TEXTS:
		return conf_type(v) == CONF_TEXT || conf_type(v) == CONF_LIST;
	case KEY_HOOKS:
	case KEY_CALLS:
	case KEY_SINKS:
		return conf_type(v) == CONF_LIST;
	case KEY_FLAG:
		return conf_type(v) == CONF_BOOL;
	}
	return false;
}

static const char *const type_words[] = {
	[KEY_TEXT] = "a text in quotes", [KEY_NUMBER] = "a number",
	[KEY_TEXTS] = "a list of texts, [ \"…\", \"…\" ]", [KEY_HOOKS] = "a list of groups, ( { … }, { … } )",
	[KEY_CALLS] = "a list of groups, ( { … }, { … } )", [KEY_SINKS] = "a list of groups, ( { … }, { … } )",
	[KEY_FLAG] = "true or false"
};

static const struct conf_value *member(const struct conf_value *group, const char *name)
{
	for (size_t i = 0; i < conf_count(group); i++) {
		const char *have = conf_name(conf_at(group, i));

		if (have && strcmp(have, name) == 0)
			return conf_at(group, i);
	}
	return NULL;
}

/* Reads a group's settings in the table's order, whatever theirs: `environment` needs `psp` read before it. */
static bool read_group(struct settings *s, struct hook *h, const struct conf_value *group, struct err *e)
{
	for (size_t i = 0; i < conf_count(group); i++)
		if (!key_find(conf_name(conf_at(group, i)), h != NULL))
			return unknown(s, conf_at(group, i), h != NULL, e);
	for (const struct key *k = setting_keys; k->name; k++) {
		const struct conf_value *v;

		if (k->in_hook != (h != NULL))
			continue;
		v = member(group, k->name);
		if (!v && k->need)
			return fail(e, ERR_CONFIG, "%s:%d: %s lacks \"%s\": %s", s->file, h ? conf_line(group) : 1,
				    h ? "this hook" : "the file", k->name, k->help);
		if (v && !type_ok(v, k->type))
			return fail(e, ERR_CONFIG, "%s:%d: %s: expected %s", s->file, conf_line(v), k->name, type_words[k->type]);
		if (v && k->set && !k->set(s, h, v, e))
			return k->type == KEY_CALLS || k->type == KEY_SINKS ? false : fail_in(e, "%s:%d: %s", s->file, conf_line(v), k->name);
		/* What a profile knows stands where the file is silent; it has to be known once psp was read. */
		if (h && strcmp(k->name, "psp") == 0)
			h->env = h->psp->envs;
	}
	return true;
}

static bool profile_sources(struct hook *h, struct err *e)
{
	size_t n = 0;

	while (h->psp->sources && h->psp->sources[n])
		n++;
	h->sources.item = xcalloc(n, sizeof *h->sources.item);
	for (; h->sources.count < n; h->sources.count++)
		if (!cidr_parse(h->psp->sources[h->sources.count], &h->sources.item[h->sources.count]))
			return fail(e, ERR_CONFIG, "profile %s: source \"%s\" is no address", h->psp->name, h->psp->sources[h->sources.count]);
	return true;
}

static bool read_hooks(struct settings *s, const struct conf_value *list, struct err *e)
{
	size_t n = conf_count(list);

	if (n > LIMIT_HOOKS)
		return fail(e, ERR_CONFIG, "%s:%d: %zu hooks: at most %d", s->file, conf_line(list), n, LIMIT_HOOKS);
	s->hooks = xcalloc(n, sizeof *s->hooks);
	for (size_t i = 0; i < n; i++) {
		const struct conf_value *group = conf_at(list, i);
		struct hook *h = &s->hooks[s->hook_count++];

		h->line = conf_line(group);
		h->name = xstrdup("");
		h->path = xstrdup("/");
		h->domain = xstrdup(s->domain);
		h->ca = xstrdup("");
		h->pin = xstrdup("");
		h->basic = xstrdup("");
		h->bearer = xstrdup("");
		h->api = xstrdup("");
		h->api_ca = xstrdup("");
		h->api_cert = xstrdup("");
		h->api_password = xstrdup("");
		h->client_id = xstrdup("");
		h->client_secret = xstrdup("");
		h->user_agent = xstrdup("");
		h->api_proxy = xstrdup("");
		h->token_path = xstrdup("");
		h->token_scope = xstrdup("");
		h->cert_form = xstrdup("");
		if (conf_type(group) != CONF_GROUP)
			return fail(e, ERR_CONFIG, "%s:%d: hooks: expected %s", s->file, h->line, type_words[KEY_HOOKS]);
		if (!read_group(s, h, group, e))
			return false;
		if (!member(group, "sources") && !profile_sources(h, e))
			return false;
	}
	return true;
}

struct settings *settings_load(const char *file, struct err *e)
{
	struct settings *s = NULL;
	struct conf *c = conf_read(file, e);
	char *slash;

	if (!c)
		return NULL;
	s = xcalloc(1, sizeof *s);
	s->file = realpath(file, NULL);
	if (!s->file) {
		fail(e, ERR_CONFIG, "%s: cannot be read: %s", file, strerror(errno));
		goto bad;
	}
	s->dir = xstrdup(s->file);
	slash = strrchr(s->dir, '/');
	slash[slash == s->dir] = '\0';
	s->inbox = xstrdup("");
	s->domain = xstrdup("");
	s->max_body = LIMIT_BODY;
	if (!read_group(s, NULL, conf_root(c), e) || !read_hooks(s, member(conf_root(c), "hooks"), e) || !settings_judge(s, e))
		goto bad;
	conf_free(c);
	return s;
bad:
	conf_free(c);
	settings_free(s);
	return NULL;
}

void settings_free(struct settings *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->hook_count; i++) {
		struct hook *h = &s->hooks[i];

		free(h->name);
		free(h->path);
		free(h->domain);
		free(h->ca);
		free(h->pin);
		free(h->basic);
		free(h->bearer);
		free(h->api);
		free(h->api_ca);
		free(h->api_cert);
		free(h->api_password);
		free(h->client_id);
		free(h->client_secret);
		free(h->user_agent);
		free(h->api_proxy);
		free(h->token_path);
		free(h->token_scope);
		free(h->cert_form);
		calls_free(h);
		sinks_free(&h->sinks);
		free(h->sources.item);
		text_list_free(&h->secrets);
		text_list_free(&h->keys);
	}
	free(s->hooks);
	sinks_free(&s->sinks);
	free(s->trusted_proxies.item);
	free(s->file);
	free(s->dir);
	free(s->inbox);
	free(s->domain);
	free(s);
}

const struct hook *settings_hook(const struct settings *s, const char *name)
{
	for (size_t i = 0; i < s->hook_count; i++)
		if (strcmp(s->hooks[i].name, name) == 0)
			return &s->hooks[i];
	return NULL;
}

static bool secret_there(const struct settings *s, const struct hook *h, const char *ref, struct err *e)
{
	char bytes[LIMIT_SECRET + 1];
	size_t len;
	bool ok = !ref[0] || secret_read(ref, s->dir, h->name, bytes, sizeof bytes, &len, e);

	secret_wipe(bytes, sizeof bytes);
	return ok;
}

bool settings_check_files(const struct settings *s, struct err *e)
{
	if (!inbox_place_ok(s->inbox, s->dir, e))
		return fail_in(e, "%s: inbox", s->file);
	for (size_t i = 0; i < s->hook_count; i++) {
		const struct hook *h = &s->hooks[i];
		struct x509_trust *trust;

		for (size_t n = 0; n < h->secrets.count; n++)
			if (!secret_there(s, h, h->secrets.item[n], e))
				return fail_in(e, "%s:%d: hook \"%s\": secret", s->file, h->line, h->name);
		if (!secret_there(s, h, h->basic, e))
			return fail_in(e, "%s:%d: hook \"%s\": basic", s->file, h->line, h->name);
		if (!secret_there(s, h, h->bearer, e))
			return fail_in(e, "%s:%d: hook \"%s\": bearer", s->file, h->line, h->name);
		if (!api_files_ok(s, h, e))
			return fail_in(e, "%s:%d: hook \"%s\"", s->file, h->line, h->name);
		if (h->client_cert != CLIENT_CERT_VERIFY)
			continue;
		trust = x509_trust_load(h->ca, e);
		if (!trust)
			return fail_in(e, "%s:%d: hook \"%s\": ca", s->file, h->line, h->name);
		x509_trust_free(trust);
	}
	return true;
}

char *settings_show(const struct settings *s, const struct hook *h, const struct key *key)
{
	struct buf b = BUF(1024 * 1024);
	char *text;

	if (key->show)
		key->show(s, h, &b);
	text = xstrdup(buf_str(&b));
	buf_free(&b);
	return text;
}
