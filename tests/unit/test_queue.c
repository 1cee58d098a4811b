/* The queue of writers: in turn, and not forever. */
#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <time.h>

#include "inbox/queue.h"
#include "tests/unit/test_inbox.h"

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

int main(void)
{
	static const struct CMUnitTest tests[] = {
		PROMISE(a_stuck_holder_is_waited_for_only_so_long),
		PROMISE(writers_wait_for_their_turn),
	};

	return cmocka_run_group_tests_name("queue", tests, NULL, NULL);
}
