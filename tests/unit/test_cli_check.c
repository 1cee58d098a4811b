#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check/judge.h"
#include "cli/check.h"
#include "cli/check_target.h"

#include <cmocka.h>

static const struct common common = { .quiet = true };
static struct check_target t;
static struct err e;

static bool reads(const char *operand, const char *psp, const char *mode)
{
	check_target_free(&t);
	e = (struct err){ 0 };
	return check_target_read(&t, &common, operand, psp, mode, NULL, &e);
}

static void refuses(const char *operand, const char *psp, const char *mode, const char *words)
{
	assert_false(reads(operand, psp, mode));
	assert_int_equal(err_exit(e.code), 2);
	if (!strstr(e.text, words))
		fail_msg("no '%s' in: %s", words, e.text);
}

static void a_url_is_taken_apart_as_it_stands(void **state)
{
	(void)state;
	assert_true(reads("https://pix.example.com:8443/a%20b/webhook?hmac=s3cr3t&ignorar=", NULL, NULL));
	assert_string_equal(t.target.host, "pix.example.com");
	assert_int_equal(t.target.port, 8443);
	assert_string_equal(t.target.path, "/a%20b/webhook");
	assert_string_equal(t.target.query, "hmac=s3cr3t&ignorar=");
	assert_string_equal(t.target.secret, "s3cr3t");
	assert_string_equal(t.target.authorization, "");
	assert_null(t.hook);
}

static void what_a_url_leaves_out_has_its_meaning(void **state)
{
	(void)state;
	assert_true(reads("HTTPS://[2001:db8::1]", NULL, NULL));
	assert_string_equal(t.target.host, "2001:db8::1");
	assert_int_equal(t.target.port, 443);
	assert_string_equal(t.target.path, "/");
	assert_string_equal(t.target.query, "");
	assert_string_equal(t.target.secret, "");
	assert_true(reads("https://d.example?hmac=x", NULL, NULL));
	assert_string_equal(t.target.path, "/");
	assert_string_equal(t.target.secret, "x");
}

