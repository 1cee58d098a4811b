/* The certificates that these tests are about: CAs, what they signed, and what they did not. */
#ifndef TESTS_UNIT_TEST_X509_H
#define TESTS_UNIT_TEST_X509_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/err.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

#include "lib/limits.h"
#include "lib/x509.h"
#include "tests/unit/pki.h"

#define NOW INT64_C(1795262400)
#define DAY INT64_C(86400)

enum who {
	ROOT, INTER, SIBLING, SAMEDN, STRANGER,		/* CAs */
	LEAF, LEAF_RSA, OF_SIBLING, OF_ROOT, OF_SAMEDN, OF_STRANGER, SELF, EXPIRED, FUTURE, SERVER_ONLY, NO_EKU, BOTH, TWO_CNS, NUL_CN, NO_CN, LONG_CN,
	OLD_INTER, OF_OLD_INTER,
	ALL
};

#define VALID .from = NOW - 30 * DAY, .to = NOW + 30 * DAY
#define CA VALID, .ca = true, .usage = "critical,digitalSignature,keyCertSign,cRLSign"
#define CLIENT VALID, .usage = "critical,digitalSignature", .eku = "clientAuth"

static char long_cn[] = "a-name-of-64-bytes-is-what-rfc-5280-allows-and-then-there-are-none";

static const struct {
	int by;		/* -1: self-signed */
	struct pki_wish wish;
} wishes[ALL] = {
	[ROOT]        = { -1, { .cn = "Root of a PSP", CA } },
	[INTER]       = { ROOT, { .cn = "hooks.psp.example", CA } },
	[SIBLING]     = { ROOT, { .cn = "hooks-sandbox.psp.example", CA } },
	[SAMEDN]      = { -1, { .cn = "hooks.psp.example", CA } },
	[STRANGER]    = { -1, { .cn = "Root of a stranger", CA } },
	[LEAF]        = { INTER, { .cn = "sender.psp.example", CLIENT } },
	[LEAF_RSA]    = { INTER, { .cn = "sender.psp.example", CLIENT, .rsa = true } },
	[OF_SIBLING]  = { SIBLING, { .cn = "sender.psp.example", CLIENT } },
	[OF_ROOT]     = { ROOT, { .cn = "sender.psp.example", CLIENT } },
	[OF_SAMEDN]   = { SAMEDN, { .cn = "sender.psp.example", CLIENT } },
	[OF_STRANGER] = { STRANGER, { .cn = "sender.psp.example", CLIENT } },
	[SELF]        = { -1, { .cn = "sender.psp.example", CLIENT } },
	[EXPIRED]     = { INTER, { .cn = "sender.psp.example", .from = NOW - 2 * DAY, .to = NOW - 1, .eku = "clientAuth" } },
	[FUTURE]      = { INTER, { .cn = "sender.psp.example", .from = NOW + 1, .to = NOW + DAY, .eku = "clientAuth" } },
	[SERVER_ONLY] = { INTER, { .cn = "sender.psp.example", VALID, .eku = "serverAuth" } },
	[NO_EKU]      = { INTER, { .cn = "sender.psp.example", VALID } },
	[BOTH]        = { INTER, { .cn = "sender.psp.example", VALID, .eku = "serverAuth,clientAuth" } },
	[TWO_CNS]     = { INTER, { .cn = "first.example", .cn2 = "last.example", CLIENT } },
	[NUL_CN]      = { INTER, { .cn = "hooks.psp.example\0.evil.example", .cn_len = 31, CLIENT } },
	[NO_CN]       = { INTER, { CLIENT } },
	[LONG_CN]     = { INTER, { .cn = long_cn, .cn_len = 64, CLIENT } },
	[OLD_INTER]   = { ROOT, { .cn = "old.psp.example", .from = NOW - 2 * DAY, .to = NOW - 1, .ca = true } },
	[OF_OLD_INTER]= { OLD_INTER, { .cn = "sender.psp.example", CLIENT } },
};

static struct pki made[ALL];
static char *pem[ALL];

static inline int make_all(void **state)
{
	(void)state;
	for (int i = 0; i < ALL; i++) {
		int by = wishes[i].by;

		/* an issuer may stand further down in the table */
		if (by > i && !made[by].x)
			made[by] = pki_make(&made[wishes[by].by], &wishes[by].wish);
		if (!made[i].x)
			made[i] = pki_make(by < 0 ? NULL : &made[by], &wishes[i].wish);
		pem[i] = pki_pem(&made[i]);
	}
	return 0;
}

static inline int drop_all(void **state)
{
	(void)state;
	for (int i = 0; i < ALL; i++) {
		pki_free(&made[i]);
		free(pem[i]);
	}
	return 0;
}

#endif
