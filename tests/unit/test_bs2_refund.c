/* BS2: refunds of receipts, which the API alone tells of. */
#include "tests/unit/bs2_scene.h"

#include "emul/bs2_notice.h"
#include "emul/due.h"
#include "emul/state_inside.h"
#include "pix/pix.h"
#include "pix/psp.h"

#define E2E "E9040088820261121120000000000001"
#define REFUND BASE "/pix/" E2E "/devolucao/"

static int with_a_receipt(void **unused)
{
	struct emul_pix p = { .psp = "bs2", .e2eid = E2E, .txid = "pedido1", .cents = 1000, .at_ms = NOW };
	int r = make(unused);

	assert_true(state_pix_put(bank.state, &p, &e));
	strcpy(auth, "Basic aWQ6c2VjcmV0");
	strcpy(type, FORM);
	assert_int_equal(ask("POST", TOKEN, "grant_type=client_credentials&scope=pix.read+pix.write"), 200);
	snprintf(auth, sizeof auth, "Bearer %s", told("access_token"));
	strcpy(type, "application/json");
	return r;
}

/* What is due comes about; what would be told to the merchant is counted. */
static int pass(int64_t ms)
{
	struct emul_callback cb = { 0 };
	char how[128];
	int notices = 0;

	clock_ms += ms;
	while (state_callback_take(bank.state, clock_ms, &cb, &e)) {
		if (due_is(cb.kind))
			assert_true(due_do(&bank, &cb, how, &e));
		else
			notices++;
		assert_true(state_callback_settle(bank.state, cb.id, NULL, "taken", &e));
		buf_free(&cb.body);
	}
	return notices;
}

static void a_refund_goes_on_and_ends_and_nobody_is_told(void **unused)
{
	(void)unused;
	assert_int_equal(ask("PUT", REFUND "dev1", "{\"valor\":4.00}"), 201);
	SAYS("{\"id\":\"dev1\",\"rtrId\":\"D71027866202611211200");
	SAYS("\"valor\":4.0,\"horario\":{\"solicitacao\":\"2026-11-21T09:00:00.0-03:00\"},\"status\":\"EM_PROCESSAMENTO\"}");
	assert_int_equal(strlen(told("rtrId")), 32);
	assert_int_equal(told("rtrId")[31], 'D');
	assert_int_equal(pass(29999), 0);
	assert_int_equal(ask("GET", REFUND "dev1", ""), 200);
	SAYS("EM_PROCESSAMENTO");
	assert_int_equal(pass(1), 0);
	assert_int_equal(ask("GET", REFUND "dev1", ""), 200);
	SAYS("\"liquidacao\":\"2026-11-21T09:00:30.0-03:00\"},\"status\":\"DEVOLVIDO\"}");
	assert_false(bs2_refund_end(bank.state, clock_ms, E2E, "dev1", &e));
	assert_int_equal(e.code, ERR_NOT_FOUND);
}

static void a_receipt_lists_its_refunds_in_every_answer(void **unused)
{
	(void)unused;
	ask("PUT", REFUND "a", "{\"valor\":2.5}");
	clock_ms++;
	ask("PUT", REFUND "b", "{\"valor\":1}");
	assert_int_equal(ask("GET", BASE "/recebimentos/" E2E "/recebimento", ""), 200);
	SAYS("\"devolucoes\":[{\"id\":\"a\",");
	SAYS("\"valor\":2.5,");
	SAYS("},{\"id\":\"b\",");
	assert_int_equal(ask("GET", BASE "/recebimentos?Inicio=2026-11-21&Fim=2026-11-21", ""), 200);
	SAYS("\"devolucoes\":[{\"id\":\"a\",");
	assert_int_equal(ask("GET", BASE "/pix/" E2E, ""), 200);
	SAYS("\"devolucoes\":[{\"id\":\"a\",");
	SAYS("\"valor\":\"2.50\",");
	SAYS("\"status\":\"EM_PROCESSAMENTO\"}]}");
}

