/* What is seen of a server: its addresses, its TLS, its certificate. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "check/probe_run.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

#include "tests/unit/probe_peer.h"

static void a_server_that_is_well_is_seen_as_it_is(void **state)
{
	struct seen s = probed(well(), efi_at(0), PKI_CALLER_PRODUCTION);

	(void)state;
	assert_true(s.resolved);
	assert_int_equal(s.addresses, 1);
	assert_true(s.address[0].connected && s.address[0].fail == TLS_AGREED);
	assert_string_equal(s.address[0].leaf, s.chain.item[0].sha256);
	assert_true(s.asked);
	assert_int_equal(s.name_count, 2);
	assert_non_null(strstr(s.names[0], "CN=webhook.efipay.com.br"));
	assert_true(s.for_host && s.trusted);
	assert_string_equal(s.distrust, "");
	assert_false(s.h2);
	assert_false(s.version[TLS_1_0].agreed || s.version[TLS_1_1].agreed);
	assert_true(s.version[TLS_1_0].tried && s.version[TLS_1_2].agreed && s.version[TLS_1_3].agreed);
	for (int v = 0; v < 2; v++) {
		ended(&s.client[WHO_NONE][v], END_STATUS, 403);
		ended(&s.client[WHO_SELF][v], END_ALERT, 0);
		ended(&s.client[WHO_FOREIGN][v], END_ALERT, 0);
		ended(&s.client[WHO_EXPIRED][v], END_ALERT, 0);
		ended(&s.client[WHO_RIGHT][v], END_STATUS, 200);
	}
	assert_int_equal(s.client[WHO_SELF][0].stage, STAGE_TLS);
	assert_int_equal(s.client[WHO_SELF][1].stage, STAGE_ANSWER);
	ended(&s.request[REQ_PING], END_STATUS, 200);
	ended(&s.request[REQ_HTTP2], END_UNTRIED, 0);
	assert_true(s.large_cut);
	assert_int_equal(s.tries, SEEN_TRIES);
	for (int i = 0; i < s.tries; i++)
		assert_in_range(s.ms[i], 0, 3000);
	assert_false(s.crossed_other);
	seen_free(&s);
	seen_free(&s);
}

static void who_is_refused_in_tls_still_sees_the_server(void **state)
{
	struct peer_manner m = well();
	struct seen s;

	(void)state;
	m.demands = true;
	for (m.tls = 0; m.tls <= 12; m.tls += 12) {
		s = probed(m, efi_at(0), NULL);
		assert_true(s.address[0].fail == TLS_AGREED && s.asked && s.trusted && s.for_host);
		assert_true(s.version[TLS_1_2].agreed);
		assert_true(s.version[TLS_1_3].agreed == (m.tls != 12));
		ended(&s.client[WHO_NONE][0], END_ALERT, 0);
		ended(&s.client[WHO_NONE][1], m.tls ? END_UNTRIED : END_ALERT, 0);
		if (!m.tls)
			assert_string_equal(s.client[WHO_NONE][1].text, "certificate required");
		ended(&s.request[REQ_PING], END_UNTRIED, 0);	/* nobody who is let in is at hand */
		ended(&s.request[REQ_GET], END_ALERT, 0);
		assert_int_equal(s.tries, 0);
		seen_free(&s);
	}
}

static void each_version_is_tried_alone(void **state)
{
	struct peer_manner m = well();
	struct seen s;

	(void)state;
	m.tls = 13;
	s = probed(m, efi_at(0), PKI_CALLER_PRODUCTION);
	assert_true(s.version[TLS_1_3].agreed && !s.version[TLS_1_2].agreed && s.version[TLS_1_2].fail == TLS_ALERT);
	assert_string_equal(s.version[TLS_1_2].alert, "protocol version");
	ended(&s.client[WHO_RIGHT][0], END_UNTRIED, 0);
	ended(&s.client[WHO_RIGHT][1], END_STATUS, 200);
	seen_free(&s);
	m.tls = 10;
	s = probed(m, efi_at(0), PKI_CALLER_PRODUCTION);
	assert_true(s.version[TLS_1_0].agreed && !s.version[TLS_1_2].agreed);
	assert_true(s.address[0].connected && s.address[0].fail != TLS_AGREED);
	assert_true(s.for_host);	/* its certificate is seen all the same */
	ended(&s.client[WHO_RIGHT][0], END_UNTRIED, 0);
	ended(&s.request[REQ_PING], END_UNTRIED, 0);
	seen_free(&s);
}

