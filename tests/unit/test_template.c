#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gen/template.h"

#include <cmocka.h>

static struct values *v;
static struct buf out;
static struct err e;

static int set_up(void **state)
{
	struct values *item;

	(void)state;
	v = values_new();
	values_text(v, "domain", "pix.example.com");
	values_text(v, "root", "/srv/a b\xc3\xa7");
	values_text(v, "nothing", "");
	values_flag(v, "yes", true);
	values_flag(v, "no", false);
	values_text(v, "path", "outer");
	for (int i = 1; i <= 2; i++) {
		item = values_item(v, "paths");
		values_textf(item, "path", "/hook%d", i);
		values_flag(item, "last", i == 2);
		values_text(values_item(item, "words"), "word", "w");
	}
	values_text(values_shape(v, "chain"), "subject", "");
	values_flag(values_shape(v, "chain"), "known", false);
	values_text(values_shape(values_shape(v, "chain"), "uses"), "use", "");
	out = BUF(1 << 20);
	e = (struct err){ 0 };
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	values_free(v);
	buf_free(&out);
	return 0;
}

static bool render(const struct grammar *g, const char *text)
{
	buf_reset(&out);
	return template_render("nginx/site.conf", text, strlen(text), v, g, &out, &e);
}

static void gives(const struct grammar *g, const char *text, const char *want)
{
	if (!render(g, text))
		fail_msg("refused: %s -- %s", text, e.text);
	assert_string_equal(buf_str(&out), want);
}

static void is_refused(const struct grammar *g, const char *text, const char *why)
{
	if (render(g, text))
		fail_msg("taken: %s", text);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_string_equal(e.text, why);
	assert_int_equal(out.len, 0);
}

#define NGINX &grammar_nginx
#define AT(line) "nginx/site.conf:" line ": "

static void names_become_their_values(void **state)
{
	(void)state;
	gives(NGINX, "", "");
	gives(NGINX, "server_name {{domain}};\n", "server_name pix.example.com;\n");
	gives(NGINX, "server_name {{ domain }}:443;", "server_name pix.example.com:443;");
	gives(NGINX, "root \"{{root}}/x\";", "root \"/srv/a b\xc3\xa7/x\";");
	gives(NGINX, "# {{root}} {{nothing}}\n", "# /srv/a b\xc3\xa7 \n");
	gives(NGINX, "a \"{{nothing}}\"; } }} {\n", "a \"\"; } }} {\n");
}

static void a_section_is_there_when_its_name_is_set(void **state)
{
	(void)state;
	gives(NGINX, "a{{#yes}} b{{/yes}}{{#no}} c{{/no}}{{^no}} d{{/no}}{{^yes}} e{{/yes}};", "a b d;");
	gives(NGINX, "a{{#domain}} b{{/domain}}{{#nothing}} c{{/nothing}}{{^nothing}} d{{/nothing}};", "a b d;");
	gives(NGINX, "{{#chain}}a{{/chain}}{{^chain}}none{{/chain}}{{^paths}}b{{/paths}}", "none");
	gives(NGINX, "{{#yes}}{{#no}}a{{/no}}{{^no}}{{#yes}}b{{/yes}}{{/no}}{{/yes}}", "b");
}

static void a_list_is_repeated_for_each_item(void **state)
{
	(void)state;
	gives(NGINX, "{{#paths}}location {{path}} { }\n{{/paths}}", "location /hook1 { }\nlocation /hook2 { }\n");
	gives(NGINX, "x{{#paths}} {{path}}{{^last}},{{/last}}{{/paths}} {{path}};", "x /hook1, /hook2 outer;");
	gives(NGINX, "{{#paths}}{{#words}}{{word}} {{path}} {{/words}}{{/paths}}", "w /hook1 w /hook2 ");
}

