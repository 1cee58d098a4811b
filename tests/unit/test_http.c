/* A peer that is good, and many that are not: each of these must end in one line with the host, in time, and leave the
 * body as it was. */
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

#include "tests/unit/pki.h"

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

/* Answers that `openssl s_server -HTTP` sends as they are; its key and certificate lie beside. */
static const struct { const char *name, *text; } answers[] = {
	{ "good", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello" },
	{ "moved", "HTTP/1.1 302 Found\r\nLocation: /good\r\nContent-Length: 0\r\n\r\n" },
	{ "long", "HTTP/1.1 200 OK\r\nContent-Length: 59\r\n\r\n12345678901234567890123456789012345678901234567890123456789" },
	{ "cut", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello" },
	{ "none", "hello\r\n" },
};
static char folder[] = "/tmp/pixgate-http-XXXXXX", ca[64], other_ca[64];

static void put(const char *name, const char *text)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	f = fopen(path, "we");
	assert_non_null(f);
	assert_int_equal(fputs(text, f) < 0, 0);
	assert_int_equal(fclose(f), 0);
}

static int make_folder(void **state)
{
	const struct pki_wish wish = { .cn = "peer", .san = "IP:127.0.0.1", .from = time(NULL) - 3600, .to = time(NULL) + 3600 };
	struct pki own = pki_make(NULL, &wish), other = pki_make(NULL, &wish);
	char *text = pki_pem(&own), path[128];
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(ca, sizeof ca, "%s/own.pem", folder);
	snprintf(other_ca, sizeof other_ca, "%s/other.pem", folder);
	put("own.pem", text);
	free(text);
	text = pki_pem(&other);
	put("other.pem", text);
	free(text);
	snprintf(path, sizeof path, "%s/own.key", folder);
	f = fopen(path, "we");
	assert_non_null(f);
	assert_true(PEM_write_PrivateKey(f, own.key, NULL, NULL, 0, NULL, NULL));
	fclose(f);
	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
		put(answers[i].name, answers[i].text);
	pki_free(&own);
	pki_free(&other);
	return 0;
}

static int drop_folder(void **state)
{
	static const char *const more[] = { "own.pem", "other.pem", "own.key" };
	char path[128];

	(void)state;
	for (size_t i = 0; i < sizeof answers / sizeof answers[0] + 3; i++) {
		snprintf(path, sizeof path, "%s/%s", folder, i < 3 ? more[i] : answers[i - 3].name);
		unlink(path);
	}
	return rmdir(folder);
}

/* mode: "-HTTP", or "-crlf", which takes what it says from us: nothing. old: no newer TLS than 1.1. */
static struct peer server_start(const char *mode, bool old)
{
	struct peer p = { 0 };
	int out[2], in[2];
	char said[64] = "", *at;
	FILE *f;

	assert_int_equal(pipe(out) || pipe(in), 0);
	p.pid = fork();
	assert_true(p.pid >= 0);
	if (!p.pid) {
		const char *argv[] = { "openssl", "s_server", mode, "-accept", "127.0.0.1:0", "-cert", "own.pem", "-key", "own.key",
			old ? "-tls1_1" : "-tls1_2", "-cipher", "DEFAULT:@SECLEVEL=0", NULL };

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(in[0], STDIN_FILENO);	/* whose other end stays open too */
		dup2(out[1], STDOUT_FILENO);
		dup2(out[1], STDERR_FILENO);
		if (!chdir(folder))
			execvp(argv[0], (char **)argv);
		_exit(127);
	}
	close(out[1]);
	close(in[0]);
	close(in[1]);
	f = fdopen(out[0], "r");
	while (!p.port && fgets(said, sizeof said, f))
		if (!strncmp(said, "ACCEPT", 6) && (at = strrchr(said, ':')))
			p.port = atoi(at + 1);
	/* the pipe stays open, so that it may go on talking */
	assert_true(p.port > 0);
	return p;
}

static int64_t clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int patience_ms = 9000;

/* says: what must stand in the error's text, with the host. */
static void expect(const char *url, const char *cacert, enum err_code code, const char *host, const char *says)
{
	const struct http_request r = { .url = url, .cacert = cacert, .timeout_ms = patience_ms };
	struct buf body = BUF(64);
	struct err e = { 0 };
	long status = 77;

	assert_true(buf_puts(&body, "before"));
	assert_false(http_get(&r, &body, &status, &e));
	if (e.code != code || !strstr(e.text, host) || !strstr(e.text, says))
		fail_msg("%s: code %d, %s", url, e.code, e.text);
	assert_null(strchr(e.text, '\n'));
	assert_string_equal(buf_str(&body), "before");
	assert_int_equal(body.len, strlen("before"));
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

static void expect_answer(struct peer p, const char *name, const char *cacert, const char *says)
{
	char url[64], host[32];

	snprintf(url, sizeof url, "https://127.0.0.1:%d/%s", p.port, name);
	snprintf(host, sizeof host, "127.0.0.1:%d: ", p.port);
	expect(url, cacert, ERR_NET, host, says);
}

static void a_good_answer_is_added_to_the_body(void **state)
{
	static const struct { const char *name; long status; const char *body; } rows[] = { { "good", 200, "before hello" }, { "moved", 302, "before " } };
	struct peer p = server_start("-HTTP", false);

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		char url[64];
		const struct http_request r = { .url = url, .cacert = ca, .timeout_ms = patience_ms };
		struct buf body = BUF(12);
		struct err e = { 0 };
		long status = 0;

		assert_true(buf_puts(&body, "before "));
		snprintf(url, sizeof url, "https://127.0.0.1:%d/%s", p.port, rows[i].name);
		if (!http_get(&r, &body, &status, &e))
			fail_msg("%s", e.text);
		assert_int_equal(status, rows[i].status);
		assert_string_equal(buf_str(&body), rows[i].body);
		buf_free(&body);
	}
	peer_stop(p);
}

static void what_is_too_long_or_cut_off_is_taken_back(void **state)
{
	struct peer p = server_start("-HTTP", false);

	(void)state;
	expect_answer(p, "long", ca, "longer than 64 bytes");
	expect_answer(p, "cut", ca, "");
	expect_answer(p, "none", ca, "");
	peer_stop(p);
}

static void a_stranger_is_not_believed(void **state)
{
	struct peer p = server_start("-HTTP", false);
	char url[64];

	(void)state;
	expect_answer(p, "good", NULL, "certificate");
	expect_answer(p, "good", other_ca, "certificate");
	snprintf(url, sizeof url, "https://localhost:%d/good", p.port);
	expect(url, ca, ERR_NET, "localhost:", "certificate");
	peer_stop(p);
}

static void tls_1_1_is_too_old(void **state)
{
	struct peer p = server_start("-HTTP", true);

	(void)state;
	expect_answer(p, "good", ca, "");
	peer_stop(p);
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

/* Not even TLS: the third of the time that connecting may take. */
static void a_silent_peer_is_left_in_time(void **state)
{
	struct peer p = peer_start("", false);
	int64_t began = clock_ms();

	(void)state;
	patience_ms = 6000;
	expect_peer(p, "time");
	patience_ms = 9000;
	assert_in_range(clock_ms() - began, 1900, 5900);
	peer_stop(p);
}

static void a_server_that_does_not_answer_is_left_in_time(void **state)
{
	struct peer p = server_start("-crlf", false);
	int64_t began = clock_ms();

	(void)state;
	patience_ms = 2000;
	expect_answer(p, "good", ca, "time");
	patience_ms = 9000;
	assert_in_range(clock_ms() - began, 1900, 6000);
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
	const struct http_request r = { .url = "https://user:senha@nobody.invalid/path?hmac=abc", .timeout_ms = patience_ms };
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
		cmocka_unit_test(a_good_answer_is_added_to_the_body),
		cmocka_unit_test(what_is_too_long_or_cut_off_is_taken_back),
		cmocka_unit_test(a_stranger_is_not_believed),
		cmocka_unit_test(tls_1_1_is_too_old),
		cmocka_unit_test(only_https_is_taken),
		cmocka_unit_test(a_silent_peer_is_left_in_time),
		cmocka_unit_test(a_server_that_does_not_answer_is_left_in_time),
		cmocka_unit_test(a_peer_that_hangs_up_is_told),
		cmocka_unit_test(a_peer_without_tls_is_told),
		cmocka_unit_test(nobody_listening_is_told),
		cmocka_unit_test(an_unknown_host_is_told),
		cmocka_unit_test(a_ca_file_that_is_not_there_is_named),
		cmocka_unit_test(an_error_tells_of_the_host_alone),
	};

	return cmocka_run_group_tests_name("http", tests, make_folder, drop_folder);
}
