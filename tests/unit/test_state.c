#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "emul/state.h"
#include "emul/state_inside.h"
#include "lib/limits.h"

#include <cmocka.h>

static char dir[64];
static struct state *st;
static struct err e;

static int make(void **unused)
{
	(void)unused;
	snprintf(dir, sizeof dir, "/tmp/test_state.XXXXXX");
	assert_non_null(mkdtemp(dir));
	memset(&e, 0, sizeof e);
	st = state_open(dir, &e);
	return st ? 0 : -1;
}

static int drop(void **unused)
{
	char command[128];

	(void)unused;
	state_close(st);
	snprintf(command, sizeof command, "rm -rf %s", dir);
	return system(command);
}

static void reopen(void)
{
	state_close(st);
	st = state_open(dir, &e);
	assert_non_null(st);
}

static struct emul_webhook webhook(const char *key, const char *url, int64_t at)
{
	struct emul_webhook w = { .kind = "pix", .at_ms = at };

	snprintf(w.key, sizeof w.key, "%s", key);
	snprintf(w.url, sizeof w.url, "%s", url);
	return w;
}

static void put(int64_t due, bool once)
{
	struct emul_callback c = { .kind = "pix", .key = "k", .due_ms = due, .once = once, .body = BUF(100) };

	assert_true(buf_puts(&c.body, "{}"));
	assert_true(state_callback_put(st, &c, &e));
	buf_free(&c.body);
}

static void the_file_is_for_its_owner_alone(void **unused)
{
	char path[128];
	struct stat s;

	(void)unused;
	snprintf(path, sizeof path, "%s/" STATE_FILE, dir);
	assert_int_equal(stat(path, &s), 0);
	assert_int_equal(s.st_mode & 0777, 0600);
}

