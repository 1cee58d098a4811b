#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail	/* ours is the one in lib/err.h */

#include <stdlib.h>
#include <string.h>

#include "cli/webhook_auth.h"
#include "cli/webhook_rows.h"
#include "pix/psp.h"

#define BASE "https://loja.example.com/bs2?hmac=0123456789abcdef"
#define EVENT "PagamentoFinalizado"

static const char *known[EVENTS];
static struct rows rows;
static struct err e;

static void read_text(const char *text)
{
	struct json *doc = json_parse(text, strlen(text), true, &e);

	assert_non_null(doc);
	rows_free(&rows);
	assert_true(rows_read(doc, &rows, &e));
	json_free(doc);
}

static void an_indirect_participant_s_profile_names_seven_events(void **state)
{
	(void)state;
	route_events(&psp_bs2_indirect, known);
	assert_string_equal(known[0], "RecebimentoFinalizado");
	assert_string_equal(known[6], "ValidacaoRecebimentoCanalSecundario");
	assert_null(known[7]);
	route_events(&psp_efi, known);
	assert_null(known[0]);
}

static const char *whose(const char *theirs)
{
	route_events(&psp_bs2_indirect, known);
	return route_whose(BASE, EVENT, known, theirs);
}

static void a_route_is_this_hook_s_by_its_path(void **state)
{
	(void)state;
	assert_string_equal(whose("https://loja.example.com/bs2/" EVENT "?hmac=0123456789abcdef"), "this hook's URL");
	assert_string_equal(whose("https://loja.example.com/bs2/" EVENT "?hmac=fedcba"), "this hook's URL with another secret");
	assert_string_equal(whose("https://loja.example.com/bs2/" EVENT), "this hook's URL with another secret");
	assert_string_equal(whose("https://LOJA.example.com/bs2/" EVENT "?hmac=0123456789abcdef"), "this hook's URL with another secret");
	assert_string_equal(whose("https://loja.example.com/bs2"), "this hook's URL with another path");
	assert_string_equal(whose("https://loja.example.com/bs2/?hmac=0123456789abcdef"), "this hook's URL with another path");
	assert_string_equal(whose("https://loja.example.com/bs2/RecebimentoFinalizado#x"), "this hook's URL with another path");
	assert_string_equal(whose(""), "nothing");
}

static void a_route_below_or_beside_the_hook_s_path_is_another_s(void **state)
{
	(void)state;
	assert_string_equal(whose("https://loja.example.com/bs2/x"), "another URL");
	assert_string_equal(whose("https://loja.example.com/bs2/" EVENT "/x"), "another URL");
	assert_string_equal(whose("https://loja.example.com/bs2x/" EVENT), "another URL");
	assert_string_equal(whose("https://loja.example.com/BS2/" EVENT), "another URL");
	assert_string_equal(whose("https://loja.example.com"), "another URL");
	assert_string_equal(whose("https://loja.example.co/bs2/" EVENT), "another URL");
	assert_string_equal(whose("http://loja.example.com/bs2/" EVENT), "another URL");
	assert_string_equal(whose("https://loja.example.com.evil.example/bs2/" EVENT), "another URL");
	assert_string_equal(whose("?"), "another URL");
}

static void a_hook_at_the_root_has_routes_too(void **state)
{
	(void)state;
	route_events(&psp_bs2_indirect, known);
	assert_string_equal(route_whose("https://d.example/", EVENT, known, "https://d.example/" EVENT), "this hook's URL");
	assert_string_equal(route_whose("https://d.example/?hmac=1", EVENT, known, "https://d.example/" EVENT "?hmac=2"), "this hook's URL with another secret");
	assert_string_equal(route_whose("https://d.example/", EVENT, known, "https://d.example/webhook"), "another URL");
	assert_string_equal(route_whose("https://d.example/", EVENT, known, "https://d.example@evil.example/" EVENT), "another URL");
	assert_string_equal(route_whose("https://d.example/", EVENT, known, "https://d.example:8443/" EVENT), "another URL");
}

static void a_list_of_events_is_read_in_any_case_and_each_once(void **state)
{
	const char *names[EVENTS];
	size_t count;

	(void)state;
	route_events(&psp_bs2_indirect, known);
	assert_true(events_read("validacaorestituicao,PagamentoFinalizado,PAGAMENTOFINALIZADO", known, names, &count, &e));
	assert_int_equal(count, 2);
	assert_string_equal(names[0], "ValidacaoRestituicao");
	assert_string_equal(names[1], EVENT);
	assert_null(names[2]);
}

