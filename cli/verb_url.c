/* `pixgate url HOOK`: what to register at the PSP. The one verb that prints a secret. */
#include <stdio.h>
#include <string.h>

#include "cli/out.h"
#include "cli/start.h"
#include "cli/urls.h"
#include "lib/secret.h"
#include "lib/text.h"

enum { DOMAIN, EVENT };

static const struct opt options[] = {
	[DOMAIN] = { "--domain", "NAME", "the host name, where it is not the configuration's", 0 },
	[EVENT]  = { "--event", "EVENT", "of that event alone, for a PSP with one URL an event", 0 },
	{ 0 }
};

/* The names that may stand in a URL, each once, in the profile's order. */
static size_t event_names(const struct psp *psp, const char *names[], size_t most)
{
	size_t n = 0, i;

	for (const struct psp_event *ev = psp->events; ev && ev->fields && n < most - 1; ev++) {
		if (!ev->name)
			continue;
		for (i = 0; i < n && strcmp(names[i], ev->name); i++)
			;
		if (i == n)
			names[n++] = ev->name;
	}
	names[n] = NULL;
	return n;
}

static bool print_url(const struct settings *s, const struct hook *h, const char *domain, const char *event, bool json, struct err *e)
{
	struct buf url = BUF(8192), line = BUF(OUT_MAX);
	bool ok = settings_url(s, h, domain, event, &url, e);

	if (ok && json) {
		json_open(&line, NULL, '{');
		json_str(&line, "hook", h->name);
		json_str(&line, "event", event);
		json_str(&line, "url", buf_str(&url));
		json_close(&line, '}');
		out_line(&line);
	} else if (ok) {
		out_line(&url);
	}
	if (url.data)
		secret_wipe(url.data, url.cap);
	if (line.data)
		secret_wipe(line.data, line.cap);
	buf_free(&url);
	buf_free(&line);
	return ok;
}

bool domain_ok(const char *domain, struct err *e)
{
	if (!*domain || strlen(domain) > 260 || strspn(domain, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.:[]") != strlen(domain))
		return fail(e, ERR_USAGE, "--domain: '%s' is no host name; use one such as loja.example.com, without https:// and path", domain);
	return true;
}

bool print_urls(const struct settings *s, const struct hook *h, const char *domain, const char *event, bool json, bool quiet, struct err *e)
{
	const char *names[64], *near;
	size_t n = h->psp->event_in_path ? event_names(h->psp, names, sizeof names / sizeof names[0]) : 0, i = 0;

	if (event && !h->psp->event_in_path)
		return fail(e, ERR_USAGE, "--event: %s has one URL for all events", h->psp->name);
	if (event) {
		while (i < n && strcmp(names[i], event))
			i++;
		if (i < n)
			return print_url(s, h, domain, event, json, e);
		near = text_nearest(event, names);
		return near ? fail(e, ERR_USAGE, "--event: unknown event '%s'; nearest: '%s'", event, near)
			: fail(e, ERR_USAGE, "--event: unknown event '%s'; see pixgate psp %s", event, h->psp->name);
	}
	if (!domain && !h->domain[0])
		note(quiet, "no domain is set: replace your-domain.example, give --domain, or set domain in %s", s->file);
	if (!n)
		return print_url(s, h, domain, "", json, e);
	for (; i < n; i++)
		if (!print_url(s, h, domain, names[i], json, e))
			return false;
	return true;
}

static int run(const struct common *c, const struct args *a, struct err *e)
{
	struct settings *s = NULL;
	const struct hook *h;

	if (a->value[DOMAIN] && !domain_ok(a->value[DOMAIN], e))
		return 2;
	s = start_settings(c, e);
	if (!s)
		return 2;
	h = start_hook(s, a->operand[0], e);
	if (h)
		print_urls(s, h, a->value[DOMAIN], a->value[EVENT], c->json, c->quiet, e);
	settings_free(s);
	return 0;
}

const struct verb verb_url = {
	.name = "url",
	.synopsis = "HOOK [OPTION …]",
	.summary = "the full URL to register at the PSP, secret included",
	.help = "Prints the URL alone on its line. Whoever knows it can post to the hook: keep it out of logs and tickets.\n"
		"For a PSP with one URL an event (bs2-indirect) there is one line an event.",
	.options = options,
	.least = 1,
	.most = 1,
	.run = run,
};
