/*
 * A web server's half of FastCGI, for tests.
 *
 *   fcgi ADDRESS [-m METHOD] [-u URI] [-b BODY | -f FILE] [-l LENGTH] [-p NAME=VALUE]… [-s OFFSET,MS]… [-w MS]
 *	sends one request and prints the answer; -l "" leaves CONTENT_LENGTH out; -s pauses MS milliseconds after byte
 *	OFFSET of what is sent; -w waits at most so long. Exit 1: no whole answer came.
 *   fcgi ADDRESS -n COUNT [-c CONNECTIONS] [-e PREFIX | -i E2EID] [-o LOG] [-R SECONDS] [-k] [-t SECONDS] [-u URI]
 *	sends COUNT notifications with fresh ids (or all with one id) over so many connections at a time; every id that
 *	was answered 200 goes to LOG, one a line; -R repeats what was not, as a PSP does; -k keeps connections; -t stops
 *	early. Prints sent=… ok=… other=… lost=… p50_us=… p99_us=… max_us=…
 */
#include "tests/tools/record.h"

#include <getopt.h>
#include <pthread.h>
#include <stdatomic.h>

struct pause {
	size_t offset;
	int ms;
};

static const char *address, *method = "POST", *uri = "/webhook", *length;
static const char *names[64], *values[64];
static size_t pairs;
static struct pause pauses[256];
static size_t pause_count;
static int wait_ms = 30000;

static const char *prefix = "E00000000202611200000", *one_id;
static long total, connections = 1;
static int retry_s, stop_s;
static bool keep;
static FILE *answered;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static atomic_long next_id, sent, ok, other, lost;
static int64_t *took, began;

static void request(struct bytes *b, const char *body, size_t len, bool keep_open)
{
	struct bytes params = { 0 };
	char digits[24];
	const char *query = strchr(uri, '?');
	size_t path = query ? (size_t)(query - uri) : strlen(uri);
	char script[4096];

	snprintf(script, sizeof script, "%.*s", (int)path, uri);
	snprintf(digits, sizeof digits, "%zu", len);
	put_pair(&params, "GATEWAY_INTERFACE", "CGI/1.1");
	put_pair(&params, "REQUEST_METHOD", method);
	put_pair(&params, "REQUEST_URI", uri);
	put_pair(&params, "SCRIPT_NAME", script);
	put_pair(&params, "QUERY_STRING", query ? query + 1 : "");
	put_pair(&params, "CONTENT_TYPE", "application/json");
	put_pair(&params, "SERVER_PROTOCOL", "HTTP/1.1");
	if (length == NULL || *length)
		put_pair(&params, "CONTENT_LENGTH", length ? length : digits);
	for (size_t i = 0; i < pairs; i++)
		put_pair(&params, names[i], values[i]);
	put_begin(b, 1, keep_open);
	put_stream(b, FCGI_PARAMS, 1, params.p, params.len);
	put_stream(b, FCGI_STDIN, 1, body, len);
	free(params.p);
}

static int once(const char *body, size_t len)
{
	struct bytes b = { 0 }, out = { 0 };
	int fd = connect_to(address);
	size_t done = 0;
	bool whole;

	if (fd < 0)
		die(address);
	request(&b, body, len, keep);
	for (size_t i = 0; i < pause_count; i++) {
		size_t upto = pauses[i].offset < b.len ? pauses[i].offset : b.len;

		if (upto > done && !send_all(fd, b.p + done, upto - done))
			break;
		done = upto > done ? upto : done;
		usleep((useconds_t)pauses[i].ms * 1000);
	}
	/* a refusal may come before all is sent: what matters is the answer */
	send_all(fd, b.p + done, b.len - done);
	whole = read_answer(fd, &out, wait_ms);
	if (out.len > 0)
		fwrite(out.p, 1, out.len, stdout);
	close(fd);
	free(b.p);
	free(out.p);
	return whole ? 0 : 1;
}

/* One try of one notification: the status, 0 where no whole answer came. */
static int attempt(int *fd, const char *body, size_t len)
{
	struct bytes b = { 0 }, out = { 0 };
	int status = 0;

	if (*fd < 0)
		*fd = connect_to(address);
	if (*fd >= 0) {
		request(&b, body, len, keep);
		if (send_all(*fd, b.p, b.len) && read_answer(*fd, &out, wait_ms))
			status = status_of(&out);
	}
	if (*fd >= 0 && (!keep || status == 0)) {
		close(*fd);
		*fd = -1;
	}
	free(b.p);
	free(out.p);
	return status;
}