static void an_event_that_is_none_is_refused_with_those_that_are(void **state)
{
	static const char *const bad[] = { "", ",", "Pagamento", "PagamentoFinalizado,", "PagamentoFinalizado,,ValidacaoRestituicao", " PagamentoFinalizado", "PagamentoFinalizadoX" };
	const char *names[EVENTS];
	size_t count;

	(void)state;
	route_events(&psp_bs2_indirect, known);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		bool ok = events_read(bad[i], known, names, &count, &e);

		if (strcmp(bad[i], "PagamentoFinalizado,") == 0) {
			assert_true(ok);	/* a comma at the end is forgiven, as it always was */
			continue;
		}
		assert_false(ok);
		assert_int_equal(e.code, ERR_USAGE);
		assert_non_null(strstr(e.text, "--event"));
	}
	assert_non_null(strstr(e.text, "ValidacaoRecebimentoCanalSecundario"));
}

static void credentials_are_read_in_each_form_that_is_thought_of(void **state)
{
	(void)state;
	read_text("[{\"evento\":\"A\",\"autenticacao\":{\"tipo\":\"Basic\",\"valor\":\"eA==\"}},"
		"{\"evento\":\"A\",\"Autenticacao\":{\"Tipo\":\"Bearer\",\"Token\":\"t\"}},"
		"{\"evento\":\"A\",\"autenticacao\":{\"tipo\":\"Basic\",\"usuario\":\"u\",\"senha\":\"s\"}},"
		"{\"evento\":\"A\",\"autenticacao\":{\"tipo\":\"None\",\"valor\":null},\"autorizacao\":null},"
		"{\"evento\":\"A\",\"autenticacao\":\"Basic\"},{\"evento\":\"A\"}]");
	assert_int_equal(rows.count, 6);
	assert_string_equal(rows.item[0].auth, "eA==");
	assert_string_equal(rows.item[1].auth_type, "Bearer");
	assert_string_equal(rows.item[1].auth, "t");
	assert_string_equal(rows.item[2].auth, "u:s");
	assert_string_equal(rows.item[3].auth_type, "None");
	assert_string_equal(rows.item[3].auth, "");
	assert_string_equal(rows.item[4].auth_type, "");
	assert_string_equal(rows.item[5].auth, "");
	rows_free(&rows);
}

static const char *differs(const char *type, const char *have_auth, const char *want_auth)
{
	struct row want = { .url = (char *)"u", .auth_type = (char *)(uintptr_t)type, .auth = (char *)(uintptr_t)want_auth }, have = want;

	have.auth = (char *)(uintptr_t)have_auth;
	return row_hides_auth(&have, &want) ? "hidden" : row_differs(&have, &want);
}

static void the_same_credentials_are_known_in_each_form(void **state)
{
	(void)state;
	assert_null(differs("Basic", "dTpz", "dTpz"));
	assert_null(differs("Basic", "Basic dTpz", "dTpz"));
	assert_null(differs("Basic", "u:s", "dTpz"));
	assert_null(differs("Bearer", "bearer t", "t"));
	assert_null(differs("None", "", ""));
	assert_string_equal(differs("Basic", "u:t", "dTpz"), "auth");
	assert_string_equal(differs("Basic", "Basicx dTpz", "dTpz"), "auth");
	assert_string_equal(differs("Bearer", "u:s", "dTpz"), "auth");
	assert_string_equal(differs("Bearer", "Basic t", "t"), "auth");
}

static void masked_credentials_are_hidden_not_different(void **state)
{
	struct row want = { .url = (char *)"u", .auth_type = (char *)"Basic", .auth = (char *)"dTpz" }, have = want;

	(void)state;
	assert_string_equal(differs("Basic", "***", "dTpz"), "hidden");
	assert_string_equal(differs("Basic", "dT**", "dTpz"), "hidden");
	assert_string_equal(differs("Basic", "\u2022\u2022\u2022", "dTpz"), "hidden");
	assert_string_equal(differs("Basic", "", "dTpz"), "hidden");
	assert_string_equal(differs("Bearer", "a*b", "a*c"), "auth");	/* a token that has a star itself */
	have.auth = (char *)"***";
	assert_null(row_differs(&have, &want));
	have.auth_type = (char *)"Bearer";
	assert_false(row_hides_auth(&have, &want));
	assert_string_equal(row_differs(&have, &want), "auth");
}

