/* What is the SQLite store's own: versions, files, the queue. */
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "inbox/queue.h"
#include "tests/unit/test_inbox.h"

static const char *const files[] = { "inbox.db", "inbox.db-wal", "inbox.db-shm", "inbox.db-lock" };

static void put_number(struct inbox *box, int n)
{
	struct pix_event ev = event_no(n);
	struct inbox_note note = note_of("x", &ev, 1);

	note.hook = "s";
	stored(box, &note);
}

/* Overwrites 4 bytes of the database's header (sqlite.org/fileformat2.html §1.3: 60 user_version, 68 application_id). */
static void patch(long at, unsigned value)
{
	unsigned char be[4] = { (unsigned char)(value >> 24), (unsigned char)(value >> 16), (unsigned char)(value >> 8),
				(unsigned char)value };
	int fd = open(in_dir("inbox.db"), O_RDWR);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, be, 4, at), 4);
	close(fd);
}

static size_t content(char *to, size_t size)
{
	FILE *f = fopen(in_dir("inbox.db"), "r");
	size_t n;

	assert_non_null(f);
	n = fread(to, 1, size, f);
	fclose(f);
	return n;
}

static void refused_untouched(const char *why)
{
	static char was[200000], is[200000];
	static const enum inbox_mode modes[] = { INBOX_READ, INBOX_SERVE, INBOX_ONCE, INBOX_WRITE };
	size_t n = content(was, sizeof was);

	for (size_t i = 0; i < 4; i++) {
		struct inbox *box = NULL;
		struct err e = { 0 };

		assert_false(inbox_open(&box, store->url, dir, modes[i], &e));
		assert_int_equal(e.code, ERR_CONFIG);
		assert_non_null(strstr(e.text, why));
		assert_int_equal(content(is, sizeof is), n);
		assert_memory_equal(was, is, n);
	}
}

static void a_newer_version_is_refused_and_untouched(void **state)
{
	struct inbox *box = opened(INBOX_SERVE);

	(void)state;
	put_number(box, 1);
	inbox_close(box);
	patch(60, 1000);
	refused_untouched("1000");
}

static void another_programs_database_is_refused_and_untouched(void **state)
{
	struct inbox *box = opened(INBOX_SERVE);

	(void)state;
	put_number(box, 1);
	inbox_close(box);
	patch(68, 0x47504b47);
	refused_untouched("another program");
	patch(68, 0);	/* also one that says nothing but has tables */
	patch(60, 0);
	refused_untouched("another program");
}

static void what_is_no_database_is_refused(void **state)
{
	struct inbox *box = NULL;
	struct err e;
	FILE *f = fopen(in_dir("inbox.db"), "w");

	(void)state;
	for (int i = 0; i < 4096; i++)
		fputs("This is a diary. ", f);
	fclose(f);
	assert_false(inbox_open(&box, store->url, dir, INBOX_SERVE, &e));
	assert_int_equal(e.code, ERR_STORE);
	assert_non_null(strstr(e.text, "not an SQLite database"));
}

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

static void one_shots_keep_the_wal_short(void **state)
{
	struct stat st;
	int kept = 0;

	(void)state;
	for (int i = 0; i < 120; i++) {
		struct inbox *box = opened(INBOX_ONCE);

		put_number(box, i);
		inbox_close(box);
		if (stat(in_dir("inbox.db-wal"), &st) == 0) {
			kept++;
			assert_true(st.st_size < 150 * 2100);
		}
	}
	assert_in_range(kept, 90, 119);	/* emptied now and then, not each time */
}

