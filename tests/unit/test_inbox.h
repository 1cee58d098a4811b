/* What the tests of every store share: the table of stores, a fresh place for each test, notes and events. */
#ifndef TESTS_UNIT_TEST_INBOX_H
#define TESTS_UNIT_TEST_INBOX_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inbox/inbox.h"

#include <cmocka.h>	/* last: it has a macro fail() */

/* A store under test. A new one is a row here. */
struct tested {
	const char *name, *url;		/* the URL is opened relative to a fresh folder */
};

static const struct tested tested[] = {
	{ "sqlite", "sqlite:inbox.db" },
};

static const struct tested *store = tested;
static char dir[64];

static inline int fresh_place(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/test_inbox_XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static inline int drop_place(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof command, "rm -rf '%s'", dir);
	return system(command);
}

static inline const char *in_dir(const char *name)
{
	static char path[2][160];
	static int turn;

	turn ^= 1;
	snprintf(path[turn], sizeof path[turn], "%s/%s", dir, name);
	return path[turn];
}

static inline struct inbox *opened(enum inbox_mode mode)
{
	struct inbox *box = NULL;
	struct err e = { 0 };

	if (!inbox_open(&box, store->url, dir, mode, &e))
		fail_msg("open: %s", e.text);
	return box;
}

/* The n-th event: received, one centavo times n. */
static inline struct pix_event event_no(int n)
{
	struct pix_event ev = { .kind = PIX_RECEIVED, .has_cents = true, .has_at = true, .cents = n, .at_ms = 1795000000000 + n };

	snprintf(ev.e2eid, sizeof ev.e2eid, "E20855875202611211200%011d", n);
	snprintf(ev.txid, sizeof ev.txid, "pedido%020d", n);
	strcpy(ev.key, "loja@exemplo.com.br");
	return ev;
}

static inline struct inbox_note note_of(const char *body, const struct pix_event *events, size_t count)
{
	return (struct inbox_note){ .hook = "loja", .psp = "efi", .event = "", .received_ms = 1795000000500, .body = body,
				    .body_len = strlen(body), .why = "", .events = events, .count = count };
}

static inline bool put_one(struct inbox *box, const struct inbox_note *n, struct inbox_put *did, struct err *e)
{
	if (!box->ops->begin(box, e))
		return false;
	if (box->ops->put(box, n, did, e) && box->ops->commit(box, e))
		return true;
	box->ops->rollback(box);
	return false;
}

/* Stores one note in a transaction of its own, which must succeed. */
static inline struct inbox_put stored(struct inbox *box, const struct inbox_note *n)
{
	struct inbox_put did = { 0 };
	struct err e = { 0 };

	if (!put_one(box, n, &did, &e))
		fail_msg("put: %s", e.text);
	return did;
}

/* Stores the n-th event in a note of its own. */
static inline void put_number(struct inbox *box, int n)
{
	struct pix_event ev = event_no(n);
	struct inbox_note note = note_of("x", &ev, 1);

	note.hook = "s";
	stored(box, &note);
}

static inline struct inbox_stats stats_of(struct inbox *box, const char *hook)
{
	struct inbox_stats st = { 0 };
	struct err e = { 0 };

	if (!box->ops->stats(box, hook, &st, &e))
		fail_msg("stats: %s", e.text);
	return st;
}

static inline void assert_put(struct inbox_put did, size_t fresh, size_t twins, size_t differ, bool fresh_note)
{
	assert_int_equal(did.fresh, fresh);
	assert_int_equal(did.twins, twins);
	assert_int_equal(did.differ, differ);
	assert_int_equal(did.fresh_note, fresh_note);
}

struct seen {
	size_t count;
	int64_t id[64], note[64];
	struct inbox_row last;
	char delivery[16], hook[32], psp[32];
	size_t stop;	/* after so many; 0: never */
};

static inline bool see(const struct inbox_row *r, void *arg)
{
	struct seen *s = arg;

	if (s->count < 64) {
		s->id[s->count] = r->id;
		s->note[s->count] = r->note;
	}
	s->last = *r;
	snprintf(s->delivery, sizeof s->delivery, "%s", r->delivery);
	snprintf(s->hook, sizeof s->hook, "%s", r->hook);
	snprintf(s->psp, sizeof s->psp, "%s", r->psp);
	return ++s->count != s->stop;
}

static inline struct seen listed(struct inbox *box, struct inbox_filter f)
{
	struct seen s = { 0 };
	struct err e;

	if (!box->ops->list(box, &f, see, &s, &e))
		fail_msg("list: %s", e.text);
	return s;
}

struct bodies {
	size_t count;
	int64_t id;
	bool unread;
	char body[32], why[32];
};

static inline bool see_body(const struct inbox_body *r, void *arg)
{
	struct bodies *s = arg;

	s->count++;
	s->id = r->id;
	s->unread = r->unread;
	snprintf(s->body, sizeof s->body, "%.*s", (int)r->body_len, r->body);
	snprintf(s->why, sizeof s->why, "%s", r->why);
	return true;
}

static inline struct bodies bodies_of(struct inbox *box, struct inbox_filter f, bool only_unread)
{
	struct bodies s = { 0 };
	struct err e;

	if (!box->ops->bodies(box, &f, only_unread, see_body, &s, &e))
		fail_msg("bodies: %s", e.text);
	return s;
}

#define PROMISE(f) cmocka_unit_test_setup_teardown(f, fresh_place, drop_place)

#endif
