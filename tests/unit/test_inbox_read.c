/* What inbox.h promises of every store: what is read. */
#include "tests/unit/test_inbox.h"

#include <pthread.h>

static void an_event_comes_back_as_it_was_put(void **state)
{
	struct inbox *box = opened(INBOX_SERVE);
	struct pix_event ev[2] = { event_no(5), { .kind = PIX_VALIDATION, .e2eid = "E2" } };
	struct inbox_note n = note_of("a", ev, 2);
	struct seen s;

	(void)state;
	strcpy(ev[0].ref, "r");
	strcpy(ev[0].status, "S");
	stored(box, &n);
	s = listed(box, (struct inbox_filter){ .kind = PIX_RECEIVED });
	assert_int_equal(s.count, 1);
	assert_memory_equal(&s.last.event, &ev[0], sizeof ev[0]);
	assert_string_equal(s.hook, "loja");
	assert_string_equal(s.psp, "efi");
	assert_string_equal(s.delivery, "pending");
	assert_int_equal(s.last.received_ms, 1795000000500);
	s = listed(box, (struct inbox_filter){ .kind = PIX_VALIDATION });
	assert_memory_equal(&s.last.event, &ev[1], sizeof ev[1]);
	inbox_close(box);
}

static void a_list_is_ascending_filtered_and_ends_when_told(void **state)
{
	struct inbox *box = opened(INBOX_SERVE);
	struct inbox_note n;
	struct pix_event ev;
	struct seen s;

	(void)state;
	for (int i = 1; i <= 20; i++) {
		char body[8];

		ev = event_no(i);
		if (i % 2)
			ev.kind = PIX_SENT;
		snprintf(body, sizeof body, "%d", i);
		n = note_of(body, &ev, 1);
		n.received_ms = i;
		n.hook = i > 10 ? "b" : "a";
		stored(box, &n);
	}
	s = listed(box, (struct inbox_filter){ .kind = -1 });
	assert_int_equal(s.count, 20);
	for (size_t i = 1; i < s.count; i++)
		assert_true(s.id[i] > s.id[i - 1]);
	assert_int_equal(listed(box, (struct inbox_filter){ .kind = PIX_SENT }).count, 10);
	assert_int_equal(listed(box, (struct inbox_filter){ .kind = -1, .hook = "b" }).count, 10);
	assert_int_equal(listed(box, (struct inbox_filter){ .kind = -1, .hook = "c" }).count, 0);
	assert_int_equal(listed(box, (struct inbox_filter){ .kind = -1, .since_ms = 15 }).count, 6);
	assert_int_equal(listed(box, (struct inbox_filter){ .kind = -1, .after_id = s.id[16] }).count, 3);
	assert_int_equal(listed(box, (struct inbox_filter){ .kind = -1, .e2eid = ev.e2eid }).count, 1);
	assert_int_equal(listed(box, (struct inbox_filter){ .kind = -1, .txid = ev.txid }).last.id, s.id[19]);
	s = listed(box, (struct inbox_filter){ .kind = PIX_SENT, .hook = "a", .limit = 2 });
	assert_int_equal(s.count, 2);
	assert_int_equal(s.last.event.cents, 9);
	assert_true(s.id[0] < s.id[1]);
	s = (struct seen){ .stop = 3 };
	assert_true(box->ops->list(box, &(struct inbox_filter){ .kind = -1 }, see, &s, NULL));
	assert_int_equal(s.count, 3);
	inbox_close(box);
}

static void bodies_are_found_by_what_their_events_are(void **state)
{
	struct inbox *box = opened(INBOX_SERVE);
	struct pix_event ev[2] = { event_no(1), event_no(2) };
	struct inbox_note a = note_of("first", &ev[0], 1), b = note_of("second", &ev[1], 1), u = note_of("odd", NULL, 0);
	struct bodies s;
	struct err e;

	(void)state;
	u.unread = true;
	u.why = "no member pix";
	ev[1].kind = PIX_REFUND;
	stored(box, &a), stored(box, &b), stored(box, &u);
	assert_int_equal(bodies_of(box, (struct inbox_filter){ .kind = -1 }, false).count, 3);
	s = bodies_of(box, (struct inbox_filter){ .kind = -1 }, true);
	assert_int_equal(s.count, 1);
	assert_string_equal(s.why, "no member pix");
	assert_string_equal(bodies_of(box, (struct inbox_filter){ .kind = PIX_REFUND }, false).body, "second");
	assert_string_equal(bodies_of(box, (struct inbox_filter){ .kind = -1, .e2eid = ev[0].e2eid }, false).body, "first");
	s = bodies_of(box, (struct inbox_filter){ .kind = -1, .txid = ev[1].txid, .limit = 1 }, false);
	assert_string_equal(s.body, "second");
	s = (struct bodies){ 0 };
	assert_true(box->ops->body(box, bodies_of(box, (struct inbox_filter){ .kind = -1, .limit = 1 }, false).id, see_body, &s, &e));
	assert_string_equal(s.body, "odd");
	assert_false(box->ops->body(box, 99, see_body, &s, &e));
	assert_int_equal(e.code, ERR_NOT_FOUND);
	inbox_close(box);
}

