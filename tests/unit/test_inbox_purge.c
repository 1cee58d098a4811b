/* What inbox.h promises of every store: what is old goes, and what is not settled stays. */
#include "tests/unit/inbox_taken.h"

static void a_settled_old_body_goes_and_its_events_stay(void **state)
{
	struct inbox *box = opened(INBOX_WRITE);
	struct pix_event ev = settled_no(1);
	struct inbox_note n = note_of("{\"pix\":[1]}", &ev, 1);
	struct inbox_purged did;

	(void)state;
	stored(box, &n);
	did = purge_all(box);
	assert_int_equal(did.bodies, 1);
	assert_int_equal(did.bytes, 11);
	assert_false(did.more);
	assert_int_equal(listed(box, (struct inbox_filter){ .kind = -1 }).count, 1);
	assert_int_equal(stats_of(box, NULL).bytes, 0);
	assert_true(whole_of(box, 1).purged);
	assert_false(whole_of(box, 1).redacted);
	assert_string_equal(whole_of(box, 1).body, "");
	inbox_close(box);
}

static void what_waits_for_a_sink_goes_only_where_that_is_said(void **state)
{
	struct inbox_purge p = { .before_ms = T0 + 1, .most = 10 };
	struct inbox *box = opened(INBOX_WRITE);
	struct pix_event ev[2] = { settled_no(1), event_no(2) };
	struct inbox_note n = note_of("{\"pix\":[1,2]}", ev, 2);
	struct inbox_purged did;

	(void)state;
	stored(box, &n);
	did = purge_all(box);
	assert_int_equal(did.bodies, 0);
	assert_int_equal(did.waiting, 1);
	assert_string_equal(whole_of(box, 1).body, "{\"pix\":[1,2]}");
	p.waiting = true;
	assert_int_equal(purged(box, &p).bodies, 1);
	assert_string_equal(listed(box, (struct inbox_filter){ .kind = -1 }).delivery, "pending");
	inbox_close(box);
}

/* The connection has looked at all events by then. */
static void what_waits_since_the_last_look_stays_too(void **state)
{
	struct inbox *box = opened(INBOX_WRITE), *other = opened(INBOX_WRITE);
	struct pix_event ev = settled_no(1), more = event_no(2);
	struct inbox_note n = note_of("{\"pix\":[1]}", &ev, 1), again = note_of("{\"pix\":[1]}", &more, 1);
	struct inbox_purge count = { .before_ms = T0 + 1, .most = 10, .count_only = true };
	struct inbox_put put;
	struct err e;

	(void)state;
	stored(box, &n);
	assert_int_equal(purged(box, &count).bodies, 1);
	assert_true(other->ops->begin(other, &e));
	assert_true(other->ops->reread(other, 1, &again, &put, &e));
	assert_true(other->ops->commit(other, &e));
	assert_int_equal(put.fresh, 1);
	assert_int_equal(purge_all(box).waiting, 1);
	assert_string_equal(whole_of(box, 1).body, "{\"pix\":[1]}");
	inbox_close(other);
	inbox_close(box);
}

static void what_was_handed_over_or_given_up_goes_unless_it_is_revived(void **state)
{
	struct inbox *box = opened(INBOX_WRITE);
	struct inbox_purge count = { .before_ms = T0 + 1, .most = 10, .count_only = true };
	int64_t id[3];

	(void)state;
	for (int i = 0; i < 3; i++)
		id[i] = put_event(box, "banco", event_no(i + 1), T0);
	planned(box);
	assert_int_equal(claimed(box, NOW).count, 3);
	assert_int_equal(purged(box, &count).waiting, 3);
	done(box, id[0], 2);
	done(box, id[1], 2);
	assert_true(settled_by(box, "me", id[2], 2, JOB_DEAD, NOW, 0));
	replayed(box, id[1]);
	count.after_note = 0;
	assert_int_equal(purged(box, &count).bodies, 2);
	assert_int_equal(purge_all(box).waiting, 1);
	assert_true(whole_of(box, 1).purged && !whole_of(box, 2).purged && whole_of(box, 3).purged);
	assert_stands(box, id[0], "delivered");
	assert_stands(box, id[2], "dead");
	inbox_close(box);
}

static void what_was_not_understood_goes_only_where_that_is_said(void **state)
{
	struct inbox *box = opened(INBOX_WRITE);
	struct inbox_note n = note_of("<what>", NULL, 0);
	struct inbox_purge p = { .before_ms = T0 + 1, .most = 10 };
	struct inbox_purged did;

	(void)state;
	n.unread = true;
	n.why = "not JSON";
	stored(box, &n);
	did = purged(box, &p);
	assert_int_equal(did.bodies, 0);
	assert_int_equal(did.unread, 1);
	assert_int_equal(purge_all(box).bodies, 1);
	assert_int_equal(bodies_of(box, (struct inbox_filter){ .kind = -1 }, true).count, 0);
	assert_int_equal(stats_of(box, NULL).unread, 0);
	inbox_close(box);
}

