/* The parts of gen that touch no file: sums, words for a shell, paths, the command in the header. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#undef fail	/* ours is the one in lib/err.h */

#include "cli/gen.h"
#include "lib/run.h"

static struct buf text_of(const char *text)
{
	struct buf b = BUF(4096);

	assert_true(buf_puts(&b, text));
	return b;
}

static enum gen_sum look(const struct buf *b)
{
	return gen_sum_look(buf_str(b), b->len);
}

static void a_sum_is_right_wherever_its_line_is_put(void **state)
{
	static const size_t places[] = { 0, 4, 9 };
	struct err e;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct buf b = text_of("one\ntwo\n\n");

		assert_true(gen_sum_add(&b, places[i], &e));
		assert_int_equal(b.len, 9 + strlen(GEN_SUM) + 65);
		assert_int_equal(look(&b), GEN_SUM_RIGHT);
		/* the SHA-256 of "one\ntwo\n\n", by sha256sum */
		assert_non_null(strstr(b.data, GEN_SUM "3608e1b7643dc2ebd60479455022e199b2e31f32c20c2a9afa97536a8f4d9293\n"));
		buf_free(&b);
	}
}

static void every_changed_byte_is_seen(void **state)
{
	struct buf b = text_of("one\ntwo\n");
	struct err e;

	(void)state;
	assert_true(gen_sum_add(&b, 4, &e));
	for (size_t i = 0; i < b.len; i++) {
		char was = b.data[i];

		b.data[i] ^= 1;
		assert_int_not_equal(look(&b), GEN_SUM_RIGHT);
		b.data[i] = was;
	}
	assert_int_equal(look(&b), GEN_SUM_RIGHT);
	buf_free(&b);
}

static void every_shorter_text_is_seen(void **state)
{
	struct buf b = text_of("one\ntwo\n");
	struct err e;

	(void)state;
	assert_true(gen_sum_add(&b, 8, &e));
	for (size_t len = 0; len < b.len; len++)
		assert_int_not_equal(gen_sum_look(b.data, len), GEN_SUM_RIGHT);
	buf_free(&b);
}

static void a_text_without_a_sum_has_none(void **state)
{
	static const char *const none[] = { "", "\n", "text\n", "x # pixgate sum: 0\n", "# pixgate sum:\n", "# pixgate sum" };

	(void)state;
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		assert_int_equal(gen_sum_look(none[i], strlen(none[i])), GEN_SUM_NONE);
	assert_int_equal(gen_sum_look("# pixgate sum: ", 15), GEN_SUM_WRONG);
}

static void two_sums_are_wrong(void **state)
{
	struct buf b = text_of("one\n"), twice = BUF(4096);
	struct err e;

	(void)state;
	assert_true(gen_sum_add(&b, 4, &e));
	buf_add(&twice, b.data, b.len);
	buf_puts(&twice, b.data + 4);
	assert_int_equal(look(&twice), GEN_SUM_WRONG);
	assert_false(gen_sum_add(&b, 4, &e));
	assert_int_equal(e.code, ERR_CONFIG);
	buf_free(&b);
	buf_free(&twice);
}

static void a_text_that_has_no_room_for_its_sum_is_told(void **state)
{
	struct buf b = BUF(40);
	struct err e;

	(void)state;
	buf_puts(&b, "one\n");
	assert_false(gen_sum_add(&b, 4, &e));
	assert_int_equal(e.code, ERR_CONFIG);
	assert_string_equal(buf_str(&b), "one\n");
	buf_free(&b);
}

static void a_shell_reads_back_what_was_quoted(void **state)
{
	static const char *const words[] = { "", "plain", "a b", "it's", "''", "$HOME", "`x`", "a\"b", "a\\", "*", "~", "!x", "a;b&c|d", "#x", "(x)", "x\ny", "\xc3\xa7", "-x", "a=~b" };

	(void)state;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		struct buf script = text_of("printf %s "), out = BUF(256);
		const char *argv[] = { "/bin/sh", "-c", NULL, NULL };
		struct run r = { .argv = argv, .timeout_ms = 20000, .out = &out };
		struct err e;
		int status = -1;

		gen_quote(words[i], &script);
		argv[2] = buf_str(&script);
		assert_true(run_program(&r, &status, &e));
		assert_int_equal(status, 0);
		assert_string_equal(buf_str(&out), words[i]);
		/* Caddy cannot hold one in a comment, where the command stands */
		assert_true(strchr(words[i], '\\') || !strchr(buf_str(&script), '\\'));
		buf_free(&script);
		buf_free(&out);
	}
}

