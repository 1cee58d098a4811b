#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/net.h"

static bool is(const char *text, const char *want)
{
	struct ip ip;
	char out[46];

	if (!ip_parse(text, strlen(text), &ip))
		return false;
	ip_format(&ip, out);
	return !strcmp(out, want);
}

static bool host_is(const char *text, const char *want)
{
	struct ip ip;
	char out[46];

	if (!ip_parse_host(text, strlen(text), &ip))
		return false;
	ip_format(&ip, out);
	return !strcmp(out, want);
}

static void addresses_come_back_in_their_own_form(void **state)
{
	(void)state;
	assert_true(is("203.0.113.7", "203.0.113.7"));
	assert_true(is("0.0.0.0", "0.0.0.0"));
	assert_true(is("255.255.255.255", "255.255.255.255"));
	assert_true(is("2001:DB8:0:0::1", "2001:db8::1"));
	assert_true(is("::", "::"));
	assert_true(is("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));
}

static void a_mapped_address_is_the_ipv4_one(void **state)
{
	struct ip a, b;

	(void)state;
	assert_true(ip_parse("203.0.113.7", 11, &a));
	assert_true(ip_parse("::ffff:203.0.113.7", 18, &b));
	assert_memory_equal(&a, &b, sizeof a);
	assert_true(is("::ffff:cb00:7107", "203.0.113.7"));
}

static void anything_but_an_address_is_refused(void **state)
{
	static const char *const bad[] = {
		"", " ", "1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.04", "1.2.3.256", "1.2.3.-4", "0x1.2.3.4", " 1.2.3.4", "1.2.3.4 ",
		"1.2.3.4:5", "1.2.3.4/32", "fe80::1%eth0", "[::1]", ":", ":::", "1::2::3", "12345::", "localhost", "unix:", "::1.2.3",
		"1111:2222:3333:4444:5555:6666:7777:8888:9999", "0000000000000000000000000000000000000000000000000000001",
	};
	struct ip ip, before;

	(void)state;
	memset(&ip, 7, sizeof ip);
	before = ip;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		if (ip_parse(bad[i], strlen(bad[i]), &ip))
			fail_msg("taken: '%s'", bad[i]);
		assert_memory_equal(&ip, &before, sizeof ip);
	}
	assert_false(ip_parse("1.2.3.4\0", 8, &ip));
	assert_true(ip_parse("1.2.3.4, 5", 7, &ip));	/* the length counts, not a NUL */
}

static void hosts_may_carry_a_port_and_brackets(void **state)
{
	static const char *const bad[] = {
		"", ":", "1.2.3.4:", "1.2.3.4:65536", "1.2.3.4:123456", "1.2.3.4:a", "1.2.3.4:-1", "[::1", "[::1]x", "[::1]:", "[::1]:65536",
		"[]", "[]:1", "[1.2.3.4]", "::1]:5", "_hidden", "unknown", "[", "[::1]:1:2",
	};

	(void)state;
	assert_true(host_is("203.0.113.7", "203.0.113.7"));
	assert_true(host_is("203.0.113.7:4711", "203.0.113.7"));
	assert_true(host_is("203.0.113.7:65535", "203.0.113.7"));
	assert_true(host_is("[2001:db8::1]", "2001:db8::1"));
	assert_true(host_is("[2001:db8::1]:443", "2001:db8::1"));
	assert_true(host_is("2001:db8::1", "2001:db8::1"));
	assert_true(host_is("[::ffff:203.0.113.7]:0", "203.0.113.7"));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (host_is(bad[i], "::1") || host_is(bad[i], "1.2.3.4"))
			fail_msg("taken: '%s'", bad[i]);
}

static bool has(const char *net, const char *address)
{
	struct cidr n;
	struct ip ip;

	assert_true(cidr_parse(net, &n));
	assert_true(ip_parse(address, strlen(address), &ip));
	return cidr_has(&n, &ip);
}

static void a_prefix_holds_its_addresses_and_no_neighbour(void **state)
{
	(void)state;
	assert_true(has("198.51.100.4", "198.51.100.4"));
	assert_false(has("198.51.100.4", "198.51.100.5"));
	assert_true(has("198.51.100.0/24", "198.51.100.255"));
	assert_false(has("198.51.100.0/24", "198.51.101.0"));
	assert_true(has("198.51.100.32/27", "198.51.100.63"));
	assert_false(has("198.51.100.32/27", "198.51.100.64"));
	assert_false(has("198.51.100.32/27", "198.51.100.31"));
	assert_true(has("198.51.100.32/27", "::ffff:198.51.100.40"));
	assert_true(has("2001:db8:40::/42", "2001:db8:7f::1"));
	assert_false(has("2001:db8:40::/42", "2001:db8:80::1"));
	assert_true(has("2001:db8::1", "2001:db8::1"));
	assert_false(has("2001:db8::1", "2001:db8::2"));
}

static void an_ipv4_prefix_of_0_is_not_all_of_ipv6(void **state)
{
	(void)state;
	assert_true(has("0.0.0.0/0", "203.0.113.7"));
	assert_false(has("0.0.0.0/0", "2001:db8::1"));
	assert_true(has("::/0", "203.0.113.7"));
	assert_true(has("::/0", "2001:db8::1"));
}

static void mistyped_prefixes_are_refused(void **state)
{
	static const char *const bad[] = {
		"", "/", "/8", "1.2.3.4/", "1.2.3.4/33", "1.2.3.4/a", "1.2.3.4/-1", "1.2.3.4/ 8", "1.2.3.4/031", "1.2.3.4/0032", "1.2.3.0/23",
		"1.2.3.4/24", "1.2.3.4/8/8", "2001:db8::/129", "2001:db8::1/64", "::ffff:1.2.3.4/24", "1.2.3", "example.org/8", "1.2.3.4:80",
	};
	struct cidr n;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (cidr_parse(bad[i], &n))
			fail_msg("taken: '%s'", bad[i]);
	assert_true(cidr_parse("1.2.2.0/23", &n));
	assert_int_equal(n.bits, 96 + 23);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_come_back_in_their_own_form),
		cmocka_unit_test(a_mapped_address_is_the_ipv4_one),
		cmocka_unit_test(anything_but_an_address_is_refused),
		cmocka_unit_test(hosts_may_carry_a_port_and_brackets),
		cmocka_unit_test(a_prefix_holds_its_addresses_and_no_neighbour),
		cmocka_unit_test(an_ipv4_prefix_of_0_is_not_all_of_ipv6),
		cmocka_unit_test(mistyped_prefixes_are_refused),
	};

	return cmocka_run_group_tests_name("net", tests, NULL, NULL);
}
