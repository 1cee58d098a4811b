#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "emul/proof.h"
#include "lib/text.h"

#include <cmocka.h>

static const char *authorization;
static struct bank bank = { .client_id = "loja" };

static const char *header(const struct front_request *r, const char *name)
{
	(void)r;
	return strcmp(name, "Authorization") ? NULL : authorization;
}

static const struct front_request request = { .header = header };

static const char *proof(const char *value, const char *way)
{
	authorization = value;
	return proof_of(&request, way);
}

static bool basic(const char *pair, size_t len)
{
	char code[2048], value[2100];

	assert_true(text_base64(pair, len, code, sizeof code));
	snprintf(value, sizeof value, "Basic %s", code);
	authorization = value;
	return proof_basic(&bank, &request);
}

static int make(void **state)
{
	(void)state;
	secret_set(&bank.client_secret, "abre-te", 7);
	return 0;
}

static void the_word_before_the_proof_counts_in_any_case(void **state)
{
	(void)state;
	assert_string_equal(proof("Bearer abc", "Bearer"), "abc");
	assert_string_equal(proof("bEARER abc", "Bearer"), "abc");
	assert_null(proof("Basic abc", "Bearer"));
	assert_null(proof("Bearerabc", "Bearer"));
	assert_null(proof("Bearer", "Bearer"));
	assert_null(proof(NULL, "Bearer"));
}

static void the_pair_must_be_the_accounts(void **state)
{
	(void)state;
	assert_true(basic("loja:abre-te", 12));
	assert_false(basic("loja:abre-t", 11));
	assert_false(basic("loj:abre-te", 11));
	assert_false(basic("loja", 4));
	assert_false(basic("loja:abre-te\0x", 14));	/* what stands behind a NUL is not overlooked */
	authorization = "Basic ***";
	assert_false(proof_basic(&bank, &request));
	authorization = "Bearer bG9qYTphYnJlLXRl";
	assert_false(proof_basic(&bank, &request));
}

static void a_pair_that_is_too_long_is_none(void **state)
{
	char pair[1200];

	(void)state;
	memset(pair, 'a', sizeof pair);
	memcpy(pair, "loja:", 5);
	assert_false(basic(pair, sizeof pair));
}

static void a_word_is_found_whole_alone(void **state)
{
	(void)state;
	assert_true(proof_has("cob.read cob.write", "cob.write"));
	assert_true(proof_has("xcob.read cob.read", "cob.read"));
	assert_false(proof_has("xcob.read cob.reader", "cob.read"));
	assert_false(proof_has("cob.read", ""));
	assert_false(proof_has("", "cob.read"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_word_before_the_proof_counts_in_any_case),
		cmocka_unit_test(the_pair_must_be_the_accounts),
		cmocka_unit_test(a_pair_that_is_too_long_is_none),
		cmocka_unit_test(a_word_is_found_whole_alone),
	};

	return cmocka_run_group_tests(tests, make, NULL);
}
