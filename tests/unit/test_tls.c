/* A look at a TLS server, well or badly set up, or none at all. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "lib/certs.h"	/* ahead of cmocka.h, which has a macro named fail() */
#include "lib/tls.h"

#include <cmocka.h>

#include "tests/unit/pki.h"
#include "tests/unit/tlspeer.h"

#define DAY INT64_C(86400)

static char dir[64];

static void save(const char *name, const struct pki *of, const struct pki *by)
{
	char path[128], *pem = pki_pem(of), *above = by ? pki_pem(by) : NULL;
	FILE *f;

	snprintf(path, sizeof path, "%s/%s.crt", dir, name);
	f = fopen(path, "we");
	fprintf(f, "%s%s", pem, above ? above : "");
	fclose(f);
	snprintf(path, sizeof path, "%s/%s.key", dir, name);
	f = fopen(path, "we");
	PEM_write_PrivateKey(f, of->key, NULL, NULL, 0, NULL, NULL);
	fclose(f);
	free(pem);
	free(above);
}

static int make_all(void **state)
{
	const int64_t now = time(NULL);
	const struct pki_wish ca = { .cn = "CA", .ca = true, .from = now - DAY, .to = now + DAY };
	const struct pki_wish leaf = { .cn = "leaf", .eku = "serverAuth", .from = now - DAY, .to = now + DAY, .san = "DNS:pix.example.com" };
	struct pki root, server;

	(void)state;
	strcpy(dir, "/tmp/pixgate-tls-XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	root = pki_make(NULL, &ca);
	server = pki_make(&root, &leaf);
	save("server", &server, &root);
	save("ca", &root, NULL);
	pki_free(&server);
	pki_free(&root);
	return 0;
}

static int drop_all(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof command, "rm -rf '%s'", dir);
	return system(command);
}

static const char *in_dir(const char *name)
{
	static char path[4][128];	/* of one peer's manner */
	static int n;

	n = (n + 1) % 4;
	snprintf(path[n], sizeof path[n], "%s/%s", dir, name);
	return path[n];
}

static bool look(int port, enum tls_version least, enum tls_version most, int ms, struct tls_seen *seen, struct err *e)
{
	struct tls_request r = { .port = port, .name = "pix.example.com", .least = least, .most = most, .timeout_ms = ms };

	ip_parse("127.0.0.1", 9, &r.address);
	*e = (struct err){ 0 };
	return tls_look(&r, seen, e);
}

static struct peer server(int tls)
{
	const struct peer_manner m = { .cert = in_dir("server.crt"), .key = in_dir("server.key"), .tls = tls };
	struct peer p = peer_start(&m);

	assert_true(p.port > 0);
	return p;
}

static void the_chain_comes_with_the_leaf_first(void **state)
{
	struct cert_list list = { 0 };
	struct tls_seen seen;
	struct peer p = server(0);
	struct err e;

	(void)state;
	if (!look(p.port, TLS_1_2, TLS_1_2, 5000, &seen, &e))
		fail_msg("%s", e.text);
	peer_stop(p);
	assert_int_equal(seen.fail, TLS_AGREED);
	assert_int_equal(seen.version, TLS_1_2);
	assert_true(seen.handshake_ms >= 0 && seen.handshake_ms < 5000);
	assert_true(certs_read(buf_str(&seen.chain), seen.chain.len, "chain", &list, &e));
	assert_int_equal(list.count, 2);
	assert_string_equal(list.item[0].subject_cn, "leaf");
	assert_string_equal(list.item[1].subject_cn, "CA");
	certs_free(&list);
	tls_seen_free(&seen);
}

static void only_a_version_that_was_asked_for_is_spoken(void **state)
{
	struct tls_seen seen;
	struct peer p = server(13);
	struct err e;

	(void)state;
	assert_false(look(p.port, TLS_1_2, TLS_1_2, 5000, &seen, &e));
	assert_int_equal(e.code, ERR_NET);
	assert_int_equal(seen.fail, TLS_ALERT);
	assert_string_equal(seen.alert, "protocol version");
	assert_non_null(strstr(e.text, "protocol version"));
	tls_seen_free(&seen);
	assert_true(look(p.port, TLS_1_2, TLS_1_3, 5000, &seen, &e));
	assert_int_equal(seen.version, TLS_1_3);
	tls_seen_free(&seen);
	peer_stop(p);
	p = server(12);
	assert_false(look(p.port, TLS_1_3, TLS_1_3, 5000, &seen, &e));
	assert_int_equal(seen.fail, TLS_ALERT);
	tls_seen_free(&seen);
	assert_true(look(p.port, TLS_1_2, TLS_1_3, 5000, &seen, &e));
	assert_int_equal(seen.version, TLS_1_2);
	tls_seen_free(&seen);
	peer_stop(p);
}

