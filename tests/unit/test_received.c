/* What the PSP says was received, page by page: PSPs that lie, tire and break off. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "recon/received.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

#include "tests/unit/api_scene.h"

#define OK_JSON "HTTP/1.1 200 OK\r\n" JSON
#define FROM 1699900000000LL
#define UNTIL 1699986400000LL

/* One page of a PSP's list: rows [from, to). */
struct page {
	int from, to;
};

/* A PSP. Behind its last page it gives what `behind` says. */
static struct lies {
	struct page pages[5];
	int page_count;			/* of pages[] */
	const char *told_pages, *told_items, *told_size;	/* NULL: not told */
	enum { EMPTY, REFUSED, LAST_AGAIN, FIRST_AGAIN } behind;
} lies;

static char says[512 * 1024];

static void add(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static void add(const char *fmt, ...)
{
	size_t n = strlen(says);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(says + n, sizeof says - n, fmt, ap);
	va_end(ap);
}

static void add_rows(int from, int to)
{
	for (int i = from; i < to; i++)
		add("%s{\"endToEndId\":\"E09089356202311142200LIE%08d\",\"txid\":\"pedido%d\",\"valor\":\"%d.50\",\"horario\":\"2023-11-14T10:00:00.000Z\"}",
			i > from ? "," : "", i, i, i);
}

static void add_count(const char *name, const char *value)
{
	if (value)
		add(",\"%s\":%s", name, value);
}

static const char *efi(const char *request, int n)
{
	const char *at = strstr(request, "paginacao.paginaAtual=");
	int page = at ? atoi(at + strlen("paginacao.paginaAtual=")) : 0;

	if (for_token(request))
		return good(request, n);
	strcpy(says, OK_JSON "{\"parametros\":{\"paginacao\":{\"paginaAtual\":0");
	add_count("quantidadeDePaginas", lies.told_pages);
	add_count("quantidadeTotalDeItens", lies.told_items);
	add_count("itensPorPagina", lies.told_size);
	add("}},\"pix\":[");
	if (page < lies.page_count)
		add_rows(lies.pages[page].from, lies.pages[page].to);
	else if (lies.behind == REFUSED)
		return "HTTP/1.1 400 No\r\n" JSON "{\"nome\":\"valor_invalido\",\"mensagem\":\"Página inválida\"}";
	else if (lies.behind == LAST_AGAIN)
		add_rows(lies.pages[lies.page_count - 1].from, lies.pages[lies.page_count - 1].to);
	else if (lies.behind == FIRST_AGAIN)
		add_rows(lies.pages[0].from, lies.pages[0].to);
	add("]}");
	return says;
}

static struct {
	int items, refunds, odd;
	int64_t waited[16];
	int waits;
	char body[4096], why[200];
} seen;

static int64_t now(void)
{
	return NOW * 1000LL;
}

static int64_t fake_wait(int64_t ms, void *arg)
{
	(void)arg;
	seen.waited[seen.waits++ % 16] = ms;
	return 0;
}

static bool take(const struct received *r, void *arg)
{
	(void)arg;
	seen.items += r->count && r->events[0].kind == PIX_RECEIVED;
	for (size_t i = 1; i < r->count; i++)
		seen.refunds += r->events[i].kind == PIX_REFUND;
	if (*r->why) {
		seen.odd++;
		snprintf(seen.why, sizeof seen.why, "%s", r->why);
	}
	snprintf(seen.body, sizeof seen.body, "%.*s", (int)r->len, r->body);
	return true;
}

static bool walk(const struct peer *p, int64_t patience_ms, struct received_walk *w, struct err *e)
{
	const struct received_ask ask = { .since_ms = FROM, .until_ms = UNTIL, .now = now, .wait = fake_wait, .patience_ms = patience_ms };
	struct api *a = opened(p);
	bool ok;

	memset(&seen, 0, sizeof seen);
	*e = (struct err){ 0 };
	ok = received_list(a, &hook, &ask, take, NULL, w, e);
	assert_int_equal(ok, !e->code);
	api_close(a);
	return ok;
}

static void it_asks_page_after_page_as_the_bcb_documents(void **state)
{
	struct received_walk w;
	struct peer p;
	struct err e;

	(void)state;
	lies = (struct lies){ { { 0, 100 }, { 100, 200 }, { 200, 230 } }, 3, "3", "230", "100", REFUSED };
	p = peer_start(ca, false, efi);
	if (!walk(&p, 0, &w, &e))
		fail_msg("%s", e.text);
	assert_int_equal(w.items, 230);
	assert_int_equal(seen.items, 230);
	assert_int_equal(w.repeats, 0);
	assert_int_equal(w.pages, 3);
	assert_int_equal(w.asked, 3);
	assert_true(w.whole);
	assert_int_equal(p.seen->count, 4);
	assert_true(asked(&p, 1, "GET /v2/pix?inicio=2023-11-13T18%3A26%3A40Z&fim=2023-11-14T18%3A26%3A40Z HTTP/1.1\r\n"));
	assert_true(asked(&p, 2, "&fim=2023-11-14T18%3A26%3A40Z&paginacao.paginaAtual=1 HTTP/1.1\r\n"));
	assert_string_equal(seen.body, "{\"pix\":[{\"endToEndId\":\"E09089356202311142200LIE00000229\",\"txid\":\"pedido229\",\"valor\":\"229.50\","
		"\"horario\":\"2023-11-14T10:00:00.000Z\"}]}");
	peer_stop(&p);
}

/* What is told, and what comes of it. */
static const struct row {
	const char *name;
	struct lies lies;
	int items, repeats, pages;
	const char *why;	/* NULL: whole */
} rows[] = {
	{ "none", { { { 0, 0 } }, 1, "1", "0", "100", REFUSED }, 0, 0, 1, NULL },
	{ "page count too small", { { { 0, 100 }, { 100, 200 }, { 200, 250 } }, 3, "1", "250", "100", EMPTY }, 250, 0, 3, NULL },
	{ "page count zero", { { { 0, 100 }, { 100, 150 } }, 2, "0", "150", "100", EMPTY }, 150, 0, 2, NULL },
	{ "page count negative", { { { 0, 100 }, { 100, 150 } }, 2, "-3", "150", "100", EMPTY }, 150, 0, 2, NULL },
	{ "page count too large", { { { 0, 100 }, { 100, 150 } }, 2, "9", "150", "100", EMPTY }, 150, 0, 3, NULL },
	{ "page count too large, and the page refused", { { { 0, 100 }, { 100, 150 } }, 2, "9", "150", "100", REFUSED }, 150, 0, 2, NULL },
	{ "a million pages", { { { 0, 100 }, { 100, 150 } }, 2, "1000000", "150", "100", EMPTY }, 150, 0, 3, NULL },
	{ "a million pages, and no count of items", { { { 0, 100 }, { 100, 150 } }, 2, "1000000", NULL, "100", EMPTY }, 150, 0, 5,
		"the PSP speaks of 1000000 pages" },
	{ "a million pages, the first again and again", { { { 0, 100 } }, 1, "1000000", "100000000", "100", FIRST_AGAIN }, 100, 300, 4,
		"the PSP speaks of 100000000 Pix and listed 100" },
	{ "a page count that no number holds", { { { 0, 100 }, { 100, 150 } }, 2, "99999999999999999999", "150", "100", EMPTY }, 150, 0, 2, NULL },
	{ "a page count that is a fraction", { { { 0, 100 }, { 100, 150 } }, 2, "1.5", "150", "100", EMPTY }, 150, 0, 2, NULL },
	{ "a page count that is text", { { { 0, 100 }, { 100, 150 } }, 2, "\"2\"", "150", "100", EMPTY }, 150, 0, 2, NULL },
	{ "item count too small", { { { 0, 100 }, { 100, 200 } }, 2, "2", "7", "100", REFUSED }, 200, 0, 2, NULL },
	{ "item count too large", { { { 0, 100 }, { 100, 150 } }, 2, "2", "190", "100", EMPTY }, 150, 0, 3, "the PSP speaks of 190 Pix and listed 150" },
	{ "item count too large, and no page behind", { { { 0, 100 }, { 100, 150 } }, 2, "2", "190", "100", REFUSED }, 150, 0, 2,
		"the PSP speaks of 190 Pix and listed 150" },
	{ "rows repeated across pages", { { { 0, 100 }, { 90, 190 }, { 190, 200 } }, 3, "3", "200", "100", EMPTY }, 200, 10, 3, NULL },
	{ "rows repeated in place of others", { { { 0, 100 }, { 90, 190 } }, 2, "2", "200", "100", EMPTY }, 190, 10, 3,
		"the PSP speaks of 200 Pix and listed 190" },
	{ "an empty page in the middle", { { { 0, 100 }, { 0, 0 }, { 100, 180 } }, 3, "3", "180", "100", EMPTY }, 180, 0, 3, NULL },
	{ "an empty page first", { { { 0, 0 }, { 0, 100 } }, 2, "2", "100", "100", EMPTY }, 100, 0, 2, NULL },
	{ "the same page for ever", { { { 0, 100 } }, 1, "5", "500", "100", LAST_AGAIN }, 100, 300, 4, "the PSP speaks of 500 Pix and listed 100" },
	{ "nothing told, a page that is not full", { { { 0, 100 }, { 100, 130 } }, 2, NULL, NULL, NULL, REFUSED }, 130, 0, 2, NULL },
	{ "nothing told, full pages", { { { 0, 100 }, { 100, 200 } }, 2, NULL, NULL, NULL, EMPTY }, 200, 0, 3, NULL },
	{ "nothing told, the same page for ever", { { { 0, 100 } }, 1, NULL, NULL, NULL, LAST_AGAIN }, 100, 100, 2, "same page again and again" },
	{ "only pages told", { { { 0, 100 }, { 100, 130 } }, 2, "2", NULL, NULL, REFUSED }, 130, 0, 2, NULL },
	{ "only items told", { { { 0, 100 }, { 100, 130 } }, 2, NULL, "130", NULL, REFUSED }, 130, 0, 2, NULL },
};

static void whatever_it_tells_of_its_pages_none_is_lost_and_it_ends(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *r = &rows[i];
		struct received_walk w;
		struct peer p;
		struct err e;

		lies = r->lies;
		p = peer_start(ca, false, efi);
		if (!walk(&p, 0, &w, &e))
			fail_msg("%s: %s", r->name, e.text);
		if (w.items != r->items || seen.items != r->items || w.repeats != r->repeats || w.pages != r->pages || w.whole != !r->why ||
		    (r->why && !strstr(w.why, r->why)))
			fail_msg("%s: %d of %d items, %d repeats, %d pages, %d asked, %s", r->name, (int)w.items, seen.items, (int)w.repeats, w.pages, w.asked, w.why);
		peer_stop(&p);
	}
}

