#include "emul/front.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/limits.h"
#include "lib/mem.h"
#include "lib/text.h"


enum {
	CONNECTIONS = 64,	/* each has a thread: a registration waits for the merchant's server */
	IDLE_S = 30,
	MEMORY = 32 * 1024,	/* of one connection: request line and headers */
};

struct front {
	struct MHD_Daemon *daemon;
	front_handler *handler;
	void *ctx;
	int port;
	char *cert, *key, *ca;
	atomic_int busy;	/* requests that are with the handler */
};

/* One request between its first byte and its answer. */
struct visit {
	char uri[LIMIT_URL + 1];
	bool too_long;		/* the URL */
	bool begun;
	size_t dropped;		/* bytes of the body past its limit */
	struct buf body;
};

static const char *header(const struct front_request *r, const char *name)
{
	return MHD_lookup_connection_value((struct MHD_Connection *)(uintptr_t)r->inside, MHD_HEADER_KIND, name);
}

bool front_param(const struct front_request *r, const char *name, char *out, size_t size)
{
	size_t n = strlen(name), got;

	for (const char *p = r->query; *p; ) {
		size_t len = strcspn(p, "&");

		if (len > n && !strncmp(p, name, n) && p[n] == '=')
			return text_unpercent(p + n + 1, len - n - 1, out, size, &got) && text_utf8(out, got);
		p += len + (p[len] == '&');
	}
	return false;
}

/* The URL as it came: what libmicrohttpd hands on later is decoded. */
static void *begin(void *ctx, const char *uri, struct MHD_Connection *connection)
{
	struct visit *v = xcalloc(1, sizeof *v);
	size_t len = strlen(uri);

	(void)ctx;
	(void)connection;
	v->body = BUF(LIMIT_BODY);
	v->too_long = len > LIMIT_URL;
	if (!v->too_long)
		memcpy(v->uri, uri, len + 1);
	return v;
}

static void end(void *ctx, struct MHD_Connection *connection, void **con_cls, enum MHD_RequestTerminationCode how)
{
	struct visit *v = *con_cls;

	(void)ctx;
	(void)connection;
	(void)how;
	if (!v)
		return;
	buf_free(&v->body);
	free(v);
	*con_cls = NULL;
}

/* GnuTLS writes a name's values as RFC 4514 has them, "a\\, b". */
static void unescape(char *text)
{
	char *to = text;

	for (; *text; text++) {
		if (*text == '\\' && text[1])
			text++;
		*to++ = *text;
	}
	*to = '\0';
}

/* The issuer of a certificate that holds. It is only asked for in TLS, so that the refusal is ours to choose. */
static bool issuer_of(struct MHD_Connection *connection, char *out, size_t size)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
	char purpose[] = GNUTLS_KP_TLS_WWW_CLIENT;
	gnutls_typed_vdata_st want = { .type = GNUTLS_DT_KEY_PURPOSE_OID, .data = (unsigned char *)purpose };
	unsigned int status = 0, count = 0;
	gnutls_session_t session = info ? (gnutls_session_t)info->tls_session : NULL;
	const gnutls_datum_t *peers = session ? gnutls_certificate_get_peers(session, &count) : NULL;
	gnutls_x509_crt_t cert;
	bool ok;

	if (!peers || !count || gnutls_certificate_verify_peers(session, &want, 1, &status) != GNUTLS_E_SUCCESS || status)
		return false;
	if (gnutls_x509_crt_init(&cert) != GNUTLS_E_SUCCESS)
		return false;
	ok = gnutls_x509_crt_import(cert, &peers[0], GNUTLS_X509_FMT_DER) == GNUTLS_E_SUCCESS &&
		gnutls_x509_crt_get_issuer_dn_by_oid(cert, GNUTLS_OID_X520_COMMON_NAME, 0, 0, out, &size) == GNUTLS_E_SUCCESS;
	gnutls_x509_crt_deinit(cert);
	if (ok)
		unescape(out);
	return ok;
}

/* The first half of a body, and then an error: the connection ends before as many bytes as announced came. */
static ssize_t half(void *body, uint64_t at, char *out, size_t size)
{
	const struct buf *b = body;
	size_t left = at < b->len / 2 ? b->len / 2 - (size_t)at : 0;

	if (!left)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	memcpy(out, b->data + at, left < size ? left : size);
	return (ssize_t)(left < size ? left : size);
}

static void free_half(void *body)
{
	buf_free(body);
	free(body);
}

/* Takes the answer's body. */
static struct MHD_Response *half_of(struct front_answer *a)
{
	struct buf *b = xcalloc(1, sizeof *b);

	*b = a->body;
	a->body = BUF(0);
	return MHD_create_response_from_callback(b->len, 4096, half, b, free_half);
}

static enum MHD_Result reply(struct MHD_Connection *connection, struct front_answer *a)
{
	struct MHD_Response *response;
	char seconds[16];
	enum MHD_Result result;

