/* What a hook must have, and what two hooks may not share. */
#include <string.h>

#include "conf/keys.h"

/*
 * A hook whose checks all pass for a stranger lets everybody in. A source address is not among the proofs: it is the
 * PSP's for all of its customers, and behind a proxy it is what a header says.
 */
static bool proves(const struct hook *h)
{
	return h->secrets.count || h->client_cert != CLIENT_CERT_NONE || h->basic[0] || h->bearer[0];
}

static bool judge_hook(const struct settings *s, const struct hook *h, struct err *e)
{
	if (!proves(h))
		return fail(e, ERR_CONFIG, "%s:%d: hook \"%s\" proves nothing about the caller: it needs secret, client_cert, basic or bearer",
			    s->file, h->line, h->name);
	if (h->client_cert == CLIENT_CERT_VERIFY && !h->ca[0])
		return fail(e, ERR_CONFIG, "%s:%d: hook \"%s\": client_cert = \"verify\" needs ca, the PSP's CA file", s->file, h->line, h->name);
	if (h->basic[0] && h->bearer[0])
		return fail(e, ERR_CONFIG, "%s:%d: hook \"%s\": basic and bearer exclude each other: a request has one Authorization",
			    s->file, h->line, h->name);
	if (h->pin[0] && h->client_cert == CLIENT_CERT_NONE)
		return fail(e, ERR_CONFIG, "%s:%d: hook \"%s\": pin needs client_cert = \"server\" or \"verify\"", s->file, h->line, h->name);
	return true;
}

/* Whether a call to b's own path could also be a call to a with the PSP's suffix or event behind it. */
static bool shadows(const struct hook *a, const struct hook *b)
{
	size_t n = strlen(a->path), cut;
	const char *rest = b->path + (n == 1 ? 0 : n);

	if (strncmp(a->path, b->path, n == 1 ? 0 : n) != 0 || rest[0] != '/')
		return false;
	if (a->psp->event_in_path)
		return !strchr(rest + 1, '/');
	return a->psp->suffixes && psp_suffix(a->psp, rest, strlen(rest), &cut) && cut == strlen(rest);
}

bool settings_judge(const struct settings *s, struct err *e)
{
	for (size_t i = 0; i < s->hook_count; i++) {
		const struct hook *a = &s->hooks[i];

		if (!judge_hook(s, a, e))
			return false;
		for (size_t k = 0; k < i; k++) {
			const struct hook *b = &s->hooks[k];

			if (strcmp(a->name, b->name) == 0)
				return fail(e, ERR_CONFIG, "%s:%d: hook \"%s\" is already defined in line %d", s->file, a->line, a->name, b->line);
			if (strcmp(a->path, b->path) == 0)
				return fail(e, ERR_CONFIG, "%s:%d: hooks \"%s\" and \"%s\" share the path %s", s->file, a->line, b->name, a->name, a->path);
			if (shadows(a, b) || shadows(b, a))
				return fail(e, ERR_CONFIG, "%s:%d: hooks \"%s\" and \"%s\": a call to one path (%s, %s) could be meant for the other",
					    s->file, a->line, b->name, a->name, b->path, a->path);
		}
	}
	return true;
}