static const char *busy(const char *request, int n)
{
	if (for_token(request))
		return good(request, n);
	switch (n) {
	case 1:
		return "HTTP/1.1 429 Slow\r\nRetry-After: 7\r\n" JSON "{\"nome\":\"limite\",\"mensagem\":\"Muitas\"}";
	case 2:
	case 3:
		return "HTTP/1.1 429 Slow\r\n" NO_LENGTH;
	case 4:
		return "HTTP/1.1 503 Gone\r\nRetry-After: Wed, 21 Oct 2015 07:28:00 GMT\r\n" NO_LENGTH;
	case 5:
		return "HTTP/1.1 500 Oh\r\n" JSON "{\"nome\":\"erro_aplicacao\",\"mensagem\":\"Erro\"}";
	case 6:
		return NULL;
	case 7:
		return "HTTP/1.1 200 OK\r\nContent-Length: 400\r\nConnection: close\r\n\r\n{\"pix\":[";
	default:
		return OK_JSON "{\"parametros\":{\"paginacao\":{\"quantidadeDePaginas\":1,\"quantidadeTotalDeItens\":0}},\"pix\":[]}";
	}
}

static void a_psp_that_is_busy_or_breaks_off_is_waited_for(void **state)
{
	static const int64_t want[] = { 7000, 2000, 4000, 8000, 16000, 32000, 60000 };
	struct peer p = peer_start(ca, false, busy);
	struct received_walk w;
	struct err e;

	(void)state;
	if (!walk(&p, 300 * 1000, &w, &e))
		fail_msg("%s", e.text);
	assert_int_equal(w.asked, 8);
	assert_int_equal(seen.waits, 7);
	for (int i = 0; i < seen.waits; i++)
		assert_int_equal(seen.waited[i], want[i]);
	peer_stop(&p);
}

