#include "emul/caller.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/http.h"
#include "lib/limits.h"

#define ANSWER_MAX (1024 * 1024)

static const char ping[] = "{\"evento\":\"teste_webhook\"}";

/* The errors of PUT /v2/webhook/:chave (dev.efipay.com.br, July 2024). */
static const struct words {
	const char *name, *before;
	enum { PLAIN, WITH_ERRNO, WITH_STATUS } form;
} words[CALL_ENDS] = {
	[CALL_OK]          = { NULL, "", PLAIN },
	[CALL_BAD_URL]     = { "valor_invalido", "URL inválida", PLAIN },
	[CALL_NOT_HTTPS]   = { "valor_invalido", "A URL do webhook deve usar o protocolo HTTPS", PLAIN },
	[CALL_NO_MTLS]     = { "webhook_invalido", "A autenticação de TLS mútuo não está configurada na URL informada", PLAIN },
	[CALL_UNREACHABLE] = { "webhook_invalido", "A URL informada está inacessível", PLAIN },
	[CALL_TIMEOUT]     = { "webhook_invalido", "A URL informada atingiu o tempo limite de resposta", PLAIN },
	[CALL_ERRNO]       = { "webhook_invalido", "A requisição na URL informada falhou com o erro: ", WITH_ERRNO },
	[CALL_STATUS]      = { "webhook_invalido", "A URL informada respondeu com o código HTTP ", WITH_STATUS },
	[CALL_NO_ANSWER]   = { "webhook_invalido", "Não foi possível receber uma resposta da URL informada", PLAIN },
};

/*
 * What libcurl's reason is to the PSP. Which of its texts Efí gives for a port where nobody listens, and which errno's name for
 * a TLS failure, is not published; these are the likeliest.
 */
static const struct {
	enum call_end end;
	const char *errno_name;
} ends[] = {
	[HTTP_NO_HOST]       = { CALL_UNREACHABLE, "" },
	[HTTP_NO_CONNECTION] = { CALL_UNREACHABLE, "" },
	[HTTP_TIMEOUT]       = { CALL_TIMEOUT, "" },
	[HTTP_TLS]           = { CALL_ERRNO, "EPROTO" },
	[HTTP_THEIR_CERT]    = { CALL_ERRNO, "EPROTO" },
	[HTTP_OUR_CERT]      = { CALL_ERRNO, "EPROTO" },
	[HTTP_RESET]         = { CALL_ERRNO, "ECONNRESET" },
	[HTTP_EMPTY]         = { CALL_NO_ANSWER, "" },
	[HTTP_CUT]           = { CALL_ERRNO, "ECONNRESET" },
	[HTTP_TOO_LARGE]     = { CALL_NO_ANSWER, "" },
	[HTTP_OTHER]         = { CALL_NO_ANSWER, "" },
};

static void end_with(struct call_result *r, enum call_end end, long status, const char *errno_name, const char *reason)
{
	*r = (struct call_result){ .end = end, .status = status };
	snprintf(r->errno_name, sizeof r->errno_name, "%s", errno_name);
	snprintf(r->reason, sizeof r->reason, "%.*s", (int)sizeof r->reason - 1, reason);
}

/* Whether it can be a URL at all: a scheme, a host, no white space or control character. *https tells the scheme. */
static bool url_form(const char *url, bool *https)
{
	size_t scheme = strcspn(url, ":");

	if (!isalpha((unsigned char)*url) || strncmp(url + scheme, "://", 3) != 0)
		return false;
	for (size_t i = 0; i < scheme; i++)
		if (!isalnum((unsigned char)url[i]) && !strchr("+.-", url[i]))
			return false;
	for (const char *p = url; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f)
			return false;
	*https = scheme == 5 && !strncasecmp(url, "https", 5);
	return url[scheme + 3] && !strchr("/?#:", url[scheme + 3]);
}

static bool one_line(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	return true;
}

/* TLS that ends because the other side is gone is no error of TLS: Node.js has ECONNRESET then. libcurl tells it in words alone. */
static bool gone(const char *reason)
{
	static const char *const signs[] = { "reset by peer", "SSL_ERROR_SYSCALL", "unexpected eof" };

	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (strstr(reason, signs[i]))
			return true;
	return false;
}

