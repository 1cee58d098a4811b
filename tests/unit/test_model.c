/* The names that templates use, and that all of them are always there. */
#include "tests/unit/test_plan.h"

#include "gen/template.h"
#include "gen/values.h"

static struct values *v;

static int close_model(void **state)
{
	values_free(v);
	v = NULL;
	return close_scene(state);
}

#undef test
#define test(f) cmocka_unit_test_setup_teardown(f, open_scene, close_model)

static void model(const char *server)
{
	good(server);
	values_free(v);
	v = gen_model(&p);
}

static const struct value *find(const char *name)
{
	const struct value *x = values_find(v, name);

	if (!x)
		fail_msg("'%s' is not set", name);
	return x;
}

static const char *text_of(const char *name)
{
	const char *t = value_text(find(name));

	if (!t)
		fail_msg("'%s' is no text", name);
	return t;
}

static bool is(const char *name)
{
	return value_set(find(name));
}

/* A name within an item of a list. */
static const struct value *within(const char *list, size_t i, const char *name)
{
	const struct value *x;

	if (i >= value_items(find(list)))
		fail_msg("'%s' has no item %zu", list, i);
	x = values_find(value_item(find(list), i), name);
	if (!x)
		fail_msg("'%s' of '%s' is not set", name, list);
	return x;
}

static const char *item_text(const char *list, size_t i, const char *name)
{
	return value_text(within(list, i, name));
}

/* ---- every name, every time */

static char readme[64 * 1024];

static void read_readme(void)
{
	FILE *f = fopen("templates/README.md", "r");
	size_t n;

	if (!f)
		fail_msg("templates/README.md cannot be read: run this in the project's folder");
	n = fread(readme, 1, sizeof readme - 1, f);
	fclose(f);
	readme[n] = '\0';
}

/* The names between backquotes in the first column of the tables of "## Names" up to the frame's. */
static size_t check_names(const char *server)
{
	const char *at = strstr(readme, "\n## Names"), *end = at ? strstr(at, "Flags of a version") : NULL;
	size_t count = 0;

	if (!end)
		fail_msg("templates/README.md has no tables of names");
	for (; at && at < end; at = strchr(at + 1, '\n')) {
		const char *stop = strncmp(at, "\n| `", 4) == 0 ? strstr(at + 3, " |") : at;

		for (const char *c = at + 3; c < stop && *c == '`'; c = strncmp(c, ", `", 3) == 0 ? c + 2 : stop) {
			char name[64];
			size_t len = strcspn(c + 1, "`");

			snprintf(name, sizeof name, "%.*s", (int)len, c + 1);
			if (!values_find(v, name))
				fail_msg("%s: '%s' is in templates/README.md and not set", server, name);
			count++;
			c += len + 2;
		}
	}
	return count;
}

static void every_name_of_the_readme_is_set_for_every_server(void **state)
{
	(void)state;
	read_readme();
	for (const struct gen_server *const *row = gen_servers; *row; row++) {
		load(ONE);
		model((*row)->name);
		assert_true(check_names((*row)->name) > 40);
		if (!(*row)->web || (*row)->shared)
			continue;
		load(ONE_MTLS);
		r.server_cert = in_scene("site.pem");
		r.server_key = in_scene("site.key");
		model((*row)->name);
		check_names((*row)->name);
		r.server_cert = r.server_key = NULL;
	}
}

/* So that a template which uses them is right or wrong whether or not there is a chain today. */
static void names_of_items_are_known_where_there_are_none(void **state)
{
	static const char text[] =
		"# {{#paths}}{{path}}{{path_cgi}}{{regex}}{{/paths}}{{#chain}}{{subject}}{{cn}}{{sha256}}{{expires}}{{base64}}{{#intermediate}}{{/intermediate}}{{#root_ca}}{{/root_ca}}{{/chain}}"
		"{{#anchors}}{{subject}}{{cn}}{{sha256}}{{expires}}{{base64}}{{#intermediate}}{{/intermediate}}{{#root_ca}}{{/root_ca}}{{/anchors}}\n";
	struct buf out = BUF(64 * 1024);

	(void)state;
	model("systemd");
	assert_false(is("paths") || is("chain") || is("anchors"));
	if (!template_render("t", text, sizeof text - 1, v, p.server->grammar, &out, &e))
		fail_msg("%s", e.text);
	buf_free(&out);
}

