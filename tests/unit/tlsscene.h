/* Certificates made in memory, and a server that has them, for tests of looks at servers: root, intermediate, client, server. */
#ifndef TESTS_UNIT_TLSSCENE_H
#define TESTS_UNIT_TLSSCENE_H

#include <stdint.h>
#include <time.h>

#include <sys/resource.h>

#include "tests/unit/tlspeer.h"

#define DAY INT64_C(86400)

/* What a test with a hostile peer may take of memory, in KiB. A sanitizer keeps what is freed. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MEMORY (512 * 1024)
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define MEMORY (512 * 1024)
#endif
#endif
#ifndef MEMORY
#define MEMORY (32 * 1024)
#endif

static char dir[64];
static struct certs_made root, inter, client, server;

static inline const char *in_dir(const char *name)
{
	static char path[8][128];	/* of one peer's manner */
	static int n;

	n = (n + 1) % 8;
	snprintf(path[n], sizeof path[n], "%s/%s", dir, name);
	return path[n];
}

static inline void save(const char *name, const char *text, const char *more)
{
	FILE *f = fopen(in_dir(name), "we");

	assert_non_null(f);
	fprintf(f, "%s%s", text, more);
	fclose(f);
}

static inline int make_all(void **state)
{
	const int64_t from = time(NULL) - DAY, until = time(NULL) + DAY;
	struct err e;

	(void)state;
	strcpy(dir, "/tmp/pixgate-look-XXXXXX");
	if (!mkdtemp(dir) || !certs_make(&(struct certs_wish){ .kind = CERTS_ROOT, .cn = "root", .from = from, .until = until }, &root, &e) ||
	    !certs_make(&(struct certs_wish){ .kind = CERTS_INTERMEDIATE, .cn = "inter, Ltda", .organization = "A\xc3\xa7\xc3\xa3o", .by = &root, .from = from, .until = until }, &inter, &e) ||
	    !certs_make(&(struct certs_wish){ .kind = CERTS_CLIENT, .cn = "client", .by = &inter, .from = from, .until = until }, &client, &e) ||
	    !certs_make(&(struct certs_wish){ .kind = CERTS_SERVER, .cn = "server", .from = from, .until = until }, &server, &e))
		return -1;
	save("root.crt", root.cert, "");
	save("cas.crt", inter.cert, root.cert);
	save("server.crt", server.cert, "");
	save("server.key", server.key, "");
	return 0;
}

static inline int drop_all(void **state)
{
	char command[128];

	(void)state;
	certs_made_free(&root);
	certs_made_free(&inter);
	certs_made_free(&client);
	certs_made_free(&server);
	snprintf(command, sizeof command, "rm -rf '%s'", dir);
	return system(command);
}

static inline struct peer started(struct peer_manner m)
{
	struct peer p;

	m.cert = m.cert ? m.cert : in_dir("server.crt");
	m.key = m.key ? m.key : in_dir("server.key");
	p = peer_start(&m);
	assert_true(p.port > 0);
	return p;
}

/* The client's certificate and key without the intermediate. The caller frees. */
static inline char *alone(void)
{
	size_t len = strlen(client.cert) + strlen(client.key) + 1;
	char *text = calloc(1, len);

	assert_non_null(text);
	snprintf(text, len, "%s%s", client.cert, client.key);
	return text;
}

static inline long memory_used(void)	/* the most so far */
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	return r.ru_maxrss;
}

static inline int64_t clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

#endif
