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

static inline struct inbox_stats stats_of(struct inbox *box, const char *hook)
{
	struct inbox_stats st = { 0 };
	struct err e = { 0 };

	if (!box->ops->stats(box, hook, &st, &e))
		fail_msg("stats: %s", e.text);
	return st;
}

#endif
