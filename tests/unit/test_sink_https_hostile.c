/* Receivers that stall, flood, die and lie: each send ends in its time and its memory, and says what was wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

#include "deliver/sink.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

#include "tests/unit/receiver.h"
#include "tests/unit/sinkscene.h"

/* What one test may take of memory, in KiB. A sanitizer keeps what is freed. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MEMORY (512 * 1024)
#else
#define MEMORY (32 * 1024)
#endif

static char url[200];

static struct receiver to(receiver_fn *serve, const void *arg)
{
	struct receiver r = receiver_start(serve, arg);

	snprintf(url, sizeof url, "http://127.0.0.1:%d/pix.php?hmac=segredo", r.port);
	conf.url = url;
	return r;
}

static long memory_used(void)	/* the most so far */
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	return r.ru_maxrss;
}

/* What is said to the first request: `first`, then `more` again and again (times -1: for ever), pause_ms between two. */
struct manner {
	const char *first, *more;
	int times, pause_ms;
	enum { PARTS, STAYS, RESETS } then;
	bool deaf;	/* no request is read */
};

static void behave(int fd, struct receiver_seen *seen, const void *arg)
{
	const struct manner *m = arg;
	static char large[65536];
	size_t len = m->more ? strlen(m->more) : 0;

	if (!m->deaf && !receiver_read(fd, seen))
		return;
	if (m->first && !receiver_say(fd, m->first, strlen(m->first)))
		return;
	if (m->more && !m->pause_ms)	/* fast: as large as it gets */
		for (size_t at = 0; at + strlen(m->more) <= sizeof large; at += strlen(m->more), len = at)
			memcpy(large + at, m->more, strlen(m->more));
	for (int i = 0; m->times < 0 || i < m->times; i++) {
		if (!receiver_say(fd, m->pause_ms ? m->more : large, len))
			return;
		poll(NULL, 0, m->pause_ms);
	}
	if (m->then == STAYS)
		poll(NULL, 0, 60000);
	else if (m->then == RESETS)
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){ .l_onoff = 1 }, sizeof(struct linger));
	else
		receiver_part(fd);
}

#define HEAD "HTTP/1.1 200 OK\r\nServer: a\r\n"

