/* Where events go: read, refused, shown and read again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/settings.h"	/* ahead of cmocka.h, which has a macro named fail() */
#include "pix/pix.h"

#include <cmocka.h>

#include "tests/unit/sinkconf.h"

#define ALL \
	"sinks = ( { name = \"shop\"; type = \"https\"; url = \"https://loja.example.com/pix.php\"; secret = [ \"file:shop.whsec\", \"env:OLD\" ]; ca = \"ca.pem\"; timeout = 600;\n" \
	"            kinds = [ \"received\", \"refund\" ]; keys = [ \"11111111-2222-4333-8444-555555555555\" ]; stale = true; body = true; },\n" \
	"          { name = \"erp\"; type = \"exec\"; command = [ \"bin/pix-paid\", \"\", \"-x\" ]; timeout = 1; kinds = \"validation\"; },\n" \
	"          { type = \"dir\"; name = \"files\"; path = \"spool\"; keys = [ ]; kinds = [ ]; stale = false; },\n" \
	"          { table = \"shop.Pix_Event\"; name = \"table\"; type = \"sql\"; database = \"postgresql://pix@localhost/shop?sslmode=verify-full\"; password = \"file:shop.pg\"; },\n" \
	"          { name = \"lite\"; type = \"sql\"; database = \"sqlite:shop.db\"; table = \"_t1\"; } );"

static void each_member_is_read_and_paths_are_absolute(void **state)
{
	const struct sink *k;
	char path[128];

	(void)state;
	if (!load_both("", ALL))
		fail_msg("%s", e.text);
	assert_int_equal(s->hooks[0].sinks.count, 5);
	k = first();
	assert_string_equal(k->name, "shop");
	assert_string_equal(k->type, "https");
	assert_string_equal(k->url, "https://loja.example.com/pix.php");
	assert_int_equal(k->secrets.count, 2);
	assert_string_equal(k->secrets.item[1], "env:OLD");
	snprintf(path, sizeof path, "%s/ca.pem", scene_dir);
	assert_string_equal(k->ca, path);
	assert_int_equal(k->timeout_s, 600);
	assert_int_equal(k->kinds, 1u << PIX_RECEIVED | 1u << PIX_REFUND);
	assert_string_equal(k->keys.item[0], "11111111-2222-4333-8444-555555555555");
	assert_true(k->stale);
	assert_true(k->body);
	assert_int_equal(k->line, 4);
	assert_string_equal(k->path, "");
	k++;
	snprintf(path, sizeof path, "%s/bin/pix-paid", scene_dir);
	assert_int_equal(k->command.count, 3);
	assert_string_equal(k->command.item[0], path);
	assert_string_equal(k->command.item[1], "");
	assert_int_equal(k->timeout_s, 1);
	assert_int_equal(k->kinds, 1u << PIX_VALIDATION);
	assert_int_equal(k->line, 6);
	k++;
	snprintf(path, sizeof path, "%s/spool", scene_dir);
	assert_string_equal(k->path, path);
	assert_int_equal(k->timeout_s, 15);
	assert_int_equal(k->kinds, 0);
	assert_int_equal(k->keys.count, 0);
	assert_false(k->stale);
	assert_false(k->body);
	k++;
	assert_string_equal(k->database, "postgresql://pix@localhost/shop?sslmode=verify-full");
	assert_string_equal(k->password, "file:shop.pg");
	assert_string_equal(k->table, "shop.Pix_Event");
	k++;
	snprintf(path, sizeof path, "sqlite:%s/shop.db", scene_dir);
	assert_string_equal(k->database, path);
	assert_string_equal(k->password, "");
}

static void a_hook_has_its_own_list_or_the_file_s(void **state)
{
	(void)state;
	assert_true(load_both("", ""));
	assert_int_equal(hook_sinks(s, &s->hooks[0])->count, 0);
	assert_false(s->hooks[0].confirm);
	assert_true(load_both("sinks = ( { " EXEC " } );", "confirm = true;"));
	assert_ptr_equal(hook_sinks(s, &s->hooks[0]), &s->sinks);
	assert_string_equal(hook_sinks(s, &s->hooks[0])->item[0].name, "x");
	assert_true(s->hooks[0].confirm);
	assert_true(load_both("sinks = ( { " EXEC " } );", "sinks = ( { name = \"y\"; type = \"dir\"; path = \"p\"; } );"));
	assert_int_equal(hook_sinks(s, &s->hooks[0])->count, 1);
	assert_string_equal(hook_sinks(s, &s->hooks[0])->item[0].name, "y");
	assert_true(load_both("sinks = ( { " EXEC " } );", "sinks = ( );"));
	assert_int_equal(hook_sinks(s, &s->hooks[0])->count, 0);
	told(load_both("", "confirm = 1;"), "confirm = 1", 4, "confirm: expected true or false");
	told(load_both("confirm = true;", ""), "confirm at the top", 2, "into a hook");
}

