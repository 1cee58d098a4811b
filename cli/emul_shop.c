/* `pixgate emul shop`: the configuration of a merchant whose PSPs are all the emulator. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/emul.h"
#include "cli/newfile.h"
#include "cli/out.h"
#include "cli/verb.h"
#include "conf/settings.h"
#include "emul/pki.h"
#include "lib/limits.h"

enum { OPT_DIR, OPT_PORT, OPT_DOMAIN, OPT_KEY, OPT_SKIP };

#define API_PORT 8443
#define DOMAIN "localhost:9443"
#define KEY "loja@example.com"

static const struct opt options[] = {
	[OPT_DIR]    = { "--conf-dir", "DIR", "the folder that emul pki made", 0 },
	[OPT_PORT]   = { "--port", "NUMBER", "where emul serve will listen (8443)", 0 },
	[OPT_DOMAIN] = { "--domain", "NAME", "where the shop's web server will be (" DOMAIN ")", 0 },
	[OPT_KEY]    = { "--key", "KEY", "the shop's Pix key (" KEY ")", 0 },
	[OPT_SKIP]   = { "--skip-mtls", NULL, "Ef\xc3\xad's hook trusts the secret in its URL, and asks for no client certificate", 0 },
	{ 0 }
};

#define CONF_FILE "pixgate.conf"
#define LIGHTTPD_FILE "lighttpd.conf"

/* The secrets of the hooks. before: what stands before the fresh value. */
static const struct secret_file {
	const char *name, *before;
} secrets[] = {
	{ "loja.secret", "" },
	{ "banco.basic", "banco:" },
	{ "indireto.bearer", "" },
};

enum { SECRETS = sizeof secrets / sizeof secrets[0] };

struct shop {
	const char *bank, *domain, *key;
	long long port;
	bool skip;
};

static void put_text(struct buf *b, const struct shop *s)
{
	buf_putf(b, "# A shop whose PSPs are pixgate's emulator (%s): for trying, never for money.\n"
		"inbox = \"sqlite:inbox.db\";\n"
		"domain = \"%s\";\n"
		"hooks = (\n", s->bank, s->domain);
	buf_putf(b, "  { name = \"loja\"; path = \"/webhook\"; psp = \"efi\"; environment = \"sandbox\"; sources = [ \"127.0.0.1\", \"::1\" ];\n"
		"    secret = [ \"file:loja.secret\" ]; keys = [ \"%s\" ];\n", s->key);
	if (!s->skip)
		buf_putf(b, "    client_cert = \"verify\"; ca = \"%s/" PKI_CHAIN_SANDBOX "\"; pin = \"%s\";\n", s->bank, psp_env_find(&psp_efi, "sandbox")->pin);
#define API "    api = \"https://127.0.0.1:%lld\"; api_ca = \"%s/" PKI_API_CA "\"; client_id = \"" EMUL_CLIENT_ID "\"; client_secret = \"file:%s/" EMUL_SECRET_FILE "\";"
	buf_putf(b, API "\n    api_cert = \"%s/client-sandbox.p12\"; },\n", s->port, s->bank, s->bank, s->bank);
	buf_putf(b, "  { name = \"banco\"; path = \"/bs2\"; psp = \"bs2\"; environment = \"sandbox\"; basic = \"file:banco.basic\";\n" API " },\n",
		 s->port, s->bank, s->bank);
	buf_putf(b, "  { name = \"indireto\"; path = \"/indireto\"; psp = \"bs2-indirect\"; environment = \"sandbox\"; bearer = \"file:indireto.bearer\";\n" API " }\n);\n",
		 s->port, s->bank, s->bank);
}

/* For who has no web server yet: what `gen lighttpd --scope port` writes is included by a lighttpd.conf. */
static void put_lighttpd(struct buf *b, const char *dir, const struct shop *s)
{
	const char *port = strrchr(s->domain, ':');

	buf_putf(b, "# lighttpd for trying: pixgate gen lighttpd --scope port -o %s/site.conf …\n"
		"server.document-root = \"%s\"\nserver.bind = \"127.0.0.1\"\nserver.port = %s\ninclude \"site.conf\"\n",
		dir, dir, port && port[1] ? port + 1 : "443");
}

static bool write_secret(struct newfile *f, const char *dir, const struct secret_file *s, struct err *e)
{
	char fresh[SECRET_HEX + 1] = "", line[SECRET_HEX + 16];
	bool ok = secret_fresh(fresh, e);

	snprintf(line, sizeof line, "%s%s\n", s->before, fresh);
	ok = ok && newfile_write(f, dir, s->name, line, strlen(line), e);
	secret_wipe(fresh, sizeof fresh);
	secret_wipe(line, sizeof line);
	return ok;
}

