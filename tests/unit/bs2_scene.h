/* BS2's API without a network: a bank in a folder of its own, requests, answers. */
#ifndef TESTS_BS2_SCENE_H
#define TESTS_BS2_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "emul/bs2.h"
#include "lib/limits.h"

#include <cmocka.h>

#define NOW 1795262400000	/* 2026-11-21T12:00:00Z */
#define BASE "/pix/direto/forintegration/v1"
#define HOOK BASE "/webhook/bs2"
#define INDIRECT "/pix/indireto/forintegration/v1/webhook/bs2"
#define TOKEN "/auth/oauth/v2/token"
#define FORM "application/x-www-form-urlencoded"
#define GRANT "grant_type=client_credentials&scope=webhook.read+webhook.write%20pix.read"

static char dir[64], auth[256], type[256], answer[64 * 1024];
static const char *program, *allowed;
static struct bank bank;
static int64_t clock_ms;
static struct err e;

static int64_t now(void)
{
	return clock_ms;
}

static const char *header(const struct front_request *r, const char *name)
{
	(void)r;
	if (!strcmp(name, "Authorization"))
		return *auth ? auth : NULL;
	if (!strcmp(name, "User-Agent"))
		return program;
	return !strcmp(name, "Content-Type") && *type ? type : NULL;
}

static inline unsigned ask_bytes(const char *method, const char *target, const char *body, size_t len)
{
	char path[4096], *query;
	struct front_request r = { .method = method, .path = path, .query = "", .body = body, .len = len, .header = header };
	struct front_answer a = { .body = BUF(LIMIT_BODY_MAX) };

	snprintf(path, sizeof path, "%s", target);
	query = strchr(path, '?');
	if (query) {
		*query++ = '\0';
		r.query = query;
	}
	bs2_handle(&bank, &r, &a);
	snprintf(answer, sizeof answer, "%s", buf_str(&a.body));
	allowed = a.allow;
	buf_free(&a.body);
	return a.status;
}

static inline unsigned ask(const char *method, const char *target, const char *body)
{
	return ask_bytes(method, target, body, strlen(body));
}

#define SAYS(text) assert_non_null(strstr(answer, text))

/* The member's text of the answer. */
static inline const char *told(const char *name)
{
	static char text[256];
	char start[64];
	const char *at;

	snprintf(start, sizeof start, "\"%s\":\"", name);
	at = strstr(answer, start);
	assert_non_null(at);
	at += strlen(start);
	snprintf(text, sizeof text, "%.*s", (int)strcspn(at, "\""), at);
	return text;
}

static inline void log_in(void)
{
	strcpy(auth, "Basic aWQ6c2VjcmV0");	/* id:secret */
	strcpy(type, FORM);
	assert_int_equal(ask("POST", TOKEN, GRANT), 200);
	snprintf(auth, sizeof auth, "Bearer %s", told("access_token"));
	strcpy(type, "application/json");
}

static inline int make(void **unused)
{
	(void)unused;
	snprintf(dir, sizeof dir, "/tmp/test_bs2.XXXXXX");
	assert_non_null(mkdtemp(dir));
	clock_ms = NOW;
	program = "curl/8";
	memset(&e, 0, sizeof e);
	bank = (struct bank){ .dir = dir, .client_id = "id", .issuer = "the merchants", .sandbox = true, .scale = 1, .now = now };
	secret_set(&bank.client_secret, "secret", 6);
	bank.state = state_open(dir, &e);
	assert_non_null(bank.state);
	log_in();
	return 0;
}

static inline int drop(void **unused)
{
	char command[128];

	(void)unused;
	state_close(bank.state);
	snprintf(command, sizeof command, "rm -rf %s", dir);
	return system(command);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, drop)

#endif
