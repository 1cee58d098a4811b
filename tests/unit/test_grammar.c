#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/hostile.h"

#include <cmocka.h>

#define ALL "ACLNS"

/* What each language holds, by its letter, at the four places. Everything else is refused. */
static const struct sample {
	const char *text;
	const char *bare, *quoted, *inner, *comment;
	size_t len;	/* 0: strlen */
} samples[] = {
	/* what people have */
	{ "443", ALL, ALL, ALL, ALL, 0 },
	{ "pix.example.com", "ACNS", ALL, ALL, ALL, 0 },
	{ "/etc/ssl/a_b~c@d:e+f,g=h-i.pem", "ACNS", ALL, ALL, ALL, 0 },
	{ "", "", ALL, ALL, ALL, 0 },
	{ "/srv/my shop/p\xc3\xa1gina", "", ALL, ALL, ALL, 0 },
	{ "\xe2\x82\xac \xf0\x9f\x92\xb8", "", ALL, ALL, ALL, 0 },
	{ "^/webhook(/|$)", "", "ACLN", "", ALL, 0 },
	{ "^/(?:webhook|bs2)(/|$)", "", "ACLN", "", ALL, 0 },
	{ "^(?:/a$|/b(/|$))", "", "ACLN", "", ALL, 0 },
	{ "^CN=webhook[.]efipay[.]com[.]br", "", ALL, ALL, ALL, 0 },
	{ "C:/d'avila", "", ALL, "", ALL, 0 },
	{ "a*b?c!d(e)f[g]h<i>j&k", "", ALL, ALL, ALL, 0 },
	{ "50% off", "", "CN", "CN", ALL, 0 },
	{ " leading and trailing ", "", ALL, ALL, ALL, 0 },
	/* quotes and backslashes */
	{ "\"", "", "", "", ALL, 0 },
	{ "a\"b", "", "", "", ALL, 0 },
	{ "\\\"", "", "", "", "ALNS", 0 },
	{ "a\\", "", "", "", "", 0 },
	{ "\\", "", "", "", "", 0 },
	{ "a\\\\", "", "", "", "", 0 },
	{ "a\\b", "", "", "", "ALNS", 0 },
	{ "a\\n", "", "", "", "ALNS", 0 },
	{ "'", "", ALL, "", ALL, 0 },
	{ "' || true || 'x", "", ALL, "", ALL, 0 },
	{ "`", "", ALL, ALL, ALL, 0 },
	{ "\";}", "", "", "", "ALNS", 0 },
	{ "\"; return 200; #", "", "", "", ALL, 0 },
	{ "x\" SSLVerifyClient \"none", "", "", "", ALL, 0 },
	/* line breaks and other control characters */
	{ "a\nnext2", "", "", "", "", 0 },
	{ "\n", "", "", "", "", 0 },
	{ "a\rb", "", "", "", "", 0 },
	{ "a\r\nb", "", "", "", "", 0 },
	{ "a\tb", "", "", "", "", 0 },
	{ "a\vb\fc", "", "", "", "", 0 },
	{ "a\0b", "", "", "", "", 3 },
	{ "\0", "", "", "", "", 1 },
	{ "\x1b[31m", "", "", "", "", 0 },
	{ "\x7f", "", "", "", "", 0 },
	{ "\xc2\x85", "", "", "", "", 0 },	/* U+0085 next line */
	{ "\xc2\x9b" "31m", "", "", "", "", 0 },	/* U+009B control sequence */
	{ "a\xe2\x80\xa8" "b", "", "", "", "", 0 },	/* U+2028 line separator */
	{ "a\xe2\x80\xa9" "b", "", "", "", "", 0 },
	{ "\xef\xbb\xbf" "a", "", "", "", "", 0 },	/* byte order mark */
	{ "a\xe2\x80\x8b" "b", "", "", "", "", 0 },	/* no width */
	{ "a\xe2\x80\xae" "b", "", "", "", "", 0 },	/* right to left */
	{ "a\xe2\x81\xa6" "b", "", "", "", "", 0 },
	{ "a\xc2\xa0" "b", "", ALL, ALL, ALL, 0 },	/* a space to Caddy and lighttpd outside quotes */
	{ "a\xe3\x80\x80" "b", "", ALL, ALL, ALL, 0 },
	/* no UTF-8 */
	{ "\xff", "", "", "", "", 0 },
	{ "a\xc3", "", "", "", "", 0 },
	{ "\xc0\xa2", "", "", "", "", 0 },	/* overlong '"' */
	{ "\xe0\x80\x8a", "", "", "", "", 0 },	/* overlong line break */
	{ "\xed\xa0\x80", "", "", "", "", 0 },
	{ "\xf4\x90\x80\x80", "", "", "", "", 0 },
	/* what some language replaces or takes for structure */
	{ "#", "", ALL, ALL, ALL, 0 },
	{ "a # b", "", ALL, ALL, ALL, 0 },
	{ ";", "", ALL, ALL, ALL, 0 },
	{ "}", "", "ALNS", "ALNS", "ALNS", 0 },
	{ "{", "", "ALNS", "ALNS", "ALNS", 0 },
	{ "${X}", "", "", "", "", 0 },
	{ "${HOME}", "", "", "", "", 0 },
	{ "{$HOME}", "", "", "", "ALNS", 0 },
	{ "{env.HOME}", "", "ALNS", "ALNS", "ALNS", 0 },
	{ "{{domain}}", "", "ALNS", "ALNS", "ALNS", 0 },
	{ "$host", "", "", "", ALL, 0 },
	{ "$1", "", "", "", ALL, 0 },
	{ "a$", "", "", "", "", 0 },
	{ "$$", "", "", "", "", 0 },
	{ "$)", "", "ACLN", "", ALL, 0 },
	{ "%n", "", "CN", "CN", ALL, 0 },
	{ "%{HTTP_HOST}", "", "N", "N", "ALNS", 0 },
	{ "%", "", "CN", "CN", ALL, 0 },
	{ "<<EOF", "", ALL, ALL, ALL, 0 },
	{ "include", "ACNS", ALL, ALL, ALL, 0 },
	{ "include_shell", "ACNS", ALL, ALL, ALL, 0 },
	{ "-x", "ACNS", ALL, ALL, ALL, 0 },
	{ "|/bin/sh", "", "CNS", "CNS", ALL, 0 },
	{ "a|b", "", ALL, ALL, ALL, 0 },
	{ "env.HOME", "ACNS", ALL, ALL, ALL, 0 },
	{ "a,b", "ACNS", ALL, ALL, ALL, 0 },
	{ "a b", "", ALL, ALL, ALL, 0 },
};

