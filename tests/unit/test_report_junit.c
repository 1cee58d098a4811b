#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/reported.h"

#include <cmocka.h>

static struct buf out;

static const char *report(const struct findings *f, bool strict)
{
	buf_free(&out);
	out = BUF(1024 * 1024);
	report_junit(&site, f, strict, &out);
	return buf_str(&out);
}

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no '%s' in:\n%s", part, text);
}

/* Python's expat decides whether it is well-formed: XML 1.0, by somebody else. */
static bool well_formed(void)
{
	FILE *p = popen("python3 -c 'import sys,xml.dom.minidom as m;m.parseString(sys.stdin.buffer.read())' 2>/dev/null", "w");

	assert_non_null(p);
	fwrite(buf_str(&out), 1, out.len, p);
	return pclose(p) == 0;
}

static void it_is_one_suite_with_a_case_a_finding(void **state)
{
	const char *text = report(&all, false);

	(void)state;
	has(text, "<testsuite name=\"pixgate check https://pix.example.com/webhook?hmac=***&amp;ignorar=\" tests=\"4\" failures=\"1\" errors=\"0\" skipped=\"0\">");
	has(text, "<testcase classname=\"pixgate.check.efi-skip-mtls\" name=\"dns.name\"/>");
	has(text, "name=\"http.ping\">\n<failure type=\"fail\" message=\"HTTP 404\">what: the ping is answered\nseen: HTTP 404\nwhy: the PSP sends one\n"
		  "fix: route the path to the gate\n</failure>");
	assert_null(strstr(text, "s3cr3t"));
	assert_true(well_formed());
}

static void a_warning_fails_only_where_it_is_strict(void **state)
{
	(void)state;
	has(report(&warned, false), "failures=\"0\"");
	has(buf_str(&out), "<system-out>warn: TLS 1.0 agreed\n");
	has(report(&warned, true), "failures=\"1\"");
	has(buf_str(&out), "<failure type=\"warn\" message=\"TLS 1.0 agreed\">");
	assert_true(well_formed());
}

static void any_bytes_give_xml(void **state)
{
	static const char *const texts[] = { HOSTILE, BROKEN, "]]>", "&#0;", "\357\277\276", "" };
	struct finding one;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct findings f = hostile(&one, texts[i]);

		assert_true(tame(report(&f, false)));
		assert_true(well_formed());
		one.severity = SEVERITY_NOTE;
		report(&f, false);
		assert_true(well_formed());
	}
	/* the judge of all this would see it */
	buf_puts(&out, "\001");
	assert_false(well_formed());
}

static void nothing_found_is_a_suite_too(void **state)
{
	const struct findings none = { 0 };

	(void)state;
	has(report(&none, true), "tests=\"0\"");
	assert_true(well_formed() && well.count == 1);
}

static int end(void **state)
{
	(void)state;
	buf_free(&out);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_one_suite_with_a_case_a_finding),
		cmocka_unit_test(a_warning_fails_only_where_it_is_strict),
		cmocka_unit_test(any_bytes_give_xml),
		cmocka_unit_test(nothing_found_is_a_suite_too),
	};

	return cmocka_run_group_tests(tests, NULL, end);
}
