#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "emul/schedule.h"
#include "pix/psp.h"

#define AT 1795867200000	/* milliseconds: 2026-11-28T12:00:00Z */
#define MINUTE 60000

/* Plays one notice that is never taken; each attempt takes no time. Returns how many attempts there were. */
static int play(const char *name, double scale, const int64_t *minutes, int n)
{
	const struct schedule *s = schedule_find(name);
	int64_t at = AT, before = AT;
	int made = 1;

	assert_non_null(s);
	while (schedule_after(s, made, 503, at, scale, &at) == SCHEDULE_AGAIN) {
		assert_true(made <= n);
		assert_int_equal(at - before, (int64_t)((double)(minutes[made - 1] * MINUTE) * scale));
		before = at;
		made++;
	}
	return made;
}

static void efi_2024_tries_ten_times_more_at_the_published_minutes(void **state)
{
	static const int64_t minutes[] = { 5, 10, 20, 40, 80, 160, 320, 640, 1280, 52560 };

	(void)state;
	assert_int_equal(play("efi-2024", 1, minutes, 10), 11);
}

static void efi_2026_tries_nine_times_at_the_published_minutes(void **state)
{
	static const int64_t minutes[] = { 5, 5, 5, 10, 20, 40, 80, 160 };

	(void)state;
	assert_int_equal(play("efi-2026", 1, minutes, 8), 9);
}

static void a_scale_of_a_thousandth_is_a_thousand_times_faster(void **state)
{
	static const int64_t minutes[] = { 5, 5, 5, 10, 20, 40, 80, 160 };

	(void)state;
	assert_int_equal(play("efi-2026", 0.001, minutes, 8), 9);
}

static void the_wait_counts_from_the_end_of_the_failed_attempt(void **state)
{
	int64_t at = 0;

	(void)state;
	assert_int_equal(schedule_after(schedule_find("efi-2026"), 1, 0, AT + 60000, 1, &at), SCHEDULE_AGAIN);
	assert_int_equal(at, AT + 60000 + 5 * MINUTE);
}

static void any_2xx_ends_it_and_nothing_else_does(void **state)
{
	static const long taken[] = { 200, 201, 202, 204, 299 }, failed[] = { 0, -1, 100, 199, 300, 301, 400, 404, 429, 500, 503, 599 };
	const struct schedule *s = schedule_find("efi-2024");
	int64_t at = 7;

	(void)state;
	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
		assert_int_equal(schedule_after(s, 1, taken[i], AT, 1, &at), SCHEDULE_DONE);
	assert_int_equal(at, 7);
	for (size_t i = 0; i < sizeof failed / sizeof *failed; i++)
		assert_int_equal(schedule_after(s, 1, failed[i], AT, 1, &at), SCHEDULE_AGAIN);
	assert_int_equal(schedule_after(s, 11, 200, AT, 1, &at), SCHEDULE_DONE);	/* the last one counts as well */
}

static void behind_the_last_attempt_nothing_comes_and_the_time_is_untouched(void **state)
{
	int64_t at = 7;

	(void)state;
	assert_int_equal(schedule_after(schedule_find("efi-2024"), 11, 500, AT, 1, &at), SCHEDULE_GIVEN_UP);
	assert_int_equal(schedule_after(schedule_find("efi-2024"), 12, 500, AT, 1, &at), SCHEDULE_GIVEN_UP);
	assert_int_equal(schedule_after(schedule_find("efi-2024"), 0, 500, AT, 1, &at), SCHEDULE_GIVEN_UP);
	assert_int_equal(at, 7);
}

static void without_a_schedule_there_is_one_attempt(void **state)
{
	int64_t at = 7;

	(void)state;
	assert_int_equal(schedule_after(NULL, 1, 500, AT, 1, &at), SCHEDULE_GIVEN_UP);
	assert_int_equal(schedule_after(NULL, 1, 200, AT, 1, &at), SCHEDULE_DONE);
	assert_int_equal(at, 7);
}

/* Seconds from the first attempt to the beginning of attempt n, each failing at once; -1: there is none. */
static int64_t offset(const struct schedule *s, int n)
{
	int64_t at = 0;

	for (int made = 1; made < n; made++)
		if (schedule_after(s, made, 500, at, 1, &at) != SCHEDULE_AGAIN)
			return -1;
	return at / 1000;
}

static void offsets_add_up(void **state)
{
	const struct schedule *s = schedule_find("efi-2026");

	(void)state;
	assert_int_equal(offset(s, 1), 0);
	assert_int_equal(offset(s, 2), 5 * 60);
	assert_int_equal(offset(s, 5), 25 * 60);
	assert_int_equal(offset(s, 9), 325 * 60);
	assert_int_equal(offset(s, 10), -1);
	assert_int_equal(offset(schedule_find("efi-2024"), 10), 2555 * 60);
}

static void each_psp_with_a_schedule_has_one_that_is_there(void **state)
{
	(void)state;
	assert_ptr_equal(schedule_of("efi"), schedule_find("efi-2026"));
	assert_ptr_equal(schedule_of("bs2"), schedule_find("bs2"));
	assert_ptr_equal(schedule_of("bs2-indirect"), schedule_find("bs2"));
	assert_null(schedule_of("bacen"));
	assert_null(schedule_find("efi-2025"));
	for (const struct schedule *s = schedules; s->name; s++) {
		assert_true(s->waits > 0 && s->source);
		for (int i = 0; i < s->waits; i++)
			assert_true(s->wait_s[i] > 0);
	}
	assert_false(schedule_find("bs2")->published);
	assert_true(schedule_find("efi-2024")->published);
}

static void a_scale_is_a_plain_number_above_nothing(void **state)
{
	static const char *const bad[] = { "", "0", "0.0", "-1", "1e3", "inf", "nan", " 1", "1 ", "1,5", "0x1", ".", "1.2.3", "1001", "+1", "000000000000000000001" };
	double scale = 9;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (schedule_scale(bad[i], &scale))
			fail_msg("taken: '%s'", bad[i]);
	assert_true(scale > 8.9 && scale < 9.1);
	assert_true(schedule_scale("0.001", &scale));
	assert_true(scale > 0.00099 && scale < 0.00101);
	assert_true(schedule_scale("1000", &scale));
	assert_true(scale > 999.9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(efi_2024_tries_ten_times_more_at_the_published_minutes),
		cmocka_unit_test(efi_2026_tries_nine_times_at_the_published_minutes),
		cmocka_unit_test(a_scale_of_a_thousandth_is_a_thousand_times_faster),
		cmocka_unit_test(the_wait_counts_from_the_end_of_the_failed_attempt),
		cmocka_unit_test(any_2xx_ends_it_and_nothing_else_does),
		cmocka_unit_test(behind_the_last_attempt_nothing_comes_and_the_time_is_untouched),
		cmocka_unit_test(without_a_schedule_there_is_one_attempt),
		cmocka_unit_test(offsets_add_up),
		cmocka_unit_test(each_psp_with_a_schedule_has_one_that_is_there),
		cmocka_unit_test(a_scale_is_a_plain_number_above_nothing),
	};

	return cmocka_run_group_tests_name("schedule", tests, NULL, NULL);
}
