/* What the tests of handing over share: sinks, what they want, and the way from event to settled job. */
#ifndef TESTS_UNIT_INBOX_JOBS_H
#define TESTS_UNIT_INBOX_JOBS_H

#include "tests/unit/test_inbox.h"

#define NOW 1795000000500	/* when note_of's notes are received */
enum { LEASE = 30000, SINKS = 4 };

/* Two sinks of one hook, and one each of two others. */
static const struct inbox_sink sinks[SINKS] = { { "loja", "erp" }, { "loja", "mail" }, { "banco", "erp" }, { "outra", "erp" } };

/* What each sink wants; a test changes it. */
static unsigned want_kinds[SINKS];	/* bits of kinds that it does not want */
static bool want_stale[SINKS];
static int asked_for;

static inline bool wants(const struct inbox_row *row, size_t sink, bool stale, void *arg)
{
	(void)arg;
	asked_for++;
	assert_true(sink < SINKS);
	assert_string_equal(row->hook, sinks[sink].hook);
	return !(want_kinds[sink] & 1u << row->event.kind) && (!stale || want_stale[sink]);
}

/* Each test begins with sinks that want all but stale ones. */
static inline int fresh_sinks(void **state)
{
	memset(want_kinds, 0, sizeof want_kinds);
	memset(want_stale, 0, sizeof want_stale);
	asked_for = 0;
	return fresh_place(state);
}

#define HANDS_OVER(f) cmocka_unit_test_setup_teardown(f, fresh_sinks, drop_place)

/* Stores one event in a note of its own; its id. */
static inline int64_t put_event(struct inbox *box, const char *hook, struct pix_event ev, int64_t received_ms)
{
	char body[256];
	struct inbox_note n = note_of("", &ev, 1);
	struct inbox_filter last = { .kind = -1, .limit = 1 };

	snprintf(body, sizeof body, "%s %d %s %s %s %d", hook, ev.kind, ev.e2eid, ev.ref, ev.status, ev.foreign);
	n.body = body;
	n.body_len = strlen(body);
	n.hook = hook;
	n.received_ms = received_ms;
	assert_int_equal(stored(box, &n).fresh, 1);
	return listed(box, last).last.id;
}

/* A later event of what event_no(n) tells of. */
static inline struct pix_event event_of(int n, enum pix_kind kind, const char *ref, const char *status)
{
	struct pix_event ev = event_no(n);

	ev.kind = kind;
	ev.has_at = false;
	ev.txid[0] = '\0';
	snprintf(ev.ref, sizeof ev.ref, "%s", ref);
	snprintf(ev.status, sizeof ev.status, "%s", status);
	return ev;
}

static inline void begun(struct inbox *box)
{
	struct err e = { 0 };

	if (!box->ops->begin(box, &e))
		fail_msg("begin: %s", e.text);
}

static inline void committed(struct inbox *box)
{
	struct err e = { 0 };

	if (!box->ops->commit(box, &e))
		fail_msg("commit: %s", e.text);
}

/* Plans for sinks[first … first + count), `most` events, in a transaction of its own. */
static inline struct inbox_planned planned_for(struct inbox *box, size_t count, size_t most)
{
	struct inbox_planned p = { 0 };
	struct err e = { 0 };

	begun(box);
	if (!box->ops->plan(box, sinks, count, most, wants, NULL, &p, &e))
		fail_msg("plan: %s", e.text);
	committed(box);
	return p;
}

static inline struct inbox_planned planned(struct inbox *box)
{
	return planned_for(box, SINKS, 1000);
}

static inline void assert_planned(struct inbox_planned p, size_t events, size_t jobs, size_t stale, size_t unwanted)
{
	assert_int_equal(p.events, events);
	assert_int_equal(p.jobs, jobs);
	assert_int_equal(p.stale, stale);
	assert_int_equal(p.unwanted, unwanted);
}

/* What a claim gave. */
struct got {
	size_t count, stop;	/* stop: after so many; 0: never */
	int64_t id[256];
	size_t sink[256];
	int tries[256];
	char e2eid[40];		/* of the last */
};

