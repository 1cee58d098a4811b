/* What becomes of events that a sink does not take, and of the sink. */
#include "tests/unit/deliver_scene.h"

static enum sent answer;
static int retry_after;
static const char *bad_sink;
static int64_t bad_event;
static atomic_int bad_times;

/* The first bad_times sends (of that sink, of that event, where they are set) end as `answer`. */
static void say_bad(const char *sink, const struct message *m, struct sent_result *result)
{
	if ((bad_sink && strcmp(bad_sink, sink)) || (bad_event && bad_event != m->row->id) || atomic_fetch_sub(&bad_times, 1) <= 0)
		return;
	sent_as(result, answer, "as the test said");
	result->retry_after_s = retry_after;
}

static void bad(enum sent how, int times)
{
	answer = how;
	retry_after = -1;
	bad_sink = NULL;
	bad_event = 0;
	bad_times = times;
	play.say = say_bad;
}

static void what_failed_is_tried_again_when_its_time_has_come(void **state)
{
	(void)state;
	put_some(1, 3);
	bad(SENT_AGAIN, 1);
	bad_event = 2;
	assert_did(once(), 2, 1, 0, 1);
	ahead_ms = 4900 - (ticks() - began_ms);
	assert_did(once(), 0, 0, 0, 1);
	ahead_ms = 6100;	/* 5 s, and a fifth at most */
	assert_did(once(), 1, 0, 0, 0);
	assert_int_equal(play.sent[3].event, 2);
	assert_int_equal(play.sent[3].tries, 1);
}

static void a_later_retry_after_is_honoured(void **state)
{
	(void)state;
	put_some(1, 1);
	bad(SENT_AGAIN, 1);
	retry_after = 3600;
	assert_did(once(), 0, 1, 0, 1);
	ahead_ms = 3590 * 1000;
	assert_did(once(), 0, 0, 0, 1);
	ahead_ms = 3601 * 1000;
	assert_did(once(), 1, 0, 0, 0);
}

static void after_the_last_try_of_the_schedule_it_is_dead(void **state)
{
	int64_t again = 0, dead = 0;

	(void)state;
	put_some(1, 1);
	bad(SENT_AGAIN, 1000);
	for (int day = 0; day < 12; day++) {
		struct delivered did = once();

		again += did.again;
		dead += did.dead;
		ahead_ms += 29 * 3600 * 1000;
	}
	assert_int_equal(again, 9);
	assert_int_equal(dead, 1);
	assert_int_equal(play.count, 10);
	assert_int_equal(standing().dead, 1);
}

static void one_that_is_never_taken_stands_in_nobodys_way(void **state)
{
	(void)state;
	put_some(1, 50);
	bad(SENT_GIVE_UP, 1000);
	bad_event = 7;
	assert_did(once(), 49, 0, 1, 0);
	assert_int_equal(sent_event(7), 1);
}

static void a_sink_that_is_not_there_is_paused_after_one_try(void **state)
{
	(void)state;
	put_some(1, 50);
	bad(SENT_STUCK, 1);
	assert_did(once(), 0, 1, 0, 50);
	assert_int_equal(play.count, 1);
	ahead_ms = 500 - (ticks() - began_ms);
	assert_did(once(), 0, 0, 0, 50);
	ahead_ms = 1001;
	assert_did(once(), 49, 0, 0, 1);
	ahead_ms = 8000;
	assert_did(once(), 1, 0, 0, 0);
}

/* An application that is broken for all: most of its events keep all of their tries. */
static void five_failures_in_a_row_are_a_pause(void **state)
{
	(void)state;
	put_some(1, 100);
	bad(SENT_AGAIN, 1000);
	assert_did(once(), 0, 5, 0, 100);
	ahead_ms = 31 * 1000;
	assert_did(once(), 0, 1, 0, 100);
	bad(SENT_AGAIN, 0);
	ahead_ms = 400 * 1000;
	assert_did(once(), 100, 0, 0, 0);
}

static void a_pause_of_one_sink_is_no_pause_of_another(void **state)
{
	(void)state;
	hooks[0].sinks.count = 2;
	put_some(1, 20);
	bad(SENT_SLOW, 1);
	bad_sink = "a";
	retry_after = 300;
	assert_did(once(), 20, 1, 0, 20);
	assert_int_equal(sent_to("b"), 20);
	ahead_ms = 299 * 1000;
	assert_did(once(), 0, 0, 0, 20);
	ahead_ms = 301 * 1000;
	assert_did(once(), 20, 0, 0, 0);
}

static struct inbox_sink_state sink_state(void)
{
	struct inbox_sink_state s = { 0 };
	struct inbox *box = opened(INBOX_READ);

	assert_true(box->ops->sinks(box, "loja", note_sink, &s, NULL));
	inbox_close(box);
	return s;
}

static void a_pause_is_taken_back_when_the_sink_is_well(void **state)
{
	(void)state;
	put_some(1, 2);
	bad(SENT_SLOW, 1);
	once();
	assert_true(sink_state().paused_ms > clock_now());
	ahead_ms = 31 * 1000;
	once();
	assert_int_equal(sink_state().paused_ms, 0);
}

static void a_sink_that_wants_no_more_gets_no_more_until_somebody_says_so(void **state)
{
	struct inbox *box;
	struct deliver d;
	struct delivered did;
	struct err e = { 0 };

	(void)state;
	put_some(1, 10);
	bad(SENT_STOP, 1);
	assert_did(once(), 0, 0, 0, 10);
	assert_int_equal(play.count, 1);
	assert_true(sink_state().stopped);
	ahead_ms = INT64_C(20) * 24 * 3600 * 1000;
	assert_did(once(), 0, 0, 0, 10);
	assert_int_equal(play.count, 1);
	box = opened(INBOX_DELIVER);
	d = job_of(&box);
	d.once = d.resume = true;
	assert_true(deliver_run(&d, &did, &e));
	inbox_close(box);
	assert_did(did, 10, 0, 0, 0);
	assert_int_equal(play.sent[1].tries, 0);
	assert_false(sink_state().stopped);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DELIVERS(what_failed_is_tried_again_when_its_time_has_come),
		DELIVERS(a_later_retry_after_is_honoured),
		DELIVERS(after_the_last_try_of_the_schedule_it_is_dead),
		DELIVERS(one_that_is_never_taken_stands_in_nobodys_way),
		DELIVERS(a_sink_that_is_not_there_is_paused_after_one_try),
		DELIVERS(five_failures_in_a_row_are_a_pause),
		DELIVERS(a_pause_of_one_sink_is_no_pause_of_another),
		DELIVERS(a_pause_is_taken_back_when_the_sink_is_well),
		DELIVERS(a_sink_that_wants_no_more_gets_no_more_until_somebody_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
