#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/buf.h"

static void what_is_added_stands_in_order_with_a_nul_behind(void **state)
{
	struct buf b = BUF(100);

	(void)state;
	assert_string_equal(buf_str(&b), "");
	assert_true(buf_puts(&b, "one "));
	assert_true(buf_putf(&b, "%d ", 22));
	assert_true(buf_add(&b, "3\0x", 1));
	assert_string_equal(buf_str(&b), "one 22 3");
	assert_int_equal(b.len, 8);
	buf_free(&b);
}

static void any_bytes_are_kept(void **state)
{
	struct buf b = BUF(100);

	(void)state;
	assert_true(buf_add(&b, "\0\xff\0", 3));
	assert_int_equal(b.len, 3);
	assert_memory_equal(b.data, "\0\xff\0\0", 4);
	buf_free(&b);
}

static void the_ceiling_is_reached_and_never_passed(void **state)
{
	struct buf b = BUF(5);

	(void)state;
	assert_true(buf_puts(&b, "abc"));
	assert_false(buf_puts(&b, "def"));
	assert_string_equal(buf_str(&b), "abc");
	assert_false(buf_putf(&b, "%03d", 7));
	assert_string_equal(buf_str(&b), "abc");
	assert_int_equal(b.len, 3);
	assert_true(buf_putf(&b, "%02d", 7));
	assert_string_equal(buf_str(&b), "abc07");
	assert_true(buf_add(&b, "", 0));
	assert_false(buf_add(&b, "x", 1));
	assert_false(buf_add(&b, "x", SIZE_MAX));
	buf_free(&b);
}

static void reset_empties_and_keeps_the_memory(void **state)
{
	struct buf b = BUF(100);
	char *was;

	(void)state;
	buf_reset(&b);
	assert_true(buf_puts(&b, "abc"));
	was = b.data;
	buf_reset(&b);
	assert_string_equal(buf_str(&b), "");
	assert_true(buf_puts(&b, "d"));
	assert_ptr_equal(b.data, was);
	assert_string_equal(buf_str(&b), "d");
	buf_free(&b);
}

static void it_grows_past_its_first_memory(void **state)
{
	struct buf b = BUF(10000);

	(void)state;
	for (int i = 0; i < 10000; i++)
		assert_true(buf_add(&b, &"0123456789"[i % 10], 1));
	assert_false(buf_add(&b, "x", 1));
	assert_int_equal(strlen(buf_str(&b)), 10000);
	assert_memory_equal(b.data + 9990, "0123456789", 11);
	buf_free(&b);
}

static void free_is_safe_twice_and_on_a_zeroed_one(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_free(&b);
	b.max = 10;
	assert_true(buf_puts(&b, "a"));
	buf_free(&b);
	buf_free(&b);
	assert_string_equal(buf_str(&b), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_added_stands_in_order_with_a_nul_behind),
		cmocka_unit_test(any_bytes_are_kept),
		cmocka_unit_test(the_ceiling_is_reached_and_never_passed),
		cmocka_unit_test(reset_empties_and_keeps_the_memory),
		cmocka_unit_test(it_grows_past_its_first_memory),
		cmocka_unit_test(free_is_safe_twice_and_on_a_zeroed_one),
	};

	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
