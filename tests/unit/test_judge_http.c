#include "judge_scene.h"

#define EACH(mode) for (int mode = 0; mode < MODES; mode++)

static bool mutual_mode(int mode)
{
	return mode == MODE_EFI_MTLS || mode == MODE_BACEN;
}

/* The ping ends like this: with the right certificate, or with none. Everything else too. */
static void all_end(struct scene *x, struct reply r)
{
	both(x, mutual_mode(x->t.mode) ? WHO_RIGHT : WHO_NONE, r);
	for (int q = 0; q < REQUESTS; q++)
		x->s.request[q] = r;
	for (int i = 0; i < SEEN_TRIES; i++)
		x->s.ms[i] = -1;
}

static void no_answer_is_one_finding_however_it_ends(void **state)
{
	static const enum ending ends[] = { END_CLOSED, END_TIMEOUT, END_NO_HTTP };

	(void)state;
	EACH(mode)
		for (size_t i = 0; i < 3; i++) {
			struct scene x;

			healthy(&x, (enum mode)mode);
			all_end(&x, ended(ends[i]));
			expect(&x, "http.speaks:fail");
		}
}

static void a_server_that_is_silent_to_strangers_too_is_seen_without_the_right_certificate(void **state)
{
	struct scene x;

	(void)state;
	healthy(&x, MODE_EFI_MTLS);
	all_end(&x, ended(END_UNTRIED));
	all_strangers(&x, ended(END_TIMEOUT));
	expect(&x, "client.right:note http.speaks:fail");
	all_strangers(&x, ended(END_CLOSED));	/* that is how some refuse */
	expect(&x, "client.right:note");
}

static void a_redirect_is_one_finding(void **state)
{
	(void)state;
	EACH(mode) {
		struct reply r = http(301, "");
		struct scene x;

		snprintf(r.location, sizeof r.location, "https://www.example.com/");
		healthy(&x, (enum mode)mode);
		all_end(&x, r);
		expect(&x, "http.redirect:fail");
		seen_says(&x, "http.redirect", "the ping is redirected: HTTP 301 to https://www.example.com/");
	}
}

static void a_redirect_of_the_suffix_alone_is_a_redirect_too(void **state)
{
	struct scene x;

	(void)state;
	healthy(&x, MODE_EFI_SKIP);
	x.s.request[REQ_PIX] = http(308, "");
	expect(&x, "http.redirect:fail");
	healthy(&x, MODE_BS2_INDIRECT);
	x.s.request[REQ_EVENT] = http(301, "");
	expect(&x, "http.redirect:fail");
}

static void a_ping_that_fails_is_one_finding_and_its_status_is_explained(void **state)
{
	static const struct {
		int status;
		const char *fix;
	} all[] = { { 404, "the registration's test comes to the URL without /pix" }, { 401, "CGIPassAuth" }, { 405, "does not lead to the gate" }, { 419, "CSRF" },
		{ 500, "check --local" }, { 502, "the gate does not run" }, { 503, "its disk is full" }, { 504, "in time" }, { 403, "a rewrite without QSA" } };

	(void)state;
	EACH(mode)
		for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
			struct scene x;

			healthy(&x, (enum mode)mode);
			all_end(&x, http(all[i].status, "x"));
			expect(&x, "http.ping:fail");
			fix_says(&x, "http.ping", all[i].fix);
		}
}

static void a_refusal_of_our_address_is_a_note(void **state)
{
	(void)state;
	EACH(mode) {
		struct scene x;

		healthy(&x, (enum mode)mode);
		x.t.sources = true;
		expect(&x, "");
		all_end(&x, GATE_403);
		expect(&x, "http.ping:note");
		seen_says(&x, "http.ping", "cannot be told from here");
		all_end(&x, http(404, ""));
		expect(&x, "http.ping:fail");
		all_end(&x, http(403, "<html>Attention required"));	/* of a firewall, which asks nobody's address */
		expect(&x, "http.ping:fail");
	}
}

static void an_answer_that_is_not_the_gates_is_one_warning(void **state)
{
	(void)state;
	EACH(mode) {
		struct scene x;

		healthy(&x, (enum mode)mode);
		all_end(&x, http(200, "<!doctype html><title>The shop</title>"));
		expect(&x, "http.body:warn");
		seen_says(&x, "http.body", "an HTML page");
		all_end(&x, http(204, ""));
		expect(&x, "http.body:warn");
		healthy(&x, (enum mode)mode);
		x.s.request[REQ_PING] = http(200, "200\r\n");
		expect(&x, "");
		x.s.request[REQ_PING] = http(200, "2001");
		expect(&x, "http.body:warn");
	}
}

static void another_program_is_judged_further(void **state)
{
	struct scene x;

	(void)state;
	healthy(&x, MODE_EFI_SKIP);
	x.s.request[REQ_PING] = http(200, "ok");
	x.s.request[REQ_NO_SECRET] = http(200, "ok");
	expect(&x, "http.body:warn secret.missing:fail");
}

