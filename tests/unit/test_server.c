#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "gen/server.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

static struct err e;

static void every_row_is_whole(void **state)
{
	(void)state;
	for (const struct gen_server *const *row = gen_servers; *row; row++) {
		const struct gen_server *s = *row;

		assert_non_null(s->title);
		assert_non_null(s->grammar);
		assert_non_null(s->texts[0].template);
		for (const struct gen_text *t = s->texts; t->template; t++)
			assert_non_null(t->place);
		if (s->web) {
			assert_true(version_ok(s->oldest));
			assert_true(version_ok(s->assumed));
			assert_true(version_compare(s->oldest, s->assumed) <= 0);
		}
		if (s->web && !s->shared)
			assert_int_equal(s->log[0], '/');
		for (const struct gen_since *f = s->since; f && f->flag; f++)
			assert_true(version_ok(f->version));
		assert_true(!s->version_flag == !s->version_mark);
		assert_true(!s->version_flag || s->programs);
		assert_true(!s->test || s->programs);
		assert_true(!s->test || strcmp(s->test->argv[0], "@program") == 0);
	}
}

/* A flag that is set where the text never is made for an older version would say nothing. */
static void a_flag_parts_the_versions_that_the_text_is_for(void **state)
{
	(void)state;
	for (const struct gen_server *const *row = gen_servers; *row; row++)
		for (const struct gen_since *f = (*row)->since; f && f->flag; f++)
			if (version_compare(f->version, (*row)->oldest) <= 0)
				fail_msg("%s: %s", (*row)->name, f->flag);
}

static void every_limit_says_what_can(void **state)
{
	(void)state;
	for (const struct gen_server *const *row = gen_servers; *row; row++)
		for (const struct gen_limit *l = (*row)->limits; l && l->option; l++) {
			assert_memory_equal(l->option, "--", 2);
			if (!l->version)
				assert_non_null(l->instead);
			else
				assert_non_null(l->value);
		}
}

static void a_name_leads_to_its_row(void **state)
{
	static const char *const names[] = { "apache", "caddy", "lighttpd", "nginx", "htaccess", "systemd" };

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		assert_string_equal(gen_server_find(names[i], &e)->name, names[i]);
}

static void a_mistyped_name_leads_to_the_nearest_or_to_all(void **state)
{
	(void)state;
	assert_null(gen_server_find("ngnix", &e));
	assert_int_equal(e.code, ERR_USAGE);
	assert_string_equal(e.text, "cannot generate 'ngnix'; nearest: 'nginx'");
	assert_null(gen_server_find("traefik", &e));
	assert_string_equal(e.text, "cannot generate 'traefik'; one of: apache, caddy, lighttpd, nginx, htaccess, systemd");
	assert_null(gen_server_find("", &e));
	assert_null(gen_server_find("Nginx", &e));
	assert_string_equal(e.text, "cannot generate 'Nginx'; nearest: 'nginx'");
}

static void versions_are_compared_number_by_number(void **state)
{
	static const struct {
		const char *less, *more;
	} pairs[] = {
		{ "1.9.0", "1.10.0" }, { "1.22", "1.22.1" }, { "1.21.6", "1.22" }, { "0.9", "1" }, { "2.4.6", "2.4.57" }, { "1.2.3", "1.2.3.1" },
		{ "1.2-9", "1.3" }, { "v2.6.2", "2.7" }, { "2.6.2", "v2.7.0" }, { "9.9", "99999999999999999999.1" },
		{ "1.99999999999999999998", "1.99999999999999999999" }, { "", "1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		if (version_compare(pairs[i].less, pairs[i].more) >= 0 || version_compare(pairs[i].more, pairs[i].less) <= 0)
			fail_msg("%s, %s", pairs[i].less, pairs[i].more);
	}
}

static void what_stands_behind_the_numbers_does_not_count(void **state)
{
	static const char *const same[] = { "1.22.1", "v1.22.1", "1.22.1-9+deb12u11", "1.22.1 (Ubuntu)", "1.22.1.", "1.22.1.x", "1.22.1.0", "01.022.01", "1.22.1rc2" };

	(void)state;
	for (size_t i = 0; i < sizeof same / sizeof *same; i++)
		if (version_compare(same[0], same[i]) || version_compare(same[i], same[0]))
			fail_msg("%s", same[i]);
	assert_int_equal(version_compare("1.0", "1"), 0);
	assert_int_equal(version_compare("0", ""), 0);
}

static void a_version_is_numbers_joined_by_dots(void **state)
{
	static const char *const taken[] = { "1.22", "1.22.1", "v2.6.2", "1.22.1-9+deb12u11", "2.4.62-1~deb12u2", "2.6.2:x",
		"1.23456789012345678901234567890123456789012345678901234567890123" };
	static const char *const refused[] = { "", "1", "v", "v1", "1.", "1.x", ".1", "x1.2", "V1.2", "vv1.2", "nginx/1.22.1", "1,22", "-1.2", " 1.22", "1.22 ",
		"1.22\n", "1.22;", "1.22\"", "1.22$x", "1.22{", "1.22#", "1.22\x7f", "1.22\xc3\xa7", "latest",
		"1.234567890123456789012345678901234567890123456789012345678901234" };

	(void)state;
	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
		if (!version_ok(taken[i]))
			fail_msg("refused: %s", taken[i]);
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		if (version_ok(refused[i]))
			fail_msg("taken: %s", refused[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_whole),
		cmocka_unit_test(a_flag_parts_the_versions_that_the_text_is_for),
		cmocka_unit_test(every_limit_says_what_can),
		cmocka_unit_test(a_name_leads_to_its_row),
		cmocka_unit_test(a_mistyped_name_leads_to_the_nearest_or_to_all),
		cmocka_unit_test(versions_are_compared_number_by_number),
		cmocka_unit_test(what_stands_behind_the_numbers_does_not_count),
		cmocka_unit_test(a_version_is_numbers_joined_by_dots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
