/* When a service's WAL is copied into the database. */
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/test_inbox.h"

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
		box->ops->tidy(box, true);
	}
	assert_int_equal(stat(in_dir("inbox.db-wal"), &st), 0);
	assert_true(st.st_size < 6 << 20);
	assert_int_equal(stat(in_dir("inbox.db"), &st), 0);
	assert_true(st.st_size > 12 << 20);
	assert_int_equal(stats_of(box, NULL).notes, 300);
	inbox_close(box);
}

/* Under load another thread copies, while notes go on being stored; none is lost, and the WAL begins anew. */
static void a_busy_service_has_it_done_beside(void **state)
{
	static char body[60000];
	struct inbox *box = opened(INBOX_SERVE);
	struct stat st;
	off_t most = 0;
	int n = 0;

	(void)state;
	memset(body, 'x', sizeof body - 1);
	for (bool anew = false; !anew; n++) {
		struct pix_event ev = event_no(n);
		struct inbox_note note = note_of(body, &ev, 1);

		assert_in_range(n, 0, 5000);	/* 300 MB: it never began anew */
		stored(box, &note);
		box->ops->tidy(box, false);
		assert_int_equal(stat(in_dir("inbox.db-wal"), &st), 0);
		anew = n > 1200 && st.st_size == most;	/* written, and no longer for it */
		most = st.st_size;
		if (n == 200)
			assert_true(st.st_size > 12 << 20);	/* it is copied, but does not begin anew so soon */
		if (n > 1100)
			usleep(2000);
	}
	assert_int_equal(stat(in_dir("inbox.db"), &st), 0);
	assert_true(st.st_size > 50 << 20);
	assert_int_equal(stats_of(box, NULL).notes, n);
	inbox_close(box);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		PROMISE(a_service_tidies_its_wal),
		PROMISE(a_busy_service_has_it_done_beside),
	};

	return cmocka_run_group_tests_name("sqlite_tidy", tests, NULL, NULL);
}
