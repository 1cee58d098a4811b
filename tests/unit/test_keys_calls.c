/* What a hook changes about its PSP's API: read, refused, shown and read again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "conf/settings.h"	/* ahead of cmocka.h, which has a macro named fail() */
#include "lib/buf.h"

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

/* A hook of indirect participants whose third line is `rest`. */
static bool load(const char *rest)
{
	struct buf b = BUF(64 * 1024);

	buf_putf(&b, "inbox = \"sqlite:inbox.db\";\nhooks = ( { name = \"banco\"; path = \"/bs2\"; psp = \"bs2-indirect\"; secret = \"file:loja.secret\";\n%s } );\n", rest);
	settings_free(s);
	scene_write("pixgate.conf", buf_str(&b), 0600);
	s = settings_load(scene_conf, &e);
	buf_free(&b);
	return s != NULL;
}

/* The mistake is in that line, and the message has those words, in one line. */
static void refuses(const char *rest, int line, const char *words)
{
	char where[128];

	if (load(rest))
		fail_msg("was taken: %s", rest);
	snprintf(where, sizeof where, "%s:%d: ", scene_conf, line);
	if (e.code != ERR_CONFIG || strncmp(e.text, where, strlen(where)) != 0 || !strstr(e.text, words) || strchr(e.text, '\n'))
		fail_msg("%s\ngave: %s\nexpected %s… %s", rest, e.text, where, words);
}

static void a_hook_without_any_has_empty_texts(void **state)
{
	(void)state;
	assert_true(load(""));
	assert_int_equal(s->hooks[0].call_count, 0);
	assert_string_equal(s->hooks[0].api_proxy, "");
	assert_string_equal(s->hooks[0].token_path, "");
	assert_string_equal(s->hooks[0].token_scope, "");
	assert_string_equal(s->hooks[0].cert_form, "");
	assert_true(load("calls = ( );"));
	assert_int_equal(s->hooks[0].call_count, 0);
}

static void each_member_is_read_and_the_others_stay_empty(void **state)
{
	const struct call_change *c;

	(void)state;
	assert_true(load("calls = ( { name = \"webhook.set\"; method = \"PUT\"; path = \"/v2/w/{event}?a=1<&b={id}>\";\n"
			 "body = \"{\\\"u\\\":{url},\" \"\\\"a\\\":{\\\"t\\\":{auth_type}<,\\\"v\\\":{auth}>},\\\"x\\\":{}}\"; },\n"
			 "{ part = \"f\"; name = \"cert.set.json\"; part_name = \"a.crt\"; part_type = \"application/x-pem-file\"; body = \"{cert}\"; } );"));
	assert_int_equal(s->hooks[0].call_count, 2);
	c = s->hooks[0].calls;
	assert_string_equal(c[0].name, "webhook.set");
	assert_string_equal(c[0].method, "PUT");
	assert_string_equal(c[0].path, "/v2/w/{event}?a=1<&b={id}>");
	assert_string_equal(c[0].body, "{\"u\":{url},\"a\":{\"t\":{auth_type}<,\"v\":{auth}>},\"x\":{}}");
	assert_string_equal(c[0].part, "");
	assert_string_equal(c[1].method, "");
	assert_string_equal(c[1].part, "f");
	assert_string_equal(c[1].part_name, "a.crt");
	assert_string_equal(c[1].part_type, "application/x-pem-file");
}

