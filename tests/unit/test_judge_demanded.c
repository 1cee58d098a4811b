/* check/judge_client.c where the PSP shows no certificate, or need not. */
#include "judge_scene.h"

static void a_certificate_demanded_fails_at_bs2_and_warns_with_skip_mtls(void **state)
{
	const struct reply how[] = { NGINX_NONE, alert("tlsv13 alert certificate required"), alert("handshake failure"), ended(END_CLOSED) };
	static const enum mode modes[] = { MODE_EFI_SKIP, MODE_BS2, MODE_BS2_INDIRECT };

	(void)state;
	for (size_t m = 0; m < 3; m++)
		for (size_t n = 0; n < sizeof how / sizeof *how; n++) {
			struct scene x;

			healthy(&x, modes[m]);
			x.s.asked = true;
			for (int w = 0; w < WHOS; w++)
				both(&x, (enum who)w, how[n]);
			for (int q = 0; q < REQUESTS; q++)
				x.s.request[q] = how[n];
			x.s.tries = 0;
			expect(&x, m ? "client.demanded:fail" : "client.demanded:warn");
		}
}

static void asked_but_not_demanded_is_well_unless_efis_own_is_refused(void **state)
{
	static char production[] = PIN_PRODUCTION, shop[] = "CN=The shop's staff";
	struct scene x;

	(void)state;
	healthy(&x, MODE_EFI_SKIP);
	x.s.asked = true;
	expect(&x, "");
	x.s.name_count = 1;
	x.s.names[0] = shop;
	expect(&x, "");
	both(&x, WHO_FOREIGN, NGINX_BAD);
	expect(&x, "client.demanded:warn");
	x.s.names[0] = production;
	expect(&x, "client.demanded:warn");
	x.t.env = &x.t.psp->envs[0];
	expect(&x, "");
}

MAIN("judge_demanded",
	cmocka_unit_test(a_certificate_demanded_fails_at_bs2_and_warns_with_skip_mtls),
	cmocka_unit_test(asked_but_not_demanded_is_well_unless_efis_own_is_refused))
