/* What needs no PostgreSQL: servers that are silent, strange, or not the one that was meant. The rest is tests/e2e/sink_postgres.sh. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include "deliver/sql.h"
#include "tests/unit/sinkmessage.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

static char url[160];
static struct sink conf = { .name = (char *)"table", .database = url, .table = (char *)"pix_event", .password = (char *)"", .timeout_s = 15 };
static struct err e;

static int close_scene(void **state)
{
	(void)state;
	sink_end();
	conf.timeout_s = 15;
	return 0;
}

static void stuck(const char *words)
{
	if (sink_send() != SENT_STUCK || !strstr(sink_said.why, words))
		fail_msg("how %d why \"%s\", expected \"%s\"", (int)sink_said.how, sink_said.why, words);
	assert_int_equal(sink_said.retry_after_s, -1);
}

/* A server on 127.0.0.1 that says `answer` to whoever calls, or nothing for ever. Its port is in url. */
static int listener;
static const char *answer;

static int listen_here(const char *rest)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof a;

	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(bind(listener, (struct sockaddr *)&a, sizeof a) == 0 && listen(listener, 8) == 0 && getsockname(listener, (struct sockaddr *)&a, &len) == 0);
	snprintf(url, sizeof url, "postgresql://pix@127.0.0.1:%d/shop%s", ntohs(a.sin_port), rest);
	return ntohs(a.sin_port);
}

static void a_server_that_is_not_there_or_silent_is_told_in_time(void **state)
{
	int64_t began;

	(void)state;
	listen_here("");
	conf.timeout_s = 1;
	assert_true(sink_begin(&sink_sql, &conf, "/", &e));
	began = sql_now();
	stuck("no connection: no answer in time from 127.0.0.1");
	assert_in_range(sql_now() - began, 900, 20000);
	close(listener);
	stuck("no connection: Connection refused");
}

static void *say(void *arg)
{
	int fd = accept(listener, NULL, NULL);
	char got[1024];
	ssize_t n = read(fd, got, sizeof got);

	n = n > 0 ? write(fd, answer + 1, (size_t)(unsigned char)answer[0]) : n;
	shutdown(fd, SHUT_WR);
	while (read(fd, got, sizeof got) > 0)
		;
	close(fd);
	return n > 0 ? arg : NULL;
}

static void said_by_the_server(const char *bytes, const char *words)
{
	pthread_t thread;

	answer = bytes;
	assert_int_equal(pthread_create(&thread, NULL, say, NULL), 0);
	stuck(words);
	pthread_join(thread, NULL);
	for (const char *p = sink_said.why; *p; p++)
		assert_true((unsigned char)*p >= ' ');
}

static void what_a_strange_server_says_is_one_printable_line(void **state)
{
	(void)state;
	listen_here("?sslmode=disable&gssencmode=disable");
	assert_true(sink_begin(&sink_sql, &conf, "/", &e));
	said_by_the_server("\x1d" "E\0\0\0\x1c" "SFATAL\0C28P01\0Mno\x1b[2J\r\0\0", "no connection: FATAL:  no?[2J?");
	said_by_the_server("\x10" "HTTP/1.1 200 OK\n", "no connection: ");
	said_by_the_server("\x05" "R\xff\xff\xff\xff", "no connection: ");
	close(listener);
}

/* Whoever answers there could be anybody: no word of ours is said in the clear. */
static void a_server_elsewhere_must_prove_itself(void **state)
{
	static const char *const remote[] = { "?hostaddr=127.0.0.1&host=db.example", "?host=db.example&hostaddr=127.0.0.1", "?host=127.0.0.1,db.example&hostaddr=127.0.0.1,127.0.0.1" };
	char said[160], at[160];
	pthread_t thread;

	(void)state;
	for (size_t i = 0; i < sizeof remote / sizeof remote[0]; i++) {
		int port = listen_here("");

		snprintf(at, sizeof at, "postgresql://pix@/shop%s&gssencmode=disable&port=%d", remote[i], port);
		strcpy(url, at);
		assert_true(sink_begin(&sink_sql, &conf, "/", &e));
		answer = "\x01" "N";	/* "no TLS here" */
		assert_int_equal(pthread_create(&thread, NULL, say, NULL), 0);
		assert_int_equal(sink_send(), SENT_STUCK);
		snprintf(said, sizeof said, "%s", sink_said.why);
		shutdown(listener, SHUT_RDWR);
		pthread_join(thread, NULL);
		close(listener);
		if (!strstr(said, "SSL") && !strstr(said, "sslrootcert"))
			fail_msg("%s: %s", remote[i], said);
	}
}

#define EACH(f) cmocka_unit_test_teardown(f, close_scene)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(a_server_that_is_not_there_or_silent_is_told_in_time),
		EACH(what_a_strange_server_says_is_one_printable_line),
		EACH(a_server_elsewhere_must_prove_itself),
	};

	return cmocka_run_group_tests_name("sql_postgres", tests, NULL, NULL);
}
