/* Scope, host name, ports, address, paths. */
#include "tests/unit/test_plan.h"

static void the_scope_is_the_path_unless_told(void **state)
{
	(void)state;
	good("nginx");
	assert_int_equal(p.scope, SCOPE_PATH);
	r.scope = "site";
	good("nginx");
	assert_int_equal(p.scope, SCOPE_SITE);
	r.scope = "port";
	good("nginx");
	assert_int_equal(p.scope, SCOPE_PORT);
	r.scope = "paht";
	bad("nginx", ERR_USAGE, "--scope 'paht' is unknown; nearest: 'path' (one of: path, site, port)");
	r.scope = "";
	bad("nginx", ERR_USAGE, "--scope '' is unknown");
}

static void the_backend_is_fastcgi_where_the_server_has_a_choice(void **state)
{
	(void)state;
	good("apache");
	assert_false(p.cgi);
	r.backend = "cgi";
	good("apache");
	assert_true(p.cgi);
	good("lighttpd");
	assert_true(p.cgi);
	r.backend = NULL;
	good("htaccess");
	assert_true(p.cgi);
	r.backend = "fcgi";
	bad("apache", ERR_USAGE, "--backend 'fcgi' is unknown");
}

static void a_domain_comes_from_the_command_line_or_the_file(void **state)
{
	(void)state;
	good("nginx");
	assert_string_equal(p.domain, "loja.example.com");
	r.domain = "Pix.Example.COM";
	good("nginx");
	assert_string_equal(p.domain, "pix.example.com");
	load("inbox = \"sqlite:inbox.db\"; hooks = ( " HOOK("loja", "/webhook", "efi", "") " );");
	r.domain = NULL;
	bad("nginx", ERR_USAGE, "no domain: give --domain NAME, or set domain in ");
	good("htaccess");
	assert_string_equal(p.domain, "");
	r.domain = "pix.example.com";
	good("nginx");
	not_warned("`pixgate url`");
}

#define L63 "a23456789012345678901234567890123456789012345678901234567890123"

static void host_names_are_taken(void **state)
{
	static const char *const names[] = { "a.b", "localhost", "xn--loja-0na.example", "3com.com", "a-b.c-d.e", "1.2.3.4.example", "x",
		L63 ".example", L63 "." L63 "." L63 ".a234567890123456789012345678901234567890123456789012345678901" };

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		r.domain = names[i];
		good("caddy");
		assert_string_equal(p.domain, names[i]);
	}
}

