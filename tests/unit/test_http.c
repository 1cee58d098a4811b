/* Peers that are no good: each must end in one line with the host, in time, and leave the body as it was. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "lib/http.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

/* One peer in a process of its own: takes connections, says `says` on each, and keeps them open. */
struct peer {
	pid_t pid;
	int port;
};

static struct peer peer_start(const char *says, bool close_it)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof at;
	struct peer p;

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	p.port = ntohs(at.sin_port);
	p.pid = fork();
	assert_true(p.pid >= 0);
	if (p.pid)
		close(fd);
	else
		prctl(PR_SET_PDEATHSIG, SIGKILL);	/* also where a test ends early */
	while (!p.pid) {
		int c = accept(fd, NULL, NULL);
		char hello[2048];

		if (c < 0 || read(c, hello, sizeof hello) < 0 || (*says && write(c, says, strlen(says)) < 0))
			_exit(1);
		if (close_it)
			close(c);
	}
	return p;
}

static void peer_stop(struct peer p)
{
	kill(p.pid, SIGKILL);
	waitpid(p.pid, NULL, 0);
}

static int64_t clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* says: what must stand in the error's text, with the host. */
static void expect(const char *url, const char *cacert, enum err_code code, const char *host, const char *says)
{
	const struct http_request r = { .url = url, .cacert = cacert, .timeout_ms = 600 };
	struct buf body = BUF(64);
	struct err e = { 0 };
	int64_t began = clock_ms();
	long status = 77;

	assert_true(buf_puts(&body, "before"));
	assert_false(http_get(&r, &body, &status, &e));
	if (e.code != code || !strstr(e.text, host) || !strstr(e.text, says))
		fail_msg("%s: code %d, %s", url, e.code, e.text);
	assert_null(strchr(e.text, '\n'));
	assert_true(clock_ms() - began < 5000);
	assert_string_equal(buf_str(&body), "before");
	assert_int_equal(status, 77);
	buf_free(&body);
}

static void expect_peer(struct peer p, const char *says)
{
	char url[64], host[32];

	snprintf(url, sizeof url, "https://127.0.0.1:%d/secret", p.port);
	snprintf(host, sizeof host, "127.0.0.1:%d: ", p.port);
	expect(url, NULL, ERR_NET, host, says);
}

static void only_https_is_taken(void **state)
{
	struct peer p = peer_start("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", false);
	char url[64];

	(void)state;
	snprintf(url, sizeof url, "http://127.0.0.1:%d/", p.port);
	expect(url, NULL, ERR_USAGE, "http://", "only https://");
	expect("file:///etc/passwd", NULL, ERR_USAGE, "file://", "only https://");
	expect("ftp://127.0.0.1/", NULL, ERR_USAGE, "ftp://", "only https://");
	expect("loja.example.com/a", NULL, ERR_USAGE, "loja.example.com", "is no URL");
	expect("", NULL, ERR_USAGE, "", "is no URL");
	expect("https://", NULL, ERR_USAGE, "", "URL");
	expect("https://a\nb/", NULL, ERR_USAGE, "", "is no URL");
	peer_stop(p);
}

static void a_silent_peer_is_left_in_time(void **state)
{
	struct peer p = peer_start("", false);

	(void)state;
	expect_peer(p, "time");
	peer_stop(p);
}

static void a_peer_that_hangs_up_is_told(void **state)
{
	struct peer p = peer_start("", true);

	(void)state;
	expect_peer(p, "");
	peer_stop(p);
}

static void a_peer_without_tls_is_told(void **state)
{
	struct peer p = peer_start("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", false);

	(void)state;
	expect_peer(p, "");
	peer_stop(p);
}

static void nobody_listening_is_told(void **state)
{
	struct peer p = peer_start("", false);

	(void)state;
	peer_stop(p);
	expect_peer(p, "connect");
}

static void an_unknown_host_is_told(void **state)
{
	(void)state;
	expect("https://nobody.invalid/", NULL, ERR_NET, "nobody.invalid: ", "");
}

static void a_ca_file_that_is_not_there_is_named(void **state)
{
	struct peer p = peer_start("", false);
	char url[64];

	(void)state;
	snprintf(url, sizeof url, "https://127.0.0.1:%d/", p.port);
	expect(url, "/nonexistent/ca.pem", ERR_CONFIG, "/nonexistent/ca.pem", "PEM is expected");
	peer_stop(p);
}

/* What else a URL holds may be secret. */
static void an_error_tells_of_the_host_alone(void **state)
{
	const struct http_request r = { .url = "https://user:senha@nobody.invalid/path?hmac=abc", .timeout_ms = 600 };
	struct buf body = BUF(64);
	struct err e = { 0 };
	long status;

	(void)state;
	assert_false(http_get(&r, &body, &status, &e));
	assert_null(strstr(e.text, "senha"));
	assert_null(strstr(e.text, "abc"));
	assert_null(strstr(e.text, "path"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_https_is_taken),
		cmocka_unit_test(a_silent_peer_is_left_in_time),
		cmocka_unit_test(a_peer_that_hangs_up_is_told),
		cmocka_unit_test(a_peer_without_tls_is_told),
		cmocka_unit_test(nobody_listening_is_told),
		cmocka_unit_test(an_unknown_host_is_told),
		cmocka_unit_test(a_ca_file_that_is_not_there_is_named),
		cmocka_unit_test(an_error_tells_of_the_host_alone),
	};

	return cmocka_run_group_tests_name("http", tests, NULL, NULL);
}
