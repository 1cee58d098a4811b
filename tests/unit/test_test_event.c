/* pix/test_event.c: what `pixgate check` sends is known again, and nothing else is taken for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "pix/test_event.h"

static void both_forms_are_known(void **state)
{
	(void)state;
	assert_true(pix_is_test("E99999999202611221200PIXGATETEST"));
	assert_true(pix_is_test("RN9999999920261122PIXGATETEST"));
}

static void the_lengths_are_those_of_the_standard(void **state)
{
	char e2eid[64], idrec[64];

	(void)state;
	snprintf(e2eid, sizeof e2eid, "%s%0*d%s", PIX_TEST_E2EID, PIX_TEST_E2EID_DIGITS, 0, PIX_TEST_END);
	snprintf(idrec, sizeof idrec, "%s%0*d%s", PIX_TEST_IDREC, PIX_TEST_IDREC_DIGITS, 0, PIX_TEST_END);
	assert_int_equal(strlen(e2eid), PIX_TEST_E2EID_LEN);
	assert_int_equal(strlen(idrec), PIX_TEST_IDREC_LEN);
	assert_true(pix_is_test(e2eid));
	assert_true(pix_is_test(idrec));
}

static void a_payment_is_none(void **state)
{
	static const char *const ids[] = {
		"", "E", "E99999999", "E09089356202012211340API9f1b1d6b", "RN0908935620261122ABCDEFGHIJK",
		"E99999998202611221200PIXGATETEST",		/* another bank */
		"E99999999202611221200PIXGATETESTX",		/* more behind it */
		"E99999999202611221200PIXGATETES",		/* less */
		"E9999999920261122120PIXGATETEST",		/* a digit less */
		"E999999992026112212000PIXGATETEST",		/* one more */
		"E9999999920261122120xPIXGATETEST",		/* no digit */
		"E99999999202611221200pixgatetest",		/* ids are told apart by case */
		"e99999999202611221200PIXGATETEST",
		"XE99999999202611221200PIXGATETEST",
		"RN99999999202611221PIXGATETEST",
		"RR9999999920261122PIXGATETEST",
		"E9999999920261122PIXGATETEST",
		"RN99999999202611221200PIXGATETEST",
	};

	(void)state;
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
		if (pix_is_test(ids[i]))
			fail_msg("taken for a test: %s", ids[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_forms_are_known),
		cmocka_unit_test(the_lengths_are_those_of_the_standard),
		cmocka_unit_test(a_payment_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
