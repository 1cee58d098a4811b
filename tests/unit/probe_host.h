/* A server of any behaviour that is probed, in a process of its own for each connection. Behind probe_scene.h. */
#ifndef TESTS_UNIT_PROBE_HOST_H
#define TESTS_UNIT_PROBE_HOST_H

#include "tests/unit/probe_scene.h"
#include "tests/unit/tlspeer.h"

enum { LONGEST = 30 };		/* timeouts: what probe.h promises as a ceiling */

static int patience = 5000;	/* ms: a few times what a handshake takes here, be it with sanitizers */

typedef void (*serves)(int fd, SSL_CTX *ctx, unsigned seed);

struct host {
	pid_t pid;
	int port;
};

/* A connection has a process of its own, so that one that hangs stops no other. */
static inline struct host host_start(serves serve, SSL_CTX *ctx, unsigned seed)
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

static inline void host_stop(struct host h)
{
	kill(h.pid, SIGKILL);
	waitpid(h.pid, NULL, 0);
}

static inline SSL_CTX *context(const char *cert, const char *key)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	assert_true(SSL_CTX_use_certificate_chain_file(ctx, cert) == 1 && SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) == 1);
	return ctx;
}

static inline int64_t clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Whether the URL holds no secret: then all is asked of a server that cannot prove itself too. */
static bool nothing_secret;

/* Probes it, in at most so many timeouts. The caller frees. */
static inline struct seen survived(struct host h, int timeouts)
{
	struct target t = efi_at(h.port);
	struct probe_options o = options_of(&t, PKI_CALLER_PRODUCTION);
	int64_t began = clock_ms();
	struct seen s;

	o.timeout_ms = patience;
	if (nothing_secret)
		t.secret = t.query = "";
	assert_true(probe(&t, &o, &s, NULL));
	if (clock_ms() - began > (int64_t)timeouts * patience + 5000)	/* whatever it takes besides waiting */
		fail_msg("it took %lld ms", (long long)(clock_ms() - began));
	clean_seen(&s);
	host_stop(h);
	return s;
}

/* --- after the handshake */
static inline SSL *shake(int fd, SSL_CTX *ctx)
{
	SSL *ssl = SSL_new(ctx);
	char request[16384];

	SSL_set_fd(ssl, fd);
	if (SSL_accept(ssl) != 1 || SSL_read(ssl, request, sizeof request) <= 0)
		_exit(0);
	return ssl;
}

/* --- a certificate that is an attack */
static inline void served(int fd, SSL_CTX *ctx, unsigned seed)
{
	static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nServer: \x1b]0;x\x07\r\n\r\n200";
	SSL *ssl = shake(fd, ctx);

	(void)seed;
	SSL_write(ssl, answer, sizeof answer - 1);
	SSL_shutdown(ssl);
}

/* Measures a handshake, and is patient accordingly. */
static inline int be_patient(void **state)
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

#endif
