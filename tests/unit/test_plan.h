/* A configuration and certificates to make plans of. */
#ifndef TESTS_UNIT_TEST_PLAN_H
#define TESTS_UNIT_TEST_PLAN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "gen/plan.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

#include "tests/unit/pki.h"
#include "tests/unit/scene.h"

#define NOW INT64_C(1795262400)
#define DAY INT64_C(86400)
#define YEAR (365 * DAY)

static struct settings *s;
static struct gen_plan p;
static struct gen_request r;
static struct err e;

/* ---- certificates: files of these names in the scene's folder */

enum who {
	ROOT, INTER, SANDBOX, OLD, SHORT,		/* the PSP's */
	PUBLIC, PUBLIC_INTER, SITE, SITE_OLD, SITE_FUTURE, SITE_CLIENT, SITE_OF_ROOT, SITE_SELF, OTHER_KEY,
	ALL
};

#define CA_OF(name) .cn = name, .ca = true, .usage = "critical,digitalSignature,keyCertSign,cRLSign"
#define VALID .from = NOW - YEAR, .to = NOW + YEAR
#define SITE_SAN .cn = "loja.example.com", .san = "DNS:loja.example.com"

static const struct {
	int by;		/* -1: self-signed */
	struct pki_wish wish;
} wishes[ALL] = {
	[ROOT]         = { -1, { CA_OF("PSP Root"), VALID } },
	[INTER]        = { ROOT, { CA_OF("webhook.psp.example"), VALID } },
	[SANDBOX]      = { ROOT, { CA_OF("webhook-h.psp.example"), VALID } },
	[OLD]          = { ROOT, { CA_OF("webhook.psp.example"), .from = NOW - YEAR, .to = NOW - 1 } },
	[SHORT]        = { ROOT, { CA_OF("webhook.psp.example"), .from = NOW - YEAR, .to = NOW + 59 * DAY } },
	[PUBLIC]       = { -1, { CA_OF("Public Root"), VALID } },
	[PUBLIC_INTER] = { PUBLIC, { CA_OF("Public R3"), VALID } },
	[SITE]         = { PUBLIC_INTER, { SITE_SAN, VALID, .eku = "serverAuth" } },
	[SITE_OLD]     = { PUBLIC_INTER, { SITE_SAN, .from = NOW - YEAR, .to = NOW - 1, .eku = "serverAuth" } },
	[SITE_FUTURE]  = { PUBLIC_INTER, { SITE_SAN, .from = NOW + 1, .to = NOW + YEAR, .eku = "serverAuth" } },
	[SITE_CLIENT]  = { PUBLIC_INTER, { SITE_SAN, VALID, .eku = "clientAuth" } },
	[SITE_OF_ROOT] = { PUBLIC, { SITE_SAN, VALID, .eku = "serverAuth" } },
	[SITE_SELF]    = { -1, { SITE_SAN, VALID } },
	[OTHER_KEY]    = { -1, { SITE_SAN, VALID } },
};

static struct pki made[ALL];

static inline int make_certificates(void **state)
{
	(void)state;
	for (int i = 0; i < ALL; i++)
		made[i] = pki_make(wishes[i].by < 0 ? NULL : &made[wishes[i].by], &wishes[i].wish);
	return 0;
}

static inline int drop_certificates(void **state)
{
	(void)state;
	for (int i = 0; i < ALL; i++)
		pki_free(&made[i]);
	return 0;
}

/* Writes these certificates, in this order; the list ends at -1. */
static inline void write_certificates(const char *name, const int *who)
{
	char all[64 * 1024] = "";

	for (; *who >= 0; who++) {
		char *pem = pki_pem(&made[*who]);

		strcat(all, pem);
		free(pem);
	}
	scene_write(name, all, 0644);
}
#define WRITE(name, ...) write_certificates(name, (const int[]){ __VA_ARGS__, -1 })

static inline void write_key(const char *name, int who)
{
	char path[160];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", scene_dir, name);
	f = fopen(path, "w");
	if (!f || !PEM_write_PrivateKey(f, made[who].key, NULL, NULL, 0, NULL, NULL) || fclose(f) != 0)
		abort();
}

static inline void sha256_of(int who, char out[65])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n;

	X509_digest(made[who].x, EVP_sha256(), digest, &n);
	for (unsigned i = 0; i < n; i++)
		sprintf(out + 2 * i, "%02x", digest[i]);
}

/* "PATH" in the scene's folder; good until the fourth call from now. */
static inline const char *in_scene(const char *name)
{
	static char path[4][160];
	static int i;

	i = (i + 1) % 4;
	snprintf(path[i], sizeof path[i], "%s/%s", scene_dir, name);
	return path[i];
}

/* ---- the scene */

#define HOOK(name, path, psp, rest) "{ name = \"" name "\"; path = \"" path "\"; psp = \"" psp "\"; secret = \"file:loja.secret\"; " rest " }"
#define HOOKS(hooks) "inbox = \"sqlite:inbox.db\";\ndomain = \"loja.example.com\";\nhooks = ( " hooks " );\n"
#define ONE HOOKS(HOOK("loja", "/webhook", "efi", ""))
#define MTLS "client_cert = \"verify\"; ca = \"chain.pem\"; "
#define ONE_MTLS HOOKS(HOOK("loja", "/webhook", "bacen", MTLS "pin = \"CN=webhook.psp.example\";"))

static inline void load(const char *conf)
{
	settings_free(s);
	scene_write("pixgate.conf", conf, 0600);
	s = settings_load(scene_conf, &e);
	if (!s)
		fail_msg("%s", e.text);
}

static inline int open_scene(void **state)
{
	(void)state;
	scene_open(ONE);
	memset(&r, 0, sizeof r);
	memset(&e, 0, sizeof e);
	memset(&p, 0, sizeof p);
	if (made[0].x) {
		WRITE("chain.pem", INTER, ROOT);
		WRITE("site.pem", SITE, PUBLIC_INTER);
		write_key("site.key", SITE);
	}
	load(ONE);
	return 0;
}

static inline int close_scene(void **state)
{
	(void)state;
	gen_plan_free(&p);
	settings_free(s);
	s = NULL;
	scene_close();
	return 0;
}

#define test(f) cmocka_unit_test_setup_teardown(f, open_scene, close_scene)

static inline bool try_plan(const char *server)
{
	const struct gen_server *row = gen_server_find(server, &e);

	if (!row)
		fail_msg("%s", e.text);
	gen_plan_free(&p);
	memset(&e, 0, sizeof e);
	return gen_plan_make(&p, row, s, &r, NOW, &e);
}

static inline void good(const char *server)
{
	/* *e belongs to the caller: what was only tried leaves nothing in it */
	if (!try_plan(server) || e.code != ERR_NONE)
		fail_msg("%s: %s", server, e.text);
}

static inline void says(const char *text, const char *words)
{
	if (!strstr(text, words))
		fail_msg("'%s' is not in: %s", words, text);
}

/* Refused with that code, and a message with these words. */
static inline void bad(const char *server, enum err_code code, const char *words)
{
	if (try_plan(server))
		fail_msg("%s: taken, where '%s' was expected", server, words);
	says(e.text, words);
	assert_int_equal(e.code, code);
}

/* One warning has these words. */
static inline void warned(const char *words)
{
	says(buf_str(&p.warnings), words);
}

static inline void not_warned(const char *words)
{
	if (strstr(buf_str(&p.warnings), words))
		fail_msg("'%s' is in: %s", words, buf_str(&p.warnings));
}

#endif
