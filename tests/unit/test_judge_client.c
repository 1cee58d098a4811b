#include "judge_scene.h"

static const enum mode mutuals[] = { MODE_EFI_MTLS, MODE_BACEN };
#define EACH_MUTUAL(i) for (size_t i = 0; i < 2; i++)

static void what_tells_nothing_of_strangers_is_not_judged(void **state)
{
	static const char *const ids[] = { "client.none", "client.self", "client.foreign", "client.expired" };
	struct scene x;

	(void)state;
	healthy(&x, MODE_EFI_MTLS);
	all_strangers(&x, ended(END_TIMEOUT));
	for (size_t i = 0; i < 4; i++)
		assert_false(is_ok(&x, ids[i]));
	all_strangers(&x, http(502, ""));	/* whom the gate would have refused, nobody knows */
	for (size_t i = 0; i < 4; i++)
		assert_false(is_ok(&x, ids[i]));
	/* closed to everybody, the right one too */
	for (int w = 0; w < WHOS; w++)
		both(&x, (enum who)w, ended(END_CLOSED));
	x.s.request[REQ_PING] = ended(END_CLOSED);
	for (size_t i = 0; i < 4; i++)
		assert_false(is_ok(&x, ids[i]));
	expect(&x, "http.speaks:fail");
}

static void a_page_that_speaks_of_certificates_is_no_refusal(void **state)
{
	struct scene x;

	(void)state;
	healthy(&x, MODE_EFI_SKIP);
	x.s.request[REQ_PING] = http(200, "our SSL certificate is new");
	expect(&x, "http.body:warn");
	x.s.request[REQ_PING] = http(502, "no SSL certificate");
	expect(&x, "http.ping:fail");
	healthy(&x, MODE_EFI_MTLS);
	both(&x, WHO_RIGHT, http(200, "our SSL certificate is new"));
	x.s.request[REQ_PING] = x.s.client[WHO_RIGHT][0];
	expect(&x, "http.body:warn");
	healthy(&x, MODE_BS2);
	both(&x, WHO_NONE, ended(END_TIMEOUT));
	x.s.request[REQ_PING] = ended(END_TIMEOUT);
	assert_false(is_ok(&x, "client.demanded"));
}

static void every_kind_of_refusal_is_well(void **state)
{
	(void)state;
	EACH_MUTUAL(i) {
		struct scene x;

		healthy(&x, mutuals[i]);
		expect(&x, "");
		assert_true(is_ok(&x, "client.none") && is_ok(&x, "client.right") && is_ok(&x, "client.same"));
		/* nginx, a location's own 403 */
		both(&x, WHO_NONE, NGINX_403);
		expect(&x, "");
		/* Apache and lighttpd: in the handshake, and on the first read */
		all_strangers(&x, alert("tlsv1 alert unknown ca"));
		x.s.client[WHO_NONE][0] = alert("sslv3 alert handshake failure");
		x.s.client[WHO_NONE][1] = alert("tlsv13 alert certificate required");
		expect(&x, "");
		/* Caddy with TLS 1.3 may just close */
		x.s.client[WHO_NONE][1] = ended(END_CLOSED);
		expect(&x, "");
		assert_true(is_ok(&x, "client.none"));
		/* lighttpd's auth.require */
		all_strangers(&x, http(401, ""));
		expect(&x, "");
	}
}

static void without_the_right_certificate_that_is_a_note_and_nothing_of_http_is_judged(void **state)
{
	(void)state;
	EACH_MUTUAL(i) {
		char text[256];
		struct scene x;

		healthy(&x, mutuals[i]);
		both(&x, WHO_RIGHT, ended(END_UNTRIED));
		for (int r = 0; r < REQUESTS; r++)
			x.s.request[r] = NGINX_NONE;
		x.s.tries = 0;
		expect(&x, "client.right:note");
		seen_says(&x, "client.right", "not tried: --client-cert FILE with the emulator's or the sandbox's certificate would");
		assert_string_equal(text_of(&x, "http.ping", false, text, sizeof text), "");
		assert_string_equal(text_of(&x, "secret.missing", false, text, sizeof text), "");
		assert_string_equal(text_of(&x, "http.redirect", false, text, sizeof text), "");
	}
}

