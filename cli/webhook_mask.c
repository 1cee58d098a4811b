/* What of a URL may be shown, and whose it is. Another's URL may hold a secret too, under any name. */
#include <stdlib.h>
#include <string.h>

#include "cli/webhook.h"
#include "lib/mem.h"
#include "lib/text.h"

static const char stars[] = "***";

char *url_masked(const char *url)
{
	const char *p = url, *query = url + strcspn(url, "?#"), *host = strstr(url, "://"), *at;
	struct buf b = BUF(3 * strlen(url) + 2 * sizeof stars + 16);
	char *out;

	host = host && host < query ? host + 3 : url;
	at = memchr(host, '@', strcspn(host, "/?#"));
	if (at) {
		buf_add(&b, p, (size_t)(host - p));
		buf_puts(&b, stars);
		p = at;
	}
	buf_add(&b, p, (size_t)(query - p));
	while (*query) {
		size_t name = 1 + strcspn(query + 1, "=&"), len = 1 + strcspn(query + 1, "&");

		if (name < len && query[name] == '=') {
			buf_add(&b, query, name + 1);
			if (len > name + 1)
				buf_puts(&b, stars);
		} else {
			/* A parameter without a value may be the secret itself. */
			buf_add(&b, query, 1);
			if (len > 1)
				buf_puts(&b, stars);
		}
		query += len;
	}
	out = xstrdup(buf_str(&b));
	if (b.data)
		explicit_bzero(b.data, b.cap);
	buf_free(&b);
	text_tame(out, strlen(out));
	return out;
}

const char *url_whose(const char *ours, const char *theirs)
{
	char *a, *b;
	bool alike;

	if (!*theirs)
		return "nothing";
	if (strcmp(ours, theirs) == 0)
		return "this hook's URL";
	a = url_masked(ours);
	b = url_masked(theirs);
	alike = strcmp(a, b) == 0;
	free(a);
	free(b);
	return alike ? "this hook's URL with another secret" : "another URL";
}

static void hide(char *text, const char *secret, size_t n)
{
	char *at;

	while (n >= 3 && (at = memmem(text, strlen(text), secret, n))) {
		memcpy(at, stars, 3);
		memmove(at + 3, at + n, strlen(at + n) + 1);
		text = at + 3;
	}
}

void text_hide(char *text, const char *secret)
{
	hide(text, secret, strlen(secret));
}

void text_hide_secret(char *text, const char *url)
{
	const char *secret = strstr(url, "?hmac=");

	if (secret)
		hide(text, secret + strlen("?hmac="), strcspn(secret + strlen("?hmac="), "&"));
}

/* Efí: HTTP 400 webhook_nao_encontrado; BCB: 404 WebhookNaoEncontrado, WebhookRecNaoEncontrado, WebhookCobRNaoEncontrado. A 404
 * without such a word is a wrong address. */
bool says_nothing_there(long status, const char *name)
{
	return (status == 400 || status == 404) && name && strcasestr(name, "webhook") && strcasestr(name, "encontrad");
}

bool concerns_all(long status)
{
	return status == 401 || status == 403 || status == 429 || status >= 500;
}
