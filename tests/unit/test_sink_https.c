/* What the sink https sends, and what it makes of answers; how it bears hostile ones is in test_sink_https_hostile.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>

#include "deliver/sign.h"	/* ahead of cmocka.h, which has a macro named fail() */
#include "deliver/sink.h"

#include <cmocka.h>

#include "tests/unit/receiver.h"
#include "tests/unit/sinkscene.h"

static char url[200];

static struct receiver to(receiver_fn *serve, const void *arg)
{
	struct receiver r = receiver_start(serve, arg);

	snprintf(url, sizeof url, "http://127.0.0.1:%d/pix.php?a=%%2F&b=1", r.port);
	conf.url = url;
	return r;
}

/* Has the request that line, whole? */
static bool has_line(const char *request, const char *line)
{
	char want[300];

	snprintf(want, sizeof want, "\r\n%s\r\n", line);
	return strstr(request, want);
}

static const char *signed_by(const char *secret, const char *id, const char *body)
{
	static char out[2][SIGN_TEXT];
	static int n;
	struct sign_key key;

	assert_true(sign_key_read(secret, strlen(secret), &key, NULL));
	n = !n;
	sign(&key, id, NOW_MS / 1000, body, strlen(body), out[n]);
	return out[n];
}

static void the_event_is_posted_signed_by_each_secret(void **state)
{
	char id[MESSAGE_ID], line[300];
	struct buf body = BUF(MESSAGE_BASE);
	struct receiver r = to(receiver_says, RECEIVER_OK);
	const char *got = r.seen->request[0];

	(void)state;
	conf.secrets.count = 2;
	assert_int_equal(sent_once(&sink_https).how, SENT_DONE);
	message_id(&row, id);
	message_json(&body, id, &row, NULL);
	assert_memory_equal(got, "POST /pix.php?a=%2F&b=1 HTTP/1.1\r\n", 34);
	assert_true(strstr(got, "\r\n\r\n"));
	assert_string_equal(strstr(got, "\r\n\r\n") + 4, buf_str(&body));
	snprintf(line, sizeof line, "webhook-id: %s", id);
	assert_true(has_line(got, line));
	assert_true(has_line(got, "webhook-timestamp: 1795262400"));
	snprintf(line, sizeof line, "webhook-signature: %s %s", signed_by(SINK_SECRET, id, buf_str(&body)), signed_by(SINK_OTHER, id, buf_str(&body)));
	assert_true(has_line(got, line));
	snprintf(line, sizeof line, "Content-Length: %zu", body.len);
	assert_true(has_line(got, line));
	assert_true(has_line(got, "Content-Type: application/json"));
	assert_true(has_line(got, "User-Agent: pixgate/" VERSION));
	assert_true(has_line(got, "Accept-Encoding: identity"));
	assert_null(strcasestr(got, "\r\nExpect"));
	assert_int_equal(r.seen->requests, 1);
	receiver_stop(&r);
	buf_free(&body);
}

static void one_secret_is_one_signature(void **state)
{
	char id[MESSAGE_ID], line[300];
	struct receiver r = to(receiver_says, RECEIVER_OK);

	(void)state;
	assert_int_equal(sent_once(&sink_https).how, SENT_DONE);
	message_id(&row, id);
	snprintf(line, sizeof line, "webhook-signature: %s", signed_by(SINK_SECRET, id, strstr(r.seen->request[0], "\r\n\r\n") + 4));
	assert_true(has_line(r.seen->request[0], line));
	receiver_stop(&r);
}

static void a_large_payload_arrives_as_it_is(void **state)
{
	enum { LARGE = 300 * 1024 };
	char *json = calloc(1, LARGE + 1);
	struct receiver r = to(receiver_says, RECEIVER_OK);
	struct open_sink *sink = opened(&sink_https);

	(void)state;
	assert_non_null(json);
	for (int i = 0; i < LARGE; i++)
		json[i] = (char)('a' + i * 7 % 26);
	assert_int_equal(sent(sink, json).how, SENT_DONE);
	assert_string_equal(strstr(r.seen->request[0], "\r\n\r\n") + 4, json);
	sink_https.close(sink);
	receiver_stop(&r);
	free(json);
}

