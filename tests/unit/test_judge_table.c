#include <ctype.h>
#include <stdlib.h>

#include "check/local.h"
#include "check/silence.h"
#include "judge_scene.h"

#define PAGE_MAX (256 * 1024)

static void nothing_seen_is_the_name_alone_and_no_crash(void **state)
{
	(void)state;
	for (int mode = 0; mode < MODES; mode++) {
		struct scene full, x = { 0 };
		struct findings f;

		healthy(&full, (enum mode)mode);
		x.t = full.t;
		expect(&x, "dns.name:fail");
		x.s.resolved = true;
		expect(&x, "tcp.connect:fail");
		x.t.env = NULL;
		judge(&x.t, &full.s, NOW, NULL, NULL, &f);
		findings_free(&f);
		findings_free(&f);
	}
}

static void a_healthy_set_up_of_each_mode_is_well(void **state)
{
	(void)state;
	for (int mode = 0; mode < MODES; mode++) {
		struct scene x;
		struct findings f;

		healthy(&x, (enum mode)mode);
		expect(&x, "");
		judge(&x.t, &x.s, NOW, NULL, NULL, &f);
		assert_true(f.count > 20);
		assert_null(findings_first(&f));
		findings_free(&f);
	}
}

/* Every row is judged in every one of its modes, where all is there to judge. */
static void every_check_has_its_say_in_each_of_its_modes(void **state)
{
	(void)state;
	for (const struct check *c = checks; c->id; c++)
		for (int mode = 0; mode < MODES; mode++) {
			const char *const only[] = { c->id, NULL };
			struct findings f;
			struct scene x;

			healthy(&x, (enum mode)mode);
			x.t.secret = "0123456789abcdef";
			judge(&x.t, &x.s, NOW, only, NULL, &f);
			if (f.count != (c->modes >> mode & 1))
				fail_msg("%s, %s: %zu findings", c->id, mode_names[mode], f.count);
			findings_free(&f);
		}
}

static void the_table_is_as_it_was_agreed(void **state)
{
	static const char *const ids[] = { "dns.name", "tcp.connect", "tls.speaks", "tls.version", "tls.old", "cert.host", "cert.dates", "cert.chain", "cert.same",
		"cert.key", "client.between", "client.asked", "client.names", "client.none", "client.self", "client.foreign", "client.expired", "client.right",
		"client.same", "client.resumed", "client.crossed", "client.demanded", "http.speaks", "http.redirect", "http.ping", "http.body", "http.pix", "http.rec",
		"http.cobr", "http.glued", "http.slash", "http.event", "http.chunked", "http.http2", "http.large", "http.get", "http.elsewhere", "http.plain",
		"secret.none", "secret.missing", "secret.wrong", "auth.missing", "auth.wrong", "time.answer", "psp.registered", "psp.txid", "psp.account",
		"psp.uploaded", NULL };
	size_t n = 0;

	(void)state;
	for (const struct check *c = checks; c->id; c++, n++) {
		assert_non_null(ids[n]);
		assert_string_equal(c->id, ids[n]);
		assert_ptr_equal(check_find(c->id), c);	/* the first of that id: none stands twice */
		assert_true(c->modes && !(c->modes >> MODES));
		assert_true(*c->what && c->what[strlen(c->what) - 1] != '.');
		if (c->why[strlen(c->why) - 1] != '.' || c->fix[strlen(c->fix) - 1] != '.' || strchr(c->why, '\n') || strchr(c->fix, '\n'))
			fail_msg("%s: why and fix are sentences on one line", c->id);
	}
	assert_null(ids[n]);
	assert_string_equal(severity_names[SEVERITY_FAIL], "fail");
}

/* Who looks for one of Efí's refusals of a URL finds it, word for word. */
static void each_of_efis_eight_registration_errors_is_told_by_some_check(void **state)
{
	const struct psp *efi = psp_find("efi");

	(void)state;
	for (int i = 0; i < 8; i++) {
		size_t len = strcspn(efi->errors[i].text, "*");
		char words[160];
		bool told = false;

		snprintf(words, sizeof words, "%.*s", (int)len, efi->errors[i].text);
		for (const struct check *c = checks; c->id; c++)
			told |= (c->modes & 3) && (strstr(c->why, words) || strstr(c->fix, words));
		if (!told)
			fail_msg("no check tells of '%s'", words);
	}
}

static void only_and_skip_take_ids_and_their_beginnings(void **state)
{
	static const struct {
		const char *only, *skip;
		size_t count;
	} all[] = { { "cert", NULL, 5 }, { "cert.key", NULL, 1 }, { "cer", NULL, 0 }, { "cert.", NULL, 0 }, { "", NULL, 0 }, { "cert", "cert.key", 4 }, { "cert", "cert", 0 },
		{ "cert.key.x", NULL, 0 } };

	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		const char *const only[] = { all[i].only, NULL }, *const skip[] = { all[i].skip, NULL };
		struct findings f;
		struct scene x;

		healthy(&x, MODE_EFI_SKIP);
		judge(&x.t, &x.s, NOW, only, all[i].skip ? skip : NULL, &f);
		if (f.count != all[i].count)
			fail_msg("only '%s': %zu findings", all[i].only, f.count);
		findings_free(&f);
	}
}

