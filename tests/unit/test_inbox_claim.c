/* What inbox.h promises of jobs that are leased. */
#include "tests/unit/inbox_jobs.h"

#include <signal.h>
#include <sys/wait.h>

static void what_is_leased_is_nobody_elses_until_the_lease_runs_out(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER), *second = opened(INBOX_DELIVER);
	int64_t id = put_event(box, "outra", event_no(1), NOW);
	struct got g;

	(void)state;
	assert_int_equal(claimed(box, NOW).count, 0);	/* nothing is planned */
	planned(box);
	g = claimed_by(box, "me", 10, 10, NOW);
	assert_int_equal(g.count, 1);
	assert_int_equal(g.id[0], id);
	assert_int_equal(g.sink[0], 3);
	assert_int_equal(g.tries[0], 0);
	assert_string_equal(g.e2eid, event_no(1).e2eid);
	assert_string_equal(jobs_of(box, id).job[0].state, "leased");
	assert_int_equal(claimed_by(box, "me", 10, 10, NOW).count, 0);
	assert_int_equal(claimed_by(second, "you", 10, 10, NOW + LEASE - 1).count, 0);
	g = claimed_by(second, "you", 10, 10, NOW + LEASE);
	assert_int_equal(g.count, 1);
	assert_int_equal(g.tries[0], 0);	/* nobody knows that it was tried */
	inbox_close(second);
	inbox_close(box);
}

static void the_oldest_are_first_and_no_more_than_there_is_room_for(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	int64_t id[8];
	struct got g;

	(void)state;
	for (int i = 0; i < 8; i++)
		id[i] = put_event(box, "outra", event_no(i), NOW);
	planned(box);
	g = claimed_by(box, "me", 3, 100, NOW);
	assert_int_equal(g.count, 3);
	for (int i = 0; i < 3; i++)
		assert_int_equal(g.id[i], id[i]);
	g = claimed_by(box, "me", 100, 2, NOW);
	assert_int_equal(g.count, 2);
	assert_int_equal(g.id[1], id[4]);
	assert_int_equal(claimed_by(box, "me", 0, 100, NOW).count, 0);
	/* What failed waits for its time, behind what came later. */
	assert_true(settled_by(box, "me", id[0], 3, JOB_AGAIN, NOW, NOW + 50));
	assert_int_equal(claimed_by(box, "me", 100, 2, NOW + 49).id[1], id[6]);
	g = claimed_by(box, "me", 100, 100, NOW + 50);
	assert_int_equal(g.count, 2);
	assert_int_equal(g.id[0], id[7]);
	assert_int_equal(g.id[1], id[0]);
	assert_int_equal(g.tries[1], 1);
	inbox_close(box);
}

/* One sink has a hundred to come: those of the others do not wait behind them. */
static void a_backlog_of_one_sink_keeps_no_other_waiting(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	struct got g;
	size_t of[SINKS] = { 0 };

	(void)state;
	want_kinds[1] = ~0u;
	for (int i = 0; i < 100; i++)
		put_event(box, "loja", event_no(i), NOW);
	for (int i = 0; i < 3; i++)
		put_event(box, "banco", event_no(i), NOW);
	put_event(box, "outra", event_no(1), NOW);
	planned(box);
	g = claimed_by(box, "me", 100, 10, NOW);
	assert_int_equal(g.count, 10);
	for (size_t i = 0; i < g.count; i++)
		of[g.sink[i]]++;
	assert_int_equal(of[0], 6);
	assert_int_equal(of[2], 3);
	assert_int_equal(of[3], 1);
	inbox_close(box);
}

/* Asked for one at a time, the sinks take turns. */
static void who_is_first_changes(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	size_t of[SINKS] = { 0 };

	(void)state;
	for (int i = 0; i < 20; i++)
		put_event(box, i % 2 ? "outra" : "banco", event_no(i), NOW);
	planned(box);
	for (int i = 0; i < 10; i++) {
		struct got g = claimed_by(box, "me", 100, 1, NOW);

		assert_int_equal(g.count, 1);
		of[g.sink[0]]++;
	}
	assert_int_equal(of[2], 5);
	assert_int_equal(of[3], 5);
	inbox_close(box);
}

static void told(struct inbox *box, size_t sink, int64_t until_ms, bool stopped)
{
	struct err e = { 0 };

	begun(box);
	if (!box->ops->pause(box, &sinks[sink], until_ms, stopped, "it said 503", &e))
		fail_msg("pause: %s", e.text);
	committed(box);
}

static void a_sink_that_pauses_or_has_stopped_is_given_nothing(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER), *second = opened(INBOX_DELIVER);

	(void)state;
	put_event(box, "outra", event_no(1), NOW);
	planned(box);
	told(box, 3, NOW + 1000, false);
	assert_int_equal(claimed_by(second, "you", 9, 9, NOW + 999).count, 0);
	assert_int_equal(due_at(second, NOW), NOW + 1000);
	assert_int_equal(claimed_by(second, "you", 9, 9, NOW + 1000).count, 1);
	assert_true(settled_by(second, "you", 1, 3, JOB_BACK, NOW, 0));
	told(box, 3, 0, true);
	assert_int_equal(claimed_by(second, "you", 9, 9, NOW + 100000).count, 0);
	assert_int_equal(due_at(second, NOW), 0);
	told(box, 3, 0, false);
	assert_int_equal(due_at(second, NOW), NOW);
	assert_int_equal(claimed_by(second, "you", 9, 9, NOW).count, 1);
	inbox_close(second);
	inbox_close(box);
}

