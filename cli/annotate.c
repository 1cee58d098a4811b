#include "cli/annotate.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lib/json.h"
#include "lib/mem.h"

/* Other ways to prove than the example's: some of them exclude each other, so they stand there as comments. */
static const char *const other_proofs[] = { "client_cert", "ca", "pin", "basic", "bearer", NULL };

/* What only `pixgate webhook` needs: a hook receives without it. */
static const char *const for_api[] = {
	"api", "api_ca", "api_cert", "api_password", "client_id", "client_secret", "user_agent", "account",
	"api_proxy", "token_path", "token_scope", "cert_form", "calls", NULL
};

/* Where events go is the merchant's to say; until then they wait in the inbox. */
static const char *const for_delivery[] = { "sinks", "confirm", NULL };

static bool among(const char *name, const char *const *list)
{
	for (; *list; list++)
		if (!strcmp(*list, name))
			return true;
	return false;
}

static void setting(struct buf *b, const struct key *k, const char *indent, annotate_fn *value, const void *arg)
{
	bool live = k->need || (!among(k->name, other_proofs) && !among(k->name, for_api) && !among(k->name, for_delivery));
	char *text = value ? value(k, arg, &live) : NULL;

	buf_putf(b, "%s# %s\n", indent, k->help);
	buf_putf(b, "%s%s%s = %s;\n", indent, live ? "" : "#", k->name, text ? text : k->example);
	free(text);
}

void annotate(struct buf *b, const char *title, annotate_fn *value, const void *arg)
{
	buf_putf(b, "# %s See pixgate.conf(5).\n# A line that begins with # does not hold. Relative paths begin at this file's folder.\n", title);
	for (const struct key *k = setting_keys; k->name; k++) {
		if (k->in_hook || k->type == KEY_HOOKS)
			continue;
		buf_puts(b, "\n");
		setting(b, k, "", value, arg);
	}
	for (const struct key *k = setting_keys; k->name; k++)
		if (k->type == KEY_HOOKS)
			buf_putf(b, "\n# %s\n%s = (\n\t{\n", k->help, k->name);
	for (const struct key *k = setting_keys; k->name; k++)
		if (k->in_hook)
			setting(b, k, "\t\t", value, arg);
	buf_puts(b, "\t}\n);\n");
}

static int hex(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

/* One quoted text with libconfig's escapes (\\ \" \n \r \t \f \a \b \v \xHH); returns what stands behind it. */
static const char *quoted(struct buf *b, const char *p)
{
	static const char from[] = "nrtfabv", to[] = "\n\r\t\f\a\b\v";
	char *bytes = xmalloc(strlen(p) + 1);
	size_t n = 0;

	for (p++; *p && *p != '"'; p++) {
		const char *at;

		if (*p != '\\' || !p[1]) {
			bytes[n++] = *p;
			continue;
		}
		p++;
		at = strchr(from, *p);
		if (*p == 'x' && isxdigit((unsigned char)p[1]) && isxdigit((unsigned char)p[2])) {
			bytes[n++] = (char)(hex(p[1]) << 4 | hex(p[2]));
			p += 2;
		} else {
			bytes[n++] = at ? to[at - from] : *p;
		}
	}
	json_quote(b, bytes, n);
	free(bytes);
	return *p ? p + 1 : p;
}

/* A group's member: "name =" becomes "\"name\":". Returns what stands behind it; NULL: no name stands here. */
static const char *named(struct buf *b, const char *p)
{
	size_t n = strspn(p, "abcdefghijklmnopqrstuvwxyz_"), space = strspn(p + n, " ");

	if (!n || p[n + space] != '=')
		return NULL;
	json_quote(b, p, n);
	buf_puts(b, ":");
	return p + n + space + 1;
}

void conf_text_json(struct buf *b, const char *text)
{
	const char *behind;
	bool digits = false;

	for (const char *p = text; *p;) {
		if (*p == '"') {
			p = quoted(b, p);
			continue;
		}
		if ((behind = named(b, p))) {
			p = behind;
			continue;
		}
		if (*p == '(' || *p == '[')
			buf_puts(b, "[");
		else if (*p == ')' || *p == ']')
			buf_puts(b, "]");
		else if (*p == ';' && p[1 + strspn(p + 1, " ")] != '}')
			buf_puts(b, ",");
		else if (*p == ';')
			;
		else if (*p == 'L' && digits)
			;	/* libconfig's mark of a 64-bit number */
		else if (!isspace((unsigned char)*p))
			buf_add(b, p, 1);
		digits = isdigit((unsigned char)*p);
		p++;
	}
}