static void each_mistake_names_its_own_line(void **state)
{
	static const struct {
		const char *members, *words;
	} bad[] = {
		{ "", "lacks \"type\"" },
		{ "name = \"x\";", "lacks \"type\": https, exec, dir or sql" },
		{ "type = \"dir\"; path = \"p\";", "lacks \"name\"" },
		{ "name = \"\"; type = \"dir\"; path = \"p\";", "is no name" },
		{ "name = \"a b\"; type = \"dir\"; path = \"p\";", "is no name" },
		{ "name = \"a/b\"; type = \"dir\"; path = \"p\";", "is no name" },
		{ "name = \"x\"; type = \"http\"; url = \"https://a/\";", "type: \"http\" is unknown: did you mean \"https\"? (one of: https, exec, dir, sql)" },
		{ "name = \"x\"; typ = \"dir\"; path = \"p\";", "\"typ\" is unknown: did you mean \"type\"?" },
		{ "name = \"x\"; type = 1;", "type: expected a text in quotes" },
		{ "name = \"x\"; type = \"dir\";", "\"x\" lacks \"path\", which type = \"dir\" needs" },
		{ "name = \"x\"; type = \"exec\";", "lacks \"command\"" },
		{ "name = \"x\"; type = \"https\"; url = \"https://a/\";", "lacks \"secret\"" },
		{ HTTPS, "lacks \"url\"" },
		{ SQL "table = \"t\";", "lacks \"database\"" },
		{ SQL "database = \"sqlite:x\";", "lacks \"table\"" },
		{ EXEC "path = \"p\";", "\"path\" is for type = \"dir\", this one is \"exec\"" },
		{ EXEC "password = \"file:x\";", "\"password\" is for type = \"sql\"" },
		{ EXEC "comand = \"/x\";", "\"comand\" is unknown: did you mean \"command\"? (one of: name, type, command, timeout, kinds, keys, stale, body)" },
		{ EXEC "timeout = 0;", "timeout: expected a number of seconds from 1 to 600" },
		{ EXEC "timeout = 601;", "from 1 to 600" },
		{ EXEC "timeout = 4294967297L;", "from 1 to 600" },
		{ EXEC "timeout = \"15\";", "timeout: expected a number" },
		{ EXEC "timeout = 1.5;", "timeout: expected a number" },
		{ EXEC "kinds = [ \"recieved\" ];", "kinds: \"recieved\" is unknown: did you mean \"received\"?" },
		{ EXEC "kinds = [ \"received\", \"Refund\" ];", "did you mean \"refund\"?" },
		{ EXEC "kinds = [ 1 ];", "kinds: item 1 is no text" },
		{ EXEC "keys = [ \"a b\" ];", "is no Pix key" },
		{ EXEC "stale = 1;", "stale: expected true or false" },
		{ EXEC "body = \"true\";", "body: expected true or false" },
		{ "name = \"x\"; type = \"exec\"; command = [ ];", "command: expected a program" },
		{ "name = \"x\"; type = \"exec\"; command = \"\";", "command: expected a program" },
		{ "name = \"x\"; type = \"exec\"; command = [ \"pix-paid\", \"/x\" ];", "\"pix-paid\" is a bare name, and PATH is not searched" },
		{ "name = \"x\"; type = \"exec\"; command = \"/usr/bin/\";", "is a folder" },
		{ "name = \"x\"; type = \"exec\"; command = ( \"/x\", 1 );", "command: item 2 is no text" },
		{ "name = \"x\"; type = \"dir\"; path = \"\";", "path: expected the path" },
		{ "name = \"x\"; type = \"https\"; url = \"https://a/\"; secret = [ ];", "secret: 0 secrets: expected one" },
		{ "name = \"x\"; type = \"https\"; url = \"https://a/\"; secret = [ \"file:a\", \"file:b\", \"file:c\" ];", "secret: 3 secrets" },
		{ "name = \"x\"; type = \"https\"; url = \"https://a/\"; secret = \"derive:file:a\";", "derive: is for the secrets in URLs" },
		{ SQL "database = \"sqlite:x\"; table = \"t\"; password = \"hunter2\";", "password: " },
	};
	char text[1024];

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		snprintf(text, sizeof text, "sinks = (\n\n{ %s } );", bad[i].members);
		told(load_both("", text), text, 6, bad[i].words);
		told(load_both(text, ""), text, 4, bad[i].words);
	}
	told(load_both("", "sinks = ( { " EXEC " },\n{ " EXEC " } );"), "twice", 5, "a sink \"x\" is already defined in line 4");
	told(load_both("", "sinks = ( \"x\" );"), "a text", 4, "list of groups");
	told(load_both("", "sinks = [ \"x\" ];"), "an array", 4, "list of groups");
	told(load_both("", "sinks = { };"), "a group", 4, "list of groups");
	told(load_both("", "sink = ( );"), "sink", 4, "did you mean \"sinks\"?");
}

