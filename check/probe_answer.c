/* How a request ended, from what libcurl tells and from the bytes of an answer; nothing secret and nothing that a terminal obeys. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/probe_run.h"
#include "lib/ascii.h"
#include "lib/mem.h"
#include "lib/secret.h"
#include "lib/text.h"

enum { MOST = 4096, PIECE = 6 };	/* bytes of a text that are looked at; what is left of a secret that was cut off */
#define STARS "***"

/* Whoever stands in between says so in one of these. */
static const char *const between[] = { "CF-Ray", "X-Amz-Cf-Id", "X-Sucuri-ID", "Via", NULL };

/* The bytes with every occurrence of the secret as stars, and one that the text's end cuts off too. */
static void hide(struct buf *b, const char *secret)
{
	size_t n = strlen(secret), rest;
	struct buf out = BUF(2 * MOST);
	const char *p = buf_str(b), *end = p + b->len, *at;

	if (!n)
		return;
	while ((at = memmem(p, (size_t)(end - p), secret, n))) {
		buf_add(&out, p, (size_t)(at - p));
		buf_puts(&out, STARS);
		p = at + n;
	}
	for (rest = (size_t)(end - p) < n - 1 ? (size_t)(end - p) : n - 1; rest >= PIECE && memcmp(end - rest, secret, rest) != 0; rest--)
		;
	if (n <= PIECE || rest < PIECE)
		rest = 0;
	buf_add(&out, p, (size_t)(end - p) - rest);
	if (rest)
		buf_puts(&out, STARS);
	secret_wipe(b->data, b->len);
	buf_free(b);
	*b = out;
}

static void hide_all(const struct target *t, struct buf *b)
{
	const char *credentials = strchr(t->authorization, ' ');
	size_t size = 3 * strlen(t->secret) + 1;
	char *coded = xmalloc(size);

	hide(b, t->secret);
	if (text_percent(t->secret, coded, size) && strcmp(coded, t->secret) != 0)
		hide(b, coded);
	if (credentials)
		hide(b, credentials + 1);
	secret_wipe(coded, size);
	free(coded);
}

void told_text(const struct target *t, const char *text, size_t len, char *out, size_t size)
{
	struct buf b = BUF(2 * MOST);
	size_t n;

	if (!buf_add(&b, text, len < MOST ? len : MOST) || !b.len) {
		*out = '\0';
		buf_free(&b);
		return;
	}
	hide_all(t, &b);
	n = b.len < size - 1 ? b.len : size - 1;
	if (n < b.len)
		while (n && ((unsigned char)b.data[n] & 0xc0) == 0x80)
			n--;	/* not in the middle of a letter */
	if (n)
		memcpy(out, b.data, n);
	for (size_t i = 0; i < n; i++)
		if (!out[i])
			out[i] = '?';
	out[n] = '\0';
	text_tame(out, n);
	buf_free(&b);
}

void told_location(const struct target *t, const char *text, size_t len, char *out, size_t size)
{
	const char *end = text + (len < MOST / 2 ? len : MOST / 2), *p = memchr(text, '?', (size_t)(end - text));
	struct buf b = BUF(2 * MOST);

	buf_add(&b, text, p ? (size_t)(p - text) : (size_t)(end - text));
	for (const char *next, *value; p && p < end; p = next) {
		next = p + 1;
		while (next < end && *next != '&' && *next != ';' && *next != '#' && *next != '?')
			next++;
		value = memchr(p, '=', (size_t)(next - p));
		buf_add(&b, p, value ? (size_t)(value + 1 - p) : 1);
		if (value ? value + 1 < next : p + 1 < next)
			buf_puts(&b, STARS);
	}
	told_text(t, buf_str(&b), b.len, out, size);
	buf_free(&b);
}

static void end_with(const struct target *t, enum ending end, enum stage stage, const char *text, struct reply *out)
{
	out->end = end;
	out->stage = stage;
	told_text(t, text, strlen(text), out->text, sizeof out->text);
}

