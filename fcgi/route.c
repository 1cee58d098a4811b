#include "fcgi/gate.h"

#include <string.h>

#include "lib/limits.h"
#include "lib/text.h"

/* The path of a request target (RFC 9112 §3.2.1, §3.2.2: origin or absolute form); *query is what stands behind '?', or
 * the end. NULL: another form. */
static const char *split(const char *uri, size_t *path_len, const char **query)
{
	static const char *const schemes[] = { "http://", "https://" };
	const char *path = uri;

	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
		if (!strncasecmp(uri, schemes[i], strlen(schemes[i])))
			path = uri + strlen(schemes[i]) + strcspn(uri + strlen(schemes[i]), "/?");
	if (path == uri && *path != '/')
		return NULL;
	*path_len = strcspn(path, "?");
	*query = path + *path_len + (path[*path_len] == '?');
	return path;
}

/* Decodes a path, makes one '/' of several (a PSP joins "/webhook/" and "/pix"). false: it leads nowhere. */
static bool plain_path(const char *in, size_t in_len, char *out, size_t size, size_t *len)
{
	size_t n = 0;

	if (!in_len) {
		in = "/";
		in_len = 1;
	}
	if (!text_unpercent(in, in_len, out, size, len))
		return false;
	for (size_t i = 0; i < *len; i++)
		if (out[i] != '/' || !n || out[n - 1] != '/')
			out[n++] = out[i];
	out[n] = '\0';
	*len = n;
	/* dot segments would be one path here and another one for the web server's rules */
	for (const char *p = out; (p = strstr(p, "/.")); p++)
		if (!p[2] || p[2] == '/' || (p[2] == '.' && (!p[3] || p[3] == '/')))
			return false;
	return true;
}

/* An event's name as a path's last segment: "/RecebimentoFinalizado". */
static bool event_segment(const char *rest, size_t len)
{
	if (len < 2 || len - 1 >= sizeof ((struct route *)0)->event)
		return false;
	for (const char *p = rest + 1; p < rest + len; p++)
		if (!((*p >= '0' && *p <= '9') || (*p >= 'A' && *p <= 'Z') || (*p >= 'a' && *p <= 'z')))
			return false;
	return true;
}

/* Whether the hook's path is served with `rest` behind it; sets what rest tells. */
static bool serves(const struct psp *psp, const char *rest, size_t len, const char **suffix, const char **event)
{
	*suffix = *event = "";
	if (!len || (len == 1 && *rest == '/'))
		return true;
	if (*rest != '/')
		return false;
	for (const char *const *s = psp->suffixes; s && *s; s++) {
		if (strlen(*s) == len && !memcmp(*s, rest, len)) {
			*suffix = *s;
			return true;
		}
	}
	if (psp->event_in_path && event_segment(rest, len)) {
		*event = rest + 1;
		return true;
	}
	return false;
}

static const char *ends_with_suffix(const struct psp *psp, const char *text, size_t len)
{
	for (const char *const *s = psp->suffixes; s && *s; s++)
		if (strlen(*s) <= len && !memcmp(text + len - strlen(*s), *s, strlen(*s)))
			return *s;
	return NULL;
}

/* Finds the parameter "hmac": split on the raw bytes, so that an encoded '&' or '=' stays inside its value. */
static void read_query(const char *query, const struct psp *psp, struct route *r)
{
	static const char name[] = "hmac";
	const size_t name_len = sizeof name - 1;
	size_t seen = 0;

	for (const char *p = query;; p++) {
		size_t len = strcspn(p, "&");
		bool last = !p[len];

		if (!strncmp(p, name, name_len) && (len == name_len || p[name_len] == '=')) {
			const char *value = p + name_len + (len > name_len);

			r->has_secret = !seen++ && text_unpercent(value, len - (size_t)(value - p), r->secret, sizeof r->secret, &r->glued_len);
			r->secret_len = r->glued_len;
			if (r->has_secret && last) {
				const char *glued = ends_with_suffix(psp, r->secret, r->glued_len);

				r->secret_len -= glued ? strlen(glued) : 0;
			}
		}
		p += len;
		if (last)
			break;
	}
	if (!r->has_secret)
		r->secret_len = r->glued_len = 0;
}

bool route_find(const struct settings *s, const char *uri, struct route *r)
{
	char path[LIMIT_URL + 1];
	const char *query, *raw, *suffix, *event;
	size_t raw_len, len, best = 0, cut;
	bool found = false;
	const struct psp *psp;

	memset(r, 0, sizeof *r);
	r->suffix = "";
	if (strnlen(uri, LIMIT_URL + 1) > LIMIT_URL)
		return false;
	raw = split(uri, &raw_len, &query);
	if (!raw || !plain_path(raw, raw_len, path, sizeof path, &len))
		return false;
	for (size_t i = 0; i < s->hook_count; i++) {
		const struct hook *h = &s->hooks[i];
		size_t own = strlen(h->path);

		if (own == 1)	/* "/": what follows it brings its own '/' */
			own = 0;
		if (own > len || (found && own <= best) || memcmp(path, h->path, own))
			continue;
		if (!serves(h->psp, path + own, len - own, &suffix, &event))
			continue;
		found = true;
		best = own;
		r->hook = i;
		r->suffix = suffix;
		memcpy(r->event, event, strlen(event) + 1);
	}
	if (!found)
		return false;
	psp = s->hooks[r->hook].psp;
	if (!*r->suffix) {
		suffix = psp_suffix(psp, query, strlen(query), &cut);
		if (suffix)
			r->suffix = suffix;
	}
	read_query(query, psp, r);
	return true;
}