static void the_suffixes_are_one_finding_where_none_arrives(void **state)
{
	static const enum mode modes[] = { MODE_EFI_MTLS, MODE_EFI_SKIP, MODE_BACEN };

	(void)state;
	for (size_t m = 0; m < 3; m++) {
		struct scene x;

		healthy(&x, modes[m]);
		x.s.request[REQ_PIX] = x.s.request[REQ_REC] = x.s.request[REQ_COBR] = x.s.request[REQ_SLASH] = x.s.request[REQ_GLUED] = http(404, "");
		expect(&x, "http.pix:fail");
		fix_says(&x, "http.pix", "404: the web server or the route takes the exact path alone");
		healthy(&x, modes[m]);
		x.s.request[REQ_REC] = http(404, "");
		expect(&x, "http.rec:warn");
		x.s.request[REQ_COBR] = http(500, "");
		x.s.request[REQ_SLASH] = http(404, "");
		expect(&x, "http.rec:warn http.cobr:warn http.slash:note");
	}
}

static void suffixes_are_none_of_bs2s(void **state)
{
	struct scene x;

	(void)state;
	healthy(&x, MODE_BS2);
	x.s.request[REQ_PIX] = x.s.request[REQ_REC] = x.s.request[REQ_SLASH] = x.s.request[REQ_EVENT] = http(404, "");
	expect(&x, "");
	healthy(&x, MODE_BS2_INDIRECT);
	x.s.request[REQ_PIX] = x.s.request[REQ_SLASH] = http(404, "");
	x.s.request[REQ_EVENT] = http(404, "");
	expect(&x, "http.event:fail");
}

static void a_glued_secret_is_a_note_with_skip_mtls_alone(void **state)
{
	struct scene x;

	(void)state;
	healthy(&x, MODE_EFI_SKIP);
	x.s.request[REQ_GLUED] = GATE_403;
	expect(&x, "http.glued:note");
	healthy(&x, MODE_EFI_MTLS);
	x.s.request[REQ_GLUED] = GATE_403;
	expect(&x, "");
}

static void other_forms_of_a_request_are_warnings(void **state)
{
	(void)state;
	EACH(mode) {
		struct scene x;

		healthy(&x, (enum mode)mode);
		x.s.request[REQ_CHUNKED] = http(411, "");
		expect(&x, "http.chunked:warn");
		healthy(&x, (enum mode)mode);
		x.s.request[REQ_HTTP2] = ended(END_CLOSED);
		expect(&x, "http.http2:warn");
		x.s.h2 = false;
		expect(&x, "");
		x.s.request[REQ_LARGE] = GATE;
		expect(&x, "http.large:warn");
		x.s.request[REQ_LARGE] = ended(END_TIMEOUT);
		expect(&x, "http.large:warn");
		x.s.large_cut = true;
		expect(&x, "");
		x.s.request[REQ_GET] = GATE;
		expect(&x, "http.get:warn");
		healthy(&x, (enum mode)mode);
		x.s.request[REQ_ELSEWHERE] = http(200, "");
		expect(&x, "http.elsewhere:warn");
		healthy(&x, (enum mode)mode);
		x.s.plain = GATE;
		expect(&x, "http.plain:warn");
		x.s.plain = http(301, "");
		expect(&x, "http.plain:note");
		x.s.plain = ended(END_NO_CONNECTION);
		expect(&x, "");
	}
}

static void get_and_other_paths_are_judged_without_the_right_certificate(void **state)
{
	struct scene x;

	(void)state;
	healthy(&x, MODE_EFI_MTLS);
	all_end(&x, ended(END_UNTRIED));
	x.s.tries = 0;
	x.s.request[REQ_ELSEWHERE] = http(200, "");
	x.s.plain = GATE;
	expect(&x, "client.right:note http.elsewhere:warn http.plain:warn");
}

MAIN("judge_http",
	cmocka_unit_test(no_answer_is_one_finding_however_it_ends),
	cmocka_unit_test(a_server_that_is_silent_to_strangers_too_is_seen_without_the_right_certificate),
	cmocka_unit_test(a_redirect_is_one_finding),
	cmocka_unit_test(a_redirect_of_the_suffix_alone_is_a_redirect_too),
	cmocka_unit_test(a_ping_that_fails_is_one_finding_and_its_status_is_explained),
	cmocka_unit_test(a_refusal_of_our_address_is_a_note),
	cmocka_unit_test(an_answer_that_is_not_the_gates_is_one_warning),
	cmocka_unit_test(another_program_is_judged_further),
	cmocka_unit_test(the_suffixes_are_one_finding_where_none_arrives),
	cmocka_unit_test(suffixes_are_none_of_bs2s),
	cmocka_unit_test(a_glued_secret_is_a_note_with_skip_mtls_alone),
	cmocka_unit_test(other_forms_of_a_request_are_warnings),
	cmocka_unit_test(get_and_other_paths_are_judged_without_the_right_certificate))
