#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "deliver/sink.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

static void a_type_is_found_by_its_name(void **state)
{
	(void)state;
	assert_ptr_equal(sink_type_find("https"), &sink_https);
	assert_ptr_equal(sink_type_find("exec"), &sink_exec);
	assert_ptr_equal(sink_type_find("dir"), &sink_dir);
	assert_ptr_equal(sink_type_find("sql"), &sink_sql);
	assert_null(sink_type_find("HTTPS"));
	assert_null(sink_type_find("http"));
	assert_null(sink_type_find(""));
	for (const struct sink_type *const *t = sink_types; *t; t++) {
		assert_ptr_equal(sink_type_find((*t)->name), *t);
		assert_true((*t)->open && (*t)->send && (*t)->close);
	}
}

static struct pix_event event(enum pix_kind kind, const char *key)
{
	struct pix_event ev = { .kind = kind };

	strcpy(ev.key, key);
	return ev;
}

static void a_sink_that_says_nothing_wants_all_but_stale_ones(void **state)
{
	const struct sink any = { 0 };

	(void)state;
	for (int k = 0; k < PIX_KINDS; k++) {
		struct pix_event ev = event((enum pix_kind)k, "chave@example.com");

		assert_true(sink_wants(&any, &ev, false));
		assert_false(sink_wants(&any, &ev, true));
	}
}

static void kinds_are_those_it_names(void **state)
{
	const struct sink some = { .kinds = 1u << PIX_RECEIVED | 1u << PIX_VALIDATION };

	(void)state;
	for (int k = 0; k < PIX_KINDS; k++) {
		struct pix_event ev = event((enum pix_kind)k, "");

		assert_int_equal(sink_wants(&some, &ev, false), k == PIX_RECEIVED || k == PIX_VALIDATION);
	}
}

static char chave[] = "chave@example.com", fone[] = "+5511900000000", outra[] = "outra@example.com";

static void keys_are_those_it_names_in_any_case(void **state)
{
	char *keys[] = { chave, fone };
	const struct sink some = { .keys = { keys, 2 } };
	static const struct { const char *key; bool wanted; } rows[] = {
		{ "chave@example.com", true }, { "CHAVE@Example.Com", true }, { "+5511900000000", true },
		{ "chave@example.co", false }, { "chave@example.comm", false }, { "5511900000000", false },
		{ "", true },	/* it has none: nobody else's either */
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct pix_event ev = event(PIX_RECEIVED, rows[i].key);

		if (sink_wants(&some, &ev, false) != rows[i].wanted)
			fail_msg("'%s'", rows[i].key);
	}
}

static void stale_ones_go_to_who_asks_for_them(void **state)
{
	char *keys[] = { chave };
	struct sink some = { .stale = true, .keys = { keys, 1 }, .kinds = 1u << PIX_REFUND };
	struct pix_event ev = event(PIX_REFUND, "chave@example.com");

	(void)state;
	assert_true(sink_wants(&some, &ev, true));
	assert_true(sink_wants(&some, &ev, false));
	some.kinds = 1u << PIX_RECEIVED;
	assert_false(sink_wants(&some, &ev, true));
	some.kinds = 0;
	keys[0] = outra;
	assert_false(sink_wants(&some, &ev, true));
}

static void why_is_one_printable_line(void **state)
{
	struct sent_result r = { .how = SENT_DONE, .retry_after_s = 7 };
	char large[400];

	(void)state;
	sent_as(&r, SENT_AGAIN, "HTTP %d\r\n\x1b[2Jfim", 500);
	assert_int_equal(r.how, SENT_AGAIN);
	assert_int_equal(r.retry_after_s, -1);
	assert_string_equal(r.why, "HTTP 500???[2Jfim");
	memset(large, 'x', sizeof large - 1);
	large[sizeof large - 1] = '\0';
	sent_as(&r, SENT_GIVE_UP, "%s", large);
	assert_int_equal(strlen(r.why), sizeof r.why - 1);
	sent_as(&r, SENT_DONE, "%s", "");
	assert_int_equal(r.how, SENT_DONE);
	assert_string_equal(r.why, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_type_is_found_by_its_name),
		cmocka_unit_test(a_sink_that_says_nothing_wants_all_but_stale_ones),
		cmocka_unit_test(kinds_are_those_it_names),
		cmocka_unit_test(keys_are_those_it_names_in_any_case),
		cmocka_unit_test(stale_ones_go_to_who_asks_for_them),
		cmocka_unit_test(why_is_one_printable_line),
	};

	return cmocka_run_group_tests_name("sink", tests, NULL, NULL);
}
