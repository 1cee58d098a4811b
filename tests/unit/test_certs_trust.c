/* Whom a server's certificate chains to, with what was sent alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/certs.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

#include "lib/buf.h"
#include "tests/unit/pki.h"

#define NOW INT64_C(1795262400)
#define DAY INT64_C(86400)
#define CA .ca = true, .usage = "critical,keyCertSign"
#define GOOD .from = NOW - DAY, .to = NOW + DAY

enum who { ROOT, INTER, OLD_INTER, STRANGER, LEAF, OLD_LEAF, FUTURE_LEAF, BELOW_OLD, CLIENT, SELF, HOSTILE, ALL };

static const struct {
	int by;		/* -1: self-signed */
	struct pki_wish wish;
} wishes[ALL] = {
	[ROOT]        = { -1, { .cn = "Root", CA, GOOD } },
	[INTER]       = { ROOT, { .cn = "Inter", CA, GOOD } },
	[OLD_INTER]   = { ROOT, { .cn = "Old inter", CA, .from = NOW - 2 * DAY, .to = NOW - DAY } },
	[STRANGER]    = { -1, { .cn = "Stranger", CA, GOOD } },
	[LEAF]        = { INTER, { .cn = "leaf", .eku = "serverAuth", GOOD } },
	[OLD_LEAF]    = { INTER, { .cn = "leaf", .from = NOW - 2 * DAY, .to = NOW - DAY } },
	[FUTURE_LEAF] = { INTER, { .cn = "leaf", .from = NOW + DAY, .to = NOW + 2 * DAY } },
	[BELOW_OLD]   = { OLD_INTER, { .cn = "leaf", GOOD } },
	[CLIENT]      = { INTER, { .cn = "leaf", .eku = "clientAuth", GOOD } },
	[SELF]        = { -1, { .cn = "leaf", GOOD } },
	[HOSTILE]     = { STRANGER, { .cn = "\x1b[2Jevil\nline", GOOD } },
};

static struct pki made[ALL];
static char *pem[ALL];
static char store[] = "/tmp/pixgate-trust-XXXXXX";

static int make_all(void **state)
{
	int fd = mkstemp(store);

	(void)state;
	for (int i = 0; i < ALL; i++) {
		made[i] = pki_make(wishes[i].by < 0 ? NULL : &made[wishes[i].by], &wishes[i].wish);
		pem[i] = pki_pem(&made[i]);
	}
	return fd < 0 || write(fd, pem[ROOT], strlen(pem[ROOT])) < 0 || close(fd) ? -1 : 0;
}

static int drop_all(void **state)
{
	(void)state;
	for (int i = 0; i < ALL; i++) {
		pki_free(&made[i]);
		free(pem[i]);
	}
	return unlink(store);
}

static bool trusted(const int *who, char why[160])
{
	struct buf b = BUF(1 << 20);
	struct cert_list list = { 0 };
	bool ok;

	for (; *who >= 0; who++)
		buf_puts(&b, pem[*who]);
	assert_true(certs_read(buf_str(&b), b.len, "sent", &list, NULL));
	ok = certs_trusted(&list, store, NOW, why, 160);
	certs_free(&list);
	buf_free(&b);
	return ok;
}

static void refused(const int *who, const char *says)
{
	char why[160];

	assert_false(trusted(who, why));
	if (!strstr(why, says))
		fail_msg("'%s' is not in: %s", says, why);
	for (const char *p = why; *p; p++)
		assert_true((unsigned char)*p >= ' ' && *p != 0x7f);
}
#define SENT(...) (const int[]){ __VA_ARGS__, -1 }

static void a_whole_chain_is_trusted_with_or_without_its_root(void **state)
{
	char why[160] = "x";

	(void)state;
	assert_true(trusted(SENT(LEAF, INTER), why));
	assert_string_equal(why, "");
	assert_true(trusted(SENT(LEAF, INTER, ROOT), why));
	assert_true(trusted(SENT(LEAF, STRANGER, INTER), why));	/* in any order, with others */
}

static void a_leaf_alone_lacks_its_intermediate(void **state)
{
	(void)state;
	refused(SENT(LEAF), "intermediate missing: it was sent alone, and its issuer \"Inter\"");
	refused(SENT(LEAF, STRANGER), "\"Inter\" was not sent");
}

static void who_signed_itself_is_told_so(void **state)
{
	(void)state;
	refused(SENT(SELF), "self-signed");
	refused(SENT(HOSTILE, STRANGER), "unknown CA: the root \"Stranger\"");
}

static void the_leafs_dates_are_another_question(void **state)
{
	char why[160];

	(void)state;
	assert_true(trusted(SENT(OLD_LEAF, INTER), why));
	assert_true(trusted(SENT(FUTURE_LEAF, INTER), why));
	refused(SENT(OLD_LEAF), "intermediate missing");	/* but not a way past the rest */
	refused(SENT(BELOW_OLD, OLD_INTER), "\"Old inter\" of its chain has expired");
}

static void a_clients_certificate_is_no_servers(void **state)
{
	(void)state;
	refused(SENT(CLIENT, INTER), "purpose");
}

static void a_store_that_cannot_be_read_trusts_nobody(void **state)
{
	struct cert_list list = { 0 }, none = { 0 };
	char why[160];

	(void)state;
	assert_true(certs_read(pem[LEAF], strlen(pem[LEAF]), "sent", &list, NULL));
	assert_false(certs_trusted(&list, "/nowhere/at/all", NOW, why, sizeof why));
	assert_string_equal(why, "the trusted CAs cannot be read");
	assert_false(certs_trusted(&none, store, NOW, why, sizeof why));
	assert_string_equal(why, "no certificate was sent");
	assert_false(certs_trusted(&list, NULL, NOW, why, sizeof why));	/* the system knows no such CA */
	certs_free(&list);
}

static void whom_the_user_trusts_need_not_be_a_root(void **state)
{
	struct cert_list list = { 0 };
	char path[] = "/tmp/pixgate-trust-XXXXXX", why[160];
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0 && write(fd, pem[INTER], strlen(pem[INTER])) > 0 && close(fd) == 0);
	assert_true(certs_read(pem[LEAF], strlen(pem[LEAF]), "sent", &list, NULL));
	assert_true(certs_trusted(&list, path, NOW, why, sizeof why));
	certs_free(&list);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_chain_is_trusted_with_or_without_its_root),
		cmocka_unit_test(a_leaf_alone_lacks_its_intermediate),
		cmocka_unit_test(who_signed_itself_is_told_so),
		cmocka_unit_test(the_leafs_dates_are_another_question),
		cmocka_unit_test(a_clients_certificate_is_no_servers),
		cmocka_unit_test(a_store_that_cannot_be_read_trusts_nobody),
		cmocka_unit_test(whom_the_user_trusts_need_not_be_a_root),
	};

	return cmocka_run_group_tests_name("certs_trust", tests, make_all, drop_all);
}