static void what_is_no_host_name_is_refused(void **state)
{
	static const struct {
		const char *name, *words;
	} rows[] = {
		{ "", "it is empty" },
		{ ".", "empty part" }, { ".a", "empty part" }, { "a.", "empty part" }, { "a..b", "empty part" },
		{ "-a.b", "'-'" }, { "a-.b", "'-'" }, { "a.-b", "'-'" }, { "a.b-", "'-'" },
		{ L63 "4.example", "at most 63" },
		{ L63 "." L63 "." L63 ".a2345678901234567890123456789012345678901234567890123456789012", "at most 253" },
		{ "https://loja.example.com", "without https://" }, { "loja.example.com/webhook", "without https://" }, { "loja.example.com:443", "without https://" },
		{ "192.0.2.1", "not an address" }, { "2001:db8::1", "not an address" }, { "[2001:db8::1]", "not an address" }, { "[::1]:443", "not an address" },
		{ "192.0.2.1:443", "not an address" }, { "::", "not an address" },
		{ "1.2.3", "last part is a number" }, { "192.0.2.01", "last part is a number" }, { "12", "last part is a number" },
		{ "lo ja.com", "no host name has" }, { "a_b.com", "no host name has" }, { "*.example.com", "no host name has" }, { "a;b", "no host name has" },
		{ "a\"b", "no host name has" }, { "a{b}", "no host name has" }, { "a$b", "no host name has" }, { "a\nb", "no host name has" }, { "a\tb", "no host name has" },
		{ "a\x7f.b", "no host name has" }, { "a,b", "no host name has" }, { "a'b", "no host name has" }, { "a#b", "no host name has" }, { "a\\b", "no host name has" },
		{ "loj\xc3\xa1.example.com", "in ASCII (xn--" }, { "a\xff.com", "in ASCII" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		r.domain = rows[i].name;
		bad("nginx", ERR_USAGE, rows[i].words);
		says(e.text, "is no host name");
	}
}

static void the_file_s_domain_is_judged_as_strictly(void **state)
{
	static const struct {
		const char *conf, *words;
	} rows[] = {
		{ HOOKS(HOOK("loja", "/a", "efi", "domain = \"192.0.2.1\";")), "domain \"192.0.2.1\" is no host name: a PSP calls a name, not an address" },
		{ HOOKS(HOOK("loja", "/a", "efi", "domain = \"[2001:db8::1]:8443\";")), "not an address" },
		{ HOOKS(HOOK("loja", "/a", "efi", "domain = \"192.0.2.1:8443\";")), "not an address" },
		{ HOOKS(HOOK("loja", "/a", "efi", "domain = \"a..b\";")), "empty part" },
		{ HOOKS(HOOK("loja", "/a", "efi", "domain = \"a.b:\";")), "without https://, port" },
		{ HOOKS(HOOK("loja", "/a", "efi", "domain = \"a.b:0\";")), "without https://, port" },
		{ HOOKS(HOOK("loja", "/a", "efi", "domain = \"a.b:65536\";")), "without https://, port" },
		{ HOOKS(HOOK("loja", "/a", "efi", "domain = \"a.b:44x\";")), "without https://, port" },
		{ HOOKS(HOOK("loja", "/a", "efi", "domain = \":8443\";")), "without https://, port" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		load(rows[i].conf);
		bad("nginx", ERR_CONFIG, rows[i].words);
		says(e.text, "pixgate.conf:3: hook 'loja': domain");
	}
}

static void the_port_of_the_file_s_domain_is_where_the_server_listens(void **state)
{
	(void)state;
	load(HOOKS(HOOK("loja", "/a", "efi", "domain = \"loja.example.com:9443\";")));
	good("nginx");
	assert_string_equal(p.domain, "loja.example.com");
	assert_int_equal(p.port, 9443);
	not_warned("`pixgate url`");
	r.scope = "port";
	good("nginx");
	assert_int_equal(p.port, 9443);
	assert_int_equal(p.http_port, 0);
	r.scope = NULL;
	r.port = "443";
	good("nginx");
	assert_int_equal(p.port, 443);
	warned("this text answers at https://loja.example.com, but the domain of hook 'loja' in ");
	warned("is \"loja.example.com:9443\", and there `pixgate url` tells the PSP to call: set domain = \"loja.example.com\"");
}

static void a_url_that_leads_elsewhere_is_told(void **state)
{
	(void)state;
	r.scope = "port";
	good("nginx");
	assert_int_equal(p.port, 8443);
	warned("this text answers at https://loja.example.com:8443, but the domain of hook 'loja' in ");
	r.scope = NULL;
	r.domain = "pix.example.com";
	good("nginx");
	warned("set domain = \"pix.example.com\"");
	r.domain = "LOJA.example.com";
	good("nginx");
	not_warned("`pixgate url`");
	r.domain = "pix.example.com";
	load(HOOKS(HOOK("a", "/a", "efi", "") ", " HOOK("b", "/b", "efi", "") ", " HOOK("c", "/c", "efi", "domain = \"pix.example.com:443\";")));
	good("nginx");
	warned("the domain of hook 'a' and 1 more in ");
}

static void ports_are_numbers_from_1_to_65535(void **state)
{
	static const char *const wrong[] = { "", "0", "65536", "-1", "+1", "080", " 80", "80 ", "8a", "0x50", "99999999999999999999", "1.5", "https", "80\n" };

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		r = (struct gen_request){ .port = wrong[i] };
		bad("nginx", ERR_USAGE, "expected a port from 1 to 65535");
		says(e.text, "--port '");
		if (strcmp(wrong[i], "0") == 0)
			continue;
		r = (struct gen_request){ .http_port = wrong[i] };
		bad("nginx", ERR_USAGE, "expected a port from 1 to 65535, or 0 for none");
		says(e.text, "--http-port '");
	}
	r = (struct gen_request){ .port = "65535", .http_port = "1" };
	good("nginx");
	assert_int_equal(p.port, 65535);
	assert_int_equal(p.http_port, 1);
	r.http_port = "0";
	good("nginx");
	assert_int_equal(p.http_port, 0);
}

static void two_services_do_not_share_a_port(void **state)
{
	(void)state;
	r.port = "80";
	bad("nginx", ERR_USAGE, "--port 80 is the port of plain HTTP");
	r.http_port = "8080";
	good("nginx");
	r.port = "8080";
	bad("nginx", ERR_USAGE, "--port 8080 is the port of plain HTTP");
	r = (struct gen_request){ .scope = "port", .port = "443" };
	bad("nginx", ERR_USAGE, "--scope port: 443 is the shop's port");
	r.port = "444";
	good("nginx");
	assert_int_equal(p.http_port, 0);
	r.http_port = "80";
	good("nginx");
	assert_int_equal(p.http_port, 80);
}

static void an_address_is_one_number_and_nothing_else(void **state)
{
	static const char *const wrong[] = { "", "localhost", "192.0.2.1:443", "[::1]", "192.0.2.0/24", "fe80::1%eth0", "*", "1.2.3", "192.0.2.1 ", "192.0.2.1;" };

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		r.address = wrong[i];
		bad("nginx", ERR_USAGE, "expected one IPv4 or IPv6 address");
	}
	r.address = "192.0.2.1";
	good("nginx");
	assert_string_equal(p.address, "192.0.2.1");
	r.address = "2001:DB8:0::1";
	good("nginx");
	assert_string_equal(p.address, "2001:db8::1");
}

