/* `pixgate emul serve`: Efí's API and its callbacks on 127.0.0.1. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/emul.h"
#include "cli/newfile.h"
#include "cli/out.h"
#include "cli/stop.h"
#include "cli/verb.h"
#include "emul/caller.h"
#include "emul/deliver.h"
#include "emul/due.h"
#include "emul/bank.h"
#include "emul/pki.h"
#include "lib/file.h"
#include "lib/mem.h"
#include "lib/when.h"

enum { OPT_DIR, OPT_PORT, OPT_ENVIRONMENT, OPT_SCHEDULE, OPT_SCALE, OPT_SCOPES, OPT_SERVER_CA, OPT_MANUAL, OPT_PATIENCE };

static const struct opt options[] = {
	[OPT_DIR]         = { "--conf-dir", "DIR", "the folder that emul pki made; the state is kept there too", 0 },
	[OPT_PORT]        = { "--port", "NUMBER", "listens on 127.0.0.1 there; 0, the default, takes a free one", 0 },
	[OPT_ENVIRONMENT] = { "--environment", "NAME", "sandbox (the default) or production: its certificates and its rules", 0 },
	[OPT_SCHEDULE]    = { "--schedule", "NAME", "when a callback that was not taken is sent again", 0 },
	[OPT_SCALE]       = { "--time-scale", "FACTOR", "multiplies the waits of the schedule: 0.001 is a thousand times faster", 0 },
	[OPT_SCOPES]      = { "--scopes", "LIST", "what the application may do, separated by spaces; by default everything here", 0 },
	[OPT_SERVER_CA]   = { "--server-ca", "FILE", "who vouches for the merchant's web server, in place of DIR/" PKI_SERVER_CA, 0 },
	[OPT_MANUAL]      = { "--manual", NULL, "the sandbox pays no charge by itself: emul pay does", 0 },
	[OPT_PATIENCE]    = { "--patience", "MS", "how long a call of the merchant's URL may take, in place of the PSP's own 60000, 1000 or 300", 0 },
	{ 0 }
};

/* What differs between Efí's two environments. */
static const struct environment {
	const char *name, *caller, *client, *issuer, *user_agent;
} environments[] = {
	{ "sandbox", PKI_CALLER_SANDBOX, "client-sandbox.p12", PKI_CLIENT_CN_SANDBOX, CALLER_EFI_SANDBOX },
	{ "production", PKI_CALLER_PRODUCTION, "client-production.p12", PKI_CLIENT_CN_PRODUCTION, CALLER_EFI_PRODUCTION },
};

#define STOP_WAIT_MS 3000
#define CODE_FILE "user-agent.code"	/* what BS2 gives for User-Agent; the emulator takes any */
#define PATIENCE_MOST_MS (10 * 60 * 1000)

struct serving {
	const struct environment *env;
	long long port;
	char dir[PATH_MAX], *caller, *server_ca, *secret_file;
	struct state *state;
	struct front *front;
	struct deliver *deliver;
	struct bank bank;
	char host[32];
};

static char *in_dir(const char *dir, const char *name)
{
	struct buf b = BUF(2 * PATH_MAX);
	char *path;

	buf_putf(&b, "%s/%s", dir, name);
	path = xstrdup(buf_str(&b));
	buf_free(&b);
	return path;
}

