#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stddef.h>
#include <cmocka.h>
#undef fail	/* ours is the one in lib/err.h */

#include "deliver/brake.h"

enum { NOBODY = -1 };	/* no Retry-After */

static struct sent_result as(enum sent how, int retry_after_s)
{
	return (struct sent_result){ .how = how, .retry_after_s = retry_after_s };
}

/* One send that begins and ends at now_ms. */
static enum brake_step now(struct brake *b, enum sent how, int retry_after_s, int64_t now_ms, int64_t *pause_ms)
{
	struct sent_result r = as(how, retry_after_s);

	return brake_result(b, b->round, &r, now_ms, pause_ms);
}

static void a_sink_that_nobody_knows_gets_one_send_at_a_time(void **state)
{
	struct brake b = { 0 };

	(void)state;
	assert_int_equal(brake_room(&b, 8), 1);
	assert_false(brake_proven(&b));
}

static void what_goes_well_gets_more_and_never_more_than_there_is(void **state)
{
	struct brake b = { 0 };
	int64_t pause = 7;

	(void)state;
	assert_int_equal(now(&b, SENT_DONE, NOBODY, 0, &pause), BRAKE_ON);
	assert_int_equal(brake_room(&b, 8), 2);
	assert_true(brake_proven(&b));
	for (int i = 0; i < 100; i++)
		assert_int_equal(now(&b, SENT_DONE, NOBODY, 0, &pause), BRAKE_ON);
	assert_int_equal(brake_room(&b, 8), 8);
	assert_int_equal(brake_room(&b, 1), 1);
	assert_int_equal(pause, 7);
}

static void one_failure_makes_it_one_at_a_time_without_a_pause(void **state)
{
	static const enum sent failures[] = { SENT_AGAIN, SENT_GIVE_UP };
	int64_t pause = 7;

	(void)state;
	for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
		struct brake b = { .at_once = 16 };

		assert_int_equal(now(&b, failures[i], NOBODY, 0, &pause), BRAKE_ON);
		assert_int_equal(brake_room(&b, 8), 1);
		assert_false(b.held);
		assert_int_equal(pause, 7);
	}
}

/* Each pause is over before the next try, as in life. */
static void pauses(enum sent how, const int64_t *want_s, size_t n)
{
	struct brake b = { .at_once = 8 };
	int64_t at = 1000, pause;

	for (size_t i = 0; i < n; i++) {
		assert_int_equal(now(&b, how, NOBODY, at, &pause), BRAKE_PAUSE);
		assert_int_equal(pause, want_s[i] * 1000);
		assert_int_equal(brake_room(&b, 8), 1);
		assert_true(b.held);
		assert_false(brake_over(&b, at + pause - 1));
		assert_true(brake_over(&b, at + pause));
		at += pause;
		brake_let(&b);
		assert_false(brake_over(&b, at));
	}
}

static void a_sink_that_is_not_there_is_looked_for_ever_more_rarely(void **state)
{
	static const int64_t want_s[] = { 1, 2, 4, 8, 16, 32, 60, 60, 60 };

	(void)state;
	pauses(SENT_STUCK, want_s, sizeof want_s / sizeof *want_s);
}

static void a_sink_that_asks_for_less_is_left_alone_ever_longer(void **state)
{
	static const int64_t want_s[] = { 30, 60, 120, 240, 480, 960, 1920, 3600, 3600 };

	(void)state;
	pauses(SENT_SLOW, want_s, sizeof want_s / sizeof *want_s);
}

static void retry_after_is_honoured_where_it_is_later_and_believed_up_to_a_day(void **state)
{
	struct brake b = { 0 };
	int64_t pause;

	(void)state;
	assert_int_equal(now(&b, SENT_SLOW, 90, 0, &pause), BRAKE_PAUSE);
	assert_int_equal(pause, 90 * 1000);
	b = (struct brake){ 0 };
	assert_int_equal(now(&b, SENT_SLOW, 5, 0, &pause), BRAKE_PAUSE);
	assert_int_equal(pause, 30 * 1000);
	b = (struct brake){ 0 };
	assert_int_equal(now(&b, SENT_SLOW, INT32_MAX, 0, &pause), BRAKE_PAUSE);
	assert_int_equal(pause, 24 * 3600 * 1000);
	b = (struct brake){ 0 };
	assert_int_equal(now(&b, SENT_STUCK, 600, 0, &pause), BRAKE_PAUSE);
	assert_int_equal(pause, 600 * 1000);
}