static void every_status_means_something(void **state)
{
	static const struct { int status; enum sent how; const char *why; } rows[] = {
		{ 200, SENT_DONE, "" }, { 201, SENT_DONE, "" }, { 202, SENT_DONE, "" }, { 226, SENT_DONE, "" }, { 299, SENT_DONE, "" },
		{ 300, SENT_AGAIN, "HTTP 300" },
		{ 301, SENT_AGAIN, "HTTP 301: a redirect, which is not followed; set url to where it ends" },
		{ 302, SENT_AGAIN, "HTTP 302: a redirect, which is not followed; set url to where it ends" },
		{ 308, SENT_AGAIN, "HTTP 308: a redirect, which is not followed; set url to where it ends" },
		{ 400, SENT_AGAIN, "HTTP 400" }, { 401, SENT_AGAIN, "HTTP 401: not let in; has it the same secret, and the right time?" },
		{ 404, SENT_AGAIN, "HTTP 404: nothing is there; is url right?" }, { 405, SENT_AGAIN, "HTTP 405: it takes no POST; is url right?" },
		{ 409, SENT_AGAIN, "HTTP 409" }, { 410, SENT_STOP, "HTTP 410: it wants no more events" },
		{ 413, SENT_AGAIN, "HTTP 413: the event is too large for it" }, { 422, SENT_AGAIN, "HTTP 422" },
		{ 429, SENT_SLOW, "HTTP 429: too fast for it" }, { 499, SENT_AGAIN, "HTTP 499" }, { 500, SENT_AGAIN, "HTTP 500" },
		{ 501, SENT_AGAIN, "HTTP 501" }, { 502, SENT_SLOW, "HTTP 502: what is behind that server does not answer" },
		{ 503, SENT_AGAIN, "HTTP 503" }, { 504, SENT_SLOW, "HTTP 504: what is behind that server does not answer" },
		{ 511, SENT_AGAIN, "HTTP 511" }, { 599, SENT_AGAIN, "HTTP 599" }, { 999, SENT_AGAIN, "HTTP 999" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char says[200];
		struct sent_result result;
		struct receiver r;

		snprintf(says, sizeof says, "HTTP/1.1 %d Fulano Segredo\r\nContent-Length: 7\r\n\r\nsegredo", rows[i].status);
		r = to(receiver_says, says);
		result = sent_once(&sink_https);
		if (result.how != rows[i].how || strcmp(result.why, rows[i].why) != 0 || result.retry_after_s != -1 || r.seen->requests != 1)
			fail_msg("%d: %d %s (%d), %d requests", rows[i].status, (int)result.how, result.why, result.retry_after_s, r.seen->requests);
		receiver_stop(&r);
	}
}

static void who_says_when_to_come_again_is_believed_within_a_day(void **state)
{
	static const struct { int status; const char *after; enum sent how; int retry_after_s; } rows[] = {
		{ 429, "7", SENT_SLOW, 7 }, { 503, "7", SENT_SLOW, 7 }, { 502, "0", SENT_SLOW, 0 }, { 504, "86400", SENT_SLOW, 86400 },
		{ 429, "86401", SENT_SLOW, 86400 }, { 429, "99999999", SENT_SLOW, 86400 }, { 429, "999999999999999999999999", SENT_SLOW, -1 },
		{ 429, "Fri, 31 Dec 1999 23:59:59 GMT", SENT_SLOW, -1 }, { 503, "Fri, 31 Dec 2999 23:59:59 GMT", SENT_AGAIN, -1 },
		{ 429, "-1", SENT_SLOW, -1 }, { 429, "7.5", SENT_SLOW, -1 }, { 429, "", SENT_SLOW, -1 }, { 429, "0x10", SENT_SLOW, -1 },
		{ 500, "7", SENT_AGAIN, 7 }, { 410, "7", SENT_STOP, -1 }, { 200, "7", SENT_DONE, -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char says[200];
		struct sent_result result;
		struct receiver r;

		snprintf(says, sizeof says, "HTTP/1.1 %d x\r\nRetry-After: %s\r\nContent-Length: 0\r\n\r\n", rows[i].status, rows[i].after);
		r = to(receiver_says, says);
		result = sent_once(&sink_https);
		if (result.how != rows[i].how || result.retry_after_s != rows[i].retry_after_s)
			fail_msg("%d '%s': %d %s (%d)", rows[i].status, rows[i].after, (int)result.how, result.why, result.retry_after_s);
		receiver_stop(&r);
	}
}

static void a_redirect_is_not_followed(void **state)
{
	struct receiver r, trap = receiver_start(receiver_says, RECEIVER_OK);
	char says[300];

	(void)state;
	snprintf(says, sizeof says, "HTTP/1.1 307 x\r\nLocation: http://127.0.0.1:%d/latest/meta-data/\r\nContent-Length: 0\r\n\r\n", trap.port);
	r = to(receiver_says, says);
	assert_string_equal(sent_once(&sink_https).why, "HTTP 307: a redirect, which is not followed; set url to where it ends");
	receiver_stop(&r);
	r = to(receiver_says, "HTTP/1.1 302 x\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n");
	assert_string_equal(sent_once(&sink_https).why, "HTTP 302: a redirect, which is not followed; set url to where it ends");
	receiver_stop(&r);
	assert_int_equal(trap.seen->connections, 0);
	receiver_stop(&trap);
}

static void old_and_wordy_servers_are_understood(void **state)
{
	static const char *const says[] = {
		"HTTP/1.0 200 OK\r\n\r\nok",	/* its end is the connection's */
		"HTTP/1.1 204 No Content\r\n\r\n",
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
		"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX: y\r\n\r\n",
		"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 200 OK\nContent-Length: 0\n\n",
	};

	(void)state;
	conf.timeout_s = 20;
	for (size_t i = 0; i < sizeof says / sizeof says[0]; i++) {
		char text[200];
		struct sent_result result;
		struct receiver r;

		snprintf(text, sizeof text, "%s", says[i]);
		r = to(receiver_says, i ? text : "HTTP/1.0 200 OK\r\nConnection: close\r\n\r\nok");
		result = sent_once(&sink_https);
		if (result.how != SENT_DONE)
			fail_msg("%s: %s", says[i], result.why);
		receiver_stop(&r);
	}
}

static void no_proxy_of_the_environment_is_asked(void **state)
{
	static const char *const names[] = { "http_proxy", "https_proxy", "all_proxy", "ALL_PROXY", "HTTPS_PROXY" };
	struct receiver r, proxy = receiver_start(receiver_says, RECEIVER_OK);
	char at[60];

	(void)state;
	snprintf(at, sizeof at, "http://127.0.0.1:%d", proxy.port);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		setenv(names[i], at, 1);
	r = to(receiver_says, RECEIVER_OK);
	assert_int_equal(sent_once(&sink_https).how, SENT_DONE);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		unsetenv(names[i]);
	assert_int_equal(r.seen->requests, 1);
	assert_int_equal(proxy.seen->connections, 0);
	receiver_stop(&r);
	receiver_stop(&proxy);
}

static void a_connection_is_kept_from_send_to_send(void **state)
{
	struct receiver r = to(receiver_says, RECEIVER_OK);
	struct open_sink *sink = opened(&sink_https);

	(void)state;
	for (int i = 0; i < 5; i++)
		assert_int_equal(sent(sink, NULL).how, SENT_DONE);
	sink_https.close(sink);
	assert_int_equal(r.seen->requests, 5);
	assert_int_equal(r.seen->connections, 1);
	receiver_stop(&r);
}

/* Each worker has its own; ThreadSanitizer looks at them side by side. */
static void *send_some(void *arg)
{
	int *done = arg;
	struct open_sink *sink = opened(&sink_https);

	for (int i = 0; i < 20; i++)
		*done += sent(sink, NULL).how == SENT_DONE;
	sink_https.close(sink);
	return NULL;
}

static void workers_send_side_by_side(void **state)
{
	enum { WORKERS = 4 };
	struct receiver r = to(receiver_says, RECEIVER_OK);
	pthread_t thread[WORKERS];
	int done[WORKERS] = { 0 };

	(void)state;
	for (int i = 0; i < WORKERS; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, send_some, &done[i]), 0);
	for (int i = 0; i < WORKERS; i++) {
		pthread_join(thread[i], NULL);
		assert_int_equal(done[i], 20);
	}
	assert_int_equal(r.seen->requests, 20 * WORKERS);
	assert_int_equal(r.seen->connections, WORKERS);
	receiver_stop(&r);
}

static void only_this_machine_is_told_in_clear(void **state)
{
	static const char *const bad[] = {
		"http://example.com/", "http://localhost.example.com/", "http://localhostx/", "http://127.0.0.1.example.com/", "http://127.0.0.2/", "http://[::1].example.com/",
		"http://localhost@example.com/", "http://localhost:80@example.com/", "http://127.0.0.1:x@example.com", "http://192.0.2.1/", "http:/localhost/", "http://",
		"HTTP://example.com/", "ftp://localhost/", "file:///etc/passwd", "example.com", "", "httpss://example.com/", "http://0.0.0.0/", "http://[::]/",
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		snprintf(url, sizeof url, "%s", bad[i]);
		conf.url = url;
		not_opened(&sink_https, "url: https:// is expected, or http:// to localhost");
	}
}

static void localhost_is_this_machine(void **state)
{
	struct receiver r = to(receiver_says, RECEIVER_OK);

	(void)state;
	snprintf(url, sizeof url, "http://localhost:%d/", r.port);
	assert_int_equal(sent_once(&sink_https).how, SENT_DONE);
	receiver_stop(&r);
}

static void a_secret_that_cannot_be_used_is_told_at_once(void **state)
{
	static char missing[] = "file:nobody.secret", literal[] = SINK_SECRET, unset[] = "env:PIXGATE_TEST_NOBODY";
	char *three[] = { ref, ref, ref }, *one[] = { missing };

	(void)state;
	snprintf(url, sizeof url, "https://shop.example.com/");
	conf.url = url;
	conf.secrets = (struct text_list){ one, 1 };
	not_opened(&sink_https, "secret: ");
	one[0] = literal;
	not_opened(&sink_https, "a reference to a secret is expected");
	one[0] = unset;
	not_opened(&sink_https, "env:PIXGATE_TEST_NOBODY: the variable is not set");
	conf.secrets = (struct text_list){ three, 3 };
	not_opened(&sink_https, "secret: 3 of them");
	conf.secrets.count = 0;
	not_opened(&sink_https, "secret: 0 of them");
	conf.secrets = (struct text_list){ refs, 2 };
	scene_write("other.secret", SCENE_SECRET, 0600);	/* base64 of 24 bytes, as it happens */
	sink_https.close(opened(&sink_https));
	scene_write("other.secret", SCENE_SECRET "MfKQ!", 0600);
	not_opened(&sink_https, "secret: file:other.secret: no Standard Webhooks secret");
	scene_write("other.secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2Y=", 0600);
	not_opened(&sink_https, "secret: file:other.secret: a key of ");
	scene_write("other.secret", SINK_OTHER, 0604);
	not_opened(&sink_https, "other.secret");
}

#define EACH(f) cmocka_unit_test_setup_teardown(f, open_sink_scene, close_sink_scene)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(the_event_is_posted_signed_by_each_secret),
		EACH(one_secret_is_one_signature),
		EACH(a_large_payload_arrives_as_it_is),
		EACH(every_status_means_something),
		EACH(who_says_when_to_come_again_is_believed_within_a_day),
		EACH(a_redirect_is_not_followed),
		EACH(old_and_wordy_servers_are_understood),
		EACH(no_proxy_of_the_environment_is_asked),
		EACH(a_connection_is_kept_from_send_to_send),
		EACH(workers_send_side_by_side),
		EACH(only_this_machine_is_told_in_clear),
		EACH(localhost_is_this_machine),
		EACH(a_secret_that_cannot_be_used_is_told_at_once),
	};

	return cmocka_run_group_tests_name("sink_https", tests, NULL, NULL);
}
