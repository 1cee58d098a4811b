/* What inbox.h promises of every store: what was taken away stays away, and a repeat stays a repeat. */
#include "tests/unit/inbox_taken.h"

static void a_repeat_of_a_purged_body_does_not_bring_it_back(void **state)
{
	struct inbox *box = opened(INBOX_WRITE);
	struct pix_event ev[2] = { settled_no(1), settled_no(2) };
	struct inbox_note n = note_of("{\"pix\":[1,2]}", ev, 2), fewer = note_of("{\"pix\":[2]}", &ev[1], 1);

	(void)state;
	stored(box, &n);
	purge_all(box);
	assert_put(stored(box, &n), 0, 2, 0, false);
	assert_put(stored(box, &fewer), 0, 1, 0, false);	/* in other words too: it tells nothing new */
	assert_int_equal(stats_of(box, NULL).bytes, 0);
	assert_int_equal(stats_of(box, NULL).notes, 1);
	inbox_close(box);
	box = opened(INBOX_ONCE);
	assert_put(stored(box, &n), 0, 2, 0, false);
	inbox_close(box);
}

static void one_purged_among_the_tellers_is_enough(void **state)
{
	struct inbox *box = opened(INBOX_WRITE);
	struct pix_event ev[2] = { settled_no(1), settled_no(2) };
	struct inbox_note a = note_of("a", &ev[0], 1), b = note_of("b", &ev[1], 1), both = note_of("a and b", ev, 2);
	struct inbox_put did;
	struct err e = { 0 };

	(void)state;
	stored(box, &a);
	stored(box, &b);
	for (int64_t gone = 1; gone <= 2; gone++) {
		assert_true(box->ops->begin(box, &e));
		assert_true(box->ops->replace(box, gone, "", 0, &e));
		assert_true(box->ops->put(box, &both, &did, &e));
		assert_put(did, 0, 2, 0, false);
		box->ops->rollback(box);
	}
	inbox_close(box);
}

static void what_differs_from_a_purged_one_is_kept(void **state)
{
	struct inbox *box = opened(INBOX_WRITE);
	struct pix_event ev = settled_no(1);
	struct inbox_note n = note_of("12.34", &ev, 1);

	(void)state;
	stored(box, &n);
	purge_all(box);
	ev.cents++;
	n.body = "12.35";
	assert_put(stored(box, &n), 0, 1, 1, true);
	assert_string_equal(whole_of(box, 2).body, "12.35");
	assert_put(stored(box, &n), 0, 1, 1, false);
	inbox_close(box);
}

static void what_a_purged_one_did_not_tell_is_kept(void **state)
{
	struct inbox *box = opened(INBOX_WRITE);
	struct pix_event ev[2] = { settled_no(1), settled_no(2) };
	struct inbox_note n = note_of("1", ev, 1), more = note_of("1 and 2", ev, 2), odd = note_of("1 and ?", ev, 1);

	(void)state;
	stored(box, &n);
	purge_all(box);
	odd.unread = true;
	odd.why = "pix[1]: an item of an unknown kind";
	assert_put(stored(box, &odd), 0, 1, 0, true);
	assert_put(stored(box, &more), 1, 1, 0, true);
	inbox_close(box);
}

static void a_purged_unread_body_is_known_by_its_digest(void **state)
{
	struct inbox *box = opened(INBOX_WRITE);
	struct pix_event ev = settled_no(1);
	struct inbox_note mute = note_of("<what>", NULL, 0), part = note_of("1 and ?", &ev, 1);

	(void)state;
	mute.unread = part.unread = true;
	mute.why = part.why = "not understood";
	stored(box, &mute);
	stored(box, &part);
	assert_int_equal(purge_all(box).bodies, 2);
	assert_put(stored(box, &mute), 0, 0, 0, false);
	assert_put(stored(box, &part), 0, 1, 0, false);
	assert_int_equal(stats_of(box, NULL).notes, 2);
	inbox_close(box);
}

static void a_replaced_body_is_redacted_and_a_repeat_of_the_first_one_known(void **state)
{
	struct inbox *box = opened(INBOX_WRITE);
	struct pix_event ev = settled_no(1);
	struct inbox_note n = note_of("1 Pagador", &ev, 1), other = note_of("1 Pagador!", &ev, 1);

	(void)state;
	stored(box, &n);
	replaced(box, 1, "1");
	assert_string_equal(whole_of(box, 1).body, "1");
	assert_true(whole_of(box, 1).redacted);
	assert_false(whole_of(box, 1).purged);
	assert_put(stored(box, &n), 0, 1, 0, false);
	assert_put(stored(box, &other), 0, 1, 0, false);
	assert_string_equal(whole_of(box, 1).body, "1");
	replaced(box, 1, "");
	assert_true(whole_of(box, 1).purged);
	replaced(box, 1, "1 Pagador");	/* what is gone does not come back this way either */
	assert_string_equal(whole_of(box, 1).body, "");
	inbox_close(box);
}

/* Its refund was new and its receipt differed: neither the events nor their note would tell. */
static void a_replaced_body_is_known_by_its_bytes_whatever_its_events(void **state)
{
	struct inbox *box = opened(INBOX_WRITE);
	struct pix_event ev[2] = { settled_no(1), settled_no(2) };
	struct inbox_note first = note_of("1", ev, 1), n = note_of("1 again, and 2", ev, 2);

	(void)state;
	stored(box, &first);
	ev[0].cents++;
	assert_put(stored(box, &n), 1, 1, 1, true);
	replaced(box, 2, "2");
	assert_put(stored(box, &n), 0, 2, 1, false);
	inbox_close(box);
}

