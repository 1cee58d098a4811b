#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail	/* ours is the one in lib/err.h */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/webhook.h"
#include "cli/webhook_rows.h"

#define OURS "https://loja.example.com/webhook?hmac=0123456789abcdef&ignorar="

static void masks_as(const char *url, const char *want)
{
	char *got = url_masked(url);

	assert_string_equal(got, want);
	free(got);
}

static void a_url_is_shown_without_what_may_be_a_secret(void **state)
{
	(void)state;
	masks_as("", "");
	masks_as("https://d.example/webhook", "https://d.example/webhook");
	masks_as(OURS, "https://loja.example.com/webhook?hmac=***&ignorar=");
	masks_as("https://d.example/w?token=abc", "https://d.example/w?token=***");
	masks_as("https://d.example/w?abc", "https://d.example/w?***");
	masks_as("https://d.example/w?a=b=c&&d", "https://d.example/w?a=***&&***");
	masks_as("https://d.example/w#abc", "https://d.example/w#***");
	masks_as("https://user:pass@d.example/w", "https://***@d.example/w");
	masks_as("https://d.example/a@b?c=://x@y", "https://d.example/a@b?c=***");
	masks_as("http://d.example/\x1b[31m", "http://d.example/?[31m");
	masks_as("?=", "?=");
}

static void whose_a_url_is_is_told(void **state)
{
	(void)state;
	assert_string_equal(url_whose(OURS, OURS), "this hook's URL");
	assert_string_equal(url_whose(OURS, "https://loja.example.com/webhook?hmac=fedcba&ignorar="), "this hook's URL with another secret");
	assert_string_equal(url_whose(OURS, "https://loja.example.com/webhook"), "another URL");
	assert_string_equal(url_whose(OURS, "https://loja.example.com/webhook?hmac=0123456789abcdef"), "another URL");
	assert_string_equal(url_whose(OURS, ""), "nothing");
}

static void a_secret_that_comes_back_is_hidden(void **state)
{
	char text[128] = "no 0123456789abcdef, nor 0123456789abcdef&";

	(void)state;
	text_hide_secret(text, OURS);
	assert_string_equal(text, "no ***, nor ***&");
	text_hide_secret(text, "https://d.example/w?hmac=***");
	text_hide_secret(text, "https://d.example/w");
	assert_string_equal(text, "no ***, nor ***&");
}

static void nothing_registered_is_told_from_other_refusals(void **state)
{
	(void)state;
	assert_true(says_nothing_there(400, "webhook_nao_encontrado"));
	assert_true(says_nothing_there(404, "WebhookRecNaoEncontrado"));
	assert_false(says_nothing_there(404, NULL));
	assert_false(says_nothing_there(404, "nao_encontrado"));
	assert_false(says_nothing_there(403, "webhook_nao_encontrado"));
	assert_false(says_nothing_there(400, "webhook_invalido"));
}

static struct rows rows;
static struct err e;

/* What webhook_failed says besides the error itself of a hook whose request got no answer. */
static void notes_of(const struct psp *psp, enum http_fail why, char *text, size_t size)
{
	static char none[] = "", name[] = "loja";
	struct hook hook = { .name = name, .psp = psp, .env = psp_env_find(psp, "sandbox"), .api = none, .api_ca = none };
	const struct common common = { 0 };
	struct webhook w = { .common = &common, .hook = &hook, .url = BUF(64) };
	const struct api_answer answer = { .fail = why };
	FILE *to = tmpfile();
	int err = dup(STDERR_FILENO);

	assert_non_null(to);
	fail(&e, ERR_NET, "pix.example: no answer");
	fflush(stderr);
	dup2(fileno(to), STDERR_FILENO);
	webhook_failed(&w, "", &answer, &e);
	fflush(stderr);
	dup2(err, STDERR_FILENO);
	close(err);
	rewind(to);
	text[fread(text, 1, size - 1, to)] = '\0';
	fclose(to);
	assert_int_equal(e.code, ERR_NET);
	assert_string_equal(e.text, "hook \"loja\": pix.example: no answer");
}

static void our_certificate_is_named_where_it_may_be_the_cause_alone(void **state)
{
	static const struct { enum http_fail why; const char *note; } rows_of_efi[] = {
		{ HTTP_TLS, "api_cert must be the one" }, { HTTP_OUR_CERT, "environment \"sandbox\"" }, { HTTP_RESET, "api_cert" }, { HTTP_EMPTY, "api_cert" },
		{ HTTP_NO_HOST, NULL }, { HTTP_NO_CONNECTION, NULL }, { HTTP_TIMEOUT, NULL }, { HTTP_CUT, NULL }, { HTTP_TOO_LARGE, NULL }, { HTTP_OTHER, NULL },
	};
	char text[1024];

	(void)state;
	for (size_t i = 0; i < sizeof rows_of_efi / sizeof rows_of_efi[0]; i++) {
		const char *note = rows_of_efi[i].note;

		notes_of(&psp_efi, rows_of_efi[i].why, text, sizeof text);
		if (note ? !strstr(text, note) || strchr(text, '\n') != text + strlen(text) - 1 : *text)
			print_error("%d: %s\n", rows_of_efi[i].why, text);
		assert_true(note ? strstr(text, note) != NULL : !*text);
		notes_of(&psp_bs2, rows_of_efi[i].why, text, sizeof text);	/* which shows none */
		assert_string_equal(text, "");
	}
}