static void say_written(const struct newfile *f, const struct common *c)
{
	struct buf b = BUF(OUT_MAX);

	if (c->json) {
		json_open(&b, NULL, '{');
		json_str(&b, "file", f->path);
		json_close(&b, '}');
		out_line(&b);
	} else if (!c->quiet) {
		printf("wrote %s\n", f->path);
	}
	buf_free(&b);
}

/* What would end a text of the file early, or change what follows it. */
static bool plain(const char *option, const char *text, struct err *e)
{
	if (*text && !text[strcspn(text, "\"\\\n\r")])
		return true;
	return fail(e, ERR_USAGE, "%s: empty, or with a quotation mark, a backslash or a line break", option);
}

/* All of them or none. */
static bool write_shop(const char *dir, const struct shop *shop, const struct common *c, struct err *e)
{
	enum { WEB = SECRETS, CONF, FILES };
	struct newfile file[FILES] = { 0 };
	struct buf text = BUF(LIMIT_CONF_FILE), web = BUF(LIMIT_CONF_FILE);
	char real[PATH_MAX];
	struct settings *s = NULL;
	bool made = false, ok = false;

	put_text(&text, shop);
	if (!newfolder(dir, &made, e))
		goto out;
	for (int i = 0; i < SECRETS; i++)
		if (!write_secret(&file[i], dir, &secrets[i], e) || !newfile_place(&file[i], e))
			goto out;
	if (!realpath(dir, real) || !plain("the folder", real, e)) {
		if (e->code == ERR_NONE)
			fail(e, ERR_STORE, "%s: %s", dir, strerror(errno));
		goto out;
	}
	put_lighttpd(&web, real, shop);
	if (!newfile_write(&file[WEB], dir, LIGHTTPD_FILE, web.data, web.len, e) || !newfile_place(&file[WEB], e) ||
	    !newfile_write(&file[CONF], dir, CONF_FILE, text.data, text.len, e))
		goto out;
	/* read back before it has its name: a value of the command line may not fit */
	s = settings_load(file[CONF].temp, e);
	if (!s) {
		char *at = strstr(e->text, ": ");	/* without the temporary file's name and line */

		if (at)
			memmove(e->text, at + 2, strlen(at + 2) + 1);
		goto out;
	}
	if (!settings_check_files(s, e) || !newfile_place(&file[CONF], e) || !folder_sync(dir, e))
		goto out;
	for (int i = 0; i < FILES; i++)
		say_written(&file[i], c);
	ok = true;
out:
	for (int i = 0; i < FILES; i++)
		newfile_end(&file[i], ok);
	if (!ok && made)
		rmdir(dir);
	settings_free(s);
	buf_free(&text);
	buf_free(&web);
	return ok;
}

static int run(const struct common *c, const struct args *a, struct err *e)
{
	struct shop shop = {
		.domain = a->value[OPT_DOMAIN] ? a->value[OPT_DOMAIN] : DOMAIN, .key = a->value[OPT_KEY] ? a->value[OPT_KEY] : KEY,
		.port = API_PORT, .skip = a->value[OPT_SKIP],
	};
	char bank[PATH_MAX];

	if (a->value[OPT_PORT] && !args_number("--port", a->value[OPT_PORT], 1, &shop.port, e))
		return 2;
	if (shop.port > 65535) {
		fail(e, ERR_USAGE, "--port %lld: a port is at most 65535", shop.port);
		return 2;
	}
	if (!*a->operand[0]) {
		fail(e, ERR_USAGE, "emul shop: the folder's name is empty");
		return 2;
	}
	if (!plain("--domain", shop.domain, e) || !plain("--key", shop.key, e) || !emul_dir(a->value[OPT_DIR], bank, e) ||
	    !plain("--conf-dir", bank, e) || !emul_secret(bank, NULL, e))
		return 2;
	shop.bank = bank;
	return write_shop(a->operand[0], &shop, c, e) ? 0 : 2;
}

const struct verb emul_shop = {
	.name = "shop",
	.synopsis = "--conf-dir DIR [OPTION \xe2\x80\xa6] FOLDER",
	.summary = "writes the configuration of a merchant whose PSPs are the emulator",
	.help = "Writes FOLDER/pixgate.conf with a hook for each PSP that emul serve plays (loja is Ef\xc3\xad's, banco BS2's, indireto a BS2 indirect\n"
		"participant's) and their fresh secrets (0600), and FOLDER/lighttpd.conf, which takes what gen lighttpd --scope port writes\n"
		"to FOLDER/site.conf. Nothing that exists is overwritten: all of it is written, or nothing.",
	.options = options,
	.least = 1,
	.most = 1,
	.run = run,
};
