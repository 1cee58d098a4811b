/* A look that shows a certificate, sends and reads: what the server asks for, how it refuses, whether it resumes. And servers that do their worst. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <sys/resource.h>

#include "lib/certs.h"	/* ahead of cmocka.h, which has a macro named fail() */
#include "lib/certs_make.h"
#include "lib/tls.h"

#include <cmocka.h>

#include "tests/unit/pki.h"
#include "tests/unit/tlspeer.h"

#define DAY INT64_C(86400)
#define PING "POST / HTTP/1.1\r\nHost: pix.example.com\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"

static char dir[64];
static struct certs_made root, inter, client, server;

static const char *in_dir(const char *name)
{
	static char path[8][128];	/* of one peer's manner */
	static int n;

	n = (n + 1) % 8;
	snprintf(path[n], sizeof path[n], "%s/%s", dir, name);
	return path[n];
}

static void save(const char *name, const char *text, const char *more)
{
	FILE *f = fopen(in_dir(name), "we");

	assert_non_null(f);
	fprintf(f, "%s%s", text, more);
	fclose(f);
}

/* A hundred CAs with long names full of a terminal's commands. */
static void save_many(void)
{
	FILE *f = fopen(in_dir("many.crt"), "we");
	char cn[401];

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
}

static int make_all(void **state)
{
	const int64_t from = time(NULL) - DAY, until = time(NULL) + DAY;
	struct err e;

	(void)state;
	strcpy(dir, "/tmp/pixgate-ask-XXXXXX");
	if (!mkdtemp(dir) || !certs_make(&(struct certs_wish){ .kind = CERTS_ROOT, .cn = "root", .from = from, .until = until }, &root, &e) ||
	    !certs_make(&(struct certs_wish){ .kind = CERTS_INTERMEDIATE, .cn = "inter, Ltda", .organization = "A\xc3\xa7\xc3\xa3o", .by = &root, .from = from, .until = until }, &inter, &e) ||
	    !certs_make(&(struct certs_wish){ .kind = CERTS_CLIENT, .cn = "client", .by = &inter, .from = from, .until = until }, &client, &e) ||
	    !certs_make(&(struct certs_wish){ .kind = CERTS_SERVER, .cn = "server", .from = from, .until = until }, &server, &e))
		return -1;
	save("root.crt", root.cert, "");
	save("cas.crt", inter.cert, root.cert);
	save("server.crt", server.cert, "");
	save("server.key", server.key, "");
	save_many();
	return 0;
}

static int drop_all(void **state)
{
	char command[128];

	(void)state;
	certs_made_free(&root);
	certs_made_free(&inter);
	certs_made_free(&client);
	certs_made_free(&server);
	snprintf(command, sizeof command, "rm -rf '%s'", dir);
	return system(command);
}

static struct peer started(struct peer_manner m)
{
	struct peer p;

	m.cert = m.cert ? m.cert : in_dir("server.crt");
	m.key = m.key ? m.key : in_dir("server.key");
	p = peer_start(&m);
	assert_true(p.port > 0);
	return p;
}

static struct tls_request to(struct peer p, enum tls_version v)
{
	struct tls_request r = { .port = p.port, .name = "pix.example.com", .least = v, .most = v, .timeout_ms = 5000 };

	ip_parse("127.0.0.1", 9, &r.address);
	return r;
}

