#include "judge_scene.h"

static void nothing_that_proves_the_psp_is_a_failure(void **state)
{
	struct scene x;

	(void)state;
	healthy(&x, MODE_EFI_SKIP);
	x.t.secret = x.t.query = "";
	x.t.authorization = "Basic eA==";	/* Efí has no such thing */
	expect(&x, "secret.none:fail");
	healthy(&x, MODE_BS2);
	expect(&x, "");
	x.t.authorization = "";
	expect(&x, "secret.none:fail");
	x.t.secret = "0123456789abcdef";
	expect(&x, "");
	healthy(&x, MODE_BS2_INDIRECT);
	x.t.authorization = "";
	expect(&x, "secret.none:fail");
	/* the certificate is proof enough */
	healthy(&x, MODE_BACEN);
	x.t.secret = x.t.query = "";
	expect(&x, "");
	healthy(&x, MODE_EFI_MTLS);
	x.t.secret = x.t.query = "";
	expect(&x, "");
}

static void a_secret_that_nobody_looks_at_is_one_finding(void **state)
{
	static const enum mode modes[] = { MODE_EFI_MTLS, MODE_EFI_SKIP, MODE_BACEN };

	(void)state;
	for (size_t m = 0; m < 3; m++) {
		struct scene x;

		healthy(&x, modes[m]);
		x.s.request[REQ_BAD_SECRET] = GATE;
		expect(&x, "secret.wrong:fail");
		x.s.request[REQ_NO_SECRET] = GATE;
		expect(&x, "secret.missing:fail");
		x.s.request[REQ_BAD_SECRET] = GATE_403;
		expect(&x, "secret.missing:fail");
		x.s.request[REQ_NO_SECRET] = ended(END_TIMEOUT);
		expect(&x, "");
		x.t.secret = "";	/* none to look at */
		x.s.request[REQ_NO_SECRET] = x.s.request[REQ_BAD_SECRET] = GATE;
		expect(&x, modes[m] == MODE_EFI_SKIP ? "secret.none:fail" : "");
	}
}

static void credentials_that_nobody_looks_at_are_one_finding(void **state)
{
	static const enum mode modes[] = { MODE_BS2, MODE_BS2_INDIRECT };

	(void)state;
	for (size_t m = 0; m < 2; m++) {
		struct scene x;

		healthy(&x, modes[m]);
		x.s.request[REQ_BAD_AUTH] = GATE;
		expect(&x, "auth.wrong:fail");
		x.s.request[REQ_NO_AUTH] = GATE;
		expect(&x, "auth.missing:fail");
		x.t.authorization = "";
		x.t.secret = "s";
		expect(&x, "");
	}
	assert_string_equal(check_find("auth.wrong")->id, "auth.wrong");
}

MAIN("judge_secret",
	cmocka_unit_test(nothing_that_proves_the_psp_is_a_failure),
	cmocka_unit_test(a_secret_that_nobody_looks_at_is_one_finding),
	cmocka_unit_test(credentials_that_nobody_looks_at_are_one_finding))
