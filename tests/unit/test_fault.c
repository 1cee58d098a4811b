/* Misbehaviour on demand: which, how often, and what it makes of an answer or a body. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/verb.h"
#include "emul/bank.h"
#include "emul/fault.h"
#include "emul/state_inside.h"
#include "lib/limits.h"

#include <cmocka.h>

static char dir[64];
static const char *authorization;
static struct state *st;
static struct err e;

static int make(void **unused)
{
	(void)unused;
	snprintf(dir, sizeof dir, "/tmp/test_fault.XXXXXX");
	assert_non_null(mkdtemp(dir));
	memset(&e, 0, sizeof e);
	authorization = "Bearer x";
	st = state_open(dir, &e);
	assert_non_null(st);
	return 0;
}

static int drop(void **unused)
{
	char command[128];

	(void)unused;
	state_close(st);
	snprintf(command, sizeof command, "rm -rf %s", dir);
	return system(command);
}

static const char *header(const struct front_request *r, const char *name)
{
	(void)r;
	return strcmp(name, "Authorization") ? NULL : authorization;
}

static const struct front_request request = { .method = "GET", .path = "/v2/cob/x", .query = "", .body = "", .header = header };

static const char *next_request(void)
{
	int64_t value;
	const struct fault *f = fault_of_request(st, &request, &value);

	return f ? f->name : "none";
}

static const char *next_callback(bool put_off)
{
	int64_t value;
	const struct fault *f = fault_of_callback(st, put_off, &value);

	return f ? f->name : "none";
}

static void a_fault_comes_as_often_as_it_was_asked_for(void **unused)
{
	(void)unused;
	assert_string_equal(next_request(), "none");
	assert_true(fault_set(st, "broken", 2, -1, &e));
	assert_string_equal(next_request(), "broken");
	assert_string_equal(next_request(), "broken");
	assert_string_equal(next_request(), "none");
	assert_true(fault_set(st, "broken", 5, -1, &e));
	assert_true(state_fault_clear(st, &e));
	assert_string_equal(next_request(), "none");
}

static void the_count_outlives_the_program(void **unused)
{
	(void)unused;
	assert_true(fault_set(st, "cut", 2, -1, &e));
	assert_string_equal(next_request(), "cut");
	state_close(st);
	st = state_open(dir, &e);
	assert_string_equal(next_request(), "cut");
	assert_string_equal(next_request(), "none");
}

static void of_several_the_first_of_the_table_comes_first(void **unused)
{
	(void)unused;
	assert_true(fault_set(st, "cut", 1, -1, &e));
	assert_true(fault_set(st, "rate", 1, -1, &e));
	assert_string_equal(next_request(), "rate");
	assert_string_equal(next_request(), "cut");
}

static void callbacks_and_requests_have_their_own(void **unused)
{
	(void)unused;
	assert_true(fault_set(st, "broken", 1, -1, &e));
	assert_string_equal(next_callback(false), "none");
	assert_true(fault_set(st, "drop", 1, -1, &e));
	assert_string_equal(next_request(), "broken");
	assert_string_equal(next_request(), "none");
	assert_string_equal(next_callback(false), "drop");
}

static void a_token_is_refused_to_who_has_one(void **unused)
{
	(void)unused;
	assert_true(fault_set(st, "token", 1, -1, &e));
	authorization = "Basic x";
	assert_string_equal(next_request(), "none");
	authorization = NULL;
	assert_string_equal(next_request(), "none");
	authorization = "bearer x";
	assert_string_equal(next_request(), "token");
}

static void what_is_late_is_not_made_late_again(void **unused)
{
	(void)unused;
	assert_true(fault_set(st, "reorder", 2, -1, &e));
	assert_true(fault_set(st, "delay", 1, -1, &e));
	assert_string_equal(next_callback(true), "none");
	assert_string_equal(next_callback(false), "reorder");
	assert_true(fault_set(st, "drop", 1, -1, &e));
	assert_string_equal(next_callback(true), "drop");
}

static void a_name_that_is_none_is_told_the_nearest(void **unused)
{
	(void)unused;
	assert_false(fault_set(st, "tokens", 1, -1, &e));
	assert_int_equal(e.code, ERR_USAGE);
	assert_non_null(strstr(e.text, "did you mean token?"));
	assert_false(fault_set(st, "zzzzzzzz", 1, -1, &e));
	assert_non_null(strstr(e.text, "pixgate help emul fault"));
}

static void a_number_has_bounds(void **unused)
{
	static const struct {
		const char *name;
		int64_t times, value;
	} bad[] = { { "huge", 1, LIMIT_BODY_MAX + 1 }, { "slow", 1, 300001 }, { "rate", 1, 86401 }, { "broken", 1, 1 }, { "broken", 1, 0 },
		{ "broken", 0, -1 }, { "broken", FAULT_TIMES_MOST + 1, -1 } };

	(void)unused;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_false(fault_set(st, bad[i].name, bad[i].times, bad[i].value, &e));
		assert_int_equal(e.code, ERR_USAGE);
	}
	assert_string_equal(next_request(), "none");
	assert_true(fault_set(st, "huge", 1, LIMIT_BODY_MAX, &e));
}

static void the_number_is_handed_on(void **unused)
{
	int64_t value = 0;

	(void)unused;
	assert_true(fault_set(st, "rate", 1, 17, &e));
	assert_non_null(fault_of_request(st, &request, &value));
	assert_int_equal(value, 17);
	assert_true(fault_set(st, "delay", 1, -1, &e));
	assert_non_null(fault_of_callback(st, false, &value));
	assert_int_equal(value, 5000);
}

static void every_amount_of_a_body_changes_and_nothing_else(void **unused)
{
	static const struct {
		const char *body, *after;
	} rows[] = {
		{ "{\"valor\":\"0.01\"}", "{\"valor\":\"0.02\"}" }, { "{\"valor\":\"0.09\"}", "{\"valor\":\"0.08\"}" },
		{ "{\"valor\":12.34,\"x\":\"1.00\"}", "{\"valor\":12.35,\"x\":\"1.00\"}" },
		{ "[{\"valor\":\"5.00\"},{\"valor\":\"2.00\"}]", "[{\"valor\":\"5.01\"},{\"valor\":\"2.01\"}]" },
		{ "{\"valor\":null}", "{\"valor\":null}" }, { "{}", "{}" }, { "", "" },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf b = BUF(100);

		buf_puts(&b, rows[i].body);
		assert_int_equal(fault_change(&b), strcmp(rows[i].body, rows[i].after) != 0);
		assert_string_equal(buf_str(&b), rows[i].after);
		buf_free(&b);
	}
}

static const struct fault *named(const char *name)
{
	const struct fault *f = faults;

	while (strcmp(f->name, name))
		f++;
	return f;
}

static void an_answer_is_spoilt_as_its_name_says(void **unused)
{
	static const struct {
		const char *name;
		int64_t value;
		unsigned status;
		const char *body;
		size_t len;
		int retry;
		bool cut;
	} rows[] = {
		{ "token", 0, 401, "invalid_token", 0, 0, false }, { "rate", 9, 429, "balde_fichas_vazio", 0, 9, false },
		{ "broken", 0, 500, "erro_aplicacao", 0, 0, false }, { "blocked", 0, 400, "documento_bloqueado", 0, 0, false },
		{ "garbage", 0, 200, "<html>", 0, 0, false }, { "empty", 0, 200, "", 0, 0, false }, { "huge", 100000, 200, "xxx", 100000, 0, false },
		{ "slow", 1, 204, "as it was", 9, 0, false }, { "cut", 0, 204, "as it was", 9, 0, true },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct front_answer a = { .status = 204, .body = BUF(LIMIT_BODY_MAX) };

		buf_puts(&a.body, "as it was");
		named(rows[i].name)->spoil(&a, rows[i].value);
		assert_int_equal(a.status, rows[i].status);
		assert_non_null(strstr(buf_str(&a.body), rows[i].body));
		if (rows[i].len)
			assert_int_equal(a.body.len, rows[i].len);
		if (!strcmp(rows[i].name, "empty"))
			assert_int_equal(a.body.len, 0);
		assert_int_equal(a.retry_after_s, rows[i].retry);
		assert_int_equal(a.cut, rows[i].cut);
		buf_free(&a.body);
	}
}

static int64_t now(void)
{
	return 1795262400000;
}

/* Routed to Efí, which drops a stranger; the fault waits for somebody who is answered. */
static void a_stranger_uses_no_fault_up(void **unused)
{
	struct bank bank = { .state = st, .issuer = "the merchants", .now = now };
	struct front_request r = request;
	struct front_answer a = { .body = BUF(LIMIT_BODY) };

	(void)unused;
	assert_true(fault_set(st, "broken", 1, -1, &e));
	bank_handle(&bank, &r, &a);
	assert_int_equal(a.status, 0);
	r.issuer = "other merchants";
	bank_handle(&bank, &r, &a);
	assert_int_equal(a.status, 0);
	r.issuer = "the merchants";
	bank_handle(&bank, &r, &a);
	assert_int_equal(a.status, 500);
	bank_handle(&bank, &r, &a);
	assert_int_equal(a.status, 401);
	buf_free(&a.body);
}

