#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "lib/when.h"
#include "lib/x509.h"	/* before cmocka, whose fail() is a macro */
#include "pix/psp.h"

#include <cmocka.h>

static void profiles_are_found_by_name(void **state)
{
	(void)state;
	assert_ptr_equal(psp_find("efi"), &psp_efi);
	assert_ptr_equal(psp_find("bs2"), &psp_bs2);
	assert_ptr_equal(psp_find("bs2-indirect"), &psp_bs2_indirect);
	assert_ptr_equal(psp_find("bacen"), &psp_bacen);
	assert_null(psp_find("Efi"));
	assert_null(psp_find(""));
}

static void environments_are_found_by_name(void **state)
{
	(void)state;
	for (size_t i = 0; psps[i]; i++) {
		assert_non_null(psp_env_find(psps[i], "production"));
		assert_non_null(psp_env_find(psps[i], "sandbox"));
		assert_null(psp_env_find(psps[i], "homologation"));
	}
	assert_string_equal(psp_env_find(&psp_efi, "sandbox")->api, "https://pix-h.api.efipay.com.br");
}

static size_t cut(const struct psp *psp, const char *text, const char *want)
{
	size_t n = 0;
	const char *suffix = psp_suffix(psp, text, strlen(text), &n);

	if (!want) {
		assert_null(suffix);
		return 0;
	}
	assert_non_null(suffix);
	assert_string_equal(suffix, want);
	return n;
}

static void suffixes_are_cut_with_a_plain_or_an_encoded_slash(void **state)
{
	(void)state;
	assert_int_equal(cut(&psp_efi, "/webhook/pix", "/pix"), 4);
	assert_int_equal(cut(&psp_efi, "/webhook//pix", "/pix"), 4);
	assert_int_equal(cut(&psp_efi, "X/rec", "/rec"), 4);
	assert_int_equal(cut(&psp_efi, "X/cobr", "/cobr"), 5);
	assert_int_equal(cut(&psp_efi, "X%2Fpix", "/pix"), 6);
	assert_int_equal(cut(&psp_efi, "X%2fcobr", "/cobr"), 7);
	assert_int_equal(cut(&psp_bacen, "/pix", "/pix"), 4);
}

static void what_only_looks_like_a_suffix_is_none(void **state)
{
	(void)state;
	cut(&psp_efi, "", NULL);
	cut(&psp_efi, "pix", NULL);
	cut(&psp_efi, "/webhookpix", NULL);
	cut(&psp_efi, "/webhook/PIX", NULL);
	cut(&psp_efi, "/webhook/pix/", NULL);
	cut(&psp_efi, "%2Gpix", NULL);
	cut(&psp_efi, "2Fpix", NULL);
	cut(&psp_bs2, "/bs2/pix", NULL);
}

static void a_suffix_is_searched_in_the_given_bytes_only(void **state)
{
	size_t n = 7;

	(void)state;
	assert_null(psp_suffix(&psp_efi, "/a/pixel", 5, &n));
	assert_int_equal(n, 7);
	assert_string_equal(psp_suffix(&psp_efi, "/a/pixel", 6, &n), "/pix");
}

static void every_profile_is_whole(void **state)
{
	(void)state;
	for (size_t i = 0; psps[i]; i++) {
		const struct psp *p = psps[i];
		size_t notes = 0, rows = 0;

		assert_true(*p->name && *p->title);
		for (; p->notes[notes]; notes++)
			assert_int_equal(p->notes[notes][strlen(p->notes[notes]) - 1], '.');
		assert_in_range(notes, 3, 8);
		for (const struct psp_event *row = p->events; row->fields; row++, rows++)
			assert_int_equal(row->name != NULL, p->event_in_path);
		assert_true(rows > 0);
		assert_true(p->assume_minutes == WHEN_NO_ZONE || p->assume_minutes == -180);
	}
}

