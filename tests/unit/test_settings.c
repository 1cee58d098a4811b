#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail	/* ours is the one in lib/err.h */

#include <limits.h>
#include <string.h>

#include "conf/settings.h"
#include "lib/buf.h"
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

static bool load(const char *text)
{
	settings_free(s);
	scene_write("pixgate.conf", text, 0600);
	s = settings_load(scene_conf, &e);
	return s != NULL;
}

#define TOP "inbox = \"sqlite:inbox.db\";\n"
#define HOOK(rest) TOP "hooks = ( { name = \"loja\"; path = \"/webhook\"; psp = \"efi\";\n" rest " } );\n"

static void the_contract_s_example_is_read(void **state)
{
	const struct hook *h;

	(void)state;
	assert_true(load(
		"inbox = \"sqlite:inbox.db\";            # or \"postgresql://…\"\n"
		"trusted_proxies = [ ];                # addresses whose X-Forwarded-For is believed\n"
		"hooks = (\n"
		"  { name = \"loja\"; path = \"/webhook\"; psp = \"efi\"; environment = \"production\";\n"
		"    secret = [ \"file:loja.secret\" ];  # one or two live at a time\n"
		"    sources = [ \"34.193.116.226\" ];   # CIDR\n"
		"    client_cert = \"none\";             # none | server | verify\n"
		"    ca = \"efi-production.pem\"; pin = \"CN=webhook.efipay.com.br\";\n"
		"    keys = [ \"11111111-2222-4333-8444-555555555555\" ]; },\n"
		"  { name = \"banco\"; path = \"/bs2\"; psp = \"bs2\"; basic = \"file:bs2.basic\"; }\n"
		");\n"));
	h = settings_hook(s, "loja");
	assert_string_equal(h->path, "/webhook");
	assert_ptr_equal(h->psp, &psp_efi);
	assert_string_equal(h->env->name, "production");
	assert_int_equal(h->secrets.count, 1);
	assert_int_equal(h->sources.count, 1);
	assert_string_equal(h->keys.item[0], "11111111-2222-4333-8444-555555555555");
	assert_string_equal(strrchr(h->ca, '/'), "/efi-production.pem");
	h = settings_hook(s, "banco");
	assert_string_equal(h->basic, "file:bs2.basic");
	assert_int_equal(h->sources.count, 0);
	assert_null(settings_hook(s, "nobody"));
}

static void what_is_left_out_comes_from_the_profile(void **state)
{
	(void)state;
	assert_true(load(HOOK("secret = \"file:loja.secret\";")));
	assert_int_equal(s->hooks[0].sources.count, 1);
	assert_string_equal(s->hooks[0].env->name, "production");
	assert_true(load(HOOK("secret = \"file:loja.secret\"; sources = [ ];")));
	assert_int_equal(s->hooks[0].sources.count, 0);
	assert_int_equal(s->max_body, 262144);
}

static void order_in_a_hook_does_not_matter(void **state)
{
	(void)state;
	assert_true(load(TOP "hooks = ( { environment = \"sandbox\"; secret = \"file:loja.secret\"; psp = \"efi\"; path = \"/w\"; name = \"x\"; } );"));
	assert_string_equal(s->hooks[0].env->name, "sandbox");
}

