/* Efí's API without a network: an account over a state of its own, a clock, and one request after the other. */
#ifndef TESTS_EFI_SCENE_H
#define TESTS_EFI_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "emul/due.h"
#include "emul/efi.h"
#include "emul/efi_notice.h"
#include "lib/limits.h"

#include <cmocka.h>

static char dir[64], auth[256], type[64], answer[8192];
static struct bank bank = { .client_id = "id", .scopes = efi_scopes, .issuer = "the merchants", .host = "127.0.0.1:1", .patience_ms = 1000 };
static int64_t clock_ms;

static int64_t now(void)
{
	return clock_ms;
}

static const char *header(const struct front_request *r, const char *name)
{
	(void)r;
	if (!strcmp(name, "Authorization"))
		return *auth ? auth : NULL;
	return !strcmp(name, "Content-Type") ? type : NULL;
}

static inline unsigned ask_as(const char *issuer, const char *method, const char *target, const char *body)
{
	char path[512], *query;
	struct front_request r = { .method = method, .path = path, .query = "", .body = body, .len = strlen(body), .issuer = issuer, .header = header };
	struct front_answer a = { .body = BUF(LIMIT_BODY) };

	snprintf(path, sizeof path, "%s", target);
	query = strchr(path, '?');
	if (query) {
		*query++ = '\0';
		r.query = query;
	}
	efi_handle(&bank, &r, &a);
	snprintf(answer, sizeof answer, "%s", buf_str(&a.body));
	buf_free(&a.body);
	return a.status;
}

static inline unsigned ask(const char *method, const char *target, const char *body)
{
	return ask_as("the merchants", method, target, body);
}

#define SAYS(text) assert_non_null(strstr(answer, text))
#define GRANT "{\"grant_type\":\"client_credentials\"}"

static inline void log_in(void)
{
	char *token;

	strcpy(auth, "Basic aWQ6c2VjcmV0");	/* id:secret */
	assert_int_equal(ask("POST", "/oauth/token", GRANT), 200);
	token = strstr(answer, "\"access_token\":\"") + 16;
	snprintf(auth, sizeof auth, "Bearer %.64s", token);
}

static inline int make(void **unused)
{
	struct err e = { 0 };

	(void)unused;
	snprintf(dir, sizeof dir, "/tmp/test_efi.XXXXXX");
	assert_non_null(mkdtemp(dir));
	clock_ms = 1795262400000;	/* 2026-11-21T12:00:00Z */
	bank.now = now;
	bank.sandbox = bank.manual = false;
	bank.scale = 1;
	bank.scopes = efi_scopes;
	strcpy(type, "application/json");
	secret_set(&bank.client_secret, "secret", 6);
	bank.state = state_open(dir, &e);
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

static char told[16][4096];	/* the notices since tells was set to 0 */
static int tells;

/* Time passes: what is due comes about, and what the merchant is told is kept above. */
static inline void pass(int64_t ms)
{
	struct emul_callback cb = { 0 };
	struct err e = { 0 };
	char how[128];

	clock_ms += ms;
	while (state_callback_take(bank.state, clock_ms, &cb, &e)) {
		if (due_is(cb.kind))
			assert_true(due_do(&bank, &cb, how, &e));
		else
			snprintf(told[tells++ % 16], sizeof told[0], "%s", buf_str(&cb.body));
		assert_true(state_callback_settle(bank.state, cb.id, NULL, "taken", &e));
		buf_free(&cb.body);
	}
	assert_int_equal(e.code, ERR_NOT_FOUND);
}

static inline int sandbox(void **unused)
{
	int r = make(unused);

	bank.sandbox = true;
	tells = 0;
	return r;
}

/* A received Pix of the key "k", as the account got it. */
static inline void receive(const char *e2eid, const char *txid, int64_t cents)
{
	struct emul_pix p = { .psp = "efi", .key = "k", .cents = cents, .at_ms = clock_ms };
	struct err e = { 0 };

	snprintf(p.e2eid, sizeof p.e2eid, "%s", e2eid);
	snprintf(p.txid, sizeof p.txid, "%s", txid);
	assert_true(state_pix_put(bank.state, &p, &e));
}

#define TOLD(n, text) assert_non_null(strstr(told[n], text))
#define NOT_TOLD(n, text) assert_null(strstr(told[n], text))

#endif
