/* The server's own certificate and its key. */
#include "tests/unit/test_plan.h"

static void site(const char *cert, const char *key)
{
	r.server_cert = in_scene(cert);
	r.server_key = in_scene(key);
}

static void a_certificate_and_its_key_are_taken(void **state)
{
	(void)state;
	site("site.pem", "site.key");
	good("nginx");
	assert_string_equal(p.server_cert, r.server_cert);
	assert_string_equal(p.server_key, r.server_key);
	assert_string_equal(buf_str(&p.warnings), "");
	good("caddy");
	assert_string_equal(p.server_cert, r.server_cert);
	assert_string_equal(buf_str(&p.warnings), "");
}

static void one_without_the_other_is_refused(void **state)
{
	(void)state;
	r.server_cert = in_scene("site.pem");
	bad("nginx", ERR_USAGE, "--server-cert and --server-key go together: give --server-key too");
	bad("caddy", ERR_USAGE, "give --server-key too");
	r.server_cert = NULL;
	r.server_key = in_scene("site.key");
	bad("nginx", ERR_USAGE, "give --server-cert too");
}

static void relative_paths_are_refused(void **state)
{
	(void)state;
	r.server_cert = "site.pem";
	r.server_key = in_scene("site.key");
	bad("nginx", ERR_USAGE, "--server-cert 'site.pem': expected an absolute path");
	r.server_cert = in_scene("site.pem");
	r.server_key = "site.key";
	bad("nginx", ERR_USAGE, "--server-key 'site.key': expected an absolute path");
}

static void what_is_not_there_or_no_certificate_is_refused(void **state)
{
	(void)state;
	site("nothing.pem", "site.key");
	bad("nginx", ERR_CONFIG, "nothing.pem");
	site("site.pem", "nothing.key");
	bad("nginx", ERR_CONFIG, "nothing.key");
	scene_write("empty.pem", "", 0644);
	site("empty.pem", "site.key");
	bad("nginx", ERR_CONFIG, "empty.pem");
	scene_write("page.pem", "<html>404</html>\n", 0644);
	site("page.pem", "site.key");
	bad("nginx", ERR_CONFIG, "page.pem");
	site("site.pem", "site.pem");
	bad("nginx", ERR_CONFIG, "site.pem");
	site("site.key", "site.key");
	bad("nginx", ERR_CONFIG, "site.key");
}

static void the_key_must_be_the_certificate_s(void **state)
{
	(void)state;
	write_key("other.key", OTHER_KEY);
	site("site.pem", "other.key");
	bad("nginx", ERR_CONFIG, "other.key");
}

static void the_certificate_must_be_in_date(void **state)
{
	(void)state;
	WRITE("site.pem", SITE_OLD, PUBLIC_INTER);
	write_key("site.key", SITE_OLD);
	site("site.pem", "site.key");
	bad("nginx", ERR_CONFIG, "site.pem: the certificate has expired: renew it first");
	WRITE("site.pem", SITE_FUTURE, PUBLIC_INTER);
	write_key("site.key", SITE_FUTURE);
	bad("nginx", ERR_CONFIG, "site.pem: the certificate is not valid yet");
}

static void a_certificate_of_another_purpose_is_refused(void **state)
{
	(void)state;
	WRITE("site.pem", SITE_CLIENT, PUBLIC_INTER);
	write_key("site.key", SITE_CLIENT);
	site("site.pem", "site.key");
	bad("nginx", ERR_CONFIG, "the certificate is not for servers");
	WRITE("site.pem", PUBLIC_INTER, SITE);
	write_key("site.key", PUBLIC_INTER);
	bad("nginx", ERR_CONFIG, "the first certificate is a CA's");
}

static void a_certificate_without_its_issuer_is_told(void **state)
{
	(void)state;
	WRITE("site.pem", SITE);
	site("site.pem", "site.key");
	good("nginx");
	warned("its issuer's certificate (");
	warned("Public R3");
	warned("fullchain.pem");
	good("lighttpd");
	warned("fullchain.pem");
	WRITE("site.pem", SITE, PUBLIC);	/* not its issuer's, but the issuer's issuer's */
	good("nginx");
	warned("fullchain.pem");
}

/* Every handshake of lighttpd fails then: the CA file of the clients is where it looks for its own issuer. */
static void with_client_certificates_lighttpd_needs_the_issuer(void **state)
{
	(void)state;
	load(ONE_MTLS);
	WRITE("site.pem", SITE);
	site("site.pem", "site.key");
	bad("lighttpd", ERR_CONFIG, "lighttpd would fail every handshake: give the full chain (certbot's fullchain.pem)");
	good("nginx");
	WRITE("site.pem", SITE, PUBLIC_INTER);
	good("lighttpd");
	WRITE("site.pem", SITE_OF_ROOT, PUBLIC);
	write_key("site.key", SITE_OF_ROOT);
	good("lighttpd");
	WRITE("site.pem", SITE_SELF);
	write_key("site.key", SITE_SELF);
	good("lighttpd");
	not_warned("fullchain.pem");
}

static void a_certificate_of_another_host_is_told(void **state)
{
	(void)state;
	site("site.pem", "site.key");
	r.domain = "pix.example.com";
	good("nginx");
	warned("site.pem is for loja.example.com, not for pix.example.com: the PSP will refuse to call");
	r.domain = "loja.example.com";
	good("nginx");
	not_warned("is for");
}

static void what_certbot_has_not_got_yet_is_told(void **state)
{
	(void)state;
	r.domain = "not-there.invalid";
	good("nginx");
	warned("/etc/letsencrypt/live/not-there.invalid/fullchain.pem ");
	good("caddy");
	not_warned("letsencrypt");
	good("htaccess");
	not_warned("letsencrypt");
	assert_string_equal(p.server_cert, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_certificate_and_its_key_are_taken),
		test(one_without_the_other_is_refused),
		test(relative_paths_are_refused),
		test(what_is_not_there_or_no_certificate_is_refused),
		test(the_key_must_be_the_certificate_s),
		test(the_certificate_must_be_in_date),
		test(a_certificate_of_another_purpose_is_refused),
		test(a_certificate_without_its_issuer_is_told),
		test(with_client_certificates_lighttpd_needs_the_issuer),
		test(a_certificate_of_another_host_is_told),
		test(what_certbot_has_not_got_yet_is_told),
	};

	return cmocka_run_group_tests(tests, make_certificates, drop_certificates);
}