static void a_server_that_proves_nothing_is_not_our_certificates_fault(void **state)
{
	char text[1024];

	(void)state;
	notes_of(&psp_efi, HTTP_THEIR_CERT, text, sizeof text);
	assert_null(strstr(text, "api_cert"));
	assert_non_null(strstr(text, "could not prove that it is the PSP's"));
	notes_of(&psp_bs2, HTTP_THEIR_CERT, text, sizeof text);
	assert_non_null(strstr(text, "could not prove that it is the PSP's"));
}

static bool read_text(const char *text)
{
	struct json *doc = json_parse(text, strlen(text), true, &e);
	bool ok;

	assert_non_null(doc);
	rows_free(&rows);
	ok = rows_read(doc, &rows, &e);
	json_free(doc);
	return ok;
}

static void bs2_s_list_is_read_in_either_spelling(void **state)
{
	(void)state;
	assert_true(read_text("[]"));
	assert_int_equal(rows.count, 0);
	assert_true(read_text("[{\"id\":\"i1\",\"evento\":\"Recebimento\",\"somenteComTxId\":true,\"contaNumero\":7654321,\"url\":\"https://d.example/b\","
		"\"autorizacao\":{\"tipo\":\"basic\",\"valor\":\"eA==\"}},"
		"{\"Id\":2,\"EVENTO\":\"Pagamento\",\"SomenteTxId\":\"True\",\"contaNumero\":null,\"Url\":null,\"autorizacao\":null},"
		"{\"eventos\":[\"A\",\"B\"],\"somenteTxId\":false}]"));
	assert_int_equal(rows.count, 4);
	assert_string_equal(rows.item[0].id, "i1");
	assert_true(rows.item[0].only_txid);
	assert_int_equal(rows.item[0].account, 7654321);
	assert_string_equal(rows.item[0].auth, "eA==");
	assert_string_equal(rows.item[1].id, "2");
	assert_true(rows.item[1].only_txid);
	assert_int_equal(rows.item[1].account, 0);
	assert_string_equal(rows.item[1].url, "");
	assert_string_equal(rows.item[3].event, "B");
	assert_false(rows.item[3].only_txid);
	rows_free(&rows);
}

static void what_is_no_list_of_events_is_refused(void **state)
{
	static const char *const bad[] = { "{}", "null", "\"x\"", "[1]", "[{}]", "[[]]", "[{\"evento\":1}]", "[{\"evento\":\"A\"},null]" };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_false(read_text(bad[i]));
		assert_int_equal(e.code, ERR_REFUSED);
		assert_int_equal(rows.count, 0);
	}
}

static void a_row_that_differs_names_what(void **state)
{
	struct row want = { .url = (char *)"u", .auth_type = (char *)"basic", .auth = (char *)"a", .account = 7 }, have = want;

	(void)state;
	assert_null(row_differs(&have, &want));
	have.url = (char *)"v";
	assert_string_equal(row_differs(&have, &want), "url");
	have = want;
	have.account = 8;
	assert_string_equal(row_differs(&have, &want), "account");
	want.account = 0;
	assert_null(row_differs(&have, &want));
	have.only_txid = true;
	assert_string_equal(row_differs(&have, &want), "only_txid");
	have = want;
	have.auth = (char *)"b";
	assert_string_equal(row_differs(&have, &want), "auth");
	have.auth = (char *)"";
	have.auth_type = (char *)"Basic";
	assert_null(row_differs(&have, &want));
	have.auth_type = (char *)"";
	assert_string_equal(row_differs(&have, &want), "auth");
	want.auth_type = (char *)"none";
	assert_null(row_differs(&have, &want));
}

static void the_row_of_the_account_comes_first(void **state)
{
	(void)state;
	assert_true(read_text("[{\"evento\":\"Recebimento\",\"contaNumero\":1,\"id\":\"a\"},{\"evento\":\"Recebimento\",\"contaNumero\":2,\"id\":\"b\"}]"));
	assert_string_equal(rows_find(&rows, "recebimento", 2)->id, "b");
	assert_string_equal(rows_find(&rows, "Recebimento", 0)->id, "a");
	assert_non_null(rows_find(&rows, "Recebimento", 3));
	assert_null(rows_find(&rows, "Pagamento", 1));
	rows_free(&rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_url_is_shown_without_what_may_be_a_secret),
		cmocka_unit_test(whose_a_url_is_is_told),
		cmocka_unit_test(a_secret_that_comes_back_is_hidden),
		cmocka_unit_test(our_certificate_is_named_where_it_may_be_the_cause_alone),
		cmocka_unit_test(a_server_that_proves_nothing_is_not_our_certificates_fault),
		cmocka_unit_test(nothing_registered_is_told_from_other_refusals),
		cmocka_unit_test(bs2_s_list_is_read_in_either_spelling),
		cmocka_unit_test(what_is_no_list_of_events_is_refused),
		cmocka_unit_test(a_row_that_differs_names_what),
		cmocka_unit_test(the_row_of_the_account_comes_first),
	};

	return cmocka_run_group_tests_name("cli_webhook", tests, NULL, NULL);
}
