/* The clock is set while events are handed over. Nothing here depends on speed. */
#include "tests/unit/deliver_scene.h"

static void say_bad_once_then_stop(const char *sink, const struct message *m, struct sent_result *result)
{
	if (m->row->id == 1)
		sent_as(result, SENT_STUCK, "not there");
	else
		say_stop(sink, m, result);
}

static bool paused(void)
{
	struct inbox *box = opened(INBOX_READ);
	struct inbox_sink_state s = { 0 };

	box->ops->sinks(box, "loja", note_sink, &s, NULL);
	inbox_close(box);
	return s.paused_ms;
}

static void *set_back_in_the_pause(void *arg)
{
	(void)arg;
	for (int i = 0; i < 2000 && !paused(); i++)
		nap(5);
	ahead_ms = INT64_C(-6) * 3600 * 1000;
	return NULL;
}

/* The second event is due; only the sink's pause of 1 s stands between. */
static void a_pause_lasts_no_longer_for_a_clock_that_was_set_back(void **state)
{
	pthread_t other;

	(void)state;
	put_some(1, 2);
	stop_at = 2;
	play.say = say_bad_once_then_stop;
	assert_int_equal(pthread_create(&other, NULL, set_back_in_the_pause, NULL), 0);
	assert_int_equal(until_stopped().done, 1);
	pthread_join(other, NULL);
	assert_int_equal(play.sent[1].event, 2);
	assert_true(play.sent[1].ms - play.sent[0].ms >= 900);
	assert_true(play.sent[1].ms - play.sent[0].ms < 60000);
}

static void *set_back_by_days(void *arg)
{
	(void)arg;
	begun_in_all(1);
	nap(300);
	ahead_ms = INT64_C(-72) * 3600 * 1000;
	return NULL;
}

static void say_again_then_stop(const char *sink, const struct message *m, struct sent_result *result)
{
	if (!m->tries)
		sent_as(result, SENT_AGAIN, "HTTP 500");
	else
		say_stop(sink, m, result);
}

/* A time that lies further ahead than any may is there because of the clock, and now will do. */
static void a_retry_waits_no_days_for_a_clock_that_was_set_back(void **state)
{
	pthread_t other;

	(void)state;
	put_some(1, 1);
	stop_at = 2;
	play.say = say_again_then_stop;
	assert_int_equal(pthread_create(&other, NULL, set_back_by_days, NULL), 0);
	assert_int_equal(until_stopped().done, 1);
	pthread_join(other, NULL);
}

static void say_set_forward(const char *sink, const struct message *m, struct sent_result *result)
{
	(void)sink;
	(void)result;
	if (m->row->id != 9)
		return;
	ahead_ms = INT64_C(20) * 3600 * 1000;
	put_some(10, 1);
	assert_true(begun_in_all(10));	/* the loop has claimed again since */
	nap(100);
}

static void a_lease_that_ran_out_under_a_running_send_is_not_sent_twice_at_a_time(void **state)
{
	(void)state;
	put_some(1, 9);
	play.say = say_set_forward;
	assert_int_equal(once().done, 10);
	for (int64_t id = 1; id <= 10; id++)
		assert_int_equal(sent_event(id), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DELIVERS(a_pause_lasts_no_longer_for_a_clock_that_was_set_back),
		DELIVERS(a_retry_waits_no_days_for_a_clock_that_was_set_back),
		DELIVERS(a_lease_that_ran_out_under_a_running_send_is_not_sent_twice_at_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