static void somebody_in_between_is_all_there_is_to_say(void **state)
{
	static const char *const signs[] = { "cf-ray: 8f1c2d3e4f5a6b7c-GRU", "x-amzn-requestid: 1", "via: 1.1 vegur" };

	(void)state;
	EACH_MUTUAL(i)
		for (size_t sign = 0; sign < 4; sign++)
			for (int refused = 0; refused < 2; refused++) {
				struct scene x;
				struct reply r = refused ? NGINX_NONE : GATE;

				healthy(&x, mutuals[i]);
				x.s.asked = false;
				x.s.name_count = 0;
				if (sign < 3)
					snprintf(r.via, sizeof r.via, "%s", signs[sign]);
				else
					snprintf(r.server, sizeof r.server, "cloudflare");
				for (int w = 0; w < WHOS; w++)
					both(&x, (enum who)w, r);
				for (int q = 0; q < REQUESTS; q++)
					if (refused)
						x.s.request[q] = r;
				expect(&x, "client.between:fail");
				seen_says(&x, "client.between", sign < 3 ? signs[sign] : "cloudflare");
			}
}

static void a_front_that_asks_for_the_certificate_and_caddys_own_via_are_well(void **state)
{
	struct scene x;
	struct reply r = GATE;

	(void)state;
	healthy(&x, MODE_EFI_MTLS);
	snprintf(r.via, sizeof r.via, "cf-ray: 1");
	both(&x, WHO_RIGHT, r);
	expect(&x, "");
	healthy(&x, MODE_EFI_MTLS);
	snprintf(r.via, sizeof r.via, "via: 1.1 Caddy");
	x.s.asked = false;
	for (int w = 0; w < WHOS; w++)
		both(&x, (enum who)w, r);
	expect(&x, "client.asked:fail");
}

static void not_asked_is_one_finding_let_in_or_refused(void **state)
{
	(void)state;
	EACH_MUTUAL(i) {
		struct scene x;

		for (int refused = 0; refused < 2; refused++) {
			healthy(&x, mutuals[i]);
			x.s.asked = false;
			x.s.name_count = 0;
			for (int w = 0; w < WHOS; w++)
				both(&x, (enum who)w, refused ? GATE_403 : GATE);
			x.s.resumed = x.s.crossed = refused ? GATE_403 : GATE;
			x.s.resumed.resumed = true;
			if (refused)
				for (int q = 0; q < REQUESTS; q++)
					x.s.request[q] = GATE_403;
			expect(&x, "client.asked:fail");
			seen_says(&x, "client.asked", refused ? "HTTP 403" : "HTTP 200");
		}
		/* Apache asks within a Location, after the handshake: the right one gets in, a stranger does not */
		healthy(&x, mutuals[i]);
		x.s.asked = false;
		x.s.name_count = 0;
		both(&x, WHO_NONE, alert("handshake failure"));
		expect(&x, "");
	}
}

