#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail	/* ours is the one in lib/err.h */

#include "lib/run.h"
#include "tests/unit/scene.h"

static char old_path[4096];

static int open_scene(void **state)
{
	const char *path = getenv("PATH");

	(void)state;
	scene_open("");
	snprintf(old_path, sizeof old_path, "%s", path ? path : "");
	return 0;
}

static int close_scene(void **state)
{
	(void)state;
	setenv("PATH", old_path, 1);
	scene_close();
	return 0;
}

static bool run_one(const char *name, struct err *e)
{
	const char *const argv[] = { name, NULL };
	struct run r = { .argv = argv, .timeout_ms = 20000 };
	int status = -1;

	return run_program(&r, &status, e);
}

static void a_missing_program_is_told(void **state)
{
	struct err e;

	(void)state;
	assert_false(run_one("pixgate-no-such-program", &e));
	assert_int_equal(e.code, ERR_NOT_FOUND);
	assert_string_equal(e.text, "pixgate-no-such-program: no such program");
	assert_false(run_one("/nowhere/at/all", &e));
	assert_int_equal(e.code, ERR_NOT_FOUND);
	assert_false(run_one(scene_dir, &e));
	assert_int_equal(e.code, ERR_NOT_FOUND);
	assert_false(run_one("", &e));
	assert_int_equal(e.code, ERR_NOT_FOUND);
	assert_false(run_one(scene_conf, &e));	/* not executable */
	assert_int_equal(e.code, ERR_NOT_FOUND);
}

static void a_file_that_is_no_program_is_not_given_to_a_shell(void **state)
{
	char path[128];
	struct err e;

	(void)state;
	scene_write("odd", "exit 0\n", 0755);
	snprintf(path, sizeof path, "%s/odd", scene_dir);
	assert_false(run_one(path, &e));
	assert_int_equal(e.code, ERR_STORE);
	assert_non_null(strstr(e.text, "could not be started"));
}

static void a_program_is_found_in_path_and_then_in_sbin(void **state)
{
	char *found, want[128], path[256];

	(void)state;
	snprintf(path, sizeof path, ":relative::/nowhere:%s", scene_dir);
	setenv("PATH", path, 1);
	scene_write("true", "#!/bin/sh\n", 0755);
	scene_write("plain", "#!/bin/sh\n", 0644);
	snprintf(want, sizeof want, "%s/true", scene_dir);
	found = program_find("true");
	assert_string_equal(found, want);
	free(found);
	assert_null(program_find("plain"));
	assert_null(program_find(""));
	found = program_find("ldconfig");
	assert_non_null(found);
	assert_non_null(strstr(found, "sbin/ldconfig"));
	free(found);
	unsetenv("PATH");
	assert_null(program_find("true"));
	found = program_find("ldconfig");
	assert_non_null(found);
	free(found);
}

static void a_folder_of_path_that_is_not_absolute_is_passed_over(void **state)
{
	char was[4096];

	(void)state;
	assert_non_null(getcwd(was, sizeof was));
	scene_write("pixgate-odd", "#!/bin/sh\n", 0755);
	assert_int_equal(chdir(scene_dir), 0);
	setenv("PATH", ".::/nowhere:", 1);
	assert_null(program_find("pixgate-odd"));
	assert_int_equal(chdir(was), 0);
}

#define EACH(f) cmocka_unit_test_setup_teardown(f, open_scene, close_scene)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(a_missing_program_is_told),
		EACH(a_file_that_is_no_program_is_not_given_to_a_shell),
		EACH(a_program_is_found_in_path_and_then_in_sbin),
		EACH(a_folder_of_path_that_is_not_absolute_is_passed_over),
	};

	return cmocka_run_group_tests_name("run_find", tests, NULL, NULL);
}
