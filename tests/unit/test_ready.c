/* What `conf check` finds wrong with sinks before money comes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "deliver/ready.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

#include "tests/unit/sinkconf.h"

#define WHSEC "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define POSTED "name = \"x\"; type = \"https\"; url = \"https://a/\"; secret = \"file:x\"; "
#define TABLE "name = \"x\"; type = \"sql\"; table = \"t\"; "

static void ready(const char *members)
{
	if (!load(members))
		fail_msg("%s", e.text);
	if (!deliver_ready(s, &e))
		fail_msg("%s: %s", members, e.text);
}

static void not_ready(const char *members, const char *words)
{
	if (!load(members))
		fail_msg("%s", e.text);
	told(deliver_ready(s, &e), members, 4, words);
	if (!strstr(e.text, "hook \"loja\", sink \"x\"") || strstr(e.text, "hunter2"))
		fail_msg("%s", e.text);
}

static void a_secret_is_there_private_and_of_the_right_form(void **state)
{
	(void)state;
	not_ready(POSTED, "secret: ");
	scene_write("x", WHSEC, 0644);
	not_ready(POSTED, "secret: ");
	scene_write("x", "hunter2", 0600);
	not_ready(POSTED, "secret: ");
	scene_write("x", WHSEC, 0600);
	ready(POSTED);
}

static void a_file_of_cas_has_certificates(void **state)
{
	(void)state;
	scene_write("x", WHSEC, 0600);
	not_ready(POSTED "ca = \"ca.pem\";", "ca: ");
	scene_write("ca.pem", "", 0644);
	not_ready(POSTED "ca = \"ca.pem\";", "no certificate in PEM");
	scene_write("ca.pem", "-----BEGIN CERTIFICATE-----\n", 0644);
	ready(POSTED "ca = \"ca.pem\";");
}

static void a_program_is_there_and_only_ours_to_change(void **state)
{
	(void)state;
	not_ready("name = \"x\"; type = \"exec\"; command = \"./paid\";", "there is no program that can be executed");
	scene_write("paid", "#!/bin/sh\n", 0644);
	not_ready("name = \"x\"; type = \"exec\"; command = \"./paid\";", "there is no program that can be executed");
	scene_write("paid", "#!/bin/sh\n", 0757);
	not_ready("name = \"x\"; type = \"exec\"; command = \"./paid\";", "others may write it (chmod o-w)");
	scene_write("paid", "#!/bin/sh\n", 0755);
	ready("name = \"x\"; type = \"exec\"; command = \"./paid\";");
}

static void a_folder_is_there_or_can_be_made(void **state)
{
	(void)state;
	ready("name = \"x\"; type = \"dir\"; path = \"spool\";");
	ready("name = \"x\"; type = \"dir\"; path = \"spool//\";");
	ready("name = \"x\"; type = \"dir\"; path = \"/\";");
	ready("name = \"x\"; type = \"dir\"; path = \"/spool\";");
	not_ready("name = \"x\"; type = \"dir\"; path = \"no/spool\";", "/no is missing");
	not_ready("name = \"x\"; type = \"dir\"; path = \"loja.secret\";", "loja.secret is no folder");
	not_ready("name = \"x\"; type = \"dir\"; path = \"loja.secret/x\";", "is missing or cannot be entered");
}

static void a_database_s_file_and_password_are_there(void **state)
{
	(void)state;
	not_ready(TABLE "database = \"sqlite:shop.db\";", "there is no such file");
	scene_write("shop.db", "", 0600);
	ready(TABLE "database = \"sqlite:shop.db\";");
	ready(TABLE "database = \"postgresql://pix@192.0.2.1/shop\";");	/* nobody is asked */
	not_ready(TABLE "database = \"postgresql://pix@192.0.2.1/shop\"; password = \"file:pg\";", "password: ");
	scene_write("pg", "hunter2", 0604);
	not_ready(TABLE "database = \"postgresql://pix@192.0.2.1/shop\"; password = \"file:pg\";", "password: ");
	scene_write("pg", "hunter2", 0600);
	ready(TABLE "database = \"postgresql://pix@192.0.2.1/shop\"; password = \"file:pg\";");
	not_ready(TABLE "database = \"postgresql://pix@192.0.2.1/shop?nonsense=1\";", "nonsense");
	not_ready(TABLE "database = \"sqlite:shop.db\"; password = \"file:pg\";", "a file has none");
}

static void the_file_s_own_list_is_looked_at_too(void **state)
{
	(void)state;
	assert_true(load_both("sinks = ( { name = \"x\"; type = \"dir\"; path = \"no/spool\"; } );", ""));
	told(deliver_ready(s, &e), "the file's", 2, "sink \"x\": path: ");
	assert_true(load_both("sinks = ( { name = \"x\"; type = \"dir\"; path = \"no/spool\"; } );", "sinks = ( );"));
	assert_true(deliver_ready(s, &e));
}

static void to_confirm_the_api_s_settings_are_needed(void **state)
{
	(void)state;
	assert_true(load_both("", "confirm = true;"));
	told(deliver_ready(s, &e), "confirm", 3, "confirm: hook \"loja\": client_id is not set");
	scene_write("c", "hunter2", 0600);
	assert_true(load_both("", "confirm = true; client_id = \"x\"; client_secret = \"file:c\";"));
	told(deliver_ready(s, &e), "confirm", 3, "api_cert is not set");
	assert_true(load_both("", "confirm = true; client_id = \"x\"; client_secret = \"file:c\"; api_cert = \"loja.p12\";"));
	assert_true(deliver_ready(s, &e));
	assert_true(load_both("", "confirm = false;"));
	assert_true(deliver_ready(s, &e));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(a_secret_is_there_private_and_of_the_right_form),
		EACH(a_file_of_cas_has_certificates),
		EACH(a_program_is_there_and_only_ours_to_change),
		EACH(a_folder_is_there_or_can_be_made),
		EACH(a_database_s_file_and_password_are_there),
		EACH(the_file_s_own_list_is_looked_at_too),
		EACH(to_confirm_the_api_s_settings_are_needed),
	};

	return cmocka_run_group_tests_name("ready", tests, NULL, NULL);
}
