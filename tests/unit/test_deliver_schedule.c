#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stddef.h>
#include <cmocka.h>
#undef fail	/* ours is the one in lib/err.h */

#include "deliver/schedule.h"
#include "inbox/inbox.h"

/* Standard Webhooks 1.0.0, the table below "Example retry schedule": "Time since start" of each try. */
enum { TRIES = 10 };	/* in all, the first included: Standard Webhooks 1.0.0 */

static void without_luck_the_tries_are_at_the_published_times(void **state)
{
	static const int64_t at_s[] = { 0, 5, 305, 2105, 9305, 27305, 63305, 113705, 185705, 272105 };
	int64_t since = 0, wait;
	int tries;

	(void)state;
	for (tries = 1; schedule_next(tries, 0, &wait); tries++) {
		assert_int_equal(since, at_s[tries - 1] * 1000);
		since += wait;
	}
	assert_int_equal(since, at_s[9] * 1000);
	assert_int_equal(tries, 10);
}

static void a_wait_is_never_shorter_and_at_most_a_fifth_longer(void **state)
{
	int64_t least, wait;

	(void)state;
	for (int tries = 1; tries < TRIES; tries++) {
		assert_true(schedule_next(tries, 0, &least));
		for (unsigned chance = 0; chance <= 0xffff; chance += 257) {
			assert_true(schedule_next(tries, chance, &wait));
			assert_true(wait >= least && wait <= least + least / 5);
		}
		assert_int_equal(wait, least + least / 5);
		assert_true(schedule_next(tries, 0x8000, &wait));
		assert_true(wait > least + least / 11 && wait < least + least / 9);
	}
}

static void the_last_try_has_no_next(void **state)
{
	int64_t wait = 42;

	(void)state;
	assert_false(schedule_next(TRIES, 0, &wait));
	assert_false(schedule_next(1000, 0xffff, &wait));
	assert_int_equal(wait, 42);
}

/* What is due further ahead is taken to be there because of a clock that was set back, and is tried at once. */
static void no_wait_is_further_ahead_than_the_inbox_allows(void **state)
{
	int64_t wait;

	(void)state;
	for (int tries = 1; tries < TRIES; tries++) {
		assert_true(schedule_next(tries, 0xffff, &wait));
		assert_true(wait < INBOX_AHEAD_MS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_luck_the_tries_are_at_the_published_times),
		cmocka_unit_test(a_wait_is_never_shorter_and_at_most_a_fifth_longer),
		cmocka_unit_test(the_last_try_has_no_next),
		cmocka_unit_test(no_wait_is_further_ahead_than_the_inbox_allows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
