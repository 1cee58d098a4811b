/* What each member of a sink may be. What is wrong here would be found out when money has come, so it is told when the file is read. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "conf/keys.h"
#include "lib/buf.h"
#include "lib/limits.h"
#include "lib/mem.h"
#include "lib/secret.h"
#include "lib/text.h"
#include "pix/pix.h"

enum { WORDS = 64, WORD = 4096, TIMEOUT_MAX = 600, TABLE = 63 };	/* words of a command, bytes of one; s; bytes of a part of a table's name */

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

bool member_name(const struct settings *s, struct sink *k, const struct conf_value *v, struct err *e)
{
	(void)s;
	if (!short_name_ok(conf_text(v), e))
		return false;
	keep_text(&k->name, xstrdup(conf_text(v)));
	return true;
}

/* HOST or HOST:PORT of n bytes; *host_len is without the port. */
static bool authority_ok(const char *at, size_t n, size_t *host_len)
{
	bool six = n && *at == '[';
	size_t host = six ? strspn(at + 1, "0123456789abcdefABCDEF:.") + 2 : strspn(at, LETTERS DIGITS "-._"), digits;

	if (host > n || !host || (six && (at[host - 1] != ']' || host < 4)))
		return false;
	*host_len = host;
	if (host == n)
		return true;
	digits = strspn(at + host + 1, DIGITS);
	return at[host] == ':' && digits >= 1 && digits <= 5 && host + 1 + digits == n && atoi(at + host + 1) >= 1 && atoi(at + host + 1) <= 65535;
}

/* Without TLS only to this machine, by a name or address that can be nothing else. */
static bool here(const char *host, size_t n)
{
	static const char *const names[] = { "localhost", "127.0.0.1", "[::1]" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strlen(names[i]) == n && memcmp(names[i], host, n) == 0)
			return true;
	return false;
}

/* The URL is in none of the messages: who writes a password into it shall not find it in a log besides. */
bool member_url(const struct settings *s, struct sink *k, const struct conf_value *v, struct err *e)
{
	const char *url = conf_text(v), *host;
	size_t n, host_len;
	bool tls = strncmp(url, "https://", 8) == 0;

	(void)s;
	if (strlen(url) > LIMIT_URL)
		return fail(e, ERR_CONFIG, "the URL is longer than %d bytes", LIMIT_URL);
	for (const char *p = url; *p; p++)
		if (!isgraph((unsigned char)*p) || strchr("\"\\<>^`{|}", *p))
			return fail(e, ERR_CONFIG, "a URL of printable ASCII was expected, without spaces, quotes, braces and '\\'; write others as %%XX");
	if (!tls && strncmp(url, "http://", 7) != 0)
		return fail(e, ERR_CONFIG, "expected an https:// URL, such as \"https://loja.example.com/pix.php\"");
	host = url + (tls ? 8 : 7);
	n = strcspn(host, "/?#");
	if (memchr(host, '@', n))
		return fail(e, ERR_CONFIG, "a user and a password would stand readable in this file and are not taken: what is handed over is signed with secret");
	if (strchr(host, '#'))
		return fail(e, ERR_CONFIG, "a URL without '#' was expected: what stands behind it is never sent");
	if (!authority_ok(host, n, &host_len))
		return fail(e, ERR_CONFIG, "expected a host name or address and perhaps a port, such as \"https://loja.example.com/pix.php\"");
	if (!tls && !here(host, host_len))
		return fail(e, ERR_CONFIG, "http:// would show payments to the network: expected https:// (http:// is for localhost, 127.0.0.1 and [::1] alone)");
	keep_text(&k->url, xstrdup(url));
	return true;
}

/* derive: is the hook's own secret where the key is the same, and that one stands in a URL which the PSP and the web server's log know. */
static bool ref_ok(const char *ref, struct err *e)
{
	if (strncmp(ref, "derive:", 7) == 0)
		return fail(e, ERR_CONFIG, "derive: is for the secrets in URLs: expected \"file:PATH\" or \"env:NAME\"");
	return secret_ref_ok(ref, e);
}

