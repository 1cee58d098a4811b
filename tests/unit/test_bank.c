/* Whose API a path is of, and whose callback a kind. */
#include "tests/unit/bs2_scene.h"

static unsigned answered(const char *path)
{
	struct front_request r = { .method = "GET", .path = path, .query = "", .body = "", .header = header };
	struct front_answer a = { .body = BUF(LIMIT_BODY) };

	auth[0] = '\0';
	bank_handle(&bank, &r, &a);
	buf_free(&a.body);
	return a.status;
}

static void a_path_that_begins_as_bs2s_is_bs2s_and_any_other_efis(void **unused)
{
	(void)unused;
	assert_int_equal(answered(HOOK), 401);
	assert_int_equal(answered(INDIRECT), 401);
	assert_int_equal(answered(TOKEN), 405);
	assert_int_equal(answered("/pix/direto"), 0);	/* Efí drops who shows no certificate */
	assert_int_equal(answered("/v2/webhook"), 0);
	assert_int_equal(answered("/"), 0);
}

static void a_kind_has_its_suffix_and_its_psp(void **unused)
{
	(void)unused;
	assert_string_equal(bank_kind_find("rec")->suffix, "/rec");
	assert_string_equal(bank_kind_find("rec")->psp->name, "efi");
	assert_null(bank_kind_find("rec")->psp->leaf);
	assert_string_equal(bank_kind_find("bs2")->suffix, "");
	assert_int_equal(bank_kind_find("bs2")->psp->patience_ms, 1000);
	assert_string_equal(bank_kind_find("bs2-indirect")->psp->leaf, "bs2-indirect.crt");
	assert_int_equal(bank_kind_find("bs2-indirect")->psp->patience_ms, 300);
	assert_null(bank_kind_find("bs"));
	assert_null(bank_kind_find(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_path_that_begins_as_bs2s_is_bs2s_and_any_other_efis),
		TEST(a_kind_has_its_suffix_and_its_psp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
