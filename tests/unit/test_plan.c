/* The plan as a whole: versions, what a server takes, defaults. */
#include "tests/unit/test_plan.h"

static void a_plain_hook_becomes_a_plan(void **state)
{
	(void)state;
	r.command = "pixgate gen nginx";
	good("nginx");
	assert_string_equal(p.server->name, "nginx");
	assert_string_equal(p.domain, "loja.example.com");
	assert_string_equal(p.psp->name, "efi");
	assert_string_equal(p.env->name, "production");
	assert_int_equal(p.hook_count, 1);
	assert_ptr_equal(p.hooks[0], &s->hooks[0]);
	assert_false(p.mtls);
	assert_false(p.cgi);
	assert_int_equal(p.scope, SCOPE_PATH);
	assert_int_equal(p.port, 443);
	assert_int_equal(p.http_port, 80);
	assert_string_equal(p.version, "1.22.1");
	assert_string_equal(p.address, "");
	assert_string_equal(p.socket, "/run/pixgate/gate.sock");
	assert_string_equal(p.gate, "/usr/local/lib/pixgate/pixgate.fcgi");
	assert_string_equal(p.root, "/var/www/html");
	assert_string_equal(p.log, "/var/log/nginx/pixgate.log");
	assert_string_equal(p.server_cert, "/etc/letsencrypt/live/loja.example.com/fullchain.pem");
	assert_string_equal(p.server_key, "/etc/letsencrypt/live/loja.example.com/privkey.pem");
	assert_string_equal(p.command, "pixgate gen nginx");
	assert_string_equal(p.ca, "");
	assert_string_equal(p.pin, "");
	assert_int_equal(p.chain.count, 0);
	assert_false(p.chain_known);
}

static void every_text_is_there_for_every_server(void **state)
{
	(void)state;
	for (const struct gen_server *const *row = gen_servers; *row; row++) {
		good((*row)->name);
		assert_non_null(p.version);
		assert_non_null(p.socket);
		assert_non_null(p.gate);
		assert_non_null(p.root);
		assert_non_null(p.log);
		assert_non_null(p.command);
		if (!(*row)->web)
			continue;
		assert_non_null(p.domain);
		assert_non_null(p.server_cert);
		assert_non_null(p.server_key);
		assert_non_null(p.address);
		assert_non_null(p.ca);
		assert_non_null(p.pin);
	}
}

static void caddy_gets_its_certificate_itself(void **state)
{
	(void)state;
	good("caddy");
	assert_string_equal(p.server_cert, "");
	assert_string_equal(p.server_key, "");
	assert_string_equal(buf_str(&p.warnings), "");
}

static void a_version_is_taken_without_its_v(void **state)
{
	(void)state;
	r.version = "v2.8.4";
	good("caddy");
	assert_string_equal(p.version, "2.8.4");
	r.version = "1.22.1-9+deb12u11";
	good("nginx");
	assert_string_equal(p.version, "1.22.1-9+deb12u11");
}

static void an_old_version_is_refused_with_the_oldest_that_will_do(void **state)
{
	(void)state;
	r.version = "1.14.0";
	bad("nginx", ERR_USAGE, "nginx 1.14.0 is too old: the text needs 1.19.5 or newer");
	r.version = "1.19.3";
	bad("nginx", ERR_USAGE, "too old");
	r.version = "1.19.5";
	good("nginx");
	r.version = "2.4.6";
	bad("apache", ERR_USAGE, "2.4.37 or newer");
	bad("htaccess", ERR_USAGE, "2.4.13 or newer");
	r.version = "2.5.9";
	bad("caddy", ERR_USAGE, "2.6.2 or newer");
	r.version = "1.4.59";
	bad("lighttpd", ERR_USAGE, "1.4.60 or newer");
}

static void what_is_no_version_is_refused(void **state)
{
	(void)state;
	r.version = "latest";
	bad("nginx", ERR_USAGE, "--server-version 'latest' is no version: expected numbers joined by dots, such as 1.22.1");
	r.version = "";
	bad("caddy", ERR_USAGE, "is no version");
	r.version = "1.22.1\nuser root;";
	bad("nginx", ERR_USAGE, "is no version");
}

