/* A merchant's web server in a process of its own, well or badly set up, for tests. It answers one connection after the other. */
#ifndef TESTS_UNIT_TLSPEER_H
#define TESTS_UNIT_TLSPEER_H

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

/* What it does besides answering with a status. */
enum { PEER_CLOSE = -1, PEER_RESET = -2, PEER_SILENT = -3, PEER_GARBAGE = -4, PEER_LARGE = -5, PEER_CUT = -6, PEER_RAW = -7 };

struct peer_manner {
	const char *cert, *key;	/* files */
	const char *clients;	/* CA file: asks for a client certificate; NULL: does not */
	bool demands;		/* refuses in TLS whom it does not know */
	bool abrupt;		/* after some thought, and hangs up at once; it tells how many bytes it did not read */
	int without, with;	/* a status or PEER_…, to who shows no certificate and to who does */
	int slow_ms;		/* before it answers */
	int hello_ms;		/* before it begins with TLS */
	int tls;		/* 10 to 13; 0: 12 and 13 */
	const char *names;	/* CA file whose names it sends when it asks; NULL: none */
	const char *alpn;	/* the one protocol that it speaks, where the client offers it; NULL: the client's wish is not read */
	const char *raw;	/* PEER_RAW: these bytes */
	size_t raw_len;
	int again, pause_ms;	/* PEER_RAW: how often more (-1: for ever), and what is between two */
	bool raw_in_clear;	/* PEER_RAW: not as TLS */
	bool unheard;		/* says it without waiting for a request */
	bool mute;		/* takes the connection and never says a word, not even of TLS */
	enum { PEER_STAYS, PEER_HEARS, PEER_GOES } hangs_up;	/* in place of TLS: after the client's first words, or at once */
};

struct peer {
	pid_t pid;
	int port, told;		/* told: a pipe with "CN of the client\n" and each request, then a NUL */
};

/* Reads a request: head, and as many bytes as Content-Length tells. */
static inline size_t peer_read(SSL *ssl, char *request, size_t size)
{
	size_t len = 0, want = 0;

	while (len < size - 1) {
		int n = SSL_read(ssl, request + len, (int)(size - 1 - len));
		const char *head, *length;

		if (n <= 0)
			return 0;
		len += (size_t)n;
		request[len] = '\0';
		head = strstr(request, "\r\n\r\n");
		length = strcasestr(request, "\r\nContent-Length: ");
		if (head && strcasestr(request, "\r\nTransfer-Encoding: chunked\r\n"))
			want = strstr(head, "\r\n0\r\n\r\n") ? 0 : size;
		else if (head)
			want = (size_t)(head + 4 - request) + (length ? strtoul(length + 18, NULL, 10) : 0);
		if (head && len >= want)
			return len;
	}
	return 0;
}

static inline void peer_say(SSL *ssl, int fd, int what)
{
	const struct linger hard = { .l_onoff = 1 };
	static const char garbage[] = "SSH-2.0-hello\r\n", cut[] = "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello";
	static char large[65536];
	char text[160];

	if (what == PEER_RESET)
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
	else if (what == PEER_SILENT)
		poll(NULL, 0, 20000);
	else if (what == PEER_GARBAGE)
		SSL_write(ssl, garbage, sizeof garbage - 1);
	else if (what == PEER_CUT)
		SSL_write(ssl, cut, sizeof cut - 1);
	else if (what > 0 || what == PEER_LARGE) {
		int n = snprintf(text, sizeof text, "HTTP/1.1 %d What\r\nContent-Length: %d\r\nConnection: close\r\n%s\r\n", what > 0 ? what : 200,
				 what > 0 ? 0 : 64 * (int)sizeof large, what / 100 == 3 ? "Location: /elsewhere\r\n" : "");

		SSL_write(ssl, text, n);
		for (int i = 0; what == PEER_LARGE && i < 64; i++)
			if (SSL_write(ssl, large, sizeof large) <= 0)
				break;
	}
	if (what > 0 || what == PEER_CLOSE)
		SSL_shutdown(ssl);
}

static inline void peer_say_raw(SSL *ssl, int fd, const struct peer_manner *m)
{
	for (int i = 0; m->again < 0 || i <= m->again; i++) {
		if (m->raw_in_clear ? send(fd, m->raw, m->raw_len, MSG_NOSIGNAL) <= 0 : SSL_write(ssl, m->raw, (int)m->raw_len) <= 0)
			return;
		poll(NULL, 0, m->pause_ms);
	}
}

static inline void peer_hang_up(int fd, int when)
{
	char hello[8192];

	if (when == PEER_HEARS && read(fd, hello, sizeof hello) < 0)
		_exit(1);
}

