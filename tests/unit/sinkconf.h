/* A configuration with sinks, of the file or of its hook. Included behind cmocka.h and conf/settings.h. */
#ifndef TESTS_UNIT_SINKCONF_H
#define TESTS_UNIT_SINKCONF_H

#include <stdio.h>
#include <string.h>

#include "lib/buf.h"
#include "tests/unit/scene.h"

static struct settings *s;
static struct err e;

static inline int open_scene(void **state)
{
	(void)state;
	scene_open(SCENE_LOJA);
	s = NULL;
	return 0;
}

static inline int close_scene(void **state)
{
	(void)state;
	settings_free(s);
	scene_close();
	return 0;
}

/* `top` is line 2, `rest` line 4, inside of a hook. */
static inline bool load_both(const char *top, const char *rest)
{
	struct buf b = BUF(256 * 1024);

	buf_putf(&b, "inbox = \"sqlite:inbox.db\";\n%s\nhooks = ( { name = \"loja\"; path = \"/w\"; psp = \"efi\"; secret = [ \"file:loja.secret\", \"file:old\" ];\n%s } );\n", top, rest);
	settings_free(s);
	scene_write("pixgate.conf", buf_str(&b), 0600);
	s = settings_load(scene_conf, &e);
	buf_free(&b);
	return s != NULL;
}

/* One sink with these members. */
static inline bool load(const char *members)
{
	struct buf b = BUF(128 * 1024);
	bool ok;

	buf_putf(&b, "sinks = ( { %s } );", members);
	ok = load_both("", buf_str(&b));
	buf_free(&b);
	return ok;
}

/* The mistake is in that line, and the message has those words, in one line. */
static inline void told(bool taken, const char *text, int line, const char *words)
{
	char where[128];

	if (taken)
		fail_msg("was taken: %s", text);
	snprintf(where, sizeof where, "%s:%d: ", scene_conf, line);
	if (e.code != ERR_CONFIG || strncmp(e.text, where, strlen(where)) != 0 || !strstr(e.text, words) || strchr(e.text, '\n'))
		fail_msg("%s\ngave: %s\nexpected %s… %s", text, e.text, where, words);
}

static inline const struct sink *first(void)
{
	return &s->hooks[0].sinks.item[0];
}

#define EXEC "name = \"x\"; type = \"exec\"; command = \"/bin/true\"; "
#define HTTPS "name = \"x\"; type = \"https\"; secret = \"file:x\"; "
#define SQL "name = \"x\"; type = \"sql\"; "

#define EACH(f) cmocka_unit_test_setup_teardown(f, open_scene, close_scene)

#endif
