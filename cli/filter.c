/* What people type to choose events: kinds, points in time, numbers. */
#include <stdlib.h>
#include <string.h>

#include "cli/start.h"
#include "lib/text.h"
#include "lib/when.h"

bool read_kind(const char *text, int *kind, struct err *e)
{
	const char *names[PIX_KINDS + 1] = { NULL }, *near;
	enum pix_kind k;

	*kind = -1;
	if (!text)
		return true;
	if (pix_kind_parse(text, &k)) {
		*kind = (int)k;
		return true;
	}
	for (int i = 0; i < PIX_KINDS; i++)
		names[i] = pix_kind_name((enum pix_kind)i);
	near = text_nearest(text, names);
	if (near)
		return fail(e, ERR_USAGE, "--kind: unknown kind '%s'; nearest: '%s'", text, near);
	return fail(e, ERR_USAGE, "--kind: unknown kind '%s'; see pixgate help inbox list", text);
}

bool read_delivery(const char *text, const char **delivery, struct err *e)
{
	static const char *const states[] = { "pending", "delivered", "dead", "stale", "unwanted", "never", NULL };
	const char *near;

	*delivery = text;
	for (int i = 0; text && states[i]; i++)
		if (!strcmp(states[i], text))
			return true;
	if (!text)
		return true;
	near = text_nearest(text, states);
	return fail(e, ERR_USAGE, "--delivery: unknown state '%s'%s%s%s", text, near ? "; nearest: '" : "; see pixgate help inbox list", near ? near : "",
		near ? "'" : "");
}

static const struct {
	char letter;
	int64_t ms;
} units[] = {
	{ 's', 1000 }, { 'm', 60 * 1000 }, { 'h', 60 * 60 * 1000 }, { 'd', 24 * 60 * 60 * 1000 }, { 'w', 7LL * 24 * 60 * 60 * 1000 }
};

bool read_span(const char *text, int64_t *span)
{
	size_t digits = strspn(text, "0123456789");
	int64_t most = 100LL * 366 * 24 * 60 * 60 * 1000, n = strtoll(text, NULL, 10);

	if (!digits || digits > 10 || !text[digits] || text[digits + 1])
		return false;
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
		if (text[digits] == units[i].letter && n <= most / units[i].ms) {
			*span = n * units[i].ms;
			return true;
		}
	return false;
}

bool read_since(const char *text, int64_t now_ms, int64_t *since_ms, struct err *e)
{
	char whole[WHEN_TEXT];
	int64_t span;

	*since_ms = 0;
	if (!text)
		return true;
	if (read_span(text, &span)) {
		*since_ms = now_ms > span ? now_ms - span : 0;
		return true;
	}
	if (strlen(text) == strlen("2026-11-21")) {
		strcpy(whole, text);
		strcat(whole, "T00:00:00Z");
		if (when_parse(whole, 0, since_ms))
			return true;
	}
	if (when_parse(text, 0, since_ms))
		return true;
	return fail(e, ERR_USAGE, "--since: '%s' is no time; use 2026-11-21, 2026-11-21T12:00:00Z, or a span such as 90m, 2h, 7d", text);
}

bool read_limit(const char *text, int64_t *limit, struct err *e)
{
	long long n;

	*limit = 0;
	if (!text)
		return true;
	if (!args_number("--limit", text, 1, &n, e))
		return false;
	*limit = n;
	return true;
}
