#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail	/* ours is the one in lib/err.h */

#include <string.h>

#include "fcgi/shop.h"
#include "tests/unit/scene.h"

static struct shop shop;

static int open_scene(void **state)
{
	(void)state;
	scene_open(SCENE_LOJA);
	memset(&shop, 0, sizeof shop);
	shop.given = scene_conf;
	return 0;
}

static int close_scene(void **state)
{
	(void)state;
	shop_close(&shop);
	scene_close();
	return 0;
}

static int knock(const char *uri, int64_t now_us)
{
	char request_uri[256];
	char *env[] = { (char[]){ "REQUEST_METHOD=POST" }, request_uri, (char[]){ "REMOTE_ADDR=127.0.0.1" }, NULL };
	struct job j;

	snprintf(request_uri, sizeof request_uri, "REQUEST_URI=%s", uri);
	job_start(&j, now_us);
	shop_admit(&shop, &j, env, now_us);
	return j.status;
}

static void a_good_configuration_opens_at_the_first_request(void **state)
{
	(void)state;
	assert_int_equal(knock(SCENE_URI, 1), 0);
	assert_int_equal(knock("/webhook", 1), 403);
}

static void a_bad_one_is_tried_again_after_a_second(void **state)
{
	(void)state;
	scene_write("pixgate.conf", "inbox = ;", 0600);
	assert_int_equal(knock(SCENE_URI, 1), 503);
	scene_write("pixgate.conf", SCENE_LOJA, 0600);
	assert_int_equal(knock(SCENE_URI, 500000), 503);
	assert_int_equal(knock(SCENE_URI, 1000001), 0);
}

static void reload_takes_a_new_secret(void **state)
{
	(void)state;
	assert_int_equal(knock(SCENE_URI, 1), 0);
	scene_write("loja.secret", "another-secret-of-the-same-shop\n", 0600);
	assert_int_equal(knock(SCENE_URI, 2), 0);
	shop_reload(&shop, 3);
	assert_int_equal(knock(SCENE_URI, 4), 403);
	assert_int_equal(knock("/webhook?hmac=another-secret-of-the-same-shop", 4), 0);
}

static void reload_of_a_bad_configuration_keeps_the_old_one(void **state)
{
	(void)state;
	assert_int_equal(knock(SCENE_URI, 1), 0);
	scene_write("pixgate.conf", "inbox = ;", 0600);
	shop_reload(&shop, 2);
	assert_int_equal(knock(SCENE_URI, 3), 0);
}

static void reload_keeps_the_inbox_open_unless_it_moved(void **state)
{
	struct inbox *was;

	(void)state;
	shop_warm(&shop, 1);
	was = shop.keeper.box;
	assert_non_null(was);
	shop_reload(&shop, 2);
	assert_ptr_equal(shop.keeper.box, was);
	scene_write("pixgate.conf", "inbox = \"sqlite:other.db\"; hooks = ( { name = \"x\"; path = \"/x\"; psp = \"bs2\"; secret = \"file:loja.secret\"; } );", 0600);
	shop_reload(&shop, 3);
	assert_null(shop.keeper.box);
	assert_string_equal(shop.keeper.url, "sqlite:other.db");
}

#define EACH(f) cmocka_unit_test_setup_teardown(f, open_scene, close_scene)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(a_good_configuration_opens_at_the_first_request),
		EACH(a_bad_one_is_tried_again_after_a_second),
		EACH(reload_takes_a_new_secret),
		EACH(reload_of_a_bad_configuration_keeps_the_old_one),
		EACH(reload_keeps_the_inbox_open_unless_it_moved),
	};

	return cmocka_run_group_tests_name("shop", tests, NULL, NULL);
}
