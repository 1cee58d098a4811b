/* The URL to register at the PSP. */
#include <string.h>

#include "conf/settings.h"
#include "lib/buf.h"
#include "lib/limits.h"
#include "lib/secret.h"
#include "lib/text.h"

static bool put_path(struct buf *url, const char *path)
{
	char piece[3 * 512 + 1], part[513];

	if (strcmp(path, "/") == 0)
		return true;
	while (*path == '/') {
		size_t n = strcspn(path + 1, "/");

		if (n >= sizeof part)
			return false;
		memcpy(part, path + 1, n);
		part[n] = '\0';
		if (!text_percent(part, piece, sizeof piece) || !buf_putf(url, "/%s", piece))
			return false;
		path += n + 1;
	}
	return true;
}

/* The first secret is the one to register; a second is the one that is being left behind (or not registered yet). */
static bool put_secret(struct buf *url, const struct settings *s, const struct hook *h, struct err *e)
{
	char bytes[LIMIT_SECRET + 1], piece[3 * LIMIT_SECRET + 1];
	size_t len;
	bool ok = false;

	if (!secret_read(h->secrets.item[0], s->dir, h->name, bytes, sizeof bytes, &len, e))
		goto out;
	if (!text_percent(bytes, piece, sizeof piece) || !buf_putf(url, "?hmac=%s%s", piece, h->psp->suffixes ? "&ignorar=" : "")) {
		fail(e, ERR_CONFIG, "the secret of hook \"%s\" does not fit into a URL", h->name);
		goto out;
	}
	ok = true;
out:
	secret_wipe(bytes, sizeof bytes);
	secret_wipe(piece, sizeof piece);
	return ok;
}

bool settings_url(const struct settings *s, const struct hook *h, const char *domain, const char *event, struct buf *url, struct err *e)
{
	const char *host = domain && domain[0] ? domain : h->domain;

	if (!buf_putf(url, "https://%s", host[0] ? host : "your-domain.example") || !put_path(url, h->path) ||
	    (event[0] && !buf_putf(url, "/%s", event)))
		return fail(e, ERR_CONFIG, "the URL of hook \"%s\" is longer than %zu bytes", h->name, url->max);
	if (strcmp(h->path, "/") == 0 && !event[0])
		buf_puts(url, "/");
	return !h->secrets.count || put_secret(url, s, h, e);
}
