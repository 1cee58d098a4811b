/* Names become addresses; only what needs no net is asked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "lib/lookup.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

static void an_address_stands_for_itself(void **state)
{
	struct ip list[4];
	char text[46];
	size_t n = 0;

	(void)state;
	assert_true(lookup("192.0.2.7", list, 4, &n, NULL));
	assert_int_equal(n, 1);
	ip_format(&list[0], text);
	assert_string_equal(text, "192.0.2.7");
	assert_true(lookup("2001:db8::7", list, 4, &n, NULL));
	assert_int_equal(n, 1);
	ip_format(&list[0], text);
	assert_string_equal(text, "2001:db8::7");
}

static void a_name_has_its_addresses(void **state)
{
	struct ip list[16];
	struct ip loop;
	size_t n = 0, seen = 0;

	(void)state;
	assert_true(ip_parse("127.0.0.1", 9, &loop));
	assert_true(lookup("localhost", list, 16, &n, NULL));
	assert_true(n >= 1 && n <= 16);
	for (size_t i = 0; i < n; i++)
		seen += memcmp(&list[i], &loop, sizeof loop) == 0;
	assert_int_equal(seen, 1);
}

static void there_are_no_more_than_asked_for(void **state)
{
	struct ip list[1];
	size_t n = 9;

	(void)state;
	memset(list, 0xaa, sizeof list);
	assert_false(lookup("192.0.2.7", list, 0, &n, NULL));
	assert_int_equal(n, 9);
	for (size_t i = 0; i < sizeof list[0].byte; i++)
		assert_int_equal(list[0].byte[i], 0xaa);
}

static void a_name_without_an_address_is_told(void **state)
{
	struct err e = { 0 };
	struct ip list[2];
	size_t n = 9;

	(void)state;
	assert_false(lookup("nobody..invalid", list, 2, &n, &e));
	assert_int_equal(e.code, ERR_NET);
	assert_non_null(strstr(e.text, "nobody..invalid: no address"));
	assert_int_equal(n, 9);
}

static bool resolved(const char *resolve, const char *host, int port, const char *want)
{
	struct ip list[2];
	char text[46];
	size_t n = 0;
	struct err e = { 0 };

	if (!lookup_at(host, port, resolve, list, 2, &n, &e)) {
		assert_int_equal(e.code, ERR_USAGE);
		return false;
	}
	ip_format(&list[n - 1], text);
	assert_string_equal(text, want);
	return true;
}

static void resolve_counts_for_its_host_and_port_alone(void **state)
{
	(void)state;
	assert_true(resolved("pix.invalid:443:192.0.2.9", "PIX.invalid", 443, "192.0.2.9"));
	assert_true(resolved("pix.invalid:443:192.0.2.9,[2001:db8::9]", "pix.invalid", 443, "2001:db8::9"));
	assert_true(resolved("pix.invalid:443:2001:db8::9", "pix.invalid", 443, "2001:db8::9"));
	assert_true(resolved("[2001:db8::7]:8443:192.0.2.9", "2001:db8::7", 8443, "192.0.2.9"));
	assert_true(resolved("pix.invalid:443:192.0.2.9", "192.0.2.7", 443, "192.0.2.7"));
	assert_true(resolved("192.0.2.7:444:192.0.2.9", "192.0.2.7", 443, "192.0.2.7"));
	assert_true(resolved(NULL, "192.0.2.7", 443, "192.0.2.7"));
}

static void what_is_no_resolve_is_refused_whomever_it_is_for(void **state)
{
	static const char *const bad[] = {
		"", ":", "a", "a:443", "a:443:", "a::192.0.2.9", "a:0:192.0.2.9", "a:65536:192.0.2.9", "a:999999:192.0.2.9", "a:x:192.0.2.9", ":443:192.0.2.9",
		"[]:443:192.0.2.9", "[a:443:192.0.2.9", "[a]443:192.0.2.9", "a:443:b", "a:443:192.0.2.9,", "a:443:,192.0.2.9", "a:443:192.0.2.9 ",
		"a:443:192.0.2.1,192.0.2.2,192.0.2.3"
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (resolved(bad[i], "192.0.2.7", 443, "192.0.2.7"))
			fail_msg("'%s' is taken", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_stands_for_itself),
		cmocka_unit_test(a_name_has_its_addresses),
		cmocka_unit_test(there_are_no_more_than_asked_for),
		cmocka_unit_test(a_name_without_an_address_is_told),
		cmocka_unit_test(resolve_counts_for_its_host_and_port_alone),
		cmocka_unit_test(what_is_no_resolve_is_refused_whomever_it_is_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
