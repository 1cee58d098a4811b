#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/money.h"

static const int64_t NONE = -1;

static int64_t bcb(const char *text)
{
	int64_t cents = NONE;

	return money_cents(text, MONEY_BCB, &cents) ? cents : NONE;
}

static int64_t decimal(const char *text)
{
	int64_t cents = NONE;

	return money_cents(text, MONEY_DECIMAL, &cents) ? cents : NONE;
}

static void bcb_amounts_become_centavos(void **state)
{
	(void)state;
	assert_int_equal(bcb("0.00"), 0);
	assert_int_equal(bcb("0.01"), 1);
	assert_int_equal(bcb("110.10"), 11010);
	assert_int_equal(bcb("0000000007.50"), 750);
	assert_int_equal(bcb("9999999999.99"), INT64_C(999999999999));
}

static void bcb_takes_exactly_two_decimals(void **state)
{
	(void)state;
	assert_int_equal(bcb("1"), NONE);
	assert_int_equal(bcb("1."), NONE);
	assert_int_equal(bcb("1.0"), NONE);
	assert_int_equal(bcb("1.000"), NONE);
	assert_int_equal(bcb(".50"), NONE);
}

static void eleven_digits_are_too_many(void **state)
{
	(void)state;
	assert_int_equal(bcb("10000000000.00"), NONE);
	assert_int_equal(decimal("10000000000"), NONE);
	assert_int_equal(decimal("99999999999999999999999.00"), NONE);
}

static void decimal_takes_fewer_decimals(void **state)
{
	(void)state;
	assert_int_equal(decimal("12.34"), 1234);
	assert_int_equal(decimal("10.0"), 1000);
	assert_int_equal(decimal("10"), 1000);
	assert_int_equal(decimal("0.1"), 10);
	assert_int_equal(decimal("0"), 0);
	assert_int_equal(decimal("9999999999"), INT64_C(999999999900));
}

static void decimal_takes_more_decimals_only_where_they_are_zero(void **state)
{
	(void)state;
	assert_int_equal(decimal("12.3400"), 1234);
	assert_int_equal(decimal("12.345"), NONE);
	assert_int_equal(decimal("12.3401"), NONE);
	assert_int_equal(decimal("0.0000000000000000000000001"), NONE);
}

static void signs_exponents_spaces_and_words_are_refused(void **state)
{
	static const char *const wrong[] = {
		"", " ", ".", "-1.00", "+1.00", "1e2", "1.00e0", " 1.00", "1.00 ", "1,00", "1.0a", "R$ 1.00", "1.00.00", "NaN", "0x10", "1\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		assert_int_equal(bcb(wrong[i]), NONE);
		assert_int_equal(decimal(wrong[i]), NONE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bcb_amounts_become_centavos),
		cmocka_unit_test(bcb_takes_exactly_two_decimals),
		cmocka_unit_test(eleven_digits_are_too_many),
		cmocka_unit_test(decimal_takes_fewer_decimals),
		cmocka_unit_test(decimal_takes_more_decimals_only_where_they_are_zero),
		cmocka_unit_test(signs_exponents_spaces_and_words_are_refused),
	};

	return cmocka_run_group_tests_name("money", tests, NULL, NULL);
}