/* The alert's name as OpenSSL has it, out of libcurl's "…:SSL routines::sslv3 alert bad certificate, errno 0"; NULL: none. */
static const char *alert_of(const char *reason, char name[SEEN_TEXT])
{
	const char *at = strstr(reason, " alert ");

	if (!at)
		return NULL;
	snprintf(name, SEEN_TEXT, "%.*s", (int)strcspn(at + 7, ",;"), at + 7);
	return name;
}

/* What speaks, and not TLS: OpenSSL's words. */
static bool no_tls(const char *reason)
{
	return strstr(reason, "wrong version number") || strstr(reason, "packet length too long") || strstr(reason, "http request") ||
	       strstr(reason, "record layer failure");
}

static void failed(const struct target *t, const struct http_answer *a, struct reply *out)
{
	enum stage stage = !a->connect_ms ? STAGE_CONNECT : !a->tls_ms ? STAGE_TLS : STAGE_ANSWER;
	char name[SEEN_TEXT];

	if (a->fail == HTTP_NO_HOST || a->fail == HTTP_NO_CONNECTION)
		end_with(t, END_NO_CONNECTION, STAGE_CONNECT, a->reason, out);
	else if (a->fail == HTTP_TIMEOUT)
		end_with(t, END_TIMEOUT, stage, a->reason, out);
	else if (alert_of(a->reason, name))
		end_with(t, END_ALERT, stage, name, out);
	else if (a->fail == HTTP_TLS && no_tls(a->reason))
		end_with(t, END_NO_TLS, STAGE_TLS, a->reason, out);
	else if (a->fail == HTTP_TOO_LARGE || a->fail == HTTP_OTHER)
		end_with(t, END_NO_HTTP, STAGE_ANSWER, a->reason, out);
	else
		end_with(t, END_CLOSED, stage, a->reason, out);
}

static void put_header(const struct target *t, const struct http_answer *a, const char *name, char *out, size_t size)
{
	const char *value = http_header(a, name);

	if (value)
		told_text(t, value, strlen(value), out, size);
}

void told_http(const struct target *t, bool ok, const struct http_answer *a, struct reply *out)
{
	const char *value = http_header(a, "Location");
	char text[SEEN_TEXT];

	*out = (struct reply){ .connect_ms = a->connect_ms, .tls_ms = a->tls_ms, .ms = a->ms };
	if (!ok) {
		failed(t, a, out);
		return;
	}
	end_with(t, END_STATUS, STAGE_ANSWER, "", out);
	out->status = (int)a->status;
	out->http2 = a->http2;
	put_header(t, a, "Server", out->server, sizeof out->server);
	put_header(t, a, "Allow", out->allow, sizeof out->allow);
	put_header(t, a, "WWW-Authenticate", out->authenticate, sizeof out->authenticate);
	if (value)
		told_location(t, value, strlen(value), out->location, sizeof out->location);
	for (const char *const *name = between; *name && !*out->via; name++) {
		value = http_header(a, *name);
		if (value) {
			snprintf(text, sizeof text, "%s: %s", *name, value);
			told_text(t, text, strlen(text), out->via, sizeof out->via);
		}
	}
	told_text(t, buf_str(&a->body), a->body.len, out->body, sizeof out->body);
	out->body_len = (int64_t)a->body.len;
}

/* --- the bytes of an answer that was asked for by hand */

/* "HTTP/1.1 200 …": its status; 0: it is none. */
static int status_of(const char *p, const char *end)
{
	if (end - p < 12 || memcmp(p, "HTTP/1.", 7) != 0 || p[8] != ' ')
		return 0;
	for (int i = 9; i < 12; i++)
		if (p[i] < '0' || p[i] > '9')
			return 0;
	return (p[9] - '0') * 100 + (p[10] - '0') * 10 + (p[11] - '0');
}

