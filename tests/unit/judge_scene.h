/* A healthy set-up of each mode, as a probe sees it, for tests that break one thing of it. */
#ifndef JUDGE_SCENE_H
#define JUDGE_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "check/judge.h"
#include "lib/buf.h"

#include <cmocka.h>

enum { NOW = 1795305600, DAYS = 24 * 3600 };	/* 2026-11-22 */

static inline const struct check *check_find(const char *id)
{
	for (const struct check *c = checks; c->id; c++)
		if (!strcmp(c->id, id))
			return c;
	return NULL;
}

struct scene {
	struct target t;
	struct seen s;
	struct cert leaf[2];
};

static inline struct reply http(int status, const char *body)
{
	struct reply r = { .end = END_STATUS, .stage = STAGE_ANSWER, .status = status, .ms = 5, .body_len = (int64_t)strlen(body) };

	snprintf(r.body, sizeof r.body, "%s", body);
	return r;
}

static inline struct reply alert(const char *name)
{
	struct reply r = { .end = END_ALERT, .stage = STAGE_TLS };

	snprintf(r.text, sizeof r.text, "%s", name);
	return r;
}

static inline struct reply ended(enum ending end)
{
	return (struct reply){ .end = end, .stage = STAGE_ANSWER };
}

#define GATE http(200, "200")
#define NGINX_NONE http(400, "<html>\r\n<head><title>400 No required SSL certificate was sent")
#define NGINX_BAD http(400, "<html>\r\n<head><title>400 The SSL certificate error</title>")
#define NGINX_403 http(403, "<html>\r\n<head><title>403 Forbidden</title></head>")
#define GATE_403 http(403, "")
#define PIN_SANDBOX "emailAddress=infra@sejaefi.com.br,CN=webhook-h.efipay.com.br,OU=Infraestrutura,C=BR"
#define PIN_PRODUCTION "CN=webhook.efipay.com.br,OU=Infraestrutura,C=BR"

static inline void both(struct scene *x, enum who who, struct reply r)
{
	x->s.client[who][0] = x->s.client[who][1] = r;
}

static inline void all_strangers(struct scene *x, struct reply r)
{
	for (int who = WHO_NONE; who < WHO_RIGHT; who++)
		both(x, (enum who)who, r);
}

/* As the emulator's PSP meets a set-up that is well. E and C: with the right certificate, at an nginx that demands it. */
static inline void healthy(struct scene *x, enum mode mode)
{
	static const char *const names[MODES] = { "efi", "efi", "bs2", "bs2-indirect", "bacen" };
	static char name[] = PIN_SANDBOX;
	bool mutual = mode == MODE_EFI_MTLS || mode == MODE_BACEN, bs2 = mode == MODE_BS2 || mode == MODE_BS2_INDIRECT;

	memset(x, 0, sizeof *x);
	x->t = (struct target){ .mode = mode, .psp = psp_find(names[mode]), .host = "pix.example.com", .port = 443, .path = "/webhook",
		.query = bs2 ? "" : "hmac=0123456789abcdef&ignorar=", .secret = bs2 ? "" : "0123456789abcdef",
		.authorization = bs2 ? "Basic bG9qYTpzZW5oYQ==" : "", .ca = "", .pin = "", .server = "" };
	x->t.env = mode == MODE_BACEN ? NULL : &x->t.psp->envs[1];
	x->leaf[0] = (struct cert){ .subject = (char *)"CN=pix.example.com", .issuer = (char *)"CN=R11,O=Let's Encrypt", .subject_cn = (char *)"pix.example.com",
		.issuer_cn = (char *)"R11", .key = (char *)"EC P-256", .names = (char *)"pix.example.com shop.example.com", .from = NOW - 30 * DAYS,
		.until = NOW + 60 * DAYS, .server = true };
	memset(x->leaf[0].sha256, 'a', 64);
	x->leaf[1] = x->leaf[0];
	x->s.resolved = true;
	x->s.addresses = 1;
	x->s.address[0] = (struct seen_address){ .connected = true, .fail = TLS_AGREED };
	ip_parse("192.0.2.1", 9, &x->s.address[0].ip);
	memset(x->s.address[0].leaf, 'a', 64);
	for (int v = TLS_1_0; v < TLS_VERSIONS; v++)
		x->s.version[v] = (struct seen_version){ .tried = true, .agreed = v >= TLS_1_2, .fail = v >= TLS_1_2 ? TLS_AGREED : TLS_ALERT, .alert = "protocol version" };
	x->s.h2 = true;
	x->s.chain = (struct cert_list){ x->leaf, 2 };
	x->s.for_host = x->s.trusted = true;
	if (mutual) {
		x->s.asked = true;
		x->s.names[0] = name;
		x->s.name_count = 1;
		all_strangers(x, NGINX_BAD);
		both(x, WHO_NONE, NGINX_NONE);
		both(x, WHO_RIGHT, GATE);
		x->s.resumed = NGINX_NONE;
		x->s.crossed = http(421, "");
		x->s.crossed_other = true;
	} else {
		for (int who = WHO_NONE; who < WHO_RIGHT; who++)
			if (!bs2 || who == WHO_NONE)
				both(x, (enum who)who, GATE);
	}
	for (int i = 0; i < REQUESTS; i++)
		x->s.request[i] = GATE;
	x->s.request[REQ_NO_SECRET] = x->s.request[REQ_BAD_SECRET] = GATE_403;
	x->s.request[REQ_NO_AUTH] = x->s.request[REQ_BAD_AUTH] = http(401, "");
	x->s.request[REQ_GET] = http(405, "");
	x->s.request[REQ_LARGE] = http(413, "");
	x->s.request[REQ_ELSEWHERE] = http(404, "");
	x->s.plain = http(404, "");
	x->s.tries = SEEN_TRIES;
	for (int i = 0; i < SEEN_TRIES; i++)
		x->s.ms[i] = 20 + i;
	x->s.registration_asked = x->s.registered = true;
	if (bs2)
		memset(x->s.uploaded, 'a', 64);
}

