#include "deliver/sink.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/ascii.h"
#include "lib/text.h"

const struct sink_type *const sink_types[] = { &sink_https, &sink_exec, &sink_dir, &sink_sql, NULL };

const struct sink_type *sink_type_find(const char *name)
{
	for (const struct sink_type *const *t = sink_types; *t; t++)
		if (strcmp((*t)->name, name) == 0)
			return *t;
	return NULL;
}

static bool has_key(const struct text_list *keys, const char *key)
{
	for (size_t i = 0; i < keys->count; i++)
		if (ascii_casecmp(keys->item[i], key) == 0)
			return true;
	return !keys->count || !*key;
}

bool sink_wants(const struct sink *conf, const struct pix_event *event, bool stale)
{
	return (!conf->kinds || conf->kinds & 1u << event->kind) && (!stale || conf->stale) && has_key(&conf->keys, event->key);
}

void sent_as(struct sent_result *result, enum sent how, const char *fmt, ...)
{
	va_list ap;

	result->how = how;
	result->retry_after_s = -1;
	va_start(ap, fmt);
	vsnprintf(result->why, sizeof result->why, fmt, ap);
	va_end(ap);
	text_tame(result->why, strlen(result->why));
}
