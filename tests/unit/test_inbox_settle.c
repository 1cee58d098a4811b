/* What inbox.h promises of how a try ends, and what it tells of it. */
#include "tests/unit/inbox_jobs.h"

#include <signal.h>
#include <sys/resource.h>

enum { OUTRA = 3 };	/* the sink of a hook that has one alone */

static void an_event_is_delivered_once_every_sink_has_it(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	int64_t id = put_event(box, "loja", event_no(1), NOW);
	struct got g;

	(void)state;
	assert_planned(planned(box), 1, 2, 0, 0);
	g = claimed(box, NOW);
	assert_int_equal(g.count, 2);
	assert_int_equal(g.id[0], id);
	done(box, id, 0);
	assert_stands(box, id, "pending");
	done(box, id, 1);
	assert_stands(box, id, "delivered");
	assert_int_equal(claimed(box, NOW + 1).count, 0);
	assert_int_equal(due_at(box, NOW), 0);
	assert_int_equal(stats_of(box, NULL).delivered, 1);
	inbox_close(box);
}

static void an_event_is_dead_when_one_gave_up_and_no_other_tries(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	int64_t id = put_event(box, "loja", event_no(1), NOW);

	(void)state;
	planned(box);
	claimed(box, NOW);
	assert_true(settled_by(box, "me", id, 0, JOB_DEAD, NOW, 0));
	assert_stands(box, id, "pending");
	assert_true(settled_by(box, "me", id, 1, JOB_AGAIN, NOW, NOW + 5));
	assert_stands(box, id, "pending");
	assert_int_equal(claimed(box, NOW + 5).count, 1);
	done(box, id, 1);
	assert_stands(box, id, "dead");
	assert_int_equal(stats_of(box, "loja").dead, 1);
	inbox_close(box);
}

static void each_outcome_is_remembered(void **state)
{
	static const struct {
		enum inbox_outcome how;
		const char *state, *why, *delivery;
		int tries;
		int64_t due_ms, settled_ms;
	} rows[] = {
		{ JOB_DONE, "delivered", "", "delivered", 1, 0, NOW + 7 },
		{ JOB_AGAIN, "waiting", "it said 500", "pending", 1, NOW + 99, NOW + 7 },
		{ JOB_DEAD, "dead", "it said 500", "dead", 1, 0, NOW + 7 },
		{ JOB_BACK, "waiting", "", "pending", 0, NOW + 99, 0 },
	};
	struct inbox *box = opened(INBOX_DELIVER);

	(void)state;
	for (int i = 0; i < 4; i++) {
		int64_t id = put_event(box, "outra", event_no(i), NOW);
		struct job_seen j;

		planned(box);
		claimed(box, NOW);
		assert_true(settled_by(box, "me", id, OUTRA, rows[i].how, NOW + 7, NOW + 99));
		j = jobs_of(box, id).job[0];
		assert_string_equal(j.sink, "erp");
		assert_string_equal(j.state, rows[i].state);
		assert_string_equal(j.why, rows[i].why);
		assert_int_equal(j.tries, rows[i].tries);
		assert_int_equal(j.due_ms, rows[i].due_ms);
		assert_int_equal(j.settled_ms, rows[i].settled_ms);
		assert_stands(box, id, rows[i].delivery);
	}
	inbox_close(box);
}

static void tries_are_counted_and_the_last_failure_stays_known(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	int64_t id = put_event(box, "outra", event_no(1), NOW);
	struct job_seen j;

	(void)state;
	planned(box);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(claimed(box, NOW + i).tries[0], i);
		assert_true(settled_by(box, "me", id, OUTRA, i < 2 ? JOB_AGAIN : JOB_DONE, NOW + i, NOW + i));
	}
	j = jobs_of(box, id).job[0];
	assert_int_equal(j.tries, 3);
	assert_string_equal(j.why, "it said 500");
	assert_int_equal(j.settled_ms, NOW + 2);
	inbox_close(box);
}

