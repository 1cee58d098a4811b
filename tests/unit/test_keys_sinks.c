/* Where events go: read, refused, shown and read again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "conf/settings.h"	/* ahead of cmocka.h, which has a macro named fail() */
#include "lib/buf.h"
#include "pix/pix.h"

#include <cmocka.h>

#include "tests/unit/scene.h"

static struct settings *s;
static struct err e;

static int open_scene(void **state)
{
	(void)state;
	scene_open(SCENE_LOJA);
	s = NULL;
	return 0;
}

static int close_scene(void **state)
{
	(void)state;
	settings_free(s);
	scene_close();
	return 0;
}

/* `top` is line 2, `rest` line 4, inside of a hook. */
static bool load_both(const char *top, const char *rest)
{
	struct buf b = BUF(256 * 1024);

	buf_putf(&b, "inbox = \"sqlite:inbox.db\";\n%s\nhooks = ( { name = \"loja\"; path = \"/w\"; psp = \"efi\"; secret = [ \"file:loja.secret\", \"file:old\" ];\n%s } );\n", top, rest);
	settings_free(s);
	scene_write("pixgate.conf", buf_str(&b), 0600);
	s = settings_load(scene_conf, &e);
	buf_free(&b);
	return s != NULL;
}

/* One sink with these members. */
static bool load(const char *members)
{
	struct buf b = BUF(128 * 1024);
	bool ok;

	buf_putf(&b, "sinks = ( { %s } );", members);
	ok = load_both("", buf_str(&b));
	buf_free(&b);
	return ok;
}

/* The mistake is in that line, and the message has those words, in one line. */
static void told(bool taken, const char *text, int line, const char *words)
{
	char where[128];

	if (taken)
		fail_msg("was taken: %s", text);
	snprintf(where, sizeof where, "%s:%d: ", scene_conf, line);
	if (e.code != ERR_CONFIG || strncmp(e.text, where, strlen(where)) != 0 || !strstr(e.text, words) || strchr(e.text, '\n'))
		fail_msg("%s\ngave: %s\nexpected %s… %s", text, e.text, where, words);
}

static const struct sink *first(void)
{
	return &s->hooks[0].sinks.item[0];
}

#define EXEC "name = \"x\"; type = \"exec\"; command = \"/bin/true\"; "
#define HTTPS "name = \"x\"; type = \"https\"; secret = \"file:x\"; "
#define SQL "name = \"x\"; type = \"sql\"; "

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

/* What would be readable in the file is not repeated in a message, which goes to logs. */
static void no_message_has_the_password(void **state)
{
	static const char *const bad[] = {
		HTTPS "url = \"https://shop:hunter2@loja.example.com/\";", HTTPS "url = \"https://hunter2@loja.example.com\";",
		SQL "table = \"t\"; database = \"postgresql://pix:hunter2@localhost/shop\";", SQL "table = \"t\"; database = \"postgres://pix:hunter2@localhost\";",
		SQL "table = \"t\"; database = \"postgresql://:hunter2@/shop\";",
		SQL "table = \"t\"; database = \"postgresql://localhost/shop?password=hunter2\";",
		SQL "table = \"t\"; database = \"postgresql://localhost/shop?sslmode=require&password=hunter2\";",
		SQL "table = \"t\"; database = \"postgresql://localhost/shop?%70ass%77ord=hunter2\";",
		SQL "table = \"t\"; database = \"postgresql://localhost/shop?sslpassword=hunter2\";",
	};
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		snprintf(text, sizeof text, "sinks = ( { %s } );", bad[i]);
		told(load_both("", text), text, 4, "readable in this file");
		if (strstr(e.text, "hunter2"))
			fail_msg("%s", e.text);
	}
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

static void urls_are_https_or_of_this_machine(void **state)
{
	static const char *const good[] = {
		"https://loja.example.com", "https://loja.example.com/pix.php", "https://loja.example.com:8443/a?b=c&d=%20", "https://[2001:db8::1]:8443/", "https://203.0.113.7/",
		"http://localhost/", "http://localhost:3000/pix", "http://127.0.0.1:8080", "http://[::1]/x", "http://[::1]:9/x", "https://a/b@c",
	};
	static const char *const bad[] = {
		"", "loja.example.com", "ftp://loja.example.com/", "HTTPS://loja.example.com/", "https:/loja.example.com", "https://", "https:///x", "https://?x", "https://:443/",
		"https://loja.example.com:/", "https://loja.example.com:0/", "https://loja.example.com:65536/", "https://loja.example.com:123456/", "https://loja.example.com:8a/",
		"https://loja.example.com#x", "https://loja.example.com/#", "https://loja .example.com/", "https://loja.example.com/a b", "https://loja.example.com/\\n", "https://[::1", "https://[]/",
		"https://[::1]x/", "https://[::1%25eth0]/", "https://loja.ex\xc3\xa3mple/", "https://loja.example.com\\\\@evil.example/", "https://loja.example.com/\\\"x", "https://a\\x7f/",
		"http://loja.example.com/", "http://localhost.example.com/", "http://localhost@evil.example/", "http://127.0.0.1.example.com/", "http://127.0.0.2/", "http://127.1/",
		"http://0/", "http://0x7f000001/", "http://2130706433/", "http://LOCALHOST/", "http://[::ffff:127.0.0.1]/", "http://[0:0:0:0:0:0:0:1]/", "http://localhost:80:80/",
		"http://127.0.0.1:8080@evil.example/", "http://evil.example/?http://localhost/",
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		snprintf(text, sizeof text, HTTPS "url = \"%s\";", good[i]);
		if (!load(text))
			fail_msg("%s: %s", good[i], e.text);
		assert_string_equal(first()->url, good[i]);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		snprintf(text, sizeof text, HTTPS "url = \"%s\";", bad[i]);
		told(load(text), bad[i], 4, "sinks: url: ");
	}
}