/* Each mistake with the line where it stands and words that the message must have. */
static void every_mistake_names_file_line_and_what_was_expected(void **state)
{
	static const struct {
		const char *text;
		int line;
		const char *words;
	} bad[] = {
		{ "", 1, "\"inbox\"" },
		{ "inbox = \"inbox.db\"; hooks = ();", 1, "sqlite:PATH" },
		{ TOP "hoooks = ( );", 2, "did you mean \"hooks\"" },
		{ TOP "hooks = ( );\nquite_another_thing = 1;", 3, "conf example" },
		{ TOP "secret = \"file:x\"; hooks = ( );", 2, "into a hook" },
		{ TOP "hooks = ( 1 );", 2, "list of groups" },
		{ TOP "hooks = { };", 2, "list of groups" },
		{ TOP "trusted_proxies = [ \"10.0.0.1/8\" ]; hooks = ( );", 2, "no address" },
		{ TOP "proxy_header = \"X-Real-IP\"; hooks = ( );", 2, "X-Forwarded-For" },
		{ TOP "max_body = 5; hooks = ( );", 2, "1024" },
		{ TOP "max_body = \"5\"; hooks = ( );", 2, "a number" },
		{ TOP "domain = \"https://loja.example.com\"; hooks = ( );", 2, "without https://" },
		{ TOP "hooks = ( { path = \"/w\"; psp = \"efi\"; } );", 2, "lacks \"name\"" },
		{ HOOK("secrets = \"file:loja.secret\";"), 3, "did you mean \"secret\"" },
		{ HOOK("secret = [ \"file:a\", \"file:b\", \"file:c\" ];"), 3, "at most two" },
		{ HOOK("secret = \"hunter2hunter2hunter2\";"), 3, "file:" },
		{ HOOK("secret = [ 1, 2 ];"), 3, "quotes" },
		{ HOOK("secret = \"file:loja.secret\"; environment = \"sandox\";"), 3, "did you mean \"sandbox\"" },
		{ HOOK("secret = \"file:loja.secret\"; sources = [ \"300.1.1.1\" ];"), 3, "no address" },
		{ HOOK("secret = \"file:loja.secret\"; client_cert = \"verfy\";"), 3, "did you mean \"verify\"" },
		{ HOOK("secret = \"file:loja.secret\"; keys = [ \"a b\" ];"), 3, "Pix key" },
		{ HOOK("secret = \"file:loja.secret\"; pin = \"webhook\"; client_cert = \"server\";"), 3, "pin" },
		{ HOOK("client_cert = \"verify\";"), 2, "ca" },
		{ HOOK("secret = \"file:loja.secret\"; api = \"http://pix.example\";"), 3, "https://" },
		{ HOOK("secret = \"file:loja.secret\"; api = \"https://\";"), 3, "https://" },
		{ HOOK("secret = \"file:loja.secret\"; api = \"https://a:b@pix.example\";"), 3, "neither user nor query" },
		{ HOOK("secret = \"file:loja.secret\"; api = \"https://pix.example/v2?x=1\";"), 3, "neither user nor query" },
		{ HOOK("secret = \"file:loja.secret\"; client_id = \"a b\";"), 3, "without spaces" },
		{ HOOK("secret = \"file:loja.secret\"; client_id = \"a:b\";"), 3, "without spaces" },
		{ HOOK("secret = \"file:loja.secret\"; client_secret = \"hunter2hunter2\";"), 3, "file:" },
		{ HOOK("secret = \"file:loja.secret\"; api_password = \"hunter2hunter2\";"), 3, "file:" },
		{ HOOK("secret = \"file:loja.secret\"; account = 0;"), 3, "number of the account" },
		{ HOOK("secret = \"file:loja.secret\"; account = \"7654321\";"), 3, "a number" },
		{ HOOK("basic = \"file:a\"; bearer = \"file:b\";"), 2, "exclude" },
		{ HOOK(""), 2, "proves nothing" },
		{ HOOK("sources = [ \"34.193.116.226\" ];"), 2, "proves nothing" },
		{ TOP "hooks = ( { name = \"a b\"; path = \"/w\"; psp = \"efi\"; } );", 2, "no name" },
		{ TOP "hooks = ( { name = \"a\"; path = \"w\"; psp = \"efi\"; } );", 2, "no path" },
		{ TOP "hooks = ( { name = \"a\"; path = \"/w?x\"; psp = \"efi\"; } );", 2, "no path" },
		{ TOP "hooks = ( { name = \"a\"; path = \"/w\"; psp = \"ef\"; } );", 2, "did you mean \"efi\"" },
	};
	char where[128];

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_false(load(bad[i].text));
		assert_int_equal(e.code, ERR_CONFIG);
		snprintf(where, sizeof where, "%s:%d: ", scene_conf, bad[i].line);
		if (strncmp(e.text, where, strlen(where)) != 0 || !strstr(e.text, bad[i].words))
			print_error("%s\ngave: %s\nexpected %s… %s\n", bad[i].text, e.text, where, bad[i].words);
		assert_memory_equal(e.text, where, strlen(where));
		assert_non_null(strstr(e.text, bad[i].words));
	}
}

