#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/json.h"
#include "tests/unit/reported.h"

#include <cmocka.h>

/* The report, read back by the strict reader. */
static struct json *report(const struct findings *f)
{
	struct buf b = BUF(1024 * 1024);
	struct err e = { 0 };
	struct json *doc;

	report_json(&site, f, &b);
	assert_null(strchr(buf_str(&b), '\n'));
	assert_null(strstr(buf_str(&b), "s3cr3t"));
	doc = json_parse(buf_str(&b), b.len, false, &e);
	if (!doc)
		fail_msg("%s: %s", e.text, buf_str(&b));
	buf_free(&b);
	return doc;
}

static void is(const struct json *doc, const char *path, const char *want)
{
	const char *got = json_text(json_path(doc, path, false));

	if (!want)
		assert_null(got);
	else if (!got)
		fail_msg("no %s", path);
	else
		assert_string_equal(got, want);
}

static void it_is_one_object_that_names_what_was_looked_at(void **state)
{
	struct json *doc = report(&all);

	(void)state;
	is(doc, "url", "https://pix.example.com/webhook?hmac=***&ignorar=");
	is(doc, "psp", "efi");
	is(doc, "mode", "efi-skip-mtls");
	is(doc, "verdict", "fail");
	is(doc, "first", "http.ping");
	json_free(doc);
}

static void each_finding_has_its_id_severity_and_texts(void **state)
{
	struct json *doc = report(&all);

	(void)state;
	is(doc, "findings[0].id", "dns.name");
	is(doc, "findings[0].severity", "ok");
	is(doc, "findings[-1].id", "http.ping");
	is(doc, "findings[-1].severity", "fail");
	is(doc, "findings[-1].what", "the ping is answered");
	is(doc, "findings[-1].seen", "HTTP 404");
	is(doc, "findings[-1].why", "the PSP sends one");
	is(doc, "findings[-1].fix", "route the path to the gate");
	json_free(doc);
}

static void a_fix_keeps_its_lines_and_what_is_ok_has_none(void **state)
{
	struct json *doc = report(&warned);

	(void)state;
	is(doc, "verdict", "warn");
	is(doc, "first", "tls.old");
	is(doc, "findings[-1].fix", "turn it off:\n    ssl_protocols TLSv1.2 TLSv1.3;");
	is(doc, "findings[0].fix", "");
	json_free(doc);
}

static void where_all_is_well_first_is_null(void **state)
{
	const struct findings none = { 0 };
	struct json *doc = report(&well);

	(void)state;
	is(doc, "verdict", "ok");
	is(doc, "first", NULL);
	json_free(doc);
	doc = report(&none);
	assert_int_equal(json_type(json_path(doc, "findings", false)), JSON_ARRAY);
	assert_null(json_first(json_path(doc, "findings", false)));
	json_free(doc);
}

static void any_bytes_give_json(void **state)
{
	struct finding one;
	struct findings f = hostile(&one, HOSTILE);
	struct json *doc = report(&f);

	(void)state;
	is(doc, "findings[0].seen", "a?[2Jb??c?d]]>?e?<&\"'");
	json_free(doc);
	f = hostile(&one, BROKEN);
	doc = report(&f);
	is(doc, "findings[0].seen", "x?y?z");
	json_free(doc);
	one.seen = one.fix = NULL;
	doc = report(&f);
	is(doc, "findings[0].seen", "");
	json_free(doc);
	assert_true(tame("x"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_one_object_that_names_what_was_looked_at),
		cmocka_unit_test(each_finding_has_its_id_severity_and_texts),
		cmocka_unit_test(a_fix_keeps_its_lines_and_what_is_ok_has_none),
		cmocka_unit_test(where_all_is_well_first_is_null),
		cmocka_unit_test(any_bytes_give_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
