/* `pixgate reconcile` against PSPs of the test's own: what it tells, stores, asks for again and remembers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"	/* ahead of cmocka.h, which has a macro named fail() */
#include "cli/verb.h"
#include "inbox/inbox.h"
#include "lib/when.h"

#include <cmocka.h>

#include "tests/unit/reconcile_scene.h"

#define AT "\"horario\":\"2023-11-14T10:00:00.000Z\""	/* today */
#define PIX(id, more) "{\"endToEndId\":\"" id "\",\"txid\":\"t" id "\",\"valor\":\"1.00\"," AT more "}"

static void a_gap_is_told_and_stays_until_it_is_closed(void **state)
{
	(void)state;
	psp.list = PIX("E1", ",\"chave\":\"" KEY "\"") "," PIX("E2", "") "," PIX("E3", ",\"devolucoes\":[{\"id\":\"d\",\"rtrId\":\"D3\",\"valor\":\"0.10\",\"status\":\"DEVOLVIDO\"},"
		"{\"id\":\"e\",\"rtrId\":\"D4\",\"valor\":\"0.20\",\"status\":\"EM_PROCESSAMENTO\"}]");
	told(now - DAY / 2, PIX("E1", ",\"chave\":\"" KEY "\""));
	run_once(1, now, "loja");
	assert_int_equal(count_of(out, "missing     received"), 2);
	assert_int_equal(count_of(out, "missing     refund"), 1);
	assert_non_null(strstr(out, "missing here: 3 (received: 2,00); older state here: 0; different: 0; not known to the PSP: 0"));
	assert_non_null(strstr(err_text, "`pixgate reconcile loja --fix` stores what is missing"));
	assert_string_equal(inbox_has(), "received E1 100 webhook");
	assert_true(mark() == now - MIN - DAY);	/* the six days before were whole */

	run_once(1, now, "loja --fix");
	assert_int_equal(count_of(out, "-> stored\n"), 3);
	assert_string_equal(inbox_has(), "received E1 100 webhook, received E2 100 reconcile, received E3 100 reconcile, refund E3 10 reconcile");
	assert_true(mark() == now - 10 * MIN);
	run_once(0, now, "loja --since 7d --fix");
	assert_null(strstr(out, "stored\n"));

	/* late notices make no twins */
	assert_int_equal(told(now, PIX("E2", ",\"chave\":\"" KEY "\",\"gnExtras\":{\"tarifa\":\"0.01\"}")), 0);
	assert_int_equal(told(now, "{\"endToEndId\":\"E3\",\"valor\":\"1.00\",\"devolucoes\":[{\"rtrId\":\"D3\",\"valor\":\"0.10\",\"status\":\"DEVOLVIDO\"}]}"), 0);
	assert_int_equal(count_of(inbox_has(), "E3"), 2);
}

static void findings_are_json_lines_and_a_summary(void **state)
{
	(void)state;
	psp.list = PIX("E1", "") "," PIX("E2", ",\"chave\":\"" KEY "\"");
	told(now - DAY / 2, "{\"endToEndId\":\"E1\",\"valor\":\"9.00\",\"chave\":\"" KEY "\"," AT "}");
	run_once(1, now, "loja --json -q");
	assert_string_equal(err_text, "");
	assert_int_equal(count_of(out, "\n"), 3);
	assert_non_null(strstr(out, "{\"hook\":\"loja\",\"finding\":\"different\",\"kind\":\"received\",\"e2eid\":\"E1\",\"ref\":\"\",\"psp\":{\"txid\":\"tE1\",\"key\":\"\",\"status\":\"\","
		"\"amount_cents\":100,\"at\":\"2023-11-14T10:00:00.000Z\"},\"inbox\":{\"txid\":\"\",\"key\":\"" KEY "\",\"status\":\"\",\"amount_cents\":900,\"at\":"
		"\"2023-11-14T10:00:00.000Z\"},\"differs\":[\"amount_cents\"],\"action\":\"\"}\n"));
	assert_non_null(strstr(out, "\"finding\":\"missing\",\"kind\":\"received\",\"e2eid\":\"E2\""));
	assert_non_null(strstr(out, "\"inbox\":null,\"differs\":[],\"action\":\"\"}\n"));
	assert_non_null(strstr(out, "{\"hook\":\"loja\",\"summary\":{\"since\":\"2023-11-07T22:12:20.000Z\",\"until\":\"2023-11-14T22:12:20.000Z\",\"listed\":2,\"missing\":1,\"state\":0,"
		"\"different\":1,\"not_listed\":0,\"unreadable\":0,\"unsettled\":0,\"missing_cents\":100,\"on_their_way\":0,\"other_keys\":0,\"stored\":0,\"resent\":0,\"too_old\":0,"
		"\"whole\":true,\"reconciled\":\"2023-11-13T22:12:20.000Z\"}}\n"));
}