static bool put(const struct language *l, enum place place, const char *text, size_t len, struct buf *out, struct err *e)
{
	const char *line = l->lines[place], *tag = strstr(line, "{{value}}");

	return buf_add(out, line, (size_t)(tag - line)) && grammar_put(l->g, place, text, len, out, e) && buf_puts(out, tag + strlen("{{value}}"));
}

static void no_value_leaves_its_place(void **state)
{
	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
		const struct sample *s = &samples[i];
		const char *const held[] = { s->bare, s->quoted, s->inner, s->comment };
		size_t len = s->len ? s->len : strlen(s->text);

		for (size_t k = 0; k < LANGUAGES * 4; k++) {
			const struct language *l = &languages[k / 4];
			enum place place = (enum place)(k % 4);
			struct buf out = BUF(4096);
			struct err e = { 0 };
			bool taken = put(l, place, s->text, len, &out, &e);
			const char *why = taken ? misread(l, place, out.data, out.len, s->text, len) : NULL;

			if (why)
				print_error("%c, place %d, sample %zu: %s: %s", l->letter, place, i, why, out.data);
			if (taken != !!strchr(held[place], l->letter))
				print_error("%c, place %d, sample %zu: %s\n", l->letter, place, i, taken ? "taken" : e.text);
			wrong += why || taken != !!strchr(held[place], l->letter);
			buf_free(&out);
		}
	}
	assert_int_equal(wrong, 0);
}

/* The samples say what is expected; this looks at everything of one and two characters at the places that matter. */
static void no_two_characters_leave_their_place(void **state)
{
	size_t taken = 0;

	(void)state;
	for (size_t k = 0; k < LANGUAGES * 4; k++)
		for (int a = 0; a < 256; a++)
			for (int b = 0; b < 256; b++) {
				const char text[] = { (char)a, (char)b };
				char room[64];
				struct buf out = { .data = room, .cap = sizeof room, .max = sizeof room - 1 };

				if (!put(&languages[k / 4], (enum place)(k % 4), text, 2, &out, NULL))
					continue;
				taken++;
				if (misread(&languages[k / 4], (enum place)(k % 4), out.data, out.len, text, 2))
					fail_msg("%c, place %zu: %s", languages[k / 4].letter, k % 4, out.data);
			}
	assert_true(taken > 20000);
}

static void a_value_has_a_ceiling(void **state)
{
	char *text = malloc(65536);

	(void)state;
	memset(text, '1', 65536);
	for (size_t i = 0; i < LANGUAGES; i++) {
		struct buf out = BUF(1 << 20);
		struct err e = { 0 };

		for (enum place p = PLACE_BARE; p <= PLACE_COMMENT; p++)
			assert_false(grammar_put(languages[i].g, p, text, 65536, &out, &e));
		assert_non_null(strstr(e.text, "cannot hold a value of 65536 bytes"));
		assert_true(grammar_put(languages[i].g, PLACE_BARE, text, 3000, &out, &e));
		assert_int_equal(out.len, 3000);
		buf_free(&out);
	}
	free(text);
}

