/* In which pieces of time a PSP is asked, and where the mark stands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "recon/windows.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

#define MIN (60 * INT64_C(1000))
#define HOUR (60 * MIN)
#define DAY (24 * HOUR)
#define NOW (20000 * DAY)

static struct windows planned(const int64_t *since, const int64_t *until, int64_t mark)
{
	struct windows w;
	struct err e = { 0 };

	if (!windows_plan(&w, since, until, mark, NOW, DAY, false, &e))
		fail_msg("%s", e.text);
	return w;
}

static void the_first_run_looks_seven_days_back_and_leaves_the_last_minute(void **state)
{
	struct windows w = planned(NULL, NULL, 0);
	struct window p;
	int64_t end = NOW - MIN - 7 * DAY;
	int n = 0;

	(void)state;
	for (; windows_next(&w, &p); windows_done(&w), n++) {
		assert_int_equal(p.from_ms, end);		/* nothing between two pieces */
		assert_int_equal(p.since_ms, n ? end - 10 * MIN : end);
		assert_true(p.to_ms > p.from_ms && p.to_ms - p.from_ms <= DAY);
		end = p.to_ms;
	}
	assert_int_equal(n, 7);
	assert_int_equal(end, NOW - MIN);
}

static void the_next_run_begins_an_hour_before_the_mark(void **state)
{
	struct windows w = planned(NULL, NULL, NOW - 3 * HOUR);
	struct window p;

	(void)state;
	assert_true(windows_next(&w, &p));
	assert_int_equal(p.from_ms, NOW - 4 * HOUR);
	assert_int_equal(p.to_ms, NOW - MIN);
	windows_done(&w);
	assert_false(windows_next(&w, &p));
}

static void a_mark_in_times_to_come_is_of_a_clock_that_was_wrong(void **state)
{
	struct windows w = planned(NULL, NULL, NOW + 9 * DAY);

	(void)state;
	assert_int_equal(w.since_ms, NOW - MIN - HOUR);
	assert_int_equal(w.until_ms, NOW - MIN);
}

static void what_was_asked_for_counts(void **state)
{
	const int64_t since = NOW - 40 * DAY, until = NOW - 39 * DAY - HOUR, later = NOW + DAY;
	struct windows w = planned(&since, &until, NOW - HOUR);
	struct err e = { 0 };
	struct window p;

	(void)state;
	assert_true(windows_next(&w, &p));
	assert_int_equal(p.from_ms, since);
	assert_int_equal(p.to_ms, until);
	w = planned(&since, &later, 0);
	assert_int_equal(w.until_ms, NOW);	/* what is to come is not asked for */
	assert_false(windows_plan(&w, &until, &since, 0, NOW, DAY, false, &e));
	assert_int_equal(e.code, ERR_USAGE);
	assert_false(windows_plan(&w, &since, &since, 0, NOW, DAY, false, &e));
}

static void a_piece_that_was_not_whole_is_asked_for_in_halves(void **state)
{
	struct windows w = planned(NULL, NULL, 0);
	struct window p;
	int64_t from = w.since_ms;

	(void)state;
	assert_true(windows_halve(&w));
	assert_true(windows_next(&w, &p));
	assert_int_equal(p.to_ms - from, 12 * HOUR);
	assert_true(windows_halve(&w));
	assert_false(windows_halve(&w));	/* a quarter of a day, and no shorter */
	assert_true(windows_next(&w, &p));
	assert_int_equal(p.to_ms - from, 6 * HOUR);
	windows_done(&w);
	assert_true(windows_next(&w, &p));
	assert_int_equal(p.from_ms, from + 6 * HOUR);
	assert_int_equal(p.to_ms - p.from_ms, 12 * HOUR);	/* longer again, by and by */
	windows_done(&w);
	assert_true(windows_next(&w, &p));
	assert_int_equal(p.to_ms - p.from_ms, DAY);
}

static void where_one_page_is_given_a_piece_may_be_five_minutes(void **state)
{
	const int64_t since = NOW - DAY, until = NOW - DAY + 21 * MIN;
	struct windows w;
	struct window p;

	(void)state;
	assert_true(windows_plan(&w, &since, &until, 0, NOW, DAY, true, NULL));
	assert_true(windows_halve(&w));
	assert_true(windows_halve(&w));
	assert_false(windows_halve(&w));
	assert_true(windows_next(&w, &p));
	assert_int_equal(p.to_ms - p.from_ms, 21 * MIN / 4);
	for (int n = 0; windows_next(&w, &p); n++) {
		windows_done(&w);
		assert_true(n < 4);
	}
	assert_int_equal(p.to_ms, until);
}

static void the_mark_moves_on_over_what_was_looked_at_alone(void **state)
{
	static const struct {
		int64_t mark, from, to, settled, want;
	} rows[] = {
		{ 0, 100, 200, 999, 200 },		/* the first */
		{ 150, 100, 200, 999, 200 },		/* on */
		{ 100, 100, 200, 999, 200 },		/* right behind */
		{ 100, 101, 200, 999, 100 },		/* a hole between */
		{ 300, 100, 200, 999, 300 },		/* never back */
		{ 150, 100, 200, 180, 180 },		/* what is younger may be on its way */
		{ 190, 100, 200, 180, 190 },
		{ 0, 100, 200, 50, 50 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct window done = { .since_ms = rows[i].from, .from_ms = rows[i].from, .to_ms = rows[i].to };

		assert_int_equal(windows_mark(rows[i].mark, &done, rows[i].settled), rows[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_run_looks_seven_days_back_and_leaves_the_last_minute),
		cmocka_unit_test(the_next_run_begins_an_hour_before_the_mark),
		cmocka_unit_test(a_mark_in_times_to_come_is_of_a_clock_that_was_wrong),
		cmocka_unit_test(what_was_asked_for_counts),
		cmocka_unit_test(a_piece_that_was_not_whole_is_asked_for_in_halves),
		cmocka_unit_test(where_one_page_is_given_a_piece_may_be_five_minutes),
		cmocka_unit_test(the_mark_moves_on_over_what_was_looked_at_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