static void every_bad_answer_is_bounded(void **state)
{
	static const struct {
		const char *name;
		struct manner m;
		enum sent how;
		const char *why;
	} rows[] = {
		{ "reads nothing", { .deaf = true, .then = STAYS }, SENT_AGAIN, "no answer within 1 s" },
		{ "says nothing", { .then = STAYS }, SENT_AGAIN, "no answer within 1 s" },
		{ "half a status line", { .first = "HTTP/1.1 20", .then = STAYS }, SENT_AGAIN, "no answer within 1 s" },
		{ "half a head", { .first = HEAD, .then = STAYS }, SENT_AGAIN, "no answer within 1 s" },
		{ "a head in drops", { .first = HEAD "X: ", .more = "x", .times = -1, .pause_ms = 20 }, SENT_AGAIN, "no answer within 1 s" },
		{ "a 100 and nothing more", { .first = "HTTP/1.1 100 Continue\r\n\r\n", .then = STAYS }, SENT_AGAIN, "no answer within 1 s" },
		{ "half a body", { .first = HEAD "Content-Length: 50\r\n\r\nhello", .then = STAYS }, SENT_DONE, "" },
		{ "half a body, of a failure", { .first = "HTTP/1.1 500 a\r\nContent-Length: 50\r\n\r\nhello", .then = STAYS }, SENT_AGAIN, "HTTP 500" },
		{ "half a body, of a 410", { .first = "HTTP/1.1 410 a\r\nContent-Length: 50\r\n\r\nhello", .then = STAYS }, SENT_STOP, "HTTP 410: it wants no more events" },
		{ "a body in drops", { .first = HEAD "\r\n", .more = "x", .times = -1, .pause_ms = 20 }, SENT_DONE, "" },
		{ "a body of 10 GB", { .first = HEAD "Content-Length: 10737418240\r\n\r\n", .more = "segredo ", .times = -1 }, SENT_DONE, "" },
		{ "chunks without end", { .first = HEAD "Transfer-Encoding: chunked\r\n\r\n", .more = "8\r\nsegredo \r\n", .times = -1 }, SENT_DONE, "" },
		{ "10 GB, of a failure", { .first = "HTTP/1.1 503 a\r\nRetry-After: 9\r\n\r\n", .more = "segredo ", .times = -1 }, SENT_SLOW, "HTTP 503" },
		{ "a head without end", { .first = HEAD, .more = "X-Segredo: segredo\r\n", .times = -1 }, SENT_AGAIN, "the head of its answer is too long" },
		{ "a line without end", { .first = HEAD "X: ", .more = "segredo ", .times = -1 }, SENT_AGAIN, "" },
		{ "100s without end", { .more = "HTTP/1.1 100 Continue\r\n\r\n", .times = -1 }, SENT_AGAIN, "the head of its answer is too long" },
		{ "closes without a word", { .then = PARTS }, SENT_AGAIN, "Empty reply from server" },
		{ "closes before it reads", { .deaf = true, .then = RESETS }, SENT_AGAIN, "" },
		{ "closes in its status line", { .first = "HTTP/1.1 20" }, SENT_AGAIN, "" },
		{ "closes in its head", { .first = HEAD }, SENT_AGAIN, "the answer ends in the middle of its head" },
		{ "closes in its body", { .first = HEAD "Content-Length: 50\r\n\r\nhello" }, SENT_AGAIN, "HTTP 200, but the answer is cut off" },
		{ "closes in a chunk", { .first = HEAD "Transfer-Encoding: chunked\r\n\r\n50\r\nhello" }, SENT_AGAIN, "" },
		{ "resets in its body", { .first = HEAD "Content-Length: 50\r\n\r\nhello", .then = RESETS }, SENT_AGAIN, "" },
		{ "no HTTP", { .first = "SSH-2.0-segredo\r\n", .then = STAYS }, SENT_AGAIN, "" },
		{ "no HTTP, and bytes", { .first = "\x16\x03\x01\x02\x1b]0;segredo\a", .then = PARTS }, SENT_AGAIN, "" },
		{ "HTTP/2", { .first = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .then = PARTS }, SENT_AGAIN, "" },
		{ "a broken chunk", { .first = HEAD "Transfer-Encoding: chunked\r\n\r\nzzz\r\n", .then = PARTS }, SENT_AGAIN, "" },
		{ "a length that is none", { .first = HEAD "Content-Length: -5\r\n\r\nhello", .then = PARTS }, SENT_AGAIN, "" },
	};
	long before = memory_used();

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct receiver r = to(behave, &rows[i].m);
		int64_t began = clock_ms();
		struct sent_result result;

		conf.timeout_s = 1;
		result = sent_once(&sink_https);
		if (result.how != rows[i].how || (*rows[i].why && strcmp(result.why, rows[i].why) != 0) || strstr(result.why, "egredo") || clock_ms() - began > 2500)
			fail_msg("%s: %d %s, %d ms", rows[i].name, (int)result.how, result.why, (int)(clock_ms() - began));
		receiver_stop(&r);
	}
	assert_in_range(memory_used() - before, 0, MEMORY);
}

static void who_floods_is_not_waited_for(void **state)
{
	static const struct manner flood = { .first = HEAD "\r\n", .more = "x", .times = -1 };
	struct receiver r = to(behave, &flood);
	int64_t began = clock_ms();
	struct open_sink *sink = opened(&sink_https);

	(void)state;
	conf.timeout_s = 60;
	for (int i = 0; i < 3; i++)
		assert_int_equal(sent(sink, NULL).how, SENT_DONE);
	sink_https.close(sink);
	assert_in_range(clock_ms() - began, 0, 20000);
	assert_int_equal(r.seen->connections, 3);	/* what is left of an answer is never the next one's */
	receiver_stop(&r);
}