	if (!a->status || (a->cut && a->body.len < 2))
		return MHD_NO;
	response = a->cut ? half_of(a) : MHD_create_response_from_buffer(a->body.len, a->body.data, MHD_RESPMEM_MUST_COPY);
	if (!response)
		return MHD_NO;
	if (a->retry_after_s) {
		snprintf(seconds, sizeof seconds, "%d", a->retry_after_s);
		MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, seconds);
	}
	if (a->type)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, a->type);
	if (a->allow)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, a->allow);
	result = MHD_queue_response(connection, a->status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result short_reply(struct MHD_Connection *connection, unsigned status)
{
	struct front_answer a = { .status = status };

	return reply(connection, &a);
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *connection, const char *url, const char *method, const char *version,
				  const char *data, size_t *len, void **con_cls)
{
	struct front *f = ctx;
	struct visit *v = *con_cls;
	struct front_request r = { .method = method, .header = header, .inside = connection };
	struct front_answer a = { .body = BUF(LIMIT_BODY_MAX) };
	enum MHD_Result result;
	char *query, issuer[256];

	(void)url;
	(void)version;
	if (!v->begun) {
		v->begun = true;
		return v->too_long ? short_reply(connection, MHD_HTTP_URI_TOO_LONG) : MHD_YES;
	}
	if (*len) {
		if (v->dropped || !buf_add(&v->body, data, *len))
			v->dropped += *len;
		*len = 0;
		return v->dropped > LIMIT_DRAIN ? MHD_NO : MHD_YES;
	}
	if (v->dropped)
		return short_reply(connection, MHD_HTTP_CONTENT_TOO_LARGE);
	query = strchr(v->uri, '?');
	if (query)
		*query++ = '\0';
	r.path = v->uri;
	r.query = query ? query : "";
	r.body = buf_str(&v->body);
	r.len = v->body.len;
	if (issuer_of(connection, issuer, sizeof issuer))
		r.issuer = issuer;
	f->busy++;
	f->handler(f->ctx, &r, &a);
	result = reply(connection, &a);
	f->busy--;
	buf_free(&a.body);
	return result;
}

/* libmicrohttpd says only that it could not start; these two it would stumble over most often. */
static bool certificates_ok(const struct front *f, struct err *e)
{
	gnutls_datum_t cert = { (unsigned char *)f->cert, (unsigned)strlen(f->cert) }, key = { (unsigned char *)f->key, (unsigned)strlen(f->key) };
	gnutls_datum_t ca = { (unsigned char *)f->ca, (unsigned)strlen(f->ca) };
	gnutls_certificate_credentials_t all;
	bool ok = false;
	int n;

	if (gnutls_certificate_allocate_credentials(&all) != GNUTLS_E_SUCCESS)
		return fail(e, ERR_STORE, "the emulator's server: no memory");
	n = gnutls_certificate_set_x509_key_mem(all, &cert, &key, GNUTLS_X509_FMT_PEM);
	if (n < 0) {
		fail(e, ERR_CONFIG, "the emulator's server certificate or its key: %s", gnutls_strerror(n));
		goto out;
	}
	n = gnutls_certificate_set_x509_trust_mem(all, &ca, GNUTLS_X509_FMT_PEM);
	if (n <= 0) {
		fail(e, ERR_CONFIG, "the CA of the merchants' certificates: %s", n ? gnutls_strerror(n) : "no certificate in it");
		goto out;
	}
	ok = true;
out:
	gnutls_certificate_free_credentials(all);
	return ok;
}

struct front *front_open(int port, const char *cert_pem, const char *key_pem, const char *ca_pem, front_handler *handler, void *ctx, struct err *e)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct front *f = xcalloc(1, sizeof *f);
	const union MHD_DaemonInfo *info;

	f->handler = handler;
	f->ctx = ctx;
	f->cert = xstrdup(cert_pem);
	f->key = xstrdup(key_pem);
	f->ca = xstrdup(ca_pem);
	if (!certificates_ok(f, e))
		goto out;
	errno = 0;
	f->daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_TLS | MHD_USE_POLL,
		(uint16_t)port, NULL, NULL, on_request, f,
		MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&at,
		MHD_OPTION_HTTPS_MEM_CERT, f->cert,
		MHD_OPTION_HTTPS_MEM_KEY, f->key,
		MHD_OPTION_HTTPS_MEM_TRUST, f->ca,
		MHD_OPTION_HTTPS_PRIORITIES, "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2",
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY,
		MHD_OPTION_URI_LOG_CALLBACK, begin, NULL,
		MHD_OPTION_NOTIFY_COMPLETED, end, NULL,
		MHD_OPTION_END);
	if (!f->daemon) {
		fail(e, ERR_STORE, "127.0.0.1:%d: cannot listen%s%s", port, errno ? ": " : "", errno ? strerror(errno) : "");
		goto out;
	}
	info = MHD_get_daemon_info(f->daemon, MHD_DAEMON_INFO_BIND_PORT);
	f->port = info ? info->port : port;
	return f;
out:
	front_close(f, 0);
	return NULL;
}

int front_port(const struct front *f)
{
	return f->port;
}

bool front_close(struct front *f, int wait_ms)
{
	struct timespec pause = { .tv_nsec = 10 * 1000 * 1000 };
	MHD_socket listening;

	if (!f)
		return true;
	if (f->daemon) {
		listening = MHD_quiesce_daemon(f->daemon);
		if (listening != MHD_INVALID_SOCKET)
			close(listening);
		for (int ms = 0; f->busy && ms < wait_ms; ms += 10)
			nanosleep(&pause, NULL);
		if (f->busy)
			return false;
		MHD_stop_daemon(f->daemon);
	}
	free(f->cert);
	free(f->key);
	free(f->ca);
	free(f);
	return true;
}