static inline void peer_meet(SSL_CTX *ctx, int fd, const struct peer_manner *m, int told)
{
	SSL *ssl = SSL_new(ctx);
	X509 *client;
	char request[8192], cn[128] = "";
	size_t len;

	SSL_set_fd(ssl, fd);
	poll(NULL, 0, m->hello_ms);
	if (SSL_accept(ssl) != 1) {
		if (m->abrupt) {
			dprintf(told, "%zd%c", recv(fd, request, sizeof request, MSG_DONTWAIT), 0);
			goto out;
		}
		/* what is unread when it closes would become a reset, which may overtake the alert */
		shutdown(fd, SHUT_WR);
		while (read(fd, request, sizeof request) > 0)
			;
	} else if (m->unheard) {
		peer_say_raw(ssl, fd, m);
		shutdown(fd, SHUT_WR);
		while (read(fd, request, sizeof request) > 0)
			;
	} else if ((len = peer_read(ssl, request, sizeof request)) > 0) {
		client = SSL_get0_peer_certificate(ssl);
		if (client)
			X509_NAME_get_text_by_NID(X509_get_subject_name(client), NID_commonName, cn, sizeof cn);
		dprintf(told, "%s\n", cn);
		if (write(told, request, len + 1) < 0)
			_exit(1);
		poll(NULL, 0, m->slow_ms);
		if ((client ? m->with : m->without) == PEER_RAW)
			peer_say_raw(ssl, fd, m);
		peer_say(ssl, fd, client ? m->with : m->without);
	}
out:
	SSL_free(ssl);
}

static inline int peer_think(int ok, X509_STORE_CTX *c)
{
	(void)c;
	poll(NULL, 0, 30);
	return ok;
}

static inline int peer_choose(SSL *ssl, const unsigned char **out, unsigned char *outlen, const unsigned char *in, unsigned inlen, void *arg)
{
	unsigned char mine[64];
	size_t len = strlen(arg);

	(void)ssl;
	mine[0] = (unsigned char)len;
	memcpy(mine + 1, arg, len);
	return SSL_select_next_proto((unsigned char **)out, outlen, mine, (unsigned)len + 1, in, inlen) == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

static inline SSL_CTX *peer_context(const struct peer_manner *m)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	if (!ctx || SSL_CTX_use_certificate_chain_file(ctx, m->cert) != 1 || SSL_CTX_use_PrivateKey_file(ctx, m->key, SSL_FILETYPE_PEM) != 1)
		return NULL;
	if (m->clients && SSL_CTX_load_verify_locations(ctx, m->clients, NULL) != 1)
		return NULL;
	if (m->clients)
		SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | (m->demands ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), m->abrupt ? peer_think : NULL);
	if (m->names)
		SSL_CTX_set_client_CA_list(ctx, SSL_load_client_CA_file(m->names));
	if (m->alpn)
		SSL_CTX_set_alpn_select_cb(ctx, peer_choose, (void *)m->alpn);
	SSL_CTX_set_session_id_context(ctx, (const unsigned char *)"peer", 4);
	if (m->tls)
		SSL_CTX_set_max_proto_version(ctx, TLS1_VERSION + m->tls - 10);
	if (m->tls == 13 || (m->tls && m->tls < 12))
		SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION + m->tls - 10);
	if (m->tls && m->tls < 12 && SSL_CTX_set_cipher_list(ctx, "ALL:@SECLEVEL=0") != 1)
		return NULL;
	return ctx;
}

/* port 0 in what it returns: it did not start. */
static inline struct peer peer_start(const struct peer_manner *m)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), told[2];
	SSL_CTX *ctx = peer_context(m);
	socklen_t len = sizeof at;
	struct peer p = { 0 };

	if (!ctx || bind(fd, (struct sockaddr *)&at, sizeof at) || listen(fd, 8) || getsockname(fd, (struct sockaddr *)&at, &len) || pipe(told))
		return p;
	p.pid = fork();
	while (!p.pid) {
		int c;

		prctl(PR_SET_PDEATHSIG, SIGKILL);	/* also where a test ends early */
		signal(SIGPIPE, SIG_IGN);
		c = accept(fd, NULL, NULL);
		if (c < 0)
			_exit(1);
		if (m->mute)
			poll(NULL, 0, 20000);
		else if (m->hangs_up)
			peer_hang_up(c, m->hangs_up);
		else
			peer_meet(ctx, c, m, told[1]);
		close(c);
	}
	SSL_CTX_free(ctx);
	close(fd);
	close(told[1]);
	p.port = ntohs(at.sin_port);
	p.told = told[0];
	return p;
}

static inline void peer_stop(struct peer p)
{
	kill(p.pid, SIGKILL);
	waitpid(p.pid, NULL, 0);
	close(p.told);
}

/* The requests that came, one after the other; after peer_stop's kill nothing more comes. Waits until one is whole. */
static inline void peer_told(struct peer p, char *text, size_t size)
{
	size_t len = 0;

	while (len < size - 1 && read(p.told, text + len, 1) == 1 && text[len++])
		;
	text[len] = '\0';
}

#endif