static void a_sections_tag_alone_on_its_line_takes_the_line(void **state)
{
	(void)state;
	gives(NGINX, "a;\n  {{#yes}}  \n  b;\n\t{{/yes}}\nc;\n", "a;\n  b;\nc;\n");
	gives(NGINX, "{{#yes}}\nb;\n{{/yes}}", "b;\n");
	gives(NGINX, "a;\n{{! why }}\n{{! on\n two lines }}\nb;\n", "a;\nb;\n");
	gives(NGINX, "a{{! why }};\n", "a;\n");
	gives(NGINX, "{{#yes}} x\n{{/yes}}\n", " x\n");
	gives(NGINX, "{{#no}}\n{{#yes}}\na;\n{{/yes}}\n{{/no}}\nb;\n", "b;\n");
	gives(NGINX, "\"{{nothing}}\"\n{{domain}}\n", "\"\"\npix.example.com\n");
}

static void an_unknown_name_is_an_error_wherever_it_stands(void **state)
{
	(void)state;
	is_refused(NGINX, "\n\n{{domian}}", AT("3") "unknown name 'domian'; nearest: 'domain'");
	is_refused(NGINX, "{{#zzz}}{{/zzz}}", AT("1") "unknown name 'zzz'");
	is_refused(NGINX, "{{#no}}\n{{domian}}\n{{/no}}", AT("2") "unknown name 'domian'; nearest: 'domain'");
	is_refused(NGINX, "{{^yes}}{{zzz}}{{/yes}}", AT("1") "unknown name 'zzz'");
	is_refused(NGINX, "{{subject}}", AT("1") "unknown name 'subject'");
}

static void names_of_an_empty_lists_items_are_known_from_its_shape(void **state)
{
	(void)state;
	gives(NGINX, "{{#chain}}{{subject}} {{domain}}{{#known}}k{{/known}}{{#uses}}{{use}}{{/uses}}{{/chain}}", "");
	is_refused(NGINX, "{{#chain}}{{subjcet}}{{/chain}}", AT("1") "unknown name 'subjcet'; nearest: 'subject'");
	is_refused(NGINX, "{{#chain}}{{#uses}}{{usee}}{{/uses}}{{/chain}}", AT("1") "unknown name 'usee'; nearest: 'use'");
	is_refused(NGINX, "{{#chain}}{{known}}{{/chain}}", AT("1") "'known' is a flag: it has no text, but may be a section");
	/* declared names alone, so that what is right does not hang on the items */
	values_text(values_item(v, "chain"), "extra", "x");
	is_refused(NGINX, "{{#chain}}{{extra}}{{/chain}}", AT("1") "unknown name 'extra'");
	gives(NGINX, "{{#chain}}a \"{{subject}}\";{{/chain}}{{^chain}}none{{/chain}}", "a \"\";");
}

static void what_is_no_tag_is_said(void **state)
{
	(void)state;
	is_refused(NGINX, "a\n{{domain", AT("2") "'{{' without '}}'");
	is_refused(NGINX, "{{", AT("1") "'{{' without '}}'");
	is_refused(NGINX, "{{}}", AT("1") "'' is no name: letters, digits and '_', at most 40");
	is_refused(NGINX, "{{# }}", AT("1") "'' is no name: letters, digits and '_', at most 40");
	is_refused(NGINX, "{{do main}}", AT("1") "'do main' is no name: letters, digits and '_', at most 40");
	is_refused(NGINX, "{{do\nmain}}", AT("1") "'do?main' is no name: letters, digits and '_', at most 40");
	is_refused(NGINX, "{{p\xc3\xa1th}}", AT("1") "'p\xc3\xa1th' is no name: letters, digits and '_', at most 40");
	is_refused(NGINX, "{{aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}}",
		AT("1") "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' is no name: letters, digits and '_', at most 40");
	is_refused(NGINX, "{{{domain}}}", AT("1") "'{{{' is not in this language: values are always put by the server's rules");
	is_refused(NGINX, "{{&domain}}", AT("1") "'{{&' is not in this language: values are always put by the server's rules");
	is_refused(NGINX, "{{>file}}", AT("1") "'{{>' is not in this language: values are always put by the server's rules");
	is_refused(NGINX, "{{=<% %>=}}", AT("1") "'{{=' is not in this language: values are always put by the server's rules");
}