/* The receipt and its refund as the client reads them. */
static void what_pix_says_is_read_as_a_receipt_and_its_refund(void **unused)
{
	struct pix_batch b = { 0 };
	char body[4096];

	(void)unused;
	ask("PUT", REFUND "a", "{\"valor\":2.5}");
	ask("GET", BASE "/pix/" E2E, "");
	snprintf(body, sizeof body, "{\"pix\":[%.4000s]}", answer);
	pix_parse(&psp_bs2, "", body, strlen(body), &b);
	assert_false(b.unread);
	assert_int_equal(b.count, 2);
	assert_int_equal(b.events[1].kind, PIX_REFUND);
	assert_int_equal(b.events[1].cents, 250);
	assert_string_equal(b.events[1].e2eid, E2E);
	pix_batch_free(&b);
}

static void no_more_goes_back_than_came(void **unused)
{
	(void)unused;
	assert_int_equal(ask("PUT", REFUND "a", "{\"valor\":10.01}"), 400);
	assert_int_equal(ask("PUT", REFUND "a", "{\"valor\":9.99}"), 201);
	assert_int_equal(ask("PUT", REFUND "b", "{\"valor\":0.02}"), 400);
	assert_int_equal(ask("PUT", REFUND "b", "{\"valor\":0.01}"), 201);
	assert_int_equal(ask("PUT", REFUND "b", "{\"valor\":0.01}"), 409);
	assert_int_equal(ask("GET", REFUND "c", ""), 404);
}

static void ninety_days_are_the_end(void **unused)
{
	(void)unused;
	clock_ms = NOW + 90LL * 24 * 3600 * 1000;
	log_in();
	assert_int_equal(ask("PUT", REFUND "a", "{\"valor\":1.00}"), 403);	/* that token may only read */
	strcpy(auth, "Basic aWQ6c2VjcmV0");
	strcpy(type, FORM);
	ask("POST", TOKEN, "grant_type=client_credentials&scope=pix.write");
	snprintf(auth, sizeof auth, "Bearer %s", told("access_token"));
	strcpy(type, "application/json");
	assert_int_equal(ask("PUT", REFUND "a", "{\"valor\":1.00}"), 201);
	clock_ms++;
	assert_int_equal(ask("PUT", REFUND "b", "{\"valor\":1.00}"), 400);
}

static void what_is_no_refund_is_refused(void **unused)
{
	static const struct {
		const char *method, *path, *body;
		unsigned status;
	} rows[] = {
		{ "PUT", REFUND "a", "", 400 }, { "PUT", REFUND "a", "{}", 400 }, { "PUT", REFUND "a", "{\"valor\":\"1.00\"}", 400 },
		{ "PUT", REFUND "a", "{\"valor\":0}", 400 }, { "PUT", REFUND "a", "{\"valor\":-1}", 400 }, { "PUT", REFUND "a", "{\"valor\":1.001}", 400 },
		{ "PUT", REFUND "a-b", "{\"valor\":1}", 400 }, { "PUT", REFUND "abcdefghijabcdefghijabcdefghijabcdef", "{\"valor\":1}", 400 },
		{ "PUT", BASE "/pix/EX/devolucao/a", "{\"valor\":1}", 404 }, { "GET", BASE "/pix/EX/devolucao/a", "", 404 }, { "POST", REFUND "a", "{}", 405 },
		{ "GET", BASE "/pix/" E2E "/devolucao/", "", 404 },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (ask(rows[i].method, rows[i].path, rows[i].body) != rows[i].status)
			fail_msg("%s %s %s: %s", rows[i].method, rows[i].path, rows[i].body, answer);
	assert_int_equal(ask("GET", BASE "/pix/" E2E, ""), 200);
	SAYS("\"devolucoes\":[]}");
}

/* One of Efí's is none of BS2's. */
static void anothers_pix_is_not_found(void **unused)
{
	struct emul_pix p = { .psp = "efi", .e2eid = "E1", .cents = 1000, .at_ms = NOW };

	(void)unused;
	assert_true(state_pix_put(bank.state, &p, &e));
	assert_int_equal(ask("PUT", BASE "/pix/E1/devolucao/a", "{\"valor\":1}"), 404);
}

#undef TEST
#define TEST(name) cmocka_unit_test_setup_teardown(name, with_a_receipt, drop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_refund_goes_on_and_ends_and_nobody_is_told),
		TEST(a_receipt_lists_its_refunds_in_every_answer),
		TEST(what_pix_says_is_read_as_a_receipt_and_its_refund),
		TEST(no_more_goes_back_than_came),
		TEST(ninety_days_are_the_end),
		TEST(what_is_no_refund_is_refused),
		TEST(anothers_pix_is_not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
