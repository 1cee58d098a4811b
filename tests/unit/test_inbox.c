/* What inbox.h promises of every store: what is written. */
#include "tests/unit/test_inbox.h"

static void the_same_body_twice_is_kept_once(void **state)
{
	struct inbox *box = opened(INBOX_SERVE);
	struct pix_event ev[2] = { event_no(1), event_no(2) };
	struct inbox_note n = note_of("{\"pix\":[1,2]}", ev, 2);

	(void)state;
	assert_put(stored(box, &n), 2, 0, 0, true);
	assert_put(stored(box, &n), 0, 2, 0, false);
	assert_int_equal(stats_of(box, NULL).notes, 1);
	assert_int_equal(stats_of(box, NULL).events, 2);
	inbox_close(box);
}

static void the_same_body_twice_in_one_transaction_is_kept_once(void **state)
{
	struct inbox *box = opened(INBOX_SERVE);
	struct pix_event ev = event_no(1);
	struct inbox_note n = note_of("{\"pix\":[1]}", &ev, 1), mute = note_of("what", NULL, 0);
	struct inbox_put did;
	struct err e;

	(void)state;
	assert_true(box->ops->begin(box, &e));
	for (int i = 0; i < 3; i++) {
		assert_true(box->ops->put(box, &n, &did, &e));
		assert_put(did, !i, i > 0, 0, !i);
		assert_true(box->ops->put(box, &mute, &did, &e));
		assert_put(did, 0, 0, 0, !i);
	}
	assert_true(box->ops->commit(box, &e));
	assert_int_equal(stats_of(box, NULL).notes, 2);
	inbox_close(box);
}

static void known_events_in_other_bytes_are_a_note_of_their_own_once(void **state)
{
	struct inbox *box = opened(INBOX_SERVE);
	struct pix_event ev = event_no(1);
	struct inbox_note n = note_of("{\"pix\":[1]}", &ev, 1), spaced = note_of("{ \"pix\":[1]}", &ev, 1);

	(void)state;
	assert_put(stored(box, &n), 1, 0, 0, true);
	assert_put(stored(box, &spaced), 0, 1, 0, true);
	assert_put(stored(box, &spaced), 0, 1, 0, false);
	assert_put(stored(box, &n), 0, 1, 0, false);
	assert_int_equal(stats_of(box, NULL).notes, 2);
	inbox_close(box);
}

static void an_unread_body_is_kept_once_for_each_hook_and_event_name(void **state)
{
	struct inbox *box = opened(INBOX_SERVE);
	struct inbox_note n = note_of("<not json>", NULL, 0), other = n, named = n, longer = note_of("<not json!>", NULL, 0);

	(void)state;
	n.unread = true;
	n.why = "not JSON";
	other.hook = "banco";
	named.event = "RecebimentoFinalizado";
	assert_put(stored(box, &n), 0, 0, 0, true);
	assert_put(stored(box, &n), 0, 0, 0, false);
	assert_put(stored(box, &other), 0, 0, 0, true);
	assert_put(stored(box, &named), 0, 0, 0, true);
	assert_put(stored(box, &longer), 0, 0, 0, true);
	assert_put(stored(box, &longer), 0, 0, 0, false);
	assert_int_equal(stats_of(box, NULL).notes, 4);
	assert_int_equal(stats_of(box, NULL).unread, 1);
	inbox_close(box);
	box = opened(INBOX_ONCE);	/* a new process knows it too */
	assert_put(stored(box, &n), 0, 0, 0, false);
	inbox_close(box);
}

static void an_empty_body_and_any_bytes_are_kept(void **state)
{
	struct inbox *box = opened(INBOX_SERVE);
	struct inbox_note empty = note_of("", NULL, 0), bytes = { .hook = "loja", .psp = "efi", .event = "", .why = "",
		.body = "a\0\xff\n", .body_len = 4 };

	(void)state;
	empty.body = NULL;
	assert_put(stored(box, &empty), 0, 0, 0, true);
	assert_put(stored(box, &empty), 0, 0, 0, false);
	assert_put(stored(box, &bytes), 0, 0, 0, true);
	assert_put(stored(box, &bytes), 0, 0, 0, false);
	assert_int_equal(stats_of(box, NULL).bytes, 4);
	inbox_close(box);
}

