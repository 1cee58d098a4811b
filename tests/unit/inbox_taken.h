/* What the tests of taking away share: purges, replacements, and what is left on disk. */
#ifndef TESTS_UNIT_INBOX_TAKEN_H
#define TESTS_UNIT_INBOX_TAKEN_H

#include <glob.h>

#include "tests/unit/inbox_jobs.h"

#define T0 NOW	/* when note_of was received */

/* An event that waits for no sink. */
static inline struct pix_event settled_no(int n)
{
	struct pix_event ev = event_no(n);

	ev.foreign = true;
	return ev;
}

static inline struct inbox_purged purged(struct inbox *box, struct inbox_purge *p)
{
	struct inbox_purged did = { 0 };
	struct err e = { 0 };

	if ((!p->count_only && !box->ops->begin(box, &e)) || !box->ops->purge(box, p, &did, &e) ||
	    (!p->count_only && !box->ops->commit(box, &e)))
		fail_msg("purge: %s", e.text);
	return did;
}

static inline struct inbox_purged purge_all(struct inbox *box)
{
	struct inbox_purge p = { .before_ms = T0 + 1, .unread = true, .most = 100 };

	return purged(box, &p);
}

static inline void replaced(struct inbox *box, int64_t note, const char *body)
{
	struct err e = { 0 };

	if (!box->ops->begin(box, &e) || !box->ops->replace(box, note, body, strlen(body), &e) || !box->ops->commit(box, &e))
		fail_msg("replace: %s", e.text);
}

static inline void scrubbed(struct inbox *box)
{
	struct err e = { 0 };

	if (!box->ops->scrub(box, &e))
		fail_msg("scrub: %s", e.text);
}

/* Whether any file of the store holds these bytes. */
static inline bool on_disk(const char *bytes)
{
	char pattern[96];
	bool found = false;
	glob_t files;

	snprintf(pattern, sizeof pattern, "%s/*", dir);
	assert_int_equal(glob(pattern, 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		FILE *f = fopen(files.gl_pathv[i], "re");
		char *all = calloc(1, 4 * 1024 * 1024);
		size_t n = fread(all, 1, 4 * 1024 * 1024, f);

		assert_true(n < 4 * 1024 * 1024);
		found = found || memmem(all, n, bytes, strlen(bytes));
		free(all);
		fclose(f);
	}
	globfree(&files);
	return found;
}

struct whole {
	bool purged, redacted, unread;
	char body[64];
};

static inline bool see_whole(const struct inbox_body *r, void *arg)
{
	struct whole *w = arg;

	*w = (struct whole){ .purged = r->purged, .redacted = r->redacted, .unread = r->unread };
	snprintf(w->body, sizeof w->body, "%.*s", (int)r->body_len, r->body);
	return true;
}

static inline struct whole whole_of(struct inbox *box, int64_t note)
{
	struct whole w = { 0 };
	struct err e = { 0 };

	if (!box->ops->body(box, note, see_whole, &w, &e))
		fail_msg("body: %s", e.text);
	return w;
}

#endif