/* The lease ran out and another has it: what was delivered was delivered, and nothing else that the first says counts. */
static void who_lost_the_lease_may_only_say_that_it_is_done(void **state)
{
	static const enum inbox_outcome nothing[] = { JOB_AGAIN, JOB_DEAD, JOB_BACK };
	struct inbox *box = opened(INBOX_DELIVER);
	int64_t id = put_event(box, "outra", event_no(1), NOW);

	(void)state;
	planned(box);
	claimed_by(box, "me", 9, 9, NOW);
	claimed_by(box, "you", 9, 9, NOW + LEASE);
	for (int i = 0; i < 3; i++) {
		assert_false(settled_by(box, "me", id, OUTRA, nothing[i], NOW, NOW));
		assert_string_equal(jobs_of(box, id).job[0].state, "leased");
		assert_int_equal(jobs_of(box, id).job[0].tries, 0);
	}
	assert_false(settled_by(box, "me", id, OUTRA, JOB_DONE, NOW, 0));
	assert_stands(box, id, "delivered");
	for (int i = 0; i < 3; i++)
		assert_false(settled_by(box, "you", id, OUTRA, nothing[i], NOW, NOW));
	assert_false(settled_by(box, "you", id, OUTRA, JOB_DONE, NOW + 9, 0));
	assert_stands(box, id, "delivered");
	assert_int_equal(jobs_of(box, id).job[0].tries, 1);
	inbox_close(box);
}

static void what_was_delivered_after_all_wins_over_dead_and_over_waiting(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	int64_t dead = put_event(box, "outra", event_no(1), NOW), waits = put_event(box, "outra", event_no(2), NOW);

	(void)state;
	planned(box);
	claimed_by(box, "me", 9, 9, NOW);
	claimed_by(box, "you", 9, 9, NOW + LEASE);
	assert_true(settled_by(box, "you", dead, OUTRA, JOB_DEAD, NOW, 0));
	assert_true(settled_by(box, "you", waits, OUTRA, JOB_AGAIN, NOW, NOW));
	assert_false(settled_by(box, "me", dead, OUTRA, JOB_DONE, NOW, 0));
	assert_false(settled_by(box, "me", waits, OUTRA, JOB_DONE, NOW, 0));
	assert_stands(box, dead, "delivered");
	assert_stands(box, waits, "delivered");
	assert_int_equal(claimed(box, NOW).count, 0);
	inbox_close(box);
}

/* It ended late, but nobody else has it: it is still theirs. */
static void a_lease_that_nobody_took_over_is_still_held(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	int64_t id = put_event(box, "outra", event_no(1), NOW);

	(void)state;
	planned(box);
	claimed(box, NOW);
	assert_true(settled_by(box, "me", id, OUTRA, JOB_DEAD, NOW + 2 * LEASE, 0));
	assert_stands(box, id, "dead");
	inbox_close(box);
}

static void what_is_no_job_is_not_settled(void **state)
{
	static const struct inbox_sink unknown = { "outra", "gone" };
	struct inbox_settle s = { .sink = unknown, .who = "me", .outcome = JOB_DONE, .now_ms = NOW };
	struct inbox *box = opened(INBOX_DELIVER);
	int64_t id = put_event(box, "outra", event_no(1), NOW);
	struct err e = { 0 };
	bool held = true;

	(void)state;
	planned(box);
	assert_false(settled_by(box, "me", 12345, OUTRA, JOB_DONE, NOW, 0));
	assert_false(settled_by(box, "me", id, 2, JOB_DONE, NOW, 0));
	s.event = id;
	assert_false(box->ops->settle(box, &s, &held, &e));	/* no transaction */
	assert_int_equal(e.code, ERR_STORE);
	begun(box);
	assert_true(box->ops->settle(box, &s, &held, &e));
	committed(box);
	assert_false(held);
	assert_stands(box, id, "pending");
	inbox_close(box);
}

