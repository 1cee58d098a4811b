/* What a hook must have, and what two hooks may not share. */
#include <stdlib.h>
#include <string.h>

#include "conf/keys.h"
#include "lib/mem.h"

/*
 * A hook whose checks all pass for a stranger lets everybody in. A source address is not among the proofs: it is the
 * PSP's for all of its customers, and behind a proxy it is what a header says.
 */
static bool proves(const struct hook *h)
{
	return h->secrets.count || h->client_cert != CLIENT_CERT_NONE || h->basic[0] || h->bearer[0];
}

/*
 * A sink signs with its secret, so that the merchant's application knows who calls. What the hook's caller shows is known to the PSP,
 * and what stands in the URL to every log on the way.
 */
static bool sinks_have_their_own(const struct settings *s, const struct hook *h, struct err *e)
{
	const struct sink_list *sinks = hook_sinks(s, h);

	for (size_t i = 0; i < sinks->count; i++)
		for (size_t n = 0; n < sinks->item[i].secrets.count; n++) {
			const char *ref = sinks->item[i].secrets.item[n];
			bool shared = strcmp(ref, h->basic) == 0 || strcmp(ref, h->bearer) == 0;

			for (size_t k = 0; k < h->secrets.count && !shared; k++)
				shared = strcmp(ref, h->secrets.item[k]) == 0;
			if (shared)
				return fail(e, ERR_CONFIG, "%s:%d: sinks: \"%s\": secret: %s is what the PSP shows to hook \"%s\": a sink needs a secret of its own",
					    s->file, sinks->item[i].line, sinks->item[i].name, ref, h->name);
		}
	return true;
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
	return sinks_have_their_own(s, h, e);
}

static int by_path(const void *a, const void *b)
{
	return strcmp((*(const struct hook *const *)a)->path, (*(const struct hook *const *)b)->path);
}

static int by_name(const void *a, const void *b)
{
	return strcmp((*(const struct hook *const *)a)->name, (*(const struct hook *const *)b)->name);
}

/* The hook that would take a call to b's own path as its own path with the PSP's suffix or event behind it, or NULL. */
static const struct hook *shadow(const struct hook *const *sorted, size_t n, const struct hook *b)
{
	const char *last = strrchr(b->path, '/');
	struct hook probe = { 0 };
	const struct hook *key = &probe, *const *found;
	size_t cut;

	if (!last[1])
		return NULL;
	probe.path = last == b->path ? xstrdup("/") : xstrndup(b->path, (size_t)(last - b->path));
	found = bsearch(&key, sorted, n, sizeof *sorted, by_path);
	free(probe.path);
	if (!found)
		return NULL;
	if ((*found)->psp->event_in_path || (psp_suffix((*found)->psp, last, strlen(last), &cut) && cut == strlen(last)))
		return *found;
	return NULL;
}

static bool judge_pairs(const struct settings *s, const struct hook **sorted, struct err *e)
{
	size_t n = s->hook_count;

	qsort(sorted, n, sizeof *sorted, by_name);
	for (size_t i = 1; i < n; i++)
		if (by_name(&sorted[i - 1], &sorted[i]) == 0)
			return fail(e, ERR_CONFIG, "%s:%d: a hook \"%s\" is already defined in line %d", s->file,
				    sorted[i]->line, sorted[i]->name, sorted[i - 1]->line);
	qsort(sorted, n, sizeof *sorted, by_path);
	for (size_t i = 1; i < n; i++)
		if (by_path(&sorted[i - 1], &sorted[i]) == 0)
			return fail(e, ERR_CONFIG, "%s:%d: hooks \"%s\" and \"%s\" share the path %s", s->file,
				    sorted[i]->line, sorted[i - 1]->name, sorted[i]->name, sorted[i]->path);
	for (size_t i = 0; i < n; i++) {
		const struct hook *a = shadow(sorted, n, sorted[i]);

		if (a)
			return fail(e, ERR_CONFIG, "%s:%d: the path %s of hook \"%s\" is also what the PSP of hook \"%s\" calls", s->file,
				    sorted[i]->line, sorted[i]->path, sorted[i]->name, a->name);
	}
	return true;
}

bool settings_judge(const struct settings *s, struct err *e)
{
	const struct hook **sorted = xcalloc(s->hook_count, sizeof *sorted);
	bool ok = false;

	for (size_t i = 0; i < s->hook_count; i++) {
		if (!judge_hook(s, &s->hooks[i], e))
			goto out;
		sorted[i] = &s->hooks[i];
	}
	ok = judge_pairs(s, sorted, e);
out:
	free(sorted);
	return ok;
}