static void a_path_that_means_something_to_a_server_is_refused(void **state)
{
	static const char letters[] = "$*<>[]^`{|}";
	char conf[512], words[64];

	(void)state;
	for (const char *c = letters; *c; c++) {
		snprintf(conf, sizeof conf, HOOKS(HOOK("loja", "/web%chook", "efi", "")), *c);
		load(conf);
		snprintf(words, sizeof words, "path \"/web%chook\": '%c' has a meaning of its own", *c, *c);
		bad("nginx", ERR_CONFIG, words);
		says(e.text, "pixgate.conf:3: hook 'loja': ");
	}
	load(HOOKS(HOOK("loja", "/az/AZ-09._~@+,=:!'();&", "efi", "")));
	good("nginx");
}

static void the_root_path_leaves_nothing_to_a_shop(void **state)
{
	(void)state;
	load(HOOKS(HOOK("loja", "/", "efi", "")));
	bad("nginx", ERR_USAGE, "--scope path: hook 'loja' has the path \"/\", which leaves nothing to the shop beside it; use --scope site or --scope port");
	r.scope = "site";
	good("nginx");
	r.scope = "port";
	good("nginx");
}

/* One expression holds all paths, and a server takes so many bytes in one word. */
static void more_paths_than_a_server_can_hold_are_refused(void **state)
{
	char conf[64 * 1024] = "inbox = \"sqlite:inbox.db\"; domain = \"a.example\"; hooks = ( ";
	size_t len = strlen(conf);

	(void)state;
	for (int i = 0; i < 60; i++)
		len += (size_t)snprintf(conf + len, sizeof conf - len, "%s{ name = \"h%d\"; path = \"/a%070d\"; psp = \"efi\"; secret = \"file:loja.secret\"; }", i ? ", " : "", i, i);
	snprintf(conf + len, sizeof conf - len, " );");
	load(conf);
	bad("nginx", ERR_USAGE, "the paths of 60 hooks are too long for one regular expression of nginx: name fewer in --hook");
	r.hook = "h1,h2,h59";
	good("nginx");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(the_scope_is_the_path_unless_told),
		test(the_backend_is_fastcgi_where_the_server_has_a_choice),
		test(a_domain_comes_from_the_command_line_or_the_file),
		test(host_names_are_taken),
		test(what_is_no_host_name_is_refused),
		test(the_file_s_domain_is_judged_as_strictly),
		test(the_port_of_the_file_s_domain_is_where_the_server_listens),
		test(a_url_that_leads_elsewhere_is_told),
		test(ports_are_numbers_from_1_to_65535),
		test(two_services_do_not_share_a_port),
		test(an_address_is_one_number_and_nothing_else),
		test(a_path_that_means_something_to_a_server_is_refused),
		test(the_root_path_leaves_nothing_to_a_shop),
		test(more_paths_than_a_server_can_hold_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
