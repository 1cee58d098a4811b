/* What BS2 lists, whose shape is not published, and one Pix by its e2eid. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "recon/received.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

#include "tests/unit/received_scene.h"

static const char *bs2_answer;

static const char *bs2(const char *request, int n)
{
	return for_token(request) ? good(request, n) : bs2_answer;
}

#define R(id) "{\"endToEndId\":\"E" id "\",\"valor\":1.5,\"status\":\"Efetivado\",\"data\":\"2023-11-14T10:00:00.76-03:00\"}"
#define TEN R("0") "," R("1") "," R("2") "," R("3") "," R("4") "," R("5") "," R("6") "," R("7") "," R("8") "," R("9")

static void bs2_gives_one_page_whose_shape_is_not_published(void **state)
{
	static const struct {
		const char *answer;
		int items;
		bool whole;
	} answers[] = {
		{ OK_JSON "{\"items\":[" R("1") "],\"pagina\":{\"qtd\":1,\"paginaAtual\":1,\"itensPorPagina\":100}}", 1, true },
		{ OK_JSON "{\"items\":[" R("1") "],\"pagina\":{\"qtd\":1,\"paginaAtual\":1,\"itensPorPagina\":1}}", 1, true },
		{ OK_JSON "{\"recebimentos\":[" R("1") "," R("2") "],\"pagina\":{\"qtd\":2,\"paginaAtual\":1,\"itensPorPagina\":50}}", 2, true },
		{ OK_JSON "{\"items\":[" R("1") "," R("2") "],\"pagina\":{\"qtd\":2,\"paginaAtual\":1,\"itensPorPagina\":2}}", 2, false },
		{ OK_JSON "{\"items\":[" R("1") "],\"pagina\":{\"qtd\":3,\"paginaAtual\":1,\"itensPorPagina\":1}}", 1, false },
		{ OK_JSON "[" R("1") "," R("2") "]", 2, true },
		{ OK_JSON "[" TEN "]", 10, false },
		{ OK_JSON "[]", 0, true },
		{ "HTTP/1.1 204 None\r\nConnection: close\r\n\r\n", 0, true },
	};
	struct received_walk w;
	struct err e;

	(void)state;
	hook.psp = &psp_bs2;
	hook.env = psp_env_find(&psp_bs2, "sandbox");
	hook.api_cert = none;
	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
		struct peer p;

		bs2_answer = answers[i].answer;
		p = peer_start(ca, false, bs2);
		if (!walk(&p, 0, &w, &e) || w.items != answers[i].items || w.whole != answers[i].whole || w.pages != 1)
			fail_msg("%zu: %s: %d items, %d pages, %s", i, e.text, (int)w.items, w.pages, w.why);
		if (!i)	/* in Brasília's time, whether it reads the offset or not */
			assert_true(asked(&p, 1, "GET /pix/direto/forintegration/v1/recebimentos?Inicio=2023-11-13T15%3A26%3A40-03%3A00"
				"&Fim=2023-11-14T15%3A26%3A40-03%3A00 HTTP/1.1\r\n"));
		peer_stop(&p);
	}
}