static void each_mistake_in_a_call_names_its_own_line(void **state)
{
	static const struct {
		const char *members, *words;
	} bad[] = {
		{ "name = \"webhook.sett\";", "calls: name: \"webhook.sett\" is unknown: did you mean \"webhook.set\"?" },
		{ "name = \"webhookrec.set\";", "one of: webhook.set, webhook.get, webhook.change" },	/* Efí's */
		{ "name = 1;", "calls: name: expected a text in quotes" },
		{ "name = \"webhook.get\"; metod = \"GET\";", "\"metod\" is unknown: did you mean \"method\"?" },
		{ "name = \"webhook.get\"; method = \"get\";", "method: \"get\" is unknown (one of: GET, POST," },
		{ "name = \"webhook.get\"; method = \"HEAD\";", "one of: GET, POST, PUT, PATCH, DELETE" },
		{ "name = \"webhook.get\"; path = \"v1\";", "does not begin with '/'" },
		{ "name = \"webhook.get\"; path = \"https://x.example/v1\";", "the host stands in api" },
		{ "name = \"webhook.get\"; path = \"\";", "path: the text is empty" },
		{ "name = \"webhook.get\"; path = \"/a b\";", "printable ASCII" },
		{ "name = \"webhook.get\"; path = \"/a\\nb\";", "printable ASCII" },
		{ "name = \"webhook.get\"; path = \"/\xc3\xa9\";", "printable ASCII" },
		{ "name = \"webhook.get\"; path = \"/a#b\";", "printable ASCII" },
		{ "name = \"webhook.get\"; path = \"/a/../b\";", "without \"..\"" },
		{ "name = \"webhook.get\"; path = \"/{id\";", "a brace that is not of a {name}" },
		{ "name = \"webhook.get\"; path = \"/id}\";", "a brace that is not of a {name}" },
		{ "name = \"webhook.get\"; path = \"/{ID}\";", "a brace that is not of a {name}" },
		{ "name = \"webhook.get\"; path = \"/{}\";", "a brace that is not of a {name}" },
		{ "name = \"webhook.get\"; path = \"/x<&a={id}\";", "'<' without its '>'" },
		{ "name = \"webhook.get\"; path = \"/x>&a={id}<\";", "'>' without its '<'" },
		{ "name = \"webhook.get\"; path = \"/{evento}\";", "path: {evento}: \"evento\" is unknown: did you mean \"event\"?" },
		{ "name = \"webhook.set\"; body = \"{\\\"u\\\":{ur}}\";", "did you mean \"url\"?" },
		{ "name = \"webhook.set\"; body = \"{\\\"u\\\":{abcdefghijklmnopqrstuvwxyz_abcdefghijkl}}\";", "is unknown" },
		{ "name = \"webhook.set\"; body = \"\";", "body: the text is empty" },
		{ "name = \"webhook.set\"; body = \"{\\\"u\\\":{url}\";", "no JSON once values are put in" },
		{ "name = \"webhook.set\"; body = \"{\\\"u\\\":\\\"{url}\\\"}\";", "stands without quotes" },
		{ "name = \"webhook.set\"; body = \"{{event}:{url}}\";", "no JSON" },
		{ "name = \"webhook.set\"; body = \"{\\\"u\\\":{url}<\\\"v\\\":{id}>}\";", "no JSON" },	/* with the piece */
		{ "name = \"webhook.set\"; body = \"{<\\\"u\\\":{url}>,\\\"v\\\":{id}}\";", "no JSON" },	/* without it */
		{ "name = \"webhook.set\"; body = \"{\\\"u\\\":{url},\\\"u\\\":{id}}\";", "no JSON" },
		{ "name = \"webhook.set\"; body = \"{\\\"u\\\":{url}\\x01}\";", "control byte" },
		{ "name = \"webhook.set\"; body = \"<\";", "'<' without its '>'" },
		{ "name = \"webhook.set\"; part_name = \"x\";", "part_name and part_type need part" },
		{ "name = \"webhook.set\"; part = \"x\"; part_name = \"y\";", "part needs part_name and part_type" },
		{ "name = \"webhook.get\"; part = \"x\"; part_name = \"y\"; part_type = \"a/b\";", "part needs body" },
		{ "name = \"cert.set\"; part_type = \"pem\";", "a media type" },
		{ "name = \"cert.set\"; part_name = \"a\\\"b\";", "without quotes" },
		{ "name = \"cert.set\"; part = \"a\\nb\";", "printable ASCII" },
		{ "method = \"GET\";", "lacks \"name\"" },
	};
	char text[1024];

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		snprintf(text, sizeof text, "calls = (\n\n{ %s } );", bad[i].members);
		refuses(text, 5, bad[i].words);
	}
	refuses("calls = ( { name = \"webhook.get\"; },\n{ name = \"webhook.get\"; } );", 4, "\"webhook.get\" is changed twice");
	refuses("calls = ( \"webhook.get\" );", 3, "list of groups");
	refuses("calls = [ \"webhook.get\" ];", 3, "list of groups");
	refuses("calls = \"webhook.get\";", 3, "list of groups");
	refuses("calls = { };", 3, "list of groups");
}

