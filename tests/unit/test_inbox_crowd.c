/* What inbox.h promises where several processes write, and where they are killed. */
#include "tests/unit/test_inbox.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

enum { WRITERS = 8, NOTES = 50, KILLS = 30 };

/* One note of a process of its own would do it: opened, committed, closed. false on any failure. */
static bool write_one(enum inbox_mode mode, int n)
{
	struct pix_event ev = event_no(n);
	struct inbox_note note = note_of("body", &ev, 1);
	struct inbox *box = NULL;
	struct inbox_put did;
	struct err e;
	bool ok = false;

	note.hook = "crowd";
	if (inbox_open(&box, store->url, dir, mode, &e))
		ok = put_one(box, &note, &did, &e) && did.fresh == 1;
	if (!ok)
		fprintf(stderr, "%s\n", e.text);
	inbox_close(box);
	return ok;
}

static int serve(int first)
{
	struct inbox *box = NULL;
	struct inbox_put did;
	struct err e;
	int done = 0;

	if (!inbox_open(&box, store->url, dir, INBOX_SERVE, &e))
		return 1;
	for (; done < NOTES; done++) {
		struct pix_event ev = event_no(first + done);
		struct inbox_note note = note_of("body", &ev, 1);

		note.hook = "crowd";
		if (!put_one(box, &note, &did, &e) || did.fresh != 1)
			break;
		box->ops->tidy(box, true);
	}
	inbox_close(box);
	return done == NOTES ? 0 : 1;
}

static int write_all(int first)
{
	for (int i = 0; i < NOTES; i++)
		if (!write_one(INBOX_ONCE, first + i))
			return 1;
	return 0;
}

static void eight_one_shots_and_a_service_at_once_store_all_once(void **state)
{
	pid_t child[WRITERS + 1];
	struct inbox *box;
	int status;

	(void)state;
	for (int i = 0; i <= WRITERS; i++) {
		child[i] = fork();
		assert_true(child[i] >= 0);
		if (!child[i])
			_exit(i == WRITERS ? serve(i * NOTES) : write_all(i * NOTES));
	}
	for (int i = 0; i <= WRITERS; i++) {
		assert_int_equal(waitpid(child[i], &status, 0), child[i]);
		assert_int_equal(status, 0);
	}
	box = opened(INBOX_READ);
	assert_int_equal(stats_of(box, NULL).events, (WRITERS + 1) * NOTES);
	assert_int_equal(stats_of(box, NULL).notes, (WRITERS + 1) * NOTES);
	inbox_close(box);
}

/* Writes until it is killed and tells of each commit, after it, through the pipe. */
static void write_for_ever(int to, enum inbox_mode mode, int first)
{
	struct inbox *box = NULL;
	struct inbox_put did;

	if (mode == INBOX_SERVE && !inbox_open(&box, store->url, dir, mode, NULL))
		_exit(1);
	for (int n = first;; n++) {
		struct pix_event ev = event_no(n);
		struct inbox_note note = note_of("body", &ev, 1);

		note.hook = "crowd";
		if (mode == INBOX_ONCE ? !write_one(mode, n) : !put_one(box, &note, &did, NULL))
			_exit(1);
		if (box)
			box->ops->tidy(box, true);
		if (write(to, &n, sizeof n) != sizeof n)
			_exit(1);
	}
}

static bool has(const struct inbox_row *r, void *arg)
{
	(void)r;
	*(int *)arg += 1;
	return true;
}

static void a_killed_writer_loses_nothing_it_told_of_and_blocks_nobody(void **state)
{
	int next = 1, told = 0, pipes[2], got, status;

	(void)state;
	srandom(20261121);
	inbox_close(opened(INBOX_WRITE));	/* else a reader may come before there is an inbox */
	for (int i = 0; i < KILLS; i++) {
		enum inbox_mode mode = i % 2 ? INBOX_SERVE : INBOX_ONCE;
		struct timespec began, now;
		struct inbox *box;
		pid_t child;

		assert_int_equal(pipe(pipes), 0);
		child = fork();
		assert_true(child >= 0);
		if (!child)
			write_for_ever(pipes[1], mode, next);
		close(pipes[1]);
		usleep((useconds_t)(2000 + random() % 30000));
		kill(child, SIGKILL);
		waitpid(child, &status, 0);
		assert_true(WIFSIGNALED(status));
		told = next - 1;
		while (read(pipes[0], &got, sizeof got) == sizeof got)
			told = got;
		close(pipes[0]);

		clock_gettime(CLOCK_MONOTONIC, &began);
		box = opened(i % 3 ? INBOX_ONCE : INBOX_READ);
		clock_gettime(CLOCK_MONOTONIC, &now);
		assert_true(now.tv_sec - began.tv_sec < 3);
		for (int n = next; n <= told; n++) {
			struct pix_event ev = event_no(n);
			struct inbox_filter f = { .kind = -1, .e2eid = ev.e2eid };
			int found = 0;

			assert_true(box->ops->list(box, &f, has, &found, NULL));
			assert_int_equal(found, 1);
		}
		inbox_close(box);
		next = told + 2;	/* one more may have been committed and not told of */
	}
	assert_true(told > KILLS);
}

