/* Looking at a server that may be wrong in every way: what is asked of it, and how that ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/certs_make.h"	/* ahead of cmocka.h, which has a macro named fail() */
#include "lib/http.h"

#include <cmocka.h>

#include "tests/unit/httpscene.h"

static void a_name_is_led_to_an_address_without_looking_it_up(void **state)
{
	struct peer p = started((struct peer_manner){ .without = 204 });
	struct http_answer answer;
	char told[8192];

	(void)state;
	good(p, (struct http_request){ 0 }, &answer);
	assert_int_equal(answer.status, 204);
	peer_told(p, told, sizeof told);
	assert_non_null(strstr(told, "\r\nHost: nobody.invalid\r\n"));
	good(p, (struct http_request){ .url = "https://nobody.invalid:8443/" }, &answer);
	peer_told(p, told, sizeof told);
	assert_non_null(strstr(told, "\r\nHost: nobody.invalid:8443\r\n"));
	peer_stop(p);
}

static void an_unverified_server_is_looked_at_only_where_that_is_wanted(void **state)
{
	struct peer p = started((struct peer_manner){ .without = 200 });
	struct http_answer answer = { .body = BUF(64) };
	char url[64];
	const struct http_request r = { .url = url, .timeout_ms = 9000 };
	struct err e;

	(void)state;
	snprintf(url, sizeof url, "https://127.0.0.1:%d/", p.port);
	assert_false(http_send(&r, &answer, &e));
	assert_int_equal(answer.fail, HTTP_THEIR_CERT);
	good(p, (struct http_request){ 0 }, &answer);
	peer_stop(p);
}

static void one_version_of_tls_alone_is_spoken(void **state)
{
	struct peer old = started((struct peer_manner){ .tls = 12, .without = 200 }), new = started((struct peer_manner){ .tls = 13, .without = 200 });
	struct http_answer answer;

	(void)state;
	good(old, (struct http_request){ .tls_1_2_alone = true }, &answer);
	bad(old, (struct http_request){ .tls_1_3_alone = true }, HTTP_TLS, "alert protocol version");
	good(new, (struct http_request){ .tls_1_3_alone = true }, &answer);
	bad(new, (struct http_request){ .tls_1_2_alone = true }, HTTP_TLS, "alert protocol version");
	peer_stop(old);
	peer_stop(new);
}

static void a_certificate_from_memory_goes_with_its_chain(void **state)
{
	/* knows the root alone: the intermediate has to come */
	struct peer p = started((struct peer_manner){ .clients = in_dir("root.crt"), .demands = true, .with = 200 });
	char told[8192], *single = alone();
	struct http_answer answer;

	(void)state;
	for (int i = 0; i < 2; i++) {
		good(p, (struct http_request){ .identity = client.identity, .tls_1_2_alone = i == 0, .tls_1_3_alone = i == 1 }, &answer);
		peer_told(p, told, sizeof told);
		assert_memory_equal(told, "client\n", 7);
		bad(p, (struct http_request){ .identity = single, .tls_1_2_alone = i == 0, .tls_1_3_alone = i == 1 }, HTTP_OUR_CERT, "alert unknown ca");
	}
	/* TLS 1.2 says it in the handshake and 1.3 on the first read */
	bad(p, (struct http_request){ .tls_1_2_alone = true }, HTTP_TLS, "alert handshake failure");
	bad(p, (struct http_request){ .tls_1_3_alone = true }, HTTP_OUR_CERT, "alert certificate required");
	peer_stop(p);
	free(single);
}

static void a_certificate_that_cannot_be_used_is_a_mistake_of_ours(void **state)
{
	const char *const rows[] = { "", "hello", client.cert, client.key };
	struct peer p = started((struct peer_manner){ .without = 200 });

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct http_answer answer;
		struct err e;

		assert_false(sent(p, (struct http_request){ .identity = rows[i] }, &answer, &e));
		assert_int_equal(e.code, ERR_CONFIG);
		assert_int_equal(answer.fail, HTTP_OUR_CERT);
		assert_non_null(strstr(e.text, "client certificate cannot be used"));
	}
	peer_stop(p);
}

static void a_body_goes_without_its_length(void **state)
{
	static char large[5000];
	const char *const headers[] = { "Content-Type: application/json", NULL };
	struct peer p = started((struct peer_manner){ .without = 200 });
	struct http_answer answer;
	char told[8192];

	(void)state;
	good(p, (struct http_request){ .method = "POST", .headers = headers, .body = "{\"a\":1}", .body_len = 7, .chunked = true }, &answer);
	peer_told(p, told, sizeof told);
	assert_non_null(strstr(told, "POST /path HTTP/1.1\r\n"));
	assert_non_null(strstr(told, "\r\nTransfer-Encoding: chunked\r\n"));
	assert_non_null(strstr(told, "\r\nContent-Type: application/json\r\n"));
	assert_null(strcasestr(told, "Content-Length"));
	assert_null(strcasestr(told, "Expect"));
	assert_non_null(strstr(told, "\r\n\r\n7\r\n{\"a\":1}\r\n0\r\n\r\n"));
	memset(large, 'x', sizeof large);
	good(p, (struct http_request){ .method = "POST", .body = large, .body_len = sizeof large, .chunked = true }, &answer);
	peer_told(p, told, sizeof told);
	assert_non_null(strstr(told, "xxx\r\n0\r\n\r\n"));
	peer_stop(p);
}

