/* What inbox.h promises of events that become jobs. */
#include "tests/unit/inbox_jobs.h"

static void an_event_becomes_a_job_of_each_sink_that_wants_it_once(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	int64_t id = put_event(box, "loja", event_no(1), NOW), other = put_event(box, "banco", event_no(1), NOW);
	struct jobs_seen j;

	(void)state;
	assert_planned(planned(box), 2, 3, 0, 0);
	assert_planned(planned(box), 0, 0, 0, 0);
	j = jobs_of(box, id);
	assert_int_equal(j.count, 2);
	assert_string_equal(j.job[0].sink, "erp");
	assert_string_equal(j.job[1].sink, "mail");
	assert_string_equal(j.job[0].state, "waiting");
	assert_int_equal(j.job[0].tries + j.job[0].due_ms + j.job[0].settled_ms, 0);
	assert_int_equal(jobs_of(box, other).count, 1);
	assert_stands(box, id, "pending");
	want_kinds[0] = 1u << PIX_RECEIVED;
	id = put_event(box, "loja", event_no(2), NOW);
	assert_planned(planned(box), 1, 1, 0, 0);
	j = jobs_of(box, id);
	assert_int_equal(j.count, 1);
	assert_string_equal(j.job[0].sink, "mail");
	inbox_close(box);
}

static void what_no_sink_wants_is_unwanted_and_what_is_foreign_is_never_asked_for(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	struct pix_event foreign = event_no(2);
	struct inbox_stats st;
	int64_t id, never;

	(void)state;
	planned(box);		/* the sinks are known before the events are */
	id = put_event(box, "banco", event_no(1), NOW);
	foreign.foreign = true;
	never = put_event(box, "banco", foreign, NOW);
	want_kinds[2] = 1u << PIX_RECEIVED;
	assert_planned(planned(box), 1, 0, 0, 1);
	assert_stands(box, id, "unwanted");
	assert_stands(box, never, "never");
	assert_int_equal(asked_for, 1);
	st = stats_of(box, NULL);
	assert_int_equal(st.unwanted, 1);
	assert_int_equal(st.pending, 0);
	inbox_close(box);
}

static void an_event_of_a_hook_without_sinks_waits_for_the_first(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	int64_t early = put_event(box, "outra", event_no(1), NOW), mine = put_event(box, "loja", event_no(2), NOW);

	(void)state;
	assert_planned(planned_for(box, 2, 100), 1, 2, 0, 0);	/* those of loja alone */
	assert_stands(box, early, "pending");
	inbox_close(box);
	box = opened(INBOX_DELIVER);
	assert_planned(planned(box), 1, 1, 0, 0);
	assert_int_equal(jobs_of(box, early).count, 1);
	assert_int_equal(jobs_of(box, mine).count, 2);
	inbox_close(box);
}

/* Another that is known for long, and was not planned for since, makes all be looked at. */
static void a_new_sink_gets_what_is_pending_and_what_comes_and_nothing_that_is_over(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	int64_t over, open, next;
	struct inbox_planned p;
	struct err e;

	(void)state;
	begun(box);
	assert_true(box->ops->plan(box, &sinks[2], 1, 100, wants, NULL, &p, &e));
	committed(box);
	over = put_event(box, "loja", event_no(1), NOW);
	open = put_event(box, "loja", event_no(2), NOW);
	planned_for(box, 1, 100);
	claimed(box, NOW);
	done(box, over, 0);
	assert_stands(box, over, "delivered");
	planned(box);		/* loja/mail is new now */
	assert_int_equal(jobs_of(box, over).count, 1);
	assert_int_equal(jobs_of(box, open).count, 2);
	next = put_event(box, "loja", event_no(3), NOW);
	planned(box);
	assert_int_equal(jobs_of(box, next).count, 2);
	inbox_close(box);
}

static bool wants_mail(const struct inbox_row *row, size_t sink, bool stale, void *arg)
{
	(void)row, (void)stale, (void)arg;
	assert_int_equal(sink, 0);
	return true;
}

