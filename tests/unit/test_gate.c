#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stddef.h>
#include <cmocka.h>
#undef fail	/* ours is the one in lib/err.h */

#include <string.h>

#include "fcgi/gate.h"
#include "tests/unit/scene.h"

static struct gate gate;

static int open_scene(void **state)
{
	(void)state;
	scene_open(SCENE_LOJA);
	return 0;
}

static int close_scene(void **state)
{
	(void)state;
	gate_close(&gate);
	scene_close();
	return 0;
}

static struct req post(const char *uri)
{
	return (struct req){ .method = "POST", .uri = uri, .remote_addr = "127.0.0.1", .authorization = "", .forwarded = "",
			     .client_verify = "", .client_cert = "", .subject_cn = "", .issuer_cn = "" };
}

static int judge(const struct req *r, struct verdict *v)
{
	gate_admit(&gate, r, 1790000000, v);
	return v->status;
}

static void who_proves_everything_is_let_in(void **state)
{
	const struct req r = post(SCENE_URI "/pix");
	struct verdict v;
	struct err e;

	(void)state;
	assert_true(gate_open(&gate, scene_conf, false, &e));
	assert_int_equal(judge(&r, &v), 200);
	assert_string_equal(v.hook->name, "loja");
	assert_string_equal(v.route.suffix, "/pix");
	assert_string_equal(v.check, "");
}

static void each_missing_proof_is_refused_by_name(void **state)
{
	struct req r = post("/webhook?hmac=wrong");
	struct verdict v;
	struct err e;

	(void)state;
	assert_true(gate_open(&gate, scene_conf, false, &e));
	assert_int_equal(judge(&r, &v), 403);
	assert_string_equal(v.check, "secret");
	r = post(SCENE_URI);
	r.remote_addr = "192.0.2.7";
	assert_int_equal(judge(&r, &v), 403);
	assert_string_equal(v.check, "source");
	r = post("/elsewhere?hmac=" SCENE_SECRET);
	assert_int_equal(judge(&r, &v), 404);
	assert_null(v.hook);
	r = post(SCENE_URI);
	r.method = "GET";
	assert_int_equal(judge(&r, &v), 405);
}

static void a_wrong_address_outranks_a_missing_password(void **state)
{
	struct req r = post("/webhook");
	struct verdict v;
	struct err e;

	(void)state;
	scene_write("pixgate.conf", "inbox = \"sqlite:inbox.db\"; hooks = ( { name = \"b\"; path = \"/webhook\"; psp = \"bs2\";"
		    " basic = \"file:loja.secret\"; sources = [ \"192.0.2.7\" ]; } );", 0600);
	assert_true(gate_open(&gate, scene_conf, false, &e));
	assert_int_equal(judge(&r, &v), 403);
	r.remote_addr = "192.0.2.7";
	assert_int_equal(judge(&r, &v), 401);
	assert_string_equal(v.check, "basic");
}

static void a_secret_that_is_gone_closes_the_gate_at_once(void **state)
{
	struct err e;
	char path[128];

	(void)state;
	snprintf(path, sizeof path, "%s/loja.secret", scene_dir);
	unlink(path);
	assert_false(gate_open(&gate, scene_conf, false, &e));
	assert_int_equal(e.code, ERR_CONFIG);
	assert_non_null(strstr(e.text, "loja"));
}

static void a_lazy_gate_asks_for_the_door_alone(void **state)
{
	const struct req r = post(SCENE_URI);
	struct verdict v;
	struct err e;
	char path[128];

	(void)state;
	assert_true(gate_open(&gate, scene_conf, true, &e));
	snprintf(path, sizeof path, "%s/loja.secret", scene_dir);
	unlink(path);
	assert_int_equal(judge(&r, &v), 503);
	assert_int_equal(gate.trouble.code, ERR_CONFIG);
	assert_null(strstr(gate.trouble.text, SCENE_SECRET));
	scene_write("loja.secret", SCENE_SECRET "\n", 0600);
	assert_int_equal(judge(&r, &v), 200);
	assert_int_equal(gate.trouble.code, ERR_NONE);
}

#define EACH(f) cmocka_unit_test_setup_teardown(f, open_scene, close_scene)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(who_proves_everything_is_let_in),
		EACH(each_missing_proof_is_refused_by_name),
		EACH(a_wrong_address_outranks_a_missing_password),
		EACH(a_secret_that_is_gone_closes_the_gate_at_once),
		EACH(a_lazy_gate_asks_for_the_door_alone),
	};

	return cmocka_run_group_tests_name("gate", tests, NULL, NULL);
}
