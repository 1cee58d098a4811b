/* The server's own certificate of a file, and nothing that must stay at home. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/certs.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

#include "lib/buf.h"
#include "lib/limits.h"
#include "tests/unit/pki.h"

#define NOW INT64_C(1795262400)
#define DAY INT64_C(86400)

static char *root, *leaf, *other, path[64];

static int make_all(void **state)
{
	static const struct pki_wish wishes[] = {
		{ .cn = "Root", .ca = true, .from = NOW - DAY, .to = NOW + DAY }, { .cn = "leaf", .from = NOW - DAY, .to = NOW + DAY },
		{ .cn = "other", .from = NOW - DAY, .to = NOW + DAY },
	};
	struct pki p[3];
	int fd;

	(void)state;
	for (int i = 0; i < 3; i++)
		p[i] = pki_make(i ? &p[0] : NULL, &wishes[i]);
	root = pki_pem(&p[0]);
	leaf = pki_pem(&p[1]);
	other = pki_pem(&p[2]);
	for (int i = 0; i < 3; i++)
		pki_free(&p[i]);
	strcpy(path, "/tmp/pixgate-leaf-XXXXXX");
	fd = mkstemp(path);
	return fd < 0 ? -1 : close(fd);
}

static int drop_all(void **state)
{
	(void)state;
	free(root);
	free(leaf);
	free(other);
	return unlink(path);
}

static void put(const char *a, const char *b, const char *c)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	fprintf(f, "%s%s%s", a, b, c);
	fclose(f);
}

/* The CN of the leaf, or what is wrong. */
static const char *first(void)
{
	static struct err e;
	static char cn[128];
	struct cert_list list = { 0 };

	if (cert_leaf_load(path, &list, &e)) {
		snprintf(cn, sizeof cn, "%s", list.item[0].subject_cn);
		certs_free(&list);
		return cn;
	}
	certs_free(&list);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_non_null(strstr(e.text, path));
	return e.text;
}

static void the_leaf_of_a_chain_is_found_wherever_it_stands(void **state)
{
	(void)state;
	put(leaf, "", "");
	assert_string_equal(first(), "leaf");
	put(leaf, root, "");
	assert_string_equal(first(), "leaf");
	put(root, leaf, "");
	assert_string_equal(first(), "leaf");
	put(root, leaf, leaf);
	assert_string_equal(first(), "leaf");
}

static void a_lonely_ca_certificate_is_given_as_it_is(void **state)
{
	(void)state;
	put(root, "", "");
	assert_string_equal(first(), "Root");
}

static void several_leaves_and_cas_alone_are_refused(void **state)
{
	(void)state;
	put(leaf, root, other);
	assert_non_null(strstr(first(), "2 certificates that are no CA's"));
	put(root, root, "");
	assert_non_null(strstr(first(), "CA certificates alone"));
}

static void a_private_key_is_refused_whatever_stands_beside_it(void **state)
{
	static const char *const keys[] = { "-----BEGIN PRIVATE KEY-----\nAA==\n", "-----BEGIN EC PRIVATE KEY-----\n", "-----BEGIN ENCRYPTED PRIVATE KEY-----\n" };

	(void)state;
	for (int i = 0; i < 3; i++) {
		put(leaf, keys[i], "");
		assert_non_null(strstr(first(), "private key"));
		put(keys[i], leaf, "");
		assert_non_null(strstr(first(), "private key"));
	}
}

static void other_containers_and_large_files_are_refused(void **state)
{
	static char long_text[LIMIT_LEAF_FILE + 2];
	FILE *f;

	(void)state;
	put("-----BEGIN PKCS7-----\nAAAA\n-----END PKCS7-----\n", "", "");
	assert_non_null(strstr(first(), "PKCS7"));
	f = fopen(path, "we");
	fwrite("\x30\x82\x01\x00\x02\x01\x03\x30", 1, 8, f);	/* how a PKCS #12 begins */
	fclose(f);
	assert_non_null(strstr(first(), ".p12"));
	memset(long_text, '\n', LIMIT_LEAF_FILE + 1 - strlen(leaf));
	put(leaf, long_text, "");
	assert_non_null(strstr(first(), "longer than 65536 bytes"));
	long_text[LIMIT_LEAF_FILE - strlen(leaf)] = '\0';
	put(leaf, long_text, "");
	assert_string_equal(first(), "leaf");
	put("", "", "");
	assert_non_null(strstr(first(), "empty"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_leaf_of_a_chain_is_found_wherever_it_stands),
		cmocka_unit_test(a_lonely_ca_certificate_is_given_as_it_is),
		cmocka_unit_test(several_leaves_and_cas_alone_are_refused),
		cmocka_unit_test(a_private_key_is_refused_whatever_stands_beside_it),
		cmocka_unit_test(other_containers_and_large_files_are_refused),
	};

	return cmocka_run_group_tests(tests, make_all, drop_all);
}