bool member_secret(const struct settings *s, struct sink *k, const struct conf_value *v, struct err *e)
{
	(void)s;
	if (!read_texts(v, &k->secrets, e))
		return false;
	if (k->secrets.count < 1 || k->secrets.count > 2)
		return fail(e, ERR_CONFIG, "%zu secrets: expected one, or two while it is changed (each signs)", k->secrets.count);
	for (size_t i = 0; i < k->secrets.count; i++)
		if (!ref_ok(k->secrets.item[i], e))
			return false;
	return true;
}

bool member_ca(const struct settings *s, struct sink *k, const struct conf_value *v, struct err *e)
{
	return read_place(s, v, &k->ca, e);
}

/* A name without a slash would be looked for in PATH, which differs from a shell to a timer and is nobody's promise. */
bool member_command(const struct settings *s, struct sink *k, const struct conf_value *v, struct err *e)
{
	char *program;

	if (!read_texts(v, &k->command, e))
		return false;
	if (!k->command.count || !k->command.item[0][0])
		return fail(e, ERR_CONFIG, "expected a program and its arguments, such as [ \"/usr/local/bin/pix-paid\" ]");
	if (k->command.count > WORDS)
		return fail(e, ERR_CONFIG, "%zu words: at most %d", k->command.count, WORDS);
	for (size_t i = 0; i < k->command.count; i++)
		if (strlen(k->command.item[i]) > WORD)
			return fail(e, ERR_CONFIG, "word %zu is longer than %d bytes", i + 1, WORD);
	program = k->command.item[0];
	if (!strchr(program, '/'))
		return fail(e, ERR_CONFIG, "\"%.80s\" is a bare name, and PATH is not searched: write where the program is, such as \"/usr/local/bin/%.80s\", "
			    "or \"./%.80s\" for one beside this file", program, program, program);
	if (program[strlen(program) - 1] == '/')
		return fail(e, ERR_CONFIG, "\"%.80s\" is a folder: expected a program", program);
	return read_path(s, program, &k->command.item[0], e);
}

bool member_path(const struct settings *s, struct sink *k, const struct conf_value *v, struct err *e)
{
	return read_place(s, v, &k->path, e);
}

/* Does the query of a connection URL have a parameter that is a password? libpq decodes names, so they are decoded here. */
static bool query_has_password(const char *query)
{
	while (query) {
		size_t n = strcspn(++query, "=&"), len;
		char name[32];

		if (text_unpercent(query, n, name, sizeof name, &len) && (strcmp(name, "password") == 0 || strcmp(name, "sslpassword") == 0))
			return true;
		query = strchr(query, '&');
	}
	return false;
}

/* The text is in none of the messages: a password may stand in it. */
static bool postgresql_ok(const char *url, struct err *e)
{
	const char *from = strstr(url, "://") + 3, *at;
	size_t n = strcspn(from, "/?");

	if (strlen(url) > LIMIT_URL)
		return fail(e, ERR_CONFIG, "the URL is longer than %d bytes", LIMIT_URL);
	for (const char *p = url; *p; p++)
		if (!isgraph((unsigned char)*p) || strchr("\"\\<>^`{|}", *p))
			return fail(e, ERR_CONFIG, "a URL of printable ASCII was expected, without spaces, quotes, braces and '\\'; write others as %%XX");
	at = memchr(from, '@', n);
	if ((at && memchr(from, ':', (size_t)(at - from))) || query_has_password(strchr(from, '?')))
		return fail(e, ERR_CONFIG, "a password would stand readable in this file: put it into a file that is yours alone and set password = \"file:…\"");
	if (strchr(url, '#') || (at && memchr(at + 1, '@', n - (size_t)(at + 1 - from))))
		return fail(e, ERR_CONFIG, "expected a URL such as \"postgresql://pix@localhost/shop\"; write '#' as %%23 and '@' in a name as %%40");
	return true;
}