/* Four sends that were under way when the sink went away are one outage, not four. */
static void what_began_before_the_pause_counts_once(void **state)
{
	struct brake b = { .at_once = 4 };
	struct sent_result r = as(SENT_STUCK, NOBODY);
	unsigned round = b.round;
	int64_t pause;

	(void)state;
	assert_int_equal(brake_result(&b, round, &r, 0, &pause), BRAKE_PAUSE);
	for (int i = 0; i < 3; i++)
		assert_int_equal(brake_result(&b, round, &r, 1, &pause), BRAKE_ON);
	assert_int_equal(b.until_ms, 1000);
	brake_let(&b);
	assert_int_equal(brake_result(&b, round, &r, 1500, &pause), BRAKE_ON);
	assert_false(b.held);
	assert_int_equal(now(&b, SENT_STUCK, NOBODY, 2000, &pause), BRAKE_PAUSE);
	assert_int_equal(pause, 2000);
}

static void what_began_before_the_pause_may_ask_for_a_longer_one(void **state)
{
	struct brake b = { .at_once = 4 };
	struct sent_result stuck = as(SENT_STUCK, NOBODY), slow = as(SENT_SLOW, 600);
	unsigned round = b.round;
	int64_t pause;

	(void)state;
	assert_int_equal(brake_result(&b, round, &stuck, 0, &pause), BRAKE_PAUSE);
	assert_int_equal(brake_result(&b, round, &slow, 10, &pause), BRAKE_PAUSE);
	assert_int_equal(b.until_ms, 10 + 600 * 1000);
}

static void what_began_before_the_pause_does_not_prove_that_it_is_well(void **state)
{
	struct brake b = { .at_once = 4 };
	struct sent_result stuck = as(SENT_STUCK, NOBODY), done = as(SENT_DONE, NOBODY);
	unsigned round = b.round;
	int64_t pause;

	(void)state;
	brake_result(&b, round, &stuck, 0, &pause);
	assert_int_equal(brake_result(&b, round, &done, 1, &pause), BRAKE_ON);
	assert_true(b.held);
	assert_int_equal(brake_room(&b, 8), 1);
}

static void the_first_that_goes_well_after_a_pause_ends_the_row(void **state)
{
	struct brake b = { 0 };
	int64_t pause;

	(void)state;
	for (int i = 0; i < 5; i++) {
		now(&b, SENT_STUCK, NOBODY, i, &pause);
		brake_let(&b);
	}
	assert_int_equal(now(&b, SENT_DONE, NOBODY, 10, &pause), BRAKE_WELL);
	assert_int_equal(now(&b, SENT_DONE, NOBODY, 10, &pause), BRAKE_ON);
	assert_int_equal(brake_room(&b, 8), 4);
	now(&b, SENT_STUCK, NOBODY, 20, &pause);
	assert_int_equal(pause, 1000);
}

/* 500 for one event: the sink was there, and yet nothing shows that it takes anything. */
static void a_failure_after_a_pause_neither_ends_the_row_nor_begins_a_pause(void **state)
{
	struct brake b = { 0 };
	int64_t pause;

	(void)state;
	now(&b, SENT_SLOW, NOBODY, 0, &pause);
	brake_let(&b);
	assert_int_equal(now(&b, SENT_AGAIN, NOBODY, 1, &pause), BRAKE_ON);
	assert_false(b.held);
	now(&b, SENT_SLOW, NOBODY, 2, &pause);
	assert_int_equal(pause, 60 * 1000);
}

