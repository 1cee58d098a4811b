#include "check/identity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/certs_make.h"
#include "lib/file.h"
#include "lib/limits.h"
#include "lib/mem.h"
#include "lib/secret.h"

enum { HOUR = 3600, DAY = 24 * HOUR, YEAR = 365 * DAY };
enum { PART = 65 };	/* of a name: 64 characters is the most that X.520 allows a common name */

struct name {
	char country[PART], organization[PART], cn[PART];
};

/* The common name of a pin: "CN=NAME", "issuer:CN=NAME", "subject:CN=NAME"; else the environment's, else one that nobody has. */
static const char *pinned(const struct target *t)
{
	const char *const pins[] = { t->pin, t->env ? t->env->pin : NULL };

	for (size_t i = 0; i < sizeof pins / sizeof *pins; i++) {
		const char *cn = pins[i] ? strstr(pins[i], "CN=") : NULL;

		if (cn && cn[3] && strlen(cn + 3) < PART)
			return cn + 3;
	}
	return "webhook.pixgate.invalid";
}

/* One attribute's value of a name in RFC 2253 ("CN=a\,b,O=c"), without its escapes. "": none, or too long. */
static void attribute(const char *name, const char *type, char out[PART])
{
	size_t n = 0, len = strlen(type);

	*out = '\0';
	while (strncmp(name, type, len) != 0 || name[len] != '=') {
		while (*name && *name != ',')
			name += *name == '\\' && name[1] ? 2 : 1;
		if (!*name++)
			return;
	}
	for (name += len + 1; *name && *name != ',' && *name != '+'; name++) {
		if (*name == '\\' && name[1])
			name++;
		if (n == PART - 1) {
			*out = '\0';
			return;
		}
		out[n++] = *name;
		out[n] = '\0';
	}
}

static void made_name(const struct target *t, char *const *announced, int count, struct name *n)
{
	*n = (struct name){ .country = "BR" };
	if (count > 0 && announced[0]) {
		attribute(announced[0], "C", n->country);
		attribute(announced[0], "O", n->organization);
		attribute(announced[0], "CN", n->cn);
		if (*n->cn || *n->organization)
			return;
	}
	snprintf(n->cn, sizeof n->cn, "%s", pinned(t));
}

static const char *given(const char *text)
{
	return *text ? text : NULL;
}

static bool make(enum certs_kind kind, const struct name *n, const char *subject_of, const struct certs_made *by, int64_t from, int64_t until,
	struct certs_made *made)
{
	return certs_make(&(struct certs_wish){ .kind = kind, .country = given(n->country), .organization = given(n->organization), .cn = given(n->cn),
		.subject_of = subject_of, .by = by, .from = from, .until = until }, made, NULL);
}

/* The PSP's intermediate and root, where its file is at hand: their subjects. */
static void genuine(const struct cert_list *list, const char **inter, const char **root)
{
	for (size_t i = list->count; i > 0; i--)
		*(list->item[i - 1].self_issued ? root : inter) = list->item[i - 1].pem;
	if (!*inter)
		*inter = *root;
}

static void keep(struct identities *who, enum who which, bool made, const struct certs_made *m)
{
	if (made)
		who->pem[which] = xstrdup(m->identity);
}

void identities_make(const struct target *t, char *const *announced, int count, int64_t now, struct identities *who)
{
	struct certs_made root = { 0 }, inter = { 0 }, self = { 0 }, foreign = { 0 }, expired = { 0 };
	struct name ca, leaf = { .country = "BR" };
	const char *inter_pem = NULL, *root_pem = NULL;
	struct cert_list list = { 0 };

	if (t->ca && *t->ca && certs_load(t->ca, &list, NULL))
		genuine(&list, &inter_pem, &root_pem);
	made_name(t, announced, count, &ca);
	snprintf(leaf.cn, sizeof leaf.cn, "%s", pinned(t));
	keep(who, WHO_SELF, make(CERTS_CLIENT, &leaf, NULL, NULL, now - HOUR, now + DAY, &self), &self);
	if (make(CERTS_ROOT, &ca, root_pem, NULL, now - 3LL * YEAR, now + YEAR, &root) &&
	    make(CERTS_INTERMEDIATE, &ca, inter_pem, &root, now - 3LL * YEAR, now + YEAR, &inter)) {
		keep(who, WHO_FOREIGN, make(CERTS_CLIENT, &leaf, NULL, &inter, now - HOUR, now + DAY, &foreign), &foreign);
		keep(who, WHO_EXPIRED, make(CERTS_CLIENT, &leaf, NULL, &inter, now - 2LL * YEAR, now - YEAR, &expired), &expired);
	}
	certs_free(&list);
	certs_made_free(&expired);
	certs_made_free(&foreign);
	certs_made_free(&self);
	certs_made_free(&inter);
	certs_made_free(&root);
}

bool identity_read(const char *path, char **pem, struct err *e)
{
	struct buf b = BUF(LIMIT_LEAF_FILE);
	bool ok = false;

	if (!certs_key_matches(path, path, e))
		goto out;
	if (!file_read(path, 0, &b, e))
		goto out;
	*pem = xstrdup(buf_str(&b));
	ok = true;
out:
	if (b.data)
		secret_wipe(b.data, b.cap);
	buf_free(&b);
	return ok;
}

void identities_free(struct identities *who)
{
	for (int i = 0; i < WHOS; i++) {
		if (who->pem[i])
			secret_wipe(who->pem[i], strlen(who->pem[i]));
		free(who->pem[i]);
		who->pem[i] = NULL;
	}
}
