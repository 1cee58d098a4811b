/*
 * A PSP's half of TLS, for tests: what a server does with a client certificate, as seen after the handshake and the
 * first read (in TLS 1.3 a refusal comes only there).
 *
 *   tls [KEY=VALUE]… <LIST
 *
 * Each line of LIST is one connection: words KEY=VALUE in addition to those of the command line. An empty value unsets.
 *   name       for the output                      tls       1.1, 1.2, 1.3, or none: plain HTTP
 *   address    127.0.0.1                           port
 *   sni, host  of TLS and of HTTP (else sni:port)   ca        whom the server's certificate must be of
 *   cert, key  PEM files; cert: leaf, then what is sent with it
 *   method     POST                                path      /
 *   data       the body; or body: a file of it     header    Name:value, may be repeated
 *   save       keeps the session under this name   resume    offers the session of that name
 *   out        a file for the whole answer
 *
 * Prints for each: NAME, VERDICT, SESSION, ASKED, joined by TABs.
 *   VERDICT    the HTTP status; "alert N": refused by TLS; "closed", "reset": ended without an answer; "timeout";
 *              "error: …": nothing that tells of the server's judgement
 *   SESSION    "resumed", "full", or "none": there was no session to offer
 *   ASKED      "asked": the server asked for a client certificate; else "open"
 */
#include "tests/tools/record.h"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>

enum { HEADERS = 16, SLOTS = 32, SECONDS = 5, ANSWER = 1 << 20 };

struct wish {
	const char *name, *tls, *address, *port, *sni, *host, *ca, *cert, *key, *method, *path, *data, *body, *save, *resume, *out;
	const char *header[HEADERS];
	size_t headers;
};

static const struct {
	const char *key;
	size_t at;
} keys[] = {
#define KEY(name) { #name, offsetof(struct wish, name) }
	KEY(name), KEY(tls), KEY(address), KEY(port), KEY(sni), KEY(host), KEY(ca), KEY(cert), KEY(key), KEY(method), KEY(path), KEY(data),
	KEY(body), KEY(save), KEY(resume), KEY(out),
#undef KEY
};

static struct slot {
	char name[64];
	SSL_SESSION *session;
} slots[SLOTS];

/* What one connection came to. */
struct fate {
	char verdict[200];
	const char *session;
	bool asked;
	int alert;		/* that the server sent; 0: none */
	struct slot *save;
};

static void usage(const char *word)
{
	fprintf(stderr, "tls: '%s' is not understood\n", word);
	exit(2);
}

static void wish_word(struct wish *w, const char *word)
{
	const char *value = strchr(word, '=');
	size_t len = value ? (size_t)(value - word) : 0;

	if (!value)
		usage(word);
	value = value[1] ? value + 1 : NULL;
	if (len == 6 && !strncmp(word, "header", 6)) {
		if (w->headers == HEADERS)
			usage(word);
		if (value)
			w->header[w->headers++] = value;
		return;
	}
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		if (strlen(keys[i].key) == len && !strncmp(word, keys[i].key, len)) {
			memcpy((char *)w + keys[i].at, &value, sizeof value);
			return;
		}
	}
	usage(word);
}

static struct slot *slot_of(const char *name, bool make)
{
	for (size_t i = 0; i < SLOTS; i++) {
		if (!strcmp(slots[i].name, name))
			return &slots[i];
		if (!*slots[i].name && make) {
			snprintf(slots[i].name, sizeof slots[i].name, "%s", name);
			return &slots[i];
		}
	}
	if (make)
		usage(name);
	return NULL;
}

static bool say(struct fate *f, const char *what, const char *more)
{
	snprintf(f->verdict, sizeof f->verdict, "error: %s%s%s", what, more ? ": " : "", more ? more : "");
	return false;
}

static bool say_ssl(struct fate *f, const char *what)
{
	char text[150] = "no reason given";

	if (ERR_peek_error())
		ERR_error_string_n(ERR_peek_error(), text, sizeof text);
	ERR_clear_error();
	return say(f, what, text);
}

