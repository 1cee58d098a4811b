/* A token that outlives its process: for one address and one client, for nobody else's eyes, whole or not at all. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api/tokenfile.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

static const char base[] = "https://api.example", client[] = "Client_Id_1";
static char dir[64];

static int make_dir(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/pixgate-token-XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int drop_dir(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof command, "rm -rf '%s'", dir);
	return system(command);
}

static struct tokenfile *opened(const char *at, const char *who)
{
	struct err e = { 0 };
	struct tokenfile *f = tokenfile_open(dir, at, who, 0, &e);

	if (!f)
		fail_msg("%s", e.text);
	return f;
}

static void written(const char *text)
{
	struct tokenfile *f = opened(base, client);
	struct token t = { .expires = 1700000000123, .asked = { 11, 22 } };
	struct err e = { 0 };

	strcpy(t.text, text);
	if (!tokenfile_write(f, &t, &e))
		fail_msg("%s", e.text);
	tokenfile_close(f);
}

static bool read_as(const char *at, const char *who, struct token *t)
{
	struct tokenfile *f = opened(at, who);
	bool ok = tokenfile_read(f, t);

	tokenfile_close(f);
	return ok;
}

/* The one file in the folder. */
static void path_of(char out[256])
{
	char command[128];
	FILE *p;

	snprintf(command, sizeof command, "echo %s/.pixgate-tokens/*", dir);
	p = popen(command, "r");
	assert_non_null(p);
	assert_non_null(fgets(out, 256, p));
	pclose(p);
	out[strcspn(out, "\n")] = '\0';
	assert_null(strchr(out, '*'));
}

