/* What the PSP says was received, page by page: PSPs that lie about how much there is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "recon/received.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

#include "tests/unit/received_scene.h"

/* One page of a PSP's list: rows [from, to). */
struct page {
	int from, to;
};

/* A PSP. Behind its last page it gives what `behind` says. */
static struct lies {
	struct page pages[5];
	int page_count;			/* of pages[] */
	const char *told_pages, *told_items, *told_size;	/* NULL: not told; "3;1": 3 on the first page, then 1 */
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
		add(",\"%s\":%.*s", name, (int)strcspn(value, ";"), value);
}

static const char *efi(const char *request, int n)
{
	const char *at = strstr(request, "paginacao.paginaAtual=");
	int page = at ? atoi(at + strlen("paginacao.paginaAtual=")) : 0;

	if (for_token(request))
		return good(request, n);
	strcpy(says, OK_JSON "{\"parametros\":{\"paginacao\":{\"paginaAtual\":0");
	add_count("quantidadeDePaginas", page && lies.told_pages && strchr(lies.told_pages, ';') ? strchr(lies.told_pages, ';') + 1 : lies.told_pages);
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
	{ "a page count that shrinks", { { { 0, 100 }, { 100, 200 }, { 200, 230 } }, 3, "3;1", NULL, NULL, EMPTY }, 230, 0, 3, NULL },
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

#define ONE(f) cmocka_unit_test_setup_teardown(f, make_folder, drop_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ONE(it_asks_page_after_page_as_the_bcb_documents),
		ONE(whatever_it_tells_of_its_pages_none_is_lost_and_it_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