static void nobody_there_is_stuck(void **state)
{
	int port, fd = receiver_listen(&port, 0), extra[3];
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct sent_result result;

	(void)state;
	/* its queue is full: who asks for a connection gets no answer */
	at.sin_port = htons((uint16_t)port);
	for (int i = 0; i < 3; i++) {
		extra[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		assert_true(extra[i] >= 0);
		if (connect(extra[i], (struct sockaddr *)&at, sizeof at))
			poll(NULL, 0, 10);
	}
	snprintf(url, sizeof url, "http://127.0.0.1:%d/?hmac=segredo", port);
	conf.url = url;
	conf.timeout_s = 1;
	result = sent_once(&sink_https);
	assert_int_equal(result.how, SENT_STUCK);
	assert_string_equal(result.why, "no connection within 1 s");
	for (int i = 0; i < 3; i++)
		close(extra[i]);
	close(fd);
	/* nobody listens there now */
	result = sent_once(&sink_https);
	assert_int_equal(result.how, SENT_STUCK);
	assert_non_null(strstr(result.why, "127.0.0.1"));
	assert_null(strstr(result.why, "segredo"));
}

/* Each connection takes one request and is closed behind its answer, or, later ones, before it. */
static void one_each(int fd, struct receiver_seen *seen, const void *arg)
{
	(void)arg;
	if (receiver_read(fd, seen))
		receiver_say(fd, RECEIVER_OK, strlen(RECEIVER_OK));
	receiver_part(fd);
}

static void a_kept_connection_that_was_closed_costs_nothing(void **state)
{
	struct receiver r = to(one_each, NULL);
	struct open_sink *sink = opened(&sink_https);

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_int_equal(sent(sink, NULL).how, SENT_DONE);
	sink_https.close(sink);
	assert_int_equal(r.seen->requests, 4);
	receiver_stop(&r);
}

/* The second request of a connection is read, and the connection closed; how it is closed is told. */
static void leaves_at_the_second(int fd, struct receiver_seen *seen, const void *arg)
{
	if (receiver_read(fd, seen))
		receiver_say(fd, RECEIVER_OK, strlen(RECEIVER_OK));
	if (receiver_read(fd, seen) && *(const bool *)arg)
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){ .l_onoff = 1 }, sizeof(struct linger));
}

static void one_that_is_closed_under_a_request_is_tried_once_more(void **state)
{
	static const bool hard[] = { false, true };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct receiver r = to(leaves_at_the_second, &hard[i]);
		struct open_sink *sink = opened(&sink_https);

		assert_int_equal(sent(sink, NULL).how, SENT_DONE);
		assert_int_equal(sent(sink, NULL).how, SENT_DONE);
		sink_https.close(sink);
		assert_int_equal(r.seen->connections, 2);
		assert_int_equal(r.seen->requests, 3);
		/* the same bytes, under the same id and signature */
		assert_string_equal(r.seen->request[1], r.seen->request[0]);
		assert_string_equal(r.seen->request[2], r.seen->request[0]);
		receiver_stop(&r);
	}
}

/* It takes the first request, and from then on dies of each. */
static void dies_after_the_first(int fd, struct receiver_seen *seen, const void *arg)
{
	(void)arg;
	while (receiver_read(fd, seen) && __atomic_load_n(&seen->requests, __ATOMIC_SEQ_CST) == 1)
		receiver_say(fd, RECEIVER_OK, strlen(RECEIVER_OK));
}

static void and_not_for_ever(void **state)
{
	struct receiver r = to(dies_after_the_first, NULL);
	struct open_sink *sink = opened(&sink_https);

	(void)state;
	assert_int_equal(sent(sink, NULL).how, SENT_DONE);
	assert_int_equal(sent(sink, NULL).how, SENT_AGAIN);
	sink_https.close(sink);
	assert_int_equal(r.seen->requests, 3);
	receiver_stop(&r);
}

/* Anything, as the answer. The seed is told where one is not ended. */
static void random_answers_are_ended(void **state)
{
	static char bytes[3000];
	static const struct manner m = { .first = bytes };

	(void)state;
	for (unsigned seed = 1; seed <= 60; seed++) {
		int64_t began = clock_ms();
		struct sent_result result;
		struct receiver r;

		srand(seed);
		for (size_t i = 0; i < sizeof bytes - 1; i++)
			bytes[i] = seed % 4 < 2 ? (char)(rand() % 255 + 1) : "\r\n: HTTP/1.20 chunked"[rand() % 21];
		memcpy(bytes, "HTTP/1.1 200 \r\n", 15);
		r = to(behave, &m);
		conf.timeout_s = 1;
		result = sent_once(&sink_https);
		if (clock_ms() - began > 2500)
			fail_msg("seed %u: %d %s, %d ms", seed, (int)result.how, result.why, (int)(clock_ms() - began));
		receiver_stop(&r);
	}
}

#define EACH(f) cmocka_unit_test_setup_teardown(f, open_sink_scene, close_sink_scene)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(every_bad_answer_is_bounded),
		EACH(who_floods_is_not_waited_for),
		EACH(nobody_there_is_stuck),
		EACH(a_kept_connection_that_was_closed_costs_nothing),
		EACH(one_that_is_closed_under_a_request_is_tried_once_more),
		EACH(and_not_for_ever),
		EACH(random_answers_are_ended),
	};

	return cmocka_run_group_tests_name("sink_https_hostile", tests, NULL, NULL);
}