static void a_service_tidies_its_wal(void **state)
{
	static char body[60000];
	struct inbox *box = opened(INBOX_SERVE);
	struct stat st;

	(void)state;
	memset(body, 'x', sizeof body - 1);
	for (int i = 0; i < 300; i++) {
		struct pix_event ev = event_no(i);
		struct inbox_note n = note_of(body, &ev, 1);

		stored(box, &n);
		box->ops->tidy(box);
	}
	assert_int_equal(stat(in_dir("inbox.db-wal"), &st), 0);
	assert_true(st.st_size < 6 << 20);
	assert_int_equal(stat(in_dir("inbox.db"), &st), 0);
	assert_true(st.st_size > 12 << 20);
	assert_int_equal(stats_of(box, NULL).notes, 300);
	inbox_close(box);
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

static void urls_are_checked(void **state)
{
	static const char *const bad[] = { "", "sqlite", "sqlite:", "sqlite:folder/", "sqlit:inbox.db", "mysql://u:geheim@h/d",
					   "/inbox.db" };
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		memset(&e, 0, sizeof e);
		assert_false(inbox_place_ok(bad[i], dir, &e));
		assert_int_equal(e.code, ERR_CONFIG);
		assert_null(strstr(e.text, "geheim"));
	}
	assert_true(inbox_place_ok("sqlite:inbox.db", dir, &e));
	assert_true(inbox_place_ok("sqlite:./inbox.db", dir, &e));
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

static void a_stuck_holder_is_waited_for_only_so_long(void **state)
{
	struct queue q = { 0 };
	struct timespec a, z;
	struct err e;
	int pipes[2], fd;
	pid_t child;
	char c;

	(void)state;
	close(open(in_dir("like"), O_CREAT | O_WRONLY, 0640));
	assert_int_equal(pipe(pipes), 0);
	assert_true(queue_open(&q, in_dir("lock"), in_dir("like"), &e));
	child = fork();
	if (!child) {
		fd = open(in_dir("lock"), O_RDONLY);
		flock(fd, LOCK_EX);
		if (write(pipes[1], "", 1) == 1)
			usleep(1600000);
		_exit(0);
	}
	assert_int_equal(read(pipes[0], &c, 1), 1);
	clock_gettime(CLOCK_MONOTONIC, &a);
	assert_false(queue_enter(&q, 1, &e));
	clock_gettime(CLOCK_MONOTONIC, &z);
	assert_int_equal(e.code, ERR_STORE);
	assert_non_null(strstr(e.text, "locked"));
	assert_true(z.tv_sec - a.tv_sec <= 2);
	assert_true(queue_enter(&q, 20, &e));	/* it ended: our turn */
	assert_int_equal(waitpid(child, NULL, 0), child);
	queue_close(&q);
	queue_close(&q);
	close(pipes[0]);
	close(pipes[1]);
}

/* Both ways to write stand in the queue, a reader does not. */
static void writers_wait_for_their_turn(void **state)
{
	static const enum inbox_mode modes[] = { INBOX_ONCE, INBOX_SERVE, INBOX_READ };

	(void)state;
	inbox_close(opened(INBOX_WRITE));
	for (int i = 0; i < 3; i++) {
		struct inbox *box = i ? opened(modes[i]) : NULL;
		struct timespec a, z;
		int pipes[2];
		pid_t child;
		char c;

		assert_int_equal(pipe(pipes), 0);
		child = fork();
		if (!child) {
			flock(open(in_dir("inbox.db-lock"), O_RDONLY), LOCK_EX);
			if (write(pipes[1], "", 1) == 1)
				usleep(300000);
			_exit(0);
		}
		assert_int_equal(read(pipes[0], &c, 1), 1);
		clock_gettime(CLOCK_MONOTONIC, &a);
		if (!box)
			box = opened(modes[i]);
		if (modes[i] == INBOX_READ)
			stats_of(box, NULL);
		else
			put_number(box, i);
		clock_gettime(CLOCK_MONOTONIC, &z);
		c = (z.tv_sec - a.tv_sec) * 1000 + (z.tv_nsec - a.tv_nsec) / 1000000 > 200;
		assert_int_equal(c, modes[i] != INBOX_READ);
		inbox_close(box);
		assert_int_equal(waitpid(child, NULL, 0), child);
		close(pipes[0]);
		close(pipes[1]);
	}
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
		PROMISE(a_newer_version_is_refused_and_untouched),
		PROMISE(another_programs_database_is_refused_and_untouched),
		PROMISE(what_is_no_database_is_refused),
		PROMISE(files_are_private_whatever_the_umask),
		PROMISE(a_service_that_ends_leaves_one_file_and_the_lock),
		PROMISE(one_shots_keep_the_wal_short),
		PROMISE(a_service_tidies_its_wal),
		PROMISE(files_replaced_under_us_are_noticed),
		PROMISE(a_file_where_a_folder_should_be_is_an_error_that_names_it),
		PROMISE(a_file_that_cannot_be_written_is_an_error_and_passes),
		PROMISE(urls_are_checked),
		PROMISE(a_link_to_another_folder_is_followed_with_all_its_files),
		PROMISE(a_stuck_holder_is_waited_for_only_so_long),
		PROMISE(writers_wait_for_their_turn),
		PROMISE(root_gives_what_it_makes_to_the_folders_owner),
	};

	return cmocka_run_group_tests_name("sqlite", tests, NULL, NULL);
}