static void judge(const struct http_answer *a, bool answered, const struct err *e, struct call_result *r)
{
	char text[40];

	if (answered && a->status >= 200 && a->status <= 299) {
		end_with(r, CALL_OK, a->status, "", "");
	} else if (answered) {
		snprintf(text, sizeof text, "HTTP %ld", a->status);
		end_with(r, CALL_STATUS, a->status, "", text);
	} else if (e->code == ERR_USAGE) {
		end_with(r, CALL_BAD_URL, 0, "", "libcurl takes it for no URL");	/* its message shows the URL */
	} else if (a->fail == HTTP_TLS && gone(e->text)) {
		end_with(r, CALL_ERRNO, 0, ends[HTTP_RESET].errno_name, e->text);
	} else {
		end_with(r, ends[a->fail].end, 0, ends[a->fail].errno_name, e->text);
	}
}

bool caller_call(const struct call *c, struct call_result *r, struct err *e)
{
	struct buf url = BUF(LIMIT_URL + 64), auth = BUF(LIMIT_SECRET * 2);
	const char *headers[] = { "Content-Type: application/json;charset=utf-8", NULL, NULL, NULL };
	struct http_answer a = { .body = BUF(ANSWER_MAX) };
	struct err why = { 0 };
	bool ok = false, https = false, answered;
	char length[40];

	if (!url_form(c->url, &https) || !buf_puts(&url, c->url) || !buf_puts(&url, c->suffix ? c->suffix : "")) {
		end_with(r, CALL_BAD_URL, 0, "", "no scheme and host, white space in it, or too long");
		ok = true;
		goto out;
	}
	if (!https) {
		end_with(r, CALL_NOT_HTTPS, 0, "", "not https");
		ok = true;
		goto out;
	}
	if (c->authorization && (!one_line(c->authorization) || !buf_putf(&auth, "Authorization: %s", c->authorization))) {
		fail(e, ERR_CONFIG, "the Authorization to send is too long or has a control character");
		goto out;
	}
	if (c->authorization)
		headers[1] = auth.data;
	if (c->announced) {
		snprintf(length, sizeof length, "Content-Length: %zu", c->announced);
		headers[c->authorization ? 2 : 1] = length;
	}
	answered = http_send(&(struct http_request){
		.method = "POST", .url = url.data, .headers = headers, .body = c->body, .body_len = c->body_len,
		.cacert = c->cacert, .cert = c->cert, .user_agent = c->user_agent ? c->user_agent : CALLER_EFI_SANDBOX,
		.timeout_ms = c->patience_ms, .connect_ms = c->patience_ms
	}, &a, &why);
	if (!answered && why.code == ERR_CONFIG) {
		if (e)
			*e = why;
		goto out;
	}
	judge(&a, answered, &why, r);
	ok = true;
out:
	buf_free(&a.body);
	buf_free(&auth);
	buf_free(&url);
	return ok;
}

/*
 * Whether the call without a certificate was refused. A server that closes or resets may mean just that (Go's, over TLS 1.3);
 * one that does so always is found out by the call that follows. A redirect is no refusal: a body went there unrefused.
 */
static bool refused(const struct call_result *r)
{
	return r->end == CALL_ERRNO || r->end == CALL_NO_ANSWER || (r->end == CALL_STATUS && r->status >= 400);
}

bool caller_check(const struct call *c, bool skip_mtls, struct call_result *r, struct err *e)
{
	struct call one = *c;
	char text[100];

	if (!c->cert)
		return fail(e, ERR_CONFIG, "a registration is checked with a client certificate, and none was given");
	one.suffix = NULL;
	one.body = ping;
	one.body_len = sizeof ping - 1;
	if (!skip_mtls) {
		one.cert = NULL;
		if (!caller_call(&one, r, e))
			return false;
		if (r->end == CALL_OK || (r->end == CALL_STATUS && !refused(r))) {
			snprintf(text, sizeof text, "HTTP %ld to a call without a client certificate", r->status);
			end_with(r, CALL_NO_MTLS, r->status, "", text);
			return true;
		}
		if (!refused(r))
			return true;
		one.cert = c->cert;
	}
	return caller_call(&one, r, e);
}

const char *caller_words(const struct call_result *r, char text[CALLER_TEXT])
{
	const struct words *w = &words[r->end];

	if (w->form == WITH_STATUS)
		snprintf(text, CALLER_TEXT, "%s%ld", w->before, r->status);
	else
		snprintf(text, CALLER_TEXT, "%s%s", w->before, w->form == WITH_ERRNO ? r->errno_name : "");
	return w->name;
}
