#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pix/pix.h"

static void kinds_have_the_words_of_the_contract(void **state)
{
	static const char *const words[] = {
		"received", "refund", "sent", "recurrence", "charge", "payment", "return", "validation",
	};
	enum pix_kind kind;

	(void)state;
	assert_int_equal(sizeof words / sizeof *words, PIX_KINDS);
	for (int i = 0; i < PIX_KINDS; i++) {
		assert_string_equal(pix_kind_name((enum pix_kind)i), words[i]);
		assert_true(pix_kind_parse(words[i], &kind));
		assert_int_equal(kind, i);
	}
}

static void other_words_and_numbers_are_no_kinds(void **state)
{
	enum pix_kind kind = PIX_SENT;

	(void)state;
	assert_null(pix_kind_name(PIX_KINDS));
	assert_null(pix_kind_name((enum pix_kind)-1));
	assert_false(pix_kind_parse("", &kind));
	assert_false(pix_kind_parse("Received", &kind));
	assert_false(pix_kind_parse("receive", &kind));
	assert_int_equal(kind, PIX_SENT);
}

static void a_batch_is_freed_twice_without_harm(void **state)
{
	struct pix_batch b = { 0 };

	(void)state;
	pix_batch_free(&b);
	b.events = calloc(2, sizeof *b.events);
	b.count = b.cap = 2;
	b.unread = true;
	pix_batch_free(&b);
	pix_batch_free(&b);
	assert_null(b.events);
	assert_int_equal(b.count, 0);
	assert_int_equal(b.cap, 0);
	assert_false(b.unread);
}

static void a_key_of_nobody_is_foreign(void **state)
{
	static const char *const keys[] = { "loja@exemplo.com.br", "7d9f0335-8dcc-4054-9bf9-0dbd61d36906" };
	struct pix_event events[4] = {
		{ .key = "7d9f0335-8dcc-4054-9bf9-0dbd61d36906" },
		{ .key = "LOJA@exemplo.com.BR", .foreign = true },
		{ .key = "outra@exemplo.com.br" },
		{ .key = "" },
	};
	struct pix_batch b = { .events = events, .count = 4 };

	(void)state;
	pix_mark_foreign(&b, keys, 2);
	assert_false(events[0].foreign);
	assert_false(events[1].foreign);
	assert_true(events[2].foreign);
	assert_false(events[3].foreign);
}

static void without_keys_nothing_is_foreign(void **state)
{
	struct pix_event event = { .key = "outra@exemplo.com.br" };
	struct pix_batch b = { .events = &event, .count = 1 };

	(void)state;
	pix_mark_foreign(&b, NULL, 0);
	assert_false(event.foreign);
}

static void a_key_that_only_begins_alike_is_foreign(void **state)
{
	static const char *const keys[] = { "+5511999990000" };
	struct pix_event event = { .key = "+551199999000" };
	struct pix_batch b = { .events = &event, .count = 1 };

	(void)state;
	pix_mark_foreign(&b, keys, 1);
	assert_true(event.foreign);
}

static void a_test_is_foreign_whatever_its_key(void **state)
{
	static const char *const keys[] = { "loja@exemplo.com.br" };
	struct pix_event events[3] = {
		{ .key = "loja@exemplo.com.br", .e2eid = "E99999999202611221200PIXGATETEST" },
		{ .e2eid = "RN9999999920261122PIXGATETEST" },
		{ .key = "loja@exemplo.com.br", .e2eid = "E09089356202611221200API00000001" },
	};
	struct pix_batch b = { .events = events, .count = 3 };

	(void)state;
	for (size_t n = 0; n < 2; n++) {
		pix_mark_foreign(&b, keys, n);
		assert_true(events[0].foreign);
		assert_true(events[1].foreign);
		assert_false(events[2].foreign);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds_have_the_words_of_the_contract),
		cmocka_unit_test(other_words_and_numbers_are_no_kinds),
		cmocka_unit_test(a_batch_is_freed_twice_without_harm),
		cmocka_unit_test(a_key_of_nobody_is_foreign),
		cmocka_unit_test(without_keys_nothing_is_foreign),
		cmocka_unit_test(a_key_that_only_begins_alike_is_foreign),
		cmocka_unit_test(a_test_is_foreign_whatever_its_key),
	};

	return cmocka_run_group_tests_name("pix", tests, NULL, NULL);
}
