/* The loop over time: several workers, a stop. Nothing here depends on speed. */
#include "tests/unit/deliver_scene.h"

/* ---- several at a time */

static void say_slowly(const char *sink, const struct message *m, struct sent_result *result)
{
	(void)sink;
	(void)m;
	(void)result;
	nap(5);
}

static void a_sink_that_is_well_gets_several_at_a_time_and_no_more_than_there_are_workers(void **state)
{
	(void)state;
	put_some(1, 100);
	play.say = say_slowly;
	assert_int_equal(once().done, 100);
	assert_int_equal(play.most_at_once, 4);
	assert_true(play.opens <= 5);
}

/* "a" answers only once "b" has all of its events. */
static void say_hang(const char *sink, const struct message *m, struct sent_result *result)
{
	static atomic_int hanging;

	(void)m;
	(void)result;
	if (!strcmp(sink, "b")) {
		nap(1);
		return;
	}
	assert_int_equal(atomic_fetch_add(&hanging, 1), 0);	/* nobody knows it yet: one at a time */
	for (int i = 0; i < 2000 && play.say == say_hang; i++) {
		pthread_mutex_lock(&play.lock);
		if (sent_to("b") == 60 && play.at_once == 1)
			play.say = NULL;
		pthread_mutex_unlock(&play.lock);
		nap(5);
	}
	atomic_fetch_sub(&hanging, 1);
}

static void a_sink_that_hangs_holds_one_worker_and_no_other_sink(void **state)
{
	(void)state;
	hooks[0].sinks.count = 2;
	put_some(1, 60);
	play.say = say_hang;
	assert_int_equal(once().done, 120);
	assert_null(play.say);	/* b had all before a went on */
}

/* One of a's sends hangs until b's first is through: it can only get through if a may not have all workers. */
static atomic_bool b_was_there, waiting_began;

static void say_wait_for_b(const char *sink, const struct message *m, struct sent_result *result)
{
	(void)result;
	if (!strcmp(sink, "b")) {
		b_was_there = true;
		return;
	}
	if (m->row->id <= 20)
		return;
	if (!atomic_exchange(&waiting_began, true)) {	/* a is well known by now: b's first event comes while a hangs */
		struct inbox *box = opened(INBOX_WRITE);

		put_events(box, "outra", 1, 1);
		inbox_close(box);
	}
	for (int i = 0; i < 2000 && !b_was_there; i++)
		nap(5);
	assert_true(b_was_there);
}

static void a_sink_that_was_well_and_hangs_leaves_a_worker_to_the_others(void **state)
{
	(void)state;
	hooks[1].sinks = (struct sink_list){ sinks_of + 1, 1 };
	put_some(1, 60);
	b_was_there = waiting_began = false;
	play.say = say_wait_for_b;
	assert_int_equal(once().done, 61);
	assert_true(play.most_at_once <= 4);
}

/* Another program can write to the inbox while a sink works: no transaction is open. */
static void say_write(const char *sink, const struct message *m, struct sent_result *result)
{
	(void)sink;
	(void)result;
	if (m->row->id == 1)
		put_some(2, 10);
}

static void no_transaction_is_open_while_a_sink_works(void **state)
{
	int64_t since = ticks();

	(void)state;
	put_some(1, 1);
	play.say = say_write;
	assert_int_equal(once().done, 11);
	assert_true(ticks() - since < 15000);	/* SQLite's writers queue for 20 s */
}

struct other {
	pthread_t thread;
	struct delivered did;
	bool ok;
};

static void *other_deliverer(void *arg)
{
	struct other *o = arg;
	struct inbox *box = opened(INBOX_DELIVER);
	struct deliver d = job_of(&box);
	struct err e = { 0 };

	d.once = true;
	o->ok = deliver_run(&d, &o->did, &e);
	inbox_close(box);
	return NULL;
}

