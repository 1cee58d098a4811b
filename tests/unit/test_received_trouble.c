/* What the PSP says was received: PSPs that are busy, break off, and list what is not understood. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "recon/received.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

#include "tests/unit/received_scene.h"

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
		ONE(a_psp_that_is_busy_or_breaks_off_is_waited_for),
		ONE(patience_ends_and_says_what_it_would_have_taken),
		ONE(items_that_are_not_understood_are_handed_on_with_their_bytes),
		ONE(an_answer_without_a_list_is_none),
		ONE(a_wait_that_is_stopped_ends_the_walk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
