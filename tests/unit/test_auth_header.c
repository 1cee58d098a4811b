/* The Authorization header: Basic and Bearer. */
#include "tests/unit/test_auth.h"

#include "lib/limits.h"

static enum proof with_header(struct ask *a, const char *name, const char *header)
{
	a->req.authorization = header;
	return check(a, name);
}

static void basic_is_user_and_password_as_a_whole(void **state)
{
	/* "caixa:P4-xy" */
	static const char *const bad[] = {
		"Basic Y2FpeGE6UDQteHo=", "Basic Y2FpeGE6UDQteHkK", "Basic Y2FpeGE6", "Basic", "Basic ", "BasicY2FpeGE6UDQteHk=", "Basic Y2FpeGE6UDQteHk",
		"Basic caixa:P4-xy", "Bearer Y2FpeGE6UDQteHk=", "Basic Y2FpeGE6UDQteHk= x", "Digest Y2FpeGE6UDQteHk=", "Basic ====",
	};
	struct ask a;

	(void)state;
	begin(&a);
	secret_set(&a.door.basic, "caixa:P4-xy", 11);
	a.door.has_basic = true;
	assert_int_equal(with_header(&a, "basic", "Basic Y2FpeGE6UDQteHk="), PROOF_GOOD);
	assert_int_equal(with_header(&a, "basic", "bASIC   Y2FpeGE6UDQteHk="), PROOF_GOOD);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		if (with_header(&a, "basic", bad[i]) != PROOF_BAD)
			fail_msg("taken: '%s'", bad[i]);
		assert_string_not_equal(a.v.detail, "");
	}
	assert_int_equal(with_header(&a, "basic", ""), PROOF_BAD);
	assert_string_equal(a.v.detail, "no Authorization header: is it forwarded?");
	assert_int_equal(check(&a, "bearer"), PROOF_ABSENT);
}

static void a_long_basic_is_refused(void **state)
{
	char header[2 * LIMIT_SECRET] = "Basic ";
	struct ask a;

	(void)state;
	begin(&a);
	secret_set(&a.door.basic, "a:b", 3);
	a.door.has_basic = true;
	memset(header + 6, 'A', 700);
	assert_int_equal(with_header(&a, "basic", header), PROOF_BAD);
	assert_non_null(strstr(a.v.detail, "too long"));
}

static void bearer_is_the_token_exactly(void **state)
{
	static const char *const bad[] = { "Bearer tk-8", "Bearer tk-88a", "Bearer TK-88", "Bearer", "Bearer ", "Bearertk-88", "Basic tk-88", "tk-88", "Bearer tk-88 " };
	struct ask a;

	(void)state;
	begin(&a);
	secret_set(&a.door.bearer, "tk-88", 5);
	a.door.has_bearer = true;
	assert_int_equal(with_header(&a, "bearer", "Bearer tk-88"), PROOF_GOOD);
	assert_int_equal(with_header(&a, "bearer", "bearer tk-88"), PROOF_GOOD);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (with_header(&a, "bearer", bad[i]) != PROOF_BAD)
			fail_msg("taken: '%s'", bad[i]);
	assert_int_equal(with_header(&a, "bearer", ""), PROOF_BAD);
	assert_string_equal(a.v.detail, "no Authorization header: is it forwarded?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(basic_is_user_and_password_as_a_whole),
		cmocka_unit_test(a_long_basic_is_refused),
		cmocka_unit_test(bearer_is_the_token_exactly),
	};

	return cmocka_run_group_tests_name("auth_header", tests, NULL, NULL);
}