static void sections_close_in_the_order_in_which_they_open(void **state)
{
	char deep[9 * 16 + 1] = "";

	(void)state;
	is_refused(NGINX, "\n{{#yes}}\n\n", AT("2") "section 'yes' is not closed");
	is_refused(NGINX, "{{/yes}}", AT("1") "'{{/yes}}' closes nothing");
	is_refused(NGINX, "{{#yes}}\n{{/no}}", AT("2") "'{{/no}}' where '{{/yes}}' must close what line 1 opens");
	is_refused(NGINX, "{{#yes}}\n{{#no}}\n{{/yes}}\n{{/no}}", AT("3") "'{{/yes}}' where '{{/no}}' must close what line 2 opens");
	for (int i = 0; i < 9; i++)
		strcat(deep, "{{#yes}}");
	is_refused(NGINX, deep, AT("1") "more than 8 sections in each other");
}

static void a_flag_or_a_list_has_no_text(void **state)
{
	(void)state;
	is_refused(NGINX, "{{yes}}", AT("1") "'yes' is a flag: it has no text, but may be a section");
	is_refused(NGINX, "{{#no}}{{no}}{{/no}}", AT("1") "'no' is a flag: it has no text, but may be a section");
	is_refused(NGINX, "{{paths}}", AT("1") "'paths' is a list: it has no text, but may be a section");
	/* items need not be alike where there is no shape */
	values_flag(values_item(v, "paths"), "path", true);
	is_refused(NGINX, "{{#paths}}\na {{path}};\n{{/paths}}", AT("2") "'path' is a flag: it has no text, but may be a section");
}

static void what_no_configuration_holds_is_refused_in_the_template_too(void **state)
{
	(void)state;
	is_refused(NGINX, "a;\r\nb;\r\n", AT("1") "a carriage return; lines must end with a line feed alone");
	is_refused(NGINX, "a;\nb\x01", AT("2") "a control character (0x01)");
	is_refused(NGINX, "\x7f", AT("1") "a control character (0x7f)");
	is_refused(NGINX, "a\xff", AT("1") "the template is not UTF-8");
	is_refused(NGINX, "\xef\xbb\xbf" "a", AT("1") "a byte order mark before the text");
	buf_reset(&out);
	assert_false(template_render("x", "a\0b", 3, v, NGINX, &out, &e));
	assert_string_equal(e.text, "x:1: a control character (0x00)");
	gives(NGINX, "\ta\xc3\xa7 # \xe2\x82\xac\n", "\ta\xc3\xa7 # \xe2\x82\xac\n");
}

static void a_value_is_put_by_the_rules_of_its_place(void **state)
{
	(void)state;
	values_text(v, "domain", "a b");
	is_refused(NGINX, "\nserver_name {{domain}};", AT("2") "'domain': nginx cannot hold a space outside quotes: a b");
	gives(NGINX, "server_name \"{{domain}}\"; # {{domain}}", "server_name \"a b\"; # a b");
	values_text(v, "domain", "a\nb");
	is_refused(NGINX, "a \"{{domain}}\";", AT("1") "'domain': nginx cannot hold a line break between quotes: a?b");
	is_refused(NGINX, "# {{domain}}", AT("1") "'domain': nginx cannot hold a line break in a comment: a?b");
	values_text(v, "domain", "it's");
	gives(&grammar_apache, "A \"{{domain}}\"", "A \"it's\"");
	is_refused(&grammar_apache, "A \"x == '{{domain}}'\"", AT("1") "'domain': Apache cannot hold a single quote between single quotes: it's");
	/* where nothing is put nothing is judged but the template */
	gives(&grammar_apache, "{{#no}}A \"'{{domain}}'\"{{/no}}", "");
}

