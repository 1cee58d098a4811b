/* What inbox.h promises of what waits for a sink that is gone. */
#include "tests/unit/inbox_jobs.h"

enum { ERP, MAIL };	/* of the hook loja */

/* In a transaction of its own. */
static struct inbox_abandoned abandoned(struct inbox *box, struct inbox_abandon *what)
{
	struct inbox_abandoned did = { 0 };
	struct err e = { 0 };

	if (!what->count_only)
		begun(box);
	if (!box->ops->abandon(box, what, &did, &e))
		fail_msg("abandon: %s", e.text);
	if (!what->count_only)
		committed(box);
	return did;
}

static struct inbox_abandon all_of(size_t sink)
{
	return (struct inbox_abandon){ .sink = sinks[sink], .now_ms = NOW, .most = 100 };
}

static void assert_abandoned(struct inbox_abandoned did, int64_t waiting, int64_t dead, int64_t nobody, int64_t leased)
{
	assert_int_equal(did.waiting, waiting);
	assert_int_equal(did.dead, dead);
	assert_int_equal(did.nobody, nobody);
	assert_int_equal(did.leased, leased);
}

/* Six events of two sinks: of erp's 1 is delivered, 2 dead, the others wait. *first is the id of event 1. */
static struct inbox *six(int64_t *first)
{
	struct inbox *box = opened(INBOX_DELIVER);

	for (int i = 1; i <= 6; i++)
		*first = put_event(box, "loja", event_no(i), NOW);
	*first -= 5;
	planned(box);
	claimed(box, NOW);
	done(box, *first, ERP);
	settled_by(box, "me", *first + 1, ERP, JOB_DEAD, NOW, 0);
	for (int i = 2; i < 6; i++)
		settled_by(box, "me", *first + i, ERP, JOB_AGAIN, NOW, NOW + 5000);
	/* mail: 3 and 1 delivered, 2 and 4 dead, 5 waits, 6 in hand */
	done(box, *first, MAIL);
	done(box, *first + 2, MAIL);
	settled_by(box, "me", *first + 1, MAIL, JOB_DEAD, NOW, 0);
	settled_by(box, "me", *first + 3, MAIL, JOB_DEAD, NOW, 0);
	settled_by(box, "me", *first + 4, MAIL, JOB_AGAIN, NOW, NOW + 5000);
	return box;
}

static void what_waits_or_is_dead_goes_and_what_was_delivered_is_known(void **state)
{
	struct inbox_abandon erp = all_of(ERP);
	struct jobs_seen left;
	struct inbox *box;
	int64_t id;

	(void)state;
	box = six(&id);
	assert_abandoned(abandoned(box, &erp), 4, 1, 2, 0);
	left = jobs_of(box, id);
	assert_int_equal(left.count, 2);
	assert_string_equal(left.job[0].sink, "erp");
	assert_string_equal(left.job[0].state, "delivered");
	for (int i = 1; i < 6; i++) {
		left = jobs_of(box, id + i);
		assert_int_equal(left.count, 1);
		assert_string_equal(left.job[0].sink, "mail");
	}
	inbox_close(box);
}

static void events_stand_where_the_other_sinks_are(void **state)
{
	static const char *const stand[] = { "delivered", "dead", "delivered", "dead", "pending", "pending" };
	struct inbox_abandon erp = all_of(ERP);
	struct inbox *box;
	int64_t id;

	(void)state;
	box = six(&id);
	abandoned(box, &erp);
	for (int i = 0; i < 6; i++)
		assert_stands(box, id + i, stand[i]);
	inbox_close(box);
}

static void what_nobody_else_has_is_dead_and_can_be_revived(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	int64_t id = put_event(box, "outra", event_no(1), NOW);
	struct inbox_abandon erp = all_of(3);

	(void)state;
	planned(box);
	assert_abandoned(abandoned(box, &erp), 1, 0, 1, 0);
	assert_int_equal(jobs_of(box, id).count, 0);
	assert_stands(box, id, "dead");
	replayed(box, id);
	assert_stands(box, id, "pending");
	assert_planned(planned(box), 1, 1, 0, 0);
	assert_int_equal(claimed(box, NOW).count, 1);
	inbox_close(box);
}

