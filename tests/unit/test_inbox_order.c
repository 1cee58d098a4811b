/* What inbox.h promises of what comes one after the other. */
#include "tests/unit/inbox_jobs.h"

enum { BANCO = 2, OUTRA = 3 };	/* sinks of hooks that have one alone */

/* The one job that is to be had now, by its event; 0: none. */
static int64_t next_at(struct inbox *box, int64_t now_ms)
{
	struct got g = claimed(box, now_ms);

	assert_in_range(g.count, 0, 1);
	return g.count ? g.id[0] : 0;
}

static int64_t next(struct inbox *box)
{
	return next_at(box, NOW);
}

static void a_receipt_is_before_its_refunds_whichever_came_first(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	int64_t early = put_event(box, "banco", event_of(1, PIX_REFUND, "D1", "DEVOLVIDO"), NOW),
		receipt = put_event(box, "banco", event_no(1), NOW),
		late = put_event(box, "banco", event_of(1, PIX_REFUND, "D2", "DEVOLVIDO"), NOW), order[] = { receipt, early, late };

	(void)state;
	planned(box);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(next(box), order[i]);
		assert_int_equal(next(box), 0);
		done(box, order[i], BANCO);	/* and at once the next one is due */
	}
	assert_int_equal(due_at(box, NOW), 0);
	inbox_close(box);
}

static void kinds_have_their_turn_and_else_it_is_as_it_came(void **state)
{
	static const enum pix_kind kinds[] = { PIX_RETURN, PIX_REFUND, PIX_CHARGE, PIX_PAYMENT, PIX_RECURRENCE, PIX_SENT, PIX_RECEIVED,
					       PIX_VALIDATION };
	static const int order[] = { 7, 2, 3, 4, 5, 6, 0, 1 };
	struct inbox *box = opened(INBOX_DELIVER);
	int64_t id[8];

	(void)state;
	for (int i = 0; i < 8; i++)
		id[i] = put_event(box, "banco", event_of(1, kinds[i], "R", "S"), NOW);
	planned(box);
	for (int i = 0; i < 8; i++) {
		assert_int_equal(next(box), id[order[i]]);
		done(box, id[order[i]], BANCO);
	}
	inbox_close(box);
}

/* While the first is tried again and again the next ones wait; a dead one lets them go. */
static void what_is_tried_again_holds_up_its_own_alone_until_it_is_dead(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	int64_t receipt = put_event(box, "banco", event_no(1), NOW),
		refund = put_event(box, "banco", event_of(1, PIX_REFUND, "D1", "DEVOLVIDO"), NOW), other;

	(void)state;
	planned(box);
	assert_int_equal(next(box), receipt);
	assert_true(settled_by(box, "me", receipt, BANCO, JOB_AGAIN, NOW, NOW + 3600000));
	assert_int_equal(next(box), 0);
	assert_int_equal(next_at(box, NOW + LEASE), 0);
	assert_int_equal(due_at(box, NOW + LEASE), NOW + 3600000);	/* nobody looks at it in vain */
	other = put_event(box, "banco", event_no(2), NOW);
	planned(box);
	assert_int_equal(next(box), other);
	done(box, other, BANCO);
	assert_int_equal(next_at(box, NOW + 3600000), receipt);
	assert_true(settled_by(box, "me", receipt, BANCO, JOB_DEAD, NOW + 3600000, 0));
	assert_int_equal(next_at(box, NOW + 3600000), refund);
	inbox_close(box);
}

/* A refund that was tried before its receipt came has a time of its own; once it stood behind, it goes with the receipt. */
static void what_was_tried_before_goes_with_the_one_that_it_stood_behind(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	int64_t refund = put_event(box, "banco", event_of(1, PIX_REFUND, "D1", "DEVOLVIDO"), NOW), receipt;
	const int64_t later = NOW + INBOX_REFUND_WAIT_MS;

	(void)state;
	planned(box);
	assert_int_equal(next_at(box, later), refund);
	assert_true(settled_by(box, "me", refund, BANCO, JOB_AGAIN, later, later + 1000));
	receipt = put_event(box, "banco", event_no(1), NOW);
	planned(box);
	assert_int_equal(next_at(box, later), receipt);
	assert_true(settled_by(box, "me", receipt, BANCO, JOB_AGAIN, later, later + 7200000));
	assert_int_equal(next_at(box, later + 1000), 0);
	replayed(box, receipt);
	planned(box);
	assert_int_equal(next_at(box, later + 2000), receipt);
	done(box, receipt, BANCO);
	assert_int_equal(next_at(box, later + 2000), refund);
	inbox_close(box);
}