static bool pair(const char *a, const char *b)
{
	char text[1024];

	snprintf(text, sizeof text, TOP "hooks = ( { name = \"a\"; secret = \"file:loja.secret\"; %s },\n{ name = \"b\"; secret = \"file:loja.secret\"; %s } );", a, b);
	return load(text);
}

static void hooks_may_not_take_each_other_s_calls(void **state)
{
	(void)state;
	assert_true(pair("path = \"/w\"; psp = \"efi\";", "path = \"/v\"; psp = \"efi\";"));
	assert_true(pair("path = \"/w\"; psp = \"efi\";", "path = \"/w/other\"; psp = \"efi\";"));
	assert_true(pair("path = \"/w\"; psp = \"bs2\";", "path = \"/w/pix\"; psp = \"efi\";"));
	assert_true(pair("path = \"/w\"; psp = \"efi\";", "path = \"/wpix\"; psp = \"efi\";"));
	assert_false(pair("path = \"/w\"; psp = \"efi\";", "path = \"/w/\"; psp = \"efi\";"));
	assert_non_null(strstr(e.text, "share the path /w"));
	assert_false(pair("path = \"/w\"; psp = \"efi\";", "path = \"/w/pix\"; psp = \"bs2\";"));
	assert_false(pair("path = \"/w/cobr\"; psp = \"bs2\";", "path = \"/w\"; psp = \"bacen\";"));
	assert_false(pair("path = \"/\"; psp = \"efi\";", "path = \"/pix\"; psp = \"efi\";"));
	assert_false(pair("path = \"/w\"; psp = \"bs2-indirect\";", "path = \"/w/x\"; psp = \"efi\";"));
	assert_true(pair("path = \"/w\"; psp = \"bs2-indirect\";", "path = \"/w/x/y\"; psp = \"efi\";"));
}

static void a_name_is_given_once(void **state)
{
	(void)state;
	assert_false(load(TOP "hooks = ( { name = \"a\"; path = \"/w\"; psp = \"efi\"; secret = \"file:x\"; },\n{ name = \"a\"; path = \"/v\"; psp = \"efi\"; secret = \"file:x\"; } );"));
	assert_non_null(strstr(e.text, "already defined"));
}

static void files_are_checked_when_asked(void **state)
{
	char path[128];

	(void)state;
	assert_true(load(SCENE_LOJA));
	assert_true(settings_check_files(s, &e));
	scene_write("loja.secret", SCENE_SECRET, 0644);
	assert_false(settings_check_files(s, &e));
	assert_non_null(strstr(e.text, "hook \"loja\""));
	assert_null(strstr(e.text, SCENE_SECRET));
	snprintf(path, sizeof path, "%s/loja.secret", scene_dir);
	unlink(path);
	assert_false(settings_check_files(s, &e));
	assert_true(load(HOOK("client_cert = \"verify\"; ca = \"missing.pem\";")));
	assert_false(settings_check_files(s, &e));
	assert_non_null(strstr(e.text, "missing.pem"));
	assert_true(load("inbox = \"postgres:x\"; hooks = ( );"));
	assert_false(settings_check_files(s, &e));
	assert_int_equal(e.code, ERR_CONFIG);
}

static bool check_fails_with(const char *words)
{
	if (settings_check_files(s, &e))
		return false;
	if (!strstr(e.text, words))
		print_error("gave: %s\nexpected: %s\n", e.text, words);
	return e.code == ERR_CONFIG && strstr(e.text, words) && strstr(e.text, "hook \"loja\"");
}

static void what_is_for_the_api_is_private_too(void **state)
{
	static const char *const refs[] = { "client_secret", "api_password", "user_agent" };
	char text[512];

	(void)state;
	scene_write("c", "hunter2", 0644);
	scene_write("p12", "certificate and key", 0600);
	for (size_t i = 0; i < sizeof refs / sizeof refs[0]; i++) {
		snprintf(text, sizeof text, HOOK("secret = \"file:loja.secret\"; client_id = \"x\"; api_cert = \"p12\"; %s = \"file:c\";"), refs[i]);
		assert_true(load(text));
		assert_true(check_fails_with(refs[i]));
		assert_null(strstr(e.text, "hunter2"));
	}
	scene_write("c", "hunter2", 0600);
	assert_true(load(HOOK("secret = \"file:loja.secret\"; client_id = \"x\"; client_secret = \"file:c\"; api_cert = \"p12\"; api_ca = \"ca\";")));
	assert_true(check_fails_with("api_ca"));
	scene_write("ca", "-----BEGIN", 0644);
	assert_true(settings_check_files(s, &e));
	scene_write("p12", "certificate and key", 0604);
	assert_true(check_fails_with("api_cert"));
	scene_write("p12", "", 0600);
	assert_true(check_fails_with("empty"));
}

