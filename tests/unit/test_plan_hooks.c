/* For which hooks, environment and mode. */
#include "tests/unit/test_plan.h"

#define TWO HOOKS(HOOK("loja", "/webhook", "efi", "") ", " HOOK("outra", "/outra", "efi", ""))

static void all_hooks_that_agree_are_taken(void **state)
{
	(void)state;
	load(TWO);
	good("nginx");
	assert_int_equal(p.hook_count, 2);
	assert_string_equal(p.hooks[0]->name, "loja");
	assert_string_equal(p.hooks[1]->name, "outra");
}

static void named_hooks_are_taken_in_their_order(void **state)
{
	(void)state;
	load(TWO);
	r.hook = "outra";
	good("nginx");
	assert_int_equal(p.hook_count, 1);
	assert_string_equal(p.hooks[0]->name, "outra");
	r.hook = "outra,loja";
	good("nginx");
	assert_int_equal(p.hook_count, 2);
	assert_string_equal(p.hooks[1]->name, "loja");
}

static void wrong_names_are_refused(void **state)
{
	static const struct {
		const char *hook;
		enum err_code code;
		const char *words;
	} rows[] = {
		{ "loha", ERR_CONFIG, "has no hook 'loha'; nearest: 'loja'" },
		{ "banco", ERR_CONFIG, "has no hook 'banco'" },
		{ "loja,banco", ERR_CONFIG, "has no hook 'banco'" },
		{ "loja,loja", ERR_USAGE, "--hook names 'loja' twice" },
		{ "loja,outra,loja", ERR_USAGE, "twice" },
		{ "", ERR_USAGE, "a name is empty" },
		{ "loja,", ERR_USAGE, "a name is empty" },
		{ ",loja", ERR_USAGE, "a name is empty" },
		{ "loja,,outra", ERR_USAGE, "a name is empty" },
		{ "loja, outra", ERR_CONFIG, "has no hook ' outra'; nearest: 'outra'" },
		{ "LOJA", ERR_CONFIG, "has no hook 'LOJA'" },
	};

	(void)state;
	load(TWO);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		r.hook = rows[i].hook;
		bad("nginx", rows[i].code, rows[i].words);
	}
}

