/* Servers at their worst: whatever they do, the probe ends in time, holds little, and shows nothing that a terminal obeys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

#include "check/probe_run.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

#include "tests/unit/probe_host.h"

/* --- before and within TLS */
static void hang(int fd, SSL_CTX *ctx, unsigned seed)
{
	(void)fd;
	(void)ctx;
	(void)seed;
	poll(NULL, 0, 60000);
}

static void hang_within_tls(int fd, SSL_CTX *ctx, unsigned seed)
{
	static const char part[] = "\x16\x03\x03\x40\x00\x02\x00";
	char hello[4096];

	if (read(fd, hello, sizeof hello) > 0 && write(fd, part, sizeof part - 1) > 0)
		hang(fd, ctx, seed);
}

static void a_server_that_hangs_before_http_costs_a_few_timeouts(void **state)
{
	static const serves serve[] = { hang, hang_within_tls };
	struct seen s;

	(void)state;
	for (size_t i = 0; i < sizeof serve / sizeof *serve; i++) {
		int64_t began = clock_ms();

		s = survived(host_start(serve[i], NULL, 0), 4);
		assert_true(clock_ms() - began < 6 * patience);
		assert_true(s.address[0].connected && s.address[0].fail == TLS_TIMEOUT);
		assert_true(s.version[TLS_1_0].tried && !s.version[TLS_1_3].tried);
		assert_int_equal(s.client[WHO_NONE][0].end, END_UNTRIED);
		assert_int_equal(s.request[REQ_PING].end, END_UNTRIED);
		seen_free(&s);
	}
}

static void a_port_that_takes_no_connection_costs_one(void **state)
{
	struct sockaddr_in on = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), full[8];
	socklen_t len = sizeof on;
	struct host h = { 0 };
	struct seen s;

	(void)state;
	assert_true(!bind(fd, (struct sockaddr *)&on, sizeof on) && !listen(fd, 0) && !getsockname(fd, (struct sockaddr *)&on, &len));
	for (size_t i = 0; i < sizeof full / sizeof *full; i++) {
		full[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		(void)connect(full[i], (struct sockaddr *)&on, sizeof on);
	}
	h.port = ntohs(on.sin_port);
	h.pid = fork();
	if (!h.pid)
		_exit(0);
	s = survived(h, 2);
	assert_true(!s.address[0].connected && s.address[0].fail == TLS_TIMEOUT);
	assert_false(s.version[TLS_1_0].tried);
	seen_free(&s);
	for (size_t i = 0; i < sizeof full / sizeof *full; i++)
		close(full[i]);
	close(fd);
}

static void in_clear(int fd, SSL_CTX *ctx, unsigned seed)
{
	static const char bad[] = "HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\nplain HTTP to the HTTPS port";
	char hello[4096];

	(void)ctx;
	(void)seed;
	if (read(fd, hello, sizeof hello) > 0 && write(fd, bad, sizeof bad - 1) > 0)
		shutdown(fd, SHUT_WR);
	while (read(fd, hello, sizeof hello) > 0)
		;
}

static void http_at_the_port_of_https_is_no_tls(void **state)
{
	struct seen s = survived(host_start(in_clear, NULL, 0), 0);

	(void)state;
	assert_int_equal(s.address[0].fail, TLS_NO_TLS);
	assert_true(s.version[TLS_1_3].tried && s.version[TLS_1_3].fail == TLS_NO_TLS);
	seen_free(&s);
}

static void hang_before_the_answer(int fd, SSL_CTX *ctx, unsigned seed)
{
	shake(fd, ctx);
	hang(fd, ctx, seed);
}

static void drip(int fd, SSL_CTX *ctx, unsigned seed)
{
	SSL *ssl = shake(fd, ctx);

	(void)seed;
	SSL_write(ssl, "HTTP/1.1 200 OK\r\nX: ", 20);
	while (SSL_write(ssl, "x", 1) > 0)
		poll(NULL, 0, 20);
}

