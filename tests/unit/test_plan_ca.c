/* The PSP's CA file. */
#include "tests/unit/test_plan.h"

#include "gen/plan_parts.h"

static char inter_hex[65], sandbox_hex[65], root_hex[65];
static const char *const production_chain[] = { inter_hex, root_hex, NULL };
static const char *const sandbox_chain[] = { sandbox_hex, root_hex, NULL };

/* A PSP of which the profile knows the certificates that these tests make. */
static const struct psp_env envs[] = {
	{ .name = "production", .pin = "CN=webhook.psp.example", .chain_url = "https://psp.example/chain.crt", .chain_sha256 = production_chain },
	{ .name = "sandbox", .pin = "CN=webhook-h.psp.example", .chain_url = "https://psp.example/chain-h.crt", .chain_sha256 = sandbox_chain },
	{ 0 }
};
static const struct psp lab = { .name = "lab", .title = "Lab Bank", .envs = envs };

static void load_lab(const char *conf)
{
	load(conf);
	for (size_t i = 0; i < s->hook_count; i++) {
		s->hooks[i].psp = &lab;
		s->hooks[i].env = &envs[0];
	}
	sha256_of(INTER, inter_hex);
	sha256_of(SANDBOX, sandbox_hex);
	sha256_of(ROOT, root_hex);
	r.server_cert = in_scene("site.pem");
	r.server_key = in_scene("site.key");
}

#define LAB HOOKS(HOOK("loja", "/webhook", "bacen", MTLS))

static void a_known_chain_is_taken_in_order(void **state)
{
	(void)state;
	load_lab(LAB);
	WRITE("chain.pem", ROOT, INTER, ROOT);
	good("nginx");
	assert_string_equal(p.ca, in_scene("chain.pem"));
	assert_int_equal(p.chain.count, 2);
	assert_string_equal(p.chain.item[0].sha256, inter_hex);
	assert_string_equal(p.chain.item[1].sha256, root_hex);
	assert_true(p.chain_known);
	assert_string_equal(buf_str(&p.warnings), "");
}

static void without_mtls_the_file_is_not_read(void **state)
{
	(void)state;
	load_lab(HOOKS(HOOK("loja", "/webhook", "bacen", "ca = \"nothing.pem\";")));
	good("nginx");
	assert_string_equal(p.ca, "");
	assert_int_equal(p.chain.count, 0);
}

static void an_unknown_certificate_is_told_with_its_fingerprint(void **state)
{
	char hex[65];

	(void)state;
	load_lab(LAB);
	WRITE("chain.pem", SHORT, ROOT);
	sha256_of(SHORT, hex);
	good("nginx");
	assert_false(p.chain_known);
	warned("the profile of lab does not know the certificate \"CN=webhook.psp.example");
	warned(hex);
	not_warned(root_hex);
	warned("compare it with what Lab Bank publishes before you trust it");
}

static void where_the_profile_knows_none_nothing_is_known(void **state)
{
	(void)state;
	load(ONE_MTLS);
	good("caddy");
	assert_false(p.chain_known);
	not_warned("does not know");
}

/* The mistake that a shop makes once: the file for playing, in production. */
static void the_file_of_another_environment_is_refused(void **state)
{
	(void)state;
	load_lab(LAB);
	WRITE("chain.pem", SANDBOX, ROOT);
	bad("nginx", ERR_CONFIG, "chain.pem holds the CA of Lab Bank, sandbox (webhook-h.psp.example), and this text is for lab, production: set ca to the right file");
	WRITE("chain.pem", INTER, SANDBOX, ROOT);
	bad("nginx", ERR_CONFIG, "holds the CA of Lab Bank, sandbox");
	WRITE("chain.pem", SANDBOX, ROOT);
	r.environment = "sandbox";
	good("nginx");
	assert_true(p.chain_known);
	WRITE("chain.pem", INTER, ROOT);
	bad("nginx", ERR_CONFIG, "holds the CA of Lab Bank, production (webhook.psp.example), and this text is for lab, sandbox");
}

static void a_file_that_is_no_chain_is_refused(void **state)
{
	(void)state;
	load_lab(LAB);
	WRITE("chain.pem", INTER);
	bad("nginx", ERR_CONFIG, "hook 'loja': ca: ");
	says(e.text, "chain.pem: ");
	WRITE("chain.pem", OLD, ROOT);
	bad("nginx", ERR_CONFIG, "expired");
	WRITE("chain.pem", SITE, PUBLIC_INTER, PUBLIC);
	bad("nginx", ERR_CONFIG, "no CA");
	scene_write("chain.pem", "", 0644);
	bad("nginx", ERR_CONFIG, "chain.pem");
	scene_write("chain.pem", "<html>not found</html>", 0644);
	bad("nginx", ERR_CONFIG, "chain.pem");
	unlink(in_scene("chain.pem"));
	bad("nginx", ERR_CONFIG, "chain.pem");
	says(e.text, "No such file or directory (`pixgate chain fetch loja` gets the CA file of Lab Bank)");
	mkdir(in_scene("chain.pem"), 0755);
	bad("nginx", ERR_CONFIG, "chain.pem");
}

