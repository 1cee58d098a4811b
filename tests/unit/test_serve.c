#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail	/* ours is the one in lib/err.h */

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fcgi/serve.h"
#include "tests/unit/frames.h"

static int pair[2];

static int open_pair(void **state)
{
	(void)state;
	return !serve_init() || socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) != 0;
}

static int close_pair(void **state)
{
	(void)state;
	close(pair[0]);
	close(pair[1]);
	return 0;
}

static bool has(char *const *params, const char *line)
{
	for (; *params; params++)
		if (strcmp(*params, line) == 0)
			return true;
	return false;
}

static void request_is_parsed_and_answered(void **state)
{
	struct buf b = BUF(10000);
	struct served *s;
	char body[64] = "";
	uint8_t answer[128];
	ssize_t n;

	(void)state;
	frame_post(&b, 1, "/webhook", "{}", "HTTP_HOST", "loja");
	send(pair[1], b.data, b.len, 0);
	s = serve_take(pair[0]);
	assert_non_null(s);
	assert_true(has(serve_params(s), "REQUEST_URI=/webhook"));
	assert_true(has(serve_params(s), "HTTP_HOST=loja"));
	assert_int_equal(serve_body(s, body, sizeof body - 1), 2);
	assert_string_equal(body, "{}");
	assert_true(serve_answer(s, pair[0], "Status: 200 OK\r\n\r\n", 18));
	n = recv(pair[1], answer, sizeof answer, 0);
	/* one STDOUT record, its end, and END_REQUEST with FCGI_REQUEST_COMPLETE */
	assert_int_equal(n, 8 + 18 + 6 + 8 + 16);
	assert_memory_equal(answer + 8, "Status: 200 OK\r\n\r\n", 18);
	assert_int_equal(answer[8 + 24 + 8 + 1], 3);
	buf_free(&b);
}

static void the_web_server_says_whether_to_keep_the_connection(void **state)
{
	struct buf b = BUF(10000);
	struct served *s;

	(void)state;
	frame_post(&b, 0, "/webhook", "{}", NULL, NULL);
	send(pair[1], b.data, b.len, 0);
	s = serve_take(pair[0]);
	assert_non_null(s);
	assert_false(serve_answer(s, pair[0], "Status: 200 OK\r\n\r\n", 18));
	assert_int_not_equal(fcntl(pair[0], F_GETFD), -1);	/* not closed behind our back */
	buf_free(&b);
}

static void an_answer_to_nobody_fails_at_once(void **state)
{
	struct buf b = BUF(10000);
	struct served *s;

	(void)state;
	frame_post(&b, 1, "/webhook", "{}", NULL, NULL);
	send(pair[1], b.data, b.len, 0);
	s = serve_take(pair[0]);
	assert_non_null(s);
	close(pair[1]);
	assert_false(serve_answer(s, pair[0], "Status: 200 OK\r\n\r\n", 18));
	buf_free(&b);
}

static void a_file_serves_as_well_as_a_socket(void **state)
{
	struct buf b = BUF(10000);
	struct served *s;
	int file = memfd_create("test", 0);

	(void)state;
	frame_post(&b, 1, "/webhook", "{}", NULL, NULL);
	assert_int_equal(pwrite(file, b.data, b.len, 0), (ssize_t)b.len);
	s = serve_take(file);
	assert_non_null(s);
	assert_true(has(serve_params(s), "REQUEST_METHOD=POST"));
	serve_drop(s);
	assert_int_not_equal(fcntl(file, F_GETFD), -1);
	close(file);
	buf_free(&b);
}

static void what_is_no_request_closes_the_descriptor(void **state)
{
	struct buf b = BUF(1000);
	const uint8_t unknown_role[8] = { 0, 9 };

	(void)state;
	frame(&b, 1, 1, unknown_role, sizeof unknown_role);
	frame(&b, 4, 1, "", 0);
	frame(&b, 5, 1, "", 0);
	send(pair[1], b.data, b.len, 0);
	assert_null(serve_take(pair[0]));
	assert_int_equal(fcntl(pair[0], F_GETFD), -1);
	pair[0] = dup(pair[1]);
	buf_free(&b);
}

#define EACH(f) cmocka_unit_test_setup_teardown(f, open_pair, close_pair)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(request_is_parsed_and_answered),
		EACH(the_web_server_says_whether_to_keep_the_connection),
		EACH(an_answer_to_nobody_fails_at_once),
		EACH(a_file_serves_as_well_as_a_socket),
		EACH(what_is_no_request_closes_the_descriptor),
	};

	return cmocka_run_group_tests_name("serve", tests, NULL, NULL);
}