static void seen(const SSL *ssl, int where, int what)
{
	struct fate *f = SSL_get_app_data(ssl);

	if ((where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT && (what & 0xff) != SSL_AD_CLOSE_NOTIFY)
		f->alert = what & 0xff;
}

static int asked(SSL *ssl, void *arg)
{
	(void)ssl;
	((struct fate *)arg)->asked = true;
	return 1;
}

static int new_session(SSL *ssl, SSL_SESSION *session)
{
	struct fate *f = SSL_get_app_data(ssl);

	if (!f->save)
		return 0;
	SSL_SESSION_free(f->save->session);
	f->save->session = session;
	return 1;
}

/* Why there is no answer: what an SSL call that failed left behind. */
static bool ended(struct fate *f, SSL *ssl, int rc)
{
	int why = SSL_get_error(ssl, rc), number = errno;

	if (f->alert) {
		snprintf(f->verdict, sizeof f->verdict, "alert %d", f->alert);
		ERR_clear_error();
		return false;
	}
	if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE)
		snprintf(f->verdict, sizeof f->verdict, "timeout");
	else if (why == SSL_ERROR_ZERO_RETURN || (why == SSL_ERROR_SSL && ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING))
		snprintf(f->verdict, sizeof f->verdict, "closed");
	else if (why == SSL_ERROR_SYSCALL && (number == ECONNRESET || number == EPIPE))
		snprintf(f->verdict, sizeof f->verdict, "reset");
	else if (why == SSL_ERROR_SYSCALL)
		return say(f, "read", strerror(number));
	else
		return say_ssl(f, "TLS");
	ERR_clear_error();
	return false;
}

static SSL_CTX *context(const struct wish *w, struct fate *f)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	int version = w->tls && !strcmp(w->tls, "1.2") ? TLS1_2_VERSION : w->tls && !strcmp(w->tls, "1.1") ? TLS1_1_VERSION : TLS1_3_VERSION;

	if (!ctx)
		die("memory");
	if (version == TLS1_1_VERSION)
		SSL_CTX_set_security_level(ctx, 0);	/* else it is not even offered */
	SSL_CTX_set_min_proto_version(ctx, version);
	SSL_CTX_set_max_proto_version(ctx, version);
	SSL_CTX_set_mode(ctx, SSL_MODE_AUTO_RETRY | SSL_MODE_NO_AUTO_CHAIN);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(ctx, new_session);
	SSL_CTX_set_info_callback(ctx, seen);
	SSL_CTX_set_cert_cb(ctx, asked, f);
	SSL_CTX_set_alpn_protos(ctx, (const unsigned char *)"\010http/1.1", 9);
	if (w->ca)
		SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	if ((!w->ca || SSL_CTX_load_verify_locations(ctx, w->ca, NULL) == 1) &&
	    (!w->cert || (SSL_CTX_use_certificate_chain_file(ctx, w->cert) == 1 && w->key && SSL_CTX_use_PrivateKey_file(ctx, w->key, SSL_FILETYPE_PEM) == 1)))
		return ctx;
	say_ssl(f, w->cert ? w->cert : w->ca);
	SSL_CTX_free(ctx);
	return NULL;
}

static void file_into(struct bytes *b, const char *path)
{
	unsigned char part[65536];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		die(path);
	while ((n = read(fd, part, sizeof part)) > 0)
		put(b, part, (size_t)n);
	close(fd);
}

static void request(const struct wish *w, struct bytes *b)
{
	struct bytes body = { 0 };
	char head[4096];
	int n;

	if (w->body)
		file_into(&body, w->body);
	else if (w->data)
		put(&body, w->data, strlen(w->data));
	n = snprintf(head, sizeof head, "%s %s HTTP/1.1\r\nHost: %s%s%s\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n",
		     w->method, w->path, w->host ? w->host : w->sni ? w->sni : w->address, w->host ? "" : ":", w->host ? "" : w->port, body.len);
	if (n < 0 || (size_t)n >= sizeof head)
		usage(w->path);
	put(b, head, (size_t)n);
	for (size_t i = 0; i < w->headers; i++) {
		put(b, w->header[i], strlen(w->header[i]));
		put(b, "\r\n", 2);
	}
	put(b, "\r\n", 2);
	put(b, body.p, body.len);
	free(body.p);
}

/* Whether the answer in hand is whole. Without a length it lasts until the connection ends. */
static bool whole(const struct bytes *a)
{
	const char *text = (const char *)a->p, *head_end, *length;

	if (a->len == 0 || !(head_end = strstr(text, "\r\n\r\n")))
		return false;
	length = strcasestr(text, "\r\nContent-Length:");
	return length && length < head_end && a->len - (size_t)(head_end + 4 - text) >= strtoul(length + 17, NULL, 10);
}

/* Reads the answer. rc of the last SSL_read or recv where nothing came. */
static int answer(SSL *ssl, int fd, struct bytes *a)
{
	char part[16384];
	int n = 1;

	while (!whole(a) && a->len < ANSWER) {
		n = ssl ? SSL_read(ssl, part, sizeof part) : (int)recv(fd, part, sizeof part, 0);
		if (n <= 0)
			break;
		put(a, part, (size_t)n);
		put(a, "", 1);		/* the text's end, not counted */
		a->len--;
	}
	return n;
}

