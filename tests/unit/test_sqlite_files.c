/* The SQLite store's files: whose they are, links to them, and what becomes of them under us. */
#include <fcntl.h>
#include <sys/stat.h>

#include "tests/unit/test_inbox.h"

static const char *const files[] = { "inbox.db", "inbox.db-wal", "inbox.db-shm", "inbox.db-lock" };

static void files_are_private_whatever_the_umask(void **state)
{
	mode_t was = umask(0);
	struct inbox *box = opened(INBOX_SERVE);
	struct stat st;

	(void)state;
	put_number(box, 1);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(stat(in_dir(files[i]), &st), 0);
		assert_int_equal(st.st_mode & 07777, 0600);
	}
	inbox_close(box);
	umask(was);
}

static void a_service_that_ends_leaves_one_file_and_the_lock(void **state)
{
	struct inbox *box = opened(INBOX_SERVE);

	(void)state;
	put_number(box, 1);
	inbox_close(box);
	assert_int_equal(access(in_dir("inbox.db-wal"), F_OK), -1);
	assert_int_equal(access(in_dir("inbox.db"), F_OK), 0);
}

/* Any of its files deleted or replaced while it is open: every later call says so, a new handle works. */
static void files_replaced_under_us_are_noticed(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct inbox *box = opened(INBOX_SERVE), *next = NULL;
		struct inbox_stats st;
		struct inbox_filter f = { .kind = -1 };
		bool changed;
		struct err e;

		put_number(box, 100 + (int)i);
		for (size_t k = i; k < (i ? i + 1 : 3); k++)
			assert_int_equal(unlink(in_dir(files[k])), 0);
		if (!i)
			next = opened(INBOX_SERVE);
		for (int again = 0; again < 2; again++) {
			assert_false(box->ops->begin(box, &e));
			assert_int_equal(e.code, ERR_STORE);
			assert_non_null(strstr(e.text, "replaced"));
			assert_false(box->ops->stats(box, NULL, &st, &e));
			assert_false(box->ops->list(box, &f, NULL, NULL, &e));
			assert_false(box->ops->wait(box, 0, &changed, &e));
		}
		if (!i) {
			put_number(next, 200);
			inbox_close(box);	/* must not take the new one's WAL away */
			assert_int_equal(access(in_dir("inbox.db-wal"), F_OK), 0);
			inbox_close(next);
		} else {
			inbox_close(box);
		}
		box = opened(INBOX_READ);
		inbox_close(box);
		drop_place(NULL);
		fresh_place(NULL);
	}
}

static void a_file_where_a_folder_should_be_is_an_error_that_names_it(void **state)
{
	struct inbox *box = NULL;
	struct err e;

	(void)state;
	close(open(in_dir("file"), O_CREAT | O_WRONLY, 0600));
	assert_false(inbox_open(&box, "sqlite:file/inbox.db", dir, INBOX_SERVE, &e));
	assert_int_equal(e.code, ERR_STORE);
	assert_non_null(strstr(e.text, "/file"));
	assert_false(inbox_open(&box, "sqlite:none/inbox.db", dir, INBOX_ONCE, &e));
	assert_int_equal(e.code, ERR_STORE);
	assert_int_equal(mkdir(in_dir("inbox.db"), 0700), 0);
	assert_false(inbox_open(&box, store->url, dir, INBOX_WRITE, &e));
	assert_int_equal(e.code, ERR_STORE);
}

/* Each of the other files being a folder stands for one that cannot be written, also by root. */
static void a_file_that_cannot_be_written_is_an_error_and_passes(void **state)
{
	(void)state;
	for (size_t i = 1; i < 4; i++) {
		struct inbox_note n = note_of("x", NULL, 0);
		struct inbox *box = NULL;
		struct inbox_put did;
		struct err e = { 0 };
		bool ok;

		inbox_close(opened(INBOX_WRITE));
		unlink(in_dir(files[i]));
		assert_int_equal(mkdir(in_dir(files[i]), 0700), 0);
		ok = inbox_open(&box, store->url, dir, INBOX_SERVE, &e) && put_one(box, &n, &did, &e);
		inbox_close(box);
		if (i == 3) {	/* a folder can be locked too */
			assert_true(ok);
		} else {
			assert_false(ok);
			assert_int_equal(e.code, ERR_STORE);
			assert_non_null(strstr(e.text, "check"));
		}
		rmdir(in_dir(files[i]));
		inbox_close(opened(INBOX_SERVE));
	}
}

static void a_link_to_another_folder_is_followed_with_all_its_files(void **state)
{
	struct inbox *box;

	(void)state;
	assert_int_equal(mkdir(in_dir("disk"), 0700), 0);
	box = NULL;
	assert_true(inbox_open(&box, "sqlite:disk/real.db", dir, INBOX_SERVE, NULL));
	inbox_close(box);
	assert_int_equal(symlink("disk/real.db", in_dir("inbox.db")), 0);
	box = opened(INBOX_SERVE);
	put_number(box, 1);
	assert_int_equal(access(in_dir("disk/real.db-wal"), F_OK), 0);
	assert_int_equal(access(in_dir("disk/real.db-lock"), F_OK), 0);
	inbox_close(box);
	assert_int_equal(unlink(in_dir("disk/real.db")), 0);
	assert_false(inbox_place_ok(store->url, dir, NULL));
}

static void root_gives_what_it_makes_to_the_folders_owner(void **state)
{
	struct stat st;

	(void)state;
	if (geteuid())	/* only root can give files away */
		skip();
	assert_int_equal(chown(dir, 12345, 12345), 0);
	inbox_close(opened(INBOX_WRITE));
	for (size_t i = 0; i < 4; i += 3) {
		assert_int_equal(stat(in_dir(files[i]), &st), 0);
		assert_int_equal(st.st_uid, 12345);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		PROMISE(files_are_private_whatever_the_umask),
		PROMISE(a_service_that_ends_leaves_one_file_and_the_lock),
		PROMISE(files_replaced_under_us_are_noticed),
		PROMISE(a_file_where_a_folder_should_be_is_an_error_that_names_it),
		PROMISE(a_file_that_cannot_be_written_is_an_error_and_passes),
		PROMISE(a_link_to_another_folder_is_followed_with_all_its_files),
		PROMISE(root_gives_what_it_makes_to_the_folders_owner),
	};

	return cmocka_run_group_tests_name("sqlite_files", tests, NULL, NULL);
}