static void one_receipt_is_asked_for_and_none_is_no_failure(void **state)
{
	static const struct {
		const struct psp *psp;
		const char *answer;
		int count;		/* -1: a failure */
		const char *says;
	} answers[] = {
		{ &psp_efi, OK_JSON "{\"endToEndId\":\"E1\",\"valor\":\"7.00\",\"devolucoes\":[{\"rtrId\":\"D1\",\"valor\":\"1.00\",\"status\":\"DEVOLVIDO\"}]}", 2, "" },
		{ &psp_efi, OK_JSON "{\"pix\":[{\"endToEndId\":\"E1\",\"valor\":\"7.00\"}]}", 1, "" },
		{ &psp_efi, OK_JSON "{\"endToEndId\":\"E2\",\"valor\":\"7.00\"}", -1, "about another Pix" },
		{ &psp_efi, OK_JSON "{\"endToEndId\":\"E1\",\"valor\":7.00}", -1, "was not understood: pix[0].valor" },
		{ &psp_efi, OK_JSON "{}", -1, "was not understood: pix[0].endToEndId: missing" },
		{ &psp_efi, "HTTP/1.1 400 No\r\n" JSON "{\"nome\":\"pix_nao_encontrado\",\"mensagem\":\"Nenhum Pix\"}", 0, "" },
		{ &psp_efi, "HTTP/1.1 400 No\r\n" JSON "{\"nome\":\"valor_invalido\",\"mensagem\":\"e2eid\"}", -1, "valor_invalido" },
		{ &psp_efi, "HTTP/1.1 404 No\r\n" JSON "{\"type\":\"https://pix.bcb.gov.br/api/v2/error/PixNaoEncontrado\",\"title\":\"N\303\243o Encontrado\"}", 0, "" },
		{ &psp_efi, "HTTP/1.1 404 No\r\n" JSON "{\"message\":\"no Route matched with those values\"}", -1, "no Route" },
		{ &psp_efi, "HTTP/1.1 404 No\r\n" NO_LENGTH, -1, "HTTP 404 with an empty answer" },
		{ &psp_efi, "HTTP/1.1 500 No\r\n" JSON "{\"nome\":\"x\",\"mensagem\":\"n\303\243o encontrado\"}", -1, "HTTP 500" },
		{ &psp_bs2, "HTTP/1.1 404 No\r\n" JSON "[{\"tag\":null,\"descricao\":\"Recebimento n\303\243o encontrado.\"}]", 0, "" },
		{ &psp_bs2, "HTTP/1.1 204 None\r\nConnection: close\r\n\r\n", 0, "" },
		{ &psp_bs2, OK_JSON "{\"endToEndId\":\"E1\",\"valor\":7.0,\"status\":\"Efetivado\",\"devolucoes\":[],\"pagina\":{\"qtd\":1}}", 1, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
		struct pix_batch b;
		struct err e = { 0 };
		struct peer p;
		struct api *a;
		bool found, ok;

		bs2_answer = answers[i].answer;
		hook.psp = answers[i].psp;
		hook.env = psp_env_find(hook.psp, "sandbox");
		p = peer_start(ca, false, bs2);
		a = opened(&p);
		ok = received_one(a, &hook, "E1", NOW * 1000LL, &b, &found, &e);
		if (ok != !e.code || ok != (answers[i].count >= 0) || found != (answers[i].count > 0) || b.count != (found ? (size_t)answers[i].count : 0) || !strstr(e.text, answers[i].says))
			fail_msg("%zu: %d %d %zu %s", i, ok, found, b.count, e.text);
		if (found) {
			assert_string_equal(b.events[0].e2eid, "E1");
			assert_int_equal(b.events[0].cents, 700);
		}
		pix_batch_free(&b);
		api_close(a);
		peer_stop(&p);
	}
}

static const char *no_tokens(const char *request, int n)
{
	(void)request;
	(void)n;
	return "HTTP/1.1 404 No\r\n" JSON "{\"nome\":\"x\",\"mensagem\":\"rota n\303\243o encontrada\"}";
}

static void a_token_that_is_not_found_is_no_pix_that_is_not_found(void **state)
{
	struct peer p = peer_start(ca, false, no_tokens);
	struct api *a = opened(&p);
	struct pix_batch b;
	struct err e = { 0 };
	bool found;

	(void)state;
	assert_false(received_one(a, &hook, "E1", NOW * 1000LL, &b, &found, &e));
	assert_non_null(strstr(e.text, "getting a token"));
	api_close(a);
	peer_stop(&p);
}

#define ONE(f) cmocka_unit_test_setup_teardown(f, make_folder, drop_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ONE(bs2_gives_one_page_whose_shape_is_not_published),
		ONE(one_receipt_is_asked_for_and_none_is_no_failure),
		ONE(a_token_that_is_not_found_is_no_pix_that_is_not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