static void a_refund_without_a_receipt_waits_ten_minutes_for_it(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	int64_t lone = put_event(box, "banco", event_of(1, PIX_REFUND, "D1", "DEVOLVIDO"), NOW), refund, receipt;

	(void)state;
	planned(box);
	assert_int_equal(next(box), 0);
	assert_int_equal(next_at(box, NOW + INBOX_REFUND_WAIT_MS - 1), 0);
	assert_int_equal(due_at(box, NOW), NOW + INBOX_REFUND_WAIT_MS);
	assert_int_equal(next_at(box, NOW + INBOX_REFUND_WAIT_MS), lone);
	done(box, lone, BANCO);

	refund = put_event(box, "banco", event_of(2, PIX_REFUND, "D1", "DEVOLVIDO"), NOW);
	put_event(box, "outra", event_no(2), NOW);	/* of another hook: not its receipt */
	planned(box);
	assert_int_equal(next(box), 3);
	assert_int_equal(next(box), 0);
	receipt = put_event(box, "banco", event_no(2), NOW);
	planned(box);
	assert_int_equal(next(box), receipt);
	done(box, receipt, BANCO);
	assert_int_equal(next(box), refund);
	inbox_close(box);
}

/* It was received two days ahead of now. */
static void a_refund_from_the_future_does_not_wait(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	int64_t refund = put_event(box, "banco", event_of(1, PIX_REFUND, "D1", "DEVOLVIDO"), NOW + 48LL * 3600000);

	(void)state;
	planned(box);
	assert_int_equal(next(box), refund);
	inbox_close(box);
}

static void the_refund_of_a_pix_that_was_sent_has_no_receipt_to_wait_for(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	int64_t sent = put_event(box, "banco", event_of(1, PIX_SENT, "", "REALIZADO"), NOW),
		refund = put_event(box, "banco", event_of(1, PIX_REFUND, "D1", "DEVOLVIDO"), NOW);

	(void)state;
	planned(box);
	assert_int_equal(next(box), sent);
	done(box, sent, BANCO);
	assert_int_equal(next(box), refund);
	inbox_close(box);
}

/* A sink that wants refunds alone: what it did not want holds up none of its jobs, and lets those go that waited for it. */
static void what_a_sink_does_not_want_it_does_not_wait_for(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	int64_t receipt = put_event(box, "loja", event_no(1), NOW),
		refund = put_event(box, "loja", event_of(1, PIX_REFUND, "D1", "DEVOLVIDO"), NOW), early;
	struct got g;

	(void)state;
	want_kinds[1] = 1u << PIX_RECEIVED;
	planned(box);
	g = claimed(box, NOW);
	assert_int_equal(g.count, 2);
	for (int i = 0; i < 2; i++)
		assert_int_equal(g.id[i], g.sink[i] ? refund : receipt);

	early = put_event(box, "loja", event_of(2, PIX_REFUND, "D1", "DEVOLVIDO"), NOW);
	planned(box);
	assert_int_equal(claimed(box, NOW).count, 0);
	receipt = put_event(box, "loja", event_no(2), NOW);
	planned(box);
	g = claimed(box, NOW);
	assert_int_equal(g.count, 2);
	for (int i = 0; i < 2; i++)
		assert_int_equal(g.id[i], g.sink[i] ? early : receipt);
	inbox_close(box);
}

/* The receipt is stored, and no plan has met it yet. */
static void a_refund_does_not_overtake_a_receipt_that_is_not_planned(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	int64_t refund = put_event(box, "banco", event_of(1, PIX_REFUND, "D1", "DEVOLVIDO"), NOW), receipt;
	const int64_t later = NOW + INBOX_REFUND_WAIT_MS;

	(void)state;
	planned(box);
	receipt = put_event(box, "banco", event_no(1), NOW);
	assert_int_equal(next_at(box, later), 0);
	planned(box);
	assert_int_equal(next_at(box, later), receipt);
	done(box, receipt, BANCO);
	assert_int_equal(next_at(box, later), refund);
	inbox_close(box);
}