static void flags_of_a_version_are_set_for_it_and_known_to_all(void **state)
{
	(void)state;
	r.version = "1.25.0";
	model("nginx");
	assert_false(is("http2_on"));
	r.version = "1.25.1";
	model("nginx");
	assert_true(is("http2_on"));
	assert_false(is("sessions_apart"));
	r.version = "2.4.63";
	model("apache");
	assert_false(is("sessions_apart"));
	assert_false(is("http2_on"));
	r.version = "2.4.64";
	model("apache");
	assert_true(is("sessions_apart"));
	r.version = NULL;
	model("systemd");
	assert_false(is("http2_on"));
	for (const struct gen_server *const *row = gen_servers; *row; row++)
		for (const struct gen_since *f = (*row)->since; f && f->flag; f++)
			assert_false(is(f->flag));
}

/* ---- what they are */

static void a_plain_case(void **state)
{
	(void)state;
	r.command = "pixgate gen nginx --hook loja";
	model("nginx");
	assert_string_equal(text_of("version"), VERSION);
	assert_string_equal(text_of("command"), "pixgate gen nginx --hook loja");
	assert_string_equal(text_of("title"), "nginx");
	assert_string_equal(text_of("oldest"), "1.19.5");
	assert_string_equal(text_of("server_version"), "1.22.1");
	assert_string_equal(text_of("hooks"), "loja");
	assert_string_equal(text_of("conf"), scene_conf);
	assert_string_equal(text_of("socket"), "/run/pixgate/gate.sock");
	assert_string_equal(text_of("gate"), "/usr/local/lib/pixgate/pixgate.fcgi");
	assert_string_equal(text_of("place"), "/etc/nginx/sites-available/pixgate.conf");
	assert_string_equal(text_of("psp"), "efi");
	assert_string_equal(text_of("psp_title"), "Efí (formerly Gerencianet)");
	assert_string_equal(text_of("environment"), "production");
	assert_string_equal(text_of("domain"), "loja.example.com");
	assert_false(is("mtls"));
	assert_true(is("skip_mtls"));
	assert_true(is("scope_path"));
	assert_false(is("scope_site"));
	assert_false(is("scope_port"));
	assert_true(is("fastcgi") && !is("cgi"));
	assert_string_equal(text_of("path_regex"), "^/webhook(/|$)");
	assert_string_equal(text_of("id"), "loja_example_com");
	assert_string_equal(text_of("port"), "443");
	assert_string_equal(text_of("port_suffix"), "");
	assert_string_equal(text_of("http_port"), "80");
	assert_string_equal(text_of("address"), "");
	assert_false(is("ipv6"));
	assert_string_equal(text_of("server_cert"), "/etc/letsencrypt/live/loja.example.com/fullchain.pem");
	assert_string_equal(text_of("server_key"), "/etc/letsencrypt/live/loja.example.com/privkey.pem");
	assert_string_equal(text_of("root"), "/var/www/html");
	assert_string_equal(text_of("log"), "/var/log/nginx/pixgate.log");
	assert_string_equal(text_of("max_body"), "262144");
	assert_string_equal(text_of("max_body_kib"), "256");
	assert_string_equal(text_of("timeout_s"), "30");
	assert_string_equal(text_of("ca"), "");
	assert_false(is("chain_known"));
	assert_string_equal(text_of("pin_cn"), "");
	assert_string_equal(text_of("pin_cn_regex"), "");
	assert_false(is("pin_issuer") || is("pin_subject"));
	assert_string_equal(item_text("paths", 0, "path"), "/webhook");
}