static void a_redacted_body_is_purged_in_its_turn(void **state)
{
	struct inbox *box = opened(INBOX_WRITE);
	struct pix_event ev = settled_no(1);
	struct inbox_note n = note_of("1 Pagador", &ev, 1);

	(void)state;
	stored(box, &n);
	replaced(box, 1, "1");
	assert_int_equal(purge_all(box).bytes, 1);
	assert_true(whole_of(box, 1).purged);
	assert_put(stored(box, &n), 0, 1, 0, false);
	inbox_close(box);
}

static void a_body_that_is_not_there_is_not_replaced(void **state)
{
	struct inbox *box = opened(INBOX_WRITE);
	struct err e = { 0 };

	(void)state;
	assert_true(box->ops->begin(box, &e));
	assert_false(box->ops->replace(box, 7, "x", 1, &e));
	assert_int_equal(e.code, ERR_NOT_FOUND);
	inbox_close(box);
}

/* Bodies of all sizes: within a page, over several, and one that was moved within its page since. */
static void after_a_scrub_no_byte_is_left_while_others_have_it_open(void **state)
{
	static const size_t sizes[] = { 40, 500, 1900, 5000, 40000 };
	static const char secret[] = "Pagador de Exemplo 00000000000";
	struct inbox *gate = opened(INBOX_SERVE), *reader, *box;
	struct inbox_put put;
	struct err e = { 0 };

	(void)state;
	for (int i = 0; i < 60; i++) {
		struct pix_event ev = settled_no(i);
		size_t size = sizes[i % 5];
		char *body = malloc(size + 1);
		struct inbox_note n;

		memset(body, '.', size);
		body[size] = '\0';
		memcpy(body + size - sizeof secret + 1, secret, sizeof secret - 1);
		n = note_of(body, &ev, 1);
		n.unread = i % 3 == 0;
		n.why = n.unread ? "a reason that was long enough to move the row once it is gone" : "";
		stored(gate, &n);
		free(body);
	}
	reader = opened(INBOX_READ);
	box = opened(INBOX_WRITE);
	assert_int_equal(listed(reader, (struct inbox_filter){ .kind = -1 }).count, 60);
	for (int64_t i = 1; i <= 60; i += 3) {
		struct inbox_note now = note_of("", NULL, 0);

		assert_true(gate->ops->begin(gate, &e) && gate->ops->reread(gate, i, &now, &put, &e) && gate->ops->commit(gate, &e));
	}
	gate->ops->tidy(gate, true);
	assert_true(on_disk(secret));
	assert_int_equal(purge_all(box).bodies, 60);
	scrubbed(box);
	assert_false(on_disk(secret));
	assert_int_equal(listed(reader, (struct inbox_filter){ .kind = -1 }).count, 60);
	put_number(gate, 1000);
	assert_int_equal(stats_of(reader, NULL).notes, 61);
	inbox_close(reader);
	inbox_close(gate);
	inbox_close(box);
	assert_false(on_disk(secret));
}

/* What a walk needs of the log cannot be cut off under it. */
static bool scrub_meanwhile(const struct inbox_row *r, void *arg)
{
	struct inbox *box = arg;
	struct err e = { 0 };

	(void)r;
	assert_false(box->ops->scrub(box, &e));
	assert_int_equal(e.code, ERR_STORE);
	assert_non_null(strstr(e.text, "run the same command again"));
	return false;
}

static void a_scrub_says_when_a_reader_kept_it_from_its_work(void **state)
{
	struct inbox *box = opened(INBOX_WRITE), *reader = opened(INBOX_READ);
	struct inbox_filter all = { .kind = -1 };
	struct pix_event ev = settled_no(1);
	struct inbox_note n = note_of("1 Pagador", &ev, 1);
	struct err e = { 0 };

	(void)state;
	stored(box, &n);
	replaced(box, 1, "1");
	assert_true(reader->ops->list(reader, &all, scrub_meanwhile, box, &e));
	assert_true(on_disk("1 Pagador"));
	scrubbed(box);
	assert_false(on_disk("1 Pagador"));
	inbox_close(reader);
	inbox_close(box);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		PROMISE(a_repeat_of_a_purged_body_does_not_bring_it_back),
		PROMISE(one_purged_among_the_tellers_is_enough),
		PROMISE(what_differs_from_a_purged_one_is_kept),
		PROMISE(what_a_purged_one_did_not_tell_is_kept),
		PROMISE(a_purged_unread_body_is_known_by_its_digest),
		PROMISE(a_replaced_body_is_redacted_and_a_repeat_of_the_first_one_known),
		PROMISE(a_replaced_body_is_known_by_its_bytes_whatever_its_events),
		PROMISE(a_redacted_body_is_purged_in_its_turn),
		PROMISE(a_body_that_is_not_there_is_not_replaced),
		PROMISE(after_a_scrub_no_byte_is_left_while_others_have_it_open),
		PROMISE(a_scrub_says_when_a_reader_kept_it_from_its_work),
	};

	return RUN_PROMISES("inbox_taken", tests);
}
