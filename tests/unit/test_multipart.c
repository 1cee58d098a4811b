/* One file out of a form, from whatever bytes come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "emul/multipart.h"

#include <cmocka.h>

#define TYPE "multipart/form-data; boundary=xyz"
#define HEAD "Content-Disposition: form-data; name=\"f\"; filename=\"a.cer\"\r\nContent-Type: text/plain\r\n\r\n"

static struct part p;

static bool read_it(const char *type, const char *body)
{
	/* of its exact size: a byte behind it is found out by the sanitizers */
	size_t len = strlen(body);
	char *copy = malloc(len ? len : 1);
	bool ok;

	memcpy(copy, body, len);
	memset(&p, 0, sizeof p);
	ok = multipart_part(type, copy, len, "f", &p);
	if (ok)
		p.data = body + (p.data - copy);
	free(copy);
	return ok;
}

static void is(const char *data, const char *file)
{
	assert_int_equal(p.len, strlen(data));
	assert_memory_equal(p.data, data, p.len);
	assert_string_equal(p.file, file);
}

static void a_part_is_found_by_its_name(void **unused)
{
	(void)unused;
	assert_true(read_it(TYPE, "--xyz\r\n" HEAD "one\r\ntwo\r\n--xyz--\r\n"));
	is("one\r\ntwo", "a.cer");
	assert_true(read_it(TYPE, "preamble\r\n--xyz\r\nContent-Disposition: form-data; name=\"g\"\r\n\r\nno\r\n--xyz\r\n" HEAD "yes\r\n--xyz--"));
	is("yes", "a.cer");
	assert_true(read_it(TYPE, "--xyz\r\n" HEAD "\r\n--xyz--"));
	is("", "a.cer");
}

static void headers_are_read_as_they_may_be_written(void **unused)
{
	(void)unused;
	assert_true(read_it("Multipart/Form-Data; charset=utf-8; boundary=\"x y\"", "--x y\r\ncontent-disposition:form-data;filename=b.cer;name=f\r\n\r\n1\r\n--x y--"));
	is("1", "b.cer");
	assert_true(read_it(TYPE, "--xyz\r\nContent-Disposition: form-data; filename=\"a\\\"b; name=g.cer\" ; name=\"f\"\r\n\r\n1\r\n--xyz--"));
	is("1", "a\"b; name=g.cer");
	assert_true(read_it(TYPE, "--xyz\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\n1\r\n--xyz--"));
	is("1", "");
}

static void two_parts_of_a_name_are_none(void **unused)
{
	(void)unused;
	assert_false(read_it(TYPE, "--xyz\r\n" HEAD "1\r\n--xyz\r\n" HEAD "2\r\n--xyz--"));
}

static void what_is_no_form_is_refused(void **unused)
{
	static const char *const types[] = { "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"x", "text/plain; boundary=xyz",
		"multipart/form-data; boundary=xyz1234567890123456789012345678901234567890123456789012345678901234567890", "" };
	static const char *const bodies[] = { "", "--", "--xyz", "--xyz\r", "--xyz\r\n", "--xyz--", "--xyz\r\n--xyz--", "--xyz\r\n\r\n\r\n--xyz--", "--xyz\r\n" HEAD "1",
		"--xyz\r\n" HEAD "1\r\n--xyz", "--xyz\r\n" HEAD "1\r\n--xyz-", "--xyzz\r\n" HEAD "1\r\n--xyz--", "--xyz\r\n" HEAD "1--xyz--",
		"--xyz\n" HEAD "1\r\n--xyz--", "--xyz\r\nContent-Disposition: form-data; name=\"f\r\n\r\n1\r\n--xyz--",
		"--xyz\r\nContent-Disposition: attachment; name=\"f\"\r\n\r\n1\r\n--xyz--", "--xyz\r\nContent-Disposition: form-data; name=\"ff\"\r\n\r\n1\r\n--xyz--" };

	(void)unused;
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		assert_false(read_it(types[i], "--xyz\r\n" HEAD "1\r\n--xyz--"));
	assert_false(read_it(NULL, "--xyz\r\n" HEAD "1\r\n--xyz--"));
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
		if (read_it(TYPE, bodies[i]))
			fail_msg("%s", bodies[i]);
}

static void a_header_has_a_ceiling(void **unused)
{
	char body[4096] = "--xyz\r\nX: ";

	(void)unused;
	memset(body + strlen(body), 'x', 1100);
	strcat(body, "\r\n" HEAD "1\r\n--xyz--");
	assert_false(read_it(TYPE, body));
}

/* A good form cut off at every place, and with every byte changed, is read or refused, nothing else. */
static void any_bytes_are_borne(void **unused)
{
	static const char good[] = "--xyz\r\n" HEAD "one\r\n--xyz--\r\n";
	char body[sizeof good];

	(void)unused;
	for (size_t i = 0; i < sizeof good - 1; i++) {
		memcpy(body, good, sizeof good);
		body[i] = '\0';
		read_it(TYPE, body);
		for (const char *c = "\r\n-\";="; *c; c++) {
			memcpy(body, good, sizeof good);
			body[i] = *c;
			read_it(TYPE, body);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_part_is_found_by_its_name),
		cmocka_unit_test(headers_are_read_as_they_may_be_written),
		cmocka_unit_test(two_parts_of_a_name_are_none),
		cmocka_unit_test(what_is_no_form_is_refused),
		cmocka_unit_test(a_header_has_a_ceiling),
		cmocka_unit_test(any_bytes_are_borne),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
