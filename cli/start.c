#include "cli/start.h"

#include <stdlib.h>

#include "cli/out.h"
#include "lib/mem.h"
#include "lib/text.h"

struct settings *start_settings(const struct common *c, struct err *e)
{
	char *file = settings_find(c->conf, e);
	struct settings *s;

	if (!file)
		return NULL;
	s = settings_load(file, e);
	if (s && c->verbose)
		note(false, "configuration %s", s->file);
	free(file);
	return s;
}

static const char *nearest_hook(const struct settings *s, const char *name)
{
	const char **names = xcalloc(s->hook_count + 1, sizeof *names), *near;

	for (size_t i = 0; i < s->hook_count; i++)
		names[i] = s->hooks[i].name;
	near = text_nearest(name, names);
	free(names);
	return near;
}

const struct hook *start_hook(const struct settings *s, const char *name, struct err *e)
{
	const struct hook *h = settings_hook(s, name);
	const char *near;

	if (h)
		return h;
	near = nearest_hook(s, name);
	if (near)
		fail(e, ERR_CONFIG, "%s has no hook '%s'; nearest: '%s'", s->file, name, near);
	else
		fail(e, ERR_CONFIG, "%s has no hook '%s'", s->file, name);
	return NULL;
}

bool start_inbox(struct started *st, const struct common *c, enum inbox_mode mode, struct err *e)
{
	st->settings = start_settings(c, e);
	if (!st->settings)
		return false;
	if (c->verbose)
		note(false, "inbox %s", st->settings->inbox);
	return inbox_open(&st->box, st->settings->inbox, st->settings->dir, mode, e);
}

void end_inbox(struct started *st)
{
	inbox_close(st->box);
	settings_free(st->settings);
	st->box = NULL;
	st->settings = NULL;
}

bool nothing_matched(const struct settings *s, const char *hook, struct err *e)
{
	const char *near;

	if (!hook || settings_hook(s, hook))
		return fail(e, ERR_NOT_FOUND, "nothing matched");
	near = nearest_hook(s, hook);
	if (near)
		return fail(e, ERR_NOT_FOUND, "nothing matched; there is no hook '%s', nearest: '%s'", hook, near);
	return fail(e, ERR_NOT_FOUND, "nothing matched; there is no hook '%s'", hook);
}
