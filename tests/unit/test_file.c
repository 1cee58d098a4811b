#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail	/* ours is the one in lib/err.h */

#include <string.h>

#include "lib/file.h"
#include "tests/unit/scene.h"

static char path[96];

static int open_scene(void **state)
{
	(void)state;
	scene_open("");
	snprintf(path, sizeof path, "%s/x", scene_dir);
	return 0;
}

static int close_scene(void **state)
{
	(void)state;
	scene_close();
	return 0;
}

static void a_file_is_read_whole_up_to_the_ceiling(void **state)
{
	char text[20001];
	struct err e;

	(void)state;
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	scene_write("x", text, 0600);
	for (size_t max = 19999; max <= 20001; max++) {
		struct buf b = BUF(max);

		assert_int_equal(file_read(path, 0, &b, &e), max >= 20000);
		if (max >= 20000)
			assert_string_equal(buf_str(&b), text);
		else
			assert_non_null(strstr(e.text, "longer than 19999 bytes"));
		buf_free(&b);
	}
}

static void forbidden_permissions_are_named(void **state)
{
	struct buf b = BUF(100);
	struct err e;

	(void)state;
	scene_write("x", "secret", 0604);
	assert_true(file_read(path, 0, &b, &e));
	buf_reset(&b);
	assert_false(file_read(path, 07, &b, &e));
	assert_int_equal(e.code, ERR_CONFIG);
	assert_non_null(strstr(e.text, "0604"));
	assert_int_equal(b.len, 0);
	scene_write("x", "secret", 0640);
	assert_true(file_read(path, 07, &b, &e));
	buf_free(&b);
}

static void what_is_no_regular_file_is_refused_at_once(void **state)
{
	struct buf b = BUF(100);
	struct err e;

	(void)state;
	assert_false(file_read(path, 0, &b, &e));
	assert_int_equal(e.code, ERR_CONFIG);
	assert_false(file_read(scene_dir, 0, &b, &e));
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_false(file_read(path, 0, &b, &e));
	assert_non_null(strstr(e.text, "not a regular file"));
	assert_int_equal(b.len, 0);
}

#define EACH(f) cmocka_unit_test_setup_teardown(f, open_scene, close_scene)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(a_file_is_read_whole_up_to_the_ceiling),
		EACH(forbidden_permissions_are_named),
		EACH(what_is_no_regular_file_is_refused_at_once),
	};

	return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