static void the_cas_that_it_names_are_told(void **state)
{
	struct peer none = started((struct peer_manner){ 0 }), asks = started((struct peer_manner){ .clients = in_dir("cas.crt"), .names = in_dir("cas.crt") }),
		demands = started((struct peer_manner){ .clients = in_dir("cas.crt"), .names = in_dir("cas.crt"), .demands = true });

	(void)state;
	for (enum tls_version v = TLS_1_2; v <= TLS_1_3; v++) {
		const struct tls_request r[3] = { to(none, v), to(asks, v), to(demands, v) };
		struct tls_seen seen;
		struct err e;

		for (int i = 0; i < 3; i++) {
			/* TLS 1.2 refuses in the handshake, and what it asked for is known all the same */
			assert_int_equal(tls_look(&r[i], &seen, &e), i < 2 || v == TLS_1_3);
			assert_int_equal(seen.asked, i > 0);
			assert_int_equal(seen.name_count, i ? 2 : 0);
			if (i) {
				assert_string_equal(seen.names[0], "CN=inter\\, Ltda,O=A\xc3\xa7\xc3\xa3o");	/* as lib/certs.h has it */
				assert_string_equal(seen.names[1], "CN=root");
			}
			tls_seen_free(&seen);
			tls_seen_free(&seen);
		}
	}
	peer_stop(none);
	peer_stop(asks);
	peer_stop(demands);
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

/* Asks, and tells what came. The caller looks into seen and calls tls_seen_free. */
static bool ask(const struct tls_request *r, struct tls_seen *seen, char answer[64], struct tls_session **session, struct err *e)
{
	struct buf b = BUF(63);
	bool ok = tls_ask(r, PING, sizeof PING - 1, seen, &b, session, e);

	snprintf(answer, 64, "%s", buf_str(&b));
	buf_free(&b);
	return ok;
}

static void a_certificate_goes_with_its_chain(void **state)
{
	/* knows the root alone: the intermediate has to come */
	struct peer p = started((struct peer_manner){ .clients = in_dir("root.crt"), .demands = true, .with = 200 });
	size_t len = strlen(client.cert) + strlen(client.key) + 1;
	char answer[64], told[8192], *alone = calloc(1, len);

	(void)state;
	assert_non_null(alone);
	snprintf(alone, len, "%s%s", client.cert, client.key);
	for (enum tls_version v = TLS_1_2; v <= TLS_1_3; v++) {
		struct tls_request r = to(p, v);
		struct tls_seen seen;
		struct err e;

		r.identity = client.identity;
		if (!ask(&r, &seen, answer, NULL, &e))
			fail_msg("%s", e.text);
		assert_memory_equal(answer, "HTTP/1.1 200", 12);
		peer_told(p, told, sizeof told);
		assert_memory_equal(told, "client\n", 7);
		tls_seen_free(&seen);
		r.identity = alone;
		assert_false(ask(&r, &seen, answer, NULL, &e));
		assert_int_equal(seen.fail, TLS_ALERT);
		assert_string_equal(seen.alert, "unknown CA");
		tls_seen_free(&seen);
	}
	peer_stop(p);
	free(alone);
}

static void a_refusal_after_the_handshake_is_seen(void **state)
{
	struct peer p = started((struct peer_manner){ .clients = in_dir("root.crt"), .demands = true, .with = 200 });
	const struct tls_request r = to(p, TLS_1_3);
	struct tls_seen seen;
	char answer[64];
	struct err e;

	(void)state;
	assert_true(tls_look(&r, &seen, &e));	/* the handshake alone does not show it */
	tls_seen_free(&seen);
	assert_false(ask(&r, &seen, answer, NULL, &e));
	assert_int_equal(seen.fail, TLS_ALERT);
	assert_int_equal(e.code, ERR_NET);
	assert_non_null(strstr(e.text, seen.alert));
	assert_string_equal(seen.alert, "certificate required");
	assert_string_equal(answer, "");
	tls_seen_free(&seen);
	peer_stop(p);
}

static void a_session_is_resumed_without_the_certificate(void **state)
{
	struct peer p = started((struct peer_manner){ .clients = in_dir("root.crt"), .demands = true, .with = 200 });

	(void)state;
	for (enum tls_version v = TLS_1_2; v <= TLS_1_3; v++) {
		struct tls_request r = to(p, v);
		struct tls_session *session = NULL;
		struct tls_seen seen;
		char answer[64];
		struct err e;

		r.identity = client.identity;
		assert_true(ask(&r, &seen, answer, &session, &e));
		assert_false(seen.resumed);
		assert_non_null(session);
		tls_seen_free(&seen);
		r.identity = NULL;
		r.resume = session;
		if (!ask(&r, &seen, answer, NULL, &e))
			fail_msg("%s", e.text);
		assert_true(seen.resumed);
		assert_memory_equal(answer, "HTTP/1.1 200", 12);
		tls_seen_free(&seen);
		tls_session_free(session);
	}
	tls_session_free(NULL);
	peer_stop(p);
}

static void a_server_that_gives_no_session_gives_none(void **state)
{
	struct peer p = started((struct peer_manner){ .clients = in_dir("root.crt"), .demands = true });
	struct tls_session *session = (struct tls_session *)&p;
	const struct tls_request r = to(p, TLS_1_3);
	struct tls_seen seen;
	char answer[64];
	struct err e;

	(void)state;
	assert_false(ask(&r, &seen, answer, &session, &e));
	assert_null(session);
	tls_seen_free(&seen);
	peer_stop(p);
}

static void the_protocol_agreed_on_is_told(void **state)
{
	struct peer h2 = started((struct peer_manner){ .alpn = "h2" }), none = started((struct peer_manner){ 0 });
	struct tls_request r = to(h2, TLS_1_3), q = to(none, TLS_1_3);
	struct tls_seen seen;
	struct err e;

	(void)state;
	assert_true(tls_look(&r, &seen, &e));
	assert_string_equal(seen.alpn, "");
	tls_seen_free(&seen);
	r.alpn = q.alpn = "http/1.1,h2";
	assert_true(tls_look(&r, &seen, &e));
	assert_string_equal(seen.alpn, "h2");
	tls_seen_free(&seen);
	assert_true(tls_look(&q, &seen, &e));
	assert_string_equal(seen.alpn, "");
	tls_seen_free(&seen);
	peer_stop(h2);
	peer_stop(none);
}

static void old_versions_can_be_looked_for(void **state)
{
	static const enum tls_version versions[] = { TLS_1_0, TLS_1_1 };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct peer p = started((struct peer_manner){ .tls = 10 + i }), modern = started((struct peer_manner){ .tls = 13 });
		const struct tls_request r = to(p, versions[i]), q = to(modern, versions[i]), newer = to(p, TLS_1_2);
		struct tls_seen seen;
		struct err e;

		if (!tls_look(&r, &seen, &e))
			fail_msg("%s", e.text);
		assert_int_equal(seen.version, versions[i]);
		tls_seen_free(&seen);
		assert_false(tls_look(&q, &seen, &e));
		assert_string_equal(seen.alert, "protocol version");
		tls_seen_free(&seen);
		assert_false(tls_look(&newer, &seen, &e));
		tls_seen_free(&seen);
		peer_stop(p);
		peer_stop(modern);
	}
}

