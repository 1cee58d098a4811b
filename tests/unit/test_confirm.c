/* What a notification says against what the PSP says: a forged one is never handed over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>
#include <stdlib.h>

#include "api/api.h"	/* ahead of cmocka.h, which has a macro named fail() */
#include "deliver/confirm.h"

#include <cmocka.h>

#include "tests/unit/api_scene.h"

#define OK_JSON "HTTP/1.1 200 OK\r\n" JSON
#define E2E "E09089356202311142200API0000cafe"
#define RTR "D09089356202311142201API0000cafe"
#define KEY "loja@example.com"
#define EFI_PIX "{\"endToEndId\":\"" E2E "\",\"txid\":\"pedido1\",\"chave\":\"" KEY "\",\"valor\":\"10.00\",\"horario\":\"2023-11-14T22:00:00.000Z\",\"devolucoes\":[{" \
	"\"id\":\"dev1\",\"rtrId\":\"" RTR "\",\"valor\":\"2.50\",\"horario\":{\"solicitacao\":\"2023-11-14T22:01:00.000Z\"},\"status\":\"DEVOLVIDO\"}]}"
#define BS2_PIX "{\"endToEndId\":\"" E2E "\",\"txId\":\"pedido1\",\"valor\":10.0,\"data\":\"2023-11-14T19:00:00.0-03:00\",\"status\":\"%s\",\"devolucoes\":[]}"

/* The notification that the PSP's answer bears out. */
static const struct pix_event receipt = { .kind = PIX_RECEIVED, .has_cents = true, .cents = 1000, .e2eid = E2E, .txid = "pedido1", .key = KEY };
static const struct pix_event refund = { .kind = PIX_REFUND, .has_cents = true, .cents = 250, .e2eid = E2E, .txid = "pedido1", .key = KEY, .ref = RTR,
	.status = "DEVOLVIDO" };

static const char *answer;	/* to all but requests for a token; the peer's process has it from before */

static const char *psp(const char *request, int n)
{
	return for_token(request) ? good(request, n) : answer;
}

static void set_psp(const struct psp *profile)
{
	hook.psp = profile;
	hook.env = psp_env_find(profile, "sandbox");
}

static bool ask(struct confirmer *c, const struct pix_event *event, struct sent_result *result)
{
	const struct inbox_row row = { .id = 1, .hook = "loja", .psp = hook.psp->name, .event = *event };

	*result = (struct sent_result){ 0 };
	return confirm(c, &hook, &row, NOW * 1000LL, result);
}

/* One event against one answer. says NULL: it is confirmed. */
static struct sent_result judge(const char *says_psp, const struct pix_event *event, enum sent how, const char *says)
{
	struct confirmer *c = confirmer_new(&settings);
	struct sent_result result;
	struct peer p;
	bool ok;

	answer = says_psp;
	p = peer_start(ca, false, psp);
	hook.api = (char *)p.base;
	ok = ask(c, event, &result);
	if (ok != !says || (says && (result.how != how || !strstr(result.why, says))))
		fail_msg("%s: %d %d '%s'", says ? says : "confirmed", ok, (int)result.how, result.why);
	if (strstr(result.why, "Senha") || strstr(result.why, "bilhete") || strstr(result.why, KEY) || strchr(result.why, '\n'))
		fail_msg("%s", result.why);
	confirmer_free(c);
	peer_stop(&p);
	return result;
}

static void what_the_psp_says_too_is_confirmed(void **state)
{
	struct pix_event event = receipt;

	(void)state;
	judge(OK_JSON EFI_PIX, &receipt, SENT_DONE, NULL);
	judge(OK_JSON EFI_PIX, &refund, SENT_DONE, NULL);
	strcpy(event.key, "LOJA@Example.com");
	judge(OK_JSON EFI_PIX, &event, SENT_DONE, NULL);
	event.key[0] = event.txid[0] = '\0';	/* what is not told cannot be false */
	judge(OK_JSON EFI_PIX, &event, SENT_DONE, NULL);
	event = refund;
	strcpy(event.status, "devolvido");
	judge(OK_JSON EFI_PIX, &event, SENT_DONE, NULL);
	strcpy(event.status, "EM_PROCESSAMENTO");	/* so it was, once */
	judge(OK_JSON EFI_PIX, &event, SENT_DONE, NULL);
}