static void names_of_another_ca_are_told_and_of_the_other_environment_by_name(void **state)
{
	static char production[] = PIN_PRODUCTION, foreign[] = "CN=api-pix.gerencianet.com.br,C=BR", root[] = "CN=Efi Pay Root CA,C=BR",
		lookalike[] = "CN=webhook-h.efipay.com.br.example.org";
	struct scene x;

	(void)state;
	healthy(&x, MODE_EFI_MTLS);
	x.s.names[0] = production;
	both(&x, WHO_RIGHT, NGINX_BAD);
	expect(&x, "client.names:fail");
	seen_says(&x, "client.names", "that is the CA of production, and this is sandbox");
	both(&x, WHO_RIGHT, ended(END_UNTRIED));
	expect(&x, "client.names:fail");
	x.s.names[0] = foreign;
	expect(&x, "client.names:fail");
	seen_says(&x, "client.names", "CN=api-pix.gerencianet.com.br");
	x.s.names[0] = lookalike;
	expect(&x, "client.names:fail");
	/* the right one among others, in any place and case */
	x.s.names[1] = (char *)"C=BR,CN=WEBHOOK-H.efipay.com.br";
	x.s.name_count = 2;
	both(&x, WHO_RIGHT, GATE);
	expect(&x, "");
	/* where more are announced than were kept, it may be among them */
	x.s.names[1] = NULL;
	x.s.name_count = SEEN_NAMES + 1;
	expect(&x, "");
	healthy(&x, MODE_EFI_MTLS);
	x.s.names[0] = root;
	expect(&x, "client.names:note");
	x.s.name_count = 0;
	expect(&x, "client.names:note");
	/* whose CA it is, nobody told: nothing to compare with */
	healthy(&x, MODE_BACEN);
	x.s.names[0] = foreign;
	expect(&x, "");
	x.t.pin = "issuer:CN=psp.example.com";
	both(&x, WHO_RIGHT, NGINX_BAD);
	expect(&x, "client.names:fail");
	x.t.pin = "issuer:CN=api-pix.gerencianet.com.br";
	expect(&x, "client.right:fail");
}

static void let_in_without_a_certificate_hides_what_else_gets_in(void **state)
{
	(void)state;
	EACH_MUTUAL(i)
		for (int version = 0; version < 3; version++) {
			struct scene x;

			healthy(&x, mutuals[i]);
			all_strangers(&x, GATE);
			x.s.resumed = x.s.crossed = GATE;
			x.s.resumed.resumed = true;
			if (version < 2)
				x.s.client[WHO_NONE][version] = NGINX_NONE;
			expect(&x, "client.none:fail");
		}
}

static void a_redirect_is_no_refusal_unless_everybody_is_redirected(void **state)
{
	struct scene x;
	struct reply r = http(302, "");

	(void)state;
	snprintf(r.location, sizeof r.location, "https://pix.example.com/login?next=***");
	healthy(&x, MODE_EFI_MTLS);
	both(&x, WHO_NONE, r);
	expect(&x, "client.none:warn");
	seen_says(&x, "client.none", "https://pix.example.com/login");
	both(&x, WHO_RIGHT, r);
	x.s.request[REQ_PING] = x.s.request[REQ_PIX] = r;
	expect(&x, "http.redirect:fail");
}

static void strangers_that_get_in_are_told_by_the_worst(void **state)
{
	(void)state;
	EACH_MUTUAL(i) {
		struct scene x;

		healthy(&x, mutuals[i]);
		both(&x, WHO_EXPIRED, GATE);
		expect(&x, "client.expired:fail");
		both(&x, WHO_FOREIGN, GATE);
		expect(&x, "client.foreign:fail");
		x.s.client[WHO_SELF][1] = GATE;
		expect(&x, "client.self:fail");
		seen_says(&x, "client.self", "TLS 1.2: HTTP 400; TLS 1.3: HTTP 200");
	}
}

static void the_right_certificate_refused_is_one_finding(void **state)
{
	const struct reply refusals[] = { NGINX_BAD, alert("tlsv1 alert internal error"), NGINX_403, http(401, ""), http(496, "") };

	(void)state;
	EACH_MUTUAL(i)
		for (size_t n = 0; n < sizeof refusals / sizeof *refusals; n++) {
			struct scene x;

			healthy(&x, mutuals[i]);
			both(&x, WHO_RIGHT, refusals[n]);
			both(&x, WHO_NONE, refusals[n]);
			for (int q = 0; q < REQUESTS; q++)
				x.s.request[q] = refusals[n];
			expect(&x, "client.right:fail");
		}
}

