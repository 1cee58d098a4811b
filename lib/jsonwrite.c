#include "lib/json.h"

#include <string.h>

#include "lib/buf.h"
#include "lib/jsonwall.h"

/* What stands for one byte or character of a quoted text: its escape, or NULL where it stands for itself. */
static const char *escaped(unsigned char c, char hex[7])
{
	static const char digit[] = "0123456789abcdef";

	switch (c) {
	case '"':
		return "\\\"";
	case '\\':
		return "\\\\";
	case '\n':
		return "\\n";
	case '\r':
		return "\\r";
	case '\t':
		return "\\t";
	default:
		if (c >= 0x20)
			return NULL;
		memcpy(hex, "\\u00", 4);
		hex[4] = digit[c >> 4];
		hex[5] = digit[c & 15];
		hex[6] = '\0';
		return hex;
	}
}

bool json_quote(struct buf *b, const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s, *end = p + len, *from = p;
	const char *instead;
	size_t was = b->len, step;
	char hex[7];
	bool ok = buf_puts(b, "\"");

	while (ok && p < end) {
		step = json_utf8_step(p, end);
		instead = step ? escaped(*p, hex) : "\xef\xbf\xbd";	/* U+FFFD */
		if (!instead) {
			p += step;
			continue;
		}
		ok = buf_add(b, from, (size_t)(p - from)) && buf_puts(b, instead);
		from = ++p;
	}
	if (ok && buf_add(b, from, (size_t)(p - from)) && buf_puts(b, "\""))
		return true;
	b->len = was;
	if (b->data)
		b->data[was] = '\0';
	return false;
}

/* What stands before a value: its name where it is a member. */
static bool write_name(struct buf *b, const struct json *v)
{
	const char *name = json_name(v);

	return !name || (json_quote(b, name, strlen(name)) && buf_puts(b, ":"));
}

static bool write_value(struct buf *b, const struct json *v)
{
	static const char *const words[] = { [JSON_NULL] = "null", [JSON_FALSE] = "false", [JSON_TRUE] = "true" };
	enum json_type type = json_type(v);
	bool object = type == JSON_OBJECT, ok;

	switch (type) {
	case JSON_NULL:
	case JSON_FALSE:
	case JSON_TRUE:
		return buf_puts(b, words[type]);
	case JSON_NUMBER:
		return buf_puts(b, json_text(v));
	case JSON_STRING:
		return json_quote(b, json_text(v), strlen(json_text(v)));
	case JSON_ARRAY:
	case JSON_OBJECT:
		break;
	}
	ok = buf_puts(b, object ? "{" : "[");
	for (const struct json *m = json_first(v); m && ok; m = json_next(m))
		ok = (m == json_first(v) || buf_puts(b, ",")) && write_name(b, m) && write_value(b, m);
	return ok && buf_puts(b, object ? "}" : "]");
}

bool json_write(struct buf *b, const struct json *v)
{
	size_t was = b->len;

	if (write_value(b, v))
		return true;
	b->len = was;
	if (b->data)
		b->data[was] = '\0';
	return false;
}
