#include "lib/conf.h"

#include <libconfig.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/file.h"
#include "lib/limits.h"
#include "lib/mem.h"

struct conf {
	config_t config;
};

static const config_setting_t *setting(const struct conf_value *v)
{
	return (const config_setting_t *)v;
}

/* What libconfig would take and we do not: a NUL ends its input early, @include opens files behind our back. */
static bool plain(const char *file, const struct buf *text, struct err *e)
{
	const char *p = buf_str(text), *end = p + text->len;

	for (int line = 1; p < end; line++) {
		const char *eol = memchr(p, '\n', (size_t)(end - p));
		size_t len = (size_t)((eol ? eol : end) - p);

		if (memchr(p, '\0', len))
			return fail(e, ERR_CONFIG, "%s:%d: a NUL byte: this is not a text file", file, line);
		if (strncmp(p + strspn(p, " \t"), "@include", 8) == 0)
			return fail(e, ERR_CONFIG, "%s:%d: @include is not supported: put all settings into one file", file, line);
		p += len + 1;
	}
	return true;
}

struct conf *conf_read(const char *file, struct err *e)
{
	struct buf text = BUF(LIMIT_CONF_FILE);
	struct conf *c = NULL;

	if (!file_read(file, 0, &text, e) || !plain(file, &text, e))
		goto out;
	c = xcalloc(1, sizeof *c);
	config_init(&c->config);
	if (!config_read_string(&c->config, buf_str(&text))) {
		fail(e, ERR_CONFIG, "%s:%d: %s (each setting is NAME = VALUE; and lists are closed by the bracket that opened them)",
		     file, config_error_line(&c->config), config_error_text(&c->config));
		conf_free(c);
		c = NULL;
	}
out:
	buf_free(&text);
	return c;
}

void conf_free(struct conf *c)
{
	if (!c)
		return;
	config_destroy(&c->config);
	free(c);
}

const struct conf_value *conf_root(const struct conf *c)
{
	return (const struct conf_value *)config_root_setting(&c->config);
}

enum conf_type conf_type(const struct conf_value *v)
{
	switch (config_setting_type(setting(v))) {
	case CONFIG_TYPE_STRING:
		return CONF_TEXT;
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		return CONF_NUMBER;
	case CONFIG_TYPE_BOOL:
		return CONF_BOOL;
	case CONFIG_TYPE_ARRAY:
	case CONFIG_TYPE_LIST:
		return CONF_LIST;
	case CONFIG_TYPE_GROUP:
		return CONF_GROUP;
	default:
		return CONF_OTHER;
	}
}

const char *conf_name(const struct conf_value *v)
{
	return config_setting_name(setting(v));
}

int conf_line(const struct conf_value *v)
{
	return (int)config_setting_source_line(setting(v));
}

size_t conf_count(const struct conf_value *v)
{
	return config_setting_is_aggregate(setting(v)) ? (size_t)config_setting_length(setting(v)) : 0;
}

const struct conf_value *conf_at(const struct conf_value *v, size_t i)
{
	return (const struct conf_value *)config_setting_get_elem(setting(v), (unsigned)i);
}

const char *conf_text(const struct conf_value *v)
{
	return config_setting_get_string(setting(v));
}

bool conf_number(const struct conf_value *v, int64_t *n)
{
	if (conf_type(v) != CONF_NUMBER)
		return false;
	*n = config_setting_get_int64(setting(v));
	return true;
}

bool conf_flag(const struct conf_value *v, bool *on)
{
	if (conf_type(v) != CONF_BOOL)
		return false;
	*on = config_setting_get_bool(setting(v));
	return true;
}

char *conf_quote(const char *text)
{
	struct buf b = BUF(4 * strlen(text) + 3);

	buf_add(&b, "\"", 1);
	for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
		if (*p == '"' || *p == '\\')
			buf_putf(&b, "\\%c", *p);
		else if (*p < 0x20 || *p == 0x7f)
			buf_putf(&b, "\\x%02x", *p);
		else
			buf_add(&b, p, 1);
	}
	buf_add(&b, "\"", 1);
	return b.data;
}
