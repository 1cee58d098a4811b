/* What is remembered of an upload: for one API and one hook, whole or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/uploaded.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

static const struct uploaded sent = {
	.sha256 = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", .form = "json-b64-der", .until = 1800000000, .at = 1795262400123,
};
static char dir[64], empty[] = "", inbox[] = "sqlite:inbox.db";
static char name[] = "banco", other_name[] = "banco2", api[] = "https://api.example", other_api[] = "https://sandbox.example";
static struct settings s = { .inbox = inbox, .dir = dir };
static const struct hook hook = { .name = name, .api = api };

static int make_dir(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/pixgate-uploaded-XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int drop_dir(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof command, "rm -rf '%s'", dir);
	return system(command);
}

static bool known(const struct hook *h, struct uploaded *u)
{
	struct err e = { 0 };
	bool is = true;

	if (!uploaded_read(&s, h, u, &is, &e))
		fail_msg("%s", e.text);
	return is;
}

static void write_it(void)
{
	struct err e = { 0 };

	if (!uploaded_write(&s, &hook, &sent, &e))
		fail_msg("%s", e.text);
}

static const char *path_of(const char *below)
{
	static char path[128];

	snprintf(path, sizeof path, "%s/.pixgate-certs%s", dir, below);
	return path;
}

static void an_upload_is_read_as_it_was_written(void **state)
{
	struct uploaded u = { 0 };
	struct stat st;

	(void)state;
	write_it();
	assert_true(known(&hook, &u));
	assert_string_equal(u.sha256, sent.sha256);
	assert_string_equal(u.form, sent.form);
	assert_int_equal(u.until, sent.until);
	assert_int_equal(u.at, sent.at);
	assert_int_equal(stat(path_of("/banco"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(stat(path_of(""), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
}

static void to_ask_makes_nothing(void **state)
{
	struct uploaded u;
	struct stat st;
	struct err e = { 0 };

	(void)state;
	assert_false(known(&hook, &u));
	assert_true(uploaded_forget(&s, &hook, &e));
	assert_int_equal(stat(path_of(""), &st), -1);
}

static void an_upload_is_of_one_api_and_one_hook(void **state)
{
	static const struct psp_env env = { .name = "sandbox", .api = "https://api.example" };
	const struct hook elsewhere = { .name = name, .api = other_api }, neighbour = { .name = other_name, .api = api };
	const struct hook by_profile = { .name = name, .api = empty, .env = &env };
	struct uploaded u;
	char moved[160];

	(void)state;
	write_it();
	assert_false(known(&elsewhere, &u));
	assert_false(known(&neighbour, &u));
	snprintf(moved, sizeof moved, "%s2", path_of("/banco"));
	assert_int_equal(rename(path_of("/banco"), moved), 0);
	assert_false(known(&neighbour, &u));
	write_it();
	assert_true(known(&by_profile, &u));
}

static void what_is_forgotten_is_not_known(void **state)
{
	struct uploaded u;
	struct err e = { 0 };

	(void)state;
	write_it();
	assert_true(uploaded_forget(&s, &hook, &e));
	assert_false(known(&hook, &u));
}

static void a_broken_file_counts_as_none(void **state)
{
	char bytes[1024];
	struct uploaded u;
	size_t len;
	FILE *f;

	(void)state;
	write_it();
	f = fopen(path_of("/banco"), "re");
	len = fread(bytes, 1, sizeof bytes, f);
	fclose(f);
	assert_true(len > 150 && len < sizeof bytes);
	for (size_t cut = 0; cut <= len; cut++) {
		f = fopen(path_of("/banco"), "we");
		assert_int_equal(fwrite(bytes, 1, cut, f), cut);
		fclose(f);
		if (known(&hook, &u) != (cut == len))
			fail_msg("cut at %zu of %zu", cut, len);
	}
	for (size_t at = 0; at < len; at++) {
		f = fopen(path_of("/banco"), "we");
		fwrite(bytes, 1, at, f);
		fputc('!', f);
		fwrite(bytes + at + 1, 1, len - at - 1, f);
		fclose(f);
		if (known(&hook, &u))
			fail_msg("another letter at %zu", at);
	}
	f = fopen(path_of("/banco"), "we");
	fwrite(bytes, 1, len, f);
	fputc('\n', f);
	fclose(f);
	assert_false(known(&hook, &u));
}

static void a_fingerprint_has_its_length(void **state)
{
	struct uploaded u = sent;
	struct err e = { 0 };

	(void)state;
	u.sha256[63] = '\0';
	assert_true(uploaded_write(&s, &hook, &u, &e));
	assert_false(known(&hook, &u));
}

static void what_others_may_use_is_left_alone(void **state)
{
	struct uploaded u;
	struct err e = { 0 };
	bool is = true;

	(void)state;
	write_it();
	assert_int_equal(chmod(path_of("/banco"), 0644), 0);
	assert_false(known(&hook, &u));
	assert_int_equal(chmod(path_of(""), 0750), 0);
	assert_false(uploaded_read(&s, &hook, &u, &is, &e));
	assert_int_equal(e.code, ERR_STORE);
	assert_false(is);
	assert_non_null(strstr(e.text, "chmod 700"));
	assert_false(uploaded_write(&s, &hook, &sent, &e));
	assert_false(uploaded_forget(&s, &hook, &e));
}

/* certbot runs as root, the gate as another: it must be able to go on. */
static void what_root_makes_belongs_to_the_owner_of_the_place(void **state)
{
	struct stat st;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(chown(dir, 65534, 65533), 0);
	write_it();
	assert_int_equal(stat(path_of(""), &st), 0);
	assert_true(st.st_uid == 65534 && st.st_gid == 65533);
	assert_int_equal(stat(path_of("/banco"), &st), 0);
	assert_true(st.st_uid == 65534 && st.st_gid == 65533);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_upload_is_read_as_it_was_written, make_dir, drop_dir),
		cmocka_unit_test_setup_teardown(to_ask_makes_nothing, make_dir, drop_dir),
		cmocka_unit_test_setup_teardown(an_upload_is_of_one_api_and_one_hook, make_dir, drop_dir),
		cmocka_unit_test_setup_teardown(what_is_forgotten_is_not_known, make_dir, drop_dir),
		cmocka_unit_test_setup_teardown(a_broken_file_counts_as_none, make_dir, drop_dir),
		cmocka_unit_test_setup_teardown(a_fingerprint_has_its_length, make_dir, drop_dir),
		cmocka_unit_test_setup_teardown(what_others_may_use_is_left_alone, make_dir, drop_dir),
		cmocka_unit_test_setup_teardown(what_root_makes_belongs_to_the_owner_of_the_place, make_dir, drop_dir),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