static void what_differs_is_not(void **state)
{
	static const struct {
		enum pix_kind kind;
		int64_t cents;
		const char *key, *txid, *ref, *status, *says;
	} rows[] = {
		{ PIX_RECEIVED, 100000, KEY, "pedido1", "", "", "the PSP says R$ 10,00, the notification 1000,00" },
		{ PIX_RECEIVED, 1001, KEY, "pedido1", "", "", "the PSP says R$ 10,00, the notification 10,01" },
		{ PIX_RECEIVED, 1000, "outra@example.com", "pedido1", "", "", "another key" },
		{ PIX_RECEIVED, 1000, KEY, "pedido2", "", "", "another txid" },
		{ PIX_RECEIVED, 1000, KEY, "PEDIDO1", "", "", "another txid" },
		{ PIX_REFUND, 251, KEY, "pedido1", RTR, "DEVOLVIDO", "the PSP says R$ 2,50, the notification 2,51" },
		{ PIX_REFUND, 250, KEY, "pedido1", "D0", "DEVOLVIDO", "does not know such a refund" },
		{ PIX_REFUND, 250, KEY, "pedido1", RTR, "NAO_REALIZADO", "the PSP says DEVOLVIDO, the notification NAO_REALIZADO" },
		{ PIX_REFUND, 250, "outra@example.com", "pedido1", RTR, "DEVOLVIDO", "another key" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct pix_event event = { .kind = rows[i].kind, .has_cents = true, .cents = rows[i].cents, .e2eid = E2E };

		strcpy(event.key, rows[i].key);
		strcpy(event.txid, rows[i].txid);
		strcpy(event.ref, rows[i].ref);
		strcpy(event.status, rows[i].status);
		judge(OK_JSON EFI_PIX, &event, SENT_AGAIN, rows[i].says);
	}
}

/* Who paid 0.01 without a charge knows his e2eid, and would like it to be another one's order. */
static void a_txid_that_the_psp_does_not_know_is_another(void **state)
{
	(void)state;
	judge(OK_JSON "{\"endToEndId\":\"" E2E "\",\"valor\":\"10.00\",\"horario\":\"2023-11-14T22:00:00.000Z\"}", &receipt, SENT_AGAIN, "the PSP says no txid");
}

static void a_refund_that_goes_on_has_not_been_made(void **state)
{
	(void)state;
	judge(OK_JSON "{\"endToEndId\":\"" E2E "\",\"txid\":\"pedido1\",\"valor\":\"10.00\",\"horario\":\"2023-11-14T22:00:00.000Z\",\"devolucoes\":[{\"id\":\"dev1\","
		"\"rtrId\":\"" RTR "\",\"valor\":\"2.50\",\"horario\":{\"solicitacao\":\"2023-11-14T22:01:00.000Z\"},\"status\":\"EM_PROCESSAMENTO\"}]}", &refund, SENT_AGAIN,
	      "the PSP says EM_PROCESSAMENTO, the notification DEVOLVIDO");
}

static void statuses_are_words_without_case(void **state)
{
	static const struct {
		const char *psp, *ours, *says;
	} rows[] = {
		{ "Efetivado", "EFETIVADO", NULL }, { "Efetivado", "", NULL }, { "Rejeitado", "EFETIVADO", "the PSP says Rejeitado" },
		{ "Rejeitado", "", "the PSP says Rejeitado" }, { "RJCT", "ACSP", "the PSP says RJCT" }, { "Efetivado", "Rejeitado", "the PSP says Efetivado, the notification Rejeitado" },
	};
	char text[1024];

	(void)state;
	set_psp(&psp_bs2);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct pix_event event = receipt;

		strcpy(event.status, rows[i].ours);
		snprintf(text, sizeof text, OK_JSON BS2_PIX, rows[i].psp);
		judge(text, &event, SENT_AGAIN, rows[i].says);
	}
}

static void what_nobody_paid_is_tried_again(void **state)
{
	(void)state;
	judge("HTTP/1.1 400 No\r\n" JSON "{\"nome\":\"pix_nao_encontrado\",\"mensagem\":\"Nenhum pix encontrado para o identificador informado\"}", &receipt, SENT_AGAIN,
	      "the PSP does not know it (yet)");
	judge("HTTP/1.1 404 No\r\n" JSON "{\"type\":\"https://pix.bcb.gov.br/api/v2/error/PixNaoEncontrado\",\"title\":\"N\303\243o Encontrado\",\"status\":404,"
		"\"detail\":\"n\303\243o encontrado\"}", &refund, SENT_AGAIN, "the PSP does not know it (yet)");
}

static void a_psp_that_cannot_be_asked_holds_up_all(void **state)
{
	struct sent_result r = judge("HTTP/1.1 429 Slow\r\nRetry-After: 7\r\n" NO_LENGTH, &receipt, SENT_SLOW, "429");

	(void)state;
	assert_int_equal(r.retry_after_s, 7);
	r = judge("HTTP/1.1 429 Slow\r\n" NO_LENGTH, &receipt, SENT_SLOW, "429");
	assert_int_equal(r.retry_after_s, -1);
	judge("HTTP/1.1 500 No\r\n" NO_LENGTH, &receipt, SENT_STUCK, "500");
	r = judge("HTTP/1.1 503 No\r\nRetry-After: 9\r\n" NO_LENGTH, &receipt, SENT_STUCK, "503");
	assert_int_equal(r.retry_after_s, 9);
	judge("HTTP/1.1 403 No\r\n" JSON "{\"error\":\"insufficient_scope\",\"error_description\":\"x\"}", &receipt, SENT_STUCK, "insufficient_scope");
	judge("HTTP/1.1 401 No\r\n" NO_LENGTH, &receipt, SENT_STUCK, "401");
	judge("", &receipt, SENT_STUCK, "could not be asked");
}