bool member_database(const struct settings *s, struct sink *k, const struct conf_value *v, struct err *e)
{
	static const char sqlite[] = "sqlite:";
	const char *text = conf_text(v), *path = text + sizeof sqlite - 1;
	struct buf b = BUF(8192);
	bool ok = true;

	if (strncmp(text, "postgresql://", 13) == 0 || strncmp(text, "postgres://", 11) == 0) {
		if (!postgresql_ok(text, e))
			return false;
		keep_text(&k->database, xstrdup(text));
		return true;
	}
	if (strncmp(text, sqlite, sizeof sqlite - 1) != 0 || !*path)
		return fail(e, ERR_CONFIG, "expected \"postgresql://USER@HOST/DATABASE\" or \"sqlite:PATH\"");
	if (buf_putf(&b, "%s%s%s%s", sqlite, *path == '/' ? "" : s->dir, *path == '/' ? "" : "/", path))
		keep_text(&k->database, xstrdup(buf_str(&b)));
	else
		ok = fail(e, ERR_CONFIG, "the path is longer than %zu bytes", b.max);
	buf_free(&b);
	return ok;
}

bool member_password(const struct settings *s, struct sink *k, const struct conf_value *v, struct err *e)
{
	(void)s;
	if (!ref_ok(conf_text(v), e))
		return false;
	keep_text(&k->password, xstrdup(conf_text(v)));
	return true;
}

/* As the database has it, small and capital letters too: the name is quoted where it is used. PostgreSQL cuts names after 63 bytes. */
bool member_table(const struct settings *s, struct sink *k, const struct conf_value *v, struct err *e)
{
	const char *name = conf_text(v), *p = name;
	int parts = 0;

	(void)s;
	for (;;) {
		size_t n = strspn(p, LETTERS DIGITS "_");

		if (!n || n > TABLE || strchr(DIGITS, *p) || ++parts > 2 || (p[n] && p[n] != '.'))
			return fail(e, ERR_CONFIG, "expected the name of a table, perhaps with its schema, such as \"pix_event\" or \"shop.pix_event\": "
				    "letters, digits and '_', each part up to %d bytes and not beginning with a digit", TABLE);
		p += n;
		if (!*p++)
			break;
	}
	keep_text(&k->table, xstrdup(name));
	return true;
}

bool member_timeout(const struct settings *s, struct sink *k, const struct conf_value *v, struct err *e)
{
	int64_t n;

	(void)s;
	if (!conf_number(v, &n) || n < 1 || n > TIMEOUT_MAX)
		return fail(e, ERR_CONFIG, "expected a number of seconds from 1 to %d", TIMEOUT_MAX);
	k->timeout_s = (int)n;
	return true;
}

bool member_kinds(const struct settings *s, struct sink *k, const struct conf_value *v, struct err *e)
{
	const char *names[PIX_KINDS + 1] = { NULL };
	struct text_list words = { 0 };
	bool ok = read_texts(v, &words, e);

	(void)s;
	for (int i = 0; i < PIX_KINDS; i++)
		names[i] = pix_kind_name((enum pix_kind)i);
	for (size_t i = 0; ok && i < words.count; i++) {
		int at = choice(words.item[i], names, false, e);

		ok = at >= 0;
		if (ok)
			k->kinds |= 1u << at;
	}
	text_list_free(&words);
	return ok;
}

bool member_keys(const struct settings *s, struct sink *k, const struct conf_value *v, struct err *e)
{
	(void)s;
	return read_pix_keys(v, &k->keys, e);
}

bool member_stale(const struct settings *s, struct sink *k, const struct conf_value *v, struct err *e)
{
	(void)s;
	return conf_flag(v, &k->stale) || fail(e, ERR_CONFIG, "expected true or false");
}

bool member_body(const struct settings *s, struct sink *k, const struct conf_value *v, struct err *e)
{
	(void)s;
	return conf_flag(v, &k->body) || fail(e, ERR_CONFIG, "expected true or false");
}

