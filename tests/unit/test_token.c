/* One token for all processes: kept, renewed, replaced once, and not asked for more often than the PSP gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "api/client.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

#include "tests/unit/api_scene.h"

static void a_token_is_used_until_its_margin(void **state)
{
	struct peer p = peer_start(ca, false, good);

	(void)state;
	call_at(&p, "webhook.set", NOW, ERR_NONE, NULL);
	call_at(&p, "webhook.get", NOW + 239, ERR_NONE, NULL);
	assert_int_equal(count(&p, "POST /oauth/token"), 1);
	call_at(&p, "webhook.get", NOW + 240, ERR_NONE, NULL);
	assert_int_equal(count(&p, "POST /oauth/token"), 2);
	assert_true(asked(&p, 4, "Bearer bilhete3\r\n"));
	peer_stop(&p);
}

static void a_token_never_goes_to_another_address_or_client(void **state)
{
	struct peer p = peer_start(ca, false, good), q = peer_start(ca, false, good);

	(void)state;
	call_at(&p, "webhook.get", NOW, ERR_NONE, NULL);
	call_at(&q, "webhook.get", NOW, ERR_NONE, NULL);
	assert_int_equal(count(&q, "POST /oauth/token"), 1);
	hook.client_id = (char *)"Client_Id_8";
	call_at(&p, "webhook.get", NOW, ERR_NONE, NULL);
	assert_int_equal(count(&p, "POST /oauth/token"), 2);
	peer_stop(&p);
	peer_stop(&q);
}

/* The first token is refused in one way or another, the second taken. */
static const char *refuses_401(const char *request, int n)
{
	return strstr(request, "Bearer bilhete0") ? "HTTP/1.1 401 No\r\n" NO_LENGTH : good(request, n);
}

static const char *refuses_apikey(const char *request, int n)
{
	return strstr(request, "Bearer bilhete0") ? "HTTP/1.1 400 No\r\n" JSON "[{\"descricao\":\"INVALID ApiKey\",\"tag\":null}]" : good(request, n);
}

static const char *refuses_all(const char *request, int n)
{
	return for_token(request) ? good(request, n) : "HTTP/1.1 401 No\r\n" JSON "{\"error\":\"invalid_token\",\"error_description\":\"Invalid Apikey\"}";
}

static void a_refused_token_is_replaced_once(void **state)
{
	static const peer_says says[] = { refuses_401, refuses_apikey };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct peer p = peer_start(ca, false, says[i]);

		call_at(&p, "webhook.get", NOW, ERR_NONE, NULL);
		assert_int_equal(p.seen->count, 4);
		assert_true(asked(&p, 3, "Bearer bilhete2\r\n"));
		call_at(&p, "webhook.get", NOW, ERR_NONE, NULL);
		assert_int_equal(p.seen->count, 5);	/* and the second is the one that is kept */
		peer_stop(&p);
	}
}

static const char *narrow(const char *request, int n)
{
	return strstr(request, "Bearer bilhete0") ? "HTTP/1.1 403 No\r\n" JSON "{\"error\":\"insufficient_scope\",\"error_description\":\"Too little\"}" :
		good(request, n);
}

static void a_kept_token_without_the_scope_is_replaced(void **state)
{
	struct peer p = peer_start(ca, false, narrow);

	(void)state;
	/* a fresh one would have the scope if it were allowed */
	call_at(&p, "webhook.get", NOW, ERR_REFUSED, "Too little (this call needs the scope webhook.read)");
	assert_int_equal(p.seen->count, 2);
	call_at(&p, "webhook.get", NOW + 1, ERR_NONE, NULL);
	assert_int_equal(p.seen->count, 5);
	peer_stop(&p);
}

static void a_second_refusal_is_the_end(void **state)
{
	struct peer p = peer_start(ca, false, refuses_all);

	(void)state;
	call_at(&p, "webhook.get", NOW, ERR_REFUSED, "HTTP 401 invalid_token: Invalid Apikey");
	assert_int_equal(p.seen->count, 4);
	peer_stop(&p);
}