static void judge(const struct wish *w, struct fate *f, const struct bytes *a)
{
	const char *text = (const char *)a->p;

	if (a->len < 12 || strncmp(text, "HTTP/1.", 7) || text[8] != ' ')
		say(f, "the answer is not HTTP", NULL);
	else
		snprintf(f->verdict, sizeof f->verdict, "%.3s", text + 9);
	if (w->out) {
		FILE *out = fopen(w->out, "w");

		if (!out || fwrite(a->p, 1, a->len, out) != a->len || fclose(out) != 0)
			die(w->out);
	}
}

static void over_tls(const struct wish *w, struct fate *f, int fd, const struct bytes *req)
{
	struct bytes a = { 0 };
	SSL_CTX *ctx = context(w, f);
	SSL *ssl = ctx ? SSL_new(ctx) : NULL;
	struct slot *old;
	int rc;

	if (!ctx)
		return;
	if (!ssl)
		die("memory");
	SSL_set_app_data(ssl, f);
	SSL_set_fd(ssl, fd);
	if (w->sni) {
		SSL_set_tlsext_host_name(ssl, w->sni);
		SSL_set1_host(ssl, w->sni);
	}
	old = w->resume ? slot_of(w->resume, false) : NULL;
	if (w->resume && (!old || !old->session || !SSL_SESSION_is_resumable(old->session)))
		f->session = "none";
	else if (old)
		SSL_set_session(ssl, old->session);
	errno = 0;
	rc = SSL_connect(ssl);
	if (rc != 1) {
		ended(f, ssl, rc);
	} else {
		if (SSL_session_reused(ssl))
			f->session = "resumed";
		/* a server that refuses may have closed already: its reason is still there to be read */
		SSL_write(ssl, req->p, (int)req->len);
		ERR_clear_error();
		errno = 0;
		rc = answer(ssl, fd, &a);
		if (a.len > 0)
			judge(w, f, &a);
		else
			ended(f, ssl, rc);
	}
	free(a.p);
	/* else OpenSSL takes the session for broken */
	SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
	SSL_free(ssl);
	SSL_CTX_free(ctx);
}

static void in_the_clear(const struct wish *w, struct fate *f, int fd, const struct bytes *req)
{
	struct bytes a = { 0 };
	int rc;

	send_all(fd, req->p, req->len);
	rc = answer(NULL, fd, &a);
	if (a.len > 0)
		judge(w, f, &a);
	else
		snprintf(f->verdict, sizeof f->verdict, "%s", rc == 0 ? "closed" : errno == EAGAIN ? "timeout" : "reset");
	free(a.p);
}

static void visit(const struct wish *w)
{
	struct fate f = { .session = "full", .save = w->save ? slot_of(w->save, true) : NULL };
	struct timeval patience = { .tv_sec = SECONDS };
	struct bytes req = { 0 };
	char address[128];
	int fd;

	snprintf(address, sizeof address, "%s:%s", w->address, w->port);
	if (f.save) {
		SSL_SESSION_free(f.save->session);
		f.save->session = NULL;
	}
	request(w, &req);
	fd = connect_to(address);
	if (fd < 0) {
		say(&f, "nobody listens", address);
	} else {
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
		if (w->tls && !strcmp(w->tls, "none"))
			in_the_clear(w, &f, fd, &req);
		else
			over_tls(w, &f, fd, &req);
		close(fd);
	}
	free(req.p);
	printf("%s\t%s\t%s\t%s\n", w->name ? w->name : "-", f.verdict, f.session, f.asked ? "asked" : "open");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct wish usual = { .address = "127.0.0.1", .port = "443", .method = "POST", .path = "/" };
	char *line = NULL;
	size_t cap = 0;

	signal(SIGPIPE, SIG_IGN);
	for (int i = 1; i < argc; i++)
		wish_word(&usual, argv[i]);
	while (getline(&line, &cap, stdin) > 0) {
		struct wish w = usual;
		char *rest = NULL;
		bool any = false;

		for (char *word = strtok_r(line, " \t\n", &rest); word; word = strtok_r(NULL, " \t\n", &rest)) {
			wish_word(&w, word);
			any = true;
		}
		if (any)
			visit(&w);
	}
	free(line);
	for (size_t i = 0; i < SLOTS; i++)
		SSL_SESSION_free(slots[i].session);
	return 0;
}
