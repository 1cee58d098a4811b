/* Paths of the gate's socket and program, of the document root and the log. */
#include "tests/unit/test_plan.h"

#define P50 "/123456789/123456789/123456789/123456789/123456789"

static void given_paths_are_taken(void **state)
{
	(void)state;
	r.socket = "/run/other/gate-1_2.sock";
	r.root = "/srv/loja do z\xc3\xa9/www";	/* what a grammar holds is judged where it is put */
	r.log = "/var/log/pix.log";
	good("nginx");
	assert_string_equal(p.socket, "/run/other/gate-1_2.sock");
	assert_string_equal(p.root, "/srv/loja do z\xc3\xa9/www");
	assert_string_equal(p.log, "/var/log/pix.log");
	r = (struct gen_request){ .backend = "cgi", .gate = "/opt/pixgate/gate.cgi" };
	good("apache");
	assert_string_equal(p.gate, "/opt/pixgate/gate.cgi");
	assert_string_equal(p.socket, "");
}

static void each_server_has_its_log(void **state)
{
	(void)state;
	good("apache");
	assert_string_equal(p.log, "/var/log/apache2/pixgate.log");
	good("caddy");
	assert_string_equal(p.log, "/var/log/caddy/pixgate.log");
	good("lighttpd");
	assert_string_equal(p.log, "/var/log/lighttpd/pixgate.log");
	good("htaccess");
	assert_string_equal(p.log, "");
	assert_string_equal(p.root, "");
	assert_string_equal(p.socket, "");
}

static void paths_must_be_absolute_and_clean(void **state)
{
	static const struct {
		const char *path, *words;
	} rows[] = {
		{ "", "expected an absolute path" }, { "x", "expected an absolute path" }, { "./x", "expected an absolute path" }, { "|/bin/sh", "expected an absolute path" },
		{ "/a\nb", "line break" }, { "/a\tb", "control character" }, { "/a\x7f", "control character" }, { "/a\rb", "line break" },
		{ "/a\xff", "not UTF-8" }, { "/\xc3", "not UTF-8" },
		{ P50 P50 P50 P50 P50 P50 P50 P50 P50 P50 P50 P50 P50 P50 P50 P50 P50 P50 P50 P50 P50, "at most 1024" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		r = (struct gen_request){ .socket = rows[i].path };
		bad("nginx", ERR_USAGE, rows[i].words);
		says(e.text, "--socket");
		r = (struct gen_request){ .root = rows[i].path };
		bad("nginx", ERR_USAGE, rows[i].words);
		says(e.text, "--root");
		r = (struct gen_request){ .log = rows[i].path };
		bad("nginx", ERR_USAGE, rows[i].words);
		says(e.text, "--log");
		r = (struct gen_request){ .gate = rows[i].path, .backend = "cgi" };
		bad("apache", ERR_USAGE, rows[i].words);
		says(e.text, "--gate");
	}
}

static void a_socket_s_path_is_short_and_plain(void **state)
{
	static const char *const wrong[] = { "/run/a b", "/run/a|fcgi://x", "/run/a:b", "/run/{x}", "/run/$x", "/run/a,b", "/run/a;b", "/run/\"", "/run/%h", "/run/z\xc3\xa9" };

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		r.socket = wrong[i];
		bad("nginx", ERR_USAGE, "expected letters, digits and ._/@+- only");
		bad("systemd", ERR_USAGE, "expected letters, digits and ._/@+- only");
	}
	r.socket = P50 P50 "/123456";
	assert_int_equal(strlen(r.socket), 107);
	good("nginx");
	r.socket = P50 P50 "/1234567";
	bad("nginx", ERR_USAGE, "a socket's path has room for 107 characters, not 108");
}

static void a_cgi_program_has_no_socket(void **state)
{
	(void)state;
	r.socket = "/run/x.sock";
	r.backend = "cgi";
	bad("apache", ERR_USAGE, "--socket: with --backend cgi the gate is a CGI program and has none");
	r.backend = NULL;
	bad("htaccess", ERR_USAGE, "--socket: with htaccess the gate is a CGI program");
}

static void a_root_that_nothing_is_served_from_is_refused(void **state)
{
	(void)state;
	r.root = "/srv/www";
	r.scope = "port";
	bad("nginx", ERR_USAGE, "--root: without --scope path and without plain HTTP nothing is served from files");
	r.http_port = "8080";
	good("nginx");
	r.scope = "site";
	r.http_port = "0";
	bad("nginx", ERR_USAGE, "--root");
	r.scope = "path";
	good("nginx");
}

static void on_a_shared_host_the_gate_is_below_the_site(void **state)
{
	static const char *const wrong[] = { "", "/usr/lib/cgi-bin/pixgate.cgi", "../pixgate.cgi", "cgi-bin/../x.cgi", "cgi-bin//x.cgi", "cgi bin/x", "x\ny", "x$1", "x%{HTTP_HOST}", "x?y", "x\"y", "x\\y",
		"http://x/y" };

	(void)state;
	good("htaccess");
	assert_string_equal(p.gate, "cgi-bin/pixgate.cgi");
	r.gate = "cgi-sys/pix.cgi";
	good("htaccess");
	assert_string_equal(p.gate, "cgi-sys/pix.cgi");
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		r.gate = wrong[i];
		bad("htaccess", ERR_USAGE, "expected its place below the site, such as cgi-bin/pixgate.cgi");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(given_paths_are_taken),
		test(each_server_has_its_log),
		test(paths_must_be_absolute_and_clean),
		test(a_socket_s_path_is_short_and_plain),
		test(a_cgi_program_has_no_socket),
		test(a_root_that_nothing_is_served_from_is_refused),
		test(on_a_shared_host_the_gate_is_below_the_site),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