static void a_token_is_read_as_it_was_written(void **state)
{
	struct token t;
	struct stat st;
	char path[256];

	(void)state;
	written("abc.DEF-1");
	assert_true(read_as(base, client, &t));
	assert_string_equal(t.text, "abc.DEF-1");
	assert_int_equal(t.expires, 1700000000123);
	assert_true(t.asked[0] == 11 && t.asked[1] == 22 && t.asked[2] == 0);
	path_of(path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	snprintf(path, sizeof path, "%s/.pixgate-tokens", dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
}

static void a_token_is_of_one_address_and_one_client(void **state)
{
	struct token t;
	char path[256], command[640];

	(void)state;
	written("abc");
	assert_false(read_as("https://sandbox.example", client, &t));
	assert_false(read_as(base, "Client_Id_2", &t));
	/* nor where somebody gives the file the other's name */
	path_of(path);
	snprintf(command, sizeof command, "sed -i 's/^for ./for z/' %s", path);
	assert_int_equal(system(command), 0);
	assert_false(read_as(base, client, &t));
	assert_string_equal(t.text, "");
}

static void a_file_that_others_may_use_is_left_alone(void **state)
{
	static const mode_t modes[] = { 0644, 0640, 0620, 0604 };
	struct token t;
	struct stat st;
	char path[256];

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		written("abc");
		path_of(path);
		assert_int_equal(chmod(path, modes[i]), 0);
		assert_false(read_as(base, client, &t));
		written("def");
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
		assert_true(read_as(base, client, &t));
		assert_string_equal(t.text, "def");
	}
}

static void a_link_is_not_followed(void **state)
{
	struct token t;
	char path[256], other[300];

	(void)state;
	written("abc");
	path_of(path);
	snprintf(other, sizeof other, "%s/other", dir);
	assert_int_equal(rename(path, other), 0);
	assert_int_equal(symlink(other, path), 0);
	assert_false(read_as(base, client, &t));
	unlink(path);
	assert_int_equal(link(other, path), 0);
	assert_false(read_as(base, client, &t));
}

static void a_broken_file_counts_as_none(void **state)
{
	char path[256], bytes[4096];
	struct token t;
	size_t len;
	FILE *f;

	(void)state;
	written("abc");
	path_of(path);
	f = fopen(path, "re");
	assert_non_null(f);
	len = fread(bytes, 1, sizeof bytes, f);
	fclose(f);
	assert_true(len > 80);
	for (size_t cut = 0; cut < len; cut++) {
		f = fopen(path, "we");
		assert_non_null(f);
		assert_int_equal(fwrite(bytes, 1, cut, f), cut);
		fclose(f);
		if (read_as(base, client, &t))
			fail_msg("cut at %zu of %zu", cut, len);
	}
	for (size_t at = 0; at < len; at++) {
		f = fopen(path, "we");
		assert_non_null(f);
		fwrite(bytes, 1, at, f);
		fputc('\n', f);
		fwrite(bytes + at + 1, 1, len - at - 1, f);
		fclose(f);
		if (bytes[at] != '\n' && read_as(base, client, &t))
			fail_msg("a line break at %zu", at);
	}
}

static void what_cannot_be_a_token_is_told(void **state)
{
	char longest[LIMIT_TOKEN + 2];

	(void)state;
	memset(longest, 'a', sizeof longest);
	longest[LIMIT_TOKEN + 1] = '\0';
	assert_true(token_ok("a"));
	assert_false(token_ok(""));
	assert_false(token_ok("a b"));
	assert_false(token_ok("a\r\nX: y"));
	assert_false(token_ok("\xc3\xa9"));
	assert_false(token_ok(longest));
	longest[LIMIT_TOKEN] = '\0';
	assert_true(token_ok(longest));
}

static void the_longest_token_comes_back(void **state)
{
	struct token t;
	char longest[LIMIT_TOKEN + 1];

	(void)state;
	memset(longest, 'a', sizeof longest);
	longest[LIMIT_TOKEN] = '\0';
	written(longest);
	assert_true(read_as(base, client, &t));
	assert_string_equal(t.text, longest);
}

static void a_folder_that_others_may_use_is_refused(void **state)
{
	struct err e = { 0 };
	char path[128];

	(void)state;
	snprintf(path, sizeof path, "%s/.pixgate-tokens", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(chmod(path, 0750), 0);
	assert_null(tokenfile_open(dir, base, client, 0, &e));
	assert_int_equal(e.code, ERR_STORE);
	assert_non_null(strstr(e.text, "chmod 700"));
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(symlink(dir, path), 0);	/* to a folder that would do */
	assert_null(tokenfile_open(dir, base, client, 0, &e));
	assert_int_equal(unlink(path), 0);
	assert_null(tokenfile_open("/nowhere/at/all", base, client, 0, &e));
	assert_non_null(strstr(e.text, "/nowhere/at/all"));
}

static void one_at_a_time_and_the_wait_has_an_end(void **state)
{
	struct tokenfile *f = opened(base, client);
	struct err e = { 0 };
	int status;
	pid_t pid;

	(void)state;
	assert_null(tokenfile_open(dir, base, client, 60, &e));
	assert_int_equal(e.code, ERR_STORE);
	assert_non_null(strstr(e.text, "another pixgate"));
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		usleep(100 * 1000);
		_exit(0);	/* who ends lets go: the child's copy is closed with it */
	}
	tokenfile_close(f);
	f = tokenfile_open(dir, base, client, 5000, &e);
	assert_non_null(f);
	tokenfile_close(f);
	waitpid(pid, &status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_token_is_read_as_it_was_written, make_dir, drop_dir),
		cmocka_unit_test_setup_teardown(a_token_is_of_one_address_and_one_client, make_dir, drop_dir),
		cmocka_unit_test_setup_teardown(a_file_that_others_may_use_is_left_alone, make_dir, drop_dir),
		cmocka_unit_test_setup_teardown(a_link_is_not_followed, make_dir, drop_dir),
		cmocka_unit_test_setup_teardown(a_broken_file_counts_as_none, make_dir, drop_dir),
		cmocka_unit_test_setup_teardown(what_cannot_be_a_token_is_told, make_dir, drop_dir),
		cmocka_unit_test_setup_teardown(the_longest_token_comes_back, make_dir, drop_dir),
		cmocka_unit_test_setup_teardown(a_folder_that_others_may_use_is_refused, make_dir, drop_dir),
		cmocka_unit_test_setup_teardown(one_at_a_time_and_the_wait_has_an_end, make_dir, drop_dir),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
