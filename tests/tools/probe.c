/* probe MODE URL [SECRET] [CONNECT-TO] [CACERT] [CLIENT-CERT] [PSP-CA] [AUTHORIZATION]: what check/probe sees, one fact a line; "-": not given. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/probe.h"
#include "lib/when.h"

static const char *const whos[WHOS] = { "none", "self", "foreign", "expired", "right" };
static const char *const ends[] = { "untried", "no-connection", "timeout", "alert", "closed", "no-tls", "no-http", "status" };
static const char *const stages[] = { "connect", "tls", "send", "answer" };
static const char *const requests[REQUESTS] = {
	"ping", "pix", "rec", "cobr", "glued", "slash", "event", "no-secret", "bad-secret", "no-auth", "bad-auth", "get", "large", "chunked", "http2",
	"elsewhere"
};
static const char *const versions[TLS_VERSIONS] = { "other", "1.0", "1.1", "1.2", "1.3" };

static void say(const char *name, const char *more, const struct reply *r)
{
	printf("%s%s %s", name, more, ends[r->end]);
	if (r->end == END_STATUS)
		printf(" %d", r->status);
	else if (r->end != END_UNTRIED)
		printf(" at %s", stages[r->stage]);
	printf("%s%s", r->resumed ? " resumed" : "", r->http2 ? " h2" : "");
	printf("%s%s%s%s%s%s\n", *r->text ? ": " : "", r->text, *r->location ? " -> " : "", r->location, *r->body ? " | " : "", *r->body ? "body" : "");
}

static void show(const struct seen *s)
{
	printf("resolved %d %s\n", s->resolved, s->lookup);
	for (int i = 0; i < s->addresses; i++) {
		char text[46];

		ip_format(&s->address[i].ip, text);
		printf("address %s connected=%d fail=%d leaf=%.8s %s\n", text, s->address[i].connected, (int)s->address[i].fail, s->address[i].leaf, s->address[i].why);
	}
	for (int v = TLS_1_0; v < TLS_VERSIONS; v++)
		printf("version %s %s %s\n", versions[v], !s->version[v].tried ? "untried" : s->version[v].agreed ? "agreed" : "refused", s->version[v].alert);
	printf("h2 %d\nasked %d\nnames %d\n", s->h2, s->asked, s->name_count);
	for (int i = 0; i < SEEN_NAMES && s->names[i]; i++)
		printf("name %s\n", s->names[i]);
	printf("chain %zu for_host=%d trusted=%d %s\n", s->chain.count, s->for_host, s->trusted, s->distrust);
	for (int w = 0; w < WHOS; w++)
		for (int v = 0; v < 2; v++)
			say(whos[w], v ? " 1.3" : " 1.2", &s->client[w][v]);
	say("resumed", "", &s->resumed);
	say("crossed", s->crossed_other ? " other" : "", &s->crossed);
	for (int i = 0; i < REQUESTS; i++)
		say(requests[i], "", &s->request[i]);
	printf("large_cut %d\ntries %d\n", s->large_cut, s->tries);
	say("plain", "", &s->plain);
}

static const char *given(int argc, char **argv, int i)
{
	return i < argc && strcmp(argv[i], "-") ? argv[i] : NULL;
}

static const char *text(const char *given_text)
{
	return given_text ? given_text : "";
}

int main(int argc, char **argv)
{
	static const char *const of_mode[MODES] = { "efi", "efi", "bs2", "bs2-indirect", "bacen" };
	struct probe_options o = { .timeout_ms = 3000, .now = when_now() };
	char host[256], *path, *query, *port;
	struct target t = { 0 };
	struct err e = { 0 };
	struct seen s;
	int mode = 0;

	if (argc < 3 || strncmp(argv[2], "https://", 8) != 0)
		return 2;
	while (mode < MODES && strcmp(argv[1], mode_names[mode]))
		mode++;
	if (mode == MODES || !(path = strchr(argv[2] + 8, '/')))
		return 2;
	snprintf(host, sizeof host, "%.*s", (int)(path - argv[2] - 8), argv[2] + 8);
	query = strchr(path, '?');
	if (query)
		*query++ = '\0';
	port = strchr(host, ':');
	if (port)
		*port++ = '\0';
	t = (struct target){
		.mode = (enum mode)mode, .psp = psp_find(of_mode[mode]), .host = host, .port = port ? atoi(port) : 443, .path = path, .query = query ? query : "",
		.secret = text(given(argc, argv, 3)), .authorization = text(given(argc, argv, 8)), .ca = text(given(argc, argv, 7)), .pin = "", .server = ""
	};
	t.env = psp_env_find(t.psp, "production");
	o.resolve = given(argc, argv, 4);
	o.cacert = given(argc, argv, 5);
	o.client_cert = given(argc, argv, 6);
	if (!probe(&t, &o, &s, &e)) {
		fprintf(stderr, "%s\n", e.text);
		return err_exit(e.code);
	}
	show(&s);
	seen_free(&s);
	return 0;
}