/* Two that hand over know sinks of one hook that the other does not know. Neither takes the other's events away. */
static void what_one_has_delivered_is_still_planned_for_the_others_sinks(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER), *second = opened(INBOX_DELIVER);
	const struct inbox_sink *mail = &sinks[1];
	struct inbox_planned p;
	int64_t id;
	struct err e;

	(void)state;
	planned(box);		/* all are known */
	for (int i = 0; i < 2; i++) {
		id = put_event(box, "loja", event_no(1 + i), NOW);
		want_kinds[0] = i ? 1u << PIX_RECEIVED : 0;
		planned_for(box, 1, 100);
		if (!i) {
			claimed(box, NOW);
			done(box, id, 0);
		}
		assert_stands(box, id, i ? "unwanted" : "delivered");
		begun(second);
		assert_true(second->ops->plan(second, mail, 1, 100, wants_mail, NULL, &p, &e));
		committed(second);
		assert_int_equal(p.jobs, 1);
		assert_stands(box, id, "pending");
	}
	inbox_close(second);
	inbox_close(box);
}

static void an_older_state_that_comes_late_is_stale_but_for_who_asks_for_such(void **state)
{
	static const struct {
		const char *first, *then, *delivery;
		int64_t first_at, then_at;
	} rows[] = {
		{ "DEVOLVIDO", "EM_PROCESSAMENTO", "stale", 0, 0 },
		{ "EM_PROCESSAMENTO", "DEVOLVIDO", "pending", 0, 0 },
		{ "DEVOLVIDO", "NOVIDADE", "stale", NOW, NOW - 1 },
		{ "DEVOLVIDO", "NOVIDADE", "pending", NOW, NOW + 1 },
		{ "DEVOLVIDO", "NOVIDADE", "pending", NOW, 0 },
	};
	struct inbox *box = opened(INBOX_DELIVER);

	(void)state;
	for (int asks = 0; asks < 2; asks++) {
		for (int i = 0; i < 5; i++) {
			struct pix_event first = event_of(10 * asks + i, PIX_REFUND, "D1", rows[i].first), then = first;
			int64_t one, two;

			want_stale[2] = asks;
			first.has_at = rows[i].first_at;
			first.at_ms = rows[i].first_at;
			strcpy(then.status, rows[i].then);
			then.has_at = rows[i].then_at;
			then.at_ms = rows[i].then_at;
			one = put_event(box, "banco", first, NOW);
			two = put_event(box, "banco", then, NOW);
			planned(box);
			assert_stands(box, one, "pending");
			assert_stands(box, two, asks ? "pending" : rows[i].delivery);
		}
	}
	assert_int_equal(stats_of(box, NULL).stale, 2);
	inbox_close(box);
}

/* Another refund, another hook, another kind: none makes it older; nor does a state that is not for us. */
static void only_the_same_thing_makes_a_state_old(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	struct pix_event foreign = event_of(1, PIX_REFUND, "D1", "NAO_REALIZADO");
	int64_t id;

	(void)state;
	foreign.foreign = true;
	put_event(box, "banco", event_of(1, PIX_REFUND, "D2", "DEVOLVIDO"), NOW);
	put_event(box, "loja", event_of(1, PIX_REFUND, "D1", "DEVOLVIDO"), NOW);
	put_event(box, "banco", event_of(1, PIX_SENT, "D1", "REALIZADO"), NOW);
	put_event(box, "banco", foreign, NOW);
	id = put_event(box, "banco", event_of(1, PIX_REFUND, "D1", "EM_PROCESSAMENTO"), NOW);
	planned(box);
	assert_stands(box, id, "pending");
	inbox_close(box);
}

static void a_plan_does_no_more_than_it_was_asked_for_in_the_order_of_ids(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	int64_t id[7];

	(void)state;
	for (int i = 0; i < 7; i++)
		id[i] = put_event(box, i % 2 ? "banco" : "outra", event_no(i), NOW);
	for (int i = 0; i < 7; i += 3) {
		struct inbox_planned p = planned_for(box, SINKS, 3);

		assert_int_equal(p.events, i == 6 ? 1 : 3);
		assert_int_equal(p.more, i < 6);
		for (int k = 0; k < 7; k++)
			assert_int_equal(jobs_of(box, id[k]).count, k < i + 3);
	}
	assert_false(planned(box).more);
	inbox_close(box);
}