/* Else one forged notification would be enough to hold up all. */
static void an_event_that_the_psp_takes_for_none_holds_up_itself(void **state)
{
	struct pix_event event = receipt;

	(void)state;
	judge("HTTP/1.1 400 No\r\n" JSON "{\"nome\":\"json_invalido\",\"mensagem\":\"x\"}", &receipt, SENT_AGAIN, "json_invalido");
	judge(OK_JSON "{\"endToEndId\":\"E1\",\"valor\":\"10.00\"}", &receipt, SENT_AGAIN, "about another Pix");
	judge(OK_JSON "{}", &receipt, SENT_AGAIN, "not understood");
	judge("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html>", &receipt, SENT_AGAIN, "could not be asked");
	strcpy(event.e2eid, "..");
	judge(OK_JSON EFI_PIX, &event, SENT_AGAIN, "e2eid is none");
	strcpy(event.e2eid, "E1/../../cob/x");
	judge(OK_JSON EFI_PIX, &event, SENT_AGAIN, "e2eid is none");
	event.e2eid[0] = '\0';
	judge(OK_JSON EFI_PIX, &event, SENT_AGAIN, "e2eid is none");
}

static void what_the_api_cannot_be_asked_of_is_handed_on(void **state)
{
	static const enum pix_kind kinds[] = { PIX_SENT, PIX_RECURRENCE, PIX_CHARGE, PIX_PAYMENT, PIX_RETURN, PIX_VALIDATION };
	struct confirmer *c = confirmer_new(&settings);
	struct sent_result result;

	(void)state;
	hook.api = (char *)"https://127.0.0.1:1";	/* nobody is asked */
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		struct pix_event event = { .kind = kinds[i], .e2eid = E2E };

		assert_true(ask(c, &event, &result));
	}
	confirmer_free(c);
	confirmer_free(NULL);
}

static void a_hook_without_credentials_says_what_is_missing(void **state)
{
	struct confirmer *c = confirmer_new(&settings);
	struct sent_result result;

	(void)state;
	hook.api = (char *)"https://127.0.0.1:1";
	hook.client_id = none;
	assert_false(ask(c, &receipt, &result));
	assert_int_equal(result.how, SENT_STUCK);
	assert_non_null(strstr(result.why, "client_id is not set"));
	hook.client_id = (char *)"Client_Id_7";
	assert_false(ask(c, &receipt, &result));	/* once it is there, it is asked; nobody listens here */
	assert_int_equal(result.how, SENT_STUCK);
	assert_null(strstr(result.why, "client_id"));
	confirmer_free(c);
}

/* One token and one client for all of a hook's events. */
static void a_client_is_kept(void **state)
{
	struct confirmer *c = confirmer_new(&settings);
	struct sent_result result;
	struct peer p;

	(void)state;
	answer = OK_JSON EFI_PIX;
	p = peer_start(ca, false, psp);
	hook.api = (char *)p.base;
	for (int i = 0; i < 3; i++)
		assert_true(ask(c, &receipt, &result));
	assert_int_equal(count(&p, "GET /oauth") + count(&p, "POST /oauth"), 1);
	assert_int_equal(count(&p, "GET /v2/pix/" E2E " "), 3);
	confirmer_free(c);
	peer_stop(&p);
}

static void *work(void *unused)
{
	struct confirmer *c = confirmer_new(&settings);
	struct sent_result result;
	intptr_t bad = 0;

	(void)unused;
	for (int i = 0; i < 5; i++)
		bad += !ask(c, i % 2 ? &receipt : &refund, &result);
	confirmer_free(c);
	return (void *)bad;
}

static void workers_do_not_disturb_each_other(void **state)
{
	pthread_t thread[4];
	struct peer p;

	(void)state;
	answer = OK_JSON EFI_PIX;
	p = peer_start(ca, false, psp);
	hook.api = (char *)p.base;
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, work, NULL), 0);
	for (size_t i = 0; i < 4; i++) {
		void *bad;

		assert_int_equal(pthread_join(thread[i], &bad), 0);
		assert_null(bad);
	}
	assert_int_equal(count(&p, "POST /oauth"), 1);
	peer_stop(&p);
}

#define T(f) cmocka_unit_test_setup_teardown(f, make_folder, drop_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(what_the_psp_says_too_is_confirmed),
		T(what_differs_is_not),
		T(a_txid_that_the_psp_does_not_know_is_another),
		T(a_refund_that_goes_on_has_not_been_made),
		T(statuses_are_words_without_case),
		T(what_nobody_paid_is_tried_again),
		T(a_psp_that_cannot_be_asked_holds_up_all),
		T(an_event_that_the_psp_takes_for_none_holds_up_itself),
		T(what_the_api_cannot_be_asked_of_is_handed_on),
		T(a_hook_without_credentials_says_what_is_missing),
		T(a_client_is_kept),
		T(workers_do_not_disturb_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
