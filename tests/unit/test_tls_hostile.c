/* TLS servers that do their worst, in the handshake and after it: each look ends in its time, and keeps to its ceilings. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/certs.h"	/* ahead of cmocka.h, which has a macro named fail() */
#include "lib/certs_make.h"
#include "lib/tls.h"

#include <cmocka.h>

#include "tests/unit/pki.h"
#include "tests/unit/tlsscene.h"

#define PING "POST / HTTP/1.1\r\nHost: pix.example.com\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"

/* A hundred CAs with long names full of a terminal's commands. */
static int make_more(void **state)
{
	char cn[401];
	FILE *f;

	if (make_all(state))
		return -1;
	f = fopen(in_dir("many.crt"), "we");
	assert_non_null(f);
	for (int i = 0; i < 100; i++) {
		struct pki_wish w = { .cn = cn, .ca = true, .from = time(NULL) - DAY, .to = time(NULL) + DAY };
		struct pki p;

		for (int k = 0; k < 400; k++)
			cn[k] = "\x1b[31m\r\n"[k % 7];
		cn[400] = '\0';
		snprintf(cn, 8, "%03d", i);
		cn[3] = '\xc2';
		cn[4] = '\x9b';
		p = pki_make(NULL, &w);
		PEM_write_X509(f, p.x);
		pki_free(&p);
	}
	fclose(f);
	return 0;
}

static struct tls_request to(struct peer p, enum tls_version v)
{
	struct tls_request r = { .port = p.port, .name = "pix.example.com", .least = v, .most = v, .timeout_ms = 5000 };

	ip_parse("127.0.0.1", 9, &r.address);
	return r;
}

/* Asks, and tells what came. The caller looks into seen and calls tls_seen_free. */
static bool ask(const struct tls_request *r, struct tls_seen *seen, char answer[64], struct tls_session **session, struct err *e)
{
	struct buf b = BUF(63);
	bool ok = tls_ask(r, PING, sizeof PING - 1, seen, &b, session, e);

	snprintf(answer, 64, "%s", buf_str(&b));
	buf_free(&b);
	return ok;
}

static void hostile_names_are_counted_cut_and_tamed(void **state)
{
	struct peer p = started((struct peer_manner){ .clients = in_dir("cas.crt"), .names = in_dir("many.crt") });
	const struct tls_request r = to(p, TLS_1_3);
	struct tls_seen seen;
	struct err e;

	(void)state;
	if (!tls_look(&r, &seen, &e))
		fail_msg("%s", e.text);
	peer_stop(p);
	assert_int_equal(seen.name_count, 100);
	for (int i = 0; i < TLS_NAMES; i++) {
		assert_in_range(strlen(seen.names[i]), 250, 300);
		for (const char *c = seen.names[i]; *c; c++)
			assert_false((unsigned char)*c < 0x20 || *c == 0x7f || (*c == '\xc2' && c[1] == '\x9b'));
	}
	tls_seen_free(&seen);
}

/* Both versions to a server that then does its worst: whatever it is, the time is kept, and so is the ceiling. */
static void every_end_after_the_handshake_is_bounded(void **state)
{
	static char noise[65536];
	static const struct { struct peer_manner m; int least_ms, most_ms; bool closed; const char *begins; } rows[] = {
		{ { .without = PEER_CLOSE }, 0, 500, true, "" },
		{ { .without = PEER_RESET }, 0, 500, true, "" },
		{ { .without = PEER_SILENT }, 590, 1000, false, "" },
		{ { .without = PEER_GARBAGE }, 0, 1000, true, "SSH-2.0" },
		{ { .without = PEER_RAW, .raw = "x", .raw_len = 1, .again = -1, .pause_ms = 100 }, 590, 1000, false, "x" },
		{ { .without = PEER_RAW, .raw = noise, .raw_len = sizeof noise, .again = -1 }, 0, 1000, false, "AAA" },
		{ { .without = PEER_RAW, .raw = noise, .raw_len = sizeof noise, .again = 4, .raw_in_clear = true }, 0, 1000, true, "" },
		{ { .without = PEER_RAW, .raw = "\x17\x03\x03\x40\x00", .raw_len = 5, .raw_in_clear = true }, 0, 1000, true, "" },
		{ { .unheard = true, .raw = "hello", .raw_len = 5 }, 0, 1000, true, "hello" },
	};

	(void)state;
	memset(noise, 'A', sizeof noise);
	for (size_t i = 0; i < 2 * sizeof rows / sizeof rows[0]; i++) {
		struct peer p = started(rows[i / 2].m);
		struct tls_request r = to(p, i % 2 ? TLS_1_2 : TLS_1_3);
		int64_t began = clock_ms();
		struct tls_seen seen;
		char answer[64];
		struct err e;

		r.timeout_ms = 600;
		if (!ask(&r, &seen, answer, NULL, &e))
			fail_msg("row %zu: %s", i / 2, e.text);
		began = clock_ms() - began;
		peer_stop(p);
		if (seen.fail != TLS_AGREED || seen.closed != rows[i / 2].closed || strncmp(answer, rows[i / 2].begins, strlen(rows[i / 2].begins)) != 0 ||
		    began < rows[i / 2].least_ms || began > 5 * rows[i / 2].most_ms)
			fail_msg("row %zu: %d %d \"%s\" %d ms", i / 2, seen.fail, seen.closed, answer, (int)began);
		tls_seen_free(&seen);
	}
}