/* All findings that are not ok, "id:severity" joined by blanks, must be these. */
static inline void expect_at(const struct scene *x, const char *want, int line)
{
	struct buf got = BUF(4096);
	struct findings f;

	judge(&x->t, &x->s, NOW, NULL, NULL, &f);
	for (size_t i = 0; i < f.count; i++)
		if (f.item[i].severity != SEVERITY_OK)
			buf_putf(&got, "%s%s:%s", got.len ? " " : "", f.item[i].check->id, severity_names[f.item[i].severity]);
	if (strcmp(buf_str(&got), want) != 0)
		fail_msg("line %d: expected '%s', found '%s'", line, want, buf_str(&got));
	buf_free(&got);
	findings_free(&f);
}
#define expect(x, want) expect_at(x, want, __LINE__)

/* What was seen, or what to do, of one id; "" where it was not judged. The caller's buffer. */
static inline const char *text_of(const struct scene *x, const char *id, bool fix, char *out, size_t size)
{
	const char *const only[] = { id, NULL };
	struct findings f;

	judge(&x->t, &x->s, NOW, only, NULL, &f);
	snprintf(out, size, "%s", f.count ? (fix ? f.item[0].fix : f.item[0].seen) : "");
	findings_free(&f);
	return out;
}

static inline void says_at(const struct scene *x, const char *id, bool fix, const char *part, int line)
{
	char text[4096];

	if (!strstr(text_of(x, id, fix, text, sizeof text), part))
		fail_msg("line %d: %s says '%s', not '%s'", line, id, text, part);
}
#define seen_says(x, id, part) says_at(x, id, false, part, __LINE__)
#define fix_says(x, id, part) says_at(x, id, true, part, __LINE__)

/* How many checks have their say, well or not. */
static inline size_t judged(const struct scene *x)
{
	struct findings f;
	size_t n;

	judge(&x->t, &x->s, NOW, NULL, NULL, &f);
	n = f.count;
	findings_free(&f);
	return n;
}

/* Whether it was judged, and found well. */
static inline bool is_ok(const struct scene *x, const char *id)
{
	const char *const only[] = { id, NULL };
	struct findings f;
	bool ok;

	judge(&x->t, &x->s, NOW, only, NULL, &f);
	ok = f.count == 1 && f.item[0].severity == SEVERITY_OK;
	findings_free(&f);
	return ok;
}

#define MAIN(name, ...) \
	int main(void) \
	{ \
		const struct CMUnitTest tests[] = { __VA_ARGS__ }; \
		return cmocka_run_group_tests_name(name, tests, NULL, NULL); \
	}

#endif