static void a_file_of_another_program_is_refused(void **unused)
{
	char path[128];
	FILE *f;

	(void)unused;
	snprintf(path, sizeof path, "%s/sub", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	strcat(path, "/" STATE_FILE);
	f = fopen(path, "w");
	fputs("this was something else, and is longer than a header of SQLite would be, which has 100 bytes, to be sure\n", f);
	fclose(f);
	path[strlen(path) - strlen("/" STATE_FILE)] = '\0';
	assert_null(state_open(path, &e));
	assert_int_equal(e.code, ERR_STORE);
}

static void one_key_has_one_url(void **unused)
{
	struct emul_webhook a = webhook("k", "https://a/", 1), b = webhook("k", "https://b/", 2), got;
	int64_t total = 0;

	(void)unused;
	assert_true(state_webhook_put(st, &a, &e));
	assert_true(state_webhook_put(st, &b, &e));
	assert_true(state_webhook_get(st, "pix", "k", &got, &e));
	assert_string_equal(got.url, "https://b/");
	assert_true(state_webhook_delete(st, "pix", "k", &e));
	assert_false(state_webhook_delete(st, "pix", "k", &e));
	assert_int_equal(e.code, ERR_NOT_FOUND);
	assert_false(state_webhook_get(st, "pix", "k", &got, &e));
	assert_true(state_webhooks(st, "pix", 0, 9, 0, 9, &total, NULL, NULL, &e));
	assert_int_equal(total, 0);
}

static void count(void *ctx, const struct emul_webhook *w)
{
	strcat(ctx, w->key);
}

static void a_list_has_its_pages_and_dates(void **unused)
{
	static const char *const keys[] = { "a", "b", "c", "d" };
	char got[16] = "";
	int64_t total = 0;

	(void)unused;
	for (int i = 0; i < 4; i++) {
		struct emul_webhook w = webhook(keys[i], "https://x/", i);

		assert_true(state_webhook_put(st, &w, &e));
	}
	assert_true(state_webhooks(st, "pix", 1, 3, 1, 1, &total, count, got, &e));
	assert_string_equal(got, "c");
	assert_int_equal(total, 3);
}

static void a_token_ends_when_it_expires(void **unused)
{
	unsigned char digest[32] = { 7 }, other[32] = { 8 };
	char scope[32];

	(void)unused;
	assert_true(state_token_put(st, digest, "pix.read", 1000, &e));
	assert_true(state_token_get(st, digest, 999, scope, sizeof scope, &e));
	assert_string_equal(scope, "pix.read");
	assert_false(state_token_get(st, digest, 1000, scope, sizeof scope, &e));
	assert_int_equal(e.code, ERR_NOT_FOUND);
	assert_false(state_token_get(st, other, 1, scope, sizeof scope, &e));
}

static void a_txid_is_taken_once(void **unused)
{
	struct emul_cob c = { .txid = "t", .key = "k", .cents = 5, .expires_s = 9, .request = "oi" }, got;

	(void)unused;
	assert_true(state_cob_put(st, &c, &e));
	assert_false(state_cob_put(st, &c, &e));
	assert_int_equal(e.code, ERR_REFUSED);
	assert_true(state_cob_paid(st, "t", &e));
	assert_false(state_cob_paid(st, "t", &e));
	assert_true(state_cob_get(st, "t", &got, &e));
	assert_true(got.paid && got.cents == 5 && got.expires_s == 9 && !strcmp(got.request, "oi"));
}

static void a_callback_is_taken_by_one_and_when_it_is_due(void **unused)
{
	struct emul_callback c, none;

	(void)unused;
	put(100, true);
	assert_false(state_callback_take(st, 99, &c, &e));
	assert_int_equal(e.code, ERR_NOT_FOUND);
	assert_true(state_callback_take(st, 100, &c, &e));
	assert_true(c.once && c.made == 0 && !strcmp(buf_str(&c.body), "{}"));
	assert_false(state_callback_take(st, 100, &none, &e));
	buf_free(&c.body);
}

static void the_first_that_is_due_comes_first(void **unused)
{
	struct emul_callback c;

	(void)unused;
	put(50, false);
	put(20, false);
	assert_true(state_callback_take(st, 100, &c, &e));
	assert_int_equal(c.due_ms, 20);
	buf_free(&c.body);
}

static void what_is_due_again_survives_a_stop(void **unused)
{
	struct emul_callback c;
	int64_t again = 500, open;

	(void)unused;
	put(1, false);
	assert_true(state_callback_take(st, 1, &c, &e));
	buf_free(&c.body);
	assert_true(state_callback_settle(st, c.id, &again, "failed", &e));
	reopen();
	assert_false(state_callback_take(st, 499, &c, &e));
	assert_true(state_callback_take(st, 500, &c, &e));
	assert_int_equal(c.made, 1);
	buf_free(&c.body);
	assert_true(state_callback_settle(st, c.id, NULL, "taken", &e));
	assert_true(state_number(st, "SELECT count(*) FROM callback WHERE due_ms IS NOT NULL", &open, &e));
	assert_int_equal(open, 0);
	assert_false(state_callback_take(st, INT64_MAX, &c, &e));
}

/* What waits for another one comes when that one was made, what is put off when its time has come; neither is put off twice. */
static void what_is_put_off_comes_later(void **unused)
{
	struct emul_callback c;

	(void)unused;
	put(1, false);
	put(2, false);
	assert_true(state_callback_take(st, 2, &c, &e));
	assert_false(c.put_off);
	buf_free(&c.body);
	assert_true(state_callback_put_off(st, c.id, 1000, true, &e));
	assert_true(state_callback_take(st, 2, &c, &e));
	assert_int_equal(c.id, 2);
	buf_free(&c.body);
	assert_true(state_callback_put_off(st, c.id, 500, false, &e));
	assert_false(state_callback_take(st, 499, &c, &e));
	assert_true(state_callback_follow(st, 100, &e));
	assert_true(state_callback_take(st, 100, &c, &e));
	assert_int_equal(c.id, 1);
	assert_int_equal(c.made, 0);
	assert_true(c.put_off);
	buf_free(&c.body);
	assert_true(state_callback_settle(st, c.id, NULL, "taken", &e));
	assert_true(state_callback_follow(st, 100, &e));
	assert_false(state_callback_take(st, 499, &c, &e));
	assert_true(state_callback_take(st, 500, &c, &e));
	assert_int_equal(c.id, 2);
	assert_true(c.put_off);
	buf_free(&c.body);
}

static void what_a_killed_one_had_taken_is_free_again(void **unused)
{
	struct emul_callback c;

	(void)unused;
	put(1, false);
	assert_true(state_callback_take(st, 1, &c, &e));
	buf_free(&c.body);
	reopen();
	assert_false(state_callback_take(st, 1, &c, &e));
	assert_true(state_callback_free_all(st, &e));
	assert_true(state_callback_take(st, 1, &c, &e));
	buf_free(&c.body);
}

static void what_is_not_committed_did_not_happen(void **unused)
{
	struct buf b = BUF(16);

	(void)unused;
	assert_true(state_begin(st, &e));
	assert_true(state_text_put(st, "a", "1", &e));
	assert_true(state_end(st, false, &e));
	assert_false(state_text_get(st, "a", &b, &e));
	assert_int_equal(e.code, ERR_NOT_FOUND);
	assert_true(state_text_put(st, "a", "1", &e));
	assert_true(state_text_put(st, "a", "2", &e));
	assert_true(state_text_get(st, "a", &b, &e));
	assert_string_equal(buf_str(&b), "2");
	buf_free(&b);
}

/* What the inner one kept goes with the outer one; what it gave up goes alone. */
static void changes_within_changes_end_with_the_outer_ones(void **unused)
{
	struct buf text = BUF(16);

	(void)unused;
	assert_true(state_begin(st, &e));
	assert_true(state_text_put(st, "outer", "1", &e));
	assert_true(state_begin(st, &e));
	assert_true(state_text_put(st, "inner", "1", &e));
	assert_true(state_end(st, false, &e));
	assert_true(state_begin(st, &e));
	assert_true(state_text_put(st, "second", "1", &e));
	assert_true(state_end(st, true, &e));
	assert_true(state_end(st, true, &e));
	assert_true(state_text_get(st, "outer", &text, &e));
	assert_true(state_text_get(st, "second", &text, &e));
	assert_false(state_text_get(st, "inner", &text, &e));
	assert_true(state_begin(st, &e));
	assert_true(state_begin(st, &e));
	assert_true(state_text_put(st, "lost", "1", &e));
	assert_true(state_end(st, true, &e));
	assert_true(state_end(st, false, &e));
	assert_false(state_text_get(st, "lost", &text, &e));
	buf_free(&text);
}

static void one_server_has_a_folder(void **unused)
{
	struct state *other = state_open(dir, &e);

	(void)unused;
	assert_non_null(other);
	assert_true(state_serve(st, &e));
	assert_false(state_serve(other, &e));
	assert_int_equal(e.code, ERR_STORE);
	state_close(other);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, make, drop)
	const struct CMUnitTest tests[] = {
		T(the_file_is_for_its_owner_alone), T(a_file_of_another_program_is_refused), T(one_key_has_one_url),
		T(a_list_has_its_pages_and_dates), T(a_token_ends_when_it_expires), T(a_txid_is_taken_once),
		T(a_callback_is_taken_by_one_and_when_it_is_due), T(the_first_that_is_due_comes_first),
		T(what_is_due_again_survives_a_stop), T(what_is_put_off_comes_later), T(what_a_killed_one_had_taken_is_free_again),
		T(what_is_not_committed_did_not_happen), T(changes_within_changes_end_with_the_outer_ones), T(one_server_has_a_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
