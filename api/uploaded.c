#include "api/uploaded.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/ownfolder.h"
#include "lib/limits.h"

static const char folder[] = ".pixgate-certs", what[] = "what was uploaded is remembered there";

enum { SIZE = LIMIT_API_URL + 1024, WAIT_MS = 5000 };

static const char *base(const struct hook *h)
{
	return *h->api ? h->api : h->env && h->env->api ? h->env->api : "";
}

/* Everything up to the facts: a file of another address, hook or version begins otherwise. */
static int head(const struct hook *h, char *text, size_t size)
{
	return snprintf(text, size, "pixgate-cert 1\napi %s\nhook %s\n", base(h), h->name);
}

static bool opened(struct ownfolder *f, const struct settings *s, bool make, struct err *e)
{
	char *dir = ownfolder_place(s);
	bool ok = ownfolder_open(f, dir, folder, what, make, e);

	free(dir);
	return ok;
}

/* "name VALUE\n" at *at, the value being of these characters alone and shorter than size. */
static bool fact(const char **at, const char *name, const char *letters, char *out, size_t size)
{
	size_t n = strlen(name), len;

	if (strncmp(*at, name, n) != 0 || (*at)[n] != ' ')
		return false;
	*at += n + 1;
	len = strspn(*at, letters);
	if (!len || len >= size || (*at)[len] != '\n')
		return false;
	memcpy(out, *at, len);
	out[len] = '\0';
	*at += len + 1;
	return true;
}

static bool parse(const struct hook *h, const char *text, struct uploaded *u)
{
	static const char digits[] = "0123456789";
	char begin[SIZE], until[16], at[16];
	int n = head(h, begin, sizeof begin);

	if (n < 0 || (size_t)n >= sizeof begin || strncmp(text, begin, (size_t)n) != 0)
		return false;
	text += n;
	if (!fact(&text, "sha256", "0123456789abcdef", u->sha256, sizeof u->sha256) || strlen(u->sha256) != 64 ||
	    !fact(&text, "form", "abcdefghijklmnopqrstuvwxyz0123456789-", u->form, sizeof u->form) ||
	    !fact(&text, "until", digits, until, sizeof until) || !fact(&text, "at", digits, at, sizeof at) || *text)
		return false;
	u->until = strtoll(until, NULL, 10);
	u->at = strtoll(at, NULL, 10);
	return true;
}

bool uploaded_read(const struct settings *s, const struct hook *h, struct uploaded *u, bool *known, struct err *e)
{
	struct uploaded got = { 0 };
	struct err why = { 0 };
	struct ownfolder f;
	char text[SIZE];
	bool ok = true;

	*known = false;
	if (opened(&f, s, false, &why)) {
		*known = ownfolder_read(&f, h->name, text, sizeof text) && parse(h, text, &got);
		if (*known)
			*u = got;
	} else if (why.code != ERR_NOT_FOUND) {
		ok = fail(e, why.code, "%s", why.text);
	}
	ownfolder_close(&f);
	return ok;
}

bool uploaded_write(const struct settings *s, const struct hook *h, const struct uploaded *u, struct err *e)
{
	struct ownfolder f;
	char text[SIZE];
	int n = head(h, text, sizeof text);
	bool ok;

	n += snprintf(text + n, sizeof text - (size_t)n, "sha256 %s\nform %s\nuntil %" PRId64 "\nat %" PRId64 "\n", u->sha256, u->form, u->until, u->at);
	ok = opened(&f, s, true, e) && ownfolder_lock(&f, WAIT_MS, "remembering an upload", e) && ownfolder_write(&f, h->name, text, (size_t)n, e);
	ownfolder_close(&f);
	return ok;
}

bool uploaded_forget(const struct settings *s, const struct hook *h, struct err *e)
{
	struct err why = { 0 };
	struct ownfolder f;
	bool ok = opened(&f, s, false, &why);

	if (ok)
		ownfolder_remove(&f, h->name);
	else if (why.code != ERR_NOT_FOUND)
		fail(e, why.code, "%s", why.text);
	else
		ok = true;
	ownfolder_close(&f);
	return ok;
}