static void each_sink_and_each_hook_has_its_own_order(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	int64_t receipt = put_event(box, "loja", event_no(1), NOW),
		refund = put_event(box, "loja", event_of(1, PIX_REFUND, "D1", "DEVOLVIDO"), NOW), other = put_event(box, "outra", event_no(1), NOW);
	struct got g;

	(void)state;
	planned(box);
	assert_int_equal(claimed(box, NOW).count, 3);
	done(box, receipt, 1);
	g = claimed(box, NOW);
	assert_int_equal(g.count, 1);
	assert_int_equal(g.id[0], refund);
	assert_int_equal(g.sink[0], 1);
	done(box, other, OUTRA);
	assert_int_equal(claimed(box, NOW).count, 0);
	inbox_close(box);
}

/* Many of one e2eid stand before one of another in time: they are not looked at again and again, and keep nobody waiting. */
static void what_is_not_next_stands_in_nobodys_way(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	int64_t first = 0, other;
	char ref[8];

	(void)state;
	for (int i = 0; i < 200; i++) {
		snprintf(ref, sizeof ref, "C%d", i);
		first = put_event(box, "banco", event_of(1, PIX_CHARGE, ref, "ATIVA"), NOW);
	}
	first -= 199;
	other = put_event(box, "banco", event_no(2), NOW);
	planned(box);
	assert_int_equal(claimed_by(box, "me", 1, 1, NOW).id[0], first);
	assert_int_equal(claimed_by(box, "me", 1, 1, NOW).id[0], other);
	assert_int_equal(due_at(box, NOW), NOW + LEASE);
	for (int i = 0; i < 199; i++) {
		done(box, first + i, BANCO);
		assert_int_equal(next(box), first + i + 1);
	}
	inbox_close(box);
}

static void of_one_txid_one_is_leased_at_a_time_and_the_next_goes_at_once(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	int64_t id[4];

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct pix_event ev = event_no(i);

		strcpy(ev.txid, i < 3 ? "balcao" : "");
		id[i] = put_event(box, "banco", ev, NOW);
	}
	planned(box);
	assert_int_equal(claimed(box, NOW).count, 2);	/* the first, and the one without */
	assert_int_equal(claimed(box, NOW).count, 0);
	done(box, id[3], BANCO);
	assert_true(settled_by(box, "me", id[0], BANCO, JOB_AGAIN, NOW, NOW + 60000));
	assert_int_equal(next(box), id[1]);	/* which is no order: the first may fail as long as it likes */
	assert_true(settled_by(box, "me", id[1], BANCO, JOB_BACK, NOW, NOW + 60000));
	assert_int_equal(next(box), id[2]);
	done(box, id[2], BANCO);
	assert_int_equal(next(box), 0);
	assert_int_equal(claimed(box, NOW + 60000).count, 1);
	/* Should nobody wake it, it is due when the other's lease is over. */
	assert_int_equal(due_at(box, NOW + 60000), NOW + 60000 + LEASE);
	inbox_close(box);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		HANDS_OVER(a_receipt_is_before_its_refunds_whichever_came_first),
		HANDS_OVER(kinds_have_their_turn_and_else_it_is_as_it_came),
		HANDS_OVER(what_is_tried_again_holds_up_its_own_alone_until_it_is_dead),
		HANDS_OVER(what_was_tried_before_goes_with_the_one_that_it_stood_behind),
		HANDS_OVER(a_refund_without_a_receipt_waits_ten_minutes_for_it),
		HANDS_OVER(a_refund_from_the_future_does_not_wait),
		HANDS_OVER(the_refund_of_a_pix_that_was_sent_has_no_receipt_to_wait_for),
		HANDS_OVER(what_a_sink_does_not_want_it_does_not_wait_for),
		HANDS_OVER(a_refund_does_not_overtake_a_receipt_that_is_not_planned),
		HANDS_OVER(each_sink_and_each_hook_has_its_own_order),
		HANDS_OVER(what_is_not_next_stands_in_nobodys_way),
		HANDS_OVER(of_one_txid_one_is_leased_at_a_time_and_the_next_goes_at_once),
	};

	return RUN_PROMISES("inbox_order", tests);
}