/* What the PSP shows at the door must not open the merchant's application. */
static void a_sink_s_secret_is_not_the_hook_s(void **state)
{
	(void)state;
	told(load("name = \"x\"; type = \"https\"; url = \"https://a/\"; secret = \"file:loja.secret\";"), "the same", 4, "a secret of its own");
	told(load("name = \"x\"; type = \"https\"; url = \"https://a/\"; secret = [ \"file:x\", \"file:old\" ];"), "the second", 4, "a secret of its own");
	told(load_both("sinks = ( { name = \"x\"; type = \"https\"; url = \"https://a/\"; secret = \"file:b\"; } );", "basic = \"file:b\";"), "the file's", 2, "a secret of its own");
	assert_true(load_both("sinks = ( { name = \"x\"; type = \"https\"; url = \"https://a/\"; secret = \"file:b\"; } );", "basic = \"file:b\"; sinks = ( );"));
}

static const struct key *key(bool in_hook)
{
	for (const struct key *k = setting_keys; k->name; k++)
		if (strcmp(k->name, "sinks") == 0 && k->in_hook == in_hook)
			return k;
	return NULL;
}

static void what_is_shown_is_read_back(void **state)
{
	char *shown, *again, text[4096];

	(void)state;
	assert_true(load_both("", ALL));
	shown = settings_show(s, &s->hooks[0], key(true));
	snprintf(text, sizeof text, "sinks = %s;", shown);
	assert_true(load_both("", text));
	again = settings_show(s, &s->hooks[0], key(true));
	assert_string_equal(again, shown);
	free(again);
	assert_true(load_both(text, ""));
	again = settings_show(s, &s->hooks[0], key(true));	/* what holds for the hook is the file's */
	assert_string_equal(again, shown);
	free(again);
	again = settings_show(s, NULL, key(false));
	assert_string_equal(again, shown);
	free(again);
	free(shown);
	assert_true(load("name = \"erp\"; command = [ \"/a\\\"b\", \"\\x01\" ]; type = \"exec\"; kinds = [ \"charge\", \"received\" ];"));
	shown = settings_show(s, &s->hooks[0], key(true));
	assert_string_equal(shown, "( { name = \"erp\"; type = \"exec\"; command = [ \"/a\\\"b\", \"\\x01\" ]; timeout = 15; kinds = [ \"received\", \"charge\" ]; } )");
	free(shown);
	assert_true(load_both(text, "sinks = ( );"));
	shown = settings_show(s, &s->hooks[0], key(true));
	assert_string_equal(shown, "( )");
	free(shown);
}

static void the_examples_are_without_mistakes(void **state)
{
	char top[512], rest[512];

	(void)state;
	snprintf(top, sizeof top, "sinks = %s;", key(false)->example);
	snprintf(rest, sizeof rest, "sinks = %s;", key(true)->example);
	if (!load_both(top, rest))
		fail_msg("%s", e.text);
	assert_int_equal(s->sinks.count, 1);
	assert_int_equal(s->hooks[0].sinks.count, 1);
}

/* The manual's example is what people copy. */
static void the_manual_s_example_is_without_mistakes(void **state)
{
	static char page[256 * 1024];
	FILE *f = fopen("man/pixgate.conf.5", "re");
	char *from, *to;

	(void)state;
	if (!f)
		fail_msg("run this from the repository's top");
	page[fread(page, 1, sizeof page - 1, f)] = '\0';
	fclose(f);
	from = strstr(page, "sinks = (\n");
	assert_non_null(from);
	to = strstr(from, ".Ed");
	assert_non_null(to);
	*to = '\0';
	if (!load_both("", from))
		fail_msg("%s", e.text);
	assert_int_equal(s->hooks[0].sinks.count, 4);
}

/* The gate reads the same file under an account that need not see the merchant's. */
static void the_gate_s_check_does_not_look_at_the_sinks_files(void **state)
{
	(void)state;
	assert_true(load_both("", "sinks = ( { name = \"a\"; type = \"https\"; url = \"https://a/\"; secret = \"file:missing\"; ca = \"missing\"; },"
			      "{ name = \"b\"; type = \"exec\"; command = \"/missing/x\"; }, { name = \"c\"; type = \"dir\"; path = \"/missing/x/y\"; },"
			      "{ name = \"d\"; type = \"sql\"; database = \"sqlite:missing\"; table = \"t\"; password = \"file:missing\"; } ); confirm = true;"));
	scene_write("old", SCENE_SECRET, 0600);
	if (!settings_check_files(s, &e))
		fail_msg("%s", e.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(each_member_is_read_and_paths_are_absolute),
		EACH(a_hook_has_its_own_list_or_the_file_s),
		EACH(each_mistake_names_its_own_line),
		EACH(a_sink_s_secret_is_not_the_hook_s),
		EACH(what_is_shown_is_read_back),
		EACH(the_examples_are_without_mistakes),
		EACH(the_manual_s_example_is_without_mistakes),
		EACH(the_gate_s_check_does_not_look_at_the_sinks_files),
	};

	return cmocka_run_group_tests_name("keys_sinks", tests, NULL, NULL);
}
