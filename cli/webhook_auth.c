#include "cli/webhook_auth.h"

#include <string.h>

#include "lib/limits.h"
#include "lib/secret.h"

enum { BASIC, BEARER, NONE };

static const char *const types[][3] = { { "basic", "bearer", "none" }, { "Basic", "Bearer", "None" } };

static void fill_basic(struct auth *auth, const char *bytes, size_t len)
{
	const char *colon = memchr(bytes, ':', len);
	size_t user = colon ? (size_t)(colon - bytes) : len;
	struct buf quoted = BUF(4096);

	json_base64(&quoted, NULL, bytes, len);
	buf_add(&auth->value, quoted.data + 1, quoted.len - 2);
	secret_wipe(quoted.data, quoted.cap);
	buf_free(&quoted);
	buf_add(&auth->user, bytes, user);
	if (colon)
		buf_add(&auth->password, colon + 1, len - user - 1);
}

bool auth_read(const struct webhook *w, struct auth *auth, struct err *e)
{
	const struct hook *h = w->hook;
	const char *ref = *h->basic ? h->basic : h->bearer;
	int kind = *h->basic ? BASIC : *h->bearer ? BEARER : NONE;
	char bytes[LIMIT_SECRET + 1];
	size_t len = 0;
	bool ok = true;

	*auth = (struct auth){ types[w->hook->psp->event_in_path][kind], w->hook->psp->event_in_path, BUF(4096), BUF(4096), BUF(4096), BUF(4096) };
	if (kind == NONE)
		return true;
	if (!secret_read(ref, w->settings->dir, h->name, bytes, sizeof bytes, &len, e))
		ok = fail_in(e, "hook \"%s\": %s", h->name, types[0][kind]);
	else if (kind == BASIC)
		fill_basic(auth, bytes, len);
	else
		buf_add(&auth->value, bytes, len);
	if (ok)
		buf_putf(&auth->header, "%s %s", types[1][kind], buf_str(&auth->value));
	secret_wipe(bytes, sizeof bytes);
	return ok;
}

void auth_free(struct auth *auth)
{
	struct buf *const all[] = { &auth->value, &auth->header, &auth->user, &auth->password };

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		if (all[i]->data)
			secret_wipe(all[i]->data, all[i]->cap);
		buf_free(all[i]);
	}
}

static struct api_value hidden(const char *name, bool given, const struct buf *b)
{
	return (struct api_value){ .name = name, .value = given ? buf_str(b) : NULL, .secret = true };
}

struct api_value *auth_values(const struct auth *auth, struct api_value out[AUTH_VALUES])
{
	bool any = auth->value.len, basic = any && strcasecmp(auth->type, types[0][BASIC]) == 0;

	*out++ = (struct api_value){ .name = "auth_type", .value = auth->type };
	*out++ = any || !auth->null ? hidden("auth", any, &auth->value) : (struct api_value){ .name = "auth", .value = "null", .raw = true };
	*out++ = hidden("auth_header", any, &auth->header);
	*out++ = hidden("auth_user", basic, &auth->user);
	*out++ = hidden("auth_password", basic, &auth->password);
	*out++ = hidden("auth_token", any && !basic, &auth->value);
	return out;
}