static inline bool get(const struct inbox_job *job, void *arg)
{
	struct got *g = arg;

	assert_true(g->count < 256);
	g->id[g->count] = job->row->id;
	g->sink[g->count] = job->sink;
	g->tries[g->count] = job->tries;
	snprintf(g->e2eid, sizeof g->e2eid, "%s", job->row->event.e2eid);
	assert_string_equal(job->row->hook, sinks[job->sink].hook);
	return ++g->count != g->stop;
}

/* In a transaction of its own. */
static inline struct got claimed_by(struct inbox *box, const char *who, size_t room, size_t most, int64_t now_ms)
{
	const size_t rooms[SINKS] = { room, room, room, room };
	struct inbox_claim c = { .who = who, .sinks = sinks, .room = rooms, .count = SINKS, .most = most, .now_ms = now_ms,
				 .lease_ms = LEASE };
	struct got g = { 0 };
	struct err e = { 0 };

	begun(box);
	if (!box->ops->claim(box, &c, get, &g, &e))
		fail_msg("claim: %s", e.text);
	committed(box);
	return g;
}

static inline struct got claimed(struct inbox *box, int64_t now_ms)
{
	return claimed_by(box, "me", 100, 100, now_ms);
}

/* In a transaction of its own; whether the lease was held. */
static inline bool settled_by(struct inbox *box, const char *who, int64_t event, size_t sink, enum inbox_outcome outcome,
			      int64_t now_ms, int64_t due_ms)
{
	struct inbox_settle s = { .event = event, .sink = sinks[sink], .who = who, .outcome = outcome, .now_ms = now_ms,
				  .due_ms = due_ms, .why = "it said 500" };
	struct err e = { 0 };
	bool held;

	begun(box);
	if (!box->ops->settle(box, &s, &held, &e))
		fail_msg("settle: %s", e.text);
	committed(box);
	return held;
}

static inline void done(struct inbox *box, int64_t event, size_t sink)
{
	assert_true(settled_by(box, "me", event, sink, JOB_DONE, NOW, 0));
}

struct job_seen {
	char sink[16], state[16], why[64];
	int tries;
	int64_t due_ms, settled_ms;
};

struct jobs_seen {
	size_t count;
	struct job_seen job[8];
};

static inline bool see_job(const struct inbox_job_state *j, void *arg)
{
	struct jobs_seen *s = arg;
	struct job_seen *to = &s->job[s->count++];

	snprintf(to->sink, sizeof to->sink, "%s", j->sink);
	snprintf(to->state, sizeof to->state, "%s", j->state);
	snprintf(to->why, sizeof to->why, "%s", j->why);
	to->tries = j->tries;
	to->due_ms = j->due_ms;
	to->settled_ms = j->settled_ms;
	return s->count < 8;
}

/* In the order of the sinks' names. */
static inline struct jobs_seen jobs_of(struct inbox *box, int64_t event)
{
	struct jobs_seen s = { 0 };
	struct err e = { 0 };

	if (!box->ops->jobs(box, event, see_job, &s, &e))
		fail_msg("jobs: %s", e.text);
	return s;
}

static inline void assert_stands(struct inbox *box, int64_t event, const char *delivery)
{
	struct inbox_filter one = { .kind = -1, .after_id = event - 1 };
	struct seen s = { .stop = 1 };

	assert_true(box->ops->list(box, &one, see, &s, NULL));
	assert_int_equal(s.id[0], event);
	assert_string_equal(s.delivery, delivery);
}

static inline int64_t due_at(struct inbox *box, int64_t now_ms)
{
	struct err e = { 0 };
	int64_t due;

	if (!box->ops->due(box, sinks, SINKS, now_ms, &due, &e))
		fail_msg("due: %s", e.text);
	return due;
}

static inline void replayed(struct inbox *box, int64_t event)
{
	struct err e = { 0 };
	bool changed = false;

	begun(box);
	if (!box->ops->again(box, event, &changed, &e))
		fail_msg("again: %s", e.text);
	assert_true(changed);
	committed(box);
}

static inline int run_promises(const char *name, const struct CMUnitTest *tests, size_t count)
{
	int failed = 0;

	for (size_t i = 0; i < sizeof tested / sizeof *tested; i++) {
		store = &tested[i];
		failed += _cmocka_run_group_tests(name, tests, count, NULL, NULL);
	}
	return failed;
}

#define RUN_PROMISES(name, tests) run_promises(name, tests, sizeof(tests) / sizeof *(tests))

#endif
