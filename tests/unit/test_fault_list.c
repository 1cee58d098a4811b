/* What goes wrong with lists: which requests that hits, and what it makes of an answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "emul/fault.h"
#include "lib/limits.h"

#include <cmocka.h>

static void becomes(void (*spoil)(struct front_answer *, int64_t), int64_t value, const char *before, const char *after)
{
	struct front_answer a = { .status = 200, .body = BUF(LIMIT_BODY) };

	buf_puts(&a.body, before);
	spoil(&a, value);
	assert_string_equal(buf_str(&a.body), after);
	assert_int_equal(a.body.len, strlen(after));
	assert_int_equal(a.status, 200);
	buf_free(&a.body);
}

static void the_counts_are_what_was_asked_for(void **unused)
{
	(void)unused;
	becomes(fault_list_pages, 1, "{\"quantidadeDePaginas\":3,\"quantidadeTotalDeItens\":250}", "{\"quantidadeDePaginas\":1,\"quantidadeTotalDeItens\":250}");
	becomes(fault_list_pages, 1000, "{\"quantidadeDePaginas\":3}", "{\"quantidadeDePaginas\":1000}");
	becomes(fault_list_items, 7, "{\"quantidadeDePaginas\":3,\"quantidadeTotalDeItens\":250}", "{\"quantidadeDePaginas\":3,\"quantidadeTotalDeItens\":7}");
	becomes(fault_list_items, 0, "{\"items\":[],\"pagina\":{\"qtd\":250,\"paginaAtual\":1}}", "{\"items\":[],\"pagina\":{\"qtd\":0,\"paginaAtual\":1}}");
	becomes(fault_list_pages, 1, "{\"items\":[]}", "{\"items\":[]}");
}

static void a_page_without_rows_keeps_its_counts(void **unused)
{
	(void)unused;
	becomes(fault_list_hole, 2, "{\"n\":2,\"pix\":[{\"a\":[1,2]},{\"b\":\"]\\\"[\"}]}", "{\"n\":2,\"pix\":[]}");
	becomes(fault_list_hole, 2, "{\"items\":[1],\"pagina\":{\"qtd\":1}}", "{\"items\":[],\"pagina\":{\"qtd\":1}}");
	becomes(fault_list_hole, 2, "{\"pix\":[]}", "{\"pix\":[]}");
	becomes(fault_list_hole, 2, "{}", "{}");
	becomes(fault_list_hole, 2, "{\"pix\":[1", "{\"pix\":[1");
}

static void the_first_row_stands_for_the_last_one(void **unused)
{
	(void)unused;
	becomes(fault_list_twice, 0, "{\"pix\":[{\"a\":[1,2]},{\"b\":3},{\"c\":\",\"}],\"n\":3}", "{\"pix\":[{\"a\":[1,2]},{\"b\":3},{\"a\":[1,2]}],\"n\":3}");
	becomes(fault_list_twice, 0, "{\"pix\":[1,2]}", "{\"pix\":[1,1]}");
	becomes(fault_list_twice, 0, "{\"pix\":[1]}", "{\"pix\":[1]}");
	becomes(fault_list_twice, 0, "{\"pix\":[]}", "{\"pix\":[]}");
	becomes(fault_list_twice, 0, "", "");
}

static const char *header(const struct front_request *r, const char *name)
{
	(void)r;
	(void)name;
	return NULL;
}

static int64_t page_of(const char *method, const char *query)
{
	struct front_request r = { .method = method, .path = "/v2/pix", .query = query, .body = "", .header = header };

	return fault_list_page(&r);
}

static void a_page_is_known_by_its_number(void **unused)
{
	(void)unused;
	assert_int_equal(page_of("GET", "inicio=2026-01-01&fim=2026-01-02"), 1);
	assert_int_equal(page_of("GET", "inicio=2026-01-01&paginacao.paginaAtual=2"), 3);
	assert_int_equal(page_of("GET", "Inicio=2026-01-01"), 1);
	assert_int_equal(page_of("GET", "Inicio=2026-01-01&PaginaAtual=2"), 2);
	assert_int_equal(page_of("GET", ""), 0);
	assert_int_equal(page_of("PUT", "inicio=2026-01-01"), 0);
}

static void only_lists_and_only_that_page_are_hit(void **unused)
{
	struct front_request r = { .method = "GET", .path = "/v2/pix/E1", .query = "", .body = "", .header = header };
	char dir[64] = "/tmp/test_fault_list.XXXXXX", command[128];
	const struct fault *f;
	struct err e = { 0 };
	struct state *st;
	int64_t value;

	(void)unused;
	assert_non_null(mkdtemp(dir));
	st = state_open(dir, &e);
	assert_non_null(st);
	assert_true(fault_set(st, "list-rate", 1, 9, &e) && fault_set(st, "list-hole", 1, 3, &e));
	assert_null(fault_of_request(st, &r, &value));
	r.path = "/v2/pix";
	r.query = "inicio=2026-01-01&fim=2026-01-02";
	f = fault_of_request(st, &r, &value);
	assert_non_null(f);
	assert_string_equal(f->name, "list-rate");
	assert_int_equal(value, 9);
	assert_null(fault_of_request(st, &r, &value));
	r.query = "inicio=2026-01-01&fim=2026-01-02&paginacao.paginaAtual=2";
	f = fault_of_request(st, &r, &value);
	assert_non_null(f);
	assert_string_equal(f->name, "list-hole");
	assert_null(fault_of_request(st, &r, &value));
	state_close(st);
	snprintf(command, sizeof command, "rm -rf %s", dir);
	assert_int_equal(system(command), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_counts_are_what_was_asked_for),
		cmocka_unit_test(a_page_without_rows_keeps_its_counts),
		cmocka_unit_test(the_first_row_stands_for_the_last_one),
		cmocka_unit_test(a_page_is_known_by_its_number),
		cmocka_unit_test(only_lists_and_only_that_page_are_hit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
