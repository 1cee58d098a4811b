#include "judge_scene.h"

static void a_url_that_is_not_registered_is_a_warning_where_it_was_asked(void **state)
{
	(void)state;
	for (int mode = 0; mode < MODES; mode++) {
		struct scene x;

		healthy(&x, (enum mode)mode);
		assert_true(is_ok(&x, "psp.registered"));
		x.s.registered = false;
		x.s.only_txid = x.s.other_account = true;	/* of another URL */
		expect(&x, "psp.registered:warn");
		snprintf(x.s.registration_why, sizeof x.s.registration_why, "no credentials");
		expect(&x, "psp.registered:note");
		seen_says(&x, "psp.registered", "no credentials");
		x.s.registration_asked = false;
		expect(&x, "");
	}
}

static void bs2_with_txid_alone_or_another_account_is_a_failure(void **state)
{
	struct scene x;

	(void)state;
	healthy(&x, MODE_BS2);
	x.s.only_txid = true;
	expect(&x, "psp.txid:fail");
	x.s.only_txid = false;
	x.s.other_account = true;
	expect(&x, "psp.account:fail");
	healthy(&x, MODE_EFI_SKIP);
	x.s.only_txid = x.s.other_account = true;
	expect(&x, "");
}

static void another_certificate_than_the_uploaded_one_is_a_failure(void **state)
{
	static const enum mode modes[] = { MODE_BS2, MODE_BS2_INDIRECT };

	(void)state;
	for (size_t m = 0; m < 2; m++) {
		struct scene x;

		healthy(&x, modes[m]);
		assert_true(is_ok(&x, "psp.uploaded"));
		memset(x.s.uploaded, 'A', 64);
		expect(&x, "");
		x.s.uploaded[63] = 'b';
		expect(&x, "psp.uploaded:fail");
		*x.s.uploaded = '\0';
		expect(&x, "psp.uploaded:note");
		healthy(&x, modes[m]);
		x.s.chain = (struct cert_list){ 0 };
		assert_false(is_ok(&x, "psp.uploaded"));
		healthy(&x, modes[m]);
		*x.s.uploaded = '\0';
		x.s.registration_asked = false;	/* an URL that no hook has */
		expect(&x, "");
		/* one address has it: what is wrong is that they differ */
		healthy(&x, modes[m]);
		memset(x.s.uploaded, 'b', 64);
		x.s.addresses = 2;
		x.s.address[1] = x.s.address[0];
		memset(x.s.address[1].leaf, 'b', 64);
		expect(&x, "cert.same:fail");
	}
}

MAIN("judge_psp",
	cmocka_unit_test(a_url_that_is_not_registered_is_a_warning_where_it_was_asked),
	cmocka_unit_test(bs2_with_txid_alone_or_another_account_is_a_failure),
	cmocka_unit_test(another_certificate_than_the_uploaded_one_is_a_failure))