static void what_belongs_together_for_the_api_is_there_together(void **state)
{
	(void)state;
	scene_write("c", "hunter2", 0600);
	assert_true(load(HOOK("secret = \"file:loja.secret\"; client_id = \"x\";")));
	assert_true(check_fails_with("client_secret is missing"));
	assert_true(load(HOOK("secret = \"file:loja.secret\"; client_secret = \"file:c\";")));
	assert_true(check_fails_with("client_id is missing"));
	assert_true(load(HOOK("secret = \"file:loja.secret\"; api_password = \"file:c\";")));
	assert_true(check_fails_with("api_cert, which is missing"));
}

static void the_api_s_url_loses_its_last_slash(void **state)
{
	(void)state;
	assert_true(load(HOOK("secret = \"file:loja.secret\"; api = \"https://pix.example/v2//\";")));
	assert_string_equal(s->hooks[0].api, "https://pix.example/v2");
}

static const char *url(const char *domain, const char *event)
{
	static struct buf b = BUF(4096);

	buf_reset(&b);
	assert_true(settings_url(s, &s->hooks[0], domain, event, &b, &e));
	return buf_str(&b);
}

static void urls_are_what_the_psp_must_be_told(void **state)
{
	(void)state;
	assert_true(load(HOOK("secret = \"file:loja.secret\"; domain = \"loja.example.com\";")));
	assert_string_equal(url(NULL, ""), "https://loja.example.com/webhook?hmac=" SCENE_SECRET "&ignorar=");
	assert_string_equal(url("other.example", ""), "https://other.example/webhook?hmac=" SCENE_SECRET "&ignorar=");
	assert_true(load(TOP "domain = \"d.example\"; hooks = ( { name = \"b\"; path = \"/\"; psp = \"bs2\"; secret = \"file:loja.secret\"; } );"));
	assert_string_equal(url(NULL, ""), "https://d.example/?hmac=" SCENE_SECRET);
	assert_true(load(HOOK("client_cert = \"server\";")));
	assert_string_equal(url(NULL, ""), "https://your-domain.example/webhook");
	assert_true(load(TOP "hooks = ( { name = \"b\"; path = \"/bs2\"; psp = \"bs2-indirect\"; secret = \"file:loja.secret\"; } );"));
	assert_string_equal(url("d.example", "DevolucaoFinalizada"), "https://d.example/bs2/DevolucaoFinalizada?hmac=" SCENE_SECRET);
	scene_write("loja.secret", "a/b+c&d", 0600);
	assert_string_equal(url("d.example", "X"), "https://d.example/bs2/X?hmac=a%2Fb%2Bc%26d");
}

