#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stddef.h>
#include <cmocka.h>
#undef fail	/* ours is the one in lib/err.h */

#include <stdlib.h>
#include <string.h>

#include "fcgi/job.h"
#include "tests/unit/scene.h"

/* A store that does what the test says, so that each failure can be had when it is wanted. */
static struct {
	int begins, puts, commits, rollbacks;
	int bad_put;		/* the n-th put of all fails, 0: none */
	bool commit_fails, begin_fails;
} play;

static bool fake_begin(struct inbox *box, struct err *e)
{
	(void)box;
	play.begins++;
	return !play.begin_fails || fail(e, ERR_STORE, "locked");
}

static bool fake_put(struct inbox *box, const struct inbox_note *n, struct inbox_put *put, struct err *e)
{
	(void)box;
	(void)n;
	if (++play.puts == play.bad_put || (play.bad_put && n->body_len == 6))
		return fail(e, ERR_STORE, "refused");
	put->fresh = 1;
	return true;
}

static bool fake_commit(struct inbox *box, struct err *e)
{
	(void)box;
	play.commits++;
	return !play.commit_fails || fail(e, ERR_STORE, "disk full");
}

static void fake_rollback(struct inbox *box)
{
	(void)box;
	play.rollbacks++;
}

static void fake_close(struct inbox *box)
{
	free(box);
}

static const struct inbox_ops fake = {
	.scheme = "fake", .begin = fake_begin, .put = fake_put, .commit = fake_commit, .rollback = fake_rollback, .close = fake_close
};

static char hook_name[] = "loja";
static const struct hook hook = { .name = hook_name, .psp = &psp_efi };

static void jobs(struct job *j, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		job_start(&j[i], 0);
		j[i].verdict.hook = &hook;
		j[i].verdict.route.event[0] = '\0';
		j[i].store = true;
		j[i].body = "{}";
		j[i].body_len = 2;
		j[i].next = i + 1 < n ? &j[i + 1] : NULL;
	}
}

/* A keeper whose inbox is the fake. Reopening finds no such store, so that a test sees whether it was tried. */
static struct keeper keeper(void)
{
	struct keeper k = { .url = "nowhere:x", .dir = "/", .mode = INBOX_SERVE };

	memset(&play, 0, sizeof play);
	k.box = malloc(sizeof *k.box);
	k.box->ops = &fake;
	return k;
}

static void all_jobs_of_a_turn_share_one_commit(void **state)
{
	struct keeper k = keeper();
	struct job j[3];
	struct err e;

	(void)state;
	jobs(j, 3);
	keeper_store(&k, j, 0, &e);
	assert_int_equal(e.code, ERR_NONE);
	assert_int_equal(play.begins, 1);
	assert_int_equal(play.puts, 3);
	assert_int_equal(play.commits, 1);
	for (int i = 0; i < 3; i++)
		assert_int_equal(j[i].status, 200);
	keeper_close(&k);
}

static void nobody_hears_200_when_the_commit_fails(void **state)
{
	struct keeper k = keeper();
	struct job j[3];
	struct err e;

	(void)state;
	jobs(j, 3);
	play.commit_fails = true;
	keeper_store(&k, j, 0, &e);
	assert_int_equal(e.code, ERR_STORE);
	assert_int_equal(play.rollbacks, 1);
	for (int i = 0; i < 3; i++)
		assert_int_equal(j[i].status, 503);
	assert_null(k.box);
}

static void a_lock_that_does_not_come_is_waited_for_once(void **state)
{
	struct keeper k = keeper();
	struct job j[3];
	struct err e;

	(void)state;
	jobs(j, 3);
	play.begin_fails = true;
	keeper_store(&k, j, 0, &e);
	assert_int_equal(play.begins, 1);
	assert_int_equal(j[2].status, 503);
}

static void jobs_with_nothing_to_store_cost_no_transaction(void **state)
{
	struct keeper k = keeper();
	struct job j[1];
	struct err e;

	(void)state;
	jobs(j, 1);
	j[0].store = false;
	j[0].status = 403;
	keeper_store(&k, j, 0, &e);
	assert_int_equal(play.begins, 0);
	assert_int_equal(j[0].status, 403);
	keeper_close(&k);
}

static void one_bad_note_costs_the_others_nothing(void **state)
{
	struct job j[3];
	struct keeper k = { .mode = INBOX_SERVE };
	struct err e;
	char url[] = "sqlite:inbox.db";

	(void)state;
	scene_open("");
	k.url = url;
	k.dir = scene_dir;
	jobs(j, 3);
	j[1].body = "poison";
	j[1].body_len = 6;
	memset(&play, 0, sizeof play);
	play.bad_put = -1;
	k.box = malloc(sizeof *k.box);
	k.box->ops = &fake;
	keeper_store(&k, j, 0, &e);
	/* the fake was closed after the failure; the jobs alone went into the real store, where none is poison */
	assert_int_equal(play.rollbacks, 1);
	assert_non_null(k.box);
	assert_ptr_not_equal(k.box->ops, &fake);
	for (int i = 0; i < 3; i++)
		assert_int_equal(j[i].status, 200);
	keeper_close(&k);
	scene_close();
}

static void an_inbox_that_cannot_be_opened_is_tried_again(void **state)
{
	struct keeper k = { .url = "sqlite:missing/inbox.db", .mode = INBOX_SERVE };
	struct job j[1];
	struct err e;
	char folder[96];

	(void)state;
	scene_open("");
	k.dir = scene_dir;
	jobs(j, 1);
	keeper_store(&k, j, 0, &e);
	assert_int_equal(j[0].status, 503);
	assert_int_not_equal(e.code, ERR_NONE);
	snprintf(folder, sizeof folder, "%s/missing", scene_dir);
	mkdir(folder, 0700);
	jobs(j, 1);
	keeper_store(&k, j, 0, &e);
	assert_int_equal(j[0].status, 200);
	keeper_close(&k);
	scene_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_jobs_of_a_turn_share_one_commit),
		cmocka_unit_test(nobody_hears_200_when_the_commit_fails),
		cmocka_unit_test(a_lock_that_does_not_come_is_waited_for_once),
		cmocka_unit_test(jobs_with_nothing_to_store_cost_no_transaction),
		cmocka_unit_test(one_bad_note_costs_the_others_nothing),
		cmocka_unit_test(an_inbox_that_cannot_be_opened_is_tried_again),
	};

	return cmocka_run_group_tests_name("keeper", tests, NULL, NULL);
}
