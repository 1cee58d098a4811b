/* What is the SQLite store's own: versions, URLs, the WAL. */
#include <fcntl.h>
#include <sys/stat.h>

#include "tests/unit/test_inbox.h"

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

int main(void)
{
	static const struct CMUnitTest tests[] = {
		PROMISE(a_newer_version_is_refused_and_untouched),
		PROMISE(another_programs_database_is_refused_and_untouched),
		PROMISE(what_is_no_database_is_refused),
		PROMISE(one_shots_keep_the_wal_short),
		PROMISE(urls_are_checked),
	};

	return cmocka_run_group_tests_name("sqlite", tests, NULL, NULL);
}