static void due_tells_when_there_is_something_to_claim(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	int64_t id[2], other;

	(void)state;
	id[0] = put_event(box, "outra", event_no(1), NOW);
	id[1] = put_event(box, "outra", event_no(2), NOW);
	other = put_event(box, "banco", event_no(3), NOW);
	assert_int_equal(due_at(box, NOW), 0);
	planned(box);
	assert_int_equal(due_at(box, NOW), NOW);
	claimed(box, NOW);
	assert_int_equal(due_at(box, NOW), NOW + LEASE);
	assert_int_equal(due_at(box, NOW + LEASE + 5), NOW + LEASE + 5);
	assert_true(settled_by(box, "me", id[0], 3, JOB_AGAIN, NOW, NOW + 7000));
	assert_true(settled_by(box, "me", id[1], 3, JOB_AGAIN, NOW, NOW + 6000));
	assert_int_equal(due_at(box, NOW), NOW + 6000);
	done(box, other, 2);
	assert_int_equal(due_at(box, NOW + 6500), NOW + 6500);
	inbox_close(box);
}

/* The clock was ahead by two days when they were leased, put off and paused. */
static void a_clock_that_was_set_back_holds_nothing_up(void **state)
{
	const int64_t ahead = NOW + 48LL * 3600 * 1000;
	struct inbox *box = opened(INBOX_DELIVER);
	int64_t leased = put_event(box, "outra", event_no(1), NOW), put_off = put_event(box, "outra", event_no(2), NOW),
		paused = put_event(box, "banco", event_no(3), NOW);
	struct got g;

	(void)state;
	planned(box);
	g = claimed(box, ahead);
	assert_int_equal(g.count, 3);
	assert_true(settled_by(box, "me", put_off, 3, JOB_AGAIN, ahead, ahead + 1000));
	assert_true(settled_by(box, "me", paused, 2, JOB_BACK, ahead, 0));
	told(box, 2, ahead + 1000, false);
	assert_int_equal(due_at(box, NOW), NOW);
	g = claimed(box, NOW);
	assert_int_equal(g.count, 3);
	assert_int_equal(leased, 1);
	/* By less than any lease lasts, it is waited for. */
	assert_int_equal(claimed(box, NOW - 3600 * 1000).count, 0);
	inbox_close(box);
}

/* Also where it is another process that sees it, which was started since. */
static void a_process_that_starts_after_the_clock_was_set_back_claims_all(void **state)
{
	const int64_t ahead = NOW + 48LL * 3600 * 1000;
	struct inbox *box = opened(INBOX_DELIVER), *second;

	(void)state;
	put_event(box, "outra", event_no(1), NOW);
	planned(box);
	claimed(box, ahead);
	assert_true(settled_by(box, "me", 1, 3, JOB_AGAIN, ahead, ahead + 1000));
	second = opened(INBOX_DELIVER);
	assert_int_equal(claimed(second, NOW).count, 1);
	inbox_close(second);
	inbox_close(box);
}

static void what_the_walk_was_ended_before_is_not_leased(void **state)
{
	const size_t room[SINKS] = { 9, 9, 9, 9 };
	struct inbox_claim c = { .who = "me", .sinks = sinks, .room = room, .count = SINKS, .most = 9, .now_ms = NOW, .lease_ms = LEASE };
	struct inbox *box = opened(INBOX_DELIVER);
	struct got g = { .stop = 2 };
	struct err e;

	(void)state;
	for (int i = 0; i < 5; i++)
		put_event(box, "outra", event_no(i), NOW);
	planned(box);
	begun(box);
	assert_true(box->ops->claim(box, &c, get, &g, &e));
	committed(box);
	assert_int_equal(g.count, 2);
	assert_int_equal(claimed(box, NOW).count, 3);
	inbox_close(box);
}

static void what_is_rolled_back_was_not_leased(void **state)
{
	const size_t room[SINKS] = { 9, 9, 9, 9 };
	struct inbox_claim c = { .who = "me", .sinks = sinks, .room = room, .count = SINKS, .most = 9, .now_ms = NOW, .lease_ms = LEASE };
	struct inbox *box = opened(INBOX_DELIVER);
	struct got g = { 0 };
	struct err e = { 0 };

	(void)state;
	put_event(box, "outra", event_no(1), NOW);
	planned(box);
	assert_false(box->ops->claim(box, &c, get, &g, &e));
	assert_int_equal(e.code, ERR_STORE);
	begun(box);
	assert_true(box->ops->claim(box, &c, get, &g, &e));
	assert_int_equal(g.count, 1);
	box->ops->rollback(box);
	assert_int_equal(claimed(box, NOW).count, 1);
	inbox_close(box);
}