/* A token is given or not, whatever the answer to it is. */
static void what_is_refused_is_not_carried_out_and_what_is_spoilt_is(void **unused)
{
	static const struct {
		const char *name;
		int64_t tokens;
	} rows[] = { { "rate", 0 }, { "broken", 0 }, { "blocked", 0 }, { "garbage", 1 }, { "empty", 2 }, { "huge", 3 }, { "cut", 4 } };
	struct bank bank = { .state = st, .issuer = "the merchants", .client_id = "id", .now = now };
	struct front_request r = request;

	(void)unused;
	secret_set(&bank.client_secret, "secret", 6);
	authorization = "Basic aWQ6c2VjcmV0";	/* id:secret */
	r.method = "POST";
	r.path = "/oauth/token";
	r.issuer = "the merchants";
	r.body = "{\"grant_type\":\"client_credentials\"}";
	r.len = strlen(r.body);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct front_answer a = { .body = BUF(LIMIT_BODY_MAX) };
		int64_t n = -1;

		assert_true(fault_set(st, rows[i].name, 1, -1, &e));
		bank_handle(&bank, &r, &a);
		buf_free(&a.body);
		assert_true(state_number(st, "SELECT count(*) FROM token", &n, &e));
		assert_int_equal(n, rows[i].tokens);
	}
}

