/* A walk over what a PSP of the test's own lists. Behind <cmocka.h>. */
#ifndef TESTS_UNIT_RECEIVED_SCENE_H
#define TESTS_UNIT_RECEIVED_SCENE_H

#include "tests/unit/api_scene.h"

#define OK_JSON "HTTP/1.1 200 OK\r\n" JSON
#define FROM 1699900000000LL
#define UNTIL 1699986400000LL

static struct {
	int items, refunds, odd;
	int64_t waited[16];
	int waits;
	char body[4096], why[200];
} seen;

static inline int64_t now(void)
{
	return NOW * 1000LL;
}

static inline int64_t fake_wait(int64_t ms, void *arg)
{
	(void)arg;
	seen.waited[seen.waits++ % 16] = ms;
	return 0;
}

static inline bool take(const struct received *r, void *arg)
{
	(void)arg;
	seen.items += r->count && r->events[0].kind == PIX_RECEIVED;
	for (size_t i = 1; i < r->count; i++)
		seen.refunds += r->events[i].kind == PIX_REFUND;
	if (*r->why) {
		seen.odd++;
		snprintf(seen.why, sizeof seen.why, "%s", r->why);
	}
	snprintf(seen.body, sizeof seen.body, "%.*s", (int)r->len, r->body);
	return true;
}

static inline bool walk(const struct peer *p, int64_t patience_ms, struct received_walk *w, struct err *e)
{
	const struct received_ask ask = { .since_ms = FROM, .until_ms = UNTIL, .now = now, .wait = fake_wait, .patience_ms = patience_ms };
	struct api *a = opened(p);
	bool ok;

	memset(&seen, 0, sizeof seen);
	*e = (struct err){ 0 };
	ok = received_list(a, &hook, &ask, take, NULL, w, e);
	assert_int_equal(ok, !e->code);
	api_close(a);
	return ok;
}

#endif
