#include "inbox/inbox.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "inbox/place.h"
#include "inbox/sqlite.h"

/* in_file: what follows "scheme:" is a path, relative to the configuration's folder. */
static const struct store {
	const struct inbox_ops *ops;
	bool in_file;
} stores[] = {
	{ &inbox_sqlite, true },
};

static const struct store *find(const char *url, const char **rest, struct err *e)
{
	const char *colon = strchr(url, ':');

	for (size_t i = 0; colon && i < sizeof stores / sizeof *stores; i++) {
		const char *scheme = stores[i].ops->scheme;

		if (strlen(scheme) == (size_t)(colon - url) && !strncmp(url, scheme, (size_t)(colon - url))) {
			*rest = colon + 1;
			return &stores[i];
		}
	}
	/* The value is not printed: the URL of a database server may hold a password. */
	fail(e, ERR_CONFIG, "inbox: expected \"sqlite:PATH\"");
	return NULL;
}

/* out is PATH_MAX bytes. A symbolic link is followed once and for all, so that all files of the store are in one folder. */
static bool file_path(const char *rest, const char *dir, char *out, struct err *e)
{
	char link[PATH_MAX];
	struct stat st;
	int n;

	if (!*rest || rest[strlen(rest) - 1] == '/')
		return fail(e, ERR_CONFIG, "inbox: expected a file behind \"sqlite:\"");
	n = *rest == '/' || !dir || !*dir ? snprintf(out, PATH_MAX, "%s%s", strchr(rest, '/') ? "" : "./", rest)
					  : snprintf(out, PATH_MAX, "%s/%s", dir, rest);
	/* SQLite and the queue add suffixes of up to 8 bytes. */
	if (n < 0 || n >= PATH_MAX - 16)
		return fail(e, ERR_CONFIG, "inbox: the path is longer than %d bytes", PATH_MAX - 16);
	if (lstat(out, &st) == 0 && S_ISLNK(st.st_mode)) {
		if (!realpath(out, link) || strlen(link) >= PATH_MAX - 16)
			return fail(e, ERR_STORE, "inbox: %s is a link that leads nowhere: %s", out, strerror(errno));
		strcpy(out, link);
	}
	return true;
}

static const struct store *locate(const char *url, const char *dir, char *path, bool strict, const char **place, struct err *e)
{
	const struct store *store = find(url, place, e);

	if (!store || !store->in_file)
		return store;
	if (!file_path(*place, dir, path, e) || !place_ok(path, strict, e))
		return NULL;
	*place = path;
	return store;
}

bool inbox_place_ok(const char *url, const char *dir, struct err *e)
{
	char path[PATH_MAX];
	const char *place;

	return locate(url, dir, path, true, &place, e) != NULL;
}

bool inbox_open(struct inbox **box, const char *url, const char *dir, enum inbox_mode mode, struct err *e)
{
	char path[PATH_MAX];
	const char *place;
	const struct store *store = locate(url, dir, path, false, &place, e);

	return store && store->ops->open(box, place, mode, e);
}

void inbox_close(struct inbox *box)
{
	if (box)
		box->ops->close(box);
}