/* BS2 has no client certificates, and its routes go wrong as Efí's do, the token's too. */
static void every_psp_goes_wrong(void **unused)
{
	static const char *const paths[] = { "/auth/oauth/v2/token", "/pix/direto/forintegration/v1/webhook/bs2", "/pix/indireto/x" };
	struct bank bank = { .state = st, .issuer = "the merchants", .now = now };

	(void)unused;
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		struct front_request r = { .method = "POST", .path = paths[i], .query = "", .body = "", .header = header };
		struct front_answer a = { .body = BUF(LIMIT_BODY) };

		assert_true(fault_set(st, "broken", 1, -1, &e));
		bank_handle(&bank, &r, &a);
		assert_int_equal(a.status, 500);
		assert_true(fault_set(st, "garbage", 1, -1, &e));
		bank_handle(&bank, &r, &a);
		assert_string_equal(a.type, "text/html");
		buf_free(&a.body);
	}
}

/* One word for each, in the help and in the manual. */
static void every_fault_is_in_the_help_and_in_the_manual(void **unused)
{
	static char page[512 * 1024];
	FILE *f = fopen("man/pixgate.1", "re");
	char line[64];

	(void)unused;
	assert_non_null(f);
	page[fread(page, 1, sizeof page - 1, f)] = '\0';
	fclose(f);
	for (const struct fault *k = faults; k->name; k++) {
		snprintf(line, sizeof line, "\n  %s ", k->name);
		if (!strstr(emul_fault.help, line))
			fail_msg("help emul fault lacks %s", k->name);
		snprintf(line, sizeof line, "\n.It Cm %s\n", k->name);
		if (!strstr(page, line))
			fail_msg("pixgate(1) lacks %s", k->name);
		assert_true(strlen(k->name) < 24);
		assert_true(k->text && (k->act == FAULT_NONE) == !!k->spoil);
	}
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, make, drop)
	const struct CMUnitTest tests[] = {
		T(a_fault_comes_as_often_as_it_was_asked_for), T(the_count_outlives_the_program), T(of_several_the_first_of_the_table_comes_first),
		T(callbacks_and_requests_have_their_own), T(a_token_is_refused_to_who_has_one), T(what_is_late_is_not_made_late_again),
		T(a_name_that_is_none_is_told_the_nearest), T(a_number_has_bounds), T(the_number_is_handed_on),
		T(every_amount_of_a_body_changes_and_nothing_else), T(an_answer_is_spoilt_as_its_name_says), T(a_stranger_uses_no_fault_up), T(every_psp_goes_wrong),
		T(what_is_refused_is_not_carried_out_and_what_is_spoilt_is),
		T(every_fault_is_in_the_help_and_in_the_manual),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