/* A certificate's subject, which is its issuer here, may be anything too; past OpenSSL's ceiling it is no handshake. */
static void a_huge_subject_is_taken_or_not_but_bounded(void **state)
{
	static const int sizes[] = { 40000, 60000, 200000 };

	(void)state;
	for (int i = 0; i < 3; i++) {
		char *cn = malloc((size_t)sizes[i] + 1);
		struct pki_wish w = { .cn = cn, .from = time(NULL) - DAY, .to = time(NULL) + DAY };
		struct tls_request r;
		struct tls_seen seen;
		struct pki made;
		struct peer p;
		struct err e;
		FILE *f;
		bool ok;

		assert_non_null(cn);
		for (int k = 0; k < sizes[i]; k++)
			cn[k] = "\x1b]0;\a\n"[k % 6];
		cn[sizes[i]] = '\0';
		made = pki_make(NULL, &w);
		f = fopen(in_dir("huge.crt"), "we");
		PEM_write_X509(f, made.x);
		fclose(f);
		f = fopen(in_dir("huge.key"), "we");
		PEM_write_PrivateKey(f, made.key, NULL, NULL, 0, NULL, NULL);
		fclose(f);
		p = started((struct peer_manner){ .cert = in_dir("huge.crt"), .key = in_dir("huge.key") });
		r = to(p, TLS_1_2);
		ok = tls_look(&r, &seen, &e);
		peer_stop(p);
		assert_int_equal(ok, i == 0);
		if (!ok)
			assert_int_equal(seen.fail, TLS_BROKEN);
		assert_in_range(seen.chain.len, 0, 512 * 1024);
		tls_seen_free(&seen);
		pki_free(&made);
		free(cn);
	}
}

/* Records of TLS with anything in them, as the first words of a server. The seed is told where one is not ended. */
static void random_records_are_ended(void **state)
{
	static char bytes[4096];
	int64_t began = clock_ms();
	long before = memory_used();

	(void)state;
	for (unsigned seed = 1; seed <= 150; seed++) {
		struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		socklen_t len = sizeof at;
		struct tls_request r;
		struct tls_seen seen;
		struct err e = { 0 };
		pid_t pid;

		srand(seed);
		for (size_t i = 0; i < sizeof bytes; i++)
			bytes[i] = (char)rand();
		memcpy(bytes, "\x16\x03\x03\x0f\xfb\x02\x00\x00\x46\x03\x03", 5 + (size_t)rand() % 7);
		assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at) || listen(fd, 1) || getsockname(fd, (struct sockaddr *)&at, &len), 0);
		pid = fork();
		if (!pid) {
			char hello[4096];
			int c;

			prctl(PR_SET_PDEATHSIG, SIGKILL);	/* also where a test ends early */
			c = accept(fd, NULL, NULL);
			if (read(c, hello, sizeof hello) < 0 || send(c, bytes, sizeof bytes, MSG_NOSIGNAL) < 0)
				_exit(1);
			_exit(0);
		}
		close(fd);
		r = to((struct peer){ .port = ntohs(at.sin_port) }, TLS_1_2 + seed % 2);
		r.timeout_ms = 2000;
		if (tls_look(&r, &seen, &e) || e.code != ERR_NET || seen.fail == TLS_AGREED || seen.fail == TLS_TIMEOUT)
			fail_msg("seed %u: %d %s", seed, seen.fail, e.text);
		tls_seen_free(&seen);
		waitpid(pid, NULL, 0);
	}
	assert_in_range(clock_ms() - began, 0, 30000);
	assert_in_range(memory_used() - before, 0, MEMORY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hostile_names_are_counted_cut_and_tamed),
		cmocka_unit_test(every_end_after_the_handshake_is_bounded),
		cmocka_unit_test(a_huge_subject_is_taken_or_not_but_bounded),
		cmocka_unit_test(random_records_are_ended),
	};

	return cmocka_run_group_tests(tests, make_more, drop_all);
}
