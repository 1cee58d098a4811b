/* lib/run.c: with nothing of our environment, and as another user. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#undef fail	/* ours is the one in lib/err.h */

#include "lib/run.h"

static void a_bare_environment_has_nothing_of_ours(void **state)
{
	const char *const argv[] = { "/usr/bin/env", NULL }, *const set[] = { "ONE=1", "TWO=2", NULL };
	struct buf b = BUF(100);
	struct run r = { .argv = argv, .set = set, .bare = true, .timeout_ms = 20000, .out = &b };
	struct err e;
	int status;

	(void)state;
	setenv("OURS", "secret", 1);
	assert_true(run_program(&r, &status, &e));
	assert_string_equal(buf_str(&b), "ONE=1\nTWO=2\n");
	buf_free(&b);
	unsetenv("OURS");
}

static void root_gives_its_rights_away_where_told(void **state)
{
	gid_t extra = 4242, before[64];
	int n = getgroups(64, before);
	const char *const argv[] = { "/bin/sh", "-c", "id -u; id -G", NULL };
	struct buf b = BUF(100);
	struct run r = { .argv = argv, .uid = 12345, .gid = 23456, .timeout_ms = 20000, .out = &b };
	struct err e;
	int status;
	bool ok;

	(void)state;
	if (setgroups(1, &extra))	/* a group that must go too; only root can have it */
		assert_int_not_equal(geteuid(), 0);
	ok = run_program(&r, &status, &e);
	if (geteuid() == 0) {
		assert_int_equal(setgroups(n > 0 ? (size_t)n : 0, before), 0);
		assert_true(ok);
		assert_string_equal(buf_str(&b), "12345\n23456\n");
	} else {
		assert_false(ok);
		assert_non_null(strstr(e.text, "Operation not permitted"));
	}
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bare_environment_has_nothing_of_ours),
		cmocka_unit_test(root_gives_its_rights_away_where_told),
	};

	return cmocka_run_group_tests_name("run_as", tests, NULL, NULL);
}