/* Each column of (hook, kind, e2eid, ref, status) alone tells two events apart; txid, key, amount and time do not. */
static void events_are_one_by_hook_kind_e2eid_ref_and_status(void **state)
{
	struct inbox *box = opened(INBOX_SERVE);
	struct pix_event ev[8];
	struct inbox_note n = note_of("a", ev, 8);
	struct inbox_put did;

	(void)state;
	for (int i = 0; i < 8; i++)
		ev[i] = event_no(1);
	ev[1].kind = PIX_REFUND;
	ev[2].e2eid[31] = 'x';
	strcpy(ev[3].ref, "D1");
	strcpy(ev[4].status, "DEVOLVIDO");
	ev[5].txid[0] = 'x';
	ev[6].cents++;
	ev[7].has_cents = false;
	did = stored(box, &n);
	assert_put(did, 5, 3, 3, true);
	n.hook = "outra";
	assert_put(stored(box, &n), 5, 3, 3, true);
	inbox_close(box);
}

static void a_twin_that_says_something_else_differs_and_changes_nothing(void **state)
{
	struct inbox *box = opened(INBOX_SERVE);
	struct pix_event ev = event_no(7), other = ev;
	struct inbox_note n = note_of("a", &ev, 1), m = note_of("b", &other, 1);

	(void)state;
	stored(box, &n);
	strcpy(other.key, "outra@exemplo.com.br");
	assert_put(stored(box, &m), 0, 1, 1, true);
	other = ev;
	other.at_ms++;	/* the time alone is no difference */
	assert_put(stored(box, &m), 0, 1, 0, false);
	other.cents = 999;
	m.body = "c";
	assert_put(stored(box, &m), 0, 1, 1, true);
	assert_int_equal(stats_of(box, NULL).cents_per_kind[PIX_RECEIVED], 7);
	inbox_close(box);
}

static void a_foreign_event_is_never_delivered(void **state)
{
	struct inbox *box = opened(INBOX_SERVE);
	struct pix_event ev = event_no(1);
	struct inbox_note n = note_of("a", &ev, 1);
	struct inbox_filter all = { .kind = -1 };
	bool changed = true;
	struct seen s;
	struct err e;

	(void)state;
	ev.foreign = true;
	stored(box, &n);
	s = listed(box, all);
	assert_string_equal(s.delivery, "never");
	assert_true(s.last.event.foreign);
	assert_true(box->ops->begin(box, &e));
	assert_true(box->ops->again(box, s.last.id, &changed, &e));
	assert_false(changed);
	assert_true(box->ops->again(box, 12345, &changed, &e));
	assert_false(changed);
	assert_true(box->ops->commit(box, &e));
	assert_string_equal(listed(box, all).delivery, "never");
	assert_int_equal(stats_of(box, NULL).foreign, 1);

	ev = event_no(2);
	n.body = "b";
	stored(box, &n);
	assert_true(box->ops->begin(box, &e));
	assert_true(box->ops->again(box, listed(box, all).last.id, &changed, &e));
	assert_true(changed);
	assert_true(box->ops->commit(box, &e));
	inbox_close(box);
}

static void a_body_read_again_gains_what_it_lacked(void **state)
{
	struct inbox *box = opened(INBOX_SERVE);
	struct pix_event ev[2] = { event_no(1), event_no(2) };
	struct inbox_note n = note_of("new shape", ev, 0);
	struct inbox_put did;
	int64_t id;
	struct err e;

	(void)state;
	n.unread = true;
	n.why = "what is this";
	stored(box, &n);
	id = bodies_of(box, (struct inbox_filter){ .kind = -1 }, true).id;
	n.unread = false, n.why = "", n.count = 2;
	assert_true(box->ops->begin(box, &e));
	assert_false(box->ops->reread(box, id + 1, &n, &did, &e));
	assert_int_equal(e.code, ERR_NOT_FOUND);
	assert_true(box->ops->reread(box, id, &n, &did, &e));
	assert_put(did, 2, 0, 0, false);
	assert_true(box->ops->commit(box, &e));
	assert_int_equal(bodies_of(box, (struct inbox_filter){ .kind = -1 }, true).count, 0);
	assert_int_equal(listed(box, (struct inbox_filter){ .kind = -1 }).note[1], id);
	assert_put(stored(box, &n), 0, 2, 0, false);	/* and is still known when it is sent again */
	inbox_close(box);
}