static void an_id_that_cannot_be_named_is_none(void **state)
{
	char longest[202];
	struct row r = { .id = longest };

	(void)state;
	memset(longest, 'i', sizeof longest);
	longest[200] = '\0';
	assert_true(row_has_id(&r));
	longest[200] = 'i';
	longest[201] = '\0';
	assert_false(row_has_id(&r));
	static const char *const bad[] = { "", ".", "..", "a b", "a\n", "\x7f", "\xc3\xa9" }, *const good[] = { "17", "...", "a/b", "8c1b5f3e-7a2d" };

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(row_has_id(&(struct row){ .id = (char *)(uintptr_t)bad[i] }));
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_true(row_has_id(&(struct row){ .id = (char *)(uintptr_t)good[i] }));
}

/* The values of a hook with that basic and bearer, as "name=value" lines. */
static void values_are(const struct psp *psp, const char *basic, const char *bearer, const char *want)
{
	struct hook hook = { .name = (char *)"b", .psp = psp, .basic = (char *)(uintptr_t)basic, .bearer = (char *)(uintptr_t)bearer };
	struct settings settings = { .dir = (char *)"/" };
	struct webhook w = { .settings = &settings, .hook = &hook };
	struct api_value values[AUTH_VALUES], *end;
	struct buf text = BUF(4096);
	struct auth auth;

	assert_true(auth_read(&w, &auth, &e));
	end = auth_values(&auth, values);
	assert_int_equal(end - values, AUTH_VALUES);
	for (const struct api_value *v = values; v < end; v++) {
		assert_int_equal(v->secret, strcmp(v->name, "auth_type") != 0 && !v->raw);
		if (v->value)
			buf_putf(&text, "%s%s=%s ", v->raw ? "raw " : "", v->name, v->value);
	}
	assert_string_equal(buf_str(&text), want);
	buf_free(&text);
	auth_free(&auth);
}

static void a_call_may_hold_credentials_in_each_form(void **state)
{
	(void)state;
	setenv("TEST_BASIC", "u:s:t", 1);
	setenv("TEST_NAME", "u", 1);
	setenv("TEST_BEARER", "tok", 1);
	values_are(&psp_bs2_indirect, "env:TEST_BASIC", "", "auth_type=Basic auth=dTpzOnQ= auth_header=Basic dTpzOnQ= auth_user=u auth_password=s:t ");
	values_are(&psp_bs2_indirect, "env:TEST_NAME", "", "auth_type=Basic auth=dQ== auth_header=Basic dQ== auth_user=u auth_password= ");
	values_are(&psp_bs2_indirect, "", "env:TEST_BEARER", "auth_type=Bearer auth=tok auth_header=Bearer tok auth_token=tok ");
	values_are(&psp_bs2, "", "env:TEST_BEARER", "auth_type=bearer auth=tok auth_header=Bearer tok auth_token=tok ");
}

static void no_credentials_are_null_for_an_indirect_participant_and_left_out_else(void **state)
{
	(void)state;
	values_are(&psp_bs2_indirect, "", "", "auth_type=None raw auth=null ");
	values_are(&psp_bs2, "", "", "auth_type=none ");
}

static void a_credential_that_cannot_be_read_names_the_hook(void **state)
{
	struct hook hook = { .name = (char *)"banco", .psp = &psp_bs2, .basic = (char *)"env:TEST_IS_NOT_THERE", .bearer = (char *)"" };
	struct settings settings = { .dir = (char *)"/" };
	struct webhook w = { .settings = &settings, .hook = &hook };
	struct auth auth;

	(void)state;
	assert_false(auth_read(&w, &auth, &e));
	assert_int_equal(e.code, ERR_CONFIG);
	assert_non_null(strstr(e.text, "hook \"banco\": basic: "));
	auth_free(&auth);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_indirect_participant_s_profile_names_seven_events),
		cmocka_unit_test(a_route_is_this_hook_s_by_its_path),
		cmocka_unit_test(a_route_below_or_beside_the_hook_s_path_is_another_s),
		cmocka_unit_test(a_hook_at_the_root_has_routes_too),
		cmocka_unit_test(a_list_of_events_is_read_in_any_case_and_each_once),
		cmocka_unit_test(an_event_that_is_none_is_refused_with_those_that_are),
		cmocka_unit_test(credentials_are_read_in_each_form_that_is_thought_of),
		cmocka_unit_test(the_same_credentials_are_known_in_each_form),
		cmocka_unit_test(masked_credentials_are_hidden_not_different),
		cmocka_unit_test(an_id_that_cannot_be_named_is_none),
		cmocka_unit_test(a_call_may_hold_credentials_in_each_form),
		cmocka_unit_test(no_credentials_are_null_for_an_indirect_participant_and_left_out_else),
		cmocka_unit_test(a_credential_that_cannot_be_read_names_the_hook),
	};

	return cmocka_run_group_tests_name("cli_webhook_rows", tests, NULL, NULL);
}