static void every_row_needs_what_makes_an_event_unique(void **state)
{
	(void)state;
	for (size_t i = 0; psps[i]; i++) {
		for (const struct psp_event *row = psps[i]->events; row->fields; row++) {
			bool need = false;

			for (const struct psp_field *f = row->fields; f->path; f++)
				need = need || (f->slot == SLOT_E2EID && f->need);
			assert_true(need);
		}
	}
}

static void fingerprints_are_64_lower_case_hexadecimal_digits(void **state)
{
	(void)state;
	for (size_t i = 0; psps[i]; i++)
		for (const struct psp_env *env = psps[i]->envs; env->name; env++)
			for (const char *const *h = env->chain_sha256; h && *h; h++) {
				assert_int_equal(strlen(*h), 64);
				assert_int_equal(strspn(*h, "0123456789abcdef"), 64);
			}
}

/* As `openssl x509 -fingerprint -sha256` prints them of the published files: a second statement of the same facts, because
 * one wrong digit would have a right chain refused. */
static void efis_fingerprints_are_those_of_its_files(void **state)
{
	static const struct {
		const char *environment, *pin;
	} known[] = {
		{ "production", "sha256:B8:A4:CC:20:E3:CB:06:40:1B:32:73:F5:F0:8F:DC:E5:23:BC:6A:96:17:06:91:1C:50:06:47:FC:F0:8B:38:61" },
		{ "production", "sha256:E4:3A:AD:AA:EB:98:AE:4B:0A:E6:38:24:06:AC:B9:7D:52:74:9C:75:FC:20:BB:64:7F:E4:94:76:E0:35:80:6D" },
		{ "sandbox", "sha256:98:C4:42:20:CC:CC:93:0A:37:98:5E:35:19:A5:3D:EF:4B:BB:D8:B3:82:D7:F1:63:35:42:51:25:F7:18:EA:D5" },
		{ "sandbox", "sha256:E4:3A:AD:AA:EB:98:AE:4B:0A:E6:38:24:06:AC:B9:7D:52:74:9C:75:FC:20:BB:64:7F:E4:94:76:E0:35:80:6D" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		const struct psp_env *env = psp_env_find(psp_find("efi"), known[i].environment);
		bool found = false;

		for (const char *const *h = env->chain_sha256; *h; h++) {
			struct x509_facts facts = { 0 };

			snprintf(facts.sha256, sizeof facts.sha256, "%s", *h);
			if (!x509_pin_matches(known[i].pin, &facts))
				continue;
			found = true;
			assert_true(psp_env_knows(env, *h));
		}
		assert_true(found);
	}
}

static void a_certificate_is_known_to_its_own_environment(void **state)
{
	const struct psp *efi = psp_find("efi");
	const char *intermediate = psp_env_find(efi, "production")->chain_sha256[0];

	(void)state;
	assert_true(psp_env_knows(psp_env_find(efi, "production"), intermediate));
	assert_false(psp_env_knows(psp_env_find(efi, "sandbox"), intermediate));
	assert_false(psp_env_knows(psp_env_find(efi, "production"), ""));
	assert_false(psp_env_knows(psp_env_find(psp_find("bs2"), "production"), intermediate));
	assert_false(psp_env_knows(NULL, intermediate));
}

static void pins_are_well_formed(void **state)
{
	(void)state;
	for (size_t i = 0; psps[i]; i++)
		for (const struct psp_env *env = psps[i]->envs; env->name; env++)
			assert_true(!env->pin || x509_pin_ok(env->pin, NULL));
}

/* The eight texts with which Efí refuses a registration, and what may stand where they end in a word of the moment. */
static void each_registration_error_of_efi_is_explained(void **state)
{
	static const struct { const char *name, *text; } rows[] = {
		{ "valor_invalido", "URL inválida" },
		{ "valor_invalido", "A URL do webhook deve usar o protocolo HTTPS" },
		{ "webhook_invalido", "A autenticação de TLS mútuo não está configurada na URL informada" },
		{ "webhook_invalido", "A URL informada está inacessível" },
		{ "webhook_invalido", "A URL informada atingiu o tempo limite de resposta" },
		{ "webhook_invalido", "A requisição na URL informada falhou com o erro: EPIPE" },
		{ "webhook_invalido", "A URL informada respondeu com o código HTTP 404" },
		{ "webhook_invalido", "Não foi possível receber uma resposta da URL informada" },
	};
	const struct psp_error *found[8];

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		found[i] = psp_error_find(&psp_efi, rows[i].name, rows[i].text);
		assert_non_null(found[i]);
		assert_true(strlen(found[i]->means) > 20 && strlen(found[i]->remedy) > 20);
		for (size_t k = 0; k < i; k++)
			assert_ptr_not_equal(found[i], found[k]);
	}
	assert_null(psp_error_find(&psp_efi, "webhook_invalido", "URL inválida"));
	assert_null(psp_error_find(&psp_efi, "valor_invalido", "URL inválida, e mais"));
	assert_null(psp_error_find(&psp_efi, NULL, "URL inválida"));
	assert_null(psp_error_find(&psp_efi, "", ""));
}