static void a_server_that_demands_a_certificate_is_told_apart(void **state)
{
	const struct peer_manner m = { .cert = in_dir("server.crt"), .key = in_dir("server.key"), .clients = in_dir("ca.crt"), .demands = true };
	struct peer p = peer_start(&m);
	struct tls_seen seen;
	struct err e;

	(void)state;
	assert_true(p.port > 0);
	assert_false(look(p.port, TLS_1_2, TLS_1_2, 5000, &seen, &e));
	peer_stop(p);
	assert_int_equal(seen.fail, TLS_ALERT);
	assert_string_equal(seen.alert, "handshake failure");
	tls_seen_free(&seen);
}

static void nobody_there_is_told(void **state)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);	/* bound, but it does not listen */
	socklen_t len = sizeof at;
	struct tls_seen seen;
	struct err e;

	(void)state;
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	assert_false(look(ntohs(at.sin_port), TLS_1_2, TLS_1_2, 5000, &seen, &e));
	assert_int_equal(seen.fail, TLS_NO_CONNECTION);
	assert_int_equal(e.code, ERR_NET);
	assert_string_equal(e.text, "Connection refused");
	close(fd);
}

/* ---- a peer that speaks no TLS, or badly */

struct rude {
	const char *say;	/* at once */
	size_t len;
	int again;		/* how often more; -1: for ever */
	int pause_ms;		/* between two */
	bool reset;		/* ends with a reset, else it stays silent */
	bool hang_up;		/* ends in order */
};

static void be_rude(int fd, const struct rude *r)
{
	const struct linger hard = { .l_onoff = 1 };
	char hello[4096];

	if (read(fd, hello, sizeof hello) <= 0)
		_exit(1);
	for (int i = 0; r->len && (r->again < 0 || i <= r->again); i++) {
		if (send(fd, r->say, r->len, MSG_NOSIGNAL) <= 0)
			break;
		poll(NULL, 0, r->pause_ms);
	}
	if (r->reset)
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
	else if (!r->hang_up)
		poll(NULL, 0, 20000);
	close(fd);
}

/* One connection to such a peer. Returns how long it took, in ms. */
static int meet(const struct rude *r, int ms, struct tls_seen *seen, struct err *e)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof at;
	struct timespec from, to;
	pid_t pid;

	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		be_rude(accept(fd, NULL, NULL), r);
		_exit(0);
	}
	close(fd);
	clock_gettime(CLOCK_MONOTONIC, &from);
	assert_false(look(ntohs(at.sin_port), TLS_1_2, TLS_1_2, ms, seen, e));
	clock_gettime(CLOCK_MONOTONIC, &to);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_int_equal(e->code, ERR_NET);
	assert_int_equal(seen->chain.len, 0);
	tls_seen_free(seen);
	return (int)((to.tv_sec - from.tv_sec) * 1000 + (to.tv_nsec - from.tv_nsec) / 1000000);
}

static void what_is_no_tls_is_told_at_once(void **state)
{
	static const struct rude peers[] = {
		{ .say = "SSH-2.0-hello\r\n", .len = 15 }, { .say = "HTTP/1.1 400 Bad Request\r\n\r\n", .len = 28 }, { .say = "\0\0\0", .len = 3 },
		{ .say = "\x16\x02\x01", .len = 3 },
	};
	struct tls_seen seen;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof peers / sizeof peers[0]; i++) {
		assert_true(meet(&peers[i], 10000, &seen, &e) < 5000);
		assert_int_equal(seen.fail, TLS_NO_TLS);
		assert_non_null(strstr(e.text, "no TLS"));
	}
}

static void a_peer_that_says_nothing_ends_at_the_deadline(void **state)
{
	const struct rude silent = { .len = 0 };
	struct tls_seen seen;
	struct err e;
	int took;

	(void)state;
	took = meet(&silent, 300, &seen, &e);
	assert_true(took >= 290 && took < 5000);
	assert_int_equal(seen.fail, TLS_TIMEOUT);
	assert_non_null(strstr(e.text, "does not answer in TLS"));
}