static void a_server_that_hangs_in_http_costs_a_few_timeouts(void **state)
{
	static const serves serve[] = { hang_before_the_answer, drip };
	SSL_CTX *ctx = context(at(PKI_SERVER_CERT), at(PKI_SERVER_KEY));
	struct seen s;

	(void)state;
	for (size_t i = 0; i < sizeof serve / sizeof *serve; i++) {
		s = survived(host_start(serve[i], ctx, 0), 20);
		assert_true(s.version[TLS_1_3].agreed);
		assert_int_equal(s.client[WHO_RIGHT][0].end, i ? END_NO_HTTP : END_TIMEOUT);
		assert_int_equal(s.request[REQ_PING].end, END_TIMEOUT);
		assert_int_equal(s.request[REQ_PING].stage, STAGE_ANSWER);
		assert_int_equal(s.request[REQ_LARGE].end, END_UNTRIED);
		assert_int_equal(s.tries, 0);
		seen_free(&s);
	}
	SSL_CTX_free(ctx);
}

static void just_in_time(int fd, SSL_CTX *ctx, unsigned seed)
{
	static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
	SSL *ssl = shake(fd, ctx);

	(void)seed;
	poll(NULL, 0, patience * 6 / 10);
	SSL_write(ssl, answer, sizeof answer - 1);
	SSL_shutdown(ssl);
}

static void a_server_that_always_answers_just_in_time_is_left_after_a_while(void **state)
{
	SSL_CTX *ctx = context(at(PKI_SERVER_CERT), at(PKI_SERVER_KEY));
	int64_t began = clock_ms();
	struct seen s = survived(host_start(just_in_time, ctx, 0), LONGEST);

	(void)state;
	assert_true(clock_ms() - began < LONGEST * patience);
	assert_int_equal(s.request[REQ_PING].end, END_STATUS);
	assert_true(s.tries < SEEN_TRIES);
	seen_free(&s);
	SSL_CTX_free(ctx);
}

static void endless(SSL *ssl, const char *begin, char letter)
{
	static char much[16384];

	memset(much, letter, sizeof much);
	SSL_write(ssl, begin, (int)strlen(begin));
	for (int i = 0; i < 100 * 64 && SSL_write(ssl, much, sizeof much) > 0; i++)	/* 100 MiB */
		;
}

static void endless_header(int fd, SSL_CTX *ctx, unsigned seed)
{
	(void)seed;
	endless(shake(fd, ctx), "HTTP/1.1 200 OK\r\nX: ", 'x');
}

static void endless_headers(int fd, SSL_CTX *ctx, unsigned seed)
{
	(void)seed;
	endless(shake(fd, ctx), "HTTP/1.1 200 OK\r\nX:\r", '\n');
}

static void endless_body(int fd, SSL_CTX *ctx, unsigned seed)
{
	(void)seed;
	endless(shake(fd, ctx), "HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n", 'b');
}

static bool sanitized(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	return true;
#elif defined(__has_feature)
	return __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
	return false;
#endif
}

static long memory_kib(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return u.ru_maxrss;
}

static void an_answer_without_end_is_cut(void **state)
{
	static const struct {
		serves serve;
		enum ending first, ping;
	} rows[] = {
		{ endless_header, END_NO_HTTP, END_NO_HTTP },
		{ endless_body, END_STATUS, END_STATUS },
	};
	SSL_CTX *ctx = context(at(PKI_SERVER_CERT), at(PKI_SERVER_KEY));
	long before = memory_kib();
	struct seen s;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		s = survived(host_start(rows[i].serve, ctx, 0), 20);
		assert_int_equal(s.client[WHO_NONE][1].end, rows[i].first);
		assert_int_equal(s.request[REQ_PING].end, rows[i].ping);
		seen_free(&s);
	}
	s = survived(host_start(endless_headers, ctx, 0), 20);
	seen_free(&s);
	SSL_CTX_free(ctx);
	/* a sanitizer gives nothing back for a while */
	if (!sanitized())
		assert_true(memory_kib() - before < 64 * 1024);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_server_that_hangs_before_http_costs_a_few_timeouts),
		cmocka_unit_test(a_port_that_takes_no_connection_costs_one),
		cmocka_unit_test(http_at_the_port_of_https_is_no_tls),
		cmocka_unit_test(a_server_that_hangs_in_http_costs_a_few_timeouts),
		cmocka_unit_test(a_server_that_always_answers_just_in_time_is_left_after_a_while),
		cmocka_unit_test(an_answer_without_end_is_cut),
	};

	return cmocka_run_group_tests_name("probe_hostile", tests, be_patient, drop_folder);
}
