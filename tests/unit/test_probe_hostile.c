/* Servers at their worst: whatever they do, the probe ends in time, holds little, and shows nothing that a terminal obeys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

#include "check/probe_run.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

#include "tests/unit/probe_scene.h"
#include "tests/unit/tlspeer.h"
#include "tests/unit/pki.h"

enum { LONGEST = 30 };		/* timeouts: what probe.h promises as a ceiling */

static int patience = 5000;	/* ms: a few times what a handshake takes here, be it with sanitizers */

typedef void (*serves)(int fd, SSL_CTX *ctx, unsigned seed);

struct host {
	pid_t pid;
	int port;
};

/* A connection has a process of its own, so that one that hangs stops no other. */
static struct host host_start(serves serve, SSL_CTX *ctx, unsigned seed)
{
	struct sockaddr_in on = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof on;
	struct host h = { 0 };

	assert_true(!bind(fd, (struct sockaddr *)&on, sizeof on) && !listen(fd, 64) && !getsockname(fd, (struct sockaddr *)&on, &len));
	h.port = ntohs(on.sin_port);
	h.pid = fork();
	while (!h.pid) {
		int c;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		signal(SIGPIPE, SIG_IGN);
		signal(SIGCHLD, SIG_IGN);
		c = accept(fd, NULL, NULL);
		if (c < 0)
			_exit(1);
		if (!fork()) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			serve(c, ctx, seed++);
			_exit(0);
		}
		seed++;
		close(c);
	}
	close(fd);
	return h;
}

static void host_stop(struct host h)
{
	kill(h.pid, SIGKILL);
	waitpid(h.pid, NULL, 0);
}

static SSL_CTX *context(const char *cert, const char *key)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	assert_true(SSL_CTX_use_certificate_chain_file(ctx, cert) == 1 && SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) == 1);
	return ctx;
}

static int64_t clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Probes it, in at most so many timeouts. The caller frees. */
static struct seen survived(struct host h, int timeouts)
{
	struct target t = efi_at(h.port);
	struct probe_options o = options_of(&t, PKI_CALLER_PRODUCTION);
	int64_t began = clock_ms();
	struct seen s;

	o.timeout_ms = patience;
	assert_true(probe(&t, &o, &s, NULL));
	if (clock_ms() - began > (int64_t)timeouts * patience + 5000)	/* whatever it takes besides waiting */
		fail_msg("it took %lld ms", (long long)(clock_ms() - began));
	clean_seen(&s);
	host_stop(h);
	return s;
}

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

/* --- after the handshake */
static SSL *shake(int fd, SSL_CTX *ctx)
{
	SSL *ssl = SSL_new(ctx);
	char request[16384];

	SSL_set_fd(ssl, fd);
	if (SSL_accept(ssl) != 1 || SSL_read(ssl, request, sizeof request) <= 0)
		_exit(0);
	return ssl;
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

/* --- random bytes, at every stage; the seed of a failure is its place in the loop */
static unsigned next(unsigned *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static void fill(char *bytes, size_t len, unsigned *seed)
{
	for (size_t i = 0; i < len; i++)
		bytes[i] = (char)next(seed);
}

static void noise_for_tls(int fd, SSL_CTX *ctx, unsigned seed)
{
	char hello[4096], noise[600];

	(void)ctx;
	seed = seed * 7919 + 1;
	fill(noise, sizeof noise, &seed);
	if (next(&seed) % 4)	/* looks like a record, most times */
		memcpy(noise, "\x16\x03\x03\x02", 4);
	if (read(fd, hello, sizeof hello) > 0 && write(fd, noise, next(&seed) % sizeof noise) > 0)
		shutdown(fd, SHUT_WR);
	while (read(fd, hello, sizeof hello) > 0)
		;
}

/* A real handshake, some bytes of which are turned on their way. */
static void noise_within_tls(int fd, SSL_CTX *ctx, unsigned seed)
{
	SSL *ssl = SSL_new(ctx);
	BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
	char bytes[8192];
	ssize_t n;
	int len;

	seed = seed * 7919 + 1;
	SSL_set_bio(ssl, in, out);
	SSL_set_accept_state(ssl);
	while ((n = read(fd, bytes, sizeof bytes)) > 0) {
		BIO_write(in, bytes, (int)n);
		SSL_do_handshake(ssl);
		while ((len = BIO_read(out, bytes, sizeof bytes)) > 0) {
			for (unsigned i = 0; i < 1 + next(&seed) % 3; i++)
				bytes[5 + next(&seed) % (unsigned)(len > 6 ? len - 5 : 1)] ^= (char)next(&seed);
			if (write(fd, bytes, (size_t)len) < 0)
				return;
		}
	}
}

static void noise_for_http(int fd, SSL_CTX *ctx, unsigned seed)
{
	static const char *const starts[] = { "", "HTTP/1.1 ", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 302 OK\r\nLocation: ", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" };
	SSL *ssl = shake(fd, ctx);
	const char *start;
	char noise[3000];

	seed = seed * 7919 + 1;
	fill(noise, sizeof noise, &seed);
	for (size_t i = 0; i < sizeof noise; i++)
		if (next(&seed) % 16 == 0)
			noise[i] = "\r\n:\x1b ?=&"[next(&seed) % 8];
	start = starts[next(&seed) % 5];
	if (*start)
		SSL_write(ssl, start, (int)strlen(start));
	SSL_write(ssl, noise, (int)(1 + next(&seed) % sizeof noise));
	SSL_shutdown(ssl);
}

static void random_bytes_are_survived_at_every_stage(void **state)
{
	static const serves serve[] = { noise_for_tls, noise_within_tls, noise_for_http };
	SSL_CTX *ctx = context(at(PKI_SERVER_CERT), at(PKI_SERVER_KEY));

	(void)state;
	for (unsigned round = 0; round < 12; round++) {
		struct seen s = survived(host_start(serve[round % 3], ctx, round * 1000), LONGEST);

		seen_free(&s);
	}
	SSL_CTX_free(ctx);
}

/* --- whoever shows any certificate is let in, as with Apache's optional_no_ca: its session counts for one of somebody verified */
static int anybody(int ok, X509_STORE_CTX *c)
{
	(void)ok;
	(void)c;
	return 1;
}

static void believing(int fd, SSL_CTX *ctx, unsigned seed)
{
	SSL *ssl = shake(fd, ctx);
	const char *answer = SSL_get0_peer_certificate(ssl) && SSL_session_reused(ssl) ? "HTTP/1.1 200 OK\r\n\r\n" : "HTTP/1.1 403 No\r\n\r\n";

	(void)seed;
	SSL_write(ssl, answer, (int)strlen(answer));
	SSL_shutdown(ssl);
}

static void the_worst_of_all_sessions_counts(void **state)
{
	SSL_CTX *ctx = context(at(PKI_SERVER_CERT), at(PKI_SERVER_KEY));
	struct seen s;

	(void)state;
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, anybody);
	SSL_CTX_set_session_id_context(ctx, (const unsigned char *)"x", 1);
	s = survived(host_start(believing, ctx, 0), 4);
	assert_int_equal(s.client[WHO_NONE][0].status, 403);
	assert_int_equal(s.client[WHO_FOREIGN][0].status, 403);
	assert_true(s.resumed.resumed);
	assert_int_equal(s.resumed.status, 200);
	seen_free(&s);
	SSL_CTX_free(ctx);
}

/* --- a certificate that is an attack */
static void served(int fd, SSL_CTX *ctx, unsigned seed)
{
	static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nServer: \x1b]0;x\x07\r\n\r\n200";
	SSL *ssl = shake(fd, ctx);

	(void)seed;
	SSL_write(ssl, answer, sizeof answer - 1);
	SSL_shutdown(ssl);
}

