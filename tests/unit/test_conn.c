#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stddef.h>
#include <cmocka.h>
#undef fail	/* ours is the one in lib/err.h */

#include <string.h>
#include <sys/socket.h>

#include "fcgi/conn.h"
#include "tests/unit/frames.h"
#include "tests/unit/scene.h"

static struct shop shop;
static struct conn *conn;
static int peer;

static int open_all(void **state)
{
	int pair[2];

	(void)state;
	scene_open(SCENE_LOJA "max_body = 2048;\n");
	memset(&shop, 0, sizeof shop);
	shop.given = scene_conf;
	if (!serve_init() || socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) != 0)
		return -1;
	conn = conn_new(pair[0], 0);
	peer = pair[1];
	return 0;
}

static int close_all(void **state)
{
	(void)state;
	if (conn)
		conn_free(conn);
	close(peer);
	shop_close(&shop);
	scene_close();
	return 0;
}

static void say(const char *bytes, size_t len)
{
	assert_int_equal(send(peer, bytes, len, 0), (ssize_t)len);
}

/* What the web server gets: the content of the FastCGI answer. */
static const char *heard(void)
{
	static char raw[2048], text[2048];
	ssize_t n = recv(peer, raw, sizeof raw, 0);
	size_t len = n < 8 ? 0 : (size_t)((uint8_t)raw[4] << 8 | (uint8_t)raw[5]);

	assert_true(n >= 8 && len < sizeof text && raw[1] == 6);
	memcpy(text, raw + 8, len);
	text[len] = '\0';
	return text;
}

static void answered(int status)
{
	char want[32];
	bool cut = conn->cut;

	snprintf(want, sizeof want, "Status: %d ", status);
	assert_int_equal(conn_answer(conn, 0), !cut);
	assert_memory_equal(heard(), want, strlen(want));
	assert_false(conn->busy);
}

static struct buf request(const char *uri, const char *body)
{
	struct buf b = BUF(20 * 1024 * 1024);

	frame_post(&b, 1, uri, body, NULL, NULL);
	return b;
}

static void whole_request_is_taken_at_once(void **state)
{
	struct buf b = request(SCENE_URI "/pix", SCENE_PIX("E1111111120261121120000000000001"));

	(void)state;
	say(b.data, b.len);
	assert_int_equal(conn_read(conn, &shop, 1), CONN_READY);
	assert_false(conn->collecting);
	assert_true(conn->job->store);
	assert_int_equal(conn->job->batch.count, 1);
	conn->job->status = 200;
	answered(200);
	buf_free(&b);
}

static void a_connection_serves_one_request_after_the_other(void **state)
{
	struct buf b = request(SCENE_URI, "{}");

	(void)state;
	for (int i = 0; i < 3; i++) {
		say(b.data, b.len);
		assert_int_equal(conn_read(conn, &shop, 1), CONN_READY);
		answered(200);
		assert_int_equal(conn_read(conn, &shop, 1), CONN_WAIT);
	}
	buf_free(&b);
}

static void request_in_pieces_is_collected(void **state)
{
	struct buf b = request(SCENE_URI "/pix", SCENE_PIX("E1111111120261121120000000000001"));

	(void)state;
	for (size_t i = 0; i + 1 < b.len; i++) {
		say(b.data + i, 1);
		assert_int_equal(conn_read(conn, &shop, 1), CONN_WAIT);
	}
	say(b.data + b.len - 1, 1);
	assert_int_equal(conn_read(conn, &shop, 1), CONN_READY);
	assert_true(conn->job->store);
	assert_int_equal(conn->job->body_len, strlen(SCENE_PIX("E1111111120261121120000000000001")));
	conn->job->status = 200;
	answered(200);
	buf_free(&b);
}

static void a_stranger_s_body_is_not_kept(void **state)
{
	char body[2000];
	struct buf b;

	(void)state;
	memset(body, 'x', sizeof body - 1);
	body[sizeof body - 1] = '\0';
	b = request("/webhook?hmac=wrong", body);
	say(b.data, b.len - 20);
	assert_int_equal(conn_read(conn, &shop, 1), CONN_WAIT);
	assert_int_equal(conn->job->status, 403);
	assert_int_equal(conn->body.len, 0);
	say(b.data + b.len - 20, 20);
	assert_int_equal(conn_read(conn, &shop, 1), CONN_READY);
	answered(403);
	buf_free(&b);
}

static void body_past_the_limit_is_drained_and_refused(void **state)
{
	char body[60000];
	struct buf b;

	(void)state;
	for (size_t len = 2048; len <= sizeof body - 1; len += len == 2048 ? 1 : 20000) {
		memset(body, 'x', len);
		body[len] = '\0';
		b = request(SCENE_URI "/pix", body);
		for (int pieces = 0; pieces < 2; pieces++) {
			say(b.data, pieces ? 5 : b.len);
			if (pieces) {
				assert_int_equal(conn_read(conn, &shop, 1), CONN_WAIT);
				say(b.data + 5, b.len - 5);
			}
			assert_int_equal(conn_read(conn, &shop, 1), CONN_READY);
			assert_int_equal(conn->job->store, len == 2048);
			if (conn->job->store)
				conn->job->status = 200;
			answered(len == 2048 ? 200 : 413);
		}
		buf_free(&b);
	}
}