static void no_ca_tells_where_to_get_one(void **state)
{
	(void)state;
	load_lab(HOOKS(HOOK("loja", "/webhook", "bacen", "client_cert = \"server\";")));
	bad("nginx", ERR_CONFIG, "pixgate.conf:3: hook 'loja' has no ca: `pixgate chain fetch loja` gets the CA file of Lab Bank; then set ca to it");
	load(HOOKS(HOOK("banco", "/bs2", "bs2", "")));
	r.mode = "mtls";
	bad("nginx", ERR_CONFIG, "hook 'banco' has no ca, and no CA file of bs2 is known: set ca to the PSP's; a PSP that presents no client certificate (BS2) needs --mode skip-mtls");
	r.mode = NULL;
	good("nginx");
	assert_false(p.mtls);
}

static void the_pinned_issuer_must_be_in_the_file(void **state)
{
	(void)state;
	load_lab(HOOKS(HOOK("loja", "/webhook", "bacen", MTLS "pin = \"issuer:CN=webhook-x.psp.example\";")));
	bad("nginx", ERR_CONFIG, "chain.pem has no certificate of the name \"webhook-x.psp.example\", which the pin \"issuer:CN=webhook-x.psp.example\" demands as the issuer: nobody would be let in");
	load_lab(HOOKS(HOOK("loja", "/webhook", "bacen", MTLS "pin = \"issuer:CN=webhook.psp.example\";")));
	good("nginx");
	not_warned("no certificate of the name");
	load_lab(HOOKS(HOOK("loja", "/webhook", "bacen", MTLS "pin = \"CN=webhook-x.psp.example\";")));
	good("nginx");
	warned("has no certificate of the name \"webhook-x.psp.example\" (the pin \"CN=webhook-x.psp.example\"): only a client certificate that has this name itself");
	load_lab(HOOKS(HOOK("loja", "/webhook", "bacen", MTLS "pin = \"subject:CN=webhook-x.psp.example\";")));
	good("nginx");
	not_warned("no certificate of the name");
}

static void a_name_that_any_issuer_may_sign_is_told(void **state)
{
	static const char told[] = "hook 'loja' takes the server's word";

	(void)state;
	load_lab(HOOKS(HOOK("loja", "/webhook", "bacen", "client_cert = \"server\"; ca = \"chain.pem\"; pin = \"CN=webhook.psp.example\";")));
	good("nginx");
	warned(told);
	warned("the pin \"issuer:CN=webhook.psp.example\" keeps it out");
	load_lab(HOOKS(HOOK("loja", "/webhook", "bacen", "client_cert = \"server\"; ca = \"chain.pem\"; pin = \"issuer:CN=webhook.psp.example\";")));
	good("nginx");
	not_warned(told);
	load_lab(LAB);
	good("nginx");
	not_warned(told);
}

static void a_pin_that_no_server_can_compare_is_left_to_the_gate(void **state)
{
	static const char *const pins[] = { "CN=Institui\xc3\xa7\xc3\xa3o", "CN=a, b", "CN=a+b", "CN=a=b", "CN=a<b>", "CN= a", "CN=a ", "subject:CN=a;b", "CN=a#b",
		"sha256:b8a4cc20e3cb06401b3273f5f08fdce523bc6a961706911c500647fcf08b3861" };
	char conf[512];

	(void)state;
	for (size_t i = 0; i < sizeof pins / sizeof *pins; i++) {
		snprintf(conf, sizeof conf, HOOKS(HOOK("loja", "/webhook", "bacen", MTLS "pin = \"%s\";")), pins[i]);
		load_lab(conf);
		good("nginx");
		warned("is left to the gate: nginx cannot compare it");
	}
	load_lab(HOOKS(HOOK("loja", "/webhook", "bacen", MTLS "pin = \"subject:CN=Api_Pix 01 (a/b) - c.d@e:f*\";")));
	good("nginx");
	not_warned("left to the gate");
}

static void the_name_of_a_pin_stands_behind_its_kind(void **state)
{
	(void)state;
	assert_string_equal(plan_pin_cn("CN=a"), "a");
	assert_string_equal(plan_pin_cn("issuer:CN=a"), "a");
	assert_string_equal(plan_pin_cn("subject:CN=CN=a"), "CN=a");
	assert_null(plan_pin_cn("sha256:00"));
	assert_null(plan_pin_cn(""));
}

static void what_expires_within_60_days_is_told(void **state)
{
	(void)state;
	load_lab(LAB);
	WRITE("chain.pem", SHORT, ROOT);
	good("nginx");
	warned("the certificate \"CN=webhook.psp.example");
	warned("expires in 59 days: `pixgate chain fetch loja` gets the next one");
	WRITE("chain.pem", INTER, ROOT);
	good("nginx");
	not_warned("expires");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_known_chain_is_taken_in_order),
		test(without_mtls_the_file_is_not_read),
		test(an_unknown_certificate_is_told_with_its_fingerprint),
		test(where_the_profile_knows_none_nothing_is_known),
		test(the_file_of_another_environment_is_refused),
		test(a_file_that_is_no_chain_is_refused),
		test(no_ca_tells_where_to_get_one),
		test(the_pinned_issuer_must_be_in_the_file),
		test(a_name_that_any_issuer_may_sign_is_told),
		test(a_pin_that_no_server_can_compare_is_left_to_the_gate),
		test(the_name_of_a_pin_stands_behind_its_kind),
		test(what_expires_within_60_days_is_told),
	};

	return cmocka_run_group_tests(tests, make_certificates, drop_certificates);
}
