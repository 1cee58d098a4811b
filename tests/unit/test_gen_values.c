#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gen/values.h"

static const char *text_of(const struct values *v, const char *name)
{
	const struct value *x = values_find(v, name);

	return x && value_text(x) ? value_text(x) : "(none)";
}

static void a_name_has_the_last_value_that_was_set(void **state)
{
	struct values *v = values_new();

	(void)state;
	values_text(v, "domain", "a.example");
	assert_string_equal(text_of(v, "domain"), "a.example");
	values_textf(v, "domain", "%s:%d", text_of(v, "domain"), 443);
	assert_string_equal(text_of(v, "domain"), "a.example:443");
	values_text(v, "domain", text_of(v, "domain"));
	assert_string_equal(text_of(v, "domain"), "a.example:443");
	values_flag(v, "domain", true);
	assert_null(value_text(values_find(v, "domain")));
	assert_true(value_set(values_find(v, "domain")));
	values_list(v, "domain");
	assert_true(value_list(values_find(v, "domain")));
	assert_false(value_set(values_find(v, "domain")));
	values_text(v, "domain", "b");
	assert_false(value_list(values_find(v, "domain")));
	values_free(v);
	values_free(NULL);
}

static void a_value_is_set_when_it_says_something(void **state)
{
	struct values *v = values_new();

	(void)state;
	values_text(v, "empty", "");
	values_text(v, "text", "x");
	values_flag(v, "no", false);
	values_flag(v, "yes", true);
	values_list(v, "none");
	values_item(v, "some");
	assert_false(value_set(values_find(v, "empty")));
	assert_true(value_set(values_find(v, "text")));
	assert_false(value_set(values_find(v, "no")));
	assert_true(value_set(values_find(v, "yes")));
	assert_false(value_set(values_find(v, "none")));
	assert_true(value_set(values_find(v, "some")));
	assert_null(values_find(v, "absent"));
	values_free(v);
}

static void an_item_sees_what_is_round_it(void **state)
{
	struct values *v = values_new(), *item, *deep;

	(void)state;
	values_text(v, "name", "outer");
	values_text(v, "path", "/outer");
	item = values_item(v, "list");
	values_text(item, "path", "/a");
	deep = values_item(item, "more");
	values_text(deep, "word", "x");
	for (int i = 0; i < 50; i++)	/* the lists grow and may move */
		values_item(v, "list");
	assert_int_equal(value_items(values_find(v, "list")), 51);
	assert_ptr_equal(value_item(values_find(v, "list"), 0), item);
	assert_null(value_item(values_find(v, "list"), 51));
	assert_string_equal(text_of(item, "path"), "/a");
	assert_string_equal(text_of(deep, "path"), "/a");
	assert_string_equal(text_of(deep, "name"), "outer");
	assert_string_equal(text_of(v, "path"), "/outer");
	assert_null(values_find(v, "word"));
	values_free(v);
}

static void a_list_that_is_set_anew_is_empty(void **state)
{
	struct values *v = values_new();

	(void)state;
	values_item(v, "list");
	values_shape(v, "list");
	values_list(v, "list");
	assert_int_equal(value_items(values_find(v, "list")), 0);
	assert_null(value_shape(values_find(v, "list")));
	values_free(v);
}

static void an_item_has_every_name_of_the_lists_shape(void **state)
{
	struct values *v = values_new(), *shape, *item;

	(void)state;
	values_text(v, "cgi", "outer");
	item = values_item(v, "paths");
	assert_string_equal(text_of(item, "cgi"), "outer");
	shape = values_shape(v, "paths");
	assert_ptr_equal(values_shape(v, "paths"), shape);
	values_text(shape, "cgi", "");
	values_text(shape, "path", "/none");
	assert_int_equal(value_items(values_find(v, "paths")), 1);
	assert_string_equal(text_of(item, "cgi"), "");
	assert_string_equal(text_of(item, "path"), "/none");
	values_text(item, "path", "/a");
	assert_string_equal(text_of(item, "path"), "/a");
	assert_ptr_equal(value_shape(values_find(v, "paths")), shape);
	values_free(v);
}

static void without_a_shape_the_first_item_tells_the_names(void **state)
{
	struct values *v = values_new(), *item;

	(void)state;
	values_list(v, "paths");
	assert_null(value_shape(values_find(v, "paths")));
	item = values_item(v, "paths");
	values_item(v, "paths");
	assert_ptr_equal(value_shape(values_find(v, "paths")), item);
	values_free(v);
}

static void the_nearest_name_is_looked_for_in_every_scope(void **state)
{
	struct values *v = values_new(), *item;

	(void)state;
	assert_null(values_nearest(v, "domian"));
	values_text(v, "domain", "x");
	values_text(values_shape(v, "chain"), "sha256", "");
	item = values_item(v, "chain");
	values_text(item, "subject", "x");
	assert_string_equal(values_nearest(v, "domian"), "domain");
	assert_string_equal(values_nearest(item, "domian"), "domain");
	assert_string_equal(values_nearest(item, "subjcet"), "subject");
	assert_string_equal(values_nearest(item, "sha265"), "sha256");
	assert_null(values_nearest(v, "subjcet"));
	assert_null(values_nearest(item, "zzzzzz"));
	values_free(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_has_the_last_value_that_was_set),
		cmocka_unit_test(a_value_is_set_when_it_says_something),
		cmocka_unit_test(an_item_sees_what_is_round_it),
		cmocka_unit_test(a_list_that_is_set_anew_is_empty),
		cmocka_unit_test(an_item_has_every_name_of_the_lists_shape),
		cmocka_unit_test(without_a_shape_the_first_item_tells_the_names),
		cmocka_unit_test(the_nearest_name_is_looked_for_in_every_scope),
	};

	return cmocka_run_group_tests_name("values", tests, NULL, NULL);
}
