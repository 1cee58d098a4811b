/* What is sent to a server, and to whom nothing is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>

#include "check/probe_run.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

#include "tests/unit/probe_peer.h"

static void what_is_sent_is_what_a_psp_sends(void **state)
{
	struct seen s = probed(well(), efi_at(0), PKI_CALLER_PRODUCTION);
	char line[300];

	(void)state;
	snprintf(line, sizeof line, "POST /webhook?hmac=%s&ignorar=/pix HTTP/1.1\r\n", secret);
	assert_int_equal(times(line), 1);
	snprintf(line, sizeof line, "POST /webhook?hmac=%s&ignorar=/rec HTTP/1.1\r\n", secret);
	assert_int_equal(times(line), 1);
	snprintf(line, sizeof line, "POST /webhook?hmac=%s&ignorar=/cobr HTTP/1.1\r\n", secret);
	assert_int_equal(times(line), 1);
	snprintf(line, sizeof line, "POST /webhook?hmac=%s/pix HTTP/1.1\r\n", secret);
	assert_int_equal(times(line), 1);
	snprintf(line, sizeof line, "POST /webhook//pix?hmac=%s&ignorar= HTTP/1.1\r\n", secret);
	assert_int_equal(times(line), 1);
	assert_int_equal(times("POST /webhook?ignorar= HTTP/1.1\r\n"), 1);
	assert_int_equal(times("GET /webhook?hmac="), 1);
	assert_int_equal(times("POST /pixgate-check-"), 1);
	assert_int_equal(times("Transfer-Encoding: chunked"), 1);
	assert_int_equal(times("PIXGATETEST"), 6);	/* three events, that of a charge has it in its txid too, and /pix once more for each other way to it */
	assert_int_equal(times("valor"), 3);
	assert_int_equal(times("\"valor\":\"0.01\""), 3);
	assert_int_equal(times("caller.emul.pixgate.example\n"), 2 + 11 + SEEN_TRIES);
	assert_int_equal(times("webhook.efipay.com.br\n"), 0);	/* whoever has that name was never let in */
	seen_free(&s);
}

static void bs2_shows_no_certificate_and_proves_itself_by_password(void **state)
{
	static const char right[] = "Authorization: Basic YmFuY286c2VuaGE=\r\n";
	struct target t = target_of(MODE_BS2, &psp_bs2, 0);
	struct peer_manner m = well();
	struct seen s;

	(void)state;
	m.clients = m.names = NULL;
	m.without = 200;
	t.query = t.secret = "";
	t.authorization = "Basic YmFuY286c2VuaGE=";
	s = probed(m, t, PKI_CALLER_PRODUCTION);
	assert_false(s.asked);
	for (int v = 0; v < 2; v++) {
		ended(&s.client[WHO_NONE][v], END_STATUS, 200);
		ended(&s.client[WHO_FOREIGN][v], END_UNTRIED, 0);
		ended(&s.client[WHO_RIGHT][v], END_UNTRIED, 0);
	}
	ended(&s.request[REQ_PING], END_STATUS, 200);
	ended(&s.request[REQ_PIX], END_UNTRIED, 0);
	ended(&s.request[REQ_EVENT], END_UNTRIED, 0);
	ended(&s.request[REQ_NO_SECRET], END_UNTRIED, 0);
	ended(&s.request[REQ_NO_AUTH], END_STATUS, 200);
	ended(&s.request[REQ_BAD_AUTH], END_STATUS, 200);
	assert_int_equal(times("caller.emul"), 0);
	assert_int_equal(times("PIXGATETEST"), 0);
	assert_int_equal(times("Authorization: Basic "), times(right) + 1);
	assert_int_equal(times("POST /webhook HTTP/1.1"), times(right) + 1);	/* one without, one wrong; the GET has it too */
	seen_free(&s);
	m = well();	/* it asks: BS2 shows none all the same */
	m.without = 200;
	m.with = 403;
	s = probed(m, t, PKI_CALLER_PRODUCTION);
	assert_true(s.asked);
	ended(&s.request[REQ_PING], END_STATUS, 200);
	seen_free(&s);
	t = target_of(MODE_BS2_INDIRECT, &psp_bs2_indirect, 0);
	t.authorization = "Bearer abcdef";
	s = probed(m, t, NULL);
	ended(&s.request[REQ_EVENT], END_STATUS, 200);
	assert_int_equal(times("POST /webhook/RecebimentoFinalizado?hmac="), 1);
	assert_int_equal(times("Authorization: Bearer "), times("Authorization: Bearer abcdef\r\n") + 1);
	seen_free(&s);
}

static void a_strangers_session_is_resumed_and_seen(void **state)
{
	struct peer_manner m = well();
	struct seen s = probed(m, efi_at(0), PKI_CALLER_PRODUCTION);

	(void)state;
	assert_true(s.resumed.resumed);
	ended(&s.resumed, END_STATUS, 403);
	seen_free(&s);
	m.without = 200;	/* the worst of all counts */
	s = probed(m, efi_at(0), PKI_CALLER_PRODUCTION);
	assert_true(s.resumed.resumed);
	ended(&s.resumed, END_STATUS, 200);
	seen_free(&s);
	m.demands = true;	/* nobody gets a session to begin with */
	s = probed(m, efi_at(0), PKI_CALLER_PRODUCTION);
	ended(&s.resumed, END_UNTRIED, 0);
	seen_free(&s);
}

static void another_of_the_leafs_names_is_crossed(void **state)
{
	struct target t = efi_at(0);
	struct seen s;

	(void)state;
	t.host = "127.0.0.1";
	s = probed(well(), t, NULL);
	assert_true(s.crossed_other && s.for_host);
	ended(&s.crossed, END_STATUS, 403);
	seen_free(&s);
}

