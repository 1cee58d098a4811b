/* An inbox that fails while events are handed over. */
#include "tests/unit/deliver_scene.h"

static struct inbox_ops spy;
static const struct inbox_ops *real;
static atomic_int failing;	/* so many commits, from now on; -1: all */
static atomic_int commits;
static bool shut_down;		/* with the first that fails, somebody stops the deliverer */

static bool bad_commit(struct inbox *box, struct err *e)
{
	commits++;
	if (failing && sends()) {
		if (failing > 0)
			failing--;
		if (shut_down)
			stop_now();
		box->ops->rollback(box);
		return (fail)(e, ERR_STORE, "inbox inbox.db: database or disk is full");
	}
	return real->commit(box, e);
}

static atomic_bool locked;	/* no transaction begins */

static bool bad_begin(struct inbox *box, struct err *e)
{
	if (locked)
		return (fail)(e, ERR_STORE, "inbox inbox.db: locked");
	return real->begin(box, e);
}

static bool run_spied(bool once_only, struct delivered *did, struct err *e)
{
	struct inbox *box = opened(INBOX_DELIVER);
	struct deliver d = job_of(&box);
	bool ok;

	real = box->ops;
	spy = *real;
	spy.commit = bad_commit;
	spy.begin = bad_begin;
	box->ops = &spy;
	d.once = once_only;
	ok = deliver_run(&d, did, e);
	inbox_close(box);
	return ok;
}

static void what_could_not_be_recorded_is_recorded_later_and_not_sent_again(void **state)
{
	struct delivered did;
	struct err e = { 0 };

	(void)state;
	put_some(1, 100);
	failing = 2;
	assert_true(run_spied(true, &did, &e));
	assert_int_equal(did.done, 100);
	assert_int_equal(play.count, 100);
	assert_int_equal(standing().delivered, 100);
}

static void while_nothing_can_be_recorded_nothing_more_is_begun(void **state)
{
	struct delivered did;
	struct err e = { 0 };
	size_t begun;

	(void)state;
	put_some(1, 100);
	failing = -1;
	assert_false(run_spied(true, &did, &e));
	assert_int_equal(e.code, ERR_STORE);
	assert_non_null(strstr(e.text, "full"));
	begun = play.count;
	assert_true(begun > 0 && begun <= 16);
	assert_true(commits > 3);	/* it has tried again */
	/* at least once: what was not recorded comes again, when its lease has run out */
	failing = 0;
	ahead_ms = 3600 * 1000;
	once();
	assert_int_equal(standing().delivered, 100);
}

static void a_stop_waits_some_seconds_for_the_inbox(void **state)
{
	struct delivered did;
	struct err e = { 0 };

	(void)state;
	put_some(1, 10);
	failing = 2;
	shut_down = true;
	assert_true(run_spied(false, &did, &e));
	assert_int_equal(standing().delivered, did.done);
	assert_int_equal(play.count, did.done);
	assert_true(did.done > 0);
	shut_down = false;
}

static void *stop_soon(void *arg)
{
	(void)arg;
	nap(300);
	stop_now();
	return NULL;
}

static void a_stop_waits_for_nothing_where_there_is_nothing_to_record(void **state)
{
	struct delivered did;
	struct err e = { 0 };
	pthread_t other;
	int64_t since = ticks();

	(void)state;
	put_some(1, 10);
	locked = true;
	assert_int_equal(pthread_create(&other, NULL, stop_soon, NULL), 0);
	assert_true(run_spied(false, &did, &e));
	pthread_join(other, NULL);
	locked = false;
	assert_int_equal(play.count, 0);
	assert_true(ticks() - since < 5000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DELIVERS(what_could_not_be_recorded_is_recorded_later_and_not_sent_again),
		DELIVERS(while_nothing_can_be_recorded_nothing_more_is_begun),
		DELIVERS(a_stop_waits_some_seconds_for_the_inbox),
		DELIVERS(a_stop_waits_for_nothing_where_there_is_nothing_to_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
