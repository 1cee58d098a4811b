#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/err.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

#include "fcgi/gate.h"
#include "lib/limits.h"

static const char *const three[] = { "/pix", "/rec", "/cobr", NULL };
static const struct psp glue = { .name = "glue", .suffixes = three };
static const struct psp plain = { .name = "plain" };
static const struct psp named = { .name = "named", .event_in_path = true };

enum { SHOP, BANK, NAMED, DEEP };

static struct hook hooks[] = {
	[SHOP]  = { .path = (char []){ "/webhook" }, .psp = &glue },
	[BANK]  = { .path = (char []){ "/bs2" }, .psp = &plain },
	[NAMED] = { .path = (char []){ "/ind" }, .psp = &named },
	[DEEP]  = { .path = (char []){ "/webhook/b\xc3\xa1r" }, .psp = &glue },
};

static const struct settings settings = { .hooks = hooks, .hook_count = sizeof hooks / sizeof *hooks };

/* The hook, "!" where nobody serves it; the suffix or the event behind it. */
static const char *leads(const char *uri)
{
	static char out[128];
	struct route r;

	if (!route_find(&settings, uri, &r))
		return "!";
	snprintf(out, sizeof out, "%zu %s%s", r.hook, r.suffix, r.event);
	return out;
}

static void a_hook_is_found_by_its_path_and_suffix(void **state)
{
	static const struct { const char *uri, *want; } cases[] = {
		{ "/webhook", "0 " }, { "/webhook/", "0 " }, { "/webhook?", "0 " }, { "/webhook/?x", "0 " },
		{ "/webhook/pix", "0 /pix" }, { "/webhook/rec", "0 /rec" }, { "/webhook/cobr", "0 /cobr" }, { "/webhook//pix", "0 /pix" },
		{ "//webhook///pix", "0 /pix" }, { "/webhook%2Fpix", "0 /pix" }, { "/webhook%2fpix", "0 /pix" }, { "/web%68ook", "0 " },
		{ "/webhook/pix?a=b", "0 /pix" }, { "/bs2", "1 " }, { "/bs2/", "1 " },
		{ "/webhook/b%C3%A1r", "3 " }, { "/webhook/b\xc3\xa1r/pix", "3 /pix" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(leads(cases[i].uri), cases[i].want);
}

static void other_paths_lead_nowhere(void **state)
{
	static const char *const bad[] = {
		"", "*", "webhook", "/", "/webhoo", "/webhookfoo", "/webhookpix", "/WEBHOOK", "/webhook/PIX", "/webhook/pix/", "/webhook/pixx", "/webhook/pix/pix",
		"/webhook/foo", "/bs2/pix", "/bs2pix", "/webhook%", "/webhook%2", "/webhook%zz", "/webhook%00", "/webhook%00/pix", "/webhook+pix", "example.org:443",
		"ftp://example.org/webhook", "//example.org/webhook",
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (strcmp(leads(bad[i]), "!"))
			fail_msg("'%s' leads to %s", bad[i], leads(bad[i]));
}

static void dot_segments_lead_nowhere(void **state)
{
	static const char *const bad[] = {
		"/./webhook", "/../webhook", "/x/../webhook", "/webhook/.", "/webhook/..", "/webhook/./pix", "/webhook/../webhook/pix", "/%2e/webhook",
		"/x/%2E%2e/webhook", "/ind/..", "/ind/.",
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (strcmp(leads(bad[i]), "!"))
			fail_msg("'%s' leads to %s", bad[i], leads(bad[i]));
}

static void the_absolute_form_is_taken_too(void **state)
{
	(void)state;
	assert_string_equal(leads("http://pix.example.org/webhook/pix"), "0 /pix");
	assert_string_equal(leads("HTTPS://pix.example.org:8443/webhook?a=/rec"), "0 /rec");
	assert_string_equal(leads("http://pix.example.org"), "!");
	assert_string_equal(leads("http://pix.example.org?/webhook"), "!");
	assert_string_equal(leads("http://webhook/pix"), "!");
}

static void an_event_is_the_last_segment(void **state)
{
	char uri[128];

	(void)state;
	assert_string_equal(leads("/ind/RecebimentoFinalizado"), "2 RecebimentoFinalizado");
	assert_string_equal(leads("/ind"), "2 ");
	assert_string_equal(leads("/ind/"), "2 ");
	assert_string_equal(leads("/ind/A/"), "!");
	assert_string_equal(leads("/ind/A/B"), "!");
	assert_string_equal(leads("/ind/A-B"), "!");
	assert_string_equal(leads("/ind/A.B"), "!");
	assert_string_equal(leads("/indA"), "!");
	snprintf(uri, sizeof uri, "/ind/%064d", 7);
	assert_string_not_equal(leads(uri), "!");
	snprintf(uri, sizeof uri, "/ind/%065d", 7);
	assert_string_equal(leads(uri), "!");
}

static void the_longest_hook_wins(void **state)
{
	struct hook two[] = {
		{ .path = (char []){ "/a" }, .psp = &glue }, { .path = (char []){ "/a/pix" }, .psp = &plain }, { .path = (char []){ "/" }, .psp = &named },
	};
	const struct settings s = { .hooks = two, .hook_count = 3 };
	struct route r;

	(void)state;
	assert_true(route_find(&s, "/a/pix", &r));
	assert_int_equal(r.hook, 1);
	assert_string_equal(r.suffix, "");
	assert_true(route_find(&s, "/a/rec", &r));
	assert_int_equal(r.hook, 0);
	assert_true(route_find(&s, "/a", &r));
	assert_int_equal(r.hook, 0);
	assert_string_equal(r.event, "");
	assert_true(route_find(&s, "/b", &r));
	assert_int_equal(r.hook, 2);
	assert_string_equal(r.event, "b");
}

static void a_hook_may_be_the_root(void **state)
{
	struct hook one = { .path = (char []){ "/" }, .psp = &glue };
	const struct settings s = { .hooks = &one, .hook_count = 1 };
	struct route r;

	(void)state;
	assert_true(route_find(&s, "/", &r));
	assert_true(route_find(&s, "http://pix.example.org", &r));
	assert_true(route_find(&s, "/?hmac=a", &r));
	assert_true(r.has_secret);
	assert_true(route_find(&s, "/pix", &r));
	assert_string_equal(r.suffix, "/pix");
	assert_false(route_find(&s, "/foo", &r));
}

static void no_hooks_serve_nothing(void **state)
{
	const struct settings s = { 0 };
	struct route r;

	(void)state;
	assert_false(route_find(&s, "/", &r));
}

static void the_suffix_may_end_the_query(void **state)
{
	static const struct { const char *uri, *want; } cases[] = {
		{ "/webhook?hmac=x&ignorar=/pix", "0 /pix" }, { "/webhook?hmac=x&ignore=%2Frec", "0 /rec" }, { "/webhook?hmac=x&=/cobr", "0 /cobr" },
		{ "/webhook?hmac=x&/pix", "0 /pix" }, { "/webhook?hmac=x/pix", "0 /pix" }, { "/webhook?/pix", "0 /pix" }, { "/webhook?ignorar=/PIX", "0 " },
		{ "/webhook?ignorar=/pix&hmac=x", "0 " }, { "/webhook/rec?ignorar=/pix", "0 /rec" }, { "/bs2?ignorar=/pix", "1 " }, { "/webhook?a?b=/pix", "0 /pix" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(leads(cases[i].uri), cases[i].want);
}

/* "" for no secret; else the two candidates. */
static const char *secrets(const char *uri)
{
	static char out[1400];
	struct route r;

	assert_true(route_find(&settings, uri, &r));
	if (!r.has_secret) {
		assert_int_equal(r.secret_len, 0);
		assert_int_equal(r.glued_len, 0);
		return "";
	}
	snprintf(out, sizeof out, "[%.*s][%.*s]", (int)r.secret_len, r.secret, (int)r.glued_len, r.secret);
	return out;
}

static void the_secret_is_read_with_and_without_the_suffix(void **state)
{
	static const struct { const char *uri, *want; } cases[] = {
		{ "/webhook?hmac=J3k", "[J3k][J3k]" }, { "/webhook?hmac=J3k/pix", "[J3k][J3k/pix]" }, { "/webhook?hmac=J3k%2Fpix", "[J3k][J3k/pix]" },
		{ "/webhook?hmac=J3k%2frec", "[J3k][J3k/rec]" }, { "/webhook?a=1&hmac=J3k/cobr", "[J3k][J3k/cobr]" }, { "/webhook?hmac=J3k/pix/pix", "[J3k/pix][J3k/pix/pix]" },
		{ "/webhook?hmac=J3k&ignorar=/pix", "[J3k][J3k]" }, { "/webhook?hmac=J3k/pix&ignorar=/pix", "[J3k/pix][J3k/pix]" },
		{ "/webhook?hmac=J3k&", "[J3k][J3k]" }, { "/webhook/pix?hmac=J3k/pix", "[J3k][J3k/pix]" }, { "/bs2?hmac=J3k/pix", "[J3k/pix][J3k/pix]" },
		{ "/webhook?hmac=a%26b%3Dc+d%25", "[a&b=c+d%][a&b=c+d%]" }, { "/webhook?hmac=a=b", "[a=b][a=b]" }, { "/webhook?hmac=J3k%252Fpix", "[J3k%2Fpix][J3k%2Fpix]" },
		{ "/webhook?hmac=", "[][]" }, { "/webhook?hmac", "[][]" }, { "/webhook?hmac=/pix", "[][/pix]" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(secrets(cases[i].uri), cases[i].want);
}

static void only_one_whole_hmac_counts(void **state)
{
	static const char *const none[] = {
		"/webhook", "/webhook?", "/webhook?hmacs=x", "/webhook?xhmac=x", "/webhook?HMAC=x", "/webhook?%68mac=x", "/webhook?a=hmac=x", "/webhook?a%26hmac=x",
		"/webhook?hmac=x&hmac=x", "/webhook?hmac=x&a=b&hmac", "/webhook?hmac=x&hmac=x&hmac=x", "/webhook?hmac=%", "/webhook?hmac=%4", "/webhook?hmac=x%00",
		"/webhook?a;hmac=x", "/webhook?hmac=%&hmac=x",
	};

	(void)state;
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		if (*secrets(none[i]))
			fail_msg("'%s' has a secret: %s", none[i], secrets(none[i]));
}

static void long_secrets_and_urls_have_a_ceiling(void **state)
{
	char uri[LIMIT_URL + 16] = "/webhook?hmac=", *end = uri + strlen(uri);
	struct route r;

	(void)state;
	memset(end, 'k', LIMIT_SECRET);
	strcpy(end + LIMIT_SECRET, "/cobr");
	assert_true(route_find(&settings, uri, &r));
	assert_true(r.has_secret);
	assert_int_equal(r.secret_len, LIMIT_SECRET);
	memset(end, 'k', 640);
	end[640] = '\0';
	assert_true(route_find(&settings, uri, &r));
	assert_false(r.has_secret);
	memset(uri + strlen("/webhook?"), 'a', LIMIT_URL);
	uri[LIMIT_URL] = '\0';
	assert_true(route_find(&settings, uri, &r));
	uri[LIMIT_URL] = 'a';
	uri[LIMIT_URL + 1] = '\0';
	assert_false(route_find(&settings, uri, &r));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hook_is_found_by_its_path_and_suffix),
		cmocka_unit_test(other_paths_lead_nowhere),
		cmocka_unit_test(dot_segments_lead_nowhere),
		cmocka_unit_test(the_absolute_form_is_taken_too),
		cmocka_unit_test(an_event_is_the_last_segment),
		cmocka_unit_test(the_longest_hook_wins),
		cmocka_unit_test(a_hook_may_be_the_root),
		cmocka_unit_test(no_hooks_serve_nothing),
		cmocka_unit_test(the_suffix_may_end_the_query),
		cmocka_unit_test(the_secret_is_read_with_and_without_the_suffix),
		cmocka_unit_test(only_one_whole_hmac_counts),
		cmocka_unit_test(long_secrets_and_urls_have_a_ceiling),
	};

	return cmocka_run_group_tests_name("route", tests, NULL, NULL);
}