static void five_failures_in_a_row_are_the_sinks_own(void **state)
{
	static const int64_t want_s[] = { 30, 60, 120, 240, 300, 300 };
	struct brake b = { .at_once = 8 };
	int64_t pause = 7, at = 0;

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_int_equal(now(&b, SENT_AGAIN, NOBODY, at, &pause), BRAKE_ON);
	assert_int_equal(now(&b, SENT_DONE, NOBODY, at, &pause), BRAKE_ON);
	for (int i = 0; i < 4; i++)
		assert_int_equal(now(&b, SENT_AGAIN, NOBODY, at, &pause), BRAKE_ON);
	assert_int_equal(now(&b, SENT_GIVE_UP, NOBODY, at, &pause), BRAKE_ON);
	assert_int_equal(pause, 7);
	for (size_t i = 0; i < sizeof want_s / sizeof *want_s; i++) {
		assert_int_equal(now(&b, SENT_AGAIN, NOBODY, at, &pause), BRAKE_PAUSE);
		assert_int_equal(pause, want_s[i] * 1000);
		at += pause;
		assert_true(brake_over(&b, at));
		brake_let(&b);
	}
	assert_int_equal(now(&b, SENT_DONE, NOBODY, at, &pause), BRAKE_WELL);
	assert_int_equal(now(&b, SENT_AGAIN, NOBODY, at, &pause), BRAKE_ON);
}

static void what_began_before_the_pause_is_no_further_failure(void **state)
{
	struct brake b = { .at_once = 8, .failed = 4 };
	struct sent_result again = as(SENT_AGAIN, NOBODY);
	unsigned round = b.round;
	int64_t pause;

	(void)state;
	assert_int_equal(brake_result(&b, round, &again, 0, &pause), BRAKE_PAUSE);
	for (int i = 0; i < 7; i++)
		assert_int_equal(brake_result(&b, round, &again, 0, &pause), BRAKE_ON);
	assert_int_equal(b.failed, 5);
}

static void what_another_process_paused_is_paused_again_by_one_failure(void **state)
{
	static const enum sent failures[] = { SENT_AGAIN, SENT_STUCK, SENT_SLOW };
	int64_t pause;

	(void)state;
	for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
		struct brake b = { 0 };

		brake_paused(&b);
		assert_int_equal(now(&b, failures[i], NOBODY, 0, &pause), BRAKE_PAUSE);
		b = (struct brake){ 0 };
		brake_paused(&b);
		assert_int_equal(now(&b, SENT_DONE, NOBODY, 0, &pause), BRAKE_WELL);
	}
}

static void gone_is_until_somebody_resumes_it(void **state)
{
	struct brake b = { .at_once = 4 };
	struct sent_result stop = as(SENT_STOP, NOBODY), stuck = as(SENT_STUCK, 600);
	unsigned round = b.round;
	int64_t pause = 7;

	(void)state;
	assert_int_equal(brake_result(&b, round, &stop, 0, &pause), BRAKE_STOP);
	assert_int_equal(brake_result(&b, round, &stop, 0, &pause), BRAKE_ON);
	assert_int_equal(brake_result(&b, round, &stuck, 0, &pause), BRAKE_ON);
	assert_true(b.held);
	assert_false(brake_over(&b, INT64_MAX - 1));
	assert_int_equal(pause, 7);
	brake_let(&b);
	assert_int_equal(brake_room(&b, 8), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sink_that_nobody_knows_gets_one_send_at_a_time),
		cmocka_unit_test(what_goes_well_gets_more_and_never_more_than_there_is),
		cmocka_unit_test(one_failure_makes_it_one_at_a_time_without_a_pause),
		cmocka_unit_test(a_sink_that_is_not_there_is_looked_for_ever_more_rarely),
		cmocka_unit_test(a_sink_that_asks_for_less_is_left_alone_ever_longer),
		cmocka_unit_test(retry_after_is_honoured_where_it_is_later_and_believed_up_to_a_day),
		cmocka_unit_test(what_began_before_the_pause_counts_once),
		cmocka_unit_test(what_began_before_the_pause_may_ask_for_a_longer_one),
		cmocka_unit_test(what_began_before_the_pause_does_not_prove_that_it_is_well),
		cmocka_unit_test(the_first_that_goes_well_after_a_pause_ends_the_row),
		cmocka_unit_test(a_failure_after_a_pause_neither_ends_the_row_nor_begins_a_pause),
		cmocka_unit_test(five_failures_in_a_row_are_the_sinks_own),
		cmocka_unit_test(what_began_before_the_pause_is_no_further_failure),
		cmocka_unit_test(what_another_process_paused_is_paused_again_by_one_failure),
		cmocka_unit_test(gone_is_until_somebody_resumes_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