static void what_differs_is_never_overwritten(void **state)
{
	(void)state;
	psp.list = PIX("E1", ",\"chave\":\"" KEY "\"");
	told(now - DAY / 2, "{\"endToEndId\":\"E1\",\"valor\":\"9.00\"," AT "}");
	run_once(1, now, "loja --fix");
	assert_non_null(strstr(out, "; amount here 9,00, at the PSP 1,00\n"));
	assert_non_null(strstr(err_text, "believe the API"));
	assert_string_equal(inbox_has(), "received E1 900 webhook");
	assert_true(mark() == now - 10 * MIN);	/* it can be mended by hand alone */
}

static void what_the_psp_does_not_list_it_is_asked_for_by_name(void **state)
{
	struct peer p;

	(void)state;
	told(now - DAY / 2, PIX("E1", "") "," PIX("E99999999202311141000PIXGATETEST", "") "," PIX("E5", ",\"chave\":\"outra\"") ","
		"{\"endToEndId\":\"E6\",\"valor\":\"1.00\",\"horario\":\"2023-11-14T22:10:00Z\"}");
	p = runs_at(1, now, "loja");
	assert_int_equal(count_of(out, "not-listed"), 1);
	assert_non_null(strstr(out, "not-listed  received  E1 "));
	assert_non_null(strstr(err_text, "or nobody paid"));
	assert_int_equal(count(&p, "GET /v2/pix/E1 HTTP/1.1"), 1);
	assert_int_equal(count(&p, "GET /v2/pix/"), 1);
	peer_stop(&p);
	psp.one = OK_JSON PIX("E1", "");
	run_once(0, now, "loja --since 1d");
	psp.one = OK_JSON "{\"endToEndId\":\"E1\",\"valor\":\"7.00\"}";
	run_once(1, now, "loja --since 1d");
	assert_non_null(strstr(out, "amount here 1,00, at the PSP 7,00"));
}

static void what_is_young_is_on_its_way(void **state)
{
	(void)state;
	psp.list = "{\"endToEndId\":\"E1\",\"valor\":\"1.00\",\"horario\":\"2023-11-14T22:05:00Z\"}";
	run_once(0, now, "loja --fix");
	assert_non_null(strstr(out, "1 whose notice may be on its way"));
	assert_string_equal(inbox_has(), "");
	assert_true(mark() == now - 10 * MIN);
	run_once(1, now, "loja --fix --grace 5m");
	assert_string_equal(inbox_has(), "received E1 100 reconcile");
}

static void other_keys_of_the_account_are_no_gap(void **state)
{
	(void)state;
	psp.list = PIX("E1", ",\"chave\":\"+5511999990000\"");
	run_once(0, now, "loja --fix");
	assert_non_null(strstr(out, "loja: 0 Pix at Efí (formerly Gerencianet) from 2023-11-07T22:12:20.000Z to 2023-11-14T22:12:20.000Z, and 1 of other keys"));
	assert_string_equal(inbox_has(), "");
}

static void the_psp_is_asked_to_send_again(void **state)
{
	struct peer p;

	(void)state;
	psp.list = PIX("E1", ",\"devolucoes\":[{\"rtrId\":\"D1\",\"valor\":\"0.10\",\"status\":\"DEVOLVIDO\"},{\"rtrId\":\"D2\",\"valor\":\"0.10\",\"status\":\"DEVOLVIDO\"}]") ","
		PIX("E2", "") ",{\"endToEndId\":\"E3\",\"valor\":\"1.00\",\"horario\":\"2023-10-01T00:00:00Z\"}";
	p = runs_at(1, now, "loja --resend --since 1d");
	assert_int_equal(count(&p, "POST /v2/gn/webhook/reenviar"), 2);
	assert_int_equal(count(&p, "{\"tipo\":\"PIX_RECEBIDO\",\"e2eids\":[\"E1\",\"E2\"]}"), 1);
	assert_int_equal(count(&p, "{\"tipo\":\"DEVOLUCAO_ENVIADA\",\"e2eids\":[\"E1\"]}"), 1);
	assert_non_null(strstr(out, "asked to be sent again: 3\n"));
	assert_non_null(strstr(err_text, "1 are older than 30 days"));
	assert_string_equal(inbox_has(), "");
	assert_true(mark() == 0);	/* they have not come yet */
	peer_stop(&p);
}

