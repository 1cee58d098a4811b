/*
 * Peers that the gate must survive: hostile ADDRESS WHAT [MILLISECONDS].
 * One line tells what the gate did: "answered STATUS", "dropped after N ms" (it closed the connection), "open after N
 * ms" (it did not, within MILLISECONDS, default 15000). `hostile ADDRESS list` names every WHAT. HOSTILE_URI in the
 * environment is what requests ask for.
 */
#include "tests/tools/record.h"

static int limit_ms = 15000;

static void pairs(struct bytes *b, const char *length)
{
	put_pair(b, "REQUEST_METHOD", "POST");
	put_pair(b, "REQUEST_URI", getenv("HOSTILE_URI") ? getenv("HOSTILE_URI") : "/webhook?hmac=none");
	put_pair(b, "REMOTE_ADDR", "127.0.0.1");
	put_pair(b, "CONTENT_LENGTH", length);
}

static void head(struct bytes *b, const char *length)
{
	struct bytes p = { 0 };

	pairs(&p, length);
	put_begin(b, 1, false);
	put_stream(b, FCGI_PARAMS, 1, p.p, p.len);
	free(p.p);
}

static void raw(struct bytes *b, int type, int id, size_t len, int fill)
{
	unsigned char *p = malloc(len + 1);

	if (p == NULL)
		die("memory");
	memset(p, fill, len);
	put_record(b, type, id, p, len);
	free(p);
}

/* --- what is sent at once; the gate is watched afterwards */

static void half_header(struct bytes *b)
{
	put(b, "\001\001\000\001", 4);
}

static void half_params(struct bytes *b)
{
	struct bytes whole = { 0 };

	head(&whole, "2");
	put(b, whole.p, whole.len / 2);
	free(whole.p);
}

static void half_body(struct bytes *b)
{
	head(b, "1000");
	put_record(b, FCGI_STDIN, 1, "{\"pix\":", 7);
}

static void begin_only(struct bytes *b)
{
	put_begin(b, 1, false);
}

static void garbage(struct bytes *b)
{
	put(b, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 27);
	raw(b, 0xEE, 0xEEEE, 4000, 0xEE);
}

static void zeros(struct bytes *b)
{
	unsigned char z[4096] = { 0 };

	put(b, z, sizeof z);
}

static void wrong_version(struct bytes *b)
{
	put(b, "\002\001\000\001\000\010\000\000\000\001\000\000\000\000\000\000", 16);
}

static void unknown_type(struct bytes *b)
{
	put_begin(b, 1, false);
	raw(b, 42, 1, 100, 'x');
	raw(b, 255, 0, 100, 'x');
}

static void params_first(struct bytes *b)
{
	put_stream(b, FCGI_PARAMS, 1, "\001\001ab", 4);
	put_stream(b, FCGI_STDIN, 1, "{}", 2);
}

static void begin_twice(struct bytes *b)
{
	put_begin(b, 1, false);
	put_begin(b, 1, false);
}

static void two_ids(struct bytes *b)
{
	head(b, "2");
	put_begin(b, 2, false);
	put_stream(b, FCGI_STDIN, 2, "{}", 2);
}

static void huge_params(struct bytes *b)
{
	put_begin(b, 1, false);
	for (int i = 0; i < 64; i++)
		raw(b, FCGI_PARAMS, 1, 65535, 'A');
}

static void lying_pair(struct bytes *b)
{
	/* a name of 2 GiB in four bytes of parameters */
	put_begin(b, 1, false);
	put_stream(b, FCGI_PARAMS, 1, "\377\377\377\377", 4);
	put_stream(b, FCGI_STDIN, 1, "{}", 2);
}

static void zero_in_pair(struct bytes *b)
{
	put_begin(b, 1, false);
	put_stream(b, FCGI_PARAMS, 1, "\016\010REQUEST_METHODPOST\000GET\013\004REQUEST_URI/w\000x", 41);
	put_stream(b, FCGI_STDIN, 1, "{}", 2);
}

static void many_pairs(struct bytes *b)
{
	struct bytes p = { 0 };

	pairs(&p, "2");
	for (int i = 0; i < 6000; i++)
		put_pair(&p, "A", "");
	put_begin(b, 1, false);
	put_stream(b, FCGI_PARAMS, 1, p.p, p.len);
	put_stream(b, FCGI_STDIN, 1, "{}", 2);
	free(p.p);
}

static void aborted(struct bytes *b)
{
	head(b, "1000");
	put_record(b, FCGI_ABORT, 1, NULL, 0);
}

static void abort_first(struct bytes *b)
{
	put_record(b, FCGI_ABORT, 1, NULL, 0);
}

static void authorizer(struct bytes *b)
{
	unsigned char role[8] = { 0, 2 };

	put_record(b, FCGI_BEGIN, 1, role, sizeof role);
	put_stream(b, FCGI_PARAMS, 1, NULL, 0);
}

