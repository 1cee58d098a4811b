#include "lib/http_sink.h"

#include <string.h>

#include "lib/ascii.h"
#include "lib/text.h"

const char *const http_kept[] = {
	"Server", "Location", "Allow", "WWW-Authenticate", "Via", "CF-Ray", "X-Amz-Cf-Id", "X-Sucuri-ID", "X-Cache", "X-Powered-By", NULL
};
_Static_assert(sizeof http_kept / sizeof http_kept[0] - 1 <= HTTP_HEADERS, "room for every header that is kept");

const char *http_header(const struct http_answer *a, const char *name)
{
	for (int i = 0; i < a->headers && i < HTTP_HEADERS; i++)
		if (ascii_casecmp(a->header[i].name, name) == 0)
			return a->header[i].value;
	return NULL;
}

/* The length of "NAME:" where the line begins with it, in any case; else 0. */
static size_t named(const char *line, size_t len, const char *name)
{
	size_t n = strlen(name);

	if (len <= n || line[n] != ':')
		return 0;
	for (size_t i = 0; i < n; i++)
		if (ascii_lower(line[i]) != ascii_lower(name[i]))
			return 0;
	return n + 1;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* In seconds (RFC 9110 §10.2.3); a date would need a clock. */
static void read_retry_after(struct http_sink *s, const char *value, size_t len)
{
	int n = 0;
	size_t i = 0;

	for (; i < len && i < 8 && value[i] >= '0' && value[i] <= '9'; i++)
		n = n * 10 + (value[i] - '0');
	if (len && i == len)
		s->retry_after_s = n;
}

/* The first of its name is kept: what a server set itself, not what a program behind it added. */
static void keep(struct http_sink *s, const char *name, const char *value, size_t len)
{
	struct http_header *h = &s->header[s->headers];

	for (int i = 0; i < s->headers; i++)
		if (strcmp(s->header[i].name, name) == 0)
			return;
	if (len > sizeof h->value - 1)
		for (len = sizeof h->value - 1; len && (value[len] & 0xc0) == 0x80; len--)
			;	/* not in the middle of a letter */
	*h = (struct http_header){ 0 };
	memcpy(h->name, name, strlen(name));
	memcpy(h->value, value, len);
	text_tame(h->value, len);
	s->headers++;
}

/* Where the value of a line with that name is, without white space around; NULL: the line has another name. */
static const char *value_of(const char *line, size_t len, const char *name, size_t *value_len)
{
	size_t at = named(line, len, name);

	if (!at)
		return NULL;
	while (at < len && is_space(line[at]))
		at++;
	*value_len = len - at;
	return line + at;
}

bool http_sink_line(struct http_sink *s, const char *line, size_t len)
{
	const char *value;
	size_t n;

	s->head_len += len;
	if (s->head_len > HTTP_HEAD_MOST) {
		s->endless = true;
		return false;
	}
	if (len > 5 && memcmp(line, "HTTP/", 5) == 0) {	/* another answer begins: what a proxy said, or a 100, does not count */
		s->retry_after_s = -1;
		s->headers = 0;
		s->body_begins = false;
	}
	while (len && is_space(line[len - 1]))
		len--;
	s->body_begins |= !len;
	if (s->body_begins)
		return true;
	value = value_of(line, len, "Retry-After", &n);
	if (value)
		read_retry_after(s, value, n);
	for (const char *const *name = http_kept; *name; name++) {
		value = value_of(line, len, *name, &n);
		if (value)
			keep(s, *name, value, n);
	}
	return true;
}

bool http_sink_body(struct http_sink *s, const char *bytes, size_t len)
{
	size_t room = s->body->max - s->body->len;

	if (buf_add(s->body, bytes, len))
		return true;
	s->full = true;
	if (s->cut && room < len)
		buf_add(s->body, bytes, room);
	return false;
}