static void other_choices(void **state)
{
	(void)state;
	r.scope = "port";
	r.address = "2001:db8::1";
	model("nginx");
	assert_true(is("scope_port"));
	assert_false(is("scope_path"));
	assert_string_equal(text_of("port"), "8443");
	assert_string_equal(text_of("port_suffix"), ":8443");
	assert_string_equal(text_of("id"), "loja_example_com_8443");
	assert_false(is("http_port"));
	assert_string_equal(text_of("address"), "2001:db8::1");
	assert_true(is("ipv6"));
	r = (struct gen_request){ .scope = "site", .backend = "cgi", .address = "192.0.2.1" };
	model("apache");
	assert_true(is("scope_site") && is("cgi"));
	assert_false(is("fastcgi") || is("ipv6"));
}

static void sizes_are_rounded_up_to_kib(void **state)
{
	(void)state;
	load("max_body = 65536;\n" ONE);
	model("lighttpd");
	assert_string_equal(text_of("max_body"), "65536");
	assert_string_equal(text_of("max_body_kib"), "64");
	load("max_body = 65537;\n" ONE);
	model("lighttpd");
	assert_string_equal(text_of("max_body_kib"), "65");
}

static void what_has_no_web_has_no_web_s_names(void **state)
{
	static const char *const empty[] = { "psp", "domain", "path_regex", "id", "port", "port_suffix", "http_port", "mtls", "skip_mtls", "scope_path", "fastcgi", "cgi", "ca", "log", "oldest" };

	(void)state;
	model("systemd");
	for (size_t i = 0; i < sizeof empty / sizeof *empty; i++)
		if (is(empty[i]))
			fail_msg("%s", empty[i]);
	assert_string_equal(text_of("hooks"), "loja");
	assert_string_equal(text_of("socket"), "/run/pixgate/gate.sock");
}

/* Two host names never make one word: "a-b.c" is not "a.b.c". */
static void an_id_is_one_word_of_one_host(void **state)
{
	(void)state;
	r.domain = "a-b.c";
	model("caddy");
	assert_string_equal(text_of("id"), "a__b_c");
	r.domain = "a.b.c";
	model("caddy");
	assert_string_equal(text_of("id"), "a_b_c");
}

static void paths_stand_for_themselves_in_the_expression(void **state)
{
	(void)state;
	load(HOOKS(HOOK("a", "/web.hook", "efi", "") ", " HOOK("b", "/b+c(d)", "efi", "") ", " HOOK("c", "/x'y;z", "efi", "")));
	model("nginx");
	assert_string_equal(text_of("path_regex"), "^(/web[.]hook|/b[+]c[(]d[)]|/x'y;z)(/|$)");
	assert_string_equal(text_of("hooks"), "a, b, c");
	assert_string_equal(item_text("paths", 1, "path"), "/b+c(d)");
	assert_string_equal(item_text("paths", 2, "regex"), "^/x'y;z(/|$)");
	load(HOOKS(HOOK("a", "/a", "efi", "") ", " HOOK("b", "/", "efi", "")));
	r.scope = "site";
	model("nginx");
	assert_string_equal(text_of("path_regex"), "^/");
	load(HOOKS(HOOK("a", "/", "efi", "")));
	model("nginx");
	assert_string_equal(text_of("path_regex"), "^/");
	load(HOOKS(HOOK("a", "/a.b", "efi", "")));
	model("nginx");
	assert_string_equal(text_of("path_regex"), "^/a[.]b(/|$)");
}

static void a_path_that_is_a_program_is_known(void **state)
{
	static const struct {
		const char *path, *cgi;
	} rows[] = {
		{ "/cgi-bin/pixgate.cgi", "/cgi-bin/pixgate.cgi" }, { "/cgi-bin/pixgate.cgi/loja", "/cgi-bin/pixgate.cgi" }, { "/p.fcgi", "/p.fcgi" },
		{ "/webhook", "" }, { "/cgi", "" }, { "/.cgi", "" }, { "/a.cgix", "" }, { "/x.cgi-y/z", "" }, { "/a.CGI", "" },
	};
	char conf[512];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		snprintf(conf, sizeof conf, HOOKS(HOOK("a", "%s", "efi", "")), rows[i].path);
		load(conf);
		model("htaccess");
		assert_string_equal(item_text("paths", 0, "path_cgi"), rows[i].cgi);
	}
}