static void databases_and_tables_are_checked(void **state)
{
	static const char *const good[] = {
		"postgresql://pix@localhost/shop", "postgres://localhost", "postgresql:///shop?host=/run/postgresql", "postgresql://pix@db.example:5433/shop?sslmode=verify-full&connect_timeout=3",
		"postgresql://a,b/shop", "postgresql://localhost/shop?passfile=x",
	};
	static const char *const bad[] = {
		"", "sqlite:", "mysql://localhost/shop", "postgresql:localhost", "host=localhost dbname=shop", "postgresql://local host/shop", "postgresql://localhost/a\\nb", "postgresql://localhost/#x",
		"postgresql://a@b@localhost/x", "/var/shop.db", "postgresql://localhost/\\\"", "postgresql://localhost/\xc3\xa9",
	};
	static const char *const tables[] = { "t", "pix_event", "shop.pix_event", "PixEvent", "_", "a1" };
	static const char *const not_tables[] = {
		"", ".", "a.", ".a", "a..b", "a.b.c", "1a", "a.1b", "a b", "a-b", "a\\\"b", "a'b", "a;b", "p\xc3\xa9", "a\\nb", "a(b)", "--", "a.b c",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",	/* 64 */
	};
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		snprintf(text, sizeof text, SQL "table = \"t\"; database = \"%s\";", good[i]);
		if (!load(text))
			fail_msg("%s: %s", good[i], e.text);
		assert_string_equal(first()->database, good[i]);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		snprintf(text, sizeof text, SQL "table = \"t\"; database = \"%s\";", bad[i]);
		told(load(text), bad[i], 4, "sinks: database: ");
	}
	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
		snprintf(text, sizeof text, SQL "database = \"sqlite:x\"; table = \"%s\";", tables[i]);
		if (!load(text))
			fail_msg("%s: %s", tables[i], e.text);
		assert_string_equal(first()->table, tables[i]);
	}
	for (size_t i = 0; i < sizeof not_tables / sizeof not_tables[0]; i++) {
		snprintf(text, sizeof text, SQL "database = \"sqlite:x\"; table = \"%s\";", not_tables[i]);
		told(load(text), not_tables[i], 4, "sinks: table: expected the name of a table");
	}
}

/* begin, count times c, end: `most` are taken, one more is not. */
static void ceiling(const char *begin, const char *c, const char *end, int most)
{
	for (int more = 0; more < 2; more++) {
		struct buf b = BUF(64 * 1024);

		buf_puts(&b, begin);
		for (int n = 0; n < most + more; n++)
			buf_puts(&b, c);
		buf_puts(&b, end);
		if (load(buf_str(&b)) == more)
			fail_msg("%s with %d: %s", begin, most + more, e.text);
		buf_free(&b);
	}
}

static void texts_and_lists_have_ceilings(void **state)
{
	struct buf b = BUF(8192);

	(void)state;
	ceiling(HTTPS "url = \"https://a/", "a", "\";", 2048 - 10);
	ceiling(SQL "table = \"t\"; database = \"postgresql://a/", "a", "\";", 2048 - 15);
	ceiling(SQL "database = \"sqlite:x\"; table = \"", "a", "\";", 63);
	ceiling("type = \"dir\"; path = \"x\"; name = \"", "a", "\";", 64);
	ceiling("name = \"x\"; type = \"exec\"; command = [ \"/x\"", ", \"\"", "];", 63);
	ceiling("name = \"x\"; type = \"exec\"; command = [ \"/x\", \"", "a", "\" ];", 4096);
	for (int n = 0; n < 17; n++) {
		buf_putf(&b, "%s{ name = \"s%d\"; type = \"dir\"; path = \"p\"; }", n ? ", " : "sinks = ( ", n);
		if (n >= 15) {
			struct buf all = BUF(8192);

			buf_putf(&all, "%s );", buf_str(&b));
			if (n == 15)
				assert_true(load_both("", buf_str(&all)));
			else
				told(load_both("", buf_str(&all)), "17", 4, "17 sinks: at most 16");
			buf_free(&all);
		}
	}
	buf_free(&b);
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

#define EACH(f) cmocka_unit_test_setup_teardown(f, open_scene, close_scene)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(each_member_is_read_and_paths_are_absolute),
		EACH(a_hook_has_its_own_list_or_the_file_s),
		EACH(each_mistake_names_its_own_line),
		EACH(no_message_has_the_password),
		EACH(a_sink_s_secret_is_not_the_hook_s),
		EACH(urls_are_https_or_of_this_machine),
		EACH(databases_and_tables_are_checked),
		EACH(texts_and_lists_have_ceilings),
		EACH(what_is_shown_is_read_back),
		EACH(the_examples_are_without_mistakes),
		EACH(the_manual_s_example_is_without_mistakes),
		EACH(the_gate_s_check_does_not_look_at_the_sinks_files),
	};

	return cmocka_run_group_tests_name("keys_sinks", tests, NULL, NULL);
}
