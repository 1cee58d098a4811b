#include "fcgi/job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The CGI variables that are read (RFC 3875 §4.1, mod_ssl's names for the certificate). */
enum param {
	P_METHOD, P_URI, P_QUERY, P_SCRIPT, P_PATH_INFO, P_LENGTH, P_ADDR, P_AUTH, P_AUTH_REDIRECT, P_FORWARDED, P_CF,
	P_VERIFY, P_CERT, P_SUBJECT, P_ISSUER, PARAMS
};

#define ROW(s) { s, sizeof s - 1 }
static const struct {
	const char *name;
	size_t len;
} params[PARAMS] = {
	[P_METHOD] = ROW("REQUEST_METHOD"), [P_URI] = ROW("REQUEST_URI"), [P_QUERY] = ROW("QUERY_STRING"),
	[P_SCRIPT] = ROW("SCRIPT_NAME"), [P_PATH_INFO] = ROW("PATH_INFO"), [P_LENGTH] = ROW("CONTENT_LENGTH"),
	[P_ADDR] = ROW("REMOTE_ADDR"), [P_AUTH] = ROW("HTTP_AUTHORIZATION"),
	/* Apache after an internal rewrite, with RewriteRule … [E=HTTP_AUTHORIZATION:…] */
	[P_AUTH_REDIRECT] = ROW("REDIRECT_HTTP_AUTHORIZATION"),
	[P_FORWARDED] = ROW("HTTP_X_FORWARDED_FOR"), [P_CF] = ROW("HTTP_CF_CONNECTING_IP"),
	[P_VERIFY] = ROW("SSL_CLIENT_VERIFY"), [P_CERT] = ROW("SSL_CLIENT_CERT"),
	[P_SUBJECT] = ROW("SSL_CLIENT_S_DN_CN"), [P_ISSUER] = ROW("SSL_CLIENT_I_DN_CN"),
};

static int64_t length(const char *text)
{
	int64_t n = 0;

	if (!text || !text[0] || strcmp(text, "-1") == 0)	/* Caddy says -1 of a chunked body */
		return -1;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' || n > INT64_MAX / 100)
			return -2;
		n = n * 10 + (*text - '0');
	}
	return n;
}

void job_start(struct job *j, int64_t now_us)
{
	memset(&j->req, 0, sizeof j->req);
	memset(&j->batch, 0, sizeof j->batch);
	memset(&j->put, 0, sizeof j->put);
	j->verdict.hook = NULL;
	j->verdict.check = j->verdict.detail = "";
	j->verdict.remote[0] = j->verdict.cert[0] = '\0';
	j->announced = -1;
	j->status = 0;
	j->store = false;
	j->body = "";
	j->body_len = 0;
	j->began_us = now_us;
	j->next = NULL;
	j->req.uri = "";
}

void job_params(struct job *j, char *const *envp, enum proxy_header proxy_header)
{
	const char *value[PARAMS] = { NULL };
	struct req *r = &j->req;
	int n;

	for (; *envp; envp++) {
		size_t len;
		const char *equals = strchr(*envp, '=');

		if (!equals)
			continue;
		len = (size_t)(equals - *envp);
		for (int i = 0; i < PARAMS; i++) {
			if (params[i].len == len && memcmp(params[i].name, *envp, len) == 0) {
				if (!value[i])
					value[i] = equals + 1;
				break;
			}
		}
	}
	j->announced = length(value[P_LENGTH]);
	for (int i = 0; i < PARAMS; i++)
		if (!value[i])
			value[i] = "";
	if (!value[P_URI][0]) {
		n = snprintf(j->uri, sizeof j->uri, "%s%s%s%s", value[P_SCRIPT], value[P_PATH_INFO], value[P_QUERY][0] ? "?" : "", value[P_QUERY]);
		value[P_URI] = n >= 0 && (size_t)n < sizeof j->uri ? j->uri : "";
	}
	r->method = value[P_METHOD];
	r->uri = value[P_URI];
	r->authorization = value[value[P_AUTH][0] ? P_AUTH : P_AUTH_REDIRECT];
	r->remote_addr = value[P_ADDR];
	r->forwarded = value[proxy_header == PROXY_CF_CONNECTING_IP ? P_CF : P_FORWARDED];
	r->client_verify = value[P_VERIFY];
	r->client_cert = value[P_CERT];
	r->subject_cn = value[P_SUBJECT];
	r->issuer_cn = value[P_ISSUER];
}

void job_admit(struct job *j, struct gate *g, int64_t now)
{
	gate_admit(g, &j->req, now, &j->verdict);
	j->status = j->verdict.status == 200 ? 0 : j->verdict.status;
}

static void refuse(struct job *j, int status, const char *check, const char *detail)
{
	j->status = status;
	j->verdict.check = check;
	j->verdict.detail = detail;
}

void job_body(struct job *j, const char *body, size_t len, bool too_large)
{
	const struct hook *h = j->verdict.hook;

	if (j->announced == -2) {
		refuse(j, 400, "length", "CONTENT_LENGTH is no number");
		return;
	}
	if (too_large) {
		refuse(j, 413, "length", "larger than max_body");
		return;
	}
	if (j->announced >= 0 && (uint64_t)j->announced != len) {
		refuse(j, 400, "length", "not as many bytes as announced");
		return;
	}
	j->body = body;
	j->body_len = len;
	pix_parse(h->psp, j->verdict.route.event, body, len, &j->batch);
	pix_mark_foreign(&j->batch, (const char *const *)h->keys.item, h->keys.count);
	if (j->batch.ping)
		j->status = 200;
	else
		j->store = true;
}

void job_free(struct job *j)
{
	pix_batch_free(&j->batch);
}