/* Hands over all that it gets, one at a time, and tells of each try through the pipe before it settles. */
static void hand_over(int to, const char *who, int64_t now_ms)
{
	struct inbox *box = NULL;
	struct err e;

	if (!inbox_open(&box, store->url, dir, INBOX_DELIVER, &e))
		_exit(1);
	for (;;) {
		struct got g = claimed_by(box, who, 2, 3, now_ms);

		if (!g.count)
			break;
		for (size_t i = 0; i < g.count; i++) {
			int n = (int)g.id[i];

			if (write(to, &n, sizeof n) != sizeof n)
				_exit(1);
			if (!settled_by(box, who, g.id[i], g.sink[i], JOB_DONE, now_ms, 0))
				_exit(1);
		}
	}
	inbox_close(box);
	_exit(0);
}

enum { MANY = 1000 };

static void put_many(struct inbox *box)
{
	for (int i = 0; i < MANY; i++)
		put_event(box, "outra", event_no(i), NOW);
	assert_planned(planned(box), MANY, MANY, 0, 0);
}

static void two_who_hand_over_at_once_hand_each_over_once(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	int tries[MANY + 1] = { 0 }, pipes[2], n, status;
	pid_t child[3];

	(void)state;
	put_many(box);
	inbox_close(box);
	assert_int_equal(pipe(pipes), 0);
	for (int i = 0; i < 3; i++) {
		child[i] = fork();
		if (!child[i])
			hand_over(pipes[1], i == 0 ? "a" : i == 1 ? "b" : "c", NOW);
	}
	close(pipes[1]);
	while (read(pipes[0], &n, sizeof n) == sizeof n)
		tries[n]++;
	close(pipes[0]);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(waitpid(child[i], &status, 0), child[i]);
		assert_int_equal(status, 0);
	}
	for (int i = 1; i <= MANY; i++)
		assert_int_equal(tries[i], 1);
	box = opened(INBOX_READ);
	assert_int_equal(stats_of(box, NULL).delivered, MANY);
	inbox_close(box);
}

/* Killed at any moment: what was leased comes again once the lease is over, what was settled does not, and nothing is lost. */
static void who_is_killed_loses_nothing_and_doubles_only_what_it_had_not_settled(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	int tries[MANY + 1] = { 0 }, delivered = 0, killed = 0, pipes[2], n, status;
	int64_t now = NOW;

	(void)state;
	srandom(20261121);
	put_many(box);
	for (int round = 0; delivered < MANY; round++, now += LEASE) {
		int before = delivered, told_of = 0;
		pid_t child;

		assert_true(round < 200);
		inbox_close(box);
		assert_int_equal(pipe(pipes), 0);
		child = fork();
		if (!child)
			hand_over(pipes[1], "a", now);
		close(pipes[1]);
		if (round < 40) {
			/* at some moment behind some job, however fast the machine is */
			for (long most = random() % 4; told_of < most && read(pipes[0], &n, sizeof n) == sizeof n; told_of++)
				tries[n]++;
			kill(child, SIGKILL);
		}
		waitpid(child, &status, 0);
		killed += WIFSIGNALED(status);
		while (read(pipes[0], &n, sizeof n) == sizeof n) {
			tries[n]++;
			told_of++;
		}
		close(pipes[0]);
		/* It told of each before it settled it: one alone may be told of and not settled. */
		box = opened(INBOX_DELIVER);
		delivered = (int)stats_of(box, NULL).delivered;
		assert_in_range(told_of - (delivered - before), 0, WIFSIGNALED(status) ? 1 : 0);
	}
	n = 0;
	for (int i = 1; i <= MANY; i++) {
		assert_true(tries[i] >= 1);
		n += tries[i] - 1;
	}
	assert_true(n <= killed);
	assert_true(killed > 5);
	inbox_close(box);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		HANDS_OVER(what_is_leased_is_nobody_elses_until_the_lease_runs_out),
		HANDS_OVER(the_oldest_are_first_and_no_more_than_there_is_room_for),
		HANDS_OVER(a_backlog_of_one_sink_keeps_no_other_waiting),
		HANDS_OVER(who_is_first_changes),
		HANDS_OVER(a_sink_that_pauses_or_has_stopped_is_given_nothing),
		HANDS_OVER(due_tells_when_there_is_something_to_claim),
		HANDS_OVER(a_clock_that_was_set_back_holds_nothing_up),
		HANDS_OVER(a_process_that_starts_after_the_clock_was_set_back_claims_all),
		HANDS_OVER(what_the_walk_was_ended_before_is_not_leased),
		HANDS_OVER(what_is_rolled_back_was_not_leased),
		HANDS_OVER(two_who_hand_over_at_once_hand_each_over_once),
		HANDS_OVER(who_is_killed_loses_nothing_and_doubles_only_what_it_had_not_settled),
	};

	return RUN_PROMISES("inbox_claim", tests);
}