static void body_without_end_is_answered_and_cut(void **state)
{
	struct buf b = BUF(100000), record = BUF(70000);
	static char zeros[60000];
	enum conn_step step = CONN_WAIT;

	(void)state;
	frame_post(&b, 1, SCENE_URI "/pix", "x", NULL, NULL);
	say(b.data, b.len - 8);		/* without the empty record that ends it */
	frame(&record, 5, 1, zeros, sizeof zeros);
	assert_int_equal(conn_read(conn, &shop, 1), CONN_WAIT);
	for (int i = 0; i < 200 && step == CONN_WAIT; i++) {
		say(record.data, record.len);
		step = conn_read(conn, &shop, 1);
	}
	assert_int_equal(step, CONN_READY);
	assert_true(conn->cut);
	answered(413);
	buf_free(&b);
	buf_free(&record);
}

static void garbage_and_a_closed_peer_end_the_connection(void **state)
{
	(void)state;
	say("GET / HTTP/1.1\r\n\r\n", 18);
	assert_int_equal(conn_read(conn, &shop, 1), CONN_CLOSE);
	shutdown(peer, SHUT_WR);
	recv(conn->fd, (char[64]){ 0 }, 64, 0);
	assert_int_equal(conn_read(conn, &shop, 1), CONN_CLOSE);
}

static void parameters_without_end_end_the_connection(void **state)
{
	struct buf b = BUF(100000);
	static char zeros[60000];
	enum conn_step step = CONN_WAIT;

	(void)state;
	frame_begin(&b, 1);
	frame(&b, 4, 1, zeros, sizeof zeros);
	say(b.data, b.len);
	for (int i = 0; i < 4 && step == CONN_WAIT; i++) {
		step = conn_read(conn, &shop, 1);
		say(b.data + 16, b.len - 16);
	}
	assert_int_equal(step, CONN_CLOSE);
	buf_free(&b);
}

static void parameters_that_lie_about_their_length_end_the_connection(void **state)
{
	struct buf b = BUF(1000);

	(void)state;
	frame_begin(&b, 1);
	frame(&b, 4, 1, "\xff\xff\xff\xff\xff\xff\xff\xff", 8);
	frame(&b, 4, 1, "", 0);
	frame(&b, 5, 1, "", 0);
	say(b.data, b.len);
	assert_int_equal(conn_read(conn, &shop, 1), CONN_CLOSE);
	buf_free(&b);
}

/* The line is written while the request is still there, or it would show what came to its memory since. */
static void the_log_shows_the_path_that_was_asked_for(void **state)
{
	struct buf b = request("/a-path-of-nobody?hmac=x", "{}");
	char said[512] = "";
	int pipes[2], was = dup(2);

	(void)state;
	say(b.data, b.len);
	assert_int_equal(conn_read(conn, &shop, 1), CONN_READY);
	assert_int_equal(pipe(pipes), 0);
	dup2(pipes[1], 2);
	conn_answer(conn, 0);
	dup2(was, 2);
	assert_true(read(pipes[0], said, sizeof said - 1) > 0);
	assert_non_null(strstr(said, " path=/a-path-of-nobody why="));
	close(was);
	close(pipes[0]);
	close(pipes[1]);
	buf_free(&b);
}

static void a_wrong_configuration_lets_nobody_in_until_it_is_right(void **state)
{
	struct buf b = request(SCENE_URI, "{}");

	(void)state;
	scene_write("pixgate.conf", "inbox = ;", 0600);
	say(b.data, b.len);
	assert_int_equal(conn_read(conn, &shop, 1), CONN_READY);
	answered(503);
	scene_write("pixgate.conf", SCENE_LOJA, 0600);
	say(b.data, 10);
	assert_int_equal(conn_read(conn, &shop, 2), CONN_WAIT);
	say(b.data + 10, b.len - 10);
	assert_int_equal(conn_read(conn, &shop, 2000000), CONN_READY);
	answered(200);
	buf_free(&b);
}

#define EACH(f) cmocka_unit_test_setup_teardown(f, open_all, close_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(whole_request_is_taken_at_once),
		EACH(a_connection_serves_one_request_after_the_other),
		EACH(request_in_pieces_is_collected),
		EACH(a_stranger_s_body_is_not_kept),
		EACH(body_past_the_limit_is_drained_and_refused),
		EACH(body_without_end_is_answered_and_cut),
		EACH(garbage_and_a_closed_peer_end_the_connection),
		EACH(parameters_without_end_end_the_connection),
		EACH(parameters_that_lie_about_their_length_end_the_connection),
		EACH(the_log_shows_the_path_that_was_asked_for),
		EACH(a_wrong_configuration_lets_nobody_in_until_it_is_right),
	};

	return cmocka_run_group_tests_name("conn", tests, NULL, NULL);
}