static void the_young_and_other_hooks_stay(void **state)
{
	struct inbox *box = opened(INBOX_WRITE);
	struct pix_event ev[3] = { settled_no(1), settled_no(2), settled_no(3) };
	struct inbox_note old = note_of("old", &ev[0], 1), young = note_of("young", &ev[1], 1), other = note_of("other", &ev[2], 1);
	struct inbox_purge p = { .before_ms = T0, .hook = "loja", .most = 10 };

	(void)state;
	old.received_ms = other.received_ms = T0 - 1;
	other.hook = "banco";
	stored(box, &old);
	stored(box, &young);
	stored(box, &other);
	assert_int_equal(purged(box, &p).bodies, 1);
	assert_string_equal(whole_of(box, 1).body, "");
	assert_string_equal(whole_of(box, 2).body, "young");
	assert_string_equal(whole_of(box, 3).body, "other");
	inbox_close(box);
}

static void it_goes_on_behind_the_last_one_and_counts_none_twice(void **state)
{
	struct inbox *box = opened(INBOX_WRITE);
	struct inbox_purge p = { .before_ms = T0 + 1, .most = 2 };
	struct inbox_purged did = { .more = true };
	int64_t bodies = 0, rounds = 0;

	(void)state;
	for (int i = 1; i <= 5; i++) {
		struct pix_event ev = settled_no(i);
		struct inbox_note n = note_of("12345", &ev, 1);

		stored(box, &n);
	}
	for (; did.more; rounds++) {
		did = purged(box, &p);
		assert_true(did.bodies <= 2);
		bodies += did.bodies;
	}
	assert_int_equal(bodies, 5);
	assert_int_equal(rounds, 3);
	assert_int_equal(p.after_note, 5);
	assert_int_equal(purge_all(box).bodies, 0);
	inbox_close(box);
}

static void counting_changes_nothing_and_needs_no_right_to_write(void **state)
{
	struct inbox *box = opened(INBOX_WRITE);
	struct pix_event ev = settled_no(1);
	struct inbox_note n = note_of("12345", &ev, 1);
	struct inbox_purge p = { .before_ms = T0 + 1, .most = 10, .count_only = true };
	struct inbox_purged did;

	(void)state;
	stored(box, &n);
	inbox_close(box);
	box = opened(INBOX_READ);
	did = purged(box, &p);
	assert_int_equal(did.bodies, 1);
	assert_int_equal(did.bytes, 5);
	assert_string_equal(whole_of(box, 1).body, "12345");
	inbox_close(box);
}

static void without_a_transaction_nothing_is_taken_away(void **state)
{
	struct inbox *box = opened(INBOX_WRITE);
	struct pix_event ev = settled_no(1);
	struct inbox_note n = note_of("12345", &ev, 1);
	struct inbox_purge p = { .before_ms = T0 + 1, .most = 10 };
	struct inbox_purged did = { .bodies = 77 };
	struct err e = { 0 };

	(void)state;
	stored(box, &n);
	assert_false(box->ops->purge(box, &p, &did, &e));
	assert_int_equal(did.bodies, 77);
	assert_int_equal(p.after_note, 0);
	assert_false(box->ops->replace(box, 1, "", 0, &e));
	assert_true(box->ops->begin(box, &e));
	assert_false(box->ops->scrub(box, &e));
	assert_true(box->ops->purge(box, &p, &did, &e));
	assert_int_equal(did.bodies, 1);
	box->ops->rollback(box);
	assert_string_equal(whole_of(box, 1).body, "12345");
	assert_int_equal(purge_all(box).bodies, 1);	/* what was rolled back is not forgotten */
	inbox_close(box);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		PROMISE(a_settled_old_body_goes_and_its_events_stay),
		PROMISE(what_waits_for_a_sink_goes_only_where_that_is_said),
		PROMISE(what_waits_since_the_last_look_stays_too),
		HANDS_OVER(what_was_handed_over_or_given_up_goes_unless_it_is_revived),
		PROMISE(what_was_not_understood_goes_only_where_that_is_said),
		PROMISE(the_young_and_other_hooks_stay),
		PROMISE(it_goes_on_behind_the_last_one_and_counts_none_twice),
		PROMISE(counting_changes_nothing_and_needs_no_right_to_write),
		PROMISE(without_a_transaction_nothing_is_taken_away),
	};

	return RUN_PROMISES("inbox_purge", tests);
}