static void stats_are_of_all_or_of_one_hook(void **state)
{
	struct inbox *box = opened(INBOX_SERVE);
	struct pix_event ev[2] = { event_no(1), event_no(2) };
	struct inbox_note n = note_of("12345", ev, 2);
	struct inbox_stats st = stats_of(box, NULL);

	(void)state;
	assert_int_equal(st.notes + st.first_ms + st.last_ms, 0);
	stored(box, &n);
	n.hook = "b", n.count = 1, n.received_ms += 10;
	stored(box, &n);
	st = stats_of(box, NULL);
	assert_int_equal(st.notes, 2);
	assert_int_equal(st.events, 3);
	assert_int_equal(st.bytes, 10);
	assert_int_equal(st.per_kind[PIX_RECEIVED], 3);
	assert_int_equal(st.cents_per_kind[PIX_RECEIVED], 4);
	assert_int_equal(st.last_ms - st.first_ms, 10);
	assert_int_equal(stats_of(box, "b").events, 1);
	assert_int_equal(stats_of(box, "b").notes, 1);
	inbox_close(box);
}

static void *write_later(void *arg)
{
	struct pix_event ev = event_no(1);
	struct inbox_note n = note_of("x", &ev, 1);

	usleep(50000);
	stored(arg, &n);
	return NULL;
}

static void wait_tells_of_a_commit_elsewhere_and_of_none(void **state)
{
	struct inbox *writer = opened(INBOX_SERVE), *reader = opened(INBOX_READ);
	bool changed = true;
	pthread_t thread;
	struct err e;

	(void)state;
	assert_true(reader->ops->wait(reader, 30, &changed, &e));
	assert_false(changed);
	assert_int_equal(pthread_create(&thread, NULL, write_later, writer), 0);
	for (int i = 0; i < 2 && !stats_of(reader, NULL).events; i++) {	/* once it may be true without cause */
		assert_true(reader->ops->wait(reader, 10000, &changed, &e));
		assert_true(changed);
	}
	assert_int_equal(stats_of(reader, NULL).events, 1);
	pthread_join(thread, NULL);
	assert_true(reader->ops->wait(reader, 0, &changed, &e));
	assert_true(reader->ops->wait(reader, 0, &changed, &e));
	assert_false(changed);
	inbox_close(reader);
	inbox_close(writer);
}

static void a_reader_needs_an_inbox_and_writes_nothing(void **state)
{
	struct inbox *box = NULL;
	struct err e;

	(void)state;
	assert_false(inbox_open(&box, store->url, dir, INBOX_READ, &e));
	assert_int_equal(e.code, ERR_NOT_FOUND);
	assert_non_null(strstr(e.text, "inbox.db"));
	assert_null(box);
	inbox_close(opened(INBOX_ONCE));
	box = opened(INBOX_READ);
	assert_false(box->ops->begin(box, &e));
	assert_int_equal(stats_of(box, NULL).notes, 0);
	inbox_close(box);
	inbox_close(NULL);
}

static void events_and_bodies_are_found_by_where_they_stand(void **state)
{
	struct inbox *box = opened(INBOX_WRITE);
	struct pix_event ev[2] = { event_no(1), event_no(2) };
	struct inbox_note ours = note_of("ours", &ev[0], 1), theirs = note_of("theirs", &ev[1], 1);

	(void)state;
	ev[1].foreign = true;
	stored(box, &ours);
	stored(box, &theirs);
	assert_int_equal(listed(box, (struct inbox_filter){ .kind = -1, .delivery = "never" }).last.id, 2);
	assert_int_equal(listed(box, (struct inbox_filter){ .kind = -1, .delivery = "pending", .limit = 5 }).count, 1);
	assert_int_equal(listed(box, (struct inbox_filter){ .kind = -1, .delivery = "dead" }).count, 0);
	assert_string_equal(bodies_of(box, (struct inbox_filter){ .kind = -1, .delivery = "pending" }, false).body, "ours");
	inbox_close(box);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		PROMISE(an_event_comes_back_as_it_was_put),
		PROMISE(a_list_is_ascending_filtered_and_ends_when_told),
		PROMISE(bodies_are_found_by_what_their_events_are),
		PROMISE(events_and_bodies_are_found_by_where_they_stand),
		PROMISE(stats_are_of_all_or_of_one_hook),
		PROMISE(wait_tells_of_a_commit_elsewhere_and_of_none),
		PROMISE(a_reader_needs_an_inbox_and_writes_nothing),
	};
	int failed = 0;

	for (size_t i = 0; i < sizeof tested / sizeof *tested; i++) {
		store = &tested[i];
		failed += cmocka_run_group_tests_name("inbox_read", tests, NULL, NULL);
	}
	return failed;
}