/* A file may not grow: what a full disk or a quota does, also to root. */
static void grow_no_more(rlim_t bytes)
{
	struct rlimit limit = { bytes, RLIM_INFINITY };

	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void a_full_disk_stores_nothing_and_the_same_handle_goes_on_after(void **state)
{
	static char big[4 << 20];	/* more than a store keeps in memory until the commit */
	struct inbox *box = opened(INBOX_SERVE);
	struct pix_event ev[2] = { event_no(1), event_no(2) };
	struct inbox_note n = note_of("first", &ev[0], 1), m;
	struct inbox_put did;
	struct err e;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	memset(big, 'x', sizeof big - 1);
	m = note_of(big, &ev[1], 1);
	stored(box, &n);
	for (int i = 0; i < 3; i++) {
		grow_no_more(65536);
		if (i == 1) {	/* a commit that failed is over */
			struct inbox_note small = m;

			small.body_len = 300000;
			assert_true(box->ops->begin(box, &e));
			assert_true(box->ops->put(box, &small, &did, &e));
			assert_false(box->ops->commit(box, &e));
			assert_true(box->ops->begin(box, &e));
			box->ops->rollback(box);
		}
		if (i == 2) {	/* a caller that overlooks the failure commits nothing */
			assert_true(box->ops->begin(box, &e));
			assert_false(box->ops->put(box, &m, &did, &e));
			assert_false(box->ops->commit(box, &e));
		}
		assert_false(put_one(box, &m, &did, &e));
		assert_int_equal(e.code, ERR_STORE);
		assert_non_null(strstr(e.text, "inbox.db"));
		grow_no_more(RLIM_INFINITY);
		assert_int_equal(stats_of(box, NULL).events, 1);
	}
	did = stored(box, &m);
	assert_int_equal(did.fresh, 1);
	assert_true(did.fresh_note);
	inbox_close(box);
	box = opened(INBOX_READ);
	assert_int_equal(stats_of(box, NULL).bytes, 5 + sizeof big - 1);
	inbox_close(box);
}

static void a_one_shot_on_a_full_disk_fails_and_loses_nothing(void **state)
{
	struct inbox *box = NULL;
	struct err e = { 0 };
	int failed = 0;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	assert_true(write_one(INBOX_ONCE, 1));
	for (rlim_t most = 0; most < 60000; most += 3000) {
		struct pix_event ev = event_no(100 + (int)most);
		struct inbox_note n = note_of("x", &ev, 1);
		struct inbox_put did;
		bool ok;

		grow_no_more(most);
		ok = inbox_open(&box, store->url, dir, INBOX_ONCE, &e) && put_one(box, &n, &did, &e);
		inbox_close(box);
		box = NULL;
		grow_no_more(RLIM_INFINITY);
		if (!ok) {
			assert_int_equal(e.code, ERR_STORE);
			failed++;
		}
		box = opened(INBOX_READ);
		assert_int_equal(stats_of(box, "loja").events, most / 3000 + 1 - (unsigned)failed);
		assert_int_equal(stats_of(box, "crowd").events, 1);
		inbox_close(box);
		box = NULL;
	}
	assert_in_range(failed, 1, 19);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		PROMISE(eight_one_shots_and_a_service_at_once_store_all_once),
		PROMISE(a_killed_writer_loses_nothing_it_told_of_and_blocks_nobody),
		PROMISE(a_full_disk_stores_nothing_and_the_same_handle_goes_on_after),
		PROMISE(a_one_shot_on_a_full_disk_fails_and_loses_nothing),
	};
	int failed = 0;

	for (size_t i = 0; i < sizeof tested / sizeof *tested; i++) {
		store = &tested[i];
		failed += cmocka_run_group_tests_name("inbox_crowd", tests, NULL, NULL);
	}
	return failed;
}