static void a_chain_is_a_list(void **state)
{
	char hex[65];

	(void)state;
	load(ONE_MTLS);
	WRITE("chain.pem", ROOT, SHORT, INTER);
	model("caddy");
	assert_true(is("mtls"));
	assert_false(is("skip_mtls"));
	assert_string_equal(text_of("ca"), in_scene("chain.pem"));
	assert_int_equal(value_items(find("chain")), 3);
	assert_string_equal(item_text("chain", 0, "cn"), "webhook.psp.example");
	says(item_text("chain", 0, "subject"), "CN=webhook.psp.example");
	sha256_of(SHORT, hex);
	assert_string_equal(item_text("chain", 0, "sha256"), hex);
	assert_string_equal(item_text("chain", 0, "expires"), "2027-01-19");
	assert_string_equal(item_text("chain", 0, "base64"), p.chain.item[0].base64);
	assert_true(value_set(within("chain", 0, "intermediate")));
	assert_false(value_set(within("chain", 0, "root_ca")));
	assert_string_equal(item_text("chain", 2, "cn"), "PSP Root");
	assert_false(value_set(within("chain", 2, "intermediate")));
	assert_true(value_set(within("chain", 2, "root_ca")));
}

static void anchors_are_the_intermediates_and_else_the_roots(void **state)
{
	(void)state;
	load(ONE_MTLS);
	model("caddy");
	assert_int_equal(value_items(find("anchors")), 1);
	assert_string_equal(item_text("anchors", 0, "cn"), "webhook.psp.example");
	WRITE("chain.pem", ROOT, PUBLIC);
	model("caddy");
	assert_int_equal(value_items(find("anchors")), 2);
	assert_string_equal(item_text("anchors", 0, "cn"), "PSP Root");
	assert_string_equal(item_text("anchors", 1, "cn"), "Public Root");
}

static void a_pin_s_name_and_whose_it_is(void **state)
{
	static const struct {
		const char *pin, *cn, *regex;
		bool issuer, subject;
	} rows[] = {
		{ "CN=webhook.psp.example", "webhook.psp.example", "webhook[.]psp[.]example", false, false },
		{ "issuer:CN=webhook.psp.example", "webhook.psp.example", "webhook[.]psp[.]example", true, false },
		{ "subject:CN=api_pix (a*b)", "api_pix (a*b)", "api_pix [(]a[*]b[)]", false, true },
		{ "issuer:CN=PSP Root", "PSP Root", "PSP Root", true, false },
		{ "subject:CN=a|b", "", "", false, false },
		{ "subject:CN=Institui\xc3\xa7\xc3\xa3o", "", "", false, false },
		{ "sha256:b8a4cc20e3cb06401b3273f5f08fdce523bc6a961706911c500647fcf08b3861", "", "", false, false },
	};
	char conf[512];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		snprintf(conf, sizeof conf, HOOKS(HOOK("a", "/a", "bacen", MTLS "pin = \"%s\";")), rows[i].pin);
		load(conf);
		model("nginx");
		assert_string_equal(text_of("pin_cn"), rows[i].cn);
		assert_string_equal(text_of("pin_cn_regex"), rows[i].regex);
		assert_int_equal(is("pin_issuer"), rows[i].issuer);
		assert_int_equal(is("pin_subject"), rows[i].subject);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(every_name_of_the_readme_is_set_for_every_server),
		test(names_of_items_are_known_where_there_are_none),
		test(flags_of_a_version_are_set_for_it_and_known_to_all),
		test(a_plain_case),
		test(other_choices),
		test(sizes_are_rounded_up_to_kib),
		test(what_has_no_web_has_no_web_s_names),
		test(an_id_is_one_word_of_one_host),
		test(paths_stand_for_themselves_in_the_expression),
		test(a_path_that_is_a_program_is_known),
		test(a_chain_is_a_list),
		test(anchors_are_the_intermediates_and_else_the_roots),
		test(a_pin_s_name_and_whose_it_is),
	};

	return cmocka_run_group_tests(tests, make_certificates, drop_certificates);
}
