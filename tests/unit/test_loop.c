#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail	/* ours is the one in lib/err.h */

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "fcgi/loop.h"
#include "inbox/inbox.h"
#include "tests/unit/frames.h"
#include "tests/unit/scene.h"

static char path[96];
static pid_t gate;

/* The gate in a process of its own, on a socket of the scene. */
static int start(void **state)
{
	struct listener l;
	struct err e;
	char where[128];

	(void)state;
	scene_open(SCENE_LOJA);
	snprintf(path, sizeof path, "%s/gate.sock", scene_dir);
	snprintf(where, sizeof where, "unix:%s", path);
	if (!listen_open(&l, where, NULL, &e))
		return -1;
	gate = fork();
	if (gate == 0)
		_exit(loop_serve(&l, scene_conf));
	close(l.fd);
	return gate < 0;
}

static int ended(int signo)
{
	int status = -1;

	kill(gate, signo);
	waitpid(gate, &status, 0);
	gate = 0;
	return status;
}

static int stop(void **state)
{
	(void)state;
	if (gate)
		ended(SIGKILL);
	scene_close();
	return 0;
}

static int dial(void)
{
	const struct timeval patience = { .tv_sec = 5 };
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(at.sun_path, path);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
	return fd;
}

static void ask(int fd, int keep, const char *body)
{
	struct buf b = BUF(100000);

	frame_post(&b, keep, SCENE_URI "/pix", body, NULL, NULL);
	assert_int_equal(send(fd, b.data, b.len, 0), (ssize_t)b.len);
	buf_free(&b);
}

/* The status of one answer, 0 where the connection ended or nothing came. */
static int status(int fd)
{
	char raw[512] = "";
	ssize_t n = recv(fd, raw, sizeof raw - 1, 0);

	return n > 20 ? (int)strtol(raw + 8 + strlen("Status: "), NULL, 10) : 0;
}

static bool one(const struct inbox_row *row, void *count)
{
	(void)row;
	++*(int *)count;
	return true;
}

static int events(void)
{
	const struct inbox_filter all = { .kind = -1 };
	struct inbox *box;
	struct err e;
	int count = 0;

	if (!inbox_open(&box, "sqlite:inbox.db", scene_dir, INBOX_READ, &e))
		return -1;
	assert_true(box->ops->list(box, &all, one, &count, &e));
	inbox_close(box);
	return count;
}

static void what_was_answered_200_is_in_the_inbox(void **state)
{
	int fd = dial();

	(void)state;
	ask(fd, 1, SCENE_PIX("E1111111120261121120000000000001"));
	assert_int_equal(status(fd), 200);
	assert_int_equal(events(), 1);
	ask(fd, 1, SCENE_PIX("E1111111120261121120000000000001"));
	assert_int_equal(status(fd), 200);
	ask(fd, 1, SCENE_PIX("E1111111120261121120000000000002"));
	assert_int_equal(status(fd), 200);
	assert_int_equal(events(), 2);
	close(fd);
}

static void a_connection_that_was_not_to_be_kept_is_closed(void **state)
{
	int fd = dial();

	(void)state;
	ask(fd, 0, "{}");
	assert_int_equal(status(fd), 200);
	assert_int_equal(recv(fd, (char[8]){ 0 }, 8, 0), 0);
	close(fd);
}

static void requests_in_hand_are_answered_before_the_end(void **state)
{
	struct buf b = BUF(100000);
	int slow = dial(), queued[20], idle = dial();

	(void)state;
	frame_post(&b, 1, SCENE_URI "/pix", SCENE_PIX("E1111111120261121120000000000003"), NULL, NULL);
	assert_int_equal(send(slow, b.data, 40, 0), 40);
	ask(idle, 1, "{}");
	assert_int_equal(status(idle), 200);
	kill(gate, SIGSTOP);
	for (int i = 0; i < 20; i++) {
		queued[i] = dial();	/* in the listener's queue, not accepted yet */
		ask(queued[i], 1, "{}");
	}
	kill(gate, SIGTERM);
	kill(gate, SIGCONT);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(status(queued[i]), 200);
		close(queued[i]);
	}
	assert_int_equal(send(slow, b.data + 40, b.len - 40, MSG_NOSIGNAL), (ssize_t)(b.len - 40));
	assert_int_equal(status(slow), 200);
	assert_int_equal(status(idle), 0);
	assert_int_equal(ended(0), 0);
	assert_int_equal(events(), 1);
	assert_int_not_equal(access(path, F_OK), 0);
	close(slow);
	close(idle);
	buf_free(&b);
}

static void every_ending_signal_ends_it_cleanly(void **state)
{
	static const int ways[] = { SIGTERM, SIGINT, SIGUSR1 };

	(void)state;
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		int fd = dial();

		ask(fd, 1, "{}");
		assert_int_equal(status(fd), 200);
		assert_int_equal(ended(ways[i]), 0);
		close(fd);
		stop(NULL);
		assert_int_equal(start(NULL), 0);
	}
}

static void hangup_reads_the_secrets_again(void **state)
{
	int fd = dial();

	(void)state;
	ask(fd, 1, "{}");
	assert_int_equal(status(fd), 200);
	scene_write("loja.secret", "another-secret-of-the-same-shop\n", 0600);
	kill(gate, SIGHUP);
	for (int i = 0, got = 200; i < 100 && got != 403; i++) {
		ask(fd, 1, "{}");
		got = status(fd);
		assert_true(got == 403 || (got == 200 && i < 99));
		usleep(10000);
	}
	close(fd);
}

static void more_connections_than_there_is_room_for_starve_nobody(void **state)
{
	static int kept[1100];
	int fd;

	(void)state;
	for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
		kept[i] = dial();
		if (i % 100 == 0) {
			ask(kept[i], 1, "{}");
			assert_int_equal(status(kept[i]), 200);
		}
	}
	fd = dial();
	ask(fd, 1, "{}");
	assert_int_equal(status(fd), 200);
	close(fd);
	for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
		close(kept[i]);
}

#define EACH(f) cmocka_unit_test_setup_teardown(f, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(what_was_answered_200_is_in_the_inbox),
		EACH(a_connection_that_was_not_to_be_kept_is_closed),
		EACH(requests_in_hand_are_answered_before_the_end),
		EACH(every_ending_signal_ends_it_cleanly),
		EACH(hangup_reads_the_secrets_again),
		EACH(more_connections_than_there_is_room_for_starve_nobody),
	};

	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	return cmocka_run_group_tests_name("loop", tests, NULL, NULL);
}