/* The files may not grow: what a full disk does. What was leased is settled with the same handle once there is room. */
static void a_full_disk_rolls_back_and_the_same_handle_settles_later(void **state)
{
	enum { MANY = 200 };
	const struct rlimit full = { 4096, RLIM_INFINITY }, room = { RLIM_INFINITY, RLIM_INFINITY };
	struct inbox *box = opened(INBOX_DELIVER);
	struct inbox_settle s = { .sink = sinks[OUTRA], .who = "me", .outcome = JOB_DONE, .now_ms = NOW };
	struct err e = { 0 };
	struct got g;
	bool held;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	for (int i = 0; i < MANY; i++)
		put_event(box, "outra", event_no(i), NOW);
	planned(box);
	g = claimed_by(box, "me", MANY, MANY, NOW);
	assert_int_equal(g.count, MANY);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
		begun(box);
		for (s.event = 1; s.event <= MANY; s.event++)
			assert_true(box->ops->settle(box, &s, &held, &e));
		assert_false(box->ops->commit(box, &e));
		assert_int_equal(e.code, ERR_STORE);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &room), 0);
		assert_int_equal(stats_of(box, NULL).delivered, 0);
	}
	for (int i = 0; i < MANY; i++)
		done(box, g.id[i], OUTRA);
	assert_int_equal(stats_of(box, NULL).delivered, MANY);
	inbox_close(box);
}

struct told {
	size_t count;
	struct inbox_sink_state last;
	char name[8][32], why[64];
};

static bool tell(const struct inbox_sink_state *s, void *arg)
{
	struct told *t = arg;

	snprintf(t->name[t->count++], 32, "%s/%s", s->hook, s->name);
	t->last = *s;
	snprintf(t->why, sizeof t->why, "%s", s->why);
	return t->count < 8;
}

static struct told told_of(struct inbox *box, const char *hook)
{
	struct told t = { 0 };
	struct err e = { 0 };

	if (!box->ops->sinks(box, hook, tell, &t, &e))
		fail_msg("sinks: %s", e.text);
	return t;
}

static void assert_told(struct told t, int64_t waiting, int64_t delivered, int64_t dead, int64_t oldest_ms, const char *why)
{
	assert_int_equal(t.count, 1);
	assert_int_equal(t.last.waiting, waiting);
	assert_int_equal(t.last.delivered, delivered);
	assert_int_equal(t.last.dead, dead);
	assert_int_equal(t.last.oldest_ms, oldest_ms);
	assert_string_equal(t.why, why);
}

static void what_is_known_of_a_sink_is_told(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER), *reader = opened(INBOX_READ);
	struct told t;
	struct err e;

	(void)state;
	assert_int_equal(told_of(reader, NULL).count, 0);
	for (int i = 0; i < 5; i++)
		put_event(box, "outra", event_no(i), NOW + i);
	planned(box);
	t = told_of(reader, NULL);
	assert_int_equal(t.count, 4);
	assert_string_equal(t.name[0], "banco/erp");
	assert_string_equal(t.name[3], "outra/erp");
	assert_told(told_of(reader, "outra"), 5, 0, 0, NOW, "");
	assert_told(told_of(reader, "banco"), 0, 0, 0, 0, "");
	assert_int_equal(told_of(reader, "nobody").count, 0);
	claimed(box, NOW);
	done(box, 1, OUTRA);
	assert_true(settled_by(box, "me", 3, OUTRA, JOB_DEAD, NOW, 0));
	assert_told(told_of(reader, "outra"), 3, 1, 1, NOW + 1, "it said 500");
	done(box, 2, OUTRA);
	assert_told(told_of(reader, "outra"), 2, 2, 1, NOW + 3, "");
	begun(box);
	assert_true(box->ops->pause(box, &sinks[OUTRA], NOW + 1000, true, "it said 410", &e));
	committed(box);
	t = told_of(reader, "outra");
	assert_true(t.last.stopped);
	assert_int_equal(t.last.paused_ms, NOW + 1000);
	assert_string_equal(t.why, "it said 410");
	begun(box);
	assert_true(box->ops->pause(box, &sinks[OUTRA], 0, false, NULL, &e));
	committed(box);
	t = told_of(reader, "outra");
	assert_false(t.last.stopped);
	assert_int_equal(t.last.paused_ms, 0);
	assert_string_equal(t.why, "");
	inbox_close(reader);
	inbox_close(box);
}