static void plain_words_stay_plain(void **state)
{
	struct buf b = BUF(256);

	(void)state;
	gen_quote("/etc/nginx/sites-available/a_b+c@d,e=f:g%h.conf", &b);
	assert_string_equal(buf_str(&b), "/etc/nginx/sites-available/a_b+c@d,e=f:g%h.conf");
	buf_free(&b);
}

static void a_path_becomes_absolute_once(void **state)
{
	char was[PATH_MAX];
	static const char *const paths[][2] = {
		{ "/etc/x", "/etc/x" }, { "x", "/usr/x" }, { "./x", "/usr/x" }, { ".//./x/", "/usr/x/" }, { "../x", "/usr/../x" }, { ".", "/usr" },
		{ "./", "/usr" }, { ".x", "/usr/.x" },
	};
	char *at;

	(void)state;
	assert_non_null(getcwd(was, sizeof was));
	assert_int_equal(chdir("/usr"), 0);
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		at = gen_absolute(paths[i][0]);
		assert_string_equal(at, paths[i][1]);
		free(at);
	}
	assert_null(gen_absolute(NULL));
	assert_int_equal(chdir("/"), 0);
	at = gen_absolute("x");
	assert_string_equal(at, "/x");
	free(at);
	assert_int_equal(chdir(was), 0);
}

static void the_command_has_what_was_given_in_the_tables_order(void **state)
{
	static const struct opt options[] = { { "--a", "A", "", 0 }, { "--b", "B", "", 0 }, { "--c", "C", "", 0 }, { 0 } };
	const char *const value[] = { "1", NULL, "x y" };
	struct buf all = BUF(256), some = BUF(256);
	struct err e;
	const struct gen_server *nginx = gen_server_find("nginx", &e);

	(void)state;
	assert_non_null(nginx);
	gen_command(nginx, "/etc/my conf", options, 3, value, &all);
	assert_string_equal(buf_str(&all), "pixgate gen nginx --conf '/etc/my conf' --a 1 --c 'x y'");
	gen_command(nginx, NULL, options, 2, value, &some);
	assert_string_equal(buf_str(&some), "pixgate gen nginx --a 1");
	buf_free(&all);
	buf_free(&some);
}

/* The arrays of a result, and the names of -o in a folder. */
static void no_server_has_more_texts_than_fit_nor_two_of_a_name(void **state)
{
	(void)state;
	for (const struct gen_server *const *s = gen_servers; *s; s++) {
		size_t n = 0;

		for (const struct gen_text *t = (*s)->texts; t->template; t++, n++)
			for (const struct gen_text *u = (*s)->texts; u != t; u++)
				assert_string_not_equal(gen_file_name(u), gen_file_name(t));
		assert_in_range(n, 1, GEN_TEXTS);
		assert_true(!(*s)->test || ((*s)->programs && (*s)->programs[0]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sum_is_right_wherever_its_line_is_put),
		cmocka_unit_test(every_changed_byte_is_seen),
		cmocka_unit_test(every_shorter_text_is_seen),
		cmocka_unit_test(a_text_without_a_sum_has_none),
		cmocka_unit_test(two_sums_are_wrong),
		cmocka_unit_test(a_text_that_has_no_room_for_its_sum_is_told),
		cmocka_unit_test(a_shell_reads_back_what_was_quoted),
		cmocka_unit_test(plain_words_stay_plain),
		cmocka_unit_test(a_path_becomes_absolute_once),
		cmocka_unit_test(the_command_has_what_was_given_in_the_tables_order),
		cmocka_unit_test(no_server_has_more_texts_than_fit_nor_two_of_a_name),
	};

	return cmocka_run_group_tests_name("cli_gen", tests, NULL, NULL);
}