static void a_lines_rules_hold_in_what_is_left_out(void **state)
{
	(void)state;
	is_refused(NGINX, "{{#no}}\na \"b\n{{/no}}\n", AT("2") "a quote is not closed on its line");
	is_refused(NGINX, "a;\nb;\nc \"d\ne;\n", AT("3") "a quote is not closed on its line");
	is_refused(NGINX, "\na \"b", AT("2") "a quote is not closed on its line");
	is_refused(NGINX, "a;\nb {{#no}}\"c{{/no}};\n", AT("2") "the section begins and ends at different places: both must be outside quotes, between the same ones, or in a comment");
	is_refused(NGINX, "a \"it's {{#no}}{{domain}}{{/no}}\";\n", AT("1") "a single quote is not closed before the double quote");
	is_refused(NGINX, "a {{#no}}\n{{#no}}b {{/no}}{{/no}}# c", AT("2") "whether '#' begins a comment here depends on the section before it");
	is_refused(NGINX, "a{{#no}} \\{{/no}};\n", AT("1") "a tag stands behind a backslash");
	is_refused(NGINX, "a \\{{#no}}{{/no}};\n", AT("1") "a tag stands behind a backslash");
	is_refused(&grammar_apache, "a\n{{^yes}}\nb # c\n{{/yes}}\n", AT("3") "Apache knows comments only on lines of their own");
	is_refused(NGINX, "a \"b\n{{! on\ntwo lines }}\n\";\n", AT("1") "a quote is not closed on its line");
	is_refused(NGINX, "a;\n{{! on\ntwo lines }}\n{{#yes}}\nb \"c\n{{/yes}}\n", AT("5") "a quote is not closed on its line");
}

/* The second item comes where the first one ended. */
static void a_lists_items_are_judged_one_behind_the_other(void **state)
{
	(void)state;
	gives(NGINX, "a {{#paths}}\"{{path}}\" {{/paths}};", "a \"/hook1\" \"/hook2\" ;");
	is_refused(NGINX, "a {{#paths}}\"{{path}}\"{{/paths}};", AT("1") "nginx wants a blank behind a closing quote");
	is_refused(NGINX, "a {{#paths}}\"{{path}}\" b{{/paths}};", AT("1") "a quote in the middle of a word: put the whole word between quotes");
	is_refused(NGINX, "{{#paths}}# b{{/paths}}", AT("1") "the section begins and ends at different places: both must be outside quotes, between the same ones, or in a comment");
}

static void what_does_not_fit_leaves_out_as_it_was(void **state)
{
	(void)state;
	buf_free(&out);
	out = BUF(20);
	assert_true(buf_puts(&out, "before "));
	assert_false(template_render("x", "text {{domain}}\n", 16, v, NGINX, &out, &e));
	assert_int_equal(e.code, ERR_CONFIG);
	assert_string_equal(e.text, "x:1: 'domain': the text would grow past 13 bytes");
	assert_string_equal(buf_str(&out), "before ");
	assert_false(template_render("x", "a\nab\nab\nab\nab\n", 14, v, NGINX, &out, &e));
	assert_string_equal(e.text, "x:1: the text would grow past 13 bytes");
	assert_true(template_render("x", "{{path}} {{path}}\n", 18, v, NGINX, &out, &e));
	assert_string_equal(buf_str(&out), "before outer outer\n");
}

static void a_template_has_a_ceiling(void **state)
{
	char *big = malloc(256 * 1024 + 1);

	(void)state;
	memset(big, '\n', 256 * 1024 + 1);
	assert_false(template_render("x", big, 256 * 1024 + 1, v, NGINX, &out, &e));
	assert_string_equal(e.text, "x:1: a template of 262145 bytes; at most 262144");
	assert_true(template_render("x", big, 256 * 1024, v, NGINX, &out, &e));
	free(big);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(names_become_their_values),
		TEST(a_section_is_there_when_its_name_is_set),
		TEST(a_list_is_repeated_for_each_item),
		TEST(a_sections_tag_alone_on_its_line_takes_the_line),
		TEST(an_unknown_name_is_an_error_wherever_it_stands),
		TEST(names_of_an_empty_lists_items_are_known_from_its_shape),
		TEST(what_is_no_tag_is_said),
		TEST(sections_close_in_the_order_in_which_they_open),
		TEST(a_flag_or_a_list_has_no_text),
		TEST(what_no_configuration_holds_is_refused_in_the_template_too),
		TEST(a_value_is_put_by_the_rules_of_its_place),
		TEST(a_lines_rules_hold_in_what_is_left_out),
		TEST(a_lists_items_are_judged_one_behind_the_other),
		TEST(what_does_not_fit_leaves_out_as_it_was),
		TEST(a_template_has_a_ceiling),
	};

	return cmocka_run_group_tests_name("template", tests, NULL, NULL);
}
