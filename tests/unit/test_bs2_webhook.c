/* BS2: what is registered, by direct clients and by indirect participants. */
#include "tests/unit/bs2_scene.h"

#define URL "\"url\":\"https://shop.example.com/bs2\""
#define ONE(rest) "[{" URL "," rest "}]"
#define BASIC "{\"tipo\":\"Basic\",\"valor\":\"dXNlcjpwYXNz\"}"
#define ROUTE(event) "{" URL ",\"evento\":\"" event "\",\"autenticacao\":" BASIC "}"

static void nothing_registered_is_an_empty_list(void **unused)
{
	(void)unused;
	assert_int_equal(ask("GET", HOOK, ""), 200);
	assert_string_equal(answer, "[]");
	assert_int_equal(ask("GET", INDIRECT, ""), 200);
	assert_string_equal(answer, "[]");
}

static void each_event_is_a_row_with_what_was_put(void **unused)
{
	(void)unused;
	assert_int_equal(ask("PUT", HOOK, ONE("\"eventos\":[\"Pagamento\",\"Recebimento\"],\"somenteComTxId\":true,\"contaNumero\":7654321,"
		"\"autorizacao\":{\"tipo\":\"basic\",\"valor\":\"dXNlcjpwYXNz\"}")), 200);
	assert_string_equal(answer, "");
	assert_int_equal(ask("GET", HOOK, ""), 200);
	SAYS("\"evento\":\"Pagamento\",\"somenteComTxId\":true,\"contaNumero\":7654321," URL ",\"autorizacao\":{\"tipo\":\"basic\",\"valor\":\"dXNlcjpwYXNz\"}},{");
	SAYS("\"evento\":\"Recebimento\"");
	assert_int_equal(strlen(told("id")), 36);
}

static void what_is_left_out_has_a_default(void **unused)
{
	(void)unused;
	assert_int_equal(ask("PUT", HOOK, ONE("\"eventos\":[\"ValidacaoChaves\"]")), 200);
	ask("GET", HOOK, "");
	SAYS("\"somenteComTxId\":false,\"contaNumero\":null,");
	SAYS("\"autorizacao\":{\"tipo\":\"none\",\"valor\":null}");
}

static void a_second_put_keeps_the_id_and_the_other_events(void **unused)
{
	char id[64];

	(void)unused;
	ask("PUT", HOOK, ONE("\"eventos\":[\"Pagamento\"]"));
	ask("GET", HOOK, "");
	strcpy(id, told("id"));
	assert_int_equal(ask("PUT", HOOK, ONE("\"eventos\":[\"Recebimento\"]")), 200);
	assert_int_equal(ask("PUT", HOOK, "[{\"url\":\"https://other.example.com/\",\"eventos\":[\"Pagamento\"],\"autorizacao\":{\"tipo\":\"bearer\",\"valor\":\"x\"}}]"), 200);
	ask("GET", HOOK, "");
	SAYS("https://other.example.com/");
	SAYS("\"evento\":\"Recebimento\"");
	SAYS(id);
}

static void two_items_may_have_two_urls(void **unused)
{
	(void)unused;
	assert_int_equal(ask("PUT", HOOK, "[{" URL ",\"eventos\":[\"Pagamento\"]},{\"url\":\"https://b.example.com/\",\"eventos\":[\"Recebimento\"]}]"), 200);
	ask("GET", HOOK, "");
	SAYS("shop.example.com");
	SAYS("b.example.com");
}