static void every_address_is_looked_at_and_one_that_answers_is_used(void **state)
{
	struct peer_manner m = well();
	struct peer p = peer_start(&m);
	struct target t = efi_at(p.port);
	struct probe_options o = options_of(&t, PKI_CALLER_PRODUCTION);
	char resolve[100];
	struct seen s;

	(void)state;
	snprintf(resolve, sizeof resolve, "localhost:%d:127.0.0.2,127.0.0.1,127.0.0.3", p.port);
	o.resolve = resolve;
	assert_true(probe(&t, &o, &s, NULL));
	assert_int_equal(s.addresses, 3);
	assert_true(!s.address[0].connected && s.address[1].connected && !s.address[2].connected);
	assert_int_equal(s.address[0].fail, TLS_NO_CONNECTION);
	assert_true(!*s.address[0].leaf && *s.address[1].leaf && *s.address[0].why);
	ended(&s.request[REQ_PING], END_STATUS, 200);
	seen_free(&s);
	peer_stop(p);
}

/* Takes connections at 127.0.0.2 and closes them. */
static pid_t closing(int port)
{
	struct sockaddr_in on = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK + 1) }, .sin_port = htons((uint16_t)port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pid_t pid;

	assert_true(!bind(fd, (struct sockaddr *)&on, sizeof on) && !listen(fd, 8));
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			close(accept(fd, NULL, NULL));
	}
	close(fd);
	return pid;
}

static void an_address_without_tls_is_not_the_one_that_is_used(void **state)
{
	struct peer_manner m = well();
	struct peer p = peer_start(&m);
	pid_t closer = closing(p.port);
	struct target t = efi_at(p.port);
	struct probe_options o = options_of(&t, PKI_CALLER_PRODUCTION);
	char resolve[100];
	struct seen s;

	(void)state;
	snprintf(resolve, sizeof resolve, "localhost:%d:127.0.0.2,127.0.0.1", p.port);
	o.resolve = resolve;
	assert_true(probe(&t, &o, &s, NULL));
	assert_true(s.address[0].connected && s.address[0].fail == TLS_CLOSED);
	assert_true(s.version[TLS_1_2].agreed);
	ended(&s.request[REQ_PING], END_STATUS, 200);
	seen_free(&s);
	kill(closer, SIGKILL);
	waitpid(closer, NULL, 0);
	peer_stop(p);
}

/* Whoever stands in the server's place would have the secret. */
static void a_distrusted_certificate_is_told_why_and_gets_no_secret(void **state)
{
	struct peer_manner m = well();
	struct target t = efi_at(0);
	struct seen s;

	(void)state;
	m.cert = at(PKI_API_CERT);
	m.key = at(PKI_API_KEY);
	t.host = "pix.example.com";
	s = probed(m, t, PKI_CALLER_PRODUCTION);
	assert_false(s.trusted);
	assert_false(s.for_host);
	assert_non_null(strstr(s.distrust, "intermediate missing"));
	assert_true(s.withheld);
	for (int who = 0; who < WHOS; who++)
		assert_int_equal(s.client[who][0].end + s.client[who][1].end, END_UNTRIED);
	for (int i = 0; i < REQUESTS; i++)
		assert_int_equal(s.request[i].end, END_UNTRIED);
	assert_int_equal(s.tries, 0);
	seen_free(&s);
	t.secret = t.query = "";	/* nothing is lost by asking */
	s = probed(m, t, PKI_CALLER_PRODUCTION);
	assert_false(s.withheld);
	ended(&s.request[REQ_PING], END_STATUS, 200);
	seen_free(&s);
	t.authorization = "Basic bG9qYTphYnJlLXRl";
	s = probed(m, t, PKI_CALLER_PRODUCTION);
	assert_true(s.withheld);
	seen_free(&s);
}

static void what_nobody_answers_is_untried(void **state)
{
	struct peer_manner m = well();
	struct peer p = peer_start(&m);
	struct target t = efi_at(p.port);
	struct probe_options o = options_of(&t, NULL);
	struct seen s;

	(void)state;
	peer_stop(p);
	assert_true(probe(&t, &o, &s, NULL));
	assert_true(s.resolved && s.addresses == 1 && !s.address[0].connected && !s.version[TLS_1_2].tried);
	ended(&s.client[WHO_NONE][0], END_UNTRIED, 0);
	ended(&s.request[REQ_GET], END_UNTRIED, 0);
	seen_free(&s);
	t.host = "nobody..invalid";
	o.resolve = NULL;
	assert_true(probe(&t, &o, &s, NULL));
	assert_false(s.resolved);
	assert_non_null(strstr(s.lookup, "no address"));
	ended(&s.plain, END_UNTRIED, 0);
	seen_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_server_that_is_well_is_seen_as_it_is),
		cmocka_unit_test(who_is_refused_in_tls_still_sees_the_server),
		cmocka_unit_test(each_version_is_tried_alone),
		cmocka_unit_test(every_address_is_looked_at_and_one_that_answers_is_used),
		cmocka_unit_test(an_address_without_tls_is_not_the_one_that_is_used),
		cmocka_unit_test(a_distrusted_certificate_is_told_why_and_gets_no_secret),
		cmocka_unit_test(what_nobody_answers_is_untried),
	};

	return cmocka_run_group_tests_name("probe_look", tests, make_folder, drop_folder);
}