static void a_run_that_ends_early_goes_on_where_it_was(void **state)
{
	struct peer p;

	(void)state;
	psp.list = PIX("E1", "");
	psp.instead = "HTTP/1.1 403 No\r\n" JSON "{\"error\":\"insufficient_scope\",\"error_description\":\"Access token has insufficient scope\"}";
	psp.from = 3;	/* a token, two days */
	psp.always = true;
	run_once(5, now, "loja --fix");
	assert_non_null(strstr(err_text, "insufficient_scope"));
	assert_non_null(strstr(err_text, "pix.read"));
	assert_string_equal(inbox_has(), "received E1 100 reconcile");
	assert_true(mark() == now - MIN - 5 * DAY);
	psp.instead = NULL;
	p = runs_at(0, now, "loja");
	assert_true(asked(&p, 1, "GET /v2/pix?inicio=2023-11-09T21%3A12%3A20Z&"));
	peer_stop(&p);
}

static void what_is_not_understood_is_kept_once(void **state)
{
	(void)state;
	psp.list = "{\"endToEndId\":\"E1\",\"valor\":\"1,00\"}";
	run_once(1, now, "loja");
	assert_int_equal(count_of(out, "unreadable  pix[0].valor: not an exact amount\n"), 1);
	run_once(1, now, "loja --fix");
	assert_int_equal(count_of(out, "unreadable  pix[0].valor: not an exact amount  -> stored\n"), 1);
	assert_string_equal(inbox_has(), "");
	run_once(0, now, "loja --since 7d --fix");
	run_once(0, now, "loja --since 7d");
}

static void a_list_that_is_not_whole_is_asked_for_in_parts_and_told(void **state)
{
	struct peer p;

	(void)state;
	psp.list = PIX("E1", "");
	psp.total = "3";
	psp.always = true;
	p = runs_at(1, now, "loja --fix --since 1d");
	assert_non_null(strstr(err_text, "did not give all of its list"));
	assert_int_equal(count(&p, "&fim=2023-11-14T22%3A12%3A20Z HTTP"), 3);	/* the whole day, and its last quarter twice; with a second page each */
	assert_true(mark() == 0);
	assert_string_equal(inbox_has(), "received E1 100 reconcile");
	peer_stop(&p);
}

static void mistakes_are_told_before_anybody_is_asked(void **state)
{
	static const struct {
		const char *words, *says;
	} rows[] = {
		{ "", "usage" }, { "loja banco", "usage" }, { "lojo", "nearest: 'loja'" }, { "loja --fix --resend", "either --fix or --resend" },
		{ "loja --grace 10", "--grace: '10' is no span" }, { "loja --since never", "--since: 'never' is no time" }, { "loja --until never", "--until: 'never' is no time" },
		{ "loja --since 1d --until 2d", "--since is not before --until" }, { "indireto", "is not published" }, { "banco --resend", "sends nothing again" },
	};

	(void)state;
	configure(NULL);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		runs(2, now, rows[i].words);
		if (!strstr(err_text, rows[i].says))
			fail_msg("%s: %s", rows[i].words, err_text);
	}
	runs(4, now, "loja");
	assert_non_null(strstr(err_text, "127.0.0.1:1"));
}

static void a_signal_ends_a_wait(void **state)
{
	struct peer p;
	pid_t pid;

	(void)state;
	psp.instead = "HTTP/1.1 429 Slow\r\nRetry-After: 600\r\n" NO_LENGTH;
	p = peer_start(ca, false, answer);
	configure(&p);
	pid = begin_run(now, "loja");
	for (int i = 0; i < 3000; i++) {
		char text[4096] = "";

		usleep(10000);
		if (p.seen->count >= 2) {
			read_back("err", text, sizeof text);
			if (strstr(text, "waiting 600 s"))
				break;
		}
	}
	kill(pid, SIGINT);
	assert_int_equal(end_run(pid), 128 + SIGINT);
	assert_non_null(strstr(err_text, "waiting 600 s"));
	peer_stop(&p);
}

#define ONE(f) cmocka_unit_test_setup_teardown(f, make, drop_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ONE(a_gap_is_told_and_stays_until_it_is_closed),
		ONE(findings_are_json_lines_and_a_summary),
		ONE(what_differs_is_never_overwritten),
		ONE(what_the_psp_does_not_list_it_is_asked_for_by_name),
		ONE(what_is_young_is_on_its_way),
		ONE(other_keys_of_the_account_are_no_gap),
		ONE(the_psp_is_asked_to_send_again),
		ONE(a_run_that_ends_early_goes_on_where_it_was),
		ONE(what_is_not_understood_is_kept_once),
		ONE(a_list_that_is_not_whole_is_asked_for_in_parts_and_told),
		ONE(mistakes_are_told_before_anybody_is_asked),
		ONE(a_signal_ends_a_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
