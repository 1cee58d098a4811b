/* A merchant's server that is probed: certificates as files, a server as a process, a target and options for it. Behind <cmocka.h>. */
#ifndef TESTS_UNIT_PROBE_SCENE_H
#define TESTS_UNIT_PROBE_SCENE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "check/probe.h"
#include "emul/pki.h"
#include "pix/psp.h"
#include "tests/unit/pki_folder.h"

static const char secret[] = "3f9a41c07be2d58614acf0937d2be6581c74ad09e35bf8621790dc4eab635f28";
static char query[128];

static inline struct target target_of(enum mode mode, const struct psp *psp, int port)
{
	snprintf(query, sizeof query, "hmac=%s&ignorar=", secret);
	return (struct target){ .mode = mode, .psp = psp, .env = psp_env_find(psp, "production"), .host = "localhost", .port = port, .path = "/webhook",
		.query = query, .secret = secret, .authorization = "", .ca = at(PKI_CHAIN_PRODUCTION), .pin = "", .server = "" };
}

static inline struct target efi_at(int port)
{
	return target_of(MODE_EFI_MTLS, &psp_efi, port);
}

static char where[100];

static inline struct probe_options options_of(const struct target *t, const char *client_cert)
{
	snprintf(where, sizeof where, "%s:%d:127.0.0.1", t->host, t->port);
	return (struct probe_options){
		.timeout_ms = 3000, .cacert = at(PKI_SERVER_CA), .client_cert = client_cert ? at(client_cert) : NULL, .resolve = where,
		.now = (int64_t)time(NULL) * 1000
	};
}

/* Whether a text is fit for a terminal, and without the secret. */
static inline void clean(const char *text)
{
	for (const unsigned char *p = (const unsigned char *)text; *p; p++)
		assert_true(*p >= ' ' && *p != 0x7f);
	assert_null(strstr(text, secret));
}

static inline void clean_reply(const struct reply *r)
{
	clean(r->text);
	clean(r->server);
	clean(r->location);
	clean(r->allow);
	clean(r->authenticate);
	clean(r->via);
	clean(r->body);
}

static inline void clean_seen(const struct seen *s)
{
	clean(s->lookup);
	clean(s->distrust);
	for (int i = 0; i < s->addresses; i++)
		clean(s->address[i].why);
	for (int i = 0; i < TLS_VERSIONS; i++)
		clean(s->version[i].alert);
	for (int i = 0; i < SEEN_NAMES && s->names[i]; i++)
		clean(s->names[i]);
	for (int i = 0; i < WHOS; i++) {
		clean_reply(&s->client[i][0]);
		clean_reply(&s->client[i][1]);
	}
	for (int i = 0; i < REQUESTS; i++)
		clean_reply(&s->request[i]);
	clean_reply(&s->resumed);
	clean_reply(&s->crossed);
	clean_reply(&s->plain);
}

#endif