static void what_is_shown_is_read_back_the_same(void **state)
{
	struct buf again = BUF(65536);
	char *first[64], *text;
	int n = 0;

	(void)state;
	assert_true(load(HOOK("secret = [ \"file:loja.secret\", \"env:OLD\" ]; sources = [ \"10.0.0.0/8\", \"2001:db8::/32\", \"192.0.2.1\" ];"
			      " client_cert = \"verify\"; ca = \"/x/ca.pem\"; pin = \"CN=webhook\"; keys = [ \"+5511999990000\" ]; bearer = \"file:t\";"
			      " domain = \"d.example:8443\"; api = \"https://pix.example:8443/v2\"; api_ca = \"/x/api.pem\"; api_cert = \"/x/loja.p12\";"
			      " api_password = \"file:p\"; client_id = \"Client_Id_1\"; client_secret = \"file:c\"; user_agent = \"env:UA\"; account = 76543210987L;"
			      " api_proxy = \"http://p.example:3128\"; token_path = \"/t\"; token_scope = \"a b\"; cert_form = \"json-pem\";"
			      " calls = ( { name = \"webhook.get\"; path = \"/w/{key}\"; } ); sinks = ( { name = \"f\"; type = \"dir\"; path = \"/x\"; } ); confirm = true;")));
	for (const struct key *k = setting_keys; k->name; k++)
		if (!k->in_hook && k->show && strcmp(k->name, "domain") != 0) {
			text = settings_show(s, NULL, k);
			buf_putf(&again, "%s = %s;\n", k->name, text);
			free(text);
		}
	buf_puts(&again, "hooks = ( {\n");
	for (const struct key *k = setting_keys; k->name; k++)
		if (k->in_hook && strcmp(k->name, "basic") != 0) {
			first[n] = settings_show(s, &s->hooks[0], k);
			buf_putf(&again, "%s = %s;\n", k->name, first[n++]);
		}
	buf_puts(&again, "} );\n");
	assert_true(load(buf_str(&again)));
	n = 0;
	for (const struct key *k = setting_keys; k->name; k++)
		if (k->in_hook && strcmp(k->name, "basic") != 0) {
			text = settings_show(s, &s->hooks[0], k);
			assert_string_equal(text, first[n]);
			free(text);
			free(first[n++]);
		}
	buf_free(&again);
}

static void configuration_is_found_by_argument_then_environment(void **state)
{
	char *found;

	(void)state;
	setenv("PIXGATE_CONF", "/from/environment", 1);
	found = settings_find("/given", &e);
	assert_string_equal(found, "/given");
	free(found);
	found = settings_find(NULL, &e);
	assert_string_equal(found, "/from/environment");
	free(found);
	unsetenv("PIXGATE_CONF");
}

static void another_program_finds_its_own_configuration(void **state)
{
	char path[PATH_MAX], want[PATH_MAX];
	char *found;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		snprintf(path, sizeof path, "%s/%s", scene_dir, i ? "pixgate" : "cgi-bin");
		assert_int_equal(mkdir(path, 0755), 0);
	}
	scene_write("cgi-bin/pixgate.cgi", "", 0755);
	scene_write("pixgate/pixgate.conf", "", 0600);
	snprintf(path, sizeof path, "%s/cgi-bin/pixgate.cgi", scene_dir);
	snprintf(want, sizeof want, "%s/pixgate/pixgate.conf", scene_dir);
	setenv("PIXGATE_CONF", "/from/environment", 1);
	found = settings_find_as(path, geteuid(), &e);
	assert_string_equal(found, want);
	free(found);
	unsetenv("PIXGATE_CONF");
}

static void a_thousand_hooks_are_read(void **state)
{
	struct buf b = BUF(1024 * 1024);

	(void)state;
	buf_puts(&b, TOP "hooks = (\n");
	for (int i = 0; i < 1000; i++)
		buf_putf(&b, "%s{ name = \"shop%d\"; path = \"/h/%d\"; psp = \"efi\"; secret = \"derive:file:master.key\"; }\n", i ? "," : "", i, i);
	buf_puts(&b, ");\n");
	assert_true(load(buf_str(&b)));
	assert_int_equal(s->hook_count, 1000);
	buf_free(&b);
}

#define EACH(f) cmocka_unit_test_setup_teardown(f, open_scene, close_scene)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(the_contract_s_example_is_read),
		EACH(what_is_left_out_comes_from_the_profile),
		EACH(order_in_a_hook_does_not_matter),
		EACH(every_mistake_names_file_line_and_what_was_expected),
		EACH(hooks_may_not_take_each_other_s_calls),
		EACH(a_name_is_given_once),
		EACH(files_are_checked_when_asked),
		EACH(what_is_for_the_api_is_private_too),
		EACH(what_belongs_together_for_the_api_is_there_together),
		EACH(the_api_s_url_loses_its_last_slash),
		EACH(urls_are_what_the_psp_must_be_told),
		EACH(what_is_shown_is_read_back_the_same),
		EACH(configuration_is_found_by_argument_then_environment),
		EACH(another_program_finds_its_own_configuration),
		EACH(a_thousand_hooks_are_read),
	};

	return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