/* Where what was planned is rolled back, it is planned again; by a new process nothing is asked for twice. */
static void a_plan_is_remembered_if_and_only_if_it_was_committed(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	struct inbox_planned p;
	struct err e;

	(void)state;
	planned(box);
	put_event(box, "loja", event_no(1), NOW);
	for (int i = 0; i < 3; i++) {
		begun(box);
		assert_true(box->ops->plan(box, sinks, SINKS, 100, wants, NULL, &p, &e));
		assert_planned(p, 1, 2, 0, 0);
		box->ops->rollback(box);
	}
	assert_planned(planned(box), 1, 2, 0, 0);
	for (int i = 2; i < 1500; i++) {	/* the other hooks' sinks lag */
		put_number(box, i);
		if (i % 100 == 0)
			planned(box);
	}
	put_event(box, "banco", event_no(1), NOW);
	while (planned(box).more)
		;
	inbox_close(box);
	asked_for = 0;
	box = opened(INBOX_DELIVER);
	while (planned(box).more)
		;
	assert_int_equal(asked_for, 0);
	inbox_close(box);
}

static void a_sink_that_comes_to_a_long_history_gets_there(void **state)
{
	enum { MANY = 9000 };	/* more than are looked at in one go */
	struct inbox *box = opened(INBOX_DELIVER);
	struct inbox_put did;
	int64_t id;
	int calls = 0;

	(void)state;
	begun(box);
	for (int i = 0; i < MANY; i++) {
		struct pix_event ev = event_no(i);
		struct inbox_note n = note_of("x", &ev, 1);

		ev.foreign = true;
		assert_true(box->ops->put(box, &n, &did, NULL));
	}
	committed(box);
	id = put_event(box, "loja", event_no(MANY), NOW);
	while (planned(box).more)
		assert_true(++calls < 10);
	assert_int_equal(jobs_of(box, id).count, 2);
	inbox_close(box);
}

/* Whoever plans first, each job is there once, and each event was looked at. */
static void two_may_plan_in_turn(void **state)
{
	struct inbox *box[2] = { opened(INBOX_DELIVER), opened(INBOX_DELIVER) };
	size_t jobs = 0, events = 0;

	(void)state;
	for (int i = 0; i < 40; i++) {
		struct inbox_planned p;

		put_event(box[0], i % 3 ? "loja" : "banco", event_no(i), NOW);
		p = planned(box[i / 3 % 2]);
		jobs += p.jobs;
		p = planned(box[!(i / 3 % 2)]);
		assert_int_equal(p.jobs, 0);
		events += p.events;
	}
	assert_int_equal(jobs, 26 * 2 + 14);
	assert_int_equal(events, 0);
	inbox_close(box[0]);
	inbox_close(box[1]);
}

static void without_sinks_or_a_transaction_nothing_is_planned(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	int64_t id = put_event(box, "loja", event_no(1), NOW);
	struct inbox_planned p = { .events = 77 };
	struct err e = { 0 };

	(void)state;
	assert_false(box->ops->plan(box, sinks, SINKS, 10, wants, NULL, &p, &e));
	assert_int_equal(e.code, ERR_STORE);
	assert_int_equal(p.events, 77);
	assert_planned(planned_for(box, 0, 10), 0, 0, 0, 0);
	assert_stands(box, id, "pending");
	inbox_close(box);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		HANDS_OVER(an_event_becomes_a_job_of_each_sink_that_wants_it_once),
		HANDS_OVER(what_no_sink_wants_is_unwanted_and_what_is_foreign_is_never_asked_for),
		HANDS_OVER(an_event_of_a_hook_without_sinks_waits_for_the_first),
		HANDS_OVER(a_new_sink_gets_what_is_pending_and_what_comes_and_nothing_that_is_over),
		HANDS_OVER(what_one_has_delivered_is_still_planned_for_the_others_sinks),
		HANDS_OVER(an_older_state_that_comes_late_is_stale_but_for_who_asks_for_such),
		HANDS_OVER(only_the_same_thing_makes_a_state_old),
		HANDS_OVER(a_plan_does_no_more_than_it_was_asked_for_in_the_order_of_ids),
		HANDS_OVER(a_plan_is_remembered_if_and_only_if_it_was_committed),
		HANDS_OVER(a_sink_that_comes_to_a_long_history_gets_there),
		HANDS_OVER(two_may_plan_in_turn),
		HANDS_OVER(without_sinks_or_a_transaction_nothing_is_planned),
	};

	return RUN_PROMISES("inbox_plan", tests);
}
