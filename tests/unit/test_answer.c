#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stddef.h>
#include <cmocka.h>
#undef fail	/* ours is the one in lib/err.h */

#include <stdlib.h>
#include <string.h>

#include "fcgi/job.h"

static const char *text(int status, const char *check)
{
	size_t len;
	const char *t = answer_text(status, check, &len);

	assert_int_equal(strlen(t), len);
	return t;
}

static void success_has_the_body_that_the_psp_documents(void **state)
{
	(void)state;
	assert_string_equal(text(200, ""), "Status: 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\n200");
}

static void every_refusal_has_a_length_and_no_body(void **state)
{
	static const int statuses[] = { 400, 401, 403, 404, 405, 413, 503 };

	(void)state;
	for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
		const char *t = text(statuses[i], "");

		assert_int_equal(strtol(t + strlen("Status: "), NULL, 10), statuses[i]);
		assert_non_null(strstr(t, "\r\nContent-Length: 0\r\n"));
		assert_string_equal(strstr(t, "\r\n\r\n"), "\r\n\r\n");
	}
}

static void a_403_is_the_same_whatever_failed(void **state)
{
	(void)state;
	assert_ptr_equal(text(403, "secret"), text(403, "source"));
	assert_ptr_equal(text(403, "secret"), text(403, "cert"));
}

static void a_401_names_the_scheme(void **state)
{
	(void)state;
	assert_non_null(strstr(text(401, "basic"), "WWW-Authenticate: Basic "));
	assert_non_null(strstr(text(401, "bearer"), "WWW-Authenticate: Bearer "));
}

static void headers_that_the_status_asks_for_are_there(void **state)
{
	(void)state;
	assert_non_null(strstr(text(405, ""), "Allow: POST\r\n"));
	assert_non_null(strstr(text(503, ""), "Retry-After: "));
}

static void an_unknown_status_is_no_success(void **state)
{
	(void)state;
	assert_ptr_equal(text(0, ""), text(503, ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(success_has_the_body_that_the_psp_documents),
		cmocka_unit_test(every_refusal_has_a_length_and_no_body),
		cmocka_unit_test(a_403_is_the_same_whatever_failed),
		cmocka_unit_test(a_401_names_the_scheme),
		cmocka_unit_test(headers_that_the_status_asks_for_are_there),
		cmocka_unit_test(an_unknown_status_is_no_success),
	};

	return cmocka_run_group_tests_name("answer", tests, NULL, NULL);
}