static const char *head_end(const char *p, const char *end)
{
	const char *at = memmem(p, (size_t)(end - p), "\r\n\r\n", 4);

	return at ? at + 4 : NULL;
}

static const char *skip_name(const char *line, const char *end, const char *name)
{
	while (*name && line < end && ascii_lower(*line) == ascii_lower(*name)) {
		line++;
		name++;
	}
	if (*name || line == end || *line++ != ':')
		return NULL;
	while (line < end && (*line == ' ' || *line == '\t'))
		line++;
	return line;
}

static void read_line(const struct target *t, const char *line, const char *end, struct reply *out)
{
	const struct {
		const char *name;
		char *into;
	} kept[] = { { "Server", out->server }, { "Allow", out->allow }, { "WWW-Authenticate", out->authenticate } };
	const char *value;
	char text[SEEN_TEXT];

	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
		if ((value = skip_name(line, end, kept[i].name)) && !*kept[i].into)
			told_text(t, value, (size_t)(end - value), kept[i].into, SEEN_TEXT);
	if ((value = skip_name(line, end, "Location")) && !*out->location)
		told_location(t, value, (size_t)(end - value), out->location, sizeof out->location);
	for (const char *const *name = between; *name; name++)
		if ((value = skip_name(line, end, *name)) && !*out->via) {
			snprintf(text, sizeof text, "%s: %.*s", *name, (int)(end - value < SEEN_TEXT ? end - value : SEEN_TEXT), value);
			told_text(t, text, strlen(text), out->via, sizeof out->via);
		}
}

static void read_answer(const struct target *t, const char *p, size_t len, struct reply *out)
{
	const char *end = p + len, *body = head_end(p, end), *line;
	int status = status_of(p, end);

	while (body && status >= 100 && status < 200) {	/* what comes ahead of the answer */
		p = body;
		status = status_of(p, end);
		body = head_end(p, end);
	}
	if (!status || !body) {
		end_with(t, END_NO_HTTP, STAGE_ANSWER, status ? "the header of its answer has no end" : "what it answers is no HTTP", out);
		return;
	}
	end_with(t, END_STATUS, STAGE_ANSWER, "", out);
	out->status = status;
	for (p = memchr(p, '\n', (size_t)(body - p)); p && p + 1 < body; p = line) {
		line = memchr(p + 1, '\n', (size_t)(body - p - 1));
		if (line)
			read_line(t, p + 1, line > p + 1 && line[-1] == '\r' ? line - 1 : line, out);
	}
	told_text(t, body, (size_t)(end - body), out->body, sizeof out->body);
	out->body_len = end - body;
}

void told_tls(const struct target *t, bool ok, const struct tls_seen *seen, const struct err *e, const char *bytes, size_t len, struct reply *out)
{
	enum stage stage = seen->connect_ms < 0 ? STAGE_CONNECT : seen->version == TLS_OTHER ? STAGE_TLS : STAGE_ANSWER;

	*out = (struct reply){ .connect_ms = seen->connect_ms > 0 ? seen->connect_ms : 0, .tls_ms = seen->handshake_ms, .resumed = seen->resumed };
	if (ok && len)
		read_answer(t, bytes, len, out);
	else if (ok && !seen->closed)
		end_with(t, END_TIMEOUT, stage, "no answer in time", out);
	else if (seen->fail == TLS_TIMEOUT)
		end_with(t, END_TIMEOUT, stage, e->text, out);
	else if (ok)
		end_with(t, END_CLOSED, stage, "it closed the connection without an answer", out);
	else if (seen->fail == TLS_ALERT)
		end_with(t, END_ALERT, stage, seen->alert, out);
	else if (seen->fail == TLS_NO_TLS || seen->fail == TLS_BROKEN)
		end_with(t, END_NO_TLS, stage, e->text, out);
	else
		end_with(t, seen->fail == TLS_CLOSED ? END_CLOSED : END_NO_CONNECTION, stage, e->text, out);
}