static bool read_options(struct serving *s, const struct args *a, struct err *e)
{
	const char *name = a->value[OPT_ENVIRONMENT] ? a->value[OPT_ENVIRONMENT] : "sandbox";
	long long patience = 0;

	for (size_t i = 0; i < sizeof environments / sizeof *environments; i++)
		if (!strcmp(environments[i].name, name))
			s->env = &environments[i];
	if (!s->env)
		return fail(e, ERR_USAGE, "--environment %s: neither sandbox nor production", name);
	s->bank.schedule = a->value[OPT_SCHEDULE] ? schedule_find(a->value[OPT_SCHEDULE]) : NULL;
	if (a->value[OPT_SCHEDULE] && !s->bank.schedule) {
		struct buf b = BUF(400);

		for (const struct schedule *k = schedules; k->name; k++)
			buf_putf(&b, "%s%s", b.len ? ", " : "", k->name);
		fail(e, ERR_USAGE, "--schedule %s: unknown; known: %s", a->value[OPT_SCHEDULE], buf_str(&b));
		buf_free(&b);
		return false;
	}
	s->bank.scale = 1;
	if (a->value[OPT_SCALE] && !schedule_scale(a->value[OPT_SCALE], &s->bank.scale))
		return fail(e, ERR_USAGE, "--time-scale %s: a number above 0 and up to 1000 was expected", a->value[OPT_SCALE]);
	s->bank.manual = a->value[OPT_MANUAL];
	if (a->value[OPT_PATIENCE] && !args_number("--patience", a->value[OPT_PATIENCE], 1, &patience, e))
		return false;
	if (patience > PATIENCE_MOST_MS)
		return fail(e, ERR_USAGE, "--patience %lld: milliseconds, at most %d", patience, PATIENCE_MOST_MS);
	s->bank.patience_ms = (int)patience;
	if (a->value[OPT_PORT] && !args_number("--port", a->value[OPT_PORT], 0, &s->port, e))
		return false;
	if (s->port > 65535)
		return fail(e, ERR_USAGE, "--port %lld: a port is at most 65535", s->port);
	return emul_dir(a->value[OPT_DIR], s->dir, e);
}

static bool open_front(struct serving *s, struct err *e)
{
	static const char *const names[] = { PKI_API_CERT, PKI_API_KEY, PKI_CLIENT_CA };
	struct buf text[3] = { BUF(64 * 1024), BUF(64 * 1024), BUF(64 * 1024) };
	bool ok = true;

	for (int i = 0; ok && i < 3; i++) {
		char *path = in_dir(s->dir, names[i]);

		ok = file_read(path, 0, &text[i], e);
		free(path);
	}
	if (ok)
		s->front = front_open((int)s->port, buf_str(&text[0]), buf_str(&text[1]), buf_str(&text[2]), bank_handle, &s->bank, e);
	if (text[1].data)
		secret_wipe(text[1].data, text[1].cap);
	for (int i = 0; i < 3; i++)
		buf_free(&text[i]);
	return s->front;
}

/* A hook for production names a file with the code. */
static bool code(const struct serving *s, struct err *e)
{
	static const char text[] = "EMULADOR\n";
	char *path = in_dir(s->dir, CODE_FILE);
	bool ok = s->bank.sandbox || !access(path, F_OK);
	struct newfile file = { 0 };

	free(path);
	if (ok)
		return true;
	ok = newfile_write(&file, s->dir, CODE_FILE, text, sizeof text - 1, e) && newfile_place(&file, e);
	newfile_end(&file, ok);
	return ok;
}

static void say(const struct serving *s, const struct common *c)
{
	char *api_ca = in_dir(s->dir, PKI_API_CA);
	struct buf b = BUF(16 * PATH_MAX);

	if (c->json) {
		json_open(&b, NULL, '{');
		buf_putf(&b, "\"api\":\"https://%s\"", s->host);
		json_str(&b, "environment", s->env->name);
		json_str(&b, "client_id", EMUL_CLIENT_ID);
		json_str(&b, "client_secret_file", s->secret_file);
		json_str(&b, "api_ca", api_ca);
		json_close(&b, '}');
	} else {
		buf_putf(&b, "Ef\xc3\xad's API is at https://%s (%s). In the hook:\n", s->host, s->env->name);
		buf_putf(&b, "  environment = \"%s\"; api = \"https://%s\"; api_ca = \"%s\";\n", s->env->name, s->host, api_ca);
		buf_putf(&b, "  api_cert = \"%s/%s\"; client_id = \"" EMUL_CLIENT_ID "\";\n", s->dir, s->env->client);
		buf_putf(&b, "  client_secret = \"file:%s\";\n", s->secret_file);
		/* behind a tab: scripts take the lines behind two blanks for Efí's hook */
		buf_puts(&b, "Banco BS2's is there too. In a hook whose psp is bs2 or bs2-indirect:\n");
		buf_putf(&b, "\tapi = \"https://%s\"; api_ca = \"%s\"; environment = \"%s\";\n", s->host, api_ca, s->env->name);
		buf_putf(&b, "\tclient_id = \"" EMUL_CLIENT_ID "\"; client_secret = \"file:%s\";", s->secret_file);
		if (!s->bank.sandbox)
			buf_putf(&b, " user_agent = \"file:%s/" CODE_FILE "\";", s->dir);
	}
	out_line(&b);
	fflush(stdout);
	buf_free(&b);
	free(api_ca);
}

