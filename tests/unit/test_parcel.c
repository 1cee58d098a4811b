#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#undef fail	/* ours is the one in lib/err.h */

#include "deliver/parcel.h"
#include "deliver/schedule.h"

enum { NOW = 1000000, HOUR = 3600 * 1000 };

static char hook_name[] = "loja";
static const struct hook hook = { .name = hook_name };
static struct outlet outlet = { .hook = &hook };

static void what_the_inbox_told_of_is_copied(void **state)
{
	char psp[] = "efi", delivery[] = "pending", source[] = "webhook", why[] = "unread", bytes[] = "{\0\"n\":1}";
	struct inbox_row row = { .id = 7, .note = 3, .hook = "loja", .psp = psp, .delivery = delivery, .source = source, .event.cents = 12 };
	struct inbox_job job = { .row = &row, .tries = 2 };
	struct inbox_body body = { .id = 3, .hook = "loja", .psp = psp, .event = "", .why = why, .source = source, .body = bytes,
				   .body_len = sizeof bytes - 1 };
	struct parcel *p = parcel_new(&job, &outlet, 55);

	(void)state;
	parcel_body(&body, p);
	memset(psp, 'x', 3);
	memset(delivery, 'x', 3);
	memset(source, 'x', 3);
	memset(why, 'x', 3);
	memset(bytes, 'x', sizeof bytes);
	assert_string_equal(p->row.psp, "efi");
	assert_string_equal(p->row.delivery, "pending");
	assert_string_equal(p->row.source, "webhook");
	assert_ptr_equal(p->row.hook, hook_name);
	assert_int_equal(p->row.id, 7);
	assert_int_equal(p->row.event.cents, 12);
	assert_int_equal(p->tries, 2);
	assert_int_equal(p->taken_ms, 55);
	assert_non_null(p->body);
	assert_string_equal(p->body->why, "unread");
	assert_int_equal(p->body->body_len, 8);
	assert_memory_equal(p->body->body, "{\0\"n\":1}", 9);
	parcel_free(p);
	parcel_free(NULL);
}

static void a_body_that_was_taken_away_is_none(void **state)
{
	struct inbox_row row = { .id = 7, .hook = "loja" };
	struct inbox_job job = { .row = &row };
	struct inbox_body body = { .hook = "loja", .body = "", .purged = true };
	struct parcel *p = parcel_new(&job, &outlet, 0);

	(void)state;
	parcel_body(&body, p);
	assert_null(p->body);
	parcel_free(p);
}

/* tries: before this one. */
static struct parcel judged(bool tried, enum sent how, int tries, int retry_after_s)
{
	struct parcel p = { .tried = tried, .tries = tries, .result = { .how = how, .retry_after_s = retry_after_s } };

	parcel_judge(&p, NOW, 0);
	assert_int_equal(p.settled_ms, NOW);
	return p;
}

static void how_it_went_says_what_becomes_of_it(void **state)
{
	static const struct {
		bool tried;
		enum sent how;
		int tries;
		enum inbox_outcome outcome;
	} rows[] = {
		{ true, SENT_DONE, 0, JOB_DONE }, { true, SENT_DONE, 99, JOB_DONE },
		{ true, SENT_GIVE_UP, 0, JOB_DEAD },
		{ true, SENT_STOP, 0, JOB_BACK }, { true, SENT_STOP, 99, JOB_BACK },
		{ true, SENT_AGAIN, 0, JOB_AGAIN }, { true, SENT_SLOW, 0, JOB_AGAIN }, { true, SENT_STUCK, 0, JOB_AGAIN },
		{ true, SENT_AGAIN, 8, JOB_AGAIN }, { true, SENT_AGAIN, 9, JOB_DEAD },
		{ true, SENT_SLOW, 9, JOB_DEAD }, { true, SENT_STUCK, 9, JOB_DEAD },
		{ false, SENT_DONE, 0, JOB_BACK },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(judged(rows[i].tried, rows[i].how, rows[i].tries, -1).outcome, rows[i].outcome);
}

static void it_is_due_by_the_schedule_or_later_where_the_sink_asks(void **state)
{
	(void)state;
	assert_int_equal(judged(true, SENT_AGAIN, 0, -1).due_ms, NOW + 5000);
	assert_int_equal(judged(true, SENT_AGAIN, 1, -1).due_ms, NOW + 300 * 1000);
	assert_int_equal(judged(true, SENT_AGAIN, 8, -1).due_ms, NOW + 24 * HOUR);
	assert_int_equal(judged(true, SENT_AGAIN, 0, 3).due_ms, NOW + 5000);
	assert_int_equal(judged(true, SENT_SLOW, 0, 7200).due_ms, NOW + 2 * HOUR);
	assert_int_equal(judged(true, SENT_SLOW, 0, INT32_MAX).due_ms, NOW + 24 * HOUR);
	assert_int_equal(judged(true, SENT_STOP, 3, 7200).due_ms, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_inbox_told_of_is_copied),
		cmocka_unit_test(a_body_that_was_taken_away_is_none),
		cmocka_unit_test(how_it_went_says_what_becomes_of_it),
		cmocka_unit_test(it_is_due_by_the_schedule_or_later_where_the_sink_asks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
