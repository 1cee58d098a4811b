#include <ctype.h>
#include <stdlib.h>

#include "check/judge_parts.h"
#include "judge_scene.h"

static void the_server_header_tells_in_any_case_and_from_any_request(void **state)
{
	static const struct {
		const char *header, *server;
	} all[] = { { "nginx/1.22.1", "nginx" }, { "Apache/2.4.62 (Debian)", "apache" }, { "Caddy", "caddy" }, { "lighttpd/1.4.69", "lighttpd" }, { "openresty", "nginx" },
		{ "cloudflare", NULL }, { "", NULL }, { "my nginx", NULL } };

	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		for (int at = 0; at < 3; at++) {
			struct seen s = { 0 };
			struct reply *r = at == 0 ? &s.request[REQ_ELSEWHERE] : at == 1 ? &s.client[WHO_FOREIGN][1] : &s.plain;
			const char *got;

			*r = http(403, "");
			snprintf(r->server, sizeof r->server, "%s", all[i].header);
			got = judge_server(&s);
			if (all[i].server ? !got || strcmp(got, all[i].server) != 0 : got != NULL)
				fail_msg("'%s' at %d: %s", all[i].header, at, got ? got : "none");
		}
}

static void the_way_it_refuses_tells_where_the_header_does_not(void **state)
{
	struct seen s = { .asked = true };

	(void)state;
	s.client[WHO_NONE][0] = NGINX_NONE;
	assert_string_equal(judge_server(&s), "nginx");
	s.client[WHO_NONE][0] = http(400, "");
	assert_null(judge_server(&s));
	s.client[WHO_NONE][0] = alert("bad certificate");
	assert_string_equal(judge_server(&s), "caddy");
	s.client[WHO_NONE][0] = alert("handshake failure");	/* Apache, or lighttpd */
	assert_null(judge_server(&s));
}

static void a_finding_has_the_lines_of_the_server_seen_or_named(void **state)
{
	struct scene x;

	(void)state;
	healthy(&x, MODE_EFI_MTLS);
	x.s.asked = false;
	for (int w = 0; w < WHOS; w++)
		both(&x, (enum who)w, GATE);
	fix_says(&x, "client.asked", "Have the web server ask");
	snprintf(x.s.client[WHO_NONE][0].server, SEEN_TEXT, "nginx");
	fix_says(&x, "client.asked", "\nssl_verify_client on;\nssl_verify_depth 3;\n");
	x.t.server = "apache";
	fix_says(&x, "client.asked", "\nSSLVerifyClient require\n");
	fix_says(&x, "client.asked", "`pixgate gen apache` prints the whole configuration");
	x.s.asked = true;	/* what is well needs no lines */
	both(&x, WHO_NONE, NGINX_NONE);
	{
		char fix[4096];

		assert_null(strstr(text_of(&x, "client.asked", true, fix, sizeof fix), "SSLVerifyClient"));
	}
}

static char *template_of(const char *server)
{
	char path[128];
	char *text = calloc(1, 64 * 1024);
	FILE *f;

	snprintf(path, sizeof path, "templates/%s/%s", server, strcmp(server, "caddy") ? "site.conf" : "Caddyfile");
	f = fopen(path, "re");
	if (!f)
		fail_msg("%s: run this from the repository's top", path);
	assert_true(fread(text, 1, 64 * 1024 - 1, f) > 100);
	fclose(f);
	return text;
}

/* Whether the words stand in the text, each behind a character that is none of a word. */
static bool stands(const char *text, const char *word, size_t len)
{
	for (const char *at = text; (at = memmem(at, strlen(at), word, len)); at++)
		if ((at == text || (!isalnum((unsigned char)at[-1]) && at[-1] != '_')) && !isalnum((unsigned char)at[len]) && at[len] != '_')
			return true;
	return false;
}

static void every_word_of_a_remedys_lines_stands_in_the_servers_template(void **state)
{
	size_t words = 0;

	(void)state;
	for (const struct remedy *r = remedies; r->id; r++) {
		char *text;

		if (!check_find(r->id))
			fail_msg("no check %s", r->id);
		assert_true(r->lines || r->note);
		assert_true(!r->server == !!r->status);
		assert_true(!r->note || strchr(".)", r->note[strlen(r->note) - 1]));
		if (!r->server || !r->lines)
			continue;
		text = template_of(r->server);
		/* names of directives, options and values; not what stands for the reader's own ("…"), numbers, or a path */
		for (const char *at = r->lines; *at;) {
			size_t len = strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.$+-");

			if (*at == '"' && (strchr(at + 1, '/') && strchr(at + 1, '/') < strchr(at + 1, '"'))) {
				at = strchr(at + 1, '"') + 1;
				continue;
			}
			if (len > 1 && isalpha((unsigned char)at[0]) && !stands(text, at, len))
				fail_msg("%s, %s: '%.*s' is not in the template", r->id, r->server, (int)len, at);
			words += len > 1;
			at += len ? len : 1;
		}
		free(text);
	}
	assert_true(words > 80);
}

MAIN("judge_server",
	cmocka_unit_test(the_server_header_tells_in_any_case_and_from_any_request),
	cmocka_unit_test(the_way_it_refuses_tells_where_the_header_does_not),
	cmocka_unit_test(a_finding_has_the_lines_of_the_server_seen_or_named),
	cmocka_unit_test(every_word_of_a_remedys_lines_stands_in_the_servers_template))
