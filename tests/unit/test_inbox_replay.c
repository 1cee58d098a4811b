/* What inbox.h promises of events that a person has handed over again. */
#include "tests/unit/inbox_jobs.h"

static void what_a_person_replays_is_handed_over_again_whatever_became_of_it(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	int64_t delivered = put_event(box, "banco", event_no(1), NOW), dead = put_event(box, "banco", event_no(2), NOW),
		newer = put_event(box, "banco", event_of(3, PIX_REFUND, "D1", "DEVOLVIDO"), NOW),
		stale = put_event(box, "banco", event_of(3, PIX_REFUND, "D1", "EM_PROCESSAMENTO"), NOW), unwanted, fresh;
	struct inbox_planned p;
	int64_t all[5];

	(void)state;
	want_kinds[2] = 1u << PIX_SENT;
	unwanted = put_event(box, "banco", event_of(4, PIX_SENT, "", "REALIZADO"), NOW);
	planned(box);
	claimed(box, NOW + INBOX_REFUND_WAIT_MS);
	done(box, delivered, 2);
	done(box, newer, 2);
	assert_true(settled_by(box, "me", dead, 2, JOB_AGAIN, NOW, NOW));
	assert_int_equal(claimed(box, NOW).tries[0], 1);
	assert_true(settled_by(box, "me", dead, 2, JOB_DEAD, NOW, 0));
	assert_stands(box, dead, "dead");
	assert_stands(box, stale, "stale");
	assert_stands(box, unwanted, "unwanted");
	fresh = put_event(box, "banco", event_no(6), NOW);	/* not even planned yet */
	want_kinds[2] = 0;
	memcpy(all, (int64_t[]){ delivered, dead, stale, unwanted, fresh }, sizeof all);
	for (int i = 0; i < 5; i++) {
		replayed(box, all[i]);
		assert_stands(box, all[i], "pending");
	}
	replayed(box, dead);	/* twice is once */
	p = planned(box);
	assert_int_equal(p.jobs, 5);
	assert_int_equal(p.unwanted + p.stale, 0);
	assert_planned(planned(box), 0, 0, 0, 0);
	for (int i = 0; i < 5; i++) {
		struct jobs_seen j = jobs_of(box, all[i]);

		assert_int_equal(j.count, 1);
		assert_string_equal(j.job[0].state, "waiting");
		assert_int_equal(j.job[0].tries, 0);
		assert_string_equal(j.job[0].why, "");
		assert_stands(box, all[i], "pending");
	}
	assert_int_equal(claimed(box, NOW + INBOX_REFUND_WAIT_MS).count, 5);
	inbox_close(box);
}

static void what_is_foreign_cannot_be_replayed(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	struct pix_event foreign = event_no(1);
	bool changed = true;
	struct err e;
	int64_t id;

	(void)state;
	foreign.foreign = true;
	id = put_event(box, "banco", foreign, NOW);
	begun(box);
	assert_true(box->ops->again(box, id, &changed, &e));
	committed(box);
	assert_false(changed);
	assert_planned(planned(box), 0, 0, 0, 0);
	assert_stands(box, id, "never");
	inbox_close(box);
}

static void a_replay_waits_for_who_knows_its_hooks_sinks(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	int64_t id = put_event(box, "outra", event_no(1), NOW), mine[3];

	(void)state;
	planned(box);
	claimed(box, NOW);
	done(box, id, 3);
	replayed(box, id);
	assert_planned(planned_for(box, 3, 100), 0, 0, 0, 0);
	assert_stands(box, id, "pending");
	for (int i = 0; i < 3; i++) {
		mine[i] = put_event(box, "loja", event_no(10 + i), NOW);
		replayed(box, mine[i]);
	}
	assert_true(planned_for(box, 3, 2).more);
	assert_int_equal(jobs_of(box, mine[1]).count, 2);
	assert_int_equal(jobs_of(box, mine[2]).count, 0);
	assert_int_equal(planned(box).jobs, 3);
	assert_int_equal(claimed(box, NOW).count, 7);
	inbox_close(box);
}

static void what_nobody_wants_any_more_is_unwanted_when_it_is_replayed(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	int64_t id = put_event(box, "outra", event_no(1), NOW), over;

	(void)state;
	want_kinds[3] = 1u << PIX_RECEIVED;
	replayed(box, id);
	assert_planned(planned(box), 1, 0, 0, 1);
	assert_stands(box, id, "unwanted");
	want_kinds[3] = 0;
	over = put_event(box, "outra", event_no(2), NOW);
	planned(box);
	claimed(box, NOW);
	done(box, over, 3);
	want_kinds[3] = 1u << PIX_RECEIVED;
	replayed(box, over);
	planned(box);
	assert_stands(box, over, "delivered");	/* it has it, after all */
	inbox_close(box);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		HANDS_OVER(what_a_person_replays_is_handed_over_again_whatever_became_of_it),
		HANDS_OVER(what_is_foreign_cannot_be_replayed),
		HANDS_OVER(a_replay_waits_for_who_knows_its_hooks_sinks),
		HANDS_OVER(what_nobody_wants_any_more_is_unwanted_when_it_is_replayed),
	};

	return RUN_PROMISES("inbox_replay", tests);
}