static void an_error_of_bs2_is_known_in_any_case(void **state)
{
	(void)state;
	assert_non_null(psp_error_find(&psp_bs2, "invalid_request", "INVALID apikey"));
	assert_ptr_equal(psp_error_find(&psp_bs2, NULL, "Invalid ApiKey."), psp_error_find(&psp_bs2, NULL, "Invalid Apikey"));
	assert_non_null(psp_error_find(&psp_bs2, NULL, ""));
	assert_null(psp_error_find(&psp_bs2, NULL, "Invalid"));
	assert_ptr_equal(psp_error_find(&psp_bs2_indirect, NULL, "Invalid Apikey"), psp_error_find(&psp_bs2, NULL, "Invalid Apikey"));
}

static void a_call_is_found_by_its_name(void **state)
{
	(void)state;
	assert_string_equal(psp_call_find(&psp_efi, "webhook.delete")->method, "DELETE");
	assert_null(psp_call_find(&psp_efi, "webhook"));
	assert_string_equal(psp_call_find(&psp_bs2_indirect, "webhook.change")->method, "PUT");
}

static void what_a_list_names_is_there(void **state)
{
	(void)state;
	assert_null(psp_bs2_indirect.list);
	for (const struct psp *const *p = psps; *p; p++) {
		const struct psp_list *l = (*p)->list;
		const struct psp_call *call, *one;

		if (!l)
			continue;
		call = psp_call_find(*p, l->call);
		one = psp_call_find(*p, l->one);
		assert_true(call && one && l->items && l->window_ms >= 3600 * 1000);
		assert_true(strstr(call->path, "{since}") && strstr(call->path, "{until}") && strstr(one->path, "{e2eid}"));
		assert_int_equal(!strstr(call->path, "{page}"), l->first_page < 0);
		assert_string_equal(call->scope, "pix.read");
		assert_true(!(*p)->token->scope || strstr((*p)->token->scope, call->scope));
		assert_int_equal(l->resend, psp_call_find(*p, "webhook.resend") != NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_registration_error_of_efi_is_explained),
		cmocka_unit_test(an_error_of_bs2_is_known_in_any_case),
		cmocka_unit_test(a_call_is_found_by_its_name),
		cmocka_unit_test(what_a_list_names_is_there),
		cmocka_unit_test(profiles_are_found_by_name),
		cmocka_unit_test(environments_are_found_by_name),
		cmocka_unit_test(suffixes_are_cut_with_a_plain_or_an_encoded_slash),
		cmocka_unit_test(what_only_looks_like_a_suffix_is_none),
		cmocka_unit_test(a_suffix_is_searched_in_the_given_bytes_only),
		cmocka_unit_test(every_profile_is_whole),
		cmocka_unit_test(every_row_needs_what_makes_an_event_unique),
		cmocka_unit_test(fingerprints_are_64_lower_case_hexadecimal_digits),
		cmocka_unit_test(efis_fingerprints_are_those_of_its_files),
		cmocka_unit_test(a_certificate_is_known_to_its_own_environment),
		cmocka_unit_test(pins_are_well_formed),
	};

	return cmocka_run_group_tests_name("psp", tests, NULL, NULL);
}