static void two_deliverers_hand_over_each_event_once(void **state)
{
	struct other o[2] = { 0 };

	(void)state;
	put_some(1, 300);
	play.say = say_slowly;
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&o[i].thread, NULL, other_deliverer, &o[i]), 0);
	for (int i = 0; i < 2; i++)
		pthread_join(o[i].thread, NULL);
	assert_true(o[0].ok && o[1].ok);
	assert_int_equal(o[0].did.done + o[1].did.done, 300);
	assert_int_equal(play.count, 300);
	for (int64_t id = 1; id <= 300; id++)
		assert_int_equal(sent_event(id), 1);
}

/* ---- a service */

static void *put_later(void *arg)
{
	(void)arg;
	for (int i = 1; i <= 5; i++) {
		nap(30);
		put_some(i, 1);
		begun_in_all((size_t)i);
	}
	return NULL;
}

static void what_comes_while_it_waits_goes_out(void **state)
{
	pthread_t writer;

	(void)state;
	inbox_close(opened(INBOX_WRITE));
	stop_at = 5;
	play.say = say_stop;
	assert_int_equal(pthread_create(&writer, NULL, put_later, NULL), 0);
	assert_int_equal(until_stopped().done, 5);
	pthread_join(writer, NULL);
	assert_int_equal(standing().delivered, 5);
}

static void say_bad_then_stop(const char *sink, const struct message *m, struct sent_result *result)
{
	if (!m->tries)
		sent_as(result, SENT_STUCK, "not there");
	else
		say_stop(sink, m, result);
}

static void a_failure_goes_out_again_by_itself(void **state)
{
	(void)state;
	put_some(1, 1);
	stop_at = 2;
	play.say = say_bad_then_stop;
	assert_int_equal(until_stopped().done, 1);
	assert_true(play.sent[1].ms - play.sent[0].ms >= 5000);
}

/* All workers are busy, more is in hand, and then it is told to end. */
static void say_stop_slowly(const char *sink, const struct message *m, struct sent_result *result)
{
	say_stop(sink, m, result);
	if (__atomic_load_n(&stop, __ATOMIC_RELAXED))
		nap(200);
}

static void on_a_stop_what_was_begun_ends_and_the_rest_goes_back(void **state)
{
	struct delivered did;
	size_t begun;

	(void)state;
	put_some(1, 200);
	stop_at = 30;
	play.say = say_stop_slowly;
	did = until_stopped();
	begun = play.count;
	assert_int_equal(did.done, begun);
	assert_true(begun >= 30 && begun < 30 + 4);	/* what the other workers were about to begin */
	assert_int_equal(standing().delivered, begun);
	play.say = NULL;
	stop = 0;
	did = once();	/* no lease stands in the way */
	assert_int_equal(did.done, 200 - begun);
	assert_int_equal(play.count, 200);
}

static void say_stop_paused(const char *sink, const struct message *m, struct sent_result *result)
{
	say_stop(sink, m, result);
	if (play.count >= stop_at)
		sent_as(result, SENT_SLOW, "too fast");
}

static void a_pause_is_remembered_beyond_the_end(void **state)
{
	size_t begun;

	(void)state;
	put_some(1, 50);
	stop_at = 20;
	play.say = say_stop_paused;
	until_stopped();
	begun = play.count;
	play.say = NULL;
	stop = 0;
	assert_int_equal(once().done, 0);
	ahead_ms = 31 * 1000;
	assert_true(once().done >= 50 - (int64_t)begun);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DELIVERS(a_sink_that_is_well_gets_several_at_a_time_and_no_more_than_there_are_workers),
		DELIVERS(a_sink_that_hangs_holds_one_worker_and_no_other_sink),
		DELIVERS(a_sink_that_was_well_and_hangs_leaves_a_worker_to_the_others),
		DELIVERS(no_transaction_is_open_while_a_sink_works),
		DELIVERS(two_deliverers_hand_over_each_event_once),
		DELIVERS(what_comes_while_it_waits_goes_out),
		DELIVERS(a_failure_goes_out_again_by_itself),
		DELIVERS(on_a_stop_what_was_begun_ends_and_the_rest_goes_back),
		DELIVERS(a_pause_is_remembered_beyond_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
