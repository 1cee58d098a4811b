/* A TLS server in a process of its own, one connection after the other; what it was asked is seen from here. */
#ifndef TESTS_UNIT_PEER_H
#define TESTS_UNIT_PEER_H

#include <arpa/inet.h>
#include <openssl/pkcs12.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/unit/pki.h"

enum { PEER_REQUESTS = 48, PEER_BYTES = 8192 };

struct peer_seen {
	volatile int count;
	char request[PEER_REQUESTS][PEER_BYTES];	/* head and body */
	char subject[PEER_REQUESTS][80];		/* of the client's certificate, "" where there was none */
};

/* What is said to the n-th request (from 0); NULL: the connection is closed without a word. */
typedef const char *(*peer_says)(const char *request, int n);

struct peer {
	pid_t pid;
	int port;
	char base[40];		/* https://127.0.0.1:PORT */
	struct peer_seen *seen;
};

static inline int peer_any(int ok, X509_STORE_CTX *c)
{
	(void)c;
	(void)ok;
	return 1;
}

static inline void peer_serve(SSL *ssl, struct peer_seen *seen, peer_says says)
{
	int n = seen->count, got, len = 0;
	char *r = seen->request[n < PEER_REQUESTS ? n : PEER_REQUESTS - 1], *end = NULL, *length;
	X509 *x;
	const char *answer;

	if (SSL_accept(ssl) <= 0) {
		/* closing over unread bytes would be a reset, and the client would not see the alert */
		shutdown(SSL_get_fd(ssl), SHUT_WR);
		while (read(SSL_get_fd(ssl), r, PEER_BYTES) > 0)
			;
		return;
	}
	r[0] = '\0';
	while (len < PEER_BYTES - 1 && (got = SSL_read(ssl, r + len, PEER_BYTES - 1 - len)) > 0) {
		len += got;
		r[len] = '\0';
		end = strstr(r, "\r\n\r\n");
		length = end ? strcasestr(r, "\r\nContent-Length:") : NULL;
		if (end && (!length || length > end || r + len - (end + 4) >= atoi(length + 17)))
			break;
	}
	if (!end)
		return;
	x = SSL_get0_peer_certificate(ssl);
	if (x)
		X509_NAME_get_text_by_NID(X509_get_subject_name(x), NID_commonName, seen->subject[n], sizeof seen->subject[n]);
	seen->count = n + 1;
	answer = says(r, n);
	if (answer && SSL_write(ssl, answer, (int)strlen(answer)) > 0)
		SSL_shutdown(ssl);
}

/* need_cert: a client without a certificate is refused; any certificate will do. cert is a PEM file of certificate and key. */
static inline struct peer peer_start(const char *cert, bool need_cert, peer_says says)
{
	struct peer p = { .seen = mmap(NULL, sizeof *p.seen, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0) };
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof at;
	SSL_CTX *ctx;

	assert_true(fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof at) == 0 && listen(fd, 8) == 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	p.port = ntohs(at.sin_port);
	snprintf(p.base, sizeof p.base, "https://127.0.0.1:%d", p.port);
	p.pid = fork();
	assert_true(p.pid >= 0);
	if (p.pid) {
		close(fd);
		return p;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
	ctx = SSL_CTX_new(TLS_server_method());
	if (SSL_CTX_use_certificate_chain_file(ctx, cert) <= 0 || SSL_CTX_use_PrivateKey_file(ctx, cert, SSL_FILETYPE_PEM) <= 0)
		_exit(1);
	SSL_CTX_set_session_id_context(ctx, (const unsigned char *)"peer", 4);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | (need_cert ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), peer_any);
	for (;;) {
		int c = accept(fd, NULL, NULL);
		SSL *ssl = SSL_new(ctx);

		if (c < 0)
			_exit(1);
		SSL_set_fd(ssl, c);
		peer_serve(ssl, p.seen, says);
		SSL_free(ssl);
		close(c);
	}
}

static inline void peer_stop(struct peer *p)
{
	kill(p->pid, SIGKILL);
	waitpid(p->pid, NULL, 0);
	munmap(p->seen, sizeof *p->seen);
}

/* A fresh folder with peer.pem (certificate and key of 127.0.0.1), ours.pem (of "ours"), ours.p12 (password "abre-te"). */
static inline void peer_folder(char *dir)
{
	const struct pki_wish peer = { .cn = "peer", .san = "IP:127.0.0.1", .from = time(NULL) - 3600, .to = time(NULL) + 3600 };
	const struct pki_wish ours = { .cn = "ours", .from = time(NULL) - 3600, .to = time(NULL) + 3600 };
	struct pki of[2] = { pki_make(NULL, &peer), pki_make(NULL, &ours) };
	static const char *const names[] = { "peer", "ours" };
	char path[256];
	PKCS12 *p12;
	FILE *f;

	assert_non_null(mkdtemp(dir));
	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof path, "%s/%s.pem", dir, names[i]);
		f = fopen(path, "we");
		assert_true(f && PEM_write_X509(f, of[i].x) && PEM_write_PrivateKey(f, of[i].key, NULL, NULL, 0, NULL, NULL) && fclose(f) == 0);
	}
	p12 = PKCS12_create("abre-te", "ours", of[1].key, of[1].x, NULL, 0, 0, 0, 0, 0);
	snprintf(path, sizeof path, "%s/ours.p12", dir);
	f = fopen(path, "we");
	assert_true(p12 && f && i2d_PKCS12_fp(f, p12) && fclose(f) == 0);
	PKCS12_free(p12);
	pki_free(&of[0]);
	pki_free(&of[1]);
}

static inline int peer_drop_folder(const char *dir)
{
	char command[256];

	snprintf(command, sizeof command, "rm -rf '%s'", dir);
	return system(command);
}

#endif
