#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/text.h"

static void percent_is_decoded_and_plus_stays(void **state)
{
	char out[32];
	size_t len = 99;

	(void)state;
	assert_true(text_unpercent("a%2Fb%2fc+d%25", 14, out, sizeof out, &len));
	assert_string_equal(out, "a/b/c+d%");
	assert_int_equal(len, 8);
	assert_true(text_unpercent("", 0, out, sizeof out, &len));
	assert_string_equal(out, "");
	assert_int_equal(len, 0);
	assert_true(text_unpercent("%FF%01", 6, out, sizeof out, &len));
	assert_memory_equal(out, "\xff\x01", 3);
}

static void broken_percent_is_refused(void **state)
{
	static const char *const bad[] = { "%", "%4", "%4g", "%g4", "a%", "a%2", "%%41", "%00", "a%00b", "%+1", "% 1", "%-1" };
	char out[32];
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (text_unpercent(bad[i], strlen(bad[i]), out, sizeof out, &len))
			fail_msg("taken: '%s'", bad[i]);
	assert_false(text_unpercent("%412", 2, out, sizeof out, &len));	/* digits past the length do not count */
}

static void decoding_never_passes_the_end_of_out(void **state)
{
	char out[4] = "xyz";
	size_t len;

	(void)state;
	assert_true(text_unpercent("a%62c", 5, out, 4, &len));
	assert_string_equal(out, "abc");
	assert_false(text_unpercent("abcd", 4, out, 4, &len));
	assert_false(text_unpercent("", 0, out, 0, &len));
}

static void only_unreserved_characters_stay_as_they_are(void **state)
{
	char out[64];

	(void)state;
	assert_true(text_percent("Az09-._~", out, sizeof out));
	assert_string_equal(out, "Az09-._~");
	assert_true(text_percent("a b/+%&=\xc3\xa7", out, sizeof out));
	assert_string_equal(out, "a%20b%2F%2B%25%26%3D%C3%A7");
	assert_true(text_percent("/", out, 4));
	assert_false(text_percent("/", out, 3));
	assert_true(text_percent("ab", out, 3));
	assert_false(text_percent("ab", out, 2));
	assert_false(text_percent("", out, 0));
}

static bool base64_is(const char *in, const char *want)
{
	unsigned char out[32];
	size_t len;

	return text_unbase64(in, strlen(in), out, sizeof out, &len) && len == strlen(want) && !memcmp(out, want, len);
}

static void base64_is_made_of_any_length(void **state)
{
	static const char *const rows[][2] = {
		{ "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foobar", "Zm9vYmFy" }, { "\xff\xfe\xfd\xfc", "//79/A==" },
	};
	char out[9];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_true(text_base64(rows[i][0], strlen(rows[i][0]), out, sizeof out));
		assert_string_equal(out, rows[i][1]);
	}
	assert_false(text_base64("foo", 3, out, 4));
	assert_false(text_base64("f", 1, out, 4));
	assert_true(text_base64("foo", 3, out, 5));
	assert_false(text_base64("", 0, out, 0));
}

static void base64_is_decoded(void **state)
{
	(void)state;
	/* RFC 4648 §10 */
	assert_true(base64_is("", ""));
	assert_true(base64_is("Zg==", "f"));
	assert_true(base64_is("Zm8=", "fo"));
	assert_true(base64_is("Zm9v", "foo"));
	assert_true(base64_is("Zm9vYg==", "foob"));
	assert_true(base64_is("Zm9vYmE=", "fooba"));
	assert_true(base64_is("Zm9vYmFy", "foobar"));
	assert_true(base64_is("+/+/", "\xfb\xff\xbf"));
}

static void other_base64_is_refused(void **state)
{
	static const char *const bad[] = {
		"Z", "Zg", "Zg=", "Zm8", "====", "Z===", "=Zg=", "Zg==Zg==", "Zm9v\n", "Zm 9", "Zm9_", "Zm-v", "Zm9vYg=\n", "Zh==", "Zi==", "Zk==", "Zo==", "Zm9=", "Zm+=", "\x80\x80\x80\x80",
	};
	unsigned char out[32];
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (text_unbase64(bad[i], strlen(bad[i]), out, sizeof out, &len))
			fail_msg("taken: '%s'", bad[i]);
}