static void an_identity_that_cannot_be_used_is_a_mistake_of_ours(void **state)
{
	const char *const rows[] = { "", "hello", client.cert, client.key };
	struct peer p = started((struct peer_manner){ 0 });
	char *mixed = calloc(1, strlen(client.cert) + strlen(server.key) + 1);

	(void)state;
	assert_non_null(mixed);
	strcat(strcpy(mixed, client.cert), server.key);
	for (size_t i = 0; i < 5; i++) {
		struct tls_request r = to(p, TLS_1_3);
		struct tls_seen seen;
		struct err e;

		r.identity = i < 4 ? rows[i] : mixed;
		assert_false(tls_look(&r, &seen, &e));
		assert_int_equal(e.code, ERR_CONFIG);
		assert_null(strstr(e.text, "BEGIN"));
		tls_seen_free(&seen);
	}
	free(mixed);
	peer_stop(p);
}

static int64_t clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
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
		{ { .without = PEER_RAW, .raw = "x", .raw_len = 1, .again = -1, .pause_ms = 100 }, 590, 1000, false, "xxx" },
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
		    began < rows[i / 2].least_ms || began > 2 * rows[i / 2].most_ms)
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
	struct rusage before, after;

	(void)state;
	getrusage(RUSAGE_SELF, &before);
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
			int c = accept(fd, NULL, NULL);

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
	getrusage(RUSAGE_SELF, &after);
	assert_in_range(clock_ms() - began, 0, 30000);
	assert_in_range(after.ru_maxrss - before.ru_maxrss, 0, 32 * 1024);	/* KiB */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_cas_that_it_names_are_told),
		cmocka_unit_test(hostile_names_are_counted_cut_and_tamed),
		cmocka_unit_test(a_certificate_goes_with_its_chain),
		cmocka_unit_test(a_refusal_after_the_handshake_is_seen),
		cmocka_unit_test(a_session_is_resumed_without_the_certificate),
		cmocka_unit_test(a_server_that_gives_no_session_gives_none),
		cmocka_unit_test(the_protocol_agreed_on_is_told),
		cmocka_unit_test(old_versions_can_be_looked_for),
		cmocka_unit_test(an_identity_that_cannot_be_used_is_a_mistake_of_ours),
		cmocka_unit_test(every_end_after_the_handshake_is_bounded),
		cmocka_unit_test(a_huge_subject_is_taken_or_not_but_bounded),
		cmocka_unit_test(random_records_are_ended),
	};

	return cmocka_run_group_tests(tests, make_all, drop_all);
}