static void a_wrong_member_is_named_and_nothing_is_stored(void **unused)
{
	static const struct {
		const char *body, *tag;
	} row[] = {
		{ "", NULL }, { "{", NULL }, { "{}", "Webhook" }, { "[]", "Webhook" }, { "[1]", "Webhook" }, { "[null]", "Webhook" }, { "[{}]", "Webhook.Url" },
		{ "[{\"url\":1,\"eventos\":[\"Pagamento\"]}]", "Webhook.Url" },
		{ "[{\"url\":\"\",\"eventos\":[\"Pagamento\"]}]", "Webhook.Url" },
		{ "[{\"url\":\"http://shop.example.com/\",\"eventos\":[\"Pagamento\"]}]", "Webhook.Url" },
		{ "[{\"url\":\"https://\",\"eventos\":[\"Pagamento\"]}]", "Webhook.Url" },
		{ "[{\"url\":\"https:///x\",\"eventos\":[\"Pagamento\"]}]", "Webhook.Url" },
		{ "[{\"url\":\"https://a b/\",\"eventos\":[\"Pagamento\"]}]", "Webhook.Url" },
		{ "[{\"url\":\"https://a/\\u00e9\",\"eventos\":[\"Pagamento\"]}]", "Webhook.Url" },
		{ "[{" URL "}]", "Webhook.Eventos" },
		{ ONE("\"eventos\":\"Pagamento\""), "Webhook.Eventos" },
		{ ONE("\"eventos\":[]"), "Webhook.Eventos" },
		{ ONE("\"eventos\":[1]"), "Webhook.Eventos" },
		{ ONE("\"eventos\":[\"Receipt\"]"), "Webhook.Eventos" },
		{ ONE("\"eventos\":[\"pagamento\"]"), "Webhook.Eventos" },
		{ ONE("\"eventos\":[\"DevolucaoEfetuada\"]"), "Webhook.Eventos" },
		{ ONE("\"eventos\":[\"Pagamento\",\"Pagamento\"]"), "Webhook.Eventos" },
		{ "[{" URL ",\"eventos\":[\"Pagamento\"]},{" URL ",\"eventos\":[\"Pagamento\"]}]", "Webhook.Eventos" },
		{ "[{" URL ",\"eventos\":[\"Pagamento\"]},{" URL ",\"eventos\":[\"x\"]}]", "Webhook.Eventos" },
		{ ONE("\"eventos\":[\"Pagamento\"],\"somenteComTxId\":\"true\""), "Webhook.SomenteComTxId" },
		{ ONE("\"eventos\":[\"Pagamento\"],\"somenteComTxId\":null"), "Webhook.SomenteComTxId" },
		{ ONE("\"eventos\":[\"Pagamento\"],\"contaNumero\":\"1\""), "Webhook.ContaNumero" },
		{ ONE("\"eventos\":[\"Pagamento\"],\"contaNumero\":-1"), "Webhook.ContaNumero" },
		{ ONE("\"eventos\":[\"Pagamento\"],\"contaNumero\":1.5"), "Webhook.ContaNumero" },
		{ ONE("\"eventos\":[\"Pagamento\"],\"contaNumero\":1234567890123456"), "Webhook.ContaNumero" },
		{ ONE("\"eventos\":[\"Pagamento\"],\"autorizacao\":\"basic\""), "Webhook.Autorizacao.Tipo" },
		{ ONE("\"eventos\":[\"Pagamento\"],\"autorizacao\":{}"), "Webhook.Autorizacao.Tipo" },
		{ ONE("\"eventos\":[\"Pagamento\"],\"autorizacao\":{\"tipo\":\"digest\"}"), "Webhook.Autorizacao.Tipo" },
		{ ONE("\"eventos\":[\"Pagamento\"],\"autorizacao\":{\"tipo\":1}"), "Webhook.Autorizacao.Tipo" },
		{ ONE("\"eventos\":[\"Pagamento\"],\"autorizacao\":{\"tipo\":\"basic\"}"), "Webhook.Autorizacao.Valor" },
		{ ONE("\"eventos\":[\"Pagamento\"],\"autorizacao\":{\"tipo\":\"bearer\",\"valor\":\"\"}"), "Webhook.Autorizacao.Valor" },
		{ ONE("\"eventos\":[\"Pagamento\"],\"autorizacao\":{\"tipo\":\"bearer\",\"valor\":\"a b\"}"), "Webhook.Autorizacao.Valor" },
		{ ONE("\"eventos\":[\"Pagamento\"],\"autorizacao\":{\"tipo\":\"bearer\",\"valor\":1}"), "Webhook.Autorizacao.Valor" },
	};
	char tag[80];

	(void)unused;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		snprintf(tag, sizeof tag, row[i].tag ? "\"tag\":\"%s\"" : "\"tag\":null", row[i].tag);
		if (ask("PUT", HOOK, row[i].body) != 400 || !strstr(answer, tag) || strncmp(answer, "[{\"descricao\":\"", 15) != 0)
			fail_msg("%s: %s", row[i].body, answer);
	}
	ask("GET", HOOK, "");
	assert_string_equal(answer, "[]");
}

static void too_long_values_are_refused(void **unused)
{
	static char body[8192], filler[3000];

	(void)unused;
	memset(filler, 'x', sizeof filler - 1);
	snprintf(body, sizeof body, "[{\"url\":\"https://a/%.*s\",\"eventos\":[\"Pagamento\"]}]", STATE_URL - 10, filler);
	assert_int_equal(ask("PUT", HOOK, body), 200);
	snprintf(body, sizeof body, "[{\"url\":\"https://a/%.*s\",\"eventos\":[\"Pagamento\"]}]", STATE_URL - 9, filler);
	assert_int_equal(ask("PUT", HOOK, body), 400);
	snprintf(body, sizeof body, ONE("\"eventos\":[\"Pagamento\"],\"autorizacao\":{\"tipo\":\"bearer\",\"valor\":\"%.*s\"}"), STATE_AUTH - 1, filler);
	assert_int_equal(ask("PUT", HOOK, body), 200);
	snprintf(body, sizeof body, ONE("\"eventos\":[\"Pagamento\"],\"autorizacao\":{\"tipo\":\"bearer\",\"valor\":\"%.*s\"}"), STATE_AUTH, filler);
	assert_int_equal(ask("PUT", HOOK, body), 400);
}

