/* The sink https over TLS: only who proves to be the server gets an event; TLS 1.2 or newer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "deliver/sink.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

#include "tests/unit/peer.h"
#include "tests/unit/sinkscene.h"

static char url[200], ca[120];

static const char *fine(const char *request, int n)
{
	(void)request;
	(void)n;
	return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
}

static const char *in_scene(const char *name)
{
	static char path[120];

	snprintf(path, sizeof path, "%s/%s", scene_dir, name);
	return path;
}

/* A certificate that signs itself, and its key, as NAME.pem; the certificate alone as NAME.crt. */
static void make(const char *name, const char *san, int64_t from, int64_t to)
{
	struct pki p = pki_make(NULL, &(struct pki_wish){ .cn = "peer", .san = san, .from = time(NULL) + from, .to = time(NULL) + to });
	char file[40];
	FILE *f;

	snprintf(file, sizeof file, "%s.pem", name);
	f = fopen(in_scene(file), "we");
	assert_true(f && PEM_write_X509(f, p.x) && PEM_write_PrivateKey(f, p.key, NULL, NULL, 0, NULL, NULL) && fclose(f) == 0);
	snprintf(file, sizeof file, "%s.crt", name);
	f = fopen(in_scene(file), "we");
	assert_true(f && PEM_write_X509(f, p.x) && fclose(f) == 0);
	pki_free(&p);
}

/* Sends to a server with NAME.pem. */
static struct sent_result to(const char *name, bool need_cert, struct peer *p)
{
	char file[40];

	snprintf(file, sizeof file, "%s.pem", name);
	*p = peer_start(in_scene(file), need_cert, fine);
	snprintf(url, sizeof url, "%s/pix.php?hmac=segredo", p->base);
	conf.url = url;
	return sent_once(&sink_https);
}

static void who_proves_to_be_the_server_gets_it(void **state)
{
	struct sent_result result;
	struct peer p;

	(void)state;
	make("good", "IP:127.0.0.1", -3600, 3600);
	snprintf(ca, sizeof ca, "%s", in_scene("good.crt"));
	conf.ca = ca;
	result = to("good", false, &p);
	if (result.how != SENT_DONE)
		fail_msg("%s", result.why);
	assert_int_equal(p.seen->count, 1);
	assert_memory_equal(p.seen->request[0], "POST /pix.php?hmac=segredo HTTP/1.1\r\n", 37);
	assert_non_null(strstr(p.seen->request[0], "\r\nwebhook-signature: v1,"));
	peer_stop(&p);
}

static void nobody_else_does(void **state)
{
	static const struct { const char *name, *ca, *says; bool need_cert; } rows[] = {
		{ "good", "other.crt", "certificate", false },		/* signed by nobody that we know */
		{ "good", NULL, "certificate", false },			/* nor that the system knows */
		{ "expired", "expired.crt", "expired", false },
		{ "early", "early.crt", "not yet valid", false },
		{ "elsewhere", "elsewhere.crt", "127.0.0.1", false },	/* another's name */
		{ "good", "nothing.crt", "nothing.crt: no readable CA file", false },
		{ "good", "key.crt", "key.crt: no readable CA file", false },
		{ "good", "good.crt", "certificate", true },		/* it wants one of ours */
	};

	(void)state;
	make("good", "IP:127.0.0.1", -3600, 3600);
	make("other", "IP:127.0.0.1", -3600, 3600);
	make("expired", "IP:127.0.0.1", -7200, -3600);
	make("early", "IP:127.0.0.1", 3600, 7200);
	make("elsewhere", "DNS:shop.example.com", -3600, 3600);
	scene_write("key.crt", "no certificate\n", 0600);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct sent_result result;
		struct peer p;

		snprintf(ca, sizeof ca, "%s", rows[i].ca ? in_scene(rows[i].ca) : "");
		conf.ca = ca;
		result = to(rows[i].name, rows[i].need_cert, &p);
		if (result.how != SENT_STUCK || !strstr(result.why, rows[i].says) || strstr(result.why, "segredo") || p.seen->count)
			fail_msg("%zu: %d %s, %d requests", i, (int)result.how, result.why, p.seen->count);
		peer_stop(&p);
	}
}

/* A server that speaks no TLS, at an https:// address. */
static void in_clear_nothing_is_sent(void **state)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), status = -1;
	socklen_t len = sizeof at;
	struct sent_result result;
	pid_t pid;

	(void)state;
	assert_true(fd >= 0 && !bind(fd, (struct sockaddr *)&at, sizeof at) && !listen(fd, 4) && !getsockname(fd, (struct sockaddr *)&at, &len));
	pid = fork();
	if (!pid) {
		static const char says[] = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
		char hello[4096];
		int c = accept(fd, NULL, NULL);

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* 22: TLS's first byte; a request would begin with POST */
		_exit(!(read(c, hello, sizeof hello) > 0 && *hello == 22 && write(c, says, sizeof says - 1) > 0));
	}
	snprintf(url, sizeof url, "https://127.0.0.1:%d/", ntohs(at.sin_port));
	conf.url = url;
	result = sent_once(&sink_https);
	assert_int_equal(result.how, SENT_STUCK);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(fd);
}

static void old_tls_is_not_spoken(void **state)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), status = -1;
	socklen_t len = sizeof at;
	pid_t pid;

	(void)state;
	make("good", "IP:127.0.0.1", -3600, 3600);
	snprintf(ca, sizeof ca, "%s", in_scene("good.crt"));
	conf.ca = ca;
	assert_true(fd >= 0 && !bind(fd, (struct sockaddr *)&at, sizeof at) && !listen(fd, 4) && !getsockname(fd, (struct sockaddr *)&at, &len));
	pid = fork();
	if (!pid) {
		SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
		SSL *ssl;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION);
		SSL_CTX_set_max_proto_version(ctx, TLS1_1_VERSION);
		if (SSL_CTX_set_cipher_list(ctx, "ALL:@SECLEVEL=0") != 1 || SSL_CTX_use_certificate_chain_file(ctx, in_scene("good.pem")) != 1 ||
		    SSL_CTX_use_PrivateKey_file(ctx, in_scene("good.pem"), SSL_FILETYPE_PEM) != 1)
			_exit(2);
		ssl = SSL_new(ctx);
		SSL_set_fd(ssl, accept(fd, NULL, NULL));
		_exit(SSL_accept(ssl) == 1);
	}
	snprintf(url, sizeof url, "https://127.0.0.1:%d/", ntohs(at.sin_port));
	conf.url = url;
	assert_int_equal(sent_once(&sink_https).how, SENT_STUCK);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);	/* they did not agree */
	close(fd);
}

#define EACH(f) cmocka_unit_test_setup_teardown(f, open_sink_scene, close_sink_scene)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(who_proves_to_be_the_server_gets_it),
		EACH(nobody_else_does),
		EACH(in_clear_nothing_is_sent),
		EACH(old_tls_is_not_spoken),
	};

	return cmocka_run_group_tests_name("sink_https_cert", tests, NULL, NULL);
}