static void the_gates_403_behind_a_server_that_took_the_certificate_is_http_ping(void **state)
{
	struct scene x;

	(void)state;
	healthy(&x, MODE_EFI_MTLS);
	both(&x, WHO_RIGHT, GATE_403);
	for (int q = 0; q < REQUESTS; q++)
		x.s.request[q] = GATE_403;
	expect(&x, "http.ping:fail");
	fix_says(&x, "http.ping", "Either the secret did not arrive (a rewrite without QSA drops the query");
	x.t.sources = true;
	expect(&x, "http.ping:note");
	/* the same 403 for everybody: from here it cannot be told whether the address alone was wrong */
	all_strangers(&x, GATE_403);
	expect(&x, "client.right:note");
	x.t.sources = false;
	expect(&x, "client.right:fail");
}

static void versions_that_differ_for_the_right_one_are_told_but_not_one_that_is_not_spoken(void **state)
{
	struct scene x;

	(void)state;
	healthy(&x, MODE_EFI_MTLS);
	x.s.client[WHO_RIGHT][1] = NGINX_403;
	expect(&x, "client.same:fail");
	seen_says(&x, "client.same", "with the right certificate: TLS 1.2: HTTP 200; TLS 1.3: HTTP 403");
	for (int w = 0; w < WHOS; w++)
		x.s.client[w][1] = alert("protocol version");
	x.s.version[TLS_1_3] = (struct seen_version){ .tried = true, .fail = TLS_ALERT, .alert = "protocol version" };
	expect(&x, "");
}

static void a_strangers_session_that_lets_in_when_resumed_is_a_failure(void **state)
{
	struct scene x;

	(void)state;
	healthy(&x, MODE_EFI_MTLS);
	x.s.resumed = GATE;
	expect(&x, "");
	x.s.resumed.resumed = true;
	expect(&x, "client.resumed:fail");
	x.s.resumed = NGINX_403;
	x.s.resumed.resumed = true;
	expect(&x, "");
	assert_true(is_ok(&x, "client.resumed"));
	/* who gets in anyhow needs no session for it */
	x.s.resumed = GATE;
	x.s.resumed.resumed = true;
	both(&x, WHO_FOREIGN, GATE);
	expect(&x, "client.foreign:fail");
	both(&x, WHO_SELF, GATE);
	expect(&x, "client.self:fail");
}

static void another_name_that_leads_here_is_a_failure_but_not_another_sites_page(void **state)
{
	struct scene x;

	(void)state;
	healthy(&x, MODE_EFI_MTLS);
	x.s.crossed = GATE;
	expect(&x, "client.crossed:fail");
	x.s.crossed = http(200, "<html>the shop");
	expect(&x, "");
	both(&x, WHO_RIGHT, ended(END_UNTRIED));
	x.s.request[REQ_PING] = ended(END_UNTRIED);
	expect(&x, "client.right:note client.crossed:fail");
}

MAIN("judge_client",
	cmocka_unit_test(what_tells_nothing_of_strangers_is_not_judged),
	cmocka_unit_test(a_page_that_speaks_of_certificates_is_no_refusal),
	cmocka_unit_test(every_kind_of_refusal_is_well),
	cmocka_unit_test(without_the_right_certificate_that_is_a_note_and_nothing_of_http_is_judged),
	cmocka_unit_test(somebody_in_between_is_all_there_is_to_say),
	cmocka_unit_test(a_front_that_asks_for_the_certificate_and_caddys_own_via_are_well),
	cmocka_unit_test(not_asked_is_one_finding_let_in_or_refused),
	cmocka_unit_test(names_of_another_ca_are_told_and_of_the_other_environment_by_name),
	cmocka_unit_test(let_in_without_a_certificate_hides_what_else_gets_in),
	cmocka_unit_test(a_redirect_is_no_refusal_unless_everybody_is_redirected),
	cmocka_unit_test(strangers_that_get_in_are_told_by_the_worst),
	cmocka_unit_test(the_right_certificate_refused_is_one_finding),
	cmocka_unit_test(the_gates_403_behind_a_server_that_took_the_certificate_is_http_ping),
	cmocka_unit_test(versions_that_differ_for_the_right_one_are_told_but_not_one_that_is_not_spoken),
	cmocka_unit_test(a_strangers_session_that_lets_in_when_resumed_is_a_failure),
	cmocka_unit_test(another_name_that_leads_here_is_a_failure_but_not_another_sites_page))
