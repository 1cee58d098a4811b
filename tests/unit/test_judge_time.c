#include "judge_scene.h"

static const int patience[MODES] = { 60000, 60000, 1000, 300, 0 };

static void the_slowest_counts_against_the_psps_patience(void **state)
{
	(void)state;
	for (int mode = 0; mode < MODES; mode++) {
		bool known = patience[mode];
		struct scene x;

		healthy(&x, (enum mode)mode);
		x.s.ms[3] = patience[mode] / 2;
		expect(&x, "");
		x.s.ms[3] = patience[mode] / 2 + 1;
		expect(&x, known ? "time.answer:warn" : "");
		x.s.ms[3] = patience[mode];
		expect(&x, known ? "time.answer:warn" : "");
		x.s.ms[3] = patience[mode] + 1;
		expect(&x, known ? "time.answer:fail" : "");
	}
}

static void one_that_failed_is_a_failure(void **state)
{
	(void)state;
	for (int mode = 0; mode < MODES; mode++) {
		struct scene x;

		healthy(&x, (enum mode)mode);
		x.s.ms[9] = -1;
		expect(&x, "time.answer:fail");
		seen_says(&x, "time.answer", "1 of 10 pings got no 2xx in time");
		x.s.tries = 9;
		expect(&x, "");
		for (int i = 0; i < SEEN_TRIES; i++)
			x.s.ms[i] = -1;
		expect(&x, "time.answer:fail");
		x.s.tries = 0;
		expect(&x, "");
	}
}

static void the_middle_and_the_slowest_are_told(void **state)
{
	static const int ms[SEEN_TRIES] = { 90, 10, 80, 20, 70, 30, 60, 40, 50, 100 };
	struct scene x;

	(void)state;
	healthy(&x, MODE_BS2);
	memcpy(x.s.ms, ms, sizeof ms);
	seen_says(&x, "time.answer", "p50 50 ms, p99 100 ms; the PSP waits for 1000 ms");
	x.s.tries = 1;
	seen_says(&x, "time.answer", "p50 90 ms, p99 90 ms");
	x.s.tries = 1000;	/* more than there is room for */
	seen_says(&x, "time.answer", "p99 100 ms");
}

MAIN("judge_time",
	cmocka_unit_test(the_slowest_counts_against_the_psps_patience),
	cmocka_unit_test(one_that_failed_is_a_failure),
	cmocka_unit_test(the_middle_and_the_slowest_are_told))