static void patience_ends_and_says_what_it_would_have_taken(void **state)
{
	struct peer p = peer_start(ca, false, busy), q = peer_start(ca, false, busy);
	struct received_walk w;
	struct err e;

	(void)state;
	assert_false(walk(&p, 10 * 1000, &w, &e));
	assert_int_equal(e.code, ERR_REFUSED);
	assert_non_null(strstr(e.text, "HTTP 429"));
	assert_non_null(strstr(e.text, "waited 9 s in all, and it would take 4 s more"));
	assert_false(w.whole);
	assert_false(walk(&q, 0, &w, &e));
	assert_int_equal(seen.waits, 0);
	assert_null(strstr(e.text, "waited"));
	peer_stop(&p);
	peer_stop(&q);
}

static const char *odd(const char *request, int n)
{
	return for_token(request) ? good(request, n) : OK_JSON "{\"parametros\":{\"paginacao\":{\"quantidadeDePaginas\":1,\"quantidadeTotalDeItens\":6}},\"pix\":["
		"{\"endToEndId\":\"E1\",\"valor\":\"1.00\",\"devolucoes\":[{\"rtrId\":\"D1\",\"id\":\"a\",\"valor\":\"0.40\",\"status\":\"DEVOLVIDO\"},"
		"{\"rtrId\":\"D2\",\"id\":\"b\",\"valor\":\"0.10\",\"status\":\"EM_PROCESSAMENTO\"}]},"
		"{\"endToEndId\":\"E2\",\"valor\":\"1,00\"},{\"valor\":\"1.00\"},7,{\"endToEndId\":\"E1\",\"valor\":\"1.00\"},"
		"{\"endToEndId\":\"E3\",\"valor\":1.00,\"chave\":null}]}";
}