static bool serve(struct serving *s, const struct common *c, struct err *e)
{
	struct timespec nap = { .tv_nsec = 50 * 1000 * 1000 };

	if (!emul_secret(s->dir, &s->bank.client_secret, e) || !code(s, e))
		return false;
	s->state = state_open(s->dir, e);
	if (!s->state || !state_serve(s->state, e) || !state_callback_free_all(s->state, e) ||
	    !state_text_put(s->state, "environment", s->env->name, e))
		return false;
	s->bank.state = s->state;
	if (!due_remember(&s->bank, e))
		return false;
	if (!open_front(s, e))
		return false;
	snprintf(s->host, sizeof s->host, "127.0.0.1:%d", front_port(s->front));
	s->deliver = deliver_start(&s->bank, e);
	if (!s->deliver)
		return false;
	say(s, c);
	/* the signal may come to another thread */
	while (!stopped)
		nanosleep(&nap, NULL);
	return true;
}

static int run(const struct common *c, const struct args *a, struct err *e)
{
	struct serving *s = xcalloc(1, sizeof *s);
	bool ok = false, ended;

	stop_catch();
	if (read_options(s, a, e)) {
		s->caller = in_dir(s->dir, s->env->caller);
		s->server_ca = a->value[OPT_SERVER_CA] ? xstrdup(a->value[OPT_SERVER_CA]) : in_dir(s->dir, PKI_SERVER_CA);
		s->secret_file = in_dir(s->dir, EMUL_SECRET_FILE);
		s->bank.client_id = EMUL_CLIENT_ID;
		s->bank.dir = s->dir;
		s->bank.sandbox = !strcmp(s->env->name, "sandbox");
		s->bank.scopes = a->value[OPT_SCOPES];
		s->bank.issuer = s->env->issuer;
		s->bank.caller = s->caller;
		s->bank.server_ca = s->server_ca;
		s->bank.user_agent = s->env->user_agent;
		s->bank.host = s->host;
		s->bank.now = when_now;
		ok = serve(s, c, e);
	}
	/* a merchant's server that is slow may hold us for a minute: what is in hand then is made again at the next start */
	ended = front_close(s->front, STOP_WAIT_MS);
	ended = deliver_stop(s->deliver, STOP_WAIT_MS) && ended;
	stop_release();
	if (!ended)
		return ok ? 0 : 3;
	state_close(s->state);
	free(s->caller);
	free(s->server_ca);
	free(s->secret_file);
	secret_wipe(s, sizeof *s);
	free(s);
	return ok ? 0 : 2;
}

const struct verb emul_serve = {
	.name = "serve",
	.synopsis = "--conf-dir DIR [OPTION …]",
	.summary = "is Ef\xc3\xad and Banco BS2 on 127.0.0.1: their APIs, the registration check, the callbacks",
	.help = "Prints the base URL and what belongs into pixgate.conf, and serves until SIGTERM or SIGINT. As at Ef\xc3\xad every request of\n"
		"its API needs the client certificate of the environment, the token's too; without it the connection is dropped (BS2's needs\n"
		"none). PUT /v2/webhook calls the URL twice before it answers. BS2's callbacks trust exactly the certificate that was\n"
		"uploaded. What was not taken is sent again on the schedule, also after a new start.",
	.options = options,
	.run = run,
};