/* Two hooks that cannot share a text, and in what. */
static void hooks_that_differ_need_to_be_named(void **state)
{
	static const struct {
		const char *conf, *words;
	} rows[] = {
		{ HOOKS(HOOK("loja", "/a", "efi", "") ", " HOOK("banco", "/b", "bs2", "")),
		  "hooks 'loja' and 'banco' differ in psp (\"efi\", \"bs2\"), and one text has room for one: give --hook" },
		{ HOOKS(HOOK("loja", "/a", "efi", "") ", " HOOK("teste", "/b", "efi", "environment = \"sandbox\";")),
		  "hooks 'loja' and 'teste' differ in environment (\"production\", \"sandbox\"), and one text has room for one: give --hook or --environment" },
		{ HOOKS(HOOK("loja", "/a", "efi", "") ", " HOOK("outra", "/b", "efi", "domain = \"outra.example.com\";")),
		  "hooks 'loja' and 'outra' differ in domain (\"loja.example.com\", \"outra.example.com\")" },
		{ HOOKS(HOOK("loja", "/a", "efi", "") ", " HOOK("outra", "/b", "efi", "domain = \"loja.example.com:8443\";")), "differ in domain" },
		{ HOOKS(HOOK("loja", "/a", "efi", "") ", " HOOK("outra", "/b", "efi", "client_cert = \"server\";")),
		  "hooks 'loja' and 'outra' differ in mode, by client_cert (\"skip-mtls\", \"mtls\")" },
		{ HOOKS(HOOK("loja", "/a", "efi", MTLS) ", " HOOK("outra", "/b", "efi", "client_cert = \"verify\"; ca = \"Chain.pem\";")), "differ in ca" },
		{ HOOKS(HOOK("loja", "/a", "efi", MTLS "pin = \"CN=a\";") ", " HOOK("outra", "/b", "efi", MTLS "pin = \"CN=A\";")),
		  "hooks 'loja' and 'outra' differ in pin (\"CN=a\", \"CN=A\"), and one text has room for one: give --hook" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		load(rows[i].conf);
		bad("nginx", ERR_USAGE, rows[i].words);
	}
	r.hook = "loja,outra";
	bad("nginx", ERR_USAGE, "name in --hook those that agree");
}

static void what_the_command_line_says_needs_no_agreement(void **state)
{
	(void)state;
	load(HOOKS(HOOK("loja", "/a", "efi", "domain = \"a.example\"; environment = \"sandbox\";") ", " HOOK("outra", "/b", "efi", "domain = \"b.example\";")));
	r.domain = "c.example";
	r.environment = "sandbox";
	good("nginx");
	assert_string_equal(p.domain, "c.example");
	assert_string_equal(p.env->name, "sandbox");
}

static void the_case_of_a_domain_is_no_difference(void **state)
{
	(void)state;
	load(HOOKS(HOOK("loja", "/a", "efi", "") ", " HOOK("outra", "/b", "efi", "domain = \"LOJA.Example.com\";")));
	good("nginx");
}

/* The gate goes by each hook's own; where one is silent, the others' stands for it. */
static void a_hook_without_ca_and_pin_is_content_with_the_others(void **state)
{
	(void)state;
	load(HOOKS(HOOK("loja", "/a", "bacen", "client_cert = \"server\";") ", " HOOK("outra", "/b", "bacen", MTLS "pin = \"CN=webhook.psp.example\";")));
	good("nginx");
	assert_string_equal(strrchr(p.ca, '/'), "/chain.pem");
	assert_string_equal(p.pin, "CN=webhook.psp.example");
	load(HOOKS(HOOK("a", "/a", "bacen", "client_cert = \"server\";") ", " HOOK("b", "/b", "bacen", MTLS) ", "
		HOOK("c", "/c", "bacen", "client_cert = \"verify\"; ca = \"other.pem\";")));
	bad("nginx", ERR_USAGE, "hooks 'b' and 'c' differ in ca");
}

static void the_environment_can_be_another_than_the_hook_s(void **state)
{
	(void)state;
	r.environment = "sandbox";
	good("nginx");
	assert_string_equal(p.env->name, "sandbox");
	warned("the environment of hook 'loja' in ");
	warned(" is production, not sandbox: the gate goes by the file");
	r.environment = "production";
	good("nginx");
	not_warned("environment");
	r.environment = "sandbx";
	bad("nginx", ERR_USAGE, "--environment 'sandbx' is unknown; nearest: 'sandbox' (one of: production, sandbox)");
	r.environment = "";
	bad("nginx", ERR_USAGE, "--environment '' is unknown: one of production, sandbox");
}

static void the_pin_is_the_file_s_and_else_the_profile_s(void **state)
{
	(void)state;
	load(HOOKS(HOOK("loja", "/a", "efi", MTLS)));
	good("nginx");
	assert_string_equal(p.pin, "CN=webhook.efipay.com.br");
	r.environment = "sandbox";
	good("nginx");
	assert_string_equal(p.pin, "CN=webhook-h.efipay.com.br");
	load(HOOKS(HOOK("loja", "/a", "efi", MTLS "pin = \"CN=webhook.psp.example\";")));
	good("nginx");
	assert_string_equal(p.pin, "CN=webhook.psp.example");
}

static void the_mode_is_what_client_cert_says(void **state)
{
	(void)state;
	load(ONE);
	good("nginx");
	assert_false(p.mtls);
	load(ONE_MTLS);
	good("nginx");
	assert_true(p.mtls);
	load(HOOKS(HOOK("loja", "/a", "bacen", "client_cert = \"server\"; ca = \"chain.pem\"; pin = \"CN=webhook.psp.example\";")));
	good("nginx");
	assert_true(p.mtls);
}

static void a_certificate_that_the_gate_does_not_look_at_is_told(void **state)
{
	(void)state;
	load(HOOKS(HOOK("loja", "/a", "efi", "ca = \"chain.pem\";") ", " HOOK("b", "/b", "efi", "") ", " HOOK("c", "/c", "efi", MTLS)));
	r.mode = "mtls";
	good("nginx");
	assert_true(p.mtls);
	warned("client_cert is \"none\" in hook 'loja' and 1 more: nginx will demand the certificate, but the gate itself does not look at it until client_cert = \"verify\"");
}

static void skip_mtls_where_the_gate_demands_a_certificate_is_refused(void **state)
{
	(void)state;
	load(ONE_MTLS);
	r.mode = "skip-mtls";
	bad("nginx", ERR_USAGE, "the gate would refuse every call, because hook 'loja' demands a certificate: set client_cert = \"none\" in ");
	load(ONE);
	good("nginx");
	assert_false(p.mtls);
}

static void a_mistyped_mode_names_the_nearest(void **state)
{
	(void)state;
	r.mode = "mtsl";
	bad("nginx", ERR_USAGE, "--mode 'mtsl' is unknown; nearest: 'mtls' (one of: skip-mtls, mtls)");
	r.mode = "none";
	bad("nginx", ERR_USAGE, "--mode 'none' is unknown: one of skip-mtls, mtls");
	r.mode = "";
	bad("nginx", ERR_USAGE, "--mode '' is unknown");
}

/* The root signs the sandbox's certificates too, and lighttpd does not say whose a certificate is. */
static void what_lighttpd_cannot_tell_apart_the_gate_must(void **state)
{
	(void)state;
	r.server_cert = in_scene("site.pem");
	r.server_key = in_scene("site.key");
	load(HOOKS(HOOK("loja", "/a", "efi", "client_cert = \"server\"; ca = \"chain.pem\";")));
	bad("lighttpd", ERR_CONFIG, "lighttpd does not tell by whom a certificate was issued, so a sandbox's would pass: set client_cert = \"verify\", or pin");
	good("nginx");
	load(HOOKS(HOOK("loja", "/a", "efi", "client_cert = \"server\"; ca = \"chain.pem\"; pin = \"CN=webhook.psp.example\";")));
	good("lighttpd");
	load(HOOKS(HOOK("loja", "/a", "efi", MTLS)));
	good("lighttpd");
	/* the client's own name it can tell */
	load(HOOKS(HOOK("loja", "/a", "efi", "client_cert = \"server\";") ", " HOOK("b", "/b", "efi", MTLS "pin = \"subject:CN=sender.psp.example\";")));
	good("lighttpd");
}

static void no_pin_is_told(void **state)
{
	(void)state;
	load(HOOKS(HOOK("loja", "/a", "bacen", MTLS)));
	good("nginx");
	warned("no pin is set, and the profile of bacen has none");
	load(ONE_MTLS);
	good("nginx");
	not_warned("no pin");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(all_hooks_that_agree_are_taken),
		test(named_hooks_are_taken_in_their_order),
		test(wrong_names_are_refused),
		test(hooks_that_differ_need_to_be_named),
		test(what_the_command_line_says_needs_no_agreement),
		test(the_case_of_a_domain_is_no_difference),
		test(a_hook_without_ca_and_pin_is_content_with_the_others),
		test(the_environment_can_be_another_than_the_hook_s),
		test(the_pin_is_the_file_s_and_else_the_profile_s),
		test(the_mode_is_what_client_cert_says),
		test(a_certificate_that_the_gate_does_not_look_at_is_told),
		test(skip_mtls_where_the_gate_demands_a_certificate_is_refused),
		test(a_mistyped_mode_names_the_nearest),
		test(what_lighttpd_cannot_tell_apart_the_gate_must),
		test(no_pin_is_told),
	};

	return cmocka_run_group_tests(tests, make_certificates, drop_certificates);
}