/* One call at that time, in milliseconds; how long it took, in milliseconds too. */
static int64_t took(const struct peer *p, int64_t now)
{
	struct api *a = opened(p);
	struct api_answer answer;
	struct timespec from, to;

	clock_gettime(CLOCK_MONOTONIC, &from);
	api_call(a, "webhook.get", set_values, now, &answer, NULL);
	clock_gettime(CLOCK_MONOTONIC, &to);
	api_answer_free(&answer);
	api_close(a);
	return (to.tv_sec - from.tv_sec) * 1000 + (to.tv_nsec - from.tv_nsec) / 1000000;
}

static void bs2_is_not_asked_for_more_tokens_than_it_gives(void **state)
{
	struct peer p = peer_start(ca, false, refuses_all);
	int before;

	(void)state;
	hook.psp = &psp_bs2;
	for (int i = 0; i < 8; i++)
		call_at(&p, "webhook.get", NOW, ERR_REFUSED, "Invalid Apikey");
	before = p.seen->count;
	assert_int_equal(count(&p, "/oauth/v2/token "), 9);	/* each run begins with the last one's token */
	call_at(&p, "webhook.get", NOW + 20, ERR_REFUSED, "Invalid Apikey");
	call_at(&p, "webhook.get", NOW + 20, ERR_REFUSED, "try again in 40 s");
	assert_int_equal(count(&p, "/oauth/v2/token "), 10);
	assert_true(p.seen->count > before);
	assert_true(took(&p, NOW * 1000LL + 59500) >= 500);	/* so short a wait is waited for */
	assert_int_equal(count(&p, "/oauth/v2/token "), 11);
	peer_stop(&p);
}

static const char *slow_token(const char *request, int n)
{
	if (for_token(request))
		usleep(200 * 1000);
	return good(request, n);
}

static void two_processes_get_one_token(void **state)
{
	struct peer p = peer_start(ca, false, slow_token);
	int status, bad = 0;
	pid_t pids[4];

	(void)state;
	for (int i = 0; i < 4; i++) {
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (!pids[i]) {
			struct api_answer answer;
			struct api *a = opened(&p);
			bool ok = api_call(a, "webhook.get", set_values, NOW * 1000LL, &answer, NULL);

			api_answer_free(&answer);
			api_close(a);
			_exit(!ok);
		}
	}
	for (int i = 0; i < 4; i++) {
		waitpid(pids[i], &status, 0);
		bad += status != 0;
	}
	assert_int_equal(bad, 0);
	assert_int_equal(count(&p, "POST /oauth/token"), 1);
	assert_int_equal(p.seen->count, 5);
	peer_stop(&p);
}

static const char *token_says;

static const char *odd_token(const char *request, int n)
{
	(void)request;
	(void)n;
	return token_says;
}

static void what_is_no_token_is_told_in_one_line(void **state)
{
	static const struct { const char *answer, *want; } rows[] = {
		{ "HTTP/1.1 401 No\r\n" JSON "{\"error\":\"invalid_client\",\"error_description\":\"Not known\"}", "getting a token: HTTP 401 invalid_client: Not known" },
		{ "HTTP/1.1 200 OK\r\n" JSON "{\"token_type\":\"Bearer\"}", "without a usable access_token" },
		{ "HTTP/1.1 200 OK\r\n" JSON "{\"access_token\":\"a b\\r\\nX: y\",\"expires_in\":300}", "without a usable access_token" },
		{ "HTTP/1.1 200 OK\r\n" JSON "{\"access_token\":", "without a usable access_token" },
		{ "HTTP/1.1 502 Bad\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<p>", "HTTP 502 with an answer that is not JSON (text/html, 3 bytes)" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct peer p;

		token_says = rows[i].answer;
		p = peer_start(ca, false, odd_token);
		call_at(&p, "webhook.get", NOW + (int64_t)i * 100, ERR_REFUSED, rows[i].want);
		assert_int_equal(p.seen->count, 1);
		peer_stop(&p);
	}
}

#define ONE(f) cmocka_unit_test_setup_teardown(f, make_folder, drop_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ONE(a_token_is_used_until_its_margin),
		ONE(a_token_never_goes_to_another_address_or_client),
		ONE(a_refused_token_is_replaced_once),
		ONE(a_kept_token_without_the_scope_is_replaced),
		ONE(a_second_refusal_is_the_end),
		ONE(bs2_is_not_asked_for_more_tokens_than_it_gives),
		ONE(two_processes_get_one_token),
		ONE(what_is_no_token_is_told_in_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
