/* A hook whose PSP is a peer of the test's own, and calls as separate runs of the program make them. */
#ifndef TESTS_UNIT_API_SCENE_H
#define TESTS_UNIT_API_SCENE_H

#include <sys/stat.h>

#include "tests/unit/peer.h"

#define NO_LENGTH "Content-Length: 0\r\nConnection: close\r\n\r\n"
#define JSON "Content-Type: application/json\r\nConnection: close\r\n\r\n"

enum { NOW = 1700000000 };	/* seconds */

static char dir[64] = "/tmp/pixgate-call-XXXXXX", ca[128], pem[128], none[] = "";
static struct settings settings;
static struct hook hook;

static inline int make_folder(void **state)
{
	char path[128];
	FILE *f;

	(void)state;
	strcpy(dir, "/tmp/pixgate-call-XXXXXX");
	peer_folder(dir);
	snprintf(ca, sizeof ca, "%s/peer.pem", dir);
	snprintf(pem, sizeof pem, "%s/ours.pem", dir);
	snprintf(path, sizeof path, "%s/secret", dir);
	f = fopen(path, "we");
	assert_true(f && fputs("Senha-Muito-Boa", f) >= 0 && fclose(f) == 0 && chmod(path, 0600) == 0);
	settings = (struct settings){ .dir = dir, .inbox = (char *)"sqlite:inbox.db" };
	hook = (struct hook){ .name = (char *)"loja", .psp = &psp_efi, .env = psp_env_find(&psp_efi, "sandbox"), .api_ca = ca, .api_cert = pem,
		.api_password = none, .client_id = (char *)"Client_Id_7", .client_secret = (char *)"file:secret", .user_agent = none, .api = none };
	return 0;
}

static inline int drop_folder(void **state)
{
	(void)state;
	return peer_drop_folder(dir);
}

static const struct api_value set_values[] = {
	{ .name = "key", .value = "+5531999999999" },
	{ .name = "url", .value = "https://loja.example/w?hmac=c0ffee&ignorar=" },
	{ .name = "skip_mtls", .value = "false" },
	{ 0 }
};

static inline struct api *opened(const struct peer *p)
{
	struct err e = { 0 };
	struct api *a;

	hook.api = (char *)p->base;
	a = api_open(&settings, &hook, &e);
	if (!a)
		fail_msg("%s", e.text);
	return a;
}

/* One call in a fresh `struct api`, as another run of the program makes it. says: what the error's text holds; NULL: it must work. */
static inline void call_at(const struct peer *p, const char *call, int64_t now_s, enum err_code code, const char *says)
{
	struct api *a = opened(p);
	struct api_answer answer;
	struct err e = { 0 };
	bool ok = api_call(a, call, set_values, now_s * 1000, &answer, &e);

	if (ok != !says || (says && (e.code != code || !strstr(e.text, says))))
		fail_msg("%s: %d %s", call, e.code, e.text);
	if (strstr(e.text, "Senha") || strstr(e.text, "bilhete") || strchr(e.text, '\n'))
		fail_msg("%s", e.text);
	api_answer_free(&answer);
	api_answer_free(&answer);
	api_close(a);
}

static inline bool asked(const struct peer *p, int n, const char *what)
{
	return n < p->seen->count && strcasestr(p->seen->request[n], what);
}

static inline int count(const struct peer *p, const char *what)
{
	int n = 0;

	for (int i = 0; i < p->seen->count; i++)
		n += asked(p, i, what);
	return n;
}

static inline bool for_token(const char *request)
{
	return strstr(request, "/oauth/token ") || strstr(request, "/oauth/v2/token ");
}

/* Tokens bilhete0, bilhete1, … that live for 300 s; each call is fine. */
static inline const char *good(const char *request, int n)
{
	static char says[256];

	if (!for_token(request))
		return strncmp(request, "GET", 3) ? "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n" : "HTTP/1.1 200 OK\r\n" JSON "{\"webhookUrl\":\"x\"}";
	snprintf(says, sizeof says, "HTTP/1.1 200 OK\r\n" JSON "{\"access_token\":\"bilhete%d\",\"token_type\":\"Bearer\",\"expires_in\":300,\"scope\":\"a b\"}", n);
	return says;
}

#endif
