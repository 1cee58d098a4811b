#include "judge_scene.h"

static void a_name_that_does_not_resolve_is_all_there_is_to_say(void **state)
{
	(void)state;
	for (int mode = 0; mode < MODES; mode++) {
		struct scene x = { .s = { .lookup = "no such host" } };
		struct scene full;

		healthy(&full, (enum mode)mode);
		x.t = full.t;
		expect(&x, "dns.name:fail");
		assert_int_equal(judged(&x), 1);
		seen_says(&x, "dns.name", "pix.example.com does not resolve: no such host");
	}
}

static void an_address_that_takes_no_connection_is_all_there_is_to_say(void **state)
{
	(void)state;
	for (int mode = 0; mode < MODES; mode++) {
		struct scene x = { .s = { .resolved = true, .addresses = 1 } }, full;

		healthy(&full, (enum mode)mode);
		x.t = full.t;
		x.s.address[0] = (struct seen_address){ .fail = TLS_NO_CONNECTION, .why = "Connection refused" };
		expect(&x, "tcp.connect:fail");
		assert_int_equal(judged(&x), 2);
		seen_says(&x, "tcp.connect", "Connection refused");
		x.s.address[0].fail = TLS_NO_ROUTE;
		expect(&x, "tcp.connect:fail");
	}
}

static void some_addresses_that_take_none_are_a_warning_but_not_this_machine_without_ipv6(void **state)
{
	struct scene x;

	(void)state;
	healthy(&x, MODE_EFI_SKIP);
	x.s.addresses = 2;
	x.s.address[1] = (struct seen_address){ .fail = TLS_NO_CONNECTION };
	ip_parse("2001:db8::1", 11, &x.s.address[1].ip);
	expect(&x, "tcp.connect:warn");
	seen_says(&x, "tcp.connect", "1 of 2 addresses take no connection at port 443: 2001:db8::1");
	x.s.address[1].fail = TLS_NO_ROUTE;
	expect(&x, "");
	ip_parse("192.0.2.2", 9, &x.s.address[1].ip);
	expect(&x, "tcp.connect:warn");
}

static void what_speaks_no_tls_is_all_there_is_to_say(void **state)
{
	static const enum tls_fail how[] = { TLS_NO_TLS, TLS_ALERT, TLS_CLOSED, TLS_BROKEN, TLS_TIMEOUT };

	(void)state;
	for (int mode = 0; mode < MODES; mode++)
		for (size_t i = 0; i < sizeof how / sizeof *how; i++) {
			struct scene x = { .s = { .resolved = true, .addresses = 1 } }, full;

			healthy(&full, (enum mode)mode);
			x.t = full.t;
			x.s.address[0] = (struct seen_address){ .connected = true, .fail = how[i], .why = "how" };
			for (int v = TLS_1_0; v < TLS_VERSIONS; v++)
				x.s.version[v] = (struct seen_version){ .tried = true, .fail = how[i], .alert = "internal error" };
			for (int w = 0; w < WHOS; w++)
				both(&x, (enum who)w, ended(END_NO_TLS));
			x.s.plain = http(200, "shop");
			expect(&x, "tls.speaks:fail");
			assert_int_equal(judged(&x), 3);
			x.s.asked = true;	/* a certificate, and breaks all the same */
			x.s.resumed = x.s.crossed = GATE;
			expect(&x, "tls.speaks:fail");
			assert_int_equal(judged(&x), 3);
		}
}

static void one_address_without_tls_among_good_ones_is_a_warning(void **state)
{
	struct scene x;

	(void)state;
	healthy(&x, MODE_EFI_SKIP);
	x.s.addresses = 2;
	x.s.address[1] = (struct seen_address){ .connected = true, .fail = TLS_NO_TLS };
	expect(&x, "tls.speaks:warn");
}

static void a_client_certificate_demanded_in_the_handshake_is_no_lack_of_tls(void **state)
{
	struct scene x;

	(void)state;
	healthy(&x, MODE_EFI_MTLS);
	x.s.version[TLS_1_2] = (struct seen_version){ .tried = true, .fail = TLS_ALERT, .alert = "handshake failure" };
	x.s.client[WHO_NONE][0] = alert("handshake failure");
	expect(&x, "");
	/* and of a server that speaks TLS 1.2 alone */
	x.s.version[TLS_1_3] = (struct seen_version){ .tried = true, .fail = TLS_ALERT, .alert = "protocol version" };
	for (int w = 0; w < WHOS; w++)
		x.s.client[w][1] = alert("protocol version");
	x.s.address[0].fail = TLS_ALERT;
	expect(&x, "");
	seen_says(&x, "tls.version", "TLS 1.2");
}

static void bs2_needs_tls_1_2_and_others_take_1_3_alone(void **state)
{
	(void)state;
	for (int mode = 0; mode < MODES; mode++) {
		bool bs2 = mode == MODE_BS2 || mode == MODE_BS2_INDIRECT;
		struct scene x;

		healthy(&x, (enum mode)mode);
		x.s.version[TLS_1_2] = (struct seen_version){ .tried = true, .fail = TLS_ALERT, .alert = "protocol version" };
		for (int w = 0; w < WHOS; w++)
			x.s.client[w][0] = ended(END_UNTRIED);
		expect(&x, bs2 ? "tls.version:fail" : "");
		if (bs2)
			seen_says(&x, "tls.version", "TLS 1.2: handshake refused, protocol version; TLS 1.3 works");
	}
}

static void tls_1_1_alone_is_one_finding_and_besides_the_newer_ones_another(void **state)
{
	struct scene x, old;

	(void)state;
	healthy(&x, MODE_EFI_SKIP);
	x.s.version[TLS_1_1].agreed = x.s.version[TLS_1_0].agreed = true;
	expect(&x, "tls.old:warn");
	seen_says(&x, "tls.old", "TLS 1.0 and 1.1 are still taken");
	healthy(&old, MODE_EFI_SKIP);
	x = (struct scene){ .t = old.t, .s = { .resolved = true, .addresses = 1 } };
	x.s.address[0] = (struct seen_address){ .connected = true, .fail = TLS_ALERT, .why = "protocol version" };
	for (int v = TLS_1_0; v < TLS_VERSIONS; v++)
		x.s.version[v] = (struct seen_version){ .tried = true, .agreed = v == TLS_1_1, .fail = v == TLS_1_1 ? TLS_AGREED : TLS_ALERT, .alert = "protocol version" };
	expect(&x, "tls.version:fail");
}

MAIN("judge_reach",
	cmocka_unit_test(a_name_that_does_not_resolve_is_all_there_is_to_say),
	cmocka_unit_test(an_address_that_takes_no_connection_is_all_there_is_to_say),
	cmocka_unit_test(some_addresses_that_take_none_are_a_warning_but_not_this_machine_without_ipv6),
	cmocka_unit_test(what_speaks_no_tls_is_all_there_is_to_say),
	cmocka_unit_test(one_address_without_tls_among_good_ones_is_a_warning),
	cmocka_unit_test(a_client_certificate_demanded_in_the_handshake_is_no_lack_of_tls),
	cmocka_unit_test(bs2_needs_tls_1_2_and_others_take_1_3_alone),
	cmocka_unit_test(tls_1_1_alone_is_one_finding_and_besides_the_newer_ones_another))