static void items_that_are_not_understood_are_handed_on_with_their_bytes(void **state)
{
	struct peer p = peer_start(ca, false, odd);
	struct received_walk w;
	struct err e;

	(void)state;
	if (!walk(&p, 0, &w, &e))
		fail_msg("%s", e.text);
	assert_int_equal(seen.items, 2);	/* E1, and E1 in other words */
	assert_int_equal(seen.refunds, 2);
	assert_int_equal(seen.odd, 4);
	assert_int_equal(w.items, 5);
	assert_int_equal(w.repeats, 7);		/* of the page that was asked for because six were told */
	assert_false(w.whole);
	assert_string_equal(seen.why, "pix[0].valor: not an exact amount");
	assert_string_equal(seen.body, "{\"pix\":[{\"endToEndId\":\"E3\",\"valor\":1.00,\"chave\":null}]}");
	peer_stop(&p);
}

static const char *no_list(const char *request, int n)
{
	return for_token(request) ? good(request, n) : OK_JSON "{\"pix\":{\"endToEndId\":\"E1\"},\"a\":[],\"b\":[]}";
}

static void an_answer_without_a_list_is_none(void **state)
{
	struct peer p = peer_start(ca, false, no_list);
	struct received_walk w;
	struct err e;

	(void)state;
	assert_false(walk(&p, 0, &w, &e));
	assert_int_equal(e.code, ERR_REFUSED);
	assert_non_null(strstr(e.text, "the answer has no list \"pix\""));
	hook.psp = &psp_bs2_indirect;
	hook.env = psp_env_find(hook.psp, "sandbox");
	assert_false(walk(&p, 0, &w, &e));
	assert_int_equal(e.code, ERR_USAGE);
	peer_stop(&p);
}

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

static const char *slow_down(const char *request, int n)
{
	return for_token(request) ? good(request, n) : "HTTP/1.1 429 Slow\r\nRetry-After: 3\r\n" NO_LENGTH;
}

static int64_t stopped(int64_t ms, void *arg)
{
	(void)arg;
	return ms;
}

static void a_wait_that_is_stopped_ends_the_walk(void **state)
{
	const struct received_ask ask = { .since_ms = FROM, .until_ms = UNTIL, .now = now, .wait = stopped, .patience_ms = 60000 };
	struct peer p = peer_start(ca, false, slow_down);
	struct api *a = opened(&p);
	struct received_walk w;
	struct err e = { 0 };

	(void)state;
	assert_false(received_list(a, &hook, &ask, take, NULL, &w, &e));
	assert_string_equal(e.text, "interrupted");
	assert_int_equal(w.asked, 1);
	api_close(a);
	peer_stop(&p);
}

#define ONE(f) cmocka_unit_test_setup_teardown(f, make_folder, drop_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ONE(it_asks_page_after_page_as_the_bcb_documents),
		ONE(whatever_it_tells_of_its_pages_none_is_lost_and_it_ends),
		ONE(a_psp_that_is_busy_or_breaks_off_is_waited_for),
		ONE(patience_ends_and_says_what_it_would_have_taken),
		ONE(items_that_are_not_understood_are_handed_on_with_their_bytes),
		ONE(an_answer_without_a_list_is_none),
		ONE(bs2_gives_one_page_whose_shape_is_not_published),
		ONE(one_receipt_is_asked_for_and_none_is_no_failure),
		ONE(a_token_that_is_not_found_is_no_pix_that_is_not_found),
		ONE(a_wait_that_is_stopped_ends_the_walk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
