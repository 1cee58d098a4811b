/* BS2: what it says of its receipts. */
#include "tests/unit/bs2_scene.h"

#define LIST BASE "/recebimentos"
#define DAY "?Inicio=2026-11-21&Fim=2026-11-21"

static void credit(const char *e2eid, const char *txid, int64_t cents, int64_t at_ms)
{
	struct emul_pix p = { .psp = "bs2", .cents = cents, .at_ms = at_ms };

	snprintf(p.e2eid, sizeof p.e2eid, "%s", e2eid);
	snprintf(p.txid, sizeof p.txid, "%s", txid);
	assert_true(state_pix_put(bank.state, &p, &e));
}

static void a_receipt_has_the_documented_members(void **unused)
{
	(void)unused;
	credit("E1", "a1b2", 1234, NOW + 760);
	assert_int_equal(ask("GET", LIST "/E1/recebimento", ""), 200);
	SAYS("{\"endToEndId\":\"E1\",\"recebimentoId\":1,\"txId\":\"a1b2\",\"data\":\"2026-11-21T09:00:00.76-03:00\",\"valor\":12.34,\"status\":\"Efetivado\","
		"\"pagador\":{\"ispb\":\"90400888\"");
	SAYS("\"recebedor\":{\"ispb\":\"71027866\",\"conta\":{\"banco\":\"218\"");
	SAYS("\"chaveDict\":null,\"campoLivre\":null,\"situacao\":\"ACCC\",\"devolucoes\":[],\"pagina\":{\"qtd\":1,\"paginaAtual\":1,\"itensPorPagina\":1}}");
}

static void numbers_and_times_are_short(void **unused)
{
	(void)unused;
	credit("E1", "", 1000, NOW);
	credit("E2", "", 1, NOW + 5);
	ask("GET", LIST DAY, "");
	SAYS("\"txId\":null,\"data\":\"2026-11-21T09:00:00.0-03:00\",\"valor\":10.0,");
	SAYS("\"data\":\"2026-11-21T09:00:00.005-03:00\",\"valor\":0.01,");
}

static void a_list_is_of_days_in_brasilia(void **unused)
{
	int64_t midnight = NOW - 9 * 3600000;	/* 2026-11-21T00:00:00-03:00 */

	(void)unused;
	credit("EBEFORE", "", 1, midnight - 1);
	credit("EFIRST", "", 1, midnight);
	credit("ELAST", "", 1, midnight + 86399999);
	credit("EAFTER", "", 1, midnight + 86400000);
	assert_int_equal(ask("GET", LIST DAY, ""), 200);
	SAYS("\"pagina\":{\"qtd\":2,\"paginaAtual\":1,\"itensPorPagina\":100}");
	SAYS("EFIRST");
	SAYS("ELAST");
	ask("GET", LIST "?Inicio=2026-11-20T23:59:59.999-03:00&Fim=2026-11-21T03:00:00Z", "");
	SAYS("\"qtd\":2");
	SAYS("EBEFORE");
}

static void a_list_is_filtered_and_comes_in_pages(void **unused)
{
	(void)unused;
	credit("E1", "x", 1, NOW);
	credit("E2", "y", 1, NOW + 1);
	credit("E3", "", 1, NOW + 2);
	ask("GET", LIST DAY "&TxId=y", "");
	SAYS("\"qtd\":1");
	SAYS("E2");
	ask("GET", LIST DAY "&TxId=none", "");
	SAYS("{\"items\":[],\"pagina\":{\"qtd\":0");
	credit("E4", "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", 1, NOW - 86400000);
	ask("GET", LIST "?Inicio=2026-11-20&Fim=2026-11-20&TxId=zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", "");
	SAYS("\"qtd\":1");
	ask("GET", LIST "?Inicio=2026-11-20&Fim=2026-11-20&TxId=zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", "");
	SAYS("\"qtd\":0");
	ask("GET", LIST DAY "&Status=EFETIVADO", "");
	SAYS("\"qtd\":3");
	ask("GET", LIST DAY "&Status=Rejeitado", "");
	SAYS("\"qtd\":0");
	ask("GET", LIST DAY "&ItensPorPagina=2&PaginaAtual=2", "");
	SAYS("{\"items\":[{\"endToEndId\":\"E3\"");
	SAYS("\"pagina\":{\"qtd\":3,\"paginaAtual\":2,\"itensPorPagina\":2}");
}

