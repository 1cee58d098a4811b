#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/err.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

#include "lib/limits.h"
#include "lib/secret.h"

static char dir[] = "/tmp/pixgate-secret-XXXXXX";

static int make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int drop_dir(void **state)
{
	(void)state;
	return rmdir(dir);
}

static void place(const char *name, const void *bytes, size_t len, mode_t mode)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	fclose(f);
	assert_int_equal(chmod(path, mode), 0);
}

static void drop(const char *name)
{
	char path[256];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	assert_int_equal(unlink(path), 0);
}

struct got {
	bool ok;
	char text[LIMIT_SECRET + 1];
	size_t len;
	struct err e;
};

static struct got get(const char *ref)
{
	struct got g = { .len = 4711 };

	g.ok = secret_read(ref, dir, "loja", g.text, sizeof g.text, &g.len, &g.e);
	return g;
}

static struct got get_file(const void *bytes, size_t len, mode_t mode)
{
	struct got g;

	place("s", bytes, len, mode);
	g = get("file:s");
	drop("s");
	return g;
}

static void a_file_gives_its_bytes_without_one_final_line_break(void **state)
{
	static const struct { const char *in, *out; } cases[] = {
		{ "Kx7-a", "Kx7-a" }, { "Kx7-a\n", "Kx7-a" }, { "Kx7-a\r\n", "Kx7-a" }, { "Kx7-a\n\n", "Kx7-a\n" }, { " a b ", " a b " }, { "a\r", "a\r" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct got g = get_file(cases[i].in, strlen(cases[i].in), 0600);

		assert_true(g.ok);
		assert_string_equal(g.text, cases[i].out);
		assert_int_equal(g.len, strlen(cases[i].out));
	}
}

static void a_secret_has_1_to_512_bytes(void **state)
{
	char longest[LIMIT_SECRET + 3], out[2 * LIMIT_SECRET];
	struct got g;
	size_t len;

	(void)state;
	memset(longest, 'k', sizeof longest);
	assert_false(get_file("", 0, 0600).ok);
	assert_false(get_file("\n", 1, 0600).ok);
	assert_false(get_file("\r\n", 2, 0600).ok);
	assert_true(get_file(longest, LIMIT_SECRET, 0600).ok);
	assert_false(get_file(longest, LIMIT_SECRET + 1, 0600).ok);
	assert_false(get_file(longest, LIMIT_SECRET + 3, 0600).ok);
	place("s", longest, LIMIT_SECRET + 1, 0600);
	assert_false(secret_read("file:s", dir, "loja", out, sizeof out, &len, NULL));	/* room enough does not help */
	drop("s");
	memcpy(longest + LIMIT_SECRET, "\r\n", 2);
	g = get_file(longest, LIMIT_SECRET + 2, 0600);
	assert_true(g.ok);
	assert_int_equal(g.len, LIMIT_SECRET);
	assert_false(get_file(longest, LIMIT_SECRET + 3, 0600).ok);
	assert_false(get_file("a\0b", 3, 0600).ok);
}

static void a_file_that_others_may_use_is_refused(void **state)
{
	struct got g;

	(void)state;
	assert_true(get_file("k", 1, 0640).ok);
	assert_true(get_file("k", 1, 0660).ok);
	assert_false(get_file("k", 1, 0644).ok);
	assert_false(get_file("k", 1, 0602).ok);
	g = get_file("Zt9secret", 9, 0604);
	assert_false(g.ok);
	assert_int_equal(g.e.code, ERR_CONFIG);
	assert_non_null(strstr(g.e.text, "/s: "));
	assert_null(strstr(g.e.text, "Zt9secret"));
	assert_int_equal(g.len, 4711);
	assert_string_equal(g.text, "");
}

static void what_is_no_regular_file_is_refused_without_waiting(void **state)
{
	char path[256];

	(void)state;
	snprintf(path, sizeof path, "%s/fifo", dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_false(get("file:fifo").ok);
	drop("fifo");
	assert_false(get("file:.").ok);
	assert_false(get("file:absent").ok);
	assert_false(get("file:/dev/null").ok);
}

static void a_link_counts_as_what_it_names(void **state)
{
	char link[256];

	(void)state;
	snprintf(link, sizeof link, "%s/link", dir);
	place("t", "abc", 3, 0600);
	assert_int_equal(symlink("t", link), 0);
	assert_true(get("file:link").ok);
	place("t", "abc", 3, 0604);
	assert_false(get("file:link").ok);
	drop("link");
	drop("t");
}

static void a_path_is_relative_to_dir_or_absolute(void **state)
{
	char ref[300];

	(void)state;
	place("s", "abc", 3, 0600);
	snprintf(ref, sizeof ref, "file:%s/s", dir);
	assert_true(get(ref).ok);
	drop("s");
}

static void an_environment_variable_gives_its_value(void **state)
{
	char longest[LIMIT_SECRET + 2];
	struct got g;

	(void)state;
	setenv("PIXGATE_TEST_SECRET", "Qm4\n", 1);
	g = get("env:PIXGATE_TEST_SECRET");
	assert_true(g.ok);
	assert_string_equal(g.text, "Qm4\n");
	setenv("PIXGATE_TEST_SECRET", "", 1);
	assert_false(get("env:PIXGATE_TEST_SECRET").ok);
	memset(longest, 'k', sizeof longest);
	longest[LIMIT_SECRET + 1] = '\0';
	setenv("PIXGATE_TEST_SECRET", longest, 1);
	assert_false(get("env:PIXGATE_TEST_SECRET").ok);
	longest[LIMIT_SECRET] = '\0';
	setenv("PIXGATE_TEST_SECRET", longest, 1);
	assert_true(get("env:PIXGATE_TEST_SECRET").ok);
	unsetenv("PIXGATE_TEST_SECRET");
	g = get("env:PIXGATE_TEST_SECRET");
	assert_false(g.ok);
	assert_non_null(strstr(g.e.text, "PIXGATE_TEST_SECRET"));
}

static void a_derived_secret_is_the_hmac_of_the_name(void **state)
{
	char out[SECRET_HEX + 1];
	unsigned char key[20];
	struct got g;
	size_t len;

	(void)state;
	/* RFC 4231 §4.2 and §4.3 */
	memset(key, 0x0b, sizeof key);
	place("key", key, sizeof key, 0600);
	assert_true(secret_read("derive:file:key", dir, "Hi There", out, sizeof out, &len, NULL));
	assert_string_equal(out, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	assert_int_equal(len, SECRET_HEX);
	place("key", "Jefe\n", 5, 0600);
	assert_true(secret_read("derive:file:key", dir, "what do ya want for nothing?", out, sizeof out, &len, NULL));
	assert_string_equal(out, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	place("key", "a\0b", 3, 0600);	/* a key, unlike a secret, may be any bytes */
	g = get("derive:file:key");
	assert_true(g.ok);
	assert_int_equal(g.len, SECRET_HEX);
	place("key", "Jefe", 4, 0644);
	assert_false(get("derive:file:key").ok);
	drop("key");
}

static void an_out_that_is_too_small_is_left_alone(void **state)
{
	char out[4] = "xyz";
	size_t len = 4711;
	struct err e;

	(void)state;
	place("s", "abcd", 4, 0600);
	assert_false(secret_read("file:s", dir, "loja", out, sizeof out, &len, &e));
	assert_string_equal(out, "xyz");
	place("s", "abc", 3, 0600);
	assert_true(secret_read("file:s", dir, "loja", out, sizeof out, &len, &e));
	assert_string_equal(out, "abc");
	drop("s");
}

static void a_literal_is_refused_and_never_repeated(void **state)
{
	static const char *const bad[] = { "Vb2hunter", "", "file", "FILE:x", "derive:Vb2hunter", "env: Vb2hunter", "env:", "env:1A", "env:A-B", "file:", "derive:file:", "derive:env:A" };
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		if (secret_ref_ok(bad[i], &e))
			fail_msg("taken: '%s'", bad[i]);
		assert_int_equal(e.code, ERR_CONFIG);
		assert_null(strstr(e.text, "Vb2hunter"));
		assert_false(get(bad[i]).ok);
	}
	secret_ref_ok("Vb2hunter", &e);
	assert_non_null(strstr(e.text, "put the secret itself into a file"));
	assert_true(secret_ref_ok("file:a", &e));
	assert_true(secret_ref_ok("env:_A9", &e));
	assert_true(secret_ref_ok("derive:file:/a", &e));
}

static void only_the_same_bytes_are_equal(void **state)
{
	struct secret s;

	(void)state;
	secret_set(&s, "R8n/pix", 7);
	assert_true(secret_equal(&s, "R8n/pix", 7));
	assert_false(secret_equal(&s, "R8n/pix", 6));
	assert_false(secret_equal(&s, "R8n/pix\0", 8));
	assert_false(secret_equal(&s, "R8n/piX", 7));
	assert_false(secret_equal(&s, "", 0));
}

static void sha256_is_the_published_one(void **state)
{
	static const unsigned char empty[32] = {
		0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
		0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55 };
	static const unsigned char abc[32] = {	/* FIPS 180-2, B.1 */
		0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
		0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad };
	unsigned char out[32];

	(void)state;
	sha256("", 0, out);
	assert_memory_equal(out, empty, 32);
	sha256("abc", 3, out);
	assert_memory_equal(out, abc, 32);
}

static void fresh_secrets_are_hexadecimal_and_differ(void **state)
{
	char a[SECRET_HEX + 1], b[SECRET_HEX + 1];

	(void)state;
	assert_true(secret_fresh(a, NULL));
	assert_true(secret_fresh(b, NULL));
	assert_int_equal(strspn(a, "0123456789abcdef"), SECRET_HEX);
	assert_int_equal(strlen(a), SECRET_HEX);
	assert_string_not_equal(a, b);
}

static void wiped_bytes_are_gone(void **state)
{
	char text[8] = "abcdefg";
	static const char zero[8];

	(void)state;
	secret_wipe(text, sizeof text);
	assert_memory_equal(text, zero, sizeof zero);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_gives_its_bytes_without_one_final_line_break),
		cmocka_unit_test(a_secret_has_1_to_512_bytes),
		cmocka_unit_test(a_file_that_others_may_use_is_refused),
		cmocka_unit_test(what_is_no_regular_file_is_refused_without_waiting),
		cmocka_unit_test(a_link_counts_as_what_it_names),
		cmocka_unit_test(a_path_is_relative_to_dir_or_absolute),
		cmocka_unit_test(an_environment_variable_gives_its_value),
		cmocka_unit_test(a_derived_secret_is_the_hmac_of_the_name),
		cmocka_unit_test(an_out_that_is_too_small_is_left_alone),
		cmocka_unit_test(a_literal_is_refused_and_never_repeated),
		cmocka_unit_test(only_the_same_bytes_are_equal),
		cmocka_unit_test(sha256_is_the_published_one),
		cmocka_unit_test(fresh_secrets_are_hexadecimal_and_differ),
		cmocka_unit_test(wiped_bytes_are_gone),
	};

	return cmocka_run_group_tests_name("secret", tests, make_dir, drop_dir);
}
