#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail	/* ours is the one in lib/err.h */

#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "fcgi/cgi.h"
#include "inbox/inbox.h"
#include "lib/limits.h"
#include "tests/unit/scene.h"

static char answer[4096];

static int open_scene(void **state)
{
	(void)state;
	scene_open(SCENE_LOJA);
	return 0;
}

static int close_scene(void **state)
{
	(void)state;
	scene_close();
	return 0;
}

/* Runs one CGI request in a process of its own; length NULL: no CONTENT_LENGTH. Returns the status that it answered. */
static int cgi(const char *uri, const char *length, const char *body, size_t len, bool keep_open)
{
	int in[2], out[2], status = -1;
	ssize_t n;
	size_t have = 0;
	pid_t pid;

	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(out), 0);
	pid = fork();
	if (pid == 0) {
		clearenv();
		setenv("REQUEST_METHOD", "POST", 1);
		setenv("REQUEST_URI", uri, 1);
		setenv("REMOTE_ADDR", "127.0.0.1", 1);
		if (length)
			setenv("CONTENT_LENGTH", length, 1);
		dup2(in[0], 0);
		dup2(out[1], 1);
		close(in[1]);
		_exit(cgi_serve(scene_conf));
	}
	close(in[0]);
	close(out[1]);
	assert_int_equal(write(in[1], body, len), (ssize_t)len);
	if (!keep_open)
		close(in[1]);
	while ((n = read(out[0], answer + have, sizeof answer - 1 - have)) > 0)
		have += (size_t)n;
	answer[have] = '\0';
	if (keep_open)
		close(in[1]);
	close(out[0]);
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
	return (int)strtol(answer + strlen("Status: "), NULL, 10);
}

static int post(const char *uri, const char *body)
{
	char length[32];

	snprintf(length, sizeof length, "%zu", strlen(body));
	return cgi(uri, length, body, strlen(body), false);
}

static int64_t stored(void)
{
	struct inbox_stats stats;
	struct inbox *box;
	struct err e;

	if (!inbox_open(&box, "sqlite:inbox.db", scene_dir, INBOX_READ, &e))
		return 0;
	assert_true(box->ops->stats(box, NULL, &stats, &e));
	inbox_close(box);
	return stats.events;
}

#define PIX SCENE_PIX("E1111111120261121120000000000001")

static void a_notification_is_stored_once_however_often_it_comes(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(post(SCENE_URI "/pix", PIX), 200);
		assert_string_equal(strstr(answer, "\r\n\r\n"), "\r\n\r\n200");
		assert_int_equal(stored(), 1);
	}
}

static void length_may_be_missing(void **state)
{
	(void)state;
	assert_int_equal(cgi(SCENE_URI, NULL, PIX, strlen(PIX), false), 200);
	assert_int_equal(cgi(SCENE_URI, "", PIX, strlen(PIX), false), 200);
	assert_int_equal(cgi(SCENE_URI, "-1", PIX, strlen(PIX), false), 200);
	assert_int_equal(stored(), 1);
}

static void announced_bytes_are_enough_the_pipe_may_stay_open(void **state)
{
	char length[32];

	(void)state;
	snprintf(length, sizeof length, "%zu", strlen(PIX));
	assert_int_equal(cgi(SCENE_URI, length, PIX, strlen(PIX), true), 200);
	assert_int_equal(stored(), 1);
}

static void fewer_bytes_than_announced_are_refused(void **state)
{
	(void)state;
	assert_int_equal(cgi(SCENE_URI, "100000", PIX, strlen(PIX), false), 400);
	assert_int_equal(stored(), 0);
}

static void body_over_the_limit_is_refused_after_it_was_read(void **state)
{
	static char big[LIMIT_BODY + 100000];

	(void)state;
	memset(big, ' ', sizeof big);
	assert_int_equal(cgi(SCENE_URI, NULL, big, sizeof big, false), 413);
	assert_int_equal(cgi(SCENE_URI, NULL, big, LIMIT_BODY, false), 200);
}

static void refusals_read_the_body_too(void **state)
{
	static char big[300000];

	(void)state;
	memset(big, ' ', sizeof big);
	assert_int_equal(cgi("/webhook?hmac=x", "300000", big, sizeof big, false), 403);
	assert_int_equal(cgi("/nowhere", "300000", big, sizeof big, false), 404);
}

static void a_missing_or_wrong_configuration_answers_503(void **state)
{
	(void)state;
	scene_write("pixgate.conf", "inbox = \"sqlite:inbox.db\";", 0600);
	assert_int_equal(post(SCENE_URI, PIX), 503);
	scene_write("pixgate.conf", SCENE_LOJA, 0600);
	scene_write("loja.secret", SCENE_SECRET, 0604);
	assert_int_equal(post(SCENE_URI, PIX), 503);
	assert_int_equal(stored(), 0);
}

static void storage_that_fails_answers_503_and_the_next_try_succeeds(void **state)
{
	char folder[96];

	(void)state;
	scene_write("pixgate.conf", "inbox = \"sqlite:box/inbox.db\"; hooks = ( { name = \"loja\"; path = \"/webhook\";"
		    " psp = \"efi\"; secret = \"file:loja.secret\"; sources = [ ]; } );", 0600);
	assert_int_equal(post(SCENE_URI, PIX), 503);
	assert_non_null(strstr(answer, "Retry-After: "));
	snprintf(folder, sizeof folder, "%s/box", scene_dir);
	assert_int_equal(mkdir(folder, 0700), 0);
	assert_int_equal(post(SCENE_URI, PIX), 200);
}

#define EACH(f) cmocka_unit_test_setup_teardown(f, open_scene, close_scene)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(a_notification_is_stored_once_however_often_it_comes),
		EACH(length_may_be_missing),
		EACH(announced_bytes_are_enough_the_pipe_may_stay_open),
		EACH(fewer_bytes_than_announced_are_refused),
		EACH(body_over_the_limit_is_refused_after_it_was_read),
		EACH(refusals_read_the_body_too),
		EACH(a_missing_or_wrong_configuration_answers_503),
		EACH(storage_that_fails_answers_503_and_the_next_try_succeeds),
	};

	return cmocka_run_group_tests_name("cgi", tests, NULL, NULL);
}
