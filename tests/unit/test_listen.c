#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail	/* ours is the one in lib/err.h */

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "fcgi/listen.h"
#include "tests/unit/scene.h"

static char where[128], path[96];

static int open_scene(void **state)
{
	(void)state;
	scene_open("");
	snprintf(path, sizeof path, "%s/gate.sock", scene_dir);
	snprintf(where, sizeof where, "unix:%s", path);
	return 0;
}

static int close_scene(void **state)
{
	(void)state;
	scene_close();
	return 0;
}

static bool reach(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	bool ok;

	strcpy(at.sun_path, path);
	ok = connect(fd, (struct sockaddr *)&at, sizeof at) == 0;
	close(fd);
	return ok;
}

static void unix_socket_is_for_owner_and_group_only(void **state)
{
	struct listener l;
	struct stat st;
	struct err e;
	mode_t was = umask(0);

	(void)state;
	assert_true(listen_open(&l, where, NULL, &e));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0660);
	assert_int_equal(umask(was), 0);
	assert_true(reach());
	listen_close(&l);
	assert_int_not_equal(access(path, F_OK), 0);
}

static void socket_left_behind_is_replaced_a_live_one_is_not(void **state)
{
	struct listener l, second;
	struct err e;

	(void)state;
	assert_true(listen_open(&l, where, NULL, &e));
	assert_false(listen_open(&second, where, NULL, &e));
	assert_int_equal(e.code, ERR_STORE);
	assert_true(reach());
	close(l.fd);	/* as a killed process leaves it */
	assert_false(reach());
	assert_true(listen_open(&second, where, NULL, &e));
	assert_true(reach());
	listen_close(&second);
}

static void a_file_in_the_way_is_not_removed(void **state)
{
	struct listener l;
	struct err e;

	(void)state;
	scene_write("gate.sock", "precious", 0600);
	assert_false(listen_open(&l, where, NULL, &e));
	assert_int_equal(e.code, ERR_CONFIG);
	assert_int_equal(access(path, F_OK), 0);
}

static void group_is_set_or_named_as_unknown(void **state)
{
	struct listener l;
	struct stat st;
	struct err e;

	(void)state;
	assert_false(listen_open(&l, where, "no-such-group", &e));
	assert_int_equal(e.code, ERR_CONFIG);
	assert_non_null(strstr(e.text, "no-such-group"));
	snprintf(e.text, sizeof e.text, "%d", (int)getegid());
	assert_true(listen_open(&l, where, e.text, &e));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_gid, getegid());
	listen_close(&l);
}

static void only_loopback_is_listened_on(void **state)
{
	static const char *const bad[] = {
		"0.0.0.0:9000", "192.0.2.1:9000", "[::]:9000", "localhost:9000", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0",
		"127.0.0.1:65536", "127.0.0.1:90x", "", "unix:"
	};
	struct listener l;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_false(listen_open(&l, bad[i], NULL, &e));
		assert_int_equal(e.code, ERR_CONFIG);
	}
}

static void tcp_is_listened_on(void **state)
{
	struct listener l = { .fd = -1 };
	struct err e;
	char at[32];

	(void)state;
	for (int port = 42000 + (int)(getpid() % 2000), end = port + 200; l.fd < 0 && port < end; port++) {
		snprintf(at, sizeof at, "127.0.0.1:%d", port);
		if (!listen_open(&l, at, NULL, &e))
			assert_int_equal(e.code, ERR_STORE);
	}
	assert_true(l.fd >= 0);
	listen_close(&l);
}

static void descriptor_3_is_taken_when_it_is_meant_for_us(void **state)
{
	struct listener made, l;
	struct err e;
	char pid[32];

	(void)state;
	assert_true(listen_open(&made, where, NULL, &e));
	if (made.fd != 3)
		assert_int_equal(dup2(made.fd, 3), 3);
	setenv("LISTEN_FDS", "1", 1);
	setenv("LISTEN_PID", "1", 1);
	assert_false(listen_inherited(&l));
	snprintf(pid, sizeof pid, "%d", (int)getpid());
	setenv("LISTEN_PID", pid, 1);
	assert_true(listen_inherited(&l));
	assert_int_equal(l.fd, 3);
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_PID");
	assert_false(listen_inherited(&l));
	listen_close(&made);
}

#define EACH(f) cmocka_unit_test_setup_teardown(f, open_scene, close_scene)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(unix_socket_is_for_owner_and_group_only),
		EACH(socket_left_behind_is_replaced_a_live_one_is_not),
		EACH(a_file_in_the_way_is_not_removed),
		EACH(group_is_set_or_named_as_unknown),
		EACH(only_loopback_is_listened_on),
		EACH(tcp_is_listened_on),
		EACH(descriptor_3_is_taken_when_it_is_meant_for_us),
	};

	return cmocka_run_group_tests_name("listen", tests, NULL, NULL);
}