static void http_2_is_spoken_where_it_is_offered(void **state)
{
	/* SETTINGS, its acknowledgement, and HEADERS with ":status: 200" that end the stream */
	static const char says[] = "\0\0\0\4\0\0\0\0\0" "\0\0\0\4\1\0\0\0\0" "\0\0\1\1\5\0\0\0\1\x88";
	struct peer h2 = started((struct peer_manner){ .alpn = "h2", .unheard = true, .raw = says, .raw_len = sizeof says - 1, .pause_ms = 300 }),
		h1 = started((struct peer_manner){ .without = 200 });
	struct http_answer answer;

	(void)state;
	good(h2, (struct http_request){ .http2 = true }, &answer);
	assert_int_equal(answer.status, 200);
	assert_true(answer.http2);
	good(h1, (struct http_request){ .http2 = true }, &answer);
	assert_false(answer.http2);
	peer_stop(h2);
	peer_stop(h1);
}

static void times_are_those_of_each_step(void **state)
{
	struct peer p = started((struct peer_manner){ .without = 200, .slow_ms = 1000, .hello_ms = 500 }), none = p,
		slower = started((struct peer_manner){ .without = 200, .slow_ms = 9000, .hello_ms = 100 });
	struct http_answer answer = { 0 };

	(void)state;
	/* where the machine stands still for a moment a step takes longer: not each time */
	for (int i = 0; i < 5 && (!answer.ms || answer.connect_ms > 490 || answer.tls_ms > 990); i++)
		good(p, (struct http_request){ 0 }, &answer);
	assert_in_range(answer.connect_ms, 1, 490);
	assert_in_range(answer.tls_ms, 500, 990);
	assert_in_range(answer.ms, 1000, 5000);
	/* what is over the time tells how far it came */
	assert_false(sent(slower, (struct http_request){ .timeout_ms = 2000, .connect_ms = 1900 }, &answer, &(struct err){ 0 }));
	assert_int_equal(answer.fail, HTTP_TIMEOUT);
	assert_non_null(strstr(answer.reason, "timed out"));
	assert_true(answer.connect_ms > 0 && answer.tls_ms > 0 && answer.ms > 0);
	peer_stop(slower);
	peer_stop(p);
	assert_false(sent(none, (struct http_request){ 0 }, &answer, &(struct err){ 0 }));
	assert_int_equal(answer.fail, HTTP_NO_CONNECTION);
	assert_true(!answer.connect_ms && !answer.tls_ms && !answer.ms);
}

static void plain_http_is_taken_only_where_that_is_wanted(void **state)
{
	static const char says[] = "HTTP/1.1 308 Moved\r\nLocation: https://nobody.invalid/path\r\nContent-Length: 0\r\n\r\n";
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof at;
	struct http_answer answer;
	struct err e;
	pid_t pid;

	(void)state;
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at) || listen(fd, 1) || getsockname(fd, (struct sockaddr *)&at, &len), 0);
	pid = fork();
	if (!pid) {
		char request[4096];
		int c;

		prctl(PR_SET_PDEATHSIG, SIGKILL);	/* also where a test ends early */
		c = accept(fd, NULL, NULL);
		if (read(c, request, sizeof request) < 0 || write(c, says, sizeof says - 1) < 0)
			_exit(1);
		_exit(0);
	}
	assert_false(sent((struct peer){ .port = ntohs(at.sin_port) }, (struct http_request){ .url = "http://nobody.invalid/" }, &answer, &e));
	assert_int_equal(e.code, ERR_USAGE);
	good((struct peer){ .port = ntohs(at.sin_port) }, (struct http_request){ .url = "http://nobody.invalid/", .plain = true }, &answer);
	assert_int_equal(answer.status, 308);	/* and was not followed */
	assert_string_equal(http_header(&answer, "location"), "https://nobody.invalid/path");
	assert_int_equal(answer.tls_ms, 0);
	waitpid(pid, NULL, 0);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_led_to_an_address_without_looking_it_up),
		cmocka_unit_test(an_unverified_server_is_looked_at_only_where_that_is_wanted),
		cmocka_unit_test(one_version_of_tls_alone_is_spoken),
		cmocka_unit_test(a_certificate_from_memory_goes_with_its_chain),
		cmocka_unit_test(a_certificate_that_cannot_be_used_is_a_mistake_of_ours),
		cmocka_unit_test(a_body_goes_without_its_length),
		cmocka_unit_test(http_2_is_spoken_where_it_is_offered),
		cmocka_unit_test(times_are_those_of_each_step),
		cmocka_unit_test(plain_http_is_taken_only_where_that_is_wanted),
	};

	return cmocka_run_group_tests(tests, make_all, drop_all);
}
