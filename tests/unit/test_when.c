#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

#include "lib/when.h"

static const int64_t NONE = -1;

static int64_t utc(const char *text)
{
	int64_t ms = NONE;

	return when_parse(text, WHEN_NO_ZONE, &ms) ? ms : NONE;
}

static void utc_times_become_milliseconds(void **state)
{
	(void)state;
	assert_int_equal(utc("1970-01-01T00:00:00Z"), 0);
	assert_int_equal(utc("2026-11-21T12:00:00.123Z"), INT64_C(1795262400123));
	assert_int_equal(utc("2000-02-29T23:59:59Z"), INT64_C(951868799000));
	assert_int_equal(utc("1969-12-31T23:59:59.500Z"), -500);
}

static void space_and_lower_case_are_taken(void **state)
{
	(void)state;
	assert_int_equal(utc("1970-01-01 00:00:01z"), 1000);
	assert_int_equal(utc("1970-01-01t00:00:01Z"), 1000);
}

static void offsets_are_counted_out(void **state)
{
	(void)state;
	assert_int_equal(utc("1970-01-01T00:00:00-03:00"), 3 * 3600 * 1000);
	assert_int_equal(utc("1970-01-01T05:45:00+05:45"), 0);
	assert_int_equal(utc("1970-01-01T00:00:00-00:00"), 0);
}

static void fractions_of_1_to_9_digits_are_cut_to_milliseconds(void **state)
{
	(void)state;
	assert_int_equal(utc("1970-01-01T00:00:00.5Z"), 500);
	assert_int_equal(utc("1970-01-01T00:00:00.76Z"), 760);
	assert_int_equal(utc("1970-01-01T00:00:00.1239999Z"), 123);
	assert_int_equal(utc("1970-01-01T00:00:00.999999999Z"), 999);
	assert_int_equal(utc("1970-01-01T00:00:00.1234567890Z"), NONE);
	assert_int_equal(utc("1970-01-01T00:00:00.Z"), NONE);
}

static void a_missing_offset_is_assumed_or_refused(void **state)
{
	int64_t ms = NONE;

	(void)state;
	assert_int_equal(utc("1970-01-01T00:00:00"), NONE);
	assert_true(when_parse("1970-01-01T00:00:00", -180, &ms));
	assert_int_equal(ms, 3 * 3600 * 1000);
	assert_true(when_parse("1970-01-01T00:00:00Z", -180, &ms));
	assert_int_equal(ms, 0);
}

static void dates_that_do_not_exist_are_refused(void **state)
{
	static const char *const wrong[] = {
		"2024-13-01T00:00:00Z", "2024-00-01T00:00:00Z", "2024-02-30T00:00:00Z", "2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
		"2024-04-31T00:00:00Z", "2024-01-00T00:00:00Z", "2024-01-32T00:00:00Z", "0000-01-01T00:00:00Z",
		"2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z", "2024-01-01T00:00:61Z", "2024-01-01T00:00:00+24:00", "2024-01-01T00:00:00+00:60",
		"0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01",
	};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		if (utc(wrong[i]) != NONE)
			fail_msg("%s was taken", wrong[i]);
}

static void other_forms_are_refused(void **state)
{
	static const char *const wrong[] = {
		"", "2024", "2024-01-01", "2024-01-01T00:00Z", "24-01-01T00:00:00Z", "2024-1-01T00:00:00Z", "2024-01-01_00:00:00Z",
		"2024-01-01T00:00:00Z ", " 2024-01-01T00:00:00Z", "2024-01-01T00:00:00+03", "2024-01-01T00:00:00+0300",
		"2024-01-01T00:00:00 -03:00", "2024-01-01T00:00:00,5Z", "2024-01-01T-1:00:00Z", "20240101T000000Z", "+024-01-01T00:00:00Z",
	};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		if (utc(wrong[i]) != NONE)
			fail_msg("%s was taken", wrong[i]);
}

static void a_leap_second_is_the_last_of_a_utc_day(void **state)
{
	(void)state;
	assert_int_equal(utc("2016-12-31T23:59:60Z"), utc("2017-01-01T00:00:00Z"));
	assert_int_equal(utc("2016-12-31T20:59:60-03:00"), utc("2017-01-01T00:00:00Z"));
	assert_int_equal(utc("1968-12-31T23:59:60Z"), utc("1969-01-01T00:00:00Z"));
	assert_int_equal(utc("2016-12-31T12:00:60Z"), NONE);
	assert_int_equal(utc("2016-12-31T23:59:60-03:00"), NONE);
}

static void a_refusal_leaves_the_result_as_it_was(void **state)
{
	int64_t ms = 42;

	(void)state;
	assert_false(when_parse("2024-01-01T00:00:60Z", WHEN_NO_ZONE, &ms));
	assert_int_equal(ms, 42);
}

static void every_day_of_ten_thousand_years_agrees_with_the_c_library(void **state)
{
	char text[WHEN_TEXT];
	int64_t ms;

	(void)state;
	for (int64_t day = -719162; day <= 2932896; day += 1) {
		when_format(day * 86400000 + 45296789, text);
		if (!when_parse(text, WHEN_NO_ZONE, &ms) || ms != day * 86400000 + 45296789)
			fail_msg("%s", text);
	}
}

static void times_are_written_in_utc_with_milliseconds(void **state)
{
	char text[WHEN_TEXT];

	(void)state;
	when_format(INT64_C(1795262400123), text);
	assert_string_equal(text, "2026-11-21T12:00:00.123Z");
	when_format(-1, text);
	assert_string_equal(text, "1969-12-31T23:59:59.999Z");
	when_format(INT64_C(-62135596800000), text);
	assert_string_equal(text, "0001-01-01T00:00:00.000Z");
	when_format(INT64_C(253402300799999), text);
	assert_string_equal(text, "9999-12-31T23:59:59.999Z");
}

static void years_outside_1_to_9999_are_written_as_nothing(void **state)
{
	static const int64_t outside[] = { INT64_C(-62135596800001), INT64_C(253402300800000), INT64_MIN, INT64_MAX };
	char text[WHEN_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
		text[0] = 'x';
		when_format(outside[i], text);
		assert_string_equal(text, "");
	}
}

static void now_is_the_wall_clock(void **state)
{
	int64_t before = (int64_t)time(NULL) * 1000, now = when_now();

	(void)state;
	assert_in_range(now, before - 1000, before + 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utc_times_become_milliseconds),
		cmocka_unit_test(space_and_lower_case_are_taken),
		cmocka_unit_test(offsets_are_counted_out),
		cmocka_unit_test(fractions_of_1_to_9_digits_are_cut_to_milliseconds),
		cmocka_unit_test(a_missing_offset_is_assumed_or_refused),
		cmocka_unit_test(dates_that_do_not_exist_are_refused),
		cmocka_unit_test(other_forms_are_refused),
		cmocka_unit_test(a_leap_second_is_the_last_of_a_utc_day),
		cmocka_unit_test(a_refusal_leaves_the_result_as_it_was),
		cmocka_unit_test(every_day_of_ten_thousand_years_agrees_with_the_c_library),
		cmocka_unit_test(times_are_written_in_utc_with_milliseconds),
		cmocka_unit_test(years_outside_1_to_9999_are_written_as_nothing),
		cmocka_unit_test(now_is_the_wall_clock),
	};

	return cmocka_run_group_tests_name("when", tests, NULL, NULL);
}