static void get_values(struct bytes *b)
{
	put_record(b, 9, 0, "\017\000FCGI_MAX_CONNS", 16);
	begin_only(b);
}

static void short_body(struct bytes *b)
{
	head(b, "1000");
	put_stream(b, FCGI_STDIN, 1, "{}", 2);
}

static void long_body(struct bytes *b)
{
	head(b, "2");
	put_stream(b, FCGI_STDIN, 1, "{}        ", 10);
}

static void bad_length(struct bytes *b)
{
	head(b, "99999999999999999999999");
	put_stream(b, FCGI_STDIN, 1, "{}", 2);
}

static const struct {
	const char *name;
	void (*make)(struct bytes *);
} kinds[] = {
	{ "half-header", half_header },
	{ "half-params", half_params },
	{ "half-body", half_body },
	{ "begin-only", begin_only },
	{ "garbage", garbage },
	{ "zeros", zeros },
	{ "wrong-version", wrong_version },
	{ "unknown-type", unknown_type },
	{ "params-first", params_first },
	{ "begin-twice", begin_twice },
	{ "two-ids", two_ids },
	{ "huge-params", huge_params },
	{ "lying-pair", lying_pair },
	{ "zero-in-pair", zero_in_pair },
	{ "many-pairs", many_pairs },
	{ "abort", aborted },
	{ "abort-first", abort_first },
	{ "authorizer", authorizer },
	{ "get-values", get_values },
	{ "short-body", short_body },
	{ "long-body", long_body },
	{ "bad-length", bad_length },
};

/* Reads until the gate answers, closes, or the time is up. */
static int watch(int fd, int64_t start)
{
	struct bytes out = { 0 };
	int64_t ms;
	bool whole = read_answer(fd, &out, limit_ms);

	ms = (now_us() - start) / 1000;
	if (whole)
		printf("answered %d\n", status_of(&out));
	else if (ms < limit_ms)
		printf("dropped after %lld ms\n", (long long)ms);
	else
		printf("open after %lld ms\n", (long long)ms);
	free(out.p);
	return 0;
}

/* A body that never ends, in records of 64 KB: how much of it the gate takes before it cuts the connection. */
static int endless(int fd, int64_t start)
{
	struct bytes b = { 0 };
	unsigned long long sent = 0;

	head(&b, "");
	send_all(fd, b.p, b.len);
	b.len = 0;
	raw(&b, FCGI_STDIN, 1, 65535, ' ');
	while ((now_us() - start) / 1000 < limit_ms && send_all(fd, b.p, b.len))
		sent += b.len;
	free(b.p);
	if ((now_us() - start) / 1000 >= limit_ms) {
		printf("open after %llu bytes\n", sent);
		return 0;
	}
	printf("dropped after %llu bytes\n", sent);
	return 0;
}

/* One byte each 100 ms of a request that would be good. */
static int dribble(int fd, int64_t start)
{
	struct bytes b = { 0 };

	head(&b, "2");
	put_stream(&b, FCGI_STDIN, 1, "{}", 2);
	for (size_t i = 0; i < b.len && (now_us() - start) / 1000 < limit_ms; i++) {
		unsigned char c;

		if (!send_all(fd, b.p + i, 1) || recv(fd, &c, 1, MSG_DONTWAIT) == 0) {
			printf("dropped after %lld ms\n", (long long)(now_us() - start) / 1000);
			free(b.p);
			return 0;
		}
		usleep(100000);
	}
	free(b.p);
	return watch(fd, start);
}

/* So many connections, opened and left alone. */
static int idle(const char *address, int count)
{
	for (int i = 0; i < count; i++)
		if (connect_to(address) < 0)
			die(address);
	printf("%d open\n", count);
	fflush(stdout);
	usleep((useconds_t)limit_ms * 1000);
	return 0;
}

int main(int argc, char **argv)
{
	int64_t start = now_us();
	struct bytes b = { 0 };
	int fd;

	if (argc < 3)
		return 2;
	if (argc > 3)
		limit_ms = atoi(argv[3]);
	if (strcmp(argv[2], "list") == 0) {
		for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
			puts(kinds[i].name);
		return 0;
	}
	if (strncmp(argv[2], "idle=", 5) == 0)
		return idle(argv[1], atoi(argv[2] + 5));
	fd = connect_to(argv[1]);
	if (fd < 0)
		die(argv[1]);
	if (strcmp(argv[2], "endless") == 0)
		return endless(fd, start);
	if (strcmp(argv[2], "dribble") == 0)
		return dribble(fd, start);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (strcmp(argv[2], kinds[i].name) != 0)
			continue;
		kinds[i].make(&b);
		send_all(fd, b.p, b.len);
		free(b.p);
		return watch(fd, start);
	}
	return 2;
}
