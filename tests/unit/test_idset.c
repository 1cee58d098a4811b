/* recon/idset.c: what was met before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "recon/idset.h"

#include <cmocka.h>

static void each_text_is_new_once(void **state)
{
	struct idset s = { 0 };
	char id[40];

	(void)state;
	assert_false(idset_has(&s, "x", 1));
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 100000; i++) {
			int n = snprintf(id, sizeof id, "E09089356202311142200%011d", i);

			assert_int_equal(idset_add(&s, id, (size_t)n), !round);
		}
	}
	assert_int_equal(s.used, 100000);
	assert_true(s.slots * sizeof *s.slot <= 100000 * 64);
	assert_true(idset_has(&s, "E0908935620231114220000000099999", 32));
	assert_false(idset_has(&s, "E0908935620231114220000000100000", 32));
	assert_false(idset_has(&s, "E090893562023111422000000009999", 31));
	idset_free(&s);
	idset_free(&s);
	assert_false(idset_has(&s, "E0908935620231114220000000099999", 32));
}

static void bytes_are_taken_as_they_are(void **state)
{
	struct idset s = { 0 };

	(void)state;
	assert_true(idset_add(&s, "a\0b", 3));
	assert_true(idset_add(&s, "a\0c", 3));
	assert_true(idset_add(&s, "A\0b", 3));
	assert_true(idset_add(&s, "", 0));
	assert_false(idset_add(&s, "a\0b", 3));
	assert_false(idset_add(&s, "", 0));
	idset_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_text_is_new_once),
		cmocka_unit_test(bytes_are_taken_as_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
