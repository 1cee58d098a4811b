#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail	/* ours is the one in lib/err.h */

#include <string.h>

#include "lib/conf.h"
#include "tests/unit/scene.h"

static struct conf *conf;
static struct err e;

static int open_scene(void **state)
{
	(void)state;
	scene_open("");
	conf = NULL;
	return 0;
}

static int close_scene(void **state)
{
	(void)state;
	conf_free(conf);
	scene_close();
	return 0;
}

static void values_know_type_and_line(void **state)
{
	const struct conf_value *root, *hooks;
	int64_t n;
	bool on = false;

	(void)state;
	scene_write("pixgate.conf", "a = \"text\";\nb = 42;\n# remark\nc = true;\nhooks = ( { d = [ \"x\", \"y\" ]; } );\n", 0600);
	conf = conf_read(scene_conf, &e);
	assert_non_null(conf);
	root = conf_root(conf);
	assert_int_equal(conf_type(root), CONF_GROUP);
	assert_int_equal(conf_count(root), 4);
	assert_string_equal(conf_text(conf_at(root, 0)), "text");
	assert_true(conf_number(conf_at(root, 1), &n) && n == 42);
	assert_int_equal(conf_type(conf_at(root, 2)), CONF_BOOL);
	assert_true(conf_flag(conf_at(root, 2), &on) && on);
	assert_false(conf_flag(conf_at(root, 1), &on));
	assert_int_equal(conf_line(conf_at(root, 2)), 4);
	hooks = conf_at(root, 3);
	assert_string_equal(conf_name(hooks), "hooks");
	assert_int_equal(conf_type(hooks), CONF_LIST);
	assert_null(conf_name(conf_at(hooks, 0)));
	assert_string_equal(conf_text(conf_at(conf_at(conf_at(hooks, 0), 0), 1)), "y");
	assert_false(conf_number(conf_at(root, 0), &n));
	assert_null(conf_text(conf_at(root, 1)));
}

static void mistakes_name_file_and_line(void **state)
{
	char want[128];

	(void)state;
	scene_write("pixgate.conf", "a = 1;\nb = ;\n", 0600);
	assert_null(conf_read(scene_conf, &e));
	snprintf(want, sizeof want, "%s:2: ", scene_conf);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_memory_equal(e.text, want, strlen(want));
}

static void includes_and_nul_bytes_are_refused(void **state)
{
	char path[128];
	FILE *f;

	(void)state;
	scene_write("pixgate.conf", "a = 1;\n  @include \"other\"\n", 0600);
	assert_null(conf_read(scene_conf, &e));
	assert_non_null(strstr(e.text, ":2: @include"));
	snprintf(path, sizeof path, "%s/nul.conf", scene_dir);
	f = fopen(path, "w");
	fwrite("a = 1;\n\0b = 2;\n", 1, 15, f);
	fclose(f);
	assert_null(conf_read(path, &e));
	assert_non_null(strstr(e.text, ":2: a NUL byte"));
}

static void a_folder_a_missing_and_a_huge_file_are_refused(void **state)
{
	static char big[1024 * 1024 + 2];

	(void)state;
	assert_null(conf_read(scene_dir, &e));
	assert_null(conf_read("/nonexistent/pixgate.conf", &e));
	assert_int_equal(e.code, ERR_CONFIG);
	memset(big, '\n', sizeof big - 1);
	scene_write("pixgate.conf", big, 0600);
	assert_null(conf_read(scene_conf, &e));
	assert_non_null(strstr(e.text, "longer than"));
}

static void quoted_text_is_read_back_as_it_was(void **state)
{
	const char *text = "a\"b\\c\td\n e \x01 \xc3\xa9";
	char *quoted = conf_quote(text), line[256];

	(void)state;
	snprintf(line, sizeof line, "a = %s;\n", quoted);
	free(quoted);
	scene_write("pixgate.conf", line, 0600);
	conf = conf_read(scene_conf, &e);
	assert_non_null(conf);
	assert_string_equal(conf_text(conf_at(conf_root(conf), 0)), text);
}

#define EACH(f) cmocka_unit_test_setup_teardown(f, open_scene, close_scene)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(values_know_type_and_line),
		EACH(mistakes_name_file_and_line),
		EACH(includes_and_nul_bytes_are_refused),
		EACH(a_folder_a_missing_and_a_huge_file_are_refused),
		EACH(quoted_text_is_read_back_as_it_was),
	};

	return cmocka_run_group_tests_name("conf", tests, NULL, NULL);
}