static void *worker(void *unused)
{
	int fd = -1;

	for (;;) {
		long n = atomic_fetch_add(&next_id, 1);
		char id[64], body[512];
		int64_t start = now_us();
		int status, len;

		if (n >= total || (stop_s > 0 && start - began > (int64_t)stop_s * 1000000))
			break;
		if (one_id)
			snprintf(id, sizeof id, "%s", one_id);
		else
			snprintf(id, sizeof id, "%s%011ld", prefix, n);
		len = snprintf(body, sizeof body,
			"{\"pix\":[{\"endToEndId\":\"%s\",\"txid\":\"pedido%020ld\",\"chave\":\"5b1c3a2e-0f4d-4c8b-9a67-2d1e8f705c34\","
			"\"valor\":\"%ld.%02ld\",\"horario\":\"2026-11-20T12:00:00.000Z\"}]}", id, n, n / 100 + 1, n % 100);
		atomic_fetch_add(&sent, 1);
		for (;;) {
			status = attempt(&fd, body, (size_t)len);
			if (status == 200 || retry_s == 0 || now_us() - start > (int64_t)retry_s * 1000000)
				break;
			usleep(20000);
		}
		took[n] = now_us() - start;
		if (status == 200) {
			atomic_fetch_add(&ok, 1);
			if (answered) {
				pthread_mutex_lock(&lock);
				fprintf(answered, "%s\n", id);
				fflush(answered);
				pthread_mutex_unlock(&lock);
			}
		} else {
			atomic_fetch_add(status ? &other : &lost, 1);
		}
	}
	if (fd >= 0)
		close(fd);
	return unused;
}

static int ascending(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int many(void)
{
	pthread_t *thread = calloc((size_t)connections, sizeof *thread);
	pthread_attr_t small;
	long n;

	took = calloc((size_t)total + 1, sizeof *took);
	if (thread == NULL || took == NULL)
		die("memory");
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 256 * 1024);
	began = now_us();
	for (long i = 0; i < connections; i++)
		if (pthread_create(&thread[i], &small, worker, NULL) != 0)
			die("thread");
	for (long i = 0; i < connections; i++)
		pthread_join(thread[i], NULL);
	n = atomic_load(&sent);
	qsort(took, (size_t)n, sizeof *took, ascending);
	printf("sent=%ld ok=%ld other=%ld lost=%ld p50_us=%lld p99_us=%lld max_us=%lld\n", n, atomic_load(&ok), atomic_load(&other), atomic_load(&lost),
		n ? (long long)took[n / 2] : 0, n ? (long long)took[n * 99 / 100] : 0, n ? (long long)took[n - 1] : 0);
	free(took);
	free(thread);
	return atomic_load(&ok) == n ? 0 : 1;
}

static char *file_bytes(const char *path, size_t *len)
{
	struct bytes b = { 0 };
	char part[65536];
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
	size_t n;

	if (f == NULL)
		die(path);
	while ((n = fread(part, 1, sizeof part, f)) > 0)
		put(&b, part, n);
	if (f != stdin)
		fclose(f);
	*len = b.len;
	return (char *)b.p;
}

static void pair(char *text)
{
	char *equals = strchr(text, '=');

	if (equals == NULL || pairs == sizeof names / sizeof *names)
		exit(2);
	*equals = '\0';
	names[pairs] = text;
	values[pairs++] = equals + 1;
}

int main(int argc, char **argv)
{
	const char *body = "", *file = NULL;
	char *loaded = NULL, *end;
	size_t len = 0;
	bool addressed = false;
	int c;

	if (argc < 2)
		return 2;
	address = argv[1];
	optind = 2;
	while ((c = getopt(argc, argv, "m:u:b:f:l:p:s:w:n:c:e:i:o:R:kt:")) != -1) {
		switch (c) {
		case 'm': method = optarg; break;
		case 'u': uri = optarg; break;
		case 'b': body = optarg; break;
		case 'f': file = optarg; break;
		case 'l': length = optarg; break;
		case 'p':
			addressed = addressed || strncmp(optarg, "REMOTE_ADDR=", 12) == 0;
			pair(optarg);
			break;
		case 's':
			if (pause_count == sizeof pauses / sizeof *pauses)
				return 2;
			pauses[pause_count].offset = strtoul(optarg, &end, 10);
			pauses[pause_count++].ms = *end ? atoi(end + 1) : 0;
			break;
		case 'w': wait_ms = atoi(optarg); break;
		case 'n': total = atol(optarg); break;
		case 'c': connections = atol(optarg); break;
		case 'e': prefix = optarg; break;
		case 'i': one_id = optarg; break;
		case 'o': answered = fopen(optarg, "a"); break;
		case 'R': retry_s = atoi(optarg); break;
		case 'k': keep = true; break;
		case 't': stop_s = atoi(optarg); break;
		default: return 2;
		}
	}
	if (!addressed) {
		static char loopback[] = "REMOTE_ADDR=127.0.0.1";

		pair(loopback);
	}
	if (total > 0)
		return many();
	len = strlen(body);
	if (file)
		body = loaded = file_bytes(file, &len);
	c = once(body, len);
	free(loaded);
	return c;
}
