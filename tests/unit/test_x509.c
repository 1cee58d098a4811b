/* What a CA file lets pass, and what a CA file must be. */
#include "tests/unit/test_x509.h"

/* A CA file of these bytes, loaded. */
static struct x509_trust *load(const char *text, struct err *e)
{
	char path[] = "/tmp/pixgate-ca-XXXXXX";
	int fd = mkstemp(path);
	struct x509_trust *t;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	t = x509_trust_load(path, e);
	if (!t)
		assert_non_null(strstr(e->text, path));
	unlink(path);
	return t;
}

static struct x509_trust *load_two(enum who a, enum who b)
{
	char text[16384];
	struct err e;

	snprintf(text, sizeof text, "%s%s", pem[a], pem[b]);
	return load(text, &e);
}

static bool passes(const struct x509_trust *t, enum who who)
{
	struct x509_facts facts;

	return !x509_judge(t, pem[who], strlen(pem[who]), NOW, &facts);
}

static void only_what_the_intermediate_signed_passes(void **state)
{
	static const bool want[ALL] = {
		[INTER] = true,		/* Efí's intermediate may be presented itself: it is fit for client authentication */
		[LEAF] = true, [LEAF_RSA] = true, [NO_EKU] = true, [BOTH] = true,
		[TWO_CNS] = true, [NUL_CN] = true, [NO_CN] = true, [LONG_CN] = true,
	};
	struct x509_trust *one[] = { load_two(INTER, ROOT), load_two(ROOT, INTER), NULL };
	struct err e;

	(void)state;
	one[2] = load(pem[INTER], &e);
	for (int k = 0; k < 3; k++) {
		assert_non_null(one[k]);
		for (int i = 0; i < ALL; i++)
			if (passes(one[k], i) != want[i])
				fail_msg("bundle %d, certificate %d: %s", k, i, want[i] ? "refused" : "taken");
		x509_trust_free(one[k]);
	}
}

static void a_root_is_an_anchor_where_there_is_nothing_else(void **state)
{
	struct err e;
	struct x509_trust *t = load(pem[ROOT], &e);

	(void)state;
	assert_non_null(t);
	assert_true(passes(t, OF_ROOT));
	assert_false(passes(t, LEAF));	/* its intermediate is not there */
	assert_false(passes(t, OF_STRANGER));
	x509_trust_free(t);
}

static void an_anchor_out_of_date_is_none(void **state)
{
	struct x509_trust *t = load_two(OLD_INTER, ROOT);

	(void)state;
	assert_non_null(t);
	assert_false(passes(t, OF_OLD_INTER));
	x509_trust_free(t);
}

static void the_time_is_the_one_that_is_given(void **state)
{
	struct err e;
	struct x509_trust *t = load(pem[INTER], &e);
	struct x509_facts facts;

	(void)state;
	assert_null(x509_judge(t, pem[EXPIRED], strlen(pem[EXPIRED]), NOW - 2, &facts));
	assert_non_null(x509_judge(t, pem[EXPIRED], strlen(pem[EXPIRED]), NOW, &facts));
	assert_null(x509_judge(t, pem[FUTURE], strlen(pem[FUTURE]), NOW + 2, &facts));
	assert_non_null(x509_judge(t, pem[LEAF], strlen(pem[LEAF]), NOW + 31 * DAY, &facts));
	x509_trust_free(t);
}

static void a_refusal_says_why_and_leaves_the_facts_alone(void **state)
{
	struct err e;
	struct x509_trust *t = load(pem[INTER], &e);
	struct x509_facts facts = { .subject_cn = "untouched" };

	(void)state;
	assert_non_null(strstr(x509_judge(t, pem[EXPIRED], strlen(pem[EXPIRED]), NOW, &facts), "expired"));
	assert_string_equal(facts.subject_cn, "untouched");
	assert_string_equal(x509_judge(t, "", 0, NOW, &facts), "no readable PEM certificate");
	assert_null(x509_judge(t, pem[LEAF], strlen(pem[LEAF]), NOW, &facts));
	assert_string_equal(facts.subject_cn, "sender.psp.example");
	assert_string_equal(facts.issuer_cn, "hooks.psp.example");
	x509_trust_free(t);
}