static void what_is_in_hand_stays_until_its_lease_is_over(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	int64_t id = put_event(box, "outra", event_no(1), NOW);
	struct inbox_abandon now = all_of(3), over = now, ahead = now;

	(void)state;
	over.now_ms = NOW + LEASE;
	ahead.now_ms = NOW - INBOX_AHEAD_MS;	/* the clock was set back: no lease lasts so long */
	planned(box);
	assert_int_equal(claimed(box, NOW).count, 1);
	assert_abandoned(abandoned(box, &now), 0, 0, 0, 1);
	assert_stands(box, id, "pending");
	now.count_only = over.count_only = ahead.count_only = true;
	now.after_event = 0;
	assert_abandoned(abandoned(box, &now), 0, 0, 0, 1);
	assert_abandoned(abandoned(box, &ahead), 1, 0, 1, 0);
	assert_abandoned(abandoned(box, &over), 1, 0, 1, 0);
	over.count_only = false;
	over.after_event = 0;
	assert_abandoned(abandoned(box, &over), 1, 0, 1, 0);
	assert_stands(box, id, "dead");
	/* who had it in hand after all: nothing comes of that */
	assert_false(settled_by(box, "me", id, 3, JOB_DONE, NOW, 0));
	assert_stands(box, id, "dead");
	inbox_close(box);
}

static void to_count_changes_nothing_and_gives_the_same(void **state)
{
	struct inbox_abandon count = all_of(ERP), erp = count;
	struct inbox *box;
	int64_t id;

	(void)state;
	count.count_only = true;
	box = six(&id);
	assert_abandoned(abandoned(box, &count), 4, 1, 2, 0);
	assert_int_equal(jobs_of(box, id + 5).count, 2);
	assert_stands(box, id + 2, "pending");
	assert_abandoned(abandoned(box, &erp), 4, 1, 2, 0);
	inbox_close(box);
}

static void it_goes_in_parts(void **state)
{
	struct inbox_abandon erp = all_of(ERP), count;
	struct inbox_abandoned did = { 0 };
	struct inbox *box;
	int64_t id;

	(void)state;
	erp.most = 2;
	count = erp;
	count.count_only = true;
	box = six(&id);
	assert_abandoned(abandoned(box, &count), 1, 1, 1, 0);
	assert_abandoned(abandoned(box, &count), 2, 0, 1, 0);
	assert_abandoned(abandoned(box, &count), 1, 0, 0, 0);
	did = abandoned(box, &erp);
	assert_abandoned(did, 1, 1, 1, 0);	/* 2 and 3 */
	assert_true(did.more);
	assert_int_equal(jobs_of(box, id + 3).count, 2);
	did = abandoned(box, &erp);
	assert_abandoned(did, 2, 0, 1, 0);
	assert_true(did.more);
	did = abandoned(box, &erp);
	assert_abandoned(did, 1, 0, 0, 0);
	assert_false(did.more);
	inbox_close(box);
}

static void its_pause_and_its_stop_end(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	struct inbox_abandon erp = all_of(3);
	struct err e = { 0 };

	(void)state;
	put_event(box, "outra", event_no(1), NOW);
	planned(box);
	begun(box);
	assert_true(box->ops->pause(box, &sinks[3], NOW + 9000, true, "410", &e));
	committed(box);
	assert_int_equal(claimed(box, NOW).count, 0);
	abandoned(box, &erp);
	put_event(box, "outra", event_no(2), NOW);
	planned(box);
	assert_int_equal(claimed(box, NOW).count, 1);
	inbox_close(box);
}

static void a_sink_that_nobody_knows_is_not_found_and_the_transaction_ends(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	struct inbox_abandon what = { .sink = { "loja", "shop" }, .now_ms = NOW, .most = 9 };
	struct inbox_abandoned did = { .waiting = 77 };
	struct err e = { 0 };

	(void)state;
	put_event(box, "loja", event_no(1), NOW);
	planned(box);
	assert_false(box->ops->abandon(box, &what, &did, &e));
	assert_int_equal(e.code, ERR_STORE);	/* no transaction is open */
	begun(box);
	assert_false(box->ops->abandon(box, &what, &did, &e));
	assert_int_equal(e.code, ERR_NOT_FOUND);
	assert_non_null(strstr(e.text, "hook loja has had no sink shop"));
	assert_int_equal(did.waiting, 77);
	begun(box);
	committed(box);
	inbox_close(box);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HANDS_OVER(what_waits_or_is_dead_goes_and_what_was_delivered_is_known),
		HANDS_OVER(events_stand_where_the_other_sinks_are),
		HANDS_OVER(what_nobody_else_has_is_dead_and_can_be_revived),
		HANDS_OVER(what_is_in_hand_stays_until_its_lease_is_over),
		HANDS_OVER(to_count_changes_nothing_and_gives_the_same),
		HANDS_OVER(it_goes_in_parts),
		HANDS_OVER(its_pause_and_its_stop_end),
		HANDS_OVER(a_sink_that_nobody_knows_is_not_found_and_the_transaction_ends),
	};

	return RUN_PROMISES("inbox_abandon", tests);
}