static struct seen with_names(size_t count)
{
	static char names[60000];
	struct pki_wish wish = { .cn = "\x1b[2J\x1b]0;owned\x07\r\nX: y", .cn2 = "\xc2\x9b" "31m", .san = names, .from = time(NULL) - 60, .to = time(NULL) + 3600 };
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	struct seen s;
	struct pki p;

	for (size_t i = 0, n = 0; i < count; i++)
		n += (size_t)snprintf(names + n, sizeof names - n, "%sDNS:a%zu.pix.example.com", i ? "," : "", i);
	p = pki_make(NULL, &wish);
	assert_true(SSL_CTX_use_certificate(ctx, p.x) == 1 && SSL_CTX_use_PrivateKey(ctx, p.key) == 1);
	s = survived(host_start(served, ctx, 0), 4);
	pki_free(&p);
	SSL_CTX_free(ctx);
	return s;
}

static void a_hostile_subject_is_seen_and_harmless(void **state)
{
	struct seen s = with_names(800);

	(void)state;
	assert_int_equal(s.chain.count, 1);
	clean(s.chain.item[0].subject);
	clean(s.chain.item[0].issuer);
	assert_false(s.trusted);
	assert_true(s.crossed_other);
	assert_int_equal(s.client[WHO_NONE][0].end, END_STATUS);
	assert_string_equal(s.request[REQ_PING].body, "200");
	assert_string_equal(s.request[REQ_PING].server, "?]0;x?");
	seen_free(&s);
}

static void a_certificate_beyond_all_measure_is_none_and_told_so(void **state)
{
	struct seen s = with_names(2000);

	(void)state;
	assert_int_equal(s.chain.count, 0);
	assert_false(s.trusted);
	assert_non_null(strstr(s.distrust, "too large"));
	assert_int_equal(s.client[WHO_NONE][0].end, END_STATUS);
	seen_free(&s);
}

/* Measures a handshake, and is patient accordingly. */
static int be_patient(void **state)
{
	SSL_CTX *ctx;
	struct seen s;
	int worst = 0;

	if (make_folder(state))
		return -1;
	ctx = context(at(PKI_SERVER_CERT), at(PKI_SERVER_KEY));
	s = survived(host_start(served, ctx, 0), 4);
	for (int i = 0; i < REQUESTS; i++)
		worst = s.request[i].tls_ms + s.request[i].ms > worst ? s.request[i].tls_ms + s.request[i].ms : worst;
	patience = 150 + 4 * worst < 1500 ? 150 + 4 * worst : 1500;
	seen_free(&s);
	SSL_CTX_free(ctx);
	return 0;
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
		cmocka_unit_test(random_bytes_are_survived_at_every_stage),
		cmocka_unit_test(the_worst_of_all_sessions_counts),
		cmocka_unit_test(a_hostile_subject_is_seen_and_harmless),
		cmocka_unit_test(a_certificate_beyond_all_measure_is_none_and_told_so),
	};

	return cmocka_run_group_tests_name("probe_hostile", tests, be_patient, drop_folder);
}