static void the_first_to_mend_is_the_first_failure_then_the_first_warning(void **state)
{
	struct findings f;
	struct scene x;

	(void)state;
	healthy(&x, MODE_EFI_SKIP);
	x.s.version[TLS_1_1].agreed = true;
	x.s.request[REQ_BAD_SECRET] = GATE;
	x.s.for_host = false;
	judge(&x.t, &x.s, NOW, NULL, NULL, &f);
	assert_string_equal(findings_first(&f)->check->id, "cert.host");
	findings_free(&f);
	x.s.for_host = true;
	x.s.request[REQ_BAD_SECRET] = GATE_403;
	x.s.request[REQ_SLASH] = http(404, "");
	judge(&x.t, &x.s, NOW, NULL, NULL, &f);
	assert_string_equal(findings_first(&f)->check->id, "tls.old");
	findings_free(&f);
	x.s.version[TLS_1_1].agreed = false;	/* a note is nothing to mend */
	judge(&x.t, &x.s, NOW, NULL, NULL, &f);
	assert_null(findings_first(&f));
	findings_free(&f);
}

static void bytes_of_the_other_side_are_one_printable_line(void **state)
{
	static const char evil[] = "\033[2J\r\nall is well\x9b\x01\t";
	struct findings f;
	struct scene x;

	(void)state;
	for (int mode = 0; mode < MODES; mode++) {
		healthy(&x, (enum mode)mode);
		x.leaf[0].names = x.leaf[0].key = x.leaf[0].issuer_cn = (char *)evil;
		x.s.names[0] = (char *)evil;
		x.s.for_host = x.s.trusted = false;
		x.s.chain.count = 1;
		x.s.asked = true;
		for (int i = 0; i < REQUESTS; i++) {
			x.s.request[i] = http(302, evil);
			snprintf(x.s.request[i].location, SEEN_TEXT, "%s", evil);
			snprintf(x.s.request[i].server, SEEN_TEXT, "%s", evil);
		}
		both(&x, WHO_NONE, alert(evil));
		snprintf(x.s.registration_why, SEEN_TEXT, "%s", evil);
		judge(&x.t, &x.s, NOW, NULL, NULL, &f);
		for (size_t i = 0; i < f.count; i++) {
			for (const char *p = f.item[i].seen; *p; p++)
				if (iscntrl((unsigned char)*p) || (unsigned char)*p == 0x9b)
					fail_msg("%s: a control character", f.item[i].check->id);
			assert_true(*f.item[i].seen);
		}
		findings_free(&f);
	}
}

static char *part_of(const char *page, const char *id)
{
	char macro[64];
	const char *at, *end;

	snprintf(macro, sizeof macro, "\n.It Cm %s\n", id);
	at = strstr(page, macro);
	if (!at)
		fail_msg("pixgate-check(1) has no '.It Cm %s'", id);
	at += 1;
	end = strstr(at, "\n.It Cm ");
	if (!end || (strstr(at, "\n.El") && strstr(at, "\n.El") < end))
		end = strstr(at, "\n.El");
	return strndup(at, end ? (size_t)(end - at) : strlen(at));
}

static void the_manual_lists_every_id_with_cause_and_fix(void **state)
{
	char *page = calloc(1, PAGE_MAX);
	FILE *f = fopen("man/pixgate-check.1", "re");
	size_t listed = 0, n = 0;

	(void)state;
	if (!f)
		fail_msg("man/pixgate-check.1: run this from the repository's top");
	assert_true(fread(page, 1, PAGE_MAX - 1, f) > 100);
	fclose(f);
	for (const struct check *c = checks; c->id; c++, n++) {
		char *part = part_of(page, c->id);

		if (!strstr(part, "\n.Em Cause :\n") || !strstr(part, "\n.Em Fix :\n"))
			fail_msg("pixgate-check(1), %s: cause or fix is missing", c->id);
		/* for whom it is */
		for (int mode = 0; mode < MODES; mode++)
			if (c->modes != 31 && !(strstr(part, mode_names[mode]) && c->modes >> mode & 1) != !(c->modes >> mode & 1))
				fail_msg("pixgate-check(1), %s: %s", c->id, mode_names[mode]);
		free(part);
	}
	for (const struct check *c = local_checks; c->id; c++, n++) {
		char *part = part_of(page, c->id);

		if (!strstr(part, "\n.Em Cause :\n") || !strstr(part, "\n.Em Fix :\n"))
			fail_msg("pixgate-check(1), %s: cause or fix is missing", c->id);
		free(part);
	}
	for (const struct check *c = silence_checks; c->id; c++, n++) {
		char *part = part_of(page, c->id);

		if (!strstr(part, "\n.Em Cause :\n") || !strstr(part, "\n.Em Fix :\n"))
			fail_msg("pixgate-check(1), %s: cause or fix is missing", c->id);
		free(part);
	}
	for (const char *at = page; (at = strstr(at, "\n.Em Cause :\n")); at++)
		listed++;
	assert_int_equal(listed, n);	/* and none that there is not */
	free(page);
}

MAIN("judge_table",
	cmocka_unit_test(nothing_seen_is_the_name_alone_and_no_crash),
	cmocka_unit_test(a_healthy_set_up_of_each_mode_is_well),
	cmocka_unit_test(every_check_has_its_say_in_each_of_its_modes),
	cmocka_unit_test(the_table_is_as_it_was_agreed),
	cmocka_unit_test(each_of_efis_eight_registration_errors_is_told_by_some_check),
	cmocka_unit_test(only_and_skip_take_ids_and_their_beginnings),
	cmocka_unit_test(the_first_to_mend_is_the_first_failure_then_the_first_warning),
	cmocka_unit_test(bytes_of_the_other_side_are_one_printable_line),
	cmocka_unit_test(the_manual_lists_every_id_with_cause_and_fix))