static void http2_is_tried_where_it_is_offered(void **state)
{
	struct peer_manner m = well();
	struct seen s;

	(void)state;
	m.alpn = "h2";
	s = probed(m, efi_at(0), PKI_CALLER_PRODUCTION);
	assert_true(s.h2);
	assert_int_not_equal(s.request[REQ_HTTP2].end, END_UNTRIED);
	ended(&s.request[REQ_PING], END_STATUS, 200);
	seen_free(&s);
}

static void an_option_that_cannot_be_used_sends_nothing(void **state)
{
	struct peer_manner m = well();
	struct peer p = peer_start(&m);
	struct target t = efi_at(p.port);
	struct probe_options o = options_of(&t, PKI_CHAIN_PRODUCTION), good = options_of(&t, NULL);
	struct err e = { 0 };
	char byte;
	struct seen s;

	(void)state;
	assert_false(probe(&t, &o, &s, &e));	/* a certificate without its key */
	assert_int_equal(e.code, ERR_CONFIG);
	o = good;
	o.cacert = "/nowhere/at/all";
	assert_false(probe(&t, &o, &s, &e));
	assert_int_equal(e.code, ERR_CONFIG);
	o = good;
	o.resolve = "localhost";
	assert_false(probe(&t, &o, &s, &e));
	assert_int_equal(e.code, ERR_USAGE);
	fcntl(p.told, F_SETFL, O_NONBLOCK);
	assert_int_equal(read(p.told, &byte, 1), -1);
	seen_free(&s);
	peer_stop(p);
}

/* A server in clear at a port of its own, for one request, which goes into the pipe. */
static struct peer in_clear(const char *answer)
{
	struct sockaddr_in on = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), told[2];
	socklen_t len = sizeof on;
	struct peer p = { 0 };

	assert_true(!bind(fd, (struct sockaddr *)&on, sizeof on) && !listen(fd, 8) && !getsockname(fd, (struct sockaddr *)&on, &len) && !pipe(told));
	p.pid = fork();
	if (!p.pid) {
		char request[8192];
		size_t n = 0;
		ssize_t got;
		int c;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		c = accept(fd, NULL, NULL);
		while (!memmem(request, n, probe_ping, strlen(probe_ping)) && (got = read(c, request + n, sizeof request - 1 - n)) > 0)
			n += (size_t)got;
		request[n] = '\0';
		_exit(write(told[1], request, n + 1) < 0 || write(c, answer, strlen(answer)) < 0 || shutdown(c, SHUT_RDWR));
	}
	close(fd);
	close(told[1]);
	p.port = ntohs(on.sin_port);
	p.told = told[0];
	return p;
}

static void in_clear_no_secret_is_told(void **state)
{
	struct peer p = in_clear("HTTP/1.1 301 Moved\r\nLocation: https://localhost/webhook?hmac=1\r\nContent-Length: 0\r\n\r\n");
	struct target t = efi_at(8443);
	struct probe_options o = options_of(&t, NULL);
	struct seen s = { .addresses = 1 };
	struct run r = { .t = &t, .o = &o, .s = &s };
	char request[8192];

	(void)state;
	t.authorization = "Basic YmFuY286c2VuaGE=";
	assert_true(ip_parse("127.0.0.1", 9, &s.address[0].ip));
	probe_plain_at(&r, p.port);
	peer_told(p, request, sizeof request);
	assert_int_equal(strncmp(request, "POST /webhook HTTP/1.1\r\nHost: localhost\r\n", 41), 0);
	assert_null(strstr(request, secret));
	assert_null(strstr(request, "hmac"));
	assert_null(strstr(request, "Authorization"));
	ended(&s.plain, END_STATUS, 301);
	assert_string_equal(s.plain.location, "https://localhost/webhook?hmac=***");
	peer_stop(p);
	/* nobody there now; and a path that is the secret is not sent at all */
	probe_plain_at(&r, p.port);
	ended(&s.plain, END_NO_CONNECTION, 0);
	s.plain = (struct reply){ 0 };
	t.path = query;
	snprintf(query, sizeof query, "/%s", secret);
	probe_plain_at(&r, p.port);
	ended(&s.plain, END_UNTRIED, 0);
}

static void step(void *ctx, const char *name)
{
	buf_putf(ctx, "%s;", name);
}

static void progress_names_each_step(void **state)
{
	struct target t = efi_at(1);
	struct probe_options o = options_of(&t, NULL);
	struct buf b = BUF(1000);
	struct seen s;

	(void)state;
	o.progress = step;
	o.ctx = &b;
	assert_true(probe(&t, &o, &s, NULL));
	assert_string_equal(buf_str(&b), "name;addresses;TLS versions;client certificates;sessions;names crossed;requests;time;port 80;");
	buf_free(&b);
	seen_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_sent_is_what_a_psp_sends),
		cmocka_unit_test(bs2_shows_no_certificate_and_proves_itself_by_password),
		cmocka_unit_test(a_strangers_session_is_resumed_and_seen),
		cmocka_unit_test(another_of_the_leafs_names_is_crossed),
		cmocka_unit_test(http2_is_tried_where_it_is_offered),
		cmocka_unit_test(an_option_that_cannot_be_used_sends_nothing),
		cmocka_unit_test(in_clear_no_secret_is_told),
		cmocka_unit_test(progress_names_each_step),
	};

	return cmocka_run_group_tests_name("probe", tests, make_folder, drop_folder);
}
