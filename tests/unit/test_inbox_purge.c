/* What inbox.h promises of every store: what is taken away stays away, and a repeat stays a repeat. */
#include <glob.h>

#include "tests/unit/inbox_jobs.h"

#define T0 NOW	/* when note_of was received */

/* An event that waits for no sink. */
static struct pix_event settled_no(int n)
{
	struct pix_event ev = event_no(n);

	ev.foreign = true;
	return ev;
}

static struct inbox_purged purged(struct inbox *box, struct inbox_purge *p)
{
	struct inbox_purged did = { 0 };
	struct err e = { 0 };

	if ((!p->count_only && !box->ops->begin(box, &e)) || !box->ops->purge(box, p, &did, &e) ||
	    (!p->count_only && !box->ops->commit(box, &e)))
		fail_msg("purge: %s", e.text);
	return did;
}

static struct inbox_purged purge_all(struct inbox *box)
{
	struct inbox_purge p = { .before_ms = T0 + 1, .unread = true, .most = 100 };

	return purged(box, &p);
}

static void replaced(struct inbox *box, int64_t note, const char *body)
{
	struct err e = { 0 };

	if (!box->ops->begin(box, &e) || !box->ops->replace(box, note, body, strlen(body), &e) || !box->ops->commit(box, &e))
		fail_msg("replace: %s", e.text);
}

static void scrubbed(struct inbox *box)
{
	struct err e = { 0 };

	if (!box->ops->scrub(box, &e))
		fail_msg("scrub: %s", e.text);
}

/* Whether any file of the store holds these bytes. */
static bool on_disk(const char *bytes)
{
	char pattern[96];
	bool found = false;
	glob_t files;

	snprintf(pattern, sizeof pattern, "%s/*", dir);
	assert_int_equal(glob(pattern, 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		FILE *f = fopen(files.gl_pathv[i], "re");
		char *all = calloc(1, 4 * 1024 * 1024);
		size_t n = fread(all, 1, 4 * 1024 * 1024, f);

		assert_true(n < 4 * 1024 * 1024);
		found = found || memmem(all, n, bytes, strlen(bytes));
		free(all);
		fclose(f);
	}
	globfree(&files);
	return found;
}

struct whole {
	bool purged, redacted, unread;
	char body[64];
};

static bool see_whole(const struct inbox_body *r, void *arg)
{
	struct whole *w = arg;

	*w = (struct whole){ .purged = r->purged, .redacted = r->redacted, .unread = r->unread };
	snprintf(w->body, sizeof w->body, "%.*s", (int)r->body_len, r->body);
	return true;
}

static struct whole whole_of(struct inbox *box, int64_t note)
{
	struct whole w = { 0 };
	struct err e = { 0 };

	if (!box->ops->body(box, note, see_whole, &w, &e))
		fail_msg("body: %s", e.text);
	return w;
}

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
		PROMISE(a_settled_old_body_goes_and_its_events_stay),
		PROMISE(what_waits_for_a_sink_goes_only_where_that_is_said),
		PROMISE(what_waits_since_the_last_look_stays_too),
		HANDS_OVER(what_was_handed_over_or_given_up_goes_unless_it_is_revived),
		PROMISE(what_was_not_understood_goes_only_where_that_is_said),
		PROMISE(the_young_and_other_hooks_stay),
		PROMISE(it_goes_on_behind_the_last_one_and_counts_none_twice),
		PROMISE(counting_changes_nothing_and_needs_no_right_to_write),
		PROMISE(without_a_transaction_nothing_is_taken_away),
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

	return RUN_PROMISES("inbox_purge", tests);
}
