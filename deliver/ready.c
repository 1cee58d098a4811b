#include "deliver/ready.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "api/api.h"
#include "deliver/sink.h"
#include "lib/buf.h"
#include "lib/file.h"
#include "lib/limits.h"
#include "lib/mem.h"

/* What an open sink would find out with the first event, one row a type. */
static bool ca_there(const struct sink *k, struct err *e)
{
	struct buf b = BUF(LIMIT_CA_FILE);
	bool ok = !k->ca[0];

	if (!ok && file_read(k->ca, 0, &b, e))
		ok = strstr(buf_str(&b), "-----BEGIN ") || fail(e, ERR_CONFIG, "%s: no certificate in PEM", k->ca);
	buf_free(&b);
	return ok || fail_in(e, "ca");
}

/* As others write it, others run as us. */
static bool program_is_ours(const struct sink *k, struct err *e)
{
	struct stat st;

	if (stat(k->command.item[0], &st) == 0 && st.st_mode & S_IWOTH)
		return fail(e, ERR_CONFIG, "command: %s: others may write it (chmod o-w)", k->command.item[0]);
	return true;
}

static bool folder_there(const struct sink *k, struct err *e)
{
	char *above = xstrdup(k->path), *slash;
	struct stat st;
	bool ok = true;

	for (size_t n = strlen(above); n > 1 && above[n - 1] == '/'; n--)
		above[n - 1] = '\0';
	slash = strrchr(above, '/');
	slash[slash == above] = '\0';
	if (stat(k->path, &st) == 0)
		ok = S_ISDIR(st.st_mode) || fail(e, ERR_CONFIG, "path: %s is no folder", k->path);
	else if (errno != ENOENT || stat(above, &st) != 0 || !S_ISDIR(st.st_mode))
		ok = fail(e, ERR_CONFIG, "path: %s: the folder %s is missing or cannot be entered", k->path, above);
	free(above);
	return ok;
}

static bool database_there(const struct sink *k, struct err *e)
{
	const char *path = k->database + strlen("sqlite:");
	struct stat st;

	if (strncmp(k->database, "sqlite:", strlen("sqlite:")) != 0 || (stat(path, &st) == 0 && S_ISREG(st.st_mode)))
		return true;
	return fail(e, ERR_CONFIG, "database: %s: there is no such file (it is never made; examples/sql has the statement for the table)", path);
}

static const struct row {
	const struct sink_type *type;
	bool (*ok)(const struct sink *k, struct err *e);
} rows[] = {
	{ &sink_https, ca_there }, { &sink_exec, program_is_ours }, { &sink_dir, folder_there }, { &sink_sql, database_there },
};

static bool sink_ready(const struct settings *s, const struct hook *h, const struct sink *k, struct err *e)
{
	const struct sink_type *type = sink_type_find(k->type);
	struct open_sink *sink;

	if (!type)
		return fail(e, ERR_CONFIG, "hook \"%s\", sink \"%s\": type \"%s\" is unknown", h->name, k->name, k->type);
	if (!type->open(&sink, s, h, k, e))
		return false;
	sink->type->close(sink);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].type == type && !rows[i].ok(k, e))
			return fail_in(e, "hook \"%s\", sink \"%s\"", h->name, k->name);
	return true;
}

bool deliver_ready(const struct settings *s, struct err *e)
{
	const struct sink_list *seen = NULL;

	for (size_t i = 0; i < s->hook_count; i++) {
		const struct hook *h = &s->hooks[i];
		const struct sink_list *sinks = hook_sinks(s, h);
		struct api *api;

		/* the file's own list is the same for every hook: once is enough */
		for (size_t n = 0; n < sinks->count && sinks != seen; n++)
			if (!sink_ready(s, h, &sinks->item[n], e))
				return fail_in(e, "%s:%d", s->file, sinks->item[n].line);
		if (sinks == &s->sinks)
			seen = sinks;
		if (!h->confirm)
			continue;
		api = api_open(s, h, e);
		if (!api)
			return fail_in(e, "%s:%d: confirm", s->file, h->line);
		api_close(api);
	}
	return true;
}