static void the_secret_is_hmac_or_the_first_value(void **state)
{
	static const char *const rows[][2] = {
		{ "https://d.example/w?hmac=one&token=two", "one" }, { "https://d.example/w?token=two&hmac=one", "one" },
		{ "https://d.example/w?a=&b=two&c=three", "two" }, { "https://d.example/w?a=&hmac=", "" }, { "https://d.example/w?xhmac=no&hmac=one", "one" },
		{ "https://d.example/w?hmac=%61b", "%61b" }, { "https://d.example/w?bare", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_true(reads(rows[i][0], NULL, NULL));
		assert_string_equal(t.target.secret, rows[i][1]);
	}
}

static void what_is_no_url_of_a_psp_is_refused_without_being_repeated(void **state)
{
	static const char *const bad[] = {
		"http://s3cr3t.example/", "ftp://s3cr3t/", "https://", "https:///s3cr3t", "https://a b/s3cr3t", "https://a/s3cr3t#part", "https://user:s3cr3t@a/",
		"https://a:0/s3cr3t", "https://a:99999/s3cr3t", "https://a:x/s3cr3t", "https://a/s3cr3t\033[2J", "https://a/\xff", "https://a/s3cr3t\"", "https://[::1/s3cr3t",
		"https://a_b.example/s3cr3t",
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		refuses(bad[i], NULL, NULL, "URL");
		assert_int_equal(e.code, ERR_USAGE);
		assert_null(strstr(e.text, "s3cr3t"));
	}
	refuses("https://user:s3cr3t@a/", NULL, NULL, "a name or a password before its host");
}

static void a_url_without_end_is_refused(void **state)
{
	char url[6000];

	(void)state;
	memset(url, 'a', sizeof url - 1);
	memcpy(url, "https://d.example/", 18);
	url[sizeof url - 1] = '\0';
	refuses(url, NULL, NULL, "longer");
	url[4095] = '\0';
	assert_true(reads(url, NULL, NULL));
}

static void the_mode_follows_from_psp_and_secret(void **state)
{
	static const struct {
		const char *url, *psp, *mode;
		enum mode want;
	} rows[] = {
		{ "https://d.example/w", NULL, NULL, MODE_EFI_MTLS }, { "https://d.example/w?hmac=x", NULL, NULL, MODE_EFI_SKIP },
		{ "https://d.example/w?hmac=x", "efi", NULL, MODE_EFI_SKIP }, { "https://d.example/w?ignorar=", "efi", NULL, MODE_EFI_MTLS },
		{ "https://d.example/w?hmac=x", NULL, "efi-mtls", MODE_EFI_MTLS }, { "https://d.example/w", "efi", "efi-skip-mtls", MODE_EFI_SKIP },
		{ "https://d.example/w?hmac=x", "bs2", NULL, MODE_BS2 }, { "https://d.example/w", NULL, "bs2-indirect", MODE_BS2_INDIRECT },
		{ "https://d.example/w?hmac=x", "bacen", NULL, MODE_BACEN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_true(reads(rows[i].url, rows[i].psp, rows[i].mode));
		assert_int_equal(t.target.mode, rows[i].want);
		assert_non_null(t.target.psp);
		assert_true(strncmp(mode_names[rows[i].want], t.target.psp->name, 3) == 0);
	}
}

static void an_unknown_psp_mode_or_server_names_the_known(void **state)
{
	(void)state;
	refuses("https://d.example/", "itau", NULL, "efi, bs2, bs2-indirect, bacen");
	refuses("https://d.example/", NULL, "mtls", "efi-mtls, efi-skip-mtls, bs2, bs2-indirect, bacen");
	refuses("https://d.example/", "bs2", "efi-mtls", "not for PSP bs2");
	check_target_free(&t);
	assert_false(check_target_read(&t, &common, "https://d.example/", NULL, NULL, "iis", &e));
	assert_non_null(strstr(e.text, "apache, caddy, lighttpd, nginx"));
	check_target_free(&t);
	assert_true(check_target_read(&t, &common, "https://d.example/", NULL, NULL, "caddy", &e));
	assert_string_equal(t.target.server, "caddy");
}

static char *private_file(const char *text, mode_t mode)
{
	static char path[64];
	int fd;

	snprintf(path, sizeof path, "/tmp/test_cli_check.XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && !fchmod(fd, mode) && !close(fd));
	return path;
}

static void a_url_gets_what_the_psp_sends_from_a_private_file(void **state)
{
	char *file = private_file("loja:abre-te\n", 0600);

	(void)state;
	assert_true(reads("https://d.example/bs2", "bs2", NULL));
	assert_true(check_authorization(&t, NULL, NULL, &e));
	assert_string_equal(t.target.authorization, "");
	assert_true(check_authorization(&t, file, NULL, &e));
	assert_string_equal(t.target.authorization, "Basic bG9qYTphYnJlLXRl");
	assert_true(reads("https://d.example/bs2", "bs2", NULL));
	assert_true(check_authorization(&t, NULL, file, &e));
	assert_string_equal(t.target.authorization, "Bearer loja:abre-te");
	assert_false(check_authorization(&t, file, file, &e));
	assert_int_equal(e.code, ERR_USAGE);
	t.hook = "banco";
	assert_false(check_authorization(&t, file, NULL, &e));
	assert_non_null(strstr(e.text, "hook \"banco\" says itself"));
	t.hook = NULL;
	assert_int_equal(chmod(file, 0644), 0);
	assert_false(check_authorization(&t, file, NULL, &e));
	assert_non_null(strstr(e.text, "--basic"));
	assert_null(strstr(e.text, "abre-te"));
	unlink(file);
	assert_false(check_authorization(&t, NULL, file, &e));
	assert_false(check_authorization(&t, NULL, "", &e));
	check_target_free(&t);
}

static void of_an_events_url_the_part_below_which_all_are_is_looked_at(void **state)
{
	(void)state;
	assert_true(reads("https://d.example/bs2/RecebimentoFinalizado?hmac=x", "bs2-indirect", NULL));
	assert_string_equal(t.target.path, "/bs2");
	assert_true(reads("https://d.example/bs2", "bs2-indirect", NULL));
	assert_string_equal(t.target.path, "/bs2");
	assert_true(reads("https://d.example/w/Recebimento", "bs2", NULL));
	assert_string_equal(t.target.path, "/w/Recebimento");
}

static void a_resolve_of_another_host_is_told(void **state)
{
	bool other = false;

	(void)state;
	assert_true(reads("https://pix.example.com/", NULL, NULL));
	assert_true(check_resolve_ok(&t, "PIX.example.com:443:127.0.0.1", &other, &e));
	assert_false(other);
	assert_true(check_resolve_ok(&t, "pix.example.com:444:127.0.0.1", &other, &e));
	assert_true(other);
	assert_true(check_resolve_ok(&t, "x.pix.example.com:443:127.0.0.1", &other, &e));
	assert_true(other);
	assert_false(check_resolve_ok(&t, "pix.example.com:443", &other, &e));
	assert_true(reads("https://[::1]:8443/", NULL, NULL));
	assert_true(check_resolve_ok(&t, "[::1]:8443:127.0.0.1", &other, &e));
	assert_false(other);
}

/* ---- hooks */

static char folder[] = "/tmp/test_cli_check.XXXXXX";

static void put(const char *name, const char *text)
{
	char path[300];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	f = fopen(path, "we");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	chmod(path, 0600);
}

static int begin(void **state)
{
	char conf[300];

	(void)state;
	assert_non_null(mkdtemp(folder));
	put("secret", "s3cr3t\n");
	put("basic", "banco:senha\n");
	put("bearer", "t0k3n\n");
	put("pixgate.conf", "inbox = \"sqlite:inbox.db\"; domain = \"pix.example.com:8443\";\n"
		"hooks = ( { name = \"mtls\"; path = \"/w\"; psp = \"efi\"; secret = [ \"file:secret\" ]; client_cert = \"server\"; pin = \"CN=x\"; keys = [ \"a@b\" ]; },\n"
		" { name = \"skip\"; path = \"/s/p\"; psp = \"efi\"; secret = [ \"file:secret\" ]; sources = [ ]; },\n"
		" { name = \"banco\"; path = \"/b\"; psp = \"bs2\"; basic = \"file:basic\"; },\n"
		" { name = \"indireto\"; path = \"/i\"; psp = \"bs2-indirect\"; bearer = \"file:bearer\"; },\n"
		" { name = \"away\"; path = \"/a\"; psp = \"bs2\"; bearer = \"file:missing\"; },\n"
		" { name = \"bacen\"; path = \"/c\"; psp = \"bacen\"; secret = [ \"file:secret\" ]; } );\n");
	snprintf(conf, sizeof conf, "%s/pixgate.conf", folder);
	setenv("PIXGATE_CONF", conf, 1);
	return 0;
}

static int end(void **state)
{
	static const char *const names[] = { "secret", "basic", "bearer", "pixgate.conf" };
	char path[300];

	(void)state;
	check_target_free(&t);
	check_target_free(&t);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		snprintf(path, sizeof path, "%s/%s", folder, names[i]);
		unlink(path);
	}
	rmdir(folder);
	return 0;
}

static void a_hook_says_all_of_it_itself(void **state)
{
	(void)state;
	assert_true(reads("mtls", NULL, NULL));
	assert_int_equal(t.target.mode, MODE_EFI_MTLS);
	assert_string_equal(t.hook, "mtls");
	assert_string_equal(t.target.host, "pix.example.com");
	assert_int_equal(t.target.port, 8443);
	assert_string_equal(t.target.path, "/w");
	assert_string_equal(t.target.secret, "s3cr3t");
	assert_string_equal(t.target.pin, "CN=x");
	assert_true(t.target.keys && t.target.sources);
	assert_non_null(t.target.env);
	assert_true(reads("skip", NULL, NULL));
	assert_int_equal(t.target.mode, MODE_EFI_SKIP);
	assert_string_equal(t.target.path, "/s/p");
	assert_false(t.target.keys || t.target.sources);
	assert_true(reads("bacen", NULL, NULL));
	assert_int_equal(t.target.mode, MODE_BACEN);
	assert_true(reads("skip", NULL, "efi-mtls"));
	assert_int_equal(t.target.mode, MODE_EFI_MTLS);
}

static void basic_and_bearer_are_read_from_the_hooks_files(void **state)
{
	(void)state;
	assert_true(reads("banco", NULL, NULL));
	assert_int_equal(t.target.mode, MODE_BS2);
	assert_string_equal(t.target.authorization, "Basic YmFuY286c2VuaGE=");
	assert_true(reads("indireto", NULL, NULL));
	assert_int_equal(t.target.mode, MODE_BS2_INDIRECT);
	assert_string_equal(t.target.path, "/i");
	assert_string_equal(t.target.authorization, "Bearer t0k3n");
}

static void a_hook_that_cannot_be_looked_at_says_why(void **state)
{
	(void)state;
	refuses("away", NULL, NULL, "missing");
	refuses("mtsl", NULL, NULL, "mtls");
	refuses("mtls", "bs2", NULL, "hook \"mtls\" says psp = \"efi\"");
	refuses("banco", NULL, "efi-mtls", "not for PSP bs2");
}

static void who_has_no_credentials_is_not_asked_about(void **state)
{
	struct seen s = { 0 };

	(void)state;
	check_psp(&common, "banco", &s);
	assert_false(s.registration_asked || s.registered);
	assert_string_equal(s.registration_why, "");
	assert_string_equal(s.uploaded, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_url_is_taken_apart_as_it_stands),
		cmocka_unit_test(what_a_url_leaves_out_has_its_meaning),
		cmocka_unit_test(the_secret_is_hmac_or_the_first_value),
		cmocka_unit_test(what_is_no_url_of_a_psp_is_refused_without_being_repeated),
		cmocka_unit_test(a_url_without_end_is_refused),
		cmocka_unit_test(the_mode_follows_from_psp_and_secret),
		cmocka_unit_test(an_unknown_psp_mode_or_server_names_the_known),
		cmocka_unit_test(a_url_gets_what_the_psp_sends_from_a_private_file),
		cmocka_unit_test(of_an_events_url_the_part_below_which_all_are_is_looked_at),
		cmocka_unit_test(a_resolve_of_another_host_is_told),
		cmocka_unit_test(a_hook_says_all_of_it_itself),
		cmocka_unit_test(basic_and_bearer_are_read_from_the_hooks_files),
		cmocka_unit_test(a_hook_that_cannot_be_looked_at_says_why),
		cmocka_unit_test(who_has_no_credentials_is_not_asked_about),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
