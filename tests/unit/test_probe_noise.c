/* Servers that lie: noise at every stage, certificates that are attacks, strangers that are believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "check/probe_run.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

#include "tests/unit/pki.h"
#include "tests/unit/probe_host.h"

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
	struct seen s;

	(void)state;
	nothing_secret = true;
	s = with_names(800);
	nothing_secret = false;
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_bytes_are_survived_at_every_stage),
		cmocka_unit_test(the_worst_of_all_sessions_counts),
		cmocka_unit_test(a_hostile_subject_is_seen_and_harmless),
		cmocka_unit_test(a_certificate_beyond_all_measure_is_none_and_told_so),
	};

	return cmocka_run_group_tests_name("probe_noise", tests, be_patient, drop_folder);
}