static void only_the_first_certificate_is_judged(void **state)
{
	char text[16384];
	struct err e;
	struct x509_trust *t = load(pem[INTER], &e);
	struct x509_facts facts;

	(void)state;
	snprintf(text, sizeof text, "%s%s", pem[OF_STRANGER], pem[LEAF]);
	assert_non_null(x509_judge(t, text, strlen(text), NOW, &facts));
	snprintf(text, sizeof text, "%s%s", pem[LEAF], pem[OF_STRANGER]);
	assert_null(x509_judge(t, text, strlen(text), NOW, &facts));
	/* a chain that the peer sends along builds no bridge to the root */
	x509_trust_free(t);
	t = load(pem[ROOT], &e);
	snprintf(text, sizeof text, "%s%s", pem[LEAF], pem[INTER]);
	assert_non_null(x509_judge(t, text, strlen(text), NOW, &facts));
	x509_trust_free(t);
}

static void bundles_may_have_crlf_comments_and_a_bom(void **state)
{
	char text[16384] = "\xef\xbb\xbf", *to = text + 3;
	struct err e;
	struct x509_trust *t;

	(void)state;
	strcpy(to, pem[INTER]);
	t = load(text, &e);
	assert_non_null(t);
	assert_true(passes(t, LEAF));
	x509_trust_free(t);
	strcpy(text, "Bag Attributes\r\n# the chain\r\n");
	to = text + strlen(text);
	for (const char *p = pem[INTER]; *p; p++) {
		if (*p == '\n')
			*to++ = '\r';
		*to++ = *p;
	}
	strcpy(to, "trailing words\n");
	t = load(text, &e);
	assert_non_null(t);
	assert_true(passes(t, LEAF));
	x509_trust_free(t);
}

static void broken_bundles_are_refused(void **state)
{
	char text[16384];
	struct err e;

	(void)state;
	assert_null(load("", &e));
	assert_int_equal(e.code, ERR_CONFIG);
	assert_null(load("<html>Not Found</html>\n", &e));
	snprintf(text, sizeof text, "%s%s", pem[ROOT], pem[INTER]);
	text[strlen(pem[ROOT]) - 1] = ' ';	/* cat of a file without its last line break */
	memmove(text + strlen(pem[ROOT]) - 1, text + strlen(pem[ROOT]), strlen(text + strlen(pem[ROOT])) + 1);
	assert_null(load(text, &e));
	snprintf(text, sizeof text, "%s%.200s", pem[INTER], pem[ROOT]);
	assert_null(load(text, &e));
	snprintf(text, sizeof text, "%s", pem[INTER]);
	text[100] = '!';
	assert_null(load(text, &e));
	assert_null(x509_trust_load("/nonexistent/ca.pem", &e));
	assert_non_null(strstr(e.text, "/nonexistent/ca.pem"));
	assert_null(x509_trust_load("/tmp", &e));
	x509_trust_free(NULL);
}

static void a_bundle_has_a_ceiling(void **state)
{
	char *text = malloc(LIMIT_CA_FILE + 2);
	struct x509_trust *t;
	struct err e;

	(void)state;
	assert_non_null(text);
	memset(text, '\n', LIMIT_CA_FILE + 1);
	text[LIMIT_CA_FILE + 1] = '\0';
	memcpy(text, pem[INTER], strlen(pem[INTER]));
	assert_null(load(text, &e));
	text[LIMIT_CA_FILE] = '\0';
	t = load(text, &e);
	assert_non_null(t);
	x509_trust_free(t);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_the_intermediate_signed_passes),
		cmocka_unit_test(a_root_is_an_anchor_where_there_is_nothing_else),
		cmocka_unit_test(an_anchor_out_of_date_is_none),
		cmocka_unit_test(the_time_is_the_one_that_is_given),
		cmocka_unit_test(a_refusal_says_why_and_leaves_the_facts_alone),
		cmocka_unit_test(only_the_first_certificate_is_judged),
		cmocka_unit_test(bundles_may_have_crlf_comments_and_a_bom),
		cmocka_unit_test(broken_bundles_are_refused),
		cmocka_unit_test(a_bundle_has_a_ceiling),
	};

	return cmocka_run_group_tests_name("x509", tests, make_all, drop_all);
}