/* The header of a large record, and then a byte now and then. */
static void a_slow_peer_ends_at_the_deadline(void **state)
{
	const struct rude slow = { .say = "\x16\x03\x03\x40\x00\x0b\x00\x3f", .len = 8, .again = -1, .pause_ms = 20 };
	struct tls_seen seen;
	struct err e;
	int took;

	(void)state;
	took = meet(&slow, 400, &seen, &e);
	assert_true(took < 5000);
	assert_true(seen.fail == TLS_TIMEOUT || seen.fail == TLS_BROKEN);
}

/* Warnings without end: each is a whole record and of no consequence. */
static void an_endless_peer_has_an_end(void **state)
{
	static char many[7 * 2000];
	const struct rude endless = { .say = many, .len = sizeof many, .again = -1 };
	struct tls_seen seen;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof many; i += 7)
		memcpy(many + i, "\x15\x03\x03\x00\x02\x01\x70", 7);
	assert_true(meet(&endless, 10000, &seen, &e) < 5000);
	assert_true(seen.fail == TLS_BROKEN || seen.fail == TLS_ALERT);
}

/* HelloRequests, which a client skips in the middle of a handshake (RFC 5246 §7.4.1.1): OpenSSL would take them for ever. */
static void what_opens_no_end_is_cut_off(void **state)
{
	static char record[5 + 16384] = "\x16\x03\x03\x40\x00";
	const struct rude endless = { .say = record, .len = sizeof record, .again = -1 };
	struct tls_seen seen;
	struct err e;

	(void)state;
	assert_true(meet(&endless, 10000, &seen, &e) < 5000);
	assert_int_equal(seen.fail, TLS_BROKEN);
	assert_non_null(strstr(e.text, "larger than 256 KiB"));
}

/* A handshake message that claims 16 MB: OpenSSL would wait for it. */
static void a_message_that_is_too_large_is_not_waited_for(void **state)
{
	static char record[5 + 16384] = "\x16\x03\x03\x40\x00\x02\xff\xff\xff";
	const struct rude large = { .say = record, .len = sizeof record, .again = -1 };
	struct tls_seen seen;
	struct err e;

	(void)state;
	assert_true(meet(&large, 10000, &seen, &e) < 5000);
	assert_int_equal(seen.fail, TLS_BROKEN);
}

static void a_connection_that_ends_is_told(void **state)
{
	const struct rude reset = { .reset = true }, closed = { .hang_up = true }, cut = { .say = "\x16\x03\x03\x00\x50", .len = 5, .hang_up = true };
	struct tls_seen seen;
	struct err e;

	(void)state;
	meet(&reset, 5000, &seen, &e);
	assert_int_equal(seen.fail, TLS_CLOSED);
	meet(&closed, 5000, &seen, &e);
	assert_int_equal(seen.fail, TLS_CLOSED);
	meet(&cut, 5000, &seen, &e);
	assert_int_equal(seen.fail, TLS_CLOSED);
	assert_non_null(strstr(e.text, "closed the connection"));
}

static void an_alert_is_named(void **state)
{
	const struct rude says = { .say = "\x15\x03\x03\x00\x02\x02\x70", .len = 7, .hang_up = true };
	struct tls_seen seen;
	struct err e;

	(void)state;
	meet(&says, 5000, &seen, &e);
	assert_int_equal(seen.fail, TLS_ALERT);
	assert_string_equal(seen.alert, "unrecognized name");
	assert_non_null(strstr(e.text, "unrecognized name"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_chain_comes_with_the_leaf_first),
		cmocka_unit_test(only_a_version_that_was_asked_for_is_spoken),
		cmocka_unit_test(a_server_that_demands_a_certificate_is_told_apart),
		cmocka_unit_test(nobody_there_is_told),
		cmocka_unit_test(what_is_no_tls_is_told_at_once),
		cmocka_unit_test(a_peer_that_says_nothing_ends_at_the_deadline),
		cmocka_unit_test(a_slow_peer_ends_at_the_deadline),
		cmocka_unit_test(an_endless_peer_has_an_end),
		cmocka_unit_test(what_opens_no_end_is_cut_off),
		cmocka_unit_test(a_message_that_is_too_large_is_not_waited_for),
		cmocka_unit_test(a_connection_that_ends_is_told),
		cmocka_unit_test(an_alert_is_named),
	};

	return cmocka_run_group_tests(tests, make_all, drop_all);
}