static void a_point_in_time_is_remembered_by_hook_and_name(void **state)
{
	struct inbox *box = opened(INBOX_WRITE);
	int64_t ms = 5;
	struct err e = { 0 };

	(void)state;
	assert_true(box->ops->marked(box, "loja", "reconciled", &ms, &e));
	assert_int_equal(ms, 0);
	assert_false(box->ops->mark(box, "loja", "reconciled", NOW, &e));	/* no transaction */
	assert_int_equal(e.code, ERR_STORE);
	for (int i = 0; i < 2; i++) {
		begun(box);
		assert_true(box->ops->mark(box, "loja", "reconciled", NOW + i, &e));
		committed(box);
	}
	begun(box);
	assert_true(box->ops->mark(box, "loja", "reconciled", 77, &e));
	box->ops->rollback(box);
	inbox_close(box);
	box = opened(INBOX_READ);
	assert_true(box->ops->marked(box, "loja", "reconciled", &ms, &e));
	assert_int_equal(ms, NOW + 1);
	assert_true(box->ops->marked(box, "loja", "other", &ms, &e));
	assert_int_equal(ms, 0);
	assert_true(box->ops->marked(box, "banco", "reconciled", &ms, &e));
	assert_int_equal(ms, 0);
	inbox_close(box);
}

/* A test, and what was got by asking, are no sign that the PSP's calls arrive. */
static void the_last_call_of_the_psp_is_told_apart_from_tests_and_from_asking(void **state)
{
	struct inbox *box = opened(INBOX_SERVE);
	struct pix_event ev = event_no(1), asked = event_no(2), test = event_no(3), old = event_no(4);
	struct inbox_note n = note_of("a", &ev, 1);

	(void)state;
	assert_int_equal(stats_of(box, NULL).last_webhook_ms, 0);
	n.source = "reconcile";
	n.events = &asked;
	stored(box, &n);
	assert_int_equal(stats_of(box, NULL).last_webhook_ms, 0);
	n = note_of("b", &ev, 1);
	n.received_ms = NOW + 5;
	stored(box, &n);
	strcpy(test.e2eid, "E99999999202611211200PIXGATETEST");
	test.foreign = true;
	n = note_of("c", &test, 1);
	n.received_ms = NOW + 9;
	stored(box, &n);
	n = note_of("d", &old, 1);
	n.source = "reconcile";
	n.received_ms = NOW + 10;
	stored(box, &n);
	assert_int_equal(stats_of(box, NULL).last_webhook_ms, NOW + 5);
	assert_int_equal(stats_of(box, "loja").last_webhook_ms, NOW + 5);
	assert_int_equal(stats_of(box, "banco").last_webhook_ms, 0);
	assert_int_equal(stats_of(box, NULL).pending, 3);
	inbox_close(box);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		HANDS_OVER(an_event_is_delivered_once_every_sink_has_it),
		HANDS_OVER(an_event_is_dead_when_one_gave_up_and_no_other_tries),
		HANDS_OVER(each_outcome_is_remembered),
		HANDS_OVER(tries_are_counted_and_the_last_failure_stays_known),
		HANDS_OVER(who_lost_the_lease_may_only_say_that_it_is_done),
		HANDS_OVER(what_was_delivered_after_all_wins_over_dead_and_over_waiting),
		HANDS_OVER(a_lease_that_nobody_took_over_is_still_held),
		HANDS_OVER(what_is_no_job_is_not_settled),
		HANDS_OVER(a_full_disk_rolls_back_and_the_same_handle_settles_later),
		HANDS_OVER(what_is_known_of_a_sink_is_told),
		HANDS_OVER(a_point_in_time_is_remembered_by_hook_and_name),
		HANDS_OVER(the_last_call_of_the_psp_is_told_apart_from_tests_and_from_asking),
	};

	return RUN_PROMISES("inbox_settle", tests);
}
