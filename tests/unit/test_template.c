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
	};

	return cmocka_run_group_tests_name("template", tests, NULL, NULL);
}