/* Each server, an option and a value that it cannot do, and words that say what can. */
static void what_a_server_cannot_do_names_those_that_can(void **state)
{
	static const struct {
		const char *server;
		size_t at;
		const char *value, *words;
	} rows[] = {
		{ "nginx", offsetof(struct gen_request, backend), "cgi", "nginx cannot do --backend cgi: apache and lighttpd run CGI programs; here it is --backend fastcgi" },
		{ "caddy", offsetof(struct gen_request, backend), "cgi", "caddy cannot do --backend cgi: apache and lighttpd" },
		{ "htaccess", offsetof(struct gen_request, backend), "fastcgi", "htaccess cannot do --backend fastcgi: a shared host runs the gate as a CGI program; apache, caddy, lighttpd and nginx can" },
		{ "htaccess", offsetof(struct gen_request, mode), "mtls", "htaccess cannot do --mode mtls: an .htaccess cannot name a CA file; apache, caddy, lighttpd and nginx can" },
		{ "htaccess", offsetof(struct gen_request, scope), "site", "htaccess cannot do --scope site" },
		{ "htaccess", offsetof(struct gen_request, scope), "port", "htaccess cannot do --scope port" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		memset(&r, 0, sizeof r);
		memcpy((char *)&r + rows[i].at, &rows[i].value, sizeof rows[i].value);
		bad(rows[i].server, ERR_USAGE, rows[i].words);
	}
}

static void what_the_file_asks_of_a_server_that_cannot_is_refused_too(void **state)
{
	(void)state;
	load(ONE_MTLS);
	bad("htaccess", ERR_USAGE, "htaccess cannot do --mode mtls (client_cert = \"verify\" of hook 'loja' asks for it): an .htaccess cannot name a CA file");
}

/* Given, and of no use there: not passed over in silence. */
static void an_option_without_a_use_is_refused(void **state)
{
	static const struct {
		const char *server, *option;
		size_t at;
	} rows[] = {
		{ "systemd", "--hook", offsetof(struct gen_request, hook) },
		{ "systemd", "--domain", offsetof(struct gen_request, domain) },
		{ "systemd", "--environment", offsetof(struct gen_request, environment) },
		{ "systemd", "--mode", offsetof(struct gen_request, mode) },
		{ "systemd", "--scope", offsetof(struct gen_request, scope) },
		{ "systemd", "--backend", offsetof(struct gen_request, backend) },
		{ "systemd", "--server-cert", offsetof(struct gen_request, server_cert) },
		{ "systemd", "--server-key", offsetof(struct gen_request, server_key) },
		{ "systemd", "--address", offsetof(struct gen_request, address) },
		{ "systemd", "--port", offsetof(struct gen_request, port) },
		{ "systemd", "--http-port", offsetof(struct gen_request, http_port) },
		{ "systemd", "--root", offsetof(struct gen_request, root) },
		{ "systemd", "--log", offsetof(struct gen_request, log) },
		{ "htaccess", "--server-cert", offsetof(struct gen_request, server_cert) },
		{ "htaccess", "--server-key", offsetof(struct gen_request, server_key) },
		{ "htaccess", "--address", offsetof(struct gen_request, address) },
		{ "htaccess", "--port", offsetof(struct gen_request, port) },
		{ "htaccess", "--http-port", offsetof(struct gen_request, http_port) },
		{ "htaccess", "--socket", offsetof(struct gen_request, socket) },
		{ "htaccess", "--root", offsetof(struct gen_request, root) },
		{ "htaccess", "--log", offsetof(struct gen_request, log) },
		{ "nginx", "--gate", offsetof(struct gen_request, gate) },
	};
	static const char *const value = "/x";
	char words[64];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		memset(&r, 0, sizeof r);
		memcpy((char *)&r + rows[i].at, &value, sizeof value);
		if (try_plan(rows[i].server))
			fail_msg("%s took %s", rows[i].server, rows[i].option);
		assert_int_equal(e.code, ERR_USAGE);
		snprintf(words, sizeof words, "%s", rows[i].option);
		says(e.text, words);
	}
	memset(&r, 0, sizeof r);
	r.version = "252.1";
	good("systemd");	/* what a program said is nobody's word */
	r.version_asked = true;
	bad("systemd", ERR_USAGE, "systemd takes no --server-version");
}

static void systemd_is_for_all_hooks_whatever_they_are(void **state)
{
	(void)state;
	load(HOOKS(HOOK("loja", "/webhook", "efi", "domain = \"a.example\"; " MTLS) ", " HOOK("banco", "/bs2", "bs2", "domain = \"b.example\";")));
	r.socket = "/run/x.sock";
	r.gate = "/opt/pixgate.fcgi";
	good("systemd");
	assert_int_equal(p.hook_count, 2);
	assert_string_equal(p.socket, "/run/x.sock");
	assert_string_equal(p.gate, "/opt/pixgate.fcgi");
	assert_string_equal(buf_str(&p.warnings), "");
}

static void a_proxy_in_front_and_a_client_certificate_do_not_go_together(void **state)
{
	(void)state;
	load("trusted_proxies = [ \"192.0.2.1\" ];\n" ONE_MTLS);
	good("nginx");
	warned("trusted_proxies is set in ");
	warned("the PSP's certificate does not arrive here");
	load("trusted_proxies = [ \"192.0.2.1\" ];\n" ONE);
	good("nginx");
	not_warned("trusted_proxies");
	load(ONE_MTLS);
	good("nginx");
	not_warned("trusted_proxies");
}

static void a_plan_is_freed_after_a_failure_and_twice(void **state)
{
	(void)state;
	load(ONE_MTLS);
	r.socket = "x";
	bad("nginx", ERR_USAGE, "--socket");
	gen_plan_free(&p);
	gen_plan_free(&p);
	assert_null(p.domain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_plain_hook_becomes_a_plan),
		test(every_text_is_there_for_every_server),
		test(caddy_gets_its_certificate_itself),
		test(a_version_is_taken_without_its_v),
		test(an_old_version_is_refused_with_the_oldest_that_will_do),
		test(what_is_no_version_is_refused),
		test(what_a_server_cannot_do_names_those_that_can),
		test(what_the_file_asks_of_a_server_that_cannot_is_refused_too),
		test(an_option_without_a_use_is_refused),
		test(systemd_is_for_all_hooks_whatever_they_are),
		test(a_proxy_in_front_and_a_client_certificate_do_not_go_together),
		test(a_plan_is_freed_after_a_failure_and_twice),
	};

	return cmocka_run_group_tests(tests, make_certificates, drop_certificates);
}