static void what_is_no_time_is_named(void **unused)
{
	static const struct {
		const char *query, *tag;
	} row[] = {
		{ "", "Inicio" }, { "?Inicio=2026-11-21", "Fim" }, { "?Fim=2026-11-21", "Inicio" }, { "?Inicio=x&Fim=2026-11-21", "Inicio" },
		{ "?Inicio=&Fim=2026-11-21", "Inicio" }, { "?Inicio=2026-11-21&Fim=2026-13-01", "Fim" }, { "?Inicio=2026-02-30&Fim=2026-11-21", "Inicio" },
		{ "?Inicio=2026-11-21&Fim=2026-11-20", "Fim" }, { "?inicio=2026-11-21&fim=2026-11-21", "Inicio" }, { DAY "&PaginaAtual=0", "PaginaAtual" },
		{ DAY "&ItensPorPagina=101", "ItensPorPagina" }, { DAY "&ItensPorPagina=-1", "ItensPorPagina" },
	};
	char path[256], tag[64];

	(void)unused;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		snprintf(path, sizeof path, LIST "%s", row[i].query);
		snprintf(tag, sizeof tag, "\"tag\":\"%s\"", row[i].tag);
		if (ask("GET", path, "") != 400 || !strstr(answer, tag))
			fail_msg("%s: %s", path, answer);
	}
}

static void one_receipt_is_found_by_each_of_its_names(void **unused)
{
	(void)unused;
	credit("E1", "x", 1050, NOW);
	credit("E2", "x", 1, NOW + 1);
	assert_int_equal(ask("GET", LIST "/1", ""), 200);
	SAYS("\"endToEndId\":\"E1\"");
	SAYS("\"valor\":10.5,");
	assert_int_equal(ask("GET", BASE "/pix/E1", ""), 200);
	SAYS("{\"endToEndId\":\"E1\",\"txid\":\"x\",\"valor\":\"10.50\",\"horario\":\"2026-11-21T09:00:00.0-03:00\",");
	assert_int_equal(ask("GET", LIST "/E1/recebimento?TxId=x&Inicio=2026-11-21&Fim=2026-11-21", ""), 200);
	assert_int_equal(ask("GET", LIST "/E1/recebimento?TxId=y", ""), 404);
	assert_int_equal(ask("GET", LIST "/E1/recebimento?Fim=2026-11-20", ""), 404);
}

static void what_is_not_there_is_not_found(void **unused)
{
	struct emul_pix other = { .psp = "efi", .e2eid = "E9", .cents = 1, .at_ms = NOW };

	(void)unused;
	assert_true(state_pix_put(bank.state, &other, &e));
	assert_int_equal(ask("GET", LIST "/E9/recebimento", ""), 404);
	assert_int_equal(ask("GET", BASE "/pix/E9", ""), 404);
	assert_int_equal(ask("GET", LIST "/1", ""), 404);
	assert_int_equal(ask("GET", BASE "/pix/EEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEE", ""), 404);
	assert_int_equal(ask("GET", LIST "/x", ""), 400);
	assert_int_equal(ask("GET", LIST "/0", ""), 400);
	assert_int_equal(ask("GET", LIST "/99999999999999999999", ""), 400);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_receipt_has_the_documented_members),
		TEST(numbers_and_times_are_short),
		TEST(a_list_is_of_days_in_brasilia),
		TEST(a_list_is_filtered_and_comes_in_pages),
		TEST(what_is_no_time_is_named),
		TEST(one_receipt_is_found_by_each_of_its_names),
		TEST(what_is_not_there_is_not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
