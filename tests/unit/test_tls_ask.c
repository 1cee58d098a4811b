/* A look that shows a certificate, sends and reads: what the server asks for, how it refuses, whether it resumes. */
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

#include "tests/unit/tlsscene.h"

#define PING "POST / HTTP/1.1\r\nHost: pix.example.com\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"

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
	char answer[64], told[8192], *single = alone();

	(void)state;
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
		r.identity = single;
		assert_false(ask(&r, &seen, answer, NULL, &e));
		assert_int_equal(seen.fail, TLS_ALERT);
		assert_string_equal(seen.alert, "unknown CA");
		tls_seen_free(&seen);
	}
	peer_stop(p);
	free(single);
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

/* A request that were there already would make a reset of its hanging up, and the alert might be lost. */
static void a_refusal_is_heard_before_anything_is_sent(void **state)
{
	struct peer p = started((struct peer_manner){ .clients = in_dir("root.crt"), .demands = true, .abrupt = true });
	struct tls_request r = to(p, TLS_1_3);
	struct tls_seen seen;
	static char request[5000];
	struct buf answer = BUF(64);
	char told[64], *single = alone();
	struct err e;

	(void)state;
	r.identity = single;
	assert_false(tls_ask(&r, request, sizeof request, &seen, &answer, NULL, &e));
	assert_string_equal(seen.alert, "unknown CA");
	tls_seen_free(&seen);
	peer_told(p, told, sizeof told);
	assert_in_range(atoi(told), 0, 1000);	/* the rest of the handshake */
	peer_stop(p);
	free(single);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_cas_that_it_names_are_told),
		cmocka_unit_test(a_certificate_goes_with_its_chain),
		cmocka_unit_test(a_refusal_after_the_handshake_is_seen),
		cmocka_unit_test(a_refusal_is_heard_before_anything_is_sent),
		cmocka_unit_test(a_session_is_resumed_without_the_certificate),
		cmocka_unit_test(a_server_that_gives_no_session_gives_none),
		cmocka_unit_test(the_protocol_agreed_on_is_told),
		cmocka_unit_test(old_versions_can_be_looked_for),
		cmocka_unit_test(an_identity_that_cannot_be_used_is_a_mistake_of_ours),
	};

	return cmocka_run_group_tests(tests, make_all, drop_all);
}