static void base64_never_passes_the_end_of_out(void **state)
{
	unsigned char out[4] = "abc";
	size_t len;

	(void)state;
	assert_true(text_unbase64("Zm9v", 4, out, 3, &len));
	assert_int_equal(out[3], 0);
	assert_false(text_unbase64("Zm9v", 4, out, 2, &len));
	assert_true(text_unbase64("Zg==", 4, out, 1, &len));
}

static void a_mistyped_word_finds_its_name(void **state)
{
	static const char *const names[] = { "path", "name", "secret", "sources", "trusted_proxies", "ca", NULL };

	(void)state;
	assert_string_equal(text_nearest("secrte", names), "secret");	/* swapped */
	assert_string_equal(text_nearest("sercets", names), "secret");
	assert_string_equal(text_nearest("pth", names), "path");	/* dropped */
	assert_string_equal(text_nearest("paath", names), "path");	/* inserted */
	assert_string_equal(text_nearest("pith", names), "path");	/* replaced */
	assert_string_equal(text_nearest("trusted-proxys", names), "trusted_proxies");
	assert_string_equal(text_nearest("path", names), "path");
	assert_string_equal(text_nearest("cb", names), "ca");
}

static void a_word_that_is_far_from_all_finds_none(void **state)
{
	static const char *const names[] = { "path", "name", "ca", "x", NULL };
	static const char *const none[] = { NULL };
	char longest[400];

	(void)state;
	memset(longest, 'a', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	assert_null(text_nearest("webhook", names));
	assert_null(text_nearest("pqrs", names));
	assert_null(text_nearest("pxtx", names));	/* two of four letters */
	assert_null(text_nearest("y", names));
	assert_null(text_nearest("", names));
	assert_null(text_nearest("path", none));
	assert_null(text_nearest(longest, names));
}

static void the_nearest_wins_and_then_the_first(void **state)
{
	static const char *const names[] = { "listens", "listen", "listed", "lister", NULL };

	(void)state;
	assert_string_equal(text_nearest("listen", names), "listen");
	assert_string_equal(text_nearest("listeq", names), "listen");
}

static void utf8_is_told_from_other_bytes(void **state)
{
	static const char *const good[] = { "", "a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf" };
	static const char *const bad[] = {
		"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x7f", "\xc2\xc0", "\xe0\x9f\xbf", "\xe1\x80", "\xed\xa0\x80", "\xed\xbf\xbf",
		"\xf0\x8f\xbf\xbf", "\xf0\x90\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "a\xe2\x28\xa1", "\xe2\x82\x28", "\xf0\x90\x80\xc0",
	};

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_true(text_utf8(good[i], strlen(good[i])));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (text_utf8(bad[i], strlen(bad[i])))
			fail_msg("taken: %zu", i);
	assert_true(text_utf8("a\0b", 3));
	assert_false(text_utf8("\xe2\x82\xac", 2));
}

static void what_a_terminal_would_obey_is_tamed(void **state)
{
	char c0[] = "a\x1b[1m\r\n\t\x7f", c1[] = "a\xc2\x9b" "b\xc2\xa0", raw[] = "a\x9b" "b\xc3", fine[] = "a\xc3\xa7\xf0\x9f\x92\xb8";

	(void)state;
	text_tame(c0, sizeof c0 - 1);
	assert_string_equal(c0, "a?[1m????");
	text_tame(c1, sizeof c1 - 1);
	assert_string_equal(c1, "a??b\xc2\xa0");
	text_tame(raw, sizeof raw - 1);
	assert_string_equal(raw, "a?b?");
	text_tame(fine, sizeof fine - 1);
	assert_string_equal(fine, "a\xc3\xa7\xf0\x9f\x92\xb8");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(percent_is_decoded_and_plus_stays),
		cmocka_unit_test(broken_percent_is_refused),
		cmocka_unit_test(decoding_never_passes_the_end_of_out),
		cmocka_unit_test(only_unreserved_characters_stay_as_they_are),
		cmocka_unit_test(base64_is_made_of_any_length),
		cmocka_unit_test(base64_is_decoded),
		cmocka_unit_test(other_base64_is_refused),
		cmocka_unit_test(base64_never_passes_the_end_of_out),
		cmocka_unit_test(a_mistyped_word_finds_its_name),
		cmocka_unit_test(a_word_that_is_far_from_all_finds_none),
		cmocka_unit_test(the_nearest_wins_and_then_the_first),
		cmocka_unit_test(utf8_is_told_from_other_bytes),
		cmocka_unit_test(what_a_terminal_would_obey_is_tamed),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