static void texts_and_lists_have_ceilings(void **state)
{
	static const struct {
		const char *begin, *end;
		int most;
	} rows[] = {
		{ "calls = ( { name = \"webhook.get\"; path = \"/", "\"; } );", 1023 },
		{ "calls = ( { name = \"webhook.set\"; body = \"\\\"", "\\\"\"; } );", 8 * 1024 - 2 },
		{ "calls = ( { name = \"cert.set\"; part = \"", "\"; } );", 128 },
		{ "token_path = \"/", "\";", 1023 },
		{ "token_scope = \"", "\";", 512 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		for (int more = 0; more < 2; more++) {
			struct buf b = BUF(16 * 1024);

			buf_puts(&b, rows[i].begin);
			for (int n = 0; n < rows[i].most + more; n++)
				buf_puts(&b, "1");
			buf_puts(&b, rows[i].end);
			if (load(buf_str(&b)) == more)
				fail_msg("%s with %d bytes: %s", rows[i].begin, rows[i].most + more, e.text);
			buf_free(&b);
		}
	{
		struct buf b = BUF(16 * 1024);

		for (int n = 0; n < 65; n++)
			buf_puts(&b, n ? ", { }" : "calls = ( { }");
		buf_puts(&b, " );");
		refuses(buf_str(&b), 3, "at most 64");
		buf_free(&b);
	}
}

static void a_body_in_a_part_need_not_be_json(void **state)
{
	(void)state;
	assert_true(load("calls = ( { name = \"cert.set\"; body = \"X {cert} {\"; } );"));
}

static void a_proxy_has_host_and_port_and_no_password(void **state)
{
	static const char *const good[] = {
		"http://proxy.example:3128", "https://proxy.example:443", "http://127.0.0.1:8080", "http://[2001:db8::1]:3128", "http://p:65535"
	};
	static const char *const bad[] = {
		"", "proxy.example:3128", "socks5://proxy.example:1080", "http://", "http://:3128", "http://proxy.example", "http://proxy.example:", "http://proxy.example:0",
		"http://proxy.example:65536", "http://proxy.example:99999999999999999999", "http://proxy.example:3128/x", "http://proxy.example:3128?x", "http://pro xy:1", "http://a\\nb:1",
		"http://[::1:3128", "http://[::1]3128", "http://[]x:3128", "HTTP//x:1",
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		snprintf(text, sizeof text, "api_proxy = \"%s\";", good[i]);
		if (!load(text))
			fail_msg("%s: %s", good[i], e.text);
		assert_string_equal(s->hooks[0].api_proxy, good[i]);
	}
	assert_true(load("api_proxy = \"http://proxy.example:3128/\";"));
	assert_string_equal(s->hooks[0].api_proxy, "http://proxy.example:3128");
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		snprintf(text, sizeof text, "api_proxy = \"%s\";", bad[i]);
		refuses(text, 3, "api_proxy: expected");
	}
	refuses("api_proxy = \"http://shop:hunter2@proxy.example:3128\";", 3, "readable in this file");
	assert_null(strstr(e.text, "hunter2"));
	refuses("api_proxy = \"http://hunter2@proxy.example\";", 3, "readable in this file");
}

static void token_and_form_are_checked(void **state)
{
	(void)state;
	assert_true(load("token_path = \"/oauth2/token?x=1\"; token_scope = \"a:b webhook.read\"; cert_form = \"json-pem\";"));
	assert_string_equal(s->hooks[0].token_path, "/oauth2/token?x=1");
	assert_string_equal(s->hooks[0].token_scope, "a:b webhook.read");
	assert_string_equal(s->hooks[0].cert_form, "json-pem");
	refuses("token_path = \"oauth\";", 3, "token_path: \"oauth\" does not begin with '/'");
	refuses("token_path = \"/oauth/{id}\";", 3, "without {name}");
	refuses("token_scope = \"\";", 3, "expected scopes");
	refuses("token_scope = \"a  b\";", 3, "one space");
	refuses("token_scope = \" a\";", 3, "one space");
	refuses("token_scope = \"a \";", 3, "one space");
	refuses("token_scope = \"a\\\"b\";", 3, "one space");
	refuses("token_scope = \"a\\\\b\";", 3, "one space");
	refuses("token_scope = \"a\\nb\";", 3, "one space");
	refuses("cert_form = \"multipart-pen\";", 3, "did you mean \"multipart-pem\"?");
	refuses("cert_form = \"pkcs7\";", 3, "one of: multipart-pem, multipart-der, json-b64-der, json-b64-pem, json-pem");
}

/* The bytes from begin to end of a manual page, as a reader sees them. The caller frees. */
static char *shown_in(const char *page, const char *begin, const char *end)
{
	static char text[256 * 1024];
	FILE *f = fopen(page, "re");
	struct buf b = BUF(sizeof text);
	const char *from, *to;

	if (!f)
		fail_msg("%s: run this from the repository's top", page);
	text[fread(text, 1, sizeof text - 1, f)] = '\0';
	fclose(f);
	from = strstr(text, begin);
	assert_non_null(from);
	to = strstr(from, end);
	assert_non_null(to);
	for (; from < to; from++) {
		buf_add(&b, from, 1);
		if (from[0] == '\\' && from[1] == 'e')
			from++;
	}
	return b.data;
}

/* The manual promises that its example says what the profile says: a hook that has it asks as one without. */
static void the_manual_s_example_is_the_profile(void **state)
{
	char *calls = shown_in("man/pixgate.conf.5", "    calls = (\n", " }\n.Ed");
	const struct psp_call *row = psp_bs2_indirect_calls;
	const struct call_change *c;

	(void)state;
	if (!load(calls))
		fail_msg("%s", e.text);
	free(calls);
	c = s->hooks[0].calls;
	for (size_t i = 0; i < s->hooks[0].call_count; i++, c++, row++) {
		assert_string_equal(c->name, row->name);
		assert_string_equal(c->method, row->method);
		assert_string_equal(c->path, row->path);
		assert_string_equal(c->body, row->body ? row->body : "");
		assert_string_equal(c->part, row->part ? row->part : "");
		assert_string_equal(c->part_name, row->part_name ? row->part_name : "");
		assert_string_equal(c->part_type, row->part_type ? row->part_type : "");
	}
	assert_null(row->name);
}

static const struct key *key(const char *name)
{
	for (const struct key *k = setting_keys; k->name; k++)
		if (strcmp(k->name, name) == 0)
			return k;
	return NULL;
}

static void what_is_shown_is_read_back(void **state)
{
	static const char calls[] = "( { name = \"webhook.set\"; path = \"/w\"; body = \"{\\\"u\\\":{url}}\"; }, { name = \"webhook.get\"; method = \"POST\"; } )";
	char text[512], *shown;

	(void)state;
	snprintf(text, sizeof text, "calls = %s;", calls);
	for (int i = 0; i < 2; i++) {
		assert_true(load(text));
		shown = settings_show(s, &s->hooks[0], key("calls"));
		assert_string_equal(shown, calls);
		snprintf(text, sizeof text, "calls = %s;", shown);
		free(shown);
	}
	assert_true(load(""));
	shown = settings_show(s, &s->hooks[0], key("calls"));
	assert_string_equal(shown, "");
	free(shown);
}

#define EACH(f) cmocka_unit_test_setup_teardown(f, open_scene, close_scene)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(a_hook_without_any_has_empty_texts),
		EACH(each_member_is_read_and_the_others_stay_empty),
		EACH(each_mistake_in_a_call_names_its_own_line),
		EACH(texts_and_lists_have_ceilings),
		EACH(a_body_in_a_part_need_not_be_json),
		EACH(a_proxy_has_host_and_port_and_no_password),
		EACH(token_and_form_are_checked),
		EACH(the_manual_s_example_is_the_profile),
		EACH(what_is_shown_is_read_back),
	};

	return cmocka_run_group_tests_name("keys_calls", tests, NULL, NULL);
}