static void an_inscription_is_deleted_by_its_id(void **unused)
{
	char path[256];

	(void)unused;
	ask("PUT", HOOK, ONE("\"eventos\":[\"Pagamento\"]"));
	ask("GET", HOOK, "");
	snprintf(path, sizeof path, HOOK "/%s", told("id"));
	assert_int_equal(ask("DELETE", HOOK "/Pagamento", ""), 404);
	SAYS("\"tag\":\"InscricaoId\"");
	assert_int_equal(ask("DELETE", path, ""), 204);
	assert_int_equal(ask("DELETE", path, ""), 404);
}

static void a_route_is_registered_for_one_event(void **unused)
{
	(void)unused;
	assert_int_equal(ask("POST", INDIRECT, ROUTE("DevolucaoFinalizada")), 201);
	SAYS("," URL ",\"evento\":\"DevolucaoFinalizada\",\"autenticacao\":" BASIC "}");
	assert_int_equal(strlen(told("id")), 36);
	assert_int_equal(ask("POST", INDIRECT, ROUTE("DevolucaoFinalizada")), 400);
	SAYS("Webhook.Evento");
	assert_int_equal(ask("POST", INDIRECT, "{" URL ",\"evento\":\"ValidacaoRecebimento\",\"autenticacao\":{\"tipo\":\"None\",\"valor\":null}}"), 201);
	SAYS("{\"tipo\":\"None\",\"valor\":null}");
	ask("GET", HOOK, "");
	assert_string_equal(answer, "[]");
}

static void a_route_that_is_not_whole_is_refused(void **unused)
{
	static const char *const bad[] = { "", "[]", "{}", "[" ROUTE("DevolucaoFinalizada") "]", ROUTE("Recebimento"), ROUTE("devolucaofinalizada"), ROUTE(""),
		"{" URL ",\"evento\":\"DevolucaoFinalizada\"}", "{\"evento\":\"DevolucaoFinalizada\",\"autenticacao\":" BASIC "}",
		"{" URL ",\"evento\":[\"DevolucaoFinalizada\"],\"autenticacao\":" BASIC "}",
		"{" URL ",\"evento\":\"DevolucaoFinalizada\",\"autenticacao\":null}",
		"{" URL ",\"evento\":\"DevolucaoFinalizada\",\"autenticacao\":{\"tipo\":\"Basic\"}}" };

	(void)unused;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (ask("POST", INDIRECT, bad[i]) != 400)
			fail_msg("%s", bad[i]);
	ask("GET", INDIRECT, "");
	assert_string_equal(answer, "[]");
}

static void a_route_is_altered_but_for_its_event(void **unused)
{
	char body[512], id[64];

	(void)unused;
	ask("POST", INDIRECT, ROUTE("DevolucaoFinalizada"));
	strcpy(id, told("id"));
	snprintf(body, sizeof body, "{\"configuracaoId\":\"%s\",\"url\":\"https://b.example.com/\",\"evento\":\"PagamentoFinalizado\","
		"\"autenticacao\":{\"tipo\":\"Bearer\",\"valor\":\"t\"}}", id);
	assert_int_equal(ask("PUT", INDIRECT, body), 200);
	assert_string_equal(told("id"), id);
	SAYS("\"url\":\"https://b.example.com/\",\"evento\":\"DevolucaoFinalizada\",\"autenticacao\":{\"tipo\":\"Bearer\",\"valor\":\"t\"}");
	snprintf(body, sizeof body, "{\"configuracaoId\":\"%s\",\"url\":\"https://b.example.com/\"}", id);
	assert_int_equal(ask("PUT", INDIRECT, body), 400);
	assert_int_equal(ask("PUT", INDIRECT, "{\"configuracaoId\":\"\"," URL ",\"autenticacao\":" BASIC "}"), 400);
	assert_int_equal(ask("PUT", INDIRECT, "{" URL ",\"autenticacao\":" BASIC "}"), 400);
	assert_int_equal(ask("PUT", INDIRECT, "{\"configuracaoId\":\"x\"," URL ",\"autenticacao\":" BASIC "}"), 404);
	ask("GET", INDIRECT, "");
	SAYS("\"valor\":\"t\"");
}

static void a_route_is_deleted_by_its_id(void **unused)
{
	char path[256];

	(void)unused;
	ask("POST", INDIRECT, ROUTE("DevolucaoFinalizada"));
	snprintf(path, sizeof path, INDIRECT "/%s", told("id"));
	assert_int_equal(ask("DELETE", INDIRECT "/x", ""), 404);
	assert_int_equal(ask("DELETE", path, ""), 204);
	assert_string_equal(answer, "");
	assert_int_equal(ask("DELETE", path, ""), 404);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_registered_is_an_empty_list),
		TEST(each_event_is_a_row_with_what_was_put),
		TEST(what_is_left_out_has_a_default),
		TEST(a_second_put_keeps_the_id_and_the_other_events),
		TEST(two_items_may_have_two_urls),
		TEST(a_wrong_member_is_named_and_nothing_is_stored),
		TEST(too_long_values_are_refused),
		TEST(an_inscription_is_deleted_by_its_id),
		TEST(a_route_is_registered_for_one_event),
		TEST(a_route_that_is_not_whole_is_refused),
		TEST(a_route_is_altered_but_for_its_event),
		TEST(a_route_is_deleted_by_its_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