/* After an upgrade the PSP sends again what an older version kept without understanding it, or only a part of it. */
static void a_kept_body_that_is_understood_now_stays_one(void **state)
{
	struct inbox *box = opened(INBOX_SERVE);
	struct pix_event ev[3] = { event_no(3), event_no(1), event_no(2) };
	struct inbox_note none = note_of("shape", ev, 0), part = note_of("half", &ev[1], 1);
	struct seen s;

	(void)state;
	none.unread = part.unread = true;
	stored(box, &none);
	stored(box, &part);
	none.unread = part.unread = false;
	none.count = 1;
	part.count = 2;
	assert_put(stored(box, &none), 1, 0, 0, false);
	assert_put(stored(box, &part), 1, 1, 0, false);
	assert_int_equal(stats_of(box, NULL).notes, 2);
	assert_int_equal(stats_of(box, NULL).unread, 0);
	s = listed(box, (struct inbox_filter){ .kind = -1, .e2eid = ev[2].e2eid });
	assert_int_equal(s.last.note, listed(box, (struct inbox_filter){ .kind = -1, .e2eid = ev[1].e2eid }).last.note);
	inbox_close(box);
}

static void what_is_rolled_back_was_never_there(void **state)
{
	struct inbox *box = opened(INBOX_SERVE);
	struct pix_event ev = event_no(1);
	struct inbox_note n = note_of("a", &ev, 1), mute = note_of("m", NULL, 0);
	struct inbox_put did;
	struct err e;

	(void)state;
	box->ops->rollback(box);
	assert_true(box->ops->begin(box, &e));
	assert_true(box->ops->put(box, &n, &did, &e));
	assert_true(box->ops->put(box, &mute, &did, &e));
	box->ops->rollback(box);
	assert_int_equal(stats_of(box, NULL).notes + stats_of(box, NULL).events, 0);
	assert_false(box->ops->commit(box, &e));
	assert_int_equal(e.code, ERR_STORE);
	assert_false(box->ops->put(box, &n, &did, &e));
	assert_put(stored(box, &n), 1, 0, 0, true);
	assert_put(stored(box, &mute), 0, 0, 0, true);
	inbox_close(box);
}

static void two_handles_write_in_turn(void **state)
{
	struct inbox *box[2] = { opened(INBOX_SERVE), opened(INBOX_WRITE) };

	(void)state;
	for (int i = 0; i < 20; i++) {
		struct pix_event ev = event_no(i);
		struct inbox_note n = note_of("x", &ev, 1);

		n.hook = i % 3 ? "a" : "b";
		assert_put(stored(box[i % 2], &n), 1, 0, 0, true);
		box[i % 2]->ops->tidy(box[i % 2], true);
		assert_put(stored(box[!(i % 2)], &n), 0, 1, 0, false);
	}
	assert_int_equal(stats_of(box[0], NULL).notes, 20);
	inbox_close(box[0]);
	inbox_close(box[1]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		PROMISE(the_same_body_twice_is_kept_once),
		PROMISE(the_same_body_twice_in_one_transaction_is_kept_once),
		PROMISE(known_events_in_other_bytes_are_a_note_of_their_own_once),
		PROMISE(an_unread_body_is_kept_once_for_each_hook_and_event_name),
		PROMISE(an_empty_body_and_any_bytes_are_kept),
		PROMISE(events_are_one_by_hook_kind_e2eid_ref_and_status),
		PROMISE(a_twin_that_says_something_else_differs_and_changes_nothing),
		PROMISE(a_foreign_event_is_never_delivered),
		PROMISE(a_body_read_again_gains_what_it_lacked),
		PROMISE(a_kept_body_that_is_understood_now_stays_one),
		PROMISE(what_is_rolled_back_was_never_there),
		PROMISE(two_handles_write_in_turn),
	};
	int failed = 0;

	for (size_t i = 0; i < sizeof tested / sizeof *tested; i++) {
		store = &tested[i];
		failed += cmocka_run_group_tests_name("inbox", tests, NULL, NULL);
	}
	return failed;
}