static void what_is_refused_leaves_out_as_it_was(void **state)
{
	struct buf out = BUF(8);
	struct err e = { 0 };

	(void)state;
	assert_true(buf_puts(&out, "ab"));
	assert_false(grammar_put(&grammar_nginx, PLACE_QUOTED, "xy\"z", 4, &out, &e));
	assert_false(grammar_put(&grammar_nginx, PLACE_QUOTED, "1234567", 7, &out, &e));
	assert_string_equal(e.text, "the text would grow past 8 bytes");
	assert_string_equal(buf_str(&out), "ab");
	buf_free(&out);
}

static void a_refusal_says_who_what_and_where(void **state)
{
	static const struct {
		const struct grammar *g;
		enum place place;
		const char *text, *message;
		size_t len;
	} said[] = {
		{ &grammar_nginx, PLACE_QUOTED, "a\nb", "nginx cannot hold a line break between quotes: a?b", 3 },
		{ &grammar_nginx, PLACE_COMMENT, "a\rb", "nginx cannot hold a carriage return in a comment: a?b", 3 },
		{ &grammar_apache, PLACE_QUOTED, "a\0b", "Apache cannot hold a NUL between quotes: a?b", 3 },
		{ &grammar_apache, PLACE_QUOTED, "a\"b", "Apache cannot hold a double quote between quotes: a\"b", 3 },
		{ &grammar_apache, PLACE_INNER, "a'b", "Apache cannot hold a single quote between single quotes: a'b", 3 },
		{ &grammar_caddy, PLACE_QUOTED, "a{b", "Caddy cannot hold '{' between quotes: a{b", 3 },
		{ &grammar_caddy, PLACE_BARE, "a b", "Caddy cannot hold a space outside quotes: a b", 3 },
		{ &grammar_caddy, PLACE_BARE, "\xc3\xa7", "Caddy cannot hold a letter past ASCII outside quotes: \xc3\xa7", 2 },
		{ &grammar_lighttpd, PLACE_BARE, "x", "lighttpd cannot hold 'x' outside quotes: x", 1 },
		{ &grammar_lighttpd, PLACE_BARE, "", "lighttpd cannot hold an empty word outside quotes", 0 },
		{ &grammar_systemd, PLACE_QUOTED, "$x", "systemd cannot hold '$' between quotes: $x", 2 },
		{ &grammar_systemd, PLACE_QUOTED, "a\\b", "systemd cannot hold a backslash between quotes: a\\b", 3 },
		{ &grammar_systemd, PLACE_QUOTED, "\x1b[2J", "systemd cannot hold a control character between quotes: ?[2J", 4 },
		{ &grammar_nginx, PLACE_QUOTED, "\xc2\x9b", "nginx cannot hold a character that cannot be seen between quotes: ??", 2 },
		{ &grammar_nginx, PLACE_QUOTED, "a\xe2\x80\xae" "b", "nginx cannot hold a character that cannot be seen between quotes: a???b", 5 },
		{ &grammar_nginx, PLACE_QUOTED, "a\xff", "nginx cannot hold bytes that are not UTF-8 between quotes: a?", 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
		struct buf out = BUF(100);
		struct err e = { 0 };

		assert_false(grammar_put(said[i].g, said[i].place, said[i].text, said[i].len, &out, &e));
		assert_int_equal(e.code, ERR_CONFIG);
		assert_string_equal(e.text, said[i].message);
		buf_free(&out);
	}
}

static void a_long_value_is_cut_in_the_message_at_a_whole_letter(void **state)
{
	char text[200];
	struct buf out = BUF(1000);
	struct err e = { 0 };

	(void)state;
	memset(text, 'a', sizeof text);
	memcpy(text + 63, "\xc3\xa7", 2);
	text[199] = '"';
	assert_false(grammar_put(&grammar_nginx, PLACE_QUOTED, text, sizeof text, &out, &e));
	assert_string_equal(e.text, "nginx cannot hold a double quote between quotes: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...");
	buf_free(&out);
}

/* For tests/e2e/gen_hostile.sh: LETTER PLACE lists what that language holds there, one a line. */
static int list(const char *letter, int place)
{
	for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
		const struct sample *s = &samples[i];
		const char *const held[] = { s->bare, s->quoted, s->inner, s->comment };

		if (strchr(held[place], *letter))
			puts(s->text);
	}
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_value_leaves_its_place),
		cmocka_unit_test(no_two_characters_leave_their_place),
		cmocka_unit_test(a_value_has_a_ceiling),
		cmocka_unit_test(what_is_refused_leaves_out_as_it_was),
		cmocka_unit_test(a_refusal_says_who_what_and_where),
		cmocka_unit_test(a_long_value_is_cut_in_the_message_at_a_whole_letter),
	};

	if (argc == 3)
		return list(argv[1], atoi(argv[2]) % 4);
	return cmocka_run_group_tests_name("grammar", tests, NULL, NULL);
}
